#pragma once

#include <jansson.h>
#include <stdint.h>

#include "common/base/arena.h"

/* Values of jansson, and arenas that own them. */

/* Takes over the value, and returns it; NULL stays NULL. */
json_t *jown(struct arena *a, json_t *value);

/* The value as compact text in the arena. */
const char *jdump(struct arena *a, const json_t *value);

/* What an object holds under the key; NULL or 0 if it is nothing of the kind. */
const char *jstring(const json_t *object, const char *key);
int64_t jnumber(const json_t *object, const char *key);

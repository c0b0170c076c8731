#pragma once

#include "common/store/store.h"

/* A message as browsers see it; a new reference. */
json_t *message_json(const struct message *m, struct arena *a);

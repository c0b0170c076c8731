#pragma once

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What is added to several lines in one transaction comes in the order in which
 * places are locked (store_order()), as everybody's does who locks several: else
 * two could wait for each other.
 */
struct places {
	struct placed *items;
	size_t n;
};

/* Of {"channel", "chat"}; of anything else, before every place. */
uint64_t places_order(const json_t *to);
/* Takes over `what`. */
void places_add(struct places *p, uint64_t order, json_t *what);
/* All of it, which the caller owns: in one place as it was added.  p is empty then. */
json_t *places_sort(struct places *p);

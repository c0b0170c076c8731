#pragma once

#include "common/redis/stream.h"

/*
 * Keeps a stream short.  XACK frees no memory and dead consumers leave litter,
 * so every 30 s one consumer of the group, whichever comes first,
 *   - acknowledges what lay with anybody for a minute (PostgreSQL announces
 *     what still matters again),
 *   - forgets consumers that hold nothing and were silent for an hour,
 *   - cuts the stream below the lowest id that any group still needs.
 */

struct sweeping;

/* conf is borrowed while open. */
struct sweeping *sweeping_open(struct event_base *base, const struct stream_conf *conf);
void sweeping_close(struct sweeping *s);

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

/*
 * What runs in Redis.  Keys: the stream, the turn (so that a group is swept once
 * per interval).  Arguments: group, consumer, ms between turns, ms after which an
 * entry is litter, ms after which a silent consumer is forgotten.  The reply is
 * { acknowledged, cut }, or 0 if it was not our turn or there is nothing.
 */
struct redis_script *stream_sweep_script(void);

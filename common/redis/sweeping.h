#pragma once

#include "common/redis/stream.h"

/*
 * Keeps a stream short.  Reading removes nothing, so every 30 s one consumer of
 * the group, whichever comes first,
 *   - forgets consumers that were silent for an hour,
 *   - cuts the stream below the lowest id that any group has yet to read.
 */

struct sweeping;

/* conf is borrowed while open. */
struct sweeping *sweeping_open(struct event_base *base, const struct stream_conf *conf);
void sweeping_close(struct sweeping *s);

/*
 * What runs in Redis.  Keys: the stream, the turn (so that a group is swept once
 * per interval).  Arguments: group, consumer, ms between turns, ms after which a
 * silent consumer is forgotten.  The reply is how many were cut away; 0 also if it
 * was not our turn.
 */
struct redis_script *stream_sweep_script(void);

#pragma once

#include <hiredis/hiredis.h>

#include "common/base/arena.h"
#include "common/base/err.h"

/*
 * One command to Redis (REDIS_URL), waiting a second at most: for the command
 * line, which has no loop of its own.  The reply lives in the arena.  0, or -1
 * with *e.
 */
int ask_redis(struct arena *a, const redisReply **reply, struct err *e, int argc,
	      const char *const argv[]);

/* Of "jobs:<queue>": entries, and those that nobody has read yet; -1 if unknown. */
void ask_stream(const char *queue, long long *length, long long *lag);

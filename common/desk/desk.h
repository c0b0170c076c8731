#pragma once

#include "common/redis/redis.h"
#include "common/store/desk.h"

/*
 * After an order: announce the jobs it made, and tell whoever looks at the
 * conversation, or at the desk, what has changed.  `trace` is the flow's.
 * Nothing depends on it: the sweep announces what is lost.
 */
void desk_tell(struct redis *r, const struct desk_done *done, const char *verb,
	       const char *trace);

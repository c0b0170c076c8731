#pragma once

#include "common/base/arena.h"
#include "common/pg/sync.h"

/*
 * What is wrong with a bot's fixed group of operators, in one sentence of the arena's; NULL:
 * nothing, or it has no such group.  Those who are named may register later, so it is no
 * mistake.  -1: PostgreSQL does not tell.
 */
int group_fault(const char **out, struct arena *a, struct pg_sync *db, const char *bot,
		struct err *e);

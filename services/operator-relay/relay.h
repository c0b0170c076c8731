#pragma once

#include "common/bots/bots.h"
#include "common/jobs/jobs.h"
#include "common/live/live.h"
#include "common/redis/redis.h"
#include "common/store/desk.h"

/*
 * The process that brings humans in.  case.c looks at a client's conversation:
 * it moves the case on and shows operators what is new; notes.c and view.c make
 * what they are shown; order.c is what an operator says in their desk, and
 * duty.c follows an operator who has become free, or has left.
 */

/*
 * Who looks at a case locks operators, so the call travels in no group; that many of
 * them share a flush of the server's log by coming over connections of their own.
 */
enum { RELAY_LANES = 4 };

struct relay {
	/* configuration */
	const char *database_url, *redis_url;
	int window;

	struct event_base *base;
	struct store store;
	struct store lanes[RELAY_LANES]; /* see relay_lane() */
	struct redis *redis;
	struct bots *bots;
	struct jobs *jobs;
};

enum { RELAY_MS = 15000, RELAY_BUSY_MS = 3, RELAY_HOLD_MS = 2000, RELAY_FAILURES = 8 };

/* How long to wait after so many failures. */
int relay_backoff_ms(int failures);

/* For the calls about one job. */
struct store *relay_lane(struct relay *r, int64_t job);

/* Announce a job; 0 is none. */
void relay_ring(struct relay *r, enum queue queue, int64_t job, int kind, int64_t conversation,
		const char *trace);

/* jobs_handlers, by kind; arg: the relay. */
jobs_handler case_begin, order_begin, duty_begin;

/* --- notes.c ------------------------------------------------------------------- */

/*
 * What finish_handoff() records for what case_work() found: JSON text in the
 * arena.  The client's own place among the desks': channel and chat key.
 */
const char *notes_make(struct arena *a, const char *work, int channel_id, const char *chat_key);

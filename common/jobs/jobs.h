#pragma once

#include "common/base/err.h"
#include "common/redis/redis.h"
#include "common/store/store.h"

/*
 * The common part of every worker: it reads doorbells from its queue's stream,
 * hands each job to a handler, renews the process's one lease, and sweeps.
 *
 * A doorbell is "v=1 job=12 kind=1 conversation=3 wait=600 trace=...": every field in its
 * place, and whatever may come behind the trace.  `wait`: the job is not due before so many
 * ms.  No JSON: to read that would be a tenth of all that a worker does for a job.
 */

struct doorbell {
	int64_t job, conversation;
	int kind, wait_ms;
	char trace[33];
};

/* XADD; tell and forget: what is lost here the sweep announces again. */
void jobs_announce(struct redis *r, enum queue queue, const struct doorbell *bell);

/* 0, or -1 with *e if the payload is not a doorbell. */
int doorbell_parse(struct doorbell *out, const char *payload, struct err *e);

struct jobs;

struct jobs_conf {
	enum queue queue;
	const char *redis_url;
	struct redis *redis; /* for announcing and cleaning up */
	struct store *store;
	int window;                 /* jobs in hand at most */
	int lease_ms;               /* 0: 4000; renewed three times as often */
	int sweep_ms;               /* 0: 500 */
	int max_attempts;           /* 0: 8 */
	int (*is_ready)(void *arg); /* may work be taken in?  NULL: always */
};

/* A job to be worked on.  The handler begins a flow, which calls jobs_settle() when it is over.
 */
typedef void jobs_handler(void *arg, const struct doorbell *bell);

struct jobs *jobs_open(struct event_base *base, const struct jobs_conf *conf,
		       jobs_handler *handler, void *arg, struct err *e);
/* To be called when is_ready() has come to say yes. */
void jobs_begin(struct jobs *j);
/* Nothing more is taken in, and the lease is given back when nothing is in hand. */
void jobs_pause(struct jobs *j);
/* What is still in hand is swept by others once the lease has run out. */
void jobs_close(struct jobs *j);

void jobs_settle(struct jobs *j);

/* Our lease; 0 until PostgreSQL has given one (handlers are not called before). */
int jobs_worker(const struct jobs *j);
int jobs_in_hand(const struct jobs *j);

/*
 * 0: since that time (clock_mono_ms()) others may have taken us for dead, and gone on with what
 * we held.  Whatever cannot be undone is not begun then.
 */
int jobs_held_since(const struct jobs *j, int64_t since);

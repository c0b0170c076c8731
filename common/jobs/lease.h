#pragma once

#include <event2/event.h>

#include "common/store/store.h"

/*
 * A worker process's one lease: a row that says it is alive.  Renewed three
 * times as often as it would run out; taken anew when it was lost.  Private to
 * common/jobs.
 */

struct lease;

struct lease_conf {
	struct store *store;
	enum queue queue;
	const char *name; /* borrowed while open */
	int ttl_ms;
	int (*in_hand)(void *arg);
	void (*leased)(void *arg); /* a lease was given, perhaps again */
	void *arg;
};

struct lease *lease_open(struct event_base *base, const struct lease_conf *conf);

/*
 * Give it back as soon as nothing is in hand any more: a flow of its own, so
 * that the process stays until it is done.
 */
void lease_leave(struct lease *l);
void lease_close(struct lease *l);

int lease_worker(const struct lease *l); /* 0: none yet */

/* 0: perhaps it has run out since that time, on the monotonic clock. */
int lease_has_held(const struct lease *l, int64_t since);

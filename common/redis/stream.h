#pragma once

#include <event2/event.h>

#include "common/base/err.h"

/*
 * Reads one Redis stream as a member of a consumer group, never holding more
 * than `window` entries that are not settled.  Entries are doorbells: a lost
 * one is announced again by the sweep (jobs.h), so Redis keeps no account of who
 * has which (NOACK).  The group is created when it is missing, also after a
 * FLUSHALL.
 */

struct redis;
struct stream;

struct stream_conf {
	const char *url;     /* of Redis: reading blocks a connection of its own */
	struct redis *redis; /* for cleaning up; outlives us */
	const char *key, *group, *consumer; /* borrowed while open */
	int window;
};

/* `payload` is the value of the entry's field "e"; both strings are borrowed. */
typedef void stream_fn(void *arg, const char *entry_id, const char *payload);

struct stream *stream_open(struct event_base *base, const struct stream_conf *conf,
			   stream_fn *fn, void *arg, struct err *e);
void stream_close(struct stream *s);

/* Stop reading; entries already handed out may still be settled. */
void stream_pause(struct stream *s);

/* An entry is dealt with, for better or worse: it frees a place in the window. */
void stream_settle(struct stream *s);

int stream_in_hand(const struct stream *s);

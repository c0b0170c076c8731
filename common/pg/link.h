#pragma once

#include <event2/event.h>
#include <libpq-fe.h>

#include "common/pg/pg.h"

/*
 * The connection under a struct pg: connects, comes back when what the one before
 * had under way is over, watches its socket, and drops a server that says nothing
 * for too long.  Private to common/pg.
 */

struct link;

struct link_events {
	void (*up)(void *arg);       /* connected, in pipeline mode */
	void (*down)(void *arg);     /* nothing that was sent will be answered */
	void (*readable)(void *arg); /* input was consumed: results may be there */
};

struct link *link_open(struct event_base *base, const struct pg_conf *conf,
		       const struct link_events *events, void *arg);
void link_close(struct link *l); /* tells nobody */

PGconn *link_conn(const struct link *l); /* NULL while not up */
int link_is_up(const struct link *l);

/* Write out what libpq holds.  The link may be down afterwards. */
void link_flush(struct link *l);

/* Answers are owed, and something has to arrive in the usual time; or none are. */
void link_expect(struct link *l, int owed);

void link_drop(struct link *l);

#pragma once

#include <libpq-fe.h>
#include <stdint.h>

#include "common/flow/flow.h"

/*
 * One PostgreSQL connection in pipeline mode, shared by all flows of a process.
 *
 * Calls that arrive while a group is on its way wait and then travel together,
 * as one implicit transaction with one Sync: the server flushes its log once
 * for all of them.  As soon as enough of them wait, they follow the group that is
 * on its way, so that a busy server need not wait for us.  A call succeeds only
 * after its Sync: COMMAND_OK is not a commit.  If one call of a group fails, the
 * server has rolled back all of it; each call is then sent again with a Sync of
 * its own, so that a bad call never fails its neighbours.  A call must therefore
 * be complete in itself: what has to be atomic is one SQL function.
 *
 * A flow may ask to be told as soon as its call is committed and others can see
 * what it did (`visible`), which is before the server has flushed its log: a
 * crash may still undo it.  The call itself succeeds only when that is over, so
 * whatever the outside is told waits for that.  A group of such calls commits
 * without waiting, and a flush follows it; when all its calls are `patient`,
 * they wait for whichever flush comes next, PG_PATIENCE_MS at most.  When the
 * connection is lost in between, such a call fails like any other: it may have
 * happened.
 *
 * The connection comes back by itself (200 ms, doubling, jitter, at most 10 s);
 * one that says nothing for timeout_ms and 5 s is given up.  What was on its way
 * when it broke fails as ERR_TEMP: it may have happened.  It will not happen any
 * more once the connection is back: the server's process of the one before, which
 * may have been frozen or waits for a lock, is terminated, and the connection is
 * not up until it has ended.  A process that is still there after 20 times half a
 * second, as one that is frozen for long, is waited for no longer, and that is
 * logged: it dies when it moves, and may only end a commit that it had begun.
 */

struct pg;

struct pg_conf {
	const char *conninfo; /* borrowed while open */
	const char *name;     /* for logs and application_name, e.g. "ingress" */
	int relaxed;          /* synchronous_commit = off: for what may be done again */
	int group_max;        /* calls per group; 0: 64 */
	int queue_max;        /* calls waiting; beyond it they fail at once; 0: 8192 */
	int timeout_ms;       /* statement_timeout; 0: 10000 */
};

/* A statement, prepared on first use.  Static; `name` is unique in the process. */
struct pg_stmt {
	const char *name, *sql;
};

/*
 * Turn rows into *out; what it keeps it copies into the arena.  Rows are gone
 * afterwards.  A call that was one of many has only the row that it is told.
 */
typedef void pg_decode(void *out, const PGresult *rows, int row, struct arena *arena);

/* A call that locks in an order of its own: it travels in no group, so it holds nothing when it
 * begins. */
#define PG_ALONE (UINT64_MAX - 1)

/*
 * `many`, if there is one, does for a list of calls what `stmt` does for each: it
 * takes the same parameters, each an array of texts with an element for each
 * call, and returns a row for each call, in their order.  Neighbours in a group
 * then travel as one statement, which costs the server a fraction.
 */
struct pg_call {
	const struct pg_stmt *stmt, *many;
	const char *const *argv; /* n texts, copied; NULL is SQL null */
	int n;
	uint64_t order;     /* a group is sorted by it (stable), so that groups lock rows in one
			       order; or PG_ALONE.  Calls of one order are never joined, and
			       never pass each other */
	pg_decode *decode;  /* may be NULL */
	void *out;          /* lives as long as the flow */
	flow_step *visible; /* may be NULL.  *out is filled in; not a step: it runs while the
			       call is under way, starts no operation and ends no flow */
	int patient;        /* with `visible`: nobody waits for the end */
};

enum { PG_PATIENCE_MS = 10 };

/* The order of calls that come last, in any order among themselves: these may be joined. */
#define PG_LAST UINT64_MAX

struct pg *pg_open(struct event_base *base, const struct pg_conf *conf);
void pg_close(struct pg *pg); /* calls still waiting fail as ERR_TEMP */

/* Fails as ERR_TEMP when the server is away, overloaded or in conflict, else as ERR_PERM. */
void pg_call(struct pg *pg, struct flow *f, flow_step *next, const struct pg_call *call);

/* Patient calls need not wait any longer.  Also from `visible`. */
void pg_flush(struct pg *pg);

/* Told each time the connection comes up (1) or is lost (0).  One listener. */
void pg_on_change(struct pg *pg, void (*fn)(void *arg, int up), void *arg);

int pg_is_up(const struct pg *pg);
int pg_waiting(const struct pg *pg); /* calls not yet answered */

/* Reading results: text columns of row i. */
int64_t pg_int(const PGresult *rows, int row, int column);      /* 0 if null */
const char *pg_text(const PGresult *rows, int row, int column); /* NULL if null; borrowed */
int pg_bool(const PGresult *rows, int row, int column);

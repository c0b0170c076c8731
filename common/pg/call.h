#pragma once

#include <sys/queue.h>

#include "common/pg/pg.h"

/*
 * One call on its way through a connection (pg.c).  Private to common/pg.  A
 * call whose flow was cancelled stays in line, so that results still find
 * their calls; it only forgets whom to tell.
 */

struct call {
	struct op op; /* op.flow is NULL once cancelled */
	TAILQ_ENTRY(call) link;
	const struct pg_stmt *stmt, *many;
	const struct pg_stmt *sent_as; /* NULL if it travels with another */
	uint64_t order;
	pg_decode *decode;
	void *out;
	PGresult *rows; /* shared by those that travelled as one; the last of them owns it */
	int row, is_owner;
	struct err err;
	struct pg *pg;
	int is_sent;
	int is_own; /* nobody asked for it: it is how a group commits */
	flow_step *visible;
	int is_patient;
	int is_seen;      /* committed, decoded and told; the log is to be flushed */
	int joined;       /* as many, itself included, travel as one; 0: with an earlier one */
	int is_preparing; /* a PREPARE goes before it, and was not answered yet */
	int n;
	const char *argv[]; /* their bytes follow */
};

TAILQ_HEAD(call_list, call);

/* Copies the parameters. */
struct call *call_create(struct pg *pg, const struct pg_call *call);

/* As one statement, c->many: c and the n - 1 that follow.  Its result: 0 if that failed. */
int call_send_joined(PGconn *conn, struct call *c, int n);

void call_take_rows(struct call *c, PGresult *rows);  /* takes over rows */
void call_take_error(struct call *c, PGresult *rows); /* takes over rows */
void call_forget_rows(struct call *c);                /* before it is sent again */

/* Decode, and tell that it can be seen.  Not of one whose flow is gone. */
void call_seen(struct call *c);

/* Tell the flow and free. */
void call_end(struct call *c);

/* Likewise all of them: failed, and may be tried later. */
void call_list_fail(struct call_list *list, const char *why);

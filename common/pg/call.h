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
	const struct pg_stmt *stmt;
	uint64_t order;
	pg_decode *decode;
	void *out;
	PGresult *rows;
	struct err err;
	int prepares; /* a PREPARE goes before it */
	int prepared; /* its PREPARE has been answered, or there is none */
	int n;
	const char *argv[]; /* their bytes follow */
};

TAILQ_HEAD(call_list, call);

/* Starts the flow's operation; copies the parameters. */
struct call *call_create(struct flow *f, flow_step *next, const struct pg_call *call);

void call_take_rows(struct call *c, PGresult *rows);  /* takes over rows */
void call_take_error(struct call *c, PGresult *rows); /* takes over rows */
void call_forget_rows(struct call *c);                /* before it is sent again */

/* Tell the flow and free. */
void call_end(struct call *c);

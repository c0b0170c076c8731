#pragma once

#include "common/pg/call.h"

/*
 * Calls that travel as one transaction with one Sync, and what a connection
 * knows of their statements.  Private to common/pg.
 */

struct group {
	TAILQ_ENTRY(group) link;
	struct call_list calls; /* sorted by order */
	int n, has_failed;
	int is_last_try; /* what fails now, fails for good */
	int is_hurried;  /* its commit does not wait for the disk */
	int is_flush;    /* does nothing but wait for it */
};

TAILQ_HEAD(group_list, group);

/* The statements that a connection has prepared, or is about to. */
struct prepared {
	const struct pg_stmt **stmts;
	int n;
};

struct group *group_create(void);
void group_free(struct group *g); /* without its calls */
void group_add(struct group *g, struct call *c);
int group_is_alone(const struct group *g); /* its call is one that goes alone */

/* 0: libpq does not take it. */
int group_send(struct group *g, PGconn *conn, struct prepared *known);

/* The first call behind those that travel with c. */
struct call *group_behind(struct call *c);

/* What the group was about to prepare when it failed is not. */
void group_unprepare(const struct group *g, struct prepared *known);

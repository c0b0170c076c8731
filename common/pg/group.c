#include "common/pg/group.h"

#include <stdlib.h>

enum { JOINED_MIN = 2 }; /* one by itself is cheaper as what it is */

/* --- what a connection has prepared ------------------------------------------ */

static int find(const struct prepared *known, const struct pg_stmt *stmt)
{
	for (int i = 0; i < known->n; i++)
		if (known->stmts[i] == stmt)
			return i;
	return -1;
}

/* Whether it is up to the caller to prepare it. */
static int take(struct prepared *known, const struct pg_stmt *stmt)
{
	size_t n = (size_t)known->n + 1;

	if (find(known, stmt) >= 0)
		return 0;
	known->stmts = realloc(known->stmts, n * sizeof(struct pg_stmt *));
	if (!known->stmts)
		abort();
	known->stmts[known->n++] = stmt;
	return 1;
}

void group_unprepare(const struct group *g, struct prepared *known)
{
	const struct call *c;

	TAILQ_FOREACH (c, &g->calls, link) {
		int i = c->is_preparing ? find(known, c->sent_as) : -1;

		if (i >= 0)
			known->stmts[i] = known->stmts[--known->n];
	}
}

/* --- sending ------------------------------------------------------------------ */

static int may_join(const struct call *c, const struct call *next)
{
	return next && next->many == c->many &&
	       (next->order != c->order || c->order == PG_LAST);
}

/* How many from c on can travel as one statement. */
static int count_joined(const struct call *c)
{
	int n = 1;

	if (!c->many)
		return 1;
	for (; may_join(c, TAILQ_NEXT(c, link)); c = TAILQ_NEXT(c, link))
		n++;
	return n >= JOINED_MIN ? n : 1;
}

static int send_call(struct call *c, PGconn *conn, struct prepared *known)
{
	const struct pg_stmt *stmt = c->joined > 1 ? c->many : c->stmt;

	c->sent_as = stmt;
	c->is_preparing = take(known, stmt);
	if (c->is_preparing && !PQsendPrepare(conn, stmt->name, stmt->sql, c->n, NULL))
		return 0;
	return c->joined > 1
		       ? call_send_joined(conn, c, c->joined)
		       : PQsendQueryPrepared(conn, stmt->name, c->n, c->argv, NULL, NULL, 0);
}

struct call *group_behind(struct call *c)
{
	for (int n = c->joined; n > 0; n--)
		c = TAILQ_NEXT(c, link);
	return c;
}

int group_send(struct group *g, PGconn *conn, struct prepared *known)
{
	struct call *c = TAILQ_FIRST(&g->calls);

	for (; c; c = group_behind(c)) {
		c->joined = count_joined(c);
		if (!send_call(c, conn, known))
			return 0;
	}
	return PQpipelineSync(conn);
}

/* --- life ----------------------------------------------------------------------- */

struct group *group_create(void)
{
	struct group *g = calloc(1, sizeof *g);

	if (!g)
		abort();
	TAILQ_INIT(&g->calls);
	return g;
}

void group_free(struct group *g)
{
	free(g);
}

int group_is_alone(const struct group *g)
{
	return TAILQ_LAST(&g->calls, call_list)->order == PG_ALONE;
}

void group_add(struct group *g, struct call *c)
{
	struct call *at = TAILQ_LAST(&g->calls, call_list);

	while (at && at->order > c->order)
		at = TAILQ_PREV(at, call_list, link);
	if (at)
		TAILQ_INSERT_AFTER(&g->calls, at, c, link);
	else
		TAILQ_INSERT_HEAD(&g->calls, c, link);
	g->n++;
}

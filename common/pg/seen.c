#include "common/pg/seen.h"

#include <stdlib.h>

#include "common/base/timer.h"

struct seen {
	struct call_list calls;
	struct event *timer;
	void (*due)(void *arg);
	void *arg;
};

/* --- groups ------------------------------------------------------------------ */

/* What the server was configured to wait for is still there, as what a reset gives. */
static const struct pg_stmt hurry_stmt = {
	"hurry", "select set_config('synchronous_commit', 'off', false)"
};

static const struct pg_stmt wait_stmt = {
	"wait", "select set_config('synchronous_commit', null, true)"
};

/* A transaction that has written nothing would not wait for the log. */
static const struct pg_stmt flush_stmt = {
	"flush", "select set_config('synchronous_commit', null, true), "
		 "pg_logical_emit_message(true, 'tandem', '')"
};

/* First, because whatever fails undoes the preparing of what comes behind it. */
static void add_own(struct group *g, struct pg *pg, const struct pg_call *call)
{
	struct call *c = call_create(pg, call);

	c->is_sent = c->is_own = 1;
	TAILQ_INSERT_HEAD(&g->calls, c, link);
	g->n++;
}

static struct group *create(struct pg *pg, const struct pg_call *call)
{
	struct group *g = group_create();

	g->is_last_try = 1;
	add_own(g, pg, call);
	return g;
}

enum haste group_haste(const struct group *g)
{
	enum haste haste = HASTE_PATIENT;
	const struct call *c;

	TAILQ_FOREACH (c, &g->calls, link) {
		if (!c->visible || c->order == PG_ALONE)
			return HASTE_COMMIT;
		if (!c->is_patient)
			haste = HASTE_FLUSH;
	}
	return haste;
}

struct group *group_habit(struct pg *pg)
{
	return create(pg, &(struct pg_call){ .stmt = &hurry_stmt, .order = PG_LAST });
}

void group_wait(struct group *g, struct pg *pg)
{
	add_own(g, pg, &(struct pg_call){ .stmt = &wait_stmt, .order = PG_LAST });
}

struct group *group_flush(struct pg *pg)
{
	struct group *g =
		create(pg, &(struct pg_call){ .stmt = &flush_stmt, .order = PG_LAST });

	g->is_flush = 1;
	return g;
}

/* --- waiting for the disk ------------------------------------------------------ */

static void on_due(evutil_socket_t fd, short what, void *arg)
{
	struct seen *s = arg;

	(void)fd, (void)what;
	s->due(s->arg);
}

struct seen *seen_open(struct event_base *base, void (*due)(void *arg), void *arg)
{
	struct seen *s = calloc(1, sizeof *s);

	if (!s)
		abort();
	TAILQ_INIT(&s->calls);
	s->due = due;
	s->arg = arg;
	s->timer = evtimer_new(base, on_due, s);
	if (!s->timer)
		abort();
	return s;
}

void seen_close(struct seen *s)
{
	event_free(s->timer);
	free(s);
}

void seen_take(struct seen *s, struct group *g)
{
	struct call *c;

	if (TAILQ_EMPTY(&s->calls))
		timer_set(s->timer, PG_PATIENCE_MS);
	while ((c = TAILQ_FIRST(&g->calls))) {
		TAILQ_REMOVE(&g->calls, c, link);
		TAILQ_INSERT_TAIL(&s->calls, c, link);
		if (c->op.flow)
			call_seen(c);
		call_forget_rows(c);
	}
}

void seen_end(struct seen *s, const char *failure)
{
	struct call *c;

	event_del(s->timer);
	while ((c = TAILQ_FIRST(&s->calls))) {
		TAILQ_REMOVE(&s->calls, c, link);
		if (failure)
			err_set(&c->err, ERR_TEMP, "pg: %s", failure);
		call_end(c);
	}
}

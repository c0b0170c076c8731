#include "common/pg/pg.h"

#include <stdlib.h>

#include "common/pg/group.h"
#include "common/pg/link.h"
#include "common/pg/queue.h"
#include "common/pg/seen.h"

/*
 * The life of a call:  waiting -> sent, with its group -> ended by the group's
 * Sync; or seen, and ended by the Sync of a later flush.  If one of a group
 * fails, each of its calls is sent once more, as a group of its own, when
 * nothing else is on its way.  Neighbours in a group that ask for the same may
 * travel as one statement: the first of them is read for all.
 *
 * What gathers while a group is on its way is the next one.  Under load more of
 * them follow before the first was answered, so that the server does not wait
 * for us; but no call follows one of its own order, which may yet have to be
 * repeated.
 */

enum { GROUP_MAX = 64, GROUPS_MAX = 4, QUEUE_MAX = 8192, TIMEOUT_MS = 10000 };
enum { WORTHY = 64 }; /* so many that wait are worth a group that does not wait for an answer */

struct pg {
	struct pg_conf conf;
	struct link *link;
	struct event *round;      /* the end of this round of the loop: a group may leave */
	struct queue waiting;     /* not sent yet */
	struct group_list groups; /* sent, in the order in which results arrive */
	struct call_list again;   /* of groups that failed */
	struct seen *seen;        /* of groups that did not wait for the disk */
	int groups_n, sent_n;     /* sent_n: calls of others, of all groups and in `again` */
	int wants_flush;
	struct call *reading; /* of the first group: whose results come next; NULL: all have */
	struct prepared prepared;
	void (*changed)(void *arg, int up);
	void *changed_arg;
};

/* --- sending --------------------------------------------------------------- */

static void put_on_way(struct pg *pg, struct group *g)
{
	TAILQ_INSERT_TAIL(&pg->groups, g, link);
	if (pg->groups_n++ == 0)
		pg->reading = TAILQ_FIRST(&g->calls);
	if (!group_send(g, link_conn(pg->link), &pg->prepared))
		link_drop(pg->link);
}

static void send_flush(struct pg *pg)
{
	if (link_is_up(pg->link))
		put_on_way(pg, group_flush(pg));
}

/* One that is on its way covers whatever can be seen by now. */
static int is_flush_coming(const struct pg *pg)
{
	const struct group *g;

	TAILQ_FOREACH (g, &pg->groups, link)
		if (g->is_flush)
			return 1;
	return 0;
}

static void send_group(struct pg *pg, struct group *g)
{
	enum haste haste = pg->conf.relaxed ? HASTE_COMMIT : group_haste(g);

	g->is_hurried = haste != HASTE_COMMIT;
	if (haste == HASTE_COMMIT && !pg->conf.relaxed)
		group_wait(g, pg);
	put_on_way(pg, g);
	if (haste == HASTE_FLUSH)
		send_flush(pg);
}

static int may_send(const struct pg *pg)
{
	int worthy = pg->conf.group_max < WORTHY ? pg->conf.group_max : WORTHY;

	if (!link_is_up(pg->link) || pg->waiting.n == 0)
		return 0;
	return pg->groups_n == 0 || (pg->groups_n < GROUPS_MAX && pg->waiting.n >= worthy &&
				     !group_is_alone(TAILQ_FIRST(&pg->groups)));
}

/* Each by itself. */
static void send_again(struct pg *pg)
{
	struct call *c;

	while (link_is_up(pg->link) && (c = TAILQ_FIRST(&pg->again))) {
		struct group *g = group_create();

		TAILQ_REMOVE(&pg->again, c, link);
		g->is_last_try = 1;
		group_add(g, c);
		send_group(pg, g);
	}
}

static void send_more(struct pg *pg)
{
	int had = pg->groups_n;
	struct group *g;

	if (had == 0 && !TAILQ_EMPTY(&pg->again))
		send_again(pg);
	while (TAILQ_EMPTY(&pg->again) && may_send(pg) &&
	       (g = queue_group(&pg->waiting, pg->conf.group_max, pg->groups_n == 0))) {
		pg->sent_n += g->n;
		send_group(pg, g);
	}
	if (pg->wants_flush && !is_flush_coming(pg))
		send_flush(pg);
	pg->wants_flush = 0;
	if (!link_is_up(pg->link))
		return;
	link_expect(pg->link, pg->groups_n > 0);
	if (pg->groups_n > had)
		link_flush(pg->link);
}

static void on_round(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	send_more(arg);
}

/* --- receiving ------------------------------------------------------------- */

static void end_call(struct pg *pg, struct call_list *list, struct call *c)
{
	TAILQ_REMOVE(list, c, link);
	queue_over(&pg->waiting, c);
	pg->sent_n -= !c->is_own;
	call_end(c);
}

/* Nothing of the group has happened; what nobody waits for any more never will. */
static void repeat_group(struct pg *pg, struct group *g)
{
	struct call *c;

	group_unprepare(g, &pg->prepared);
	while ((c = TAILQ_FIRST(&g->calls))) {
		if (!c->op.flow) {
			end_call(pg, &g->calls, c);
			continue;
		}
		TAILQ_REMOVE(&g->calls, c, link);
		call_forget_rows(c);
		TAILQ_INSERT_TAIL(&pg->again, c, link);
	}
}

static void end_group(struct pg *pg, struct group *g)
{
	struct call *c;

	if (g->has_failed)
		group_unprepare(g, &pg->prepared);
	while ((c = TAILQ_FIRST(&g->calls))) {
		if (g->has_failed && !c->err.kind)
			err_set(&c->err, ERR_TEMP, "pg: its group failed");
		end_call(pg, &g->calls, c);
	}
}

/* What is committed needs not be repeated: calls of the same order may follow. */
static void show_group(struct pg *pg, struct group *g)
{
	struct call *c;

	TAILQ_FOREACH (c, &g->calls, link)
		queue_over(&pg->waiting, c);
	pg->sent_n -= g->n;
	seen_take(pg->seen, g);
}

static void on_sync(struct pg *pg)
{
	struct group *g = TAILQ_FIRST(&pg->groups);

	TAILQ_REMOVE(&pg->groups, g, link);
	pg->groups_n--;
	if (g->is_flush)
		seen_end(pg->seen, g->has_failed ? "the log was not flushed" : NULL);
	if (g->has_failed && !g->is_last_try)
		repeat_group(pg, g);
	else if (g->is_hurried && !g->has_failed)
		show_group(pg, g);
	else
		end_group(pg, g);
	group_free(g);
	g = TAILQ_FIRST(&pg->groups);
	pg->reading = g ? TAILQ_FIRST(&g->calls) : NULL;
	send_more(pg); /* before the flows of this group go on: the server need not wait for
			  them */
}

static void on_result(struct pg *pg, PGresult *rows)
{
	struct call *c = pg->reading;
	ExecStatusType status = PQresultStatus(rows);
	int ok = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;

	if (!c || status == PGRES_PIPELINE_ABORTED) { /* who failed has said why */
		PQclear(rows);
		return;
	}
	if (ok && c->is_preparing) { /* the answer to PREPARE; the call's own comes next */
		c->is_preparing = 0;
		PQclear(rows);
		return;
	}
	if (ok && c->joined > 1 && PQntuples(rows) != c->joined)
		ok = 0; /* not what was agreed on */
	if (ok)
		call_take_rows(c, rows);
	else
		call_take_error(c, rows);
	TAILQ_FIRST(&pg->groups)->has_failed |= !ok;
	pg->reading = group_behind(c);
}

/* One NULL ends a statement; a second one means that there is nothing more, as after a loss. */
static void on_readable(void *arg)
{
	struct pg *pg = arg;
	PGconn *conn = link_conn(pg->link);
	int nulls = 0;

	if (pg->groups_n > 0)
		link_expect(pg->link, 1);
	while (pg->groups_n > 0 && nulls < 2 && link_conn(pg->link) == conn &&
	       !PQisBusy(conn)) {
		PGresult *rows = PQgetResult(conn);

		nulls = rows ? 0 : nulls + 1;
		if (!rows)
			continue;
		if (PQresultStatus(rows) != PGRES_PIPELINE_SYNC) {
			on_result(pg, rows);
			continue;
		}
		PQclear(rows);
		on_sync(pg);
	}
}

/* --- coming and going ------------------------------------------------------- */

static void fail_all(struct pg *pg, const char *sent, const char *waiting)
{
	struct group *g;

	pg->reading = NULL;
	pg->prepared.n = 0;
	pg->groups_n = pg->sent_n = pg->wants_flush = pg->waiting.n = 0;
	queue_forget(&pg->waiting);
	while ((g = TAILQ_FIRST(&pg->groups))) {
		TAILQ_REMOVE(&pg->groups, g, link);
		call_list_fail(&g->calls, sent);
		group_free(g);
	}
	call_list_fail(&pg->again, sent);
	seen_end(pg->seen, sent);
	call_list_fail(&pg->waiting.calls, waiting);
}

static void on_up(void *arg)
{
	struct pg *pg = arg;

	if (!pg->conf.relaxed)
		put_on_way(pg, group_habit(pg));
	if (link_is_up(pg->link) && pg->groups_n > 0) {
		link_expect(pg->link, 1);
		link_flush(pg->link);
	}
	if (pg->changed && link_is_up(pg->link))
		pg->changed(pg->changed_arg, 1);
}

static void on_down(void *arg)
{
	struct pg *pg = arg;

	fail_all(pg, "connection lost", "not connected");
	if (pg->changed)
		pg->changed(pg->changed_arg, 0);
}

static const struct link_events link_events = { on_up, on_down, on_readable };

/* What was sent stays in line, so that results find their calls. */
static void on_cancel(struct op *op)
{
	struct call *c = (struct call *)op;

	op->flow = NULL;
	if (c->is_sent)
		return;
	queue_remove(&c->pg->waiting, c);
	call_end(c);
}

static void on_patience_over(void *arg)
{
	pg_flush(arg);
}

/* --- interface ------------------------------------------------------------- */

struct pg *pg_open(struct event_base *base, const struct pg_conf *conf)
{
	struct pg *pg = calloc(1, sizeof *pg);

	if (!pg)
		abort();
	pg->conf = *conf;
	pg->conf.group_max = conf->group_max ? conf->group_max : GROUP_MAX;
	pg->conf.queue_max = conf->queue_max ? conf->queue_max : QUEUE_MAX;
	pg->conf.timeout_ms = conf->timeout_ms ? conf->timeout_ms : TIMEOUT_MS;
	queue_init(&pg->waiting);
	TAILQ_INIT(&pg->groups);
	TAILQ_INIT(&pg->again);
	pg->round = event_new(base, -1, 0, on_round, pg);
	if (!pg->round)
		abort();
	pg->seen = seen_open(base, on_patience_over, pg);
	pg->link = link_open(base, &pg->conf, &link_events, pg);
	return pg;
}

void pg_close(struct pg *pg)
{
	if (!pg)
		return;
	link_close(pg->link);
	fail_all(pg, "closing", "closing");
	seen_close(pg->seen);
	event_free(pg->round);
	free(pg->prepared.stmts);
	free(pg);
}

void pg_call(struct pg *pg, struct flow *f, flow_step *next, const struct pg_call *call)
{
	struct call *c = call_create(pg, call);
	int is_up = link_is_up(pg->link);

	op_start(&c->op, f, next, on_cancel);
	if (!is_up || pg->waiting.n >= pg->conf.queue_max) {
		err_set(&c->err, ERR_TEMP, "pg: %s", is_up ? "overloaded" : "not connected");
		call_end(c);
		return;
	}
	queue_add(&pg->waiting, c);
	if (may_send(pg))
		event_active(pg->round, 0, 0);
}

void pg_flush(struct pg *pg)
{
	pg->wants_flush = 1;
	event_active(pg->round, 0, 0);
}

void pg_on_change(struct pg *pg, void (*fn)(void *arg, int up), void *arg)
{
	pg->changed = fn;
	pg->changed_arg = arg;
}

int pg_is_up(const struct pg *pg)
{
	return link_is_up(pg->link);
}

int pg_waiting(const struct pg *pg)
{
	return pg->waiting.n + pg->sent_n;
}

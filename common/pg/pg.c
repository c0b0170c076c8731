#include "common/pg/pg.h"

#include <stdlib.h>
#include <string.h>

#include "common/pg/call.h"
#include "common/pg/link.h"

/*
 * The life of a call:  waiting -> sent, with its group -> ended by the group's
 * Sync.  If one of the group fails, all of it is sent once more, each call with
 * a Sync of its own that ends it.  Neighbours in a group that ask for the same
 * may travel as one statement: the first of them is read for all.
 */

enum { GROUP_MAX = 64, QUEUE_MAX = 8192, TIMEOUT_MS = 10000 };
enum { JOINED_MIN = 2 }; /* one by itself is cheaper as what it is */

struct pg {
	struct pg_conf conf;
	struct link *link;
	struct event *round;      /* the end of this round of the loop: a group may leave */
	struct call_list waiting; /* not sent yet */
	struct call_list sent;    /* in the order in which results arrive */
	int waiting_n, sent_n;
	struct call *reading; /* whose results come next; NULL: all have */
	int is_alone;         /* each call sent has a Sync of its own */
	int has_failed;       /* a call of this group has */
	const struct pg_stmt **prepared;
	int prepared_n;
	void (*changed)(void *arg, int up);
	void *changed_arg;
};

/* --- what this connection has prepared -------------------------------------- */

static int is_prepared(const struct pg *pg, const struct pg_stmt *stmt)
{
	for (int i = 0; i < pg->prepared_n; i++)
		if (pg->prepared[i] == stmt)
			return 1;
	return 0;
}

static void remember_prepared(struct pg *pg, const struct pg_stmt *stmt)
{
	size_t n = (size_t)pg->prepared_n + 1;

	if (is_prepared(pg, stmt))
		return;
	pg->prepared = realloc(pg->prepared, n * sizeof(struct pg_stmt *));
	if (!pg->prepared)
		abort();
	pg->prepared[pg->prepared_n++] = stmt;
}

/* Does an earlier call of the group that is being sent prepare it? */
static int is_being_prepared(const struct pg *pg, const struct call *call)
{
	const struct call *c;

	TAILQ_FOREACH (c, &pg->sent, link) {
		if (c == call)
			return 0;
		if (c->sent_as == call->sent_as && c->is_preparing)
			return 1;
	}
	return 0;
}

/* --- sending --------------------------------------------------------------- */

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

static int send_call(struct pg *pg, struct call *c)
{
	PGconn *conn = link_conn(pg->link);
	const struct pg_stmt *stmt = c->joined > 1 ? c->many : c->stmt;

	c->sent_as = stmt;
	c->is_preparing = !is_prepared(pg, stmt) && !is_being_prepared(pg, c);
	if (c->is_preparing && !PQsendPrepare(conn, stmt->name, stmt->sql, c->n, NULL))
		return 0;
	return c->joined > 1
		       ? call_send_joined(conn, c, c->joined)
		       : PQsendQueryPrepared(conn, stmt->name, c->n, c->argv, NULL, NULL, 0);
}

/* The first one behind those that travel with c. */
static struct call *behind(struct call *c)
{
	int n = c->joined;

	while (n-- > 0)
		c = TAILQ_NEXT(c, link);
	return c;
}

/* Sends what is in pg->sent: as one transaction, or each call as one. */
static void send_group(struct pg *pg, int alone)
{
	struct call *c;
	int ok = 1;

	pg->is_alone = alone;
	pg->has_failed = 0;
	pg->reading = TAILQ_FIRST(&pg->sent);
	TAILQ_FOREACH (c, &pg->sent, link)
		c->sent_as = NULL;
	for (c = TAILQ_FIRST(&pg->sent); c && ok; c = behind(c)) {
		c->joined = alone ? 1 : count_joined(c);
		ok = send_call(pg, c) && (!alone || PQpipelineSync(link_conn(pg->link)));
	}
	if (!alone)
		ok = ok && PQpipelineSync(link_conn(pg->link));
	if (!ok) {
		link_drop(pg->link);
		return;
	}
	link_expect(pg->link, 1);
	link_flush(pg->link);
}

/* Moves calls from waiting to sent, sorted by order; one that goes alone is a group. */
static void form_group(struct pg *pg)
{
	struct call *c, *at;

	for (int room = pg->conf.group_max; room > 0; room--) {
		c = TAILQ_FIRST(&pg->waiting);
		if (!c || (c->order == PG_ALONE && pg->sent_n > 0))
			return;
		TAILQ_REMOVE(&pg->waiting, c, link);
		pg->waiting_n--;
		at = TAILQ_LAST(&pg->sent, call_list);
		while (at && at->order > c->order)
			at = TAILQ_PREV(at, call_list, link);
		if (at)
			TAILQ_INSERT_AFTER(&pg->sent, at, c, link);
		else
			TAILQ_INSERT_HEAD(&pg->sent, c, link);
		c->is_sent = 1;
		pg->sent_n++;
		if (c->order == PG_ALONE)
			return;
	}
}

static void on_round(evutil_socket_t fd, short what, void *arg)
{
	struct pg *pg = arg;

	(void)fd, (void)what;
	if (!link_is_up(pg->link) || pg->sent_n > 0 || pg->waiting_n == 0)
		return;
	form_group(pg);
	send_group(pg, 0);
}

/* --- receiving ------------------------------------------------------------- */

static void end_call(struct pg *pg, struct call *c)
{
	TAILQ_REMOVE(&pg->sent, c, link);
	pg->sent_n--;
	call_end(c);
}

/* Nothing of the group has happened; what nobody waits for any more never will. */
static void repeat_group(struct pg *pg)
{
	struct call *c, *next;

	for (c = TAILQ_FIRST(&pg->sent); c; c = next) {
		next = TAILQ_NEXT(c, link);
		if (c->op.flow)
			call_forget_rows(c);
		else
			end_call(pg, c);
	}
	if (pg->sent_n > 0)
		send_group(pg, 1);
}

static void end_group(struct pg *pg)
{
	struct call *c;

	while ((c = TAILQ_FIRST(&pg->sent)))
		end_call(pg, c);
}

static void on_sync(struct pg *pg)
{
	struct call *c = pg->reading;

	if (pg->is_alone && c) {
		pg->reading = TAILQ_NEXT(c, link);
		end_call(pg, c);
	} else if (pg->has_failed) {
		repeat_group(pg);
	} else {
		end_group(pg);
	}
	if (pg->sent_n > 0)
		return;
	pg->reading = NULL;
	link_expect(pg->link, 0);
	event_active(pg->round, 0, 0);
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
		remember_prepared(pg, c->sent_as);
		PQclear(rows);
		return;
	}
	if (ok && c->joined > 1 && PQntuples(rows) != c->joined)
		ok = 0; /* not what was agreed on */
	if (ok)
		call_take_rows(c, rows);
	else
		call_take_error(c, rows);
	pg->has_failed |= !ok;
	if (!pg->is_alone)
		pg->reading = behind(c);
}

/* One NULL ends a statement; a second one means that there is nothing more, as after a loss. */
static void on_readable(void *arg)
{
	struct pg *pg = arg;
	PGconn *conn = link_conn(pg->link);
	int nulls = 0;

	if (pg->sent_n > 0)
		link_expect(pg->link, 1);
	while (pg->sent_n > 0 && nulls < 2 && link_conn(pg->link) == conn && !PQisBusy(conn)) {
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

static void fail_all(struct call_list *list, const char *why)
{
	struct call *c;

	while ((c = TAILQ_FIRST(list))) {
		TAILQ_REMOVE(list, c, link);
		err_set(&c->err, ERR_TEMP, "pg: %s", why);
		call_end(c);
	}
}

static void on_up(void *arg)
{
	struct pg *pg = arg;

	if (pg->changed)
		pg->changed(pg->changed_arg, 1);
}

static void on_down(void *arg)
{
	struct pg *pg = arg;

	pg->prepared_n = 0;
	pg->reading = NULL;
	pg->sent_n = pg->waiting_n = 0;
	fail_all(&pg->sent, "connection lost");
	fail_all(&pg->waiting, "not connected");
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
	TAILQ_REMOVE(&c->pg->waiting, c, link);
	c->pg->waiting_n--;
	call_end(c);
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
	TAILQ_INIT(&pg->waiting);
	TAILQ_INIT(&pg->sent);
	pg->round = event_new(base, -1, 0, on_round, pg);
	if (!pg->round)
		abort();
	pg->link = link_open(base, &pg->conf, &link_events, pg);
	return pg;
}

void pg_close(struct pg *pg)
{
	if (!pg)
		return;
	link_close(pg->link);
	fail_all(&pg->sent, "closing");
	fail_all(&pg->waiting, "closing");
	event_free(pg->round);
	free(pg->prepared);
	free(pg);
}

void pg_call(struct pg *pg, struct flow *f, flow_step *next, const struct pg_call *call)
{
	struct call *c = call_create(pg, call);
	int is_up = link_is_up(pg->link);

	op_start(&c->op, f, next, on_cancel);
	if (!is_up || pg->waiting_n >= pg->conf.queue_max) {
		err_set(&c->err, ERR_TEMP, "pg: %s", is_up ? "overloaded" : "not connected");
		call_end(c);
		return;
	}
	TAILQ_INSERT_TAIL(&pg->waiting, c, link);
	pg->waiting_n++;
	if (pg->sent_n == 0)
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
	return pg->waiting_n + pg->sent_n;
}

#include "common/pg/pg.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/pg/call.h"

enum {
	GROUP_MAX = 64,
	QUEUE_MAX = 8192,
	TIMEOUT_MS = 10000,
	RETRY_MIN_MS = 200,
	RETRY_MAX_MS = 10000
};

enum { PREPARED_MAX = 64 };

struct pg {
	struct event_base *base;
	struct pg_conf conf;
	PGconn *conn;
	struct event *io, *retry, *flush;
	short watching;
	int up, retry_ms, waiting_n, sent_n;
	struct call_list waiting; /* not sent yet */
	struct call_list sent;    /* in the order in which results arrive */
	int alone; /* each call sent has a Sync of its own: the second try of a group */
	struct call *reading; /* whose results come next */
	struct err group_err;
	const struct pg_stmt *prepared[PREPARED_MAX];
	int prepared_n;
	void (*changed)(void *arg, int up);
	void *changed_arg;
};

static void connect_start(struct pg *pg);

/* --- the connection -------------------------------------------------------- */

static void fail_all(struct call_list *list, const char *why)
{
	struct call *c;

	while ((c = TAILQ_FIRST(list))) {
		TAILQ_REMOVE(list, c, link);
		err_set(&c->err, ERR_TEMP, "pg: %s", why);
		call_end(c);
	}
}

static void disconnect(struct pg *pg)
{
	if (pg->io)
		event_free(pg->io);
	pg->io = NULL;
	PQfinish(pg->conn);
	pg->conn = NULL;
	pg->prepared_n = 0;
	pg->reading = NULL;
	fail_all(&pg->sent, "connection lost");
	fail_all(&pg->waiting, "not connected");
	pg->sent_n = pg->waiting_n = 0;
	if (pg->up) {
		pg->up = 0;
		if (pg->changed)
			pg->changed(pg->changed_arg, 0);
	}
}

static void reconnect_later(struct pg *pg)
{
	struct timeval tv;
	int ms = pg->retry_ms / 2 + (int)(random() % (pg->retry_ms / 2 + 1));

	log_warn("pg %s: %.160s", pg->conf.name,
		 pg->conn ? PQerrorMessage(pg->conn) : "out of memory");
	disconnect(pg);
	tv = (struct timeval){ ms / 1000, ms % 1000 * 1000 };
	pg->retry_ms = pg->retry_ms * 2 > RETRY_MAX_MS ? RETRY_MAX_MS : pg->retry_ms * 2;
	event_add(pg->retry, &tv);
}

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	connect_start(arg);
}

/* The socket may change while connecting, so the event is made anew when it has to be. */
static void watch(struct pg *pg, short what, event_callback_fn fn)
{
	if (pg->io && pg->watching == what && event_get_fd(pg->io) == PQsocket(pg->conn) &&
	    event_get_callback(pg->io) == fn)
		return;
	if (pg->io)
		event_free(pg->io);
	pg->watching = what;
	pg->io = event_new(pg->base, PQsocket(pg->conn), (short)(what | EV_PERSIST), fn, pg);
	event_add(pg->io, NULL);
}

/* --- sending --------------------------------------------------------------- */

static int is_prepared(const struct pg *pg, const struct pg_stmt *stmt)
{
	for (int i = 0; i < pg->prepared_n; i++)
		if (pg->prepared[i] == stmt)
			return 1;
	return 0;
}

static void remember_prepared(struct pg *pg, const struct pg_stmt *stmt)
{
	if (!is_prepared(pg, stmt) && pg->prepared_n < PREPARED_MAX)
		pg->prepared[pg->prepared_n++] = stmt;
}

/* Is the statement prepared by an earlier call of the group being sent? */
static int prepares_earlier(const struct pg *pg, const struct call *call)
{
	const struct call *c;

	TAILQ_FOREACH (c, &pg->sent, link) {
		if (c == call)
			return 0;
		if (c->stmt == call->stmt && c->prepares)
			return 1;
	}
	return 0;
}

static int send_call(struct pg *pg, struct call *c)
{
	c->prepares = !is_prepared(pg, c->stmt) && !prepares_earlier(pg, c);
	c->prepared = !c->prepares;
	if (c->prepares && !PQsendPrepare(pg->conn, c->stmt->name, c->stmt->sql, c->n, NULL))
		return 0;
	return PQsendQueryPrepared(pg->conn, c->stmt->name, c->n, c->argv, NULL, NULL, 0);
}

static void on_io(evutil_socket_t fd, short what, void *arg);

static void push(struct pg *pg)
{
	int left = PQflush(pg->conn);

	if (left < 0)
		reconnect_later(pg);
	else
		watch(pg, left ? EV_READ | EV_WRITE : EV_READ, on_io);
}

/* Sends what is in pg->sent: as one transaction, or each call as its own. */
static void send_sent(struct pg *pg, int alone)
{
	struct call *c;
	int ok = 1;

	pg->alone = alone;
	pg->group_err = (struct err){ 0 };
	pg->reading = TAILQ_FIRST(&pg->sent);
	TAILQ_FOREACH (c, &pg->sent, link) {
		ok = ok && send_call(pg, c);
		if (alone)
			ok = ok && PQpipelineSync(pg->conn);
	}
	if (!alone)
		ok = ok && PQpipelineSync(pg->conn);
	if (ok)
		push(pg);
	else
		reconnect_later(pg);
}

/* Moves calls from waiting to sent, sorted by order; the cancelled are dropped. */
static void form_group(struct pg *pg)
{
	struct call *c, *at;
	int max = pg->conf.group_max;

	while (max-- > 0 && (c = TAILQ_FIRST(&pg->waiting))) {
		TAILQ_REMOVE(&pg->waiting, c, link);
		pg->waiting_n--;
		if (!c->op.flow) {
			call_end(c);
			continue;
		}
		at = TAILQ_LAST(&pg->sent, call_list);
		while (at && at->order > c->order)
			at = TAILQ_PREV(at, call_list, link);
		if (at)
			TAILQ_INSERT_AFTER(&pg->sent, at, c, link);
		else
			TAILQ_INSERT_HEAD(&pg->sent, c, link);
		pg->sent_n++;
	}
}

static void on_flush(evutil_socket_t fd, short what, void *arg)
{
	struct pg *pg = arg;

	(void)fd, (void)what;
	if (!pg->up || !TAILQ_EMPTY(&pg->sent) || TAILQ_EMPTY(&pg->waiting))
		return;
	form_group(pg);
	if (!TAILQ_EMPTY(&pg->sent))
		send_sent(pg, 0);
}

/* --- receiving ------------------------------------------------------------- */

/* Every call of the group is complete, or none is. */
static void end_group(struct pg *pg)
{
	struct call *c;

	if (pg->group_err.kind) {
		TAILQ_FOREACH (c, &pg->sent, link)
			call_forget_rows(c);
		send_sent(pg, 1);
		return;
	}
	while ((c = TAILQ_FIRST(&pg->sent))) {
		TAILQ_REMOVE(&pg->sent, c, link);
		call_end(c);
	}
	pg->sent_n = 0;
	pg->reading = NULL;
	event_active(pg->flush, 0, 0);
}

static void end_alone(struct pg *pg, struct call *c)
{
	pg->reading = TAILQ_NEXT(c, link);
	TAILQ_REMOVE(&pg->sent, c, link);
	pg->sent_n--;
	call_end(c);
	if (TAILQ_EMPTY(&pg->sent))
		event_active(pg->flush, 0, 0);
}

static void on_sync(struct pg *pg)
{
	if (!pg->alone)
		end_group(pg);
	else if (pg->reading)
		end_alone(pg, pg->reading);
}

static void on_result(struct pg *pg, PGresult *rows)
{
	struct call *c = pg->reading;
	ExecStatusType status = PQresultStatus(rows);

	if (c && status == PGRES_COMMAND_OK && !c->prepared) {
		c->prepared = 1; /* the answer to PREPARE; the call's own comes next */
		remember_prepared(pg, c->stmt);
		PQclear(rows);
		return;
	}
	if (status == PGRES_PIPELINE_ABORTED || !c) {
		PQclear(rows);
		return;
	}
	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
		call_take_rows(c, rows);
	else {
		call_take_error(c, rows);
		pg->group_err = c->err;
	}
	if (!pg->alone)
		pg->reading = TAILQ_NEXT(c, link);
}

static void read_results(struct pg *pg)
{
	while (pg->conn && !TAILQ_EMPTY(&pg->sent) && !PQisBusy(pg->conn)) {
		PGresult *rows = PQgetResult(pg->conn);

		if (!rows) /* the end of one statement */
			continue;
		if (PQresultStatus(rows) != PGRES_PIPELINE_SYNC) {
			on_result(pg, rows);
			continue;
		}
		PQclear(rows);
		on_sync(pg);
	}
}

static void on_io(evutil_socket_t fd, short what, void *arg)
{
	struct pg *pg = arg;

	(void)fd;
	if (what & EV_READ) {
		if (!PQconsumeInput(pg->conn) || PQstatus(pg->conn) != CONNECTION_OK) {
			reconnect_later(pg);
			return;
		}
		read_results(pg);
	}
	if (pg->conn && pg->watching & EV_WRITE)
		push(pg);
}

/* --- connecting ------------------------------------------------------------ */

static void connected(struct pg *pg)
{
	PQsetnonblocking(pg->conn, 1);
	PQenterPipelineMode(pg->conn);
	pg->up = 1;
	pg->retry_ms = RETRY_MIN_MS;
	log_info("connected to postgresql as=%s", pg->conf.name);
	watch(pg, EV_READ, on_io);
	if (pg->changed)
		pg->changed(pg->changed_arg, 1);
	event_active(pg->flush, 0, 0);
}

static void on_connecting(evutil_socket_t fd, short what, void *arg)
{
	struct pg *pg = arg;

	(void)fd, (void)what;
	switch (PQconnectPoll(pg->conn)) {
	case PGRES_POLLING_READING:
		watch(pg, EV_READ, on_connecting);
		break;
	case PGRES_POLLING_WRITING:
		watch(pg, EV_WRITE, on_connecting);
		break;
	case PGRES_POLLING_OK:
		connected(pg);
		break;
	default:
		reconnect_later(pg);
	}
}

static void connect_start(struct pg *pg)
{
	char options[160];
	const char *keys[] = { "dbname", "application_name", "options", "connect_timeout",
			       NULL };
	const char *values[] = { pg->conf.conninfo, pg->conf.name, options, "5", NULL };

	snprintf(options, sizeof options, "-c statement_timeout=%d -c synchronous_commit=%s",
		 pg->conf.timeout_ms, pg->conf.relaxed ? "off" : "on");
	pg->conn = PQconnectStartParams(keys, values, 1);
	if (!pg->conn || PQstatus(pg->conn) == CONNECTION_BAD)
		reconnect_later(pg);
	else
		watch(pg, EV_WRITE, on_connecting);
}

/* --- interface ------------------------------------------------------------- */

struct pg *pg_open(struct event_base *base, const struct pg_conf *conf)
{
	struct pg *pg = calloc(1, sizeof *pg);

	if (!pg)
		abort();
	pg->base = base;
	pg->conf = *conf;
	pg->conf.group_max = conf->group_max ? conf->group_max : GROUP_MAX;
	pg->conf.queue_max = conf->queue_max ? conf->queue_max : QUEUE_MAX;
	pg->conf.timeout_ms = conf->timeout_ms ? conf->timeout_ms : TIMEOUT_MS;
	pg->retry_ms = RETRY_MIN_MS;
	TAILQ_INIT(&pg->waiting);
	TAILQ_INIT(&pg->sent);
	pg->retry = evtimer_new(base, on_retry, pg);
	pg->flush = event_new(base, -1, 0, on_flush, pg);
	if (!pg->retry || !pg->flush)
		abort();
	connect_start(pg);
	return pg;
}

void pg_close(struct pg *pg)
{
	if (!pg)
		return;
	disconnect(pg);
	event_free(pg->retry);
	event_free(pg->flush);
	free(pg);
}

void pg_call(struct pg *pg, struct flow *f, flow_step *next, const struct pg_call *call)
{
	struct call *c = call_create(f, next, call);

	if (pg->up && pg->waiting_n < pg->conf.queue_max) {
		TAILQ_INSERT_TAIL(&pg->waiting, c, link);
		pg->waiting_n++;
		if (TAILQ_EMPTY(&pg->sent))
			event_active(pg->flush, 0, 0);
		return;
	}
	err_set(&c->err, ERR_TEMP, "pg: %s", pg->up ? "overloaded" : "not connected");
	call_end(c);
}

void pg_on_change(struct pg *pg, void (*fn)(void *arg, int up), void *arg)
{
	pg->changed = fn;
	pg->changed_arg = arg;
}

int pg_is_up(const struct pg *pg)
{
	return pg->up;
}

int pg_waiting(const struct pg *pg)
{
	return pg->waiting_n + pg->sent_n;
}

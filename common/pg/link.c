#include "common/pg/link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/log.h"
#include "common/base/timer.h"

/*
 * Connecting:  connect_start -> on_connecting ... -> meet -> on_meeting -> become_up;  after a
 * loss again, later, and then  meet -> on_meeting  are repeated until the one before is gone.
 */

enum { RETRY_MIN_MS = 200, RETRY_MAX_MS = 1000, CONNECT_MS = 5000, GRACE_MS = 5000 };
enum { DEPOSE_TRIES = 20 }; /* of half a second each */
enum { PROCESS_MAX = 48 };
enum link_state { LINK_DOWN, LINK_CONNECTING, LINK_UP };

struct link {
	struct event_base *base;
	const struct pg_conf *conf;
	const struct link_events *events;
	void *arg;
	enum link_state state;
	PGconn *conn;
	struct event *io;
	struct event *timer; /* down: the next try; connecting: patience; up: silence */
	short watching;
	int retry_ms;
	char process[PROCESS_MAX]; /* the server's, at the other end: see meet_sql */
	char lost[PROCESS_MAX];    /* of the time before, as long as it may be there; or "" */
	int tries;                 /* to be rid of it */
};

static void connect_start(struct link *l);

/* --- losing it ------------------------------------------------------------ */

/* "FATAL:  the first line" without its end; the rest is for interactive use. */
static const char *reason(const struct link *l, int *len)
{
	const char *text = l->conn ? PQerrorMessage(l->conn) : "out of memory";

	if (!*text)
		text = "no answer";
	*len = (int)strcspn(text, "\n");
	return text;
}

static void forget(struct link *l)
{
	if (l->io)
		event_free(l->io);
	l->io = NULL;
	PQfinish(l->conn);
	l->conn = NULL;
	l->state = LINK_DOWN;
}

void link_drop(struct link *l)
{
	int was_up = l->state == LINK_UP, len;
	const char *why = reason(l, &len);

	log_warn("postgresql %s as=%s why=\"%.*s\"", was_up ? "lost" : "unreachable",
		 l->conf->name, len > 160 ? 160 : len, why);
	if (was_up)
		memcpy(l->lost, l->process, sizeof l->lost);
	forget(l);
	timer_back_off(l->timer, &l->retry_ms, RETRY_MAX_MS);
	if (was_up)
		l->events->down(l->arg);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct link *l = arg;

	(void)fd, (void)what;
	if (l->state == LINK_DOWN)
		connect_start(l);
	else
		link_drop(l);
}

/* --- the socket ----------------------------------------------------------- */

/* It may change while connecting, so the event is made anew when it has to be. */
static void watch(struct link *l, short what, event_callback_fn fn)
{
	if (l->io && l->watching == what && event_get_fd(l->io) == PQsocket(l->conn) &&
	    event_get_callback(l->io) == fn)
		return;
	if (l->io)
		event_free(l->io);
	l->watching = what;
	l->io = event_new(l->base, PQsocket(l->conn), (short)(what | EV_PERSIST), fn, l);
	if (!l->io)
		abort();
	event_add(l->io, NULL);
}

static void on_io(evutil_socket_t fd, short what, void *arg)
{
	struct link *l = arg;

	(void)fd;
	if (what & EV_READ) {
		int alive = PQconsumeInput(l->conn) && PQstatus(l->conn) == CONNECTION_OK;

		l->events->readable(l->arg); /* also what arrived just before the end */
		if (l->state != LINK_UP)
			return;
		if (!alive) {
			link_drop(l);
			return;
		}
	}
	if (l->watching & EV_WRITE)
		link_flush(l);
}

void link_flush(struct link *l)
{
	int left = PQflush(l->conn);

	if (left < 0)
		link_drop(l);
	else
		watch(l, left ? EV_READ | EV_WRITE : EV_READ, on_io);
}

void link_expect(struct link *l, int owed)
{
	if (l->state != LINK_UP)
		return;
	if (owed)
		timer_set(l->timer, l->conf->timeout_ms + GRACE_MS);
	else
		event_del(l->timer);
}

/* --- connecting ----------------------------------------------------------- */

static void become_up(struct link *l)
{
	PQsetnonblocking(l->conn, 1);
	PQenterPipelineMode(l->conn);
	event_del(l->timer);
	l->lost[0] = '\0';
	l->tries = 0;
	l->state = LINK_UP;
	l->retry_ms = RETRY_MIN_MS;
	log_info("postgresql connected as=%s", l->conf->name);
	watch(l, EV_READ, on_io);
	l->events->up(l->arg);
}

/*
 * Whom we talk to; and the one before is terminated: null if it is not there.  Its number may
 * be another's by now, so the time it began belongs to its name.
 */
static const char meet_sql[] =
	"with process as materialized"
	" (select pid, concat(pid, ' ', extract(epoch from backend_start)) as name"
	" from pg_stat_activity)"
	" select p.name,"
	" (select pg_terminate_backend(o.pid, 500) from process o where o.name = $1)"
	" from process p where p.pid = pg_backend_pid()";

/* What the connection before has not done it never does: its process has to be gone.  False,
 * with a notice, is also the answer when it went by itself just before: ask again. */
static void take_names(struct link *l, const PGresult *rows)
{
	snprintf(l->process, sizeof l->process, "%s", PQgetvalue(rows, 0, 0));
	if (PQgetisnull(rows, 0, 1) || pg_bool(rows, 0, 1))
		l->lost[0] = '\0';
}

static void meet(struct link *l);

static void go_on(struct link *l)
{
	if (*l->lost && l->tries < DEPOSE_TRIES) {
		meet(l);
		return;
	}
	if (*l->lost)
		log_warn("postgresql process stayed as=%s lost=\"%s\"", l->conf->name, l->lost);
	become_up(l);
}

static void on_meeting(evutil_socket_t fd, short what, void *arg)
{
	struct link *l = arg;
	int alive = PQconsumeInput(l->conn);

	(void)fd, (void)what;
	while (alive && !PQisBusy(l->conn)) {
		PGresult *rows = PQgetResult(l->conn);

		if (!rows) {
			go_on(l);
			return;
		}
		alive = PQresultStatus(rows) == PGRES_TUPLES_OK && PQntuples(rows) == 1;
		if (alive)
			take_names(l, rows);
		PQclear(rows);
	}
	if (!alive)
		link_drop(l);
}

static void meet(struct link *l)
{
	const char *const argv[] = { l->lost };

	l->tries++;
	if (!PQsendQueryParams(l->conn, meet_sql, 1, NULL, argv, NULL, NULL, 0)) {
		link_drop(l);
		return;
	}
	timer_set(l->timer, CONNECT_MS);
	watch(l, EV_READ, on_meeting);
}

static void ignore_notice(void *arg, const PGresult *notice)
{
	(void)arg, (void)notice; /* libpq would print it */
}

static void on_connecting(evutil_socket_t fd, short what, void *arg)
{
	struct link *l = arg;

	(void)fd, (void)what;
	switch (PQconnectPoll(l->conn)) {
	case PGRES_POLLING_READING:
		watch(l, EV_READ, on_connecting);
		break;
	case PGRES_POLLING_WRITING:
		watch(l, EV_WRITE, on_connecting);
		break;
	case PGRES_POLLING_OK:
		PQsetNoticeReceiver(l->conn, ignore_notice, NULL);
		meet(l);
		break;
	default:
		link_drop(l);
	}
}

/*
 * Every plan of ours goes by an index and does not depend on the values.  A
 * plan made while a table was empty must not outlive that: hence no sequential
 * scans; their price would wake the JIT compiler.
 */
static void connect_start(struct link *l)
{
	char options[240];
	const char *keys[] = { "dbname", "application_name", "options", NULL };
	const char *values[] = { l->conf->conninfo, l->conf->name, options, NULL };

	snprintf(options, sizeof options,
		 "-c statement_timeout=%d%s -c plan_cache_mode=force_generic_plan"
		 " -c enable_seqscan=off -c jit=off",
		 l->conf->timeout_ms, l->conf->relaxed ? " -c synchronous_commit=off" : "");
	l->state = LINK_CONNECTING;
	l->conn = PQconnectStartParams(keys, values, 1);
	if (!l->conn || PQstatus(l->conn) == CONNECTION_BAD) {
		link_drop(l);
		return;
	}
	timer_set(l->timer, CONNECT_MS);
	watch(l, EV_WRITE, on_connecting);
}

/* --- interface ------------------------------------------------------------- */

struct link *link_open(struct event_base *base, const struct pg_conf *conf,
		       const struct link_events *events, void *arg)
{
	struct link *l = calloc(1, sizeof *l);

	if (!l)
		abort();
	l->base = base;
	l->conf = conf;
	l->events = events;
	l->arg = arg;
	l->retry_ms = RETRY_MIN_MS;
	l->timer = evtimer_new(base, on_timer, l);
	if (!l->timer)
		abort();
	connect_start(l);
	return l;
}

void link_close(struct link *l)
{
	if (!l)
		return;
	forget(l);
	event_free(l->timer);
	free(l);
}

PGconn *link_conn(const struct link *l)
{
	return l->state == LINK_UP ? l->conn : NULL;
}

int link_is_up(const struct link *l)
{
	return l->state == LINK_UP;
}

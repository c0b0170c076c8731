#include "tests/integration/store_world.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "tests/integration/redis_server.h"

enum { PATIENCE_MS = 60000 };

struct world world;

static int ups;
static int is_broken; /* nothing can be tested any more */

static void on_change(void *arg, int up)
{
	(void)arg;
	ups += up;
}

int world_open(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	log_open("test", 1);
	world.server = pg_server_start();
	return 0;
}

int world_close(void **state)
{
	(void)state;
	pg_server_stop(world.server);
	return 0;
}

static struct pg *open_pg(int relaxed)
{
	struct pg *pg = pg_open(world.base,
				&(struct pg_conf){ .conninfo = pg_server_conninfo(world.server),
						   .name = "test",
						   .relaxed = relaxed });

	ups = 0;
	pg_on_change(pg, on_change, NULL);
	run_until(world.base, &ups, 1);
	return pg;
}

int world_begin(void **state)
{
	(void)state;
	if (is_broken)
		fail_msg("a test before this one failed with calls under way");
	pg_server_clean(world.server);
	world.base = event_base_new();
	flow_open(world.base);
	world.store.durable = open_pg(0);
	world.store.relaxed = open_pg(1);
	world.quiet_ms = world.quiet_max_ms = 0;
	caller_begin(world.base, &world.caller);
	return 0;
}

/* A test that fails leaves its stack, which calls under way still write to: they are left
 * alone.  It leaves transactions, too, which the next would wait for. */
int world_end(void **state)
{
	(void)state;
	is_broken |= flow_count() > 1 || world.caller.flow.op;
	if (is_broken)
		return 0;
	caller_end(&world.caller);
	pg_close(world.store.relaxed);
	pg_close(world.store.durable);
	flow_close();
	event_base_free(world.base);
	run("select pg_terminate_backend(pid) from pg_stat_activity"
	    " where state like 'idle in transaction%'");
	assert_sql("select coalesce(string_agg(kind || ' ' || detail, ', '), '')"
		   " from verify_violations() where kind <> 'job of a dead worker'",
		   "");
	return 0;
}

struct flow *begin(void)
{
	return &world.caller.flow;
}

int done(void)
{
	return caller_wait(world.base, &world.caller);
}

void await_held_up(const struct caller *c)
{
	const char *sql =
		"select count(*) from pg_stat_activity where wait_event_type = 'Lock'";
	int64_t until = clock_mono_ms() + PATIENCE_MS;

	while (number(sql) == 0) {
		assert_int_equal(c->ended, 0);
		assert_true(clock_mono_ms() < until);
		event_base_loop(world.base, EVLOOP_NONBLOCK);
	}
}

/* --- short names --------------------------------------------------------------- */

struct accepted hear_event(int channel, const struct inbound *event)
{
	static const enum delivery_mode modes[] = { 0, DELIVERY_COURIER, DELIVERY_NONE,
						    DELIVERY_FETCH };
	struct place place = { .channel_id = channel,
			       .bot_id = 1,
			       .mode = modes[channel],
			       .quiet_ms = world.quiet_ms,
			       .quiet_max_ms = world.quiet_max_ms };
	struct accepted a;

	store_accept(&world.store, begin(), caller_next, &a, &place, event);
	assert_int_equal(done(), 0);
	return a;
}

struct accepted hear(int channel, const char *chat, const char *key, enum inbound_action action,
		     const char *text, const char *reply)
{
	struct inbound event = { .action = action,
				 .key = key,
				 .chat = chat,
				 .lang = "ru",
				 .user = chat,
				 .user_name = "Ann",
				 .external_id = key,
				 .text = text,
				 .reply = reply };

	return hear_event(channel, &event);
}

struct turn_claim claim_turn(int64_t job, int attempt, int worker)
{
	struct turn_claim c;

	store_claim_turn(&world.store, begin(), caller_next, &c,
			 &(struct turn_wanted){ .job = job,
						.attempt = attempt,
						.worker = worker,
						.history_messages = 40 });
	assert_int_equal(done(), 0);
	return c;
}

struct turn_finished finish_turn(int64_t job, const struct turn_claim *claim,
				 enum turn_outcome outcome, const char *body)
{
	struct turn_result result = { .outcome = outcome,
				      .body = body,
				      .provider = "p",
				      .model = "m",
				      .tokens_in = 10,
				      .tokens_out = 20,
				      .first_token_ms = -1,
				      .total_ms = 5 };
	struct turn_finished f;

	store_finish_turn(&world.store, begin(), caller_next, &f, job, claim, &result);
	assert_int_equal(done(), 0);
	return f;
}

struct delivery_claim claim_line_as(const struct delivery_wanted *wanted)
{
	struct delivery_claim c;

	store_claim_delivery(&world.store, begin(), caller_next, &c, wanted);
	assert_int_equal(done(), 0);
	return c;
}

struct delivery_claim claim_line(int64_t job, int worker)
{
	return claim_line_as(
		&(struct delivery_wanted){ .job = job, .claimant = worker, .worker = worker });
}

struct delivery_settled settle(int64_t job, const struct delivery_claim *claim,
			       int64_t delivery, enum delivery_state state)
{
	struct delivery_settled s;

	store_settle_delivery(
		&world.store, begin(), caller_next, &s,
		&(struct delivery_held){ .job = job, .delivery = delivery, .claim = claim },
		&(struct delivery_result){ .state = state });
	assert_int_equal(done(), 0);
	return s;
}

int64_t post(const char *key, const char *text)
{
	return hear(TELEGRAM, "7", key, INBOUND_COMMAND, "/help", text).delivery_job;
}

int add_worker(enum queue queue)
{
	int worker;

	store_register_worker(&world.store, begin(), caller_next, &worker, queue, "w", 60000);
	assert_int_equal(done(), 0);
	return worker;
}

void kill_worker(int worker)
{
	char sql[96];

	snprintf(sql, sizeof sql, "update worker set alive_until = now() where id = %d",
		 worker);
	run(sql);
}

/* Somebody who has been well for long: without one, nobody is taken for dead. */
static void add_witness(void)
{
	run("insert into worker (queue, name, ttl, held_since, alive_until)"
	    " select 0, 'witness', '1 h', now() - interval '2 h', now() + interval '1 h'"
	    " where not exists (select from worker where name = 'witness')");
}

struct swept sweep(enum queue queue, int max_deaths)
{
	struct swept s;

	add_witness();
	store_sweep(&world.store, begin(), caller_next, &s, queue, 100, max_deaths);
	assert_int_equal(done(), 0);
	return s;
}

void take_over(const char *chat_like)
{
	char sql[512];

	run("insert into operator (name, enabled, on_duty, capacity)"
	    " select 'Olga', true, true, 100 where not exists (select from operator)");
	snprintf(sql, sizeof sql,
		 "select call_human(id, 'asked', null, 't') from conversation"
		 " where chat_key like '%s'",
		 chat_like);
	run(sql);
	run("select hold_case(id, (select min(id) from operator), true, 'taken')"
	    " from handoff where state = 1");
}

void run(const char *sql)
{
	pg_server_run(world.server, sql);
}

int64_t number(const char *sql)
{
	return pg_server_ask(world.server, sql);
}

void assert_sql(const char *sql, const char *expected)
{
	assert_string_equal(pg_server_tell(world.server, sql), expected);
}

PGconn *connect_and(const char *sql)
{
	PGconn *conn = pg_server_connect(world.server);

	PQclear(PQexec(conn, "begin"));
	PQclear(PQexec(conn, sql));
	return conn;
}

void do_unhindered(PGconn *conn, const char *sql)
{
	PGresult *rows;

	PQclear(PQexec(conn, "set local lock_timeout = '200ms'"));
	rows = PQexec(conn, sql);
	assert_int_equal(PQresultStatus(rows), PGRES_TUPLES_OK);
	PQclear(rows);
}

void commit(PGconn *conn)
{
	PQclear(PQexec(conn, "commit"));
	PQfinish(conn);
}

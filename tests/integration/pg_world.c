#include "tests/integration/pg_world.h"

#include <signal.h>

#include "common/base/log.h"
#include "tests/integration/redis_server.h"

struct pg_server *server;
struct event_base *base;
struct pg *pg;
int ups, downs;
struct caller callers[CALLERS];
int64_t got[CALLERS];

const struct pg_stmt pg_world_add = { "add", "insert into t (n) values (1000 / $1::int)"
					     " returning n" };
const struct pg_stmt pg_world_slow = { "slow", "select 7 from pg_sleep($1::float)" };
const struct pg_stmt pg_world_xid = { "xid", "insert into t (n) values ($1::int)"
					     " returning pg_current_xact_id()::text" };

static void on_change(void *arg, int up)
{
	(void)arg;
	ups += up;
	downs += !up;
}

void decode_number(void *out, const PGresult *rows, int row, struct arena *arena)
{
	(void)arena;
	*(int64_t *)out = PQntuples(rows) ? pg_int(rows, row, 0) : -1;
}

void pg_world_connect(const struct pg_conf *conf)
{
	struct pg_conf whole = *conf;

	pg_close(pg);
	ups = downs = 0;
	whole.conninfo = pg_server_conninfo(server);
	whole.name = "test";
	pg = pg_open(base, &whole);
	pg_on_change(pg, on_change, NULL);
	run_until(base, &ups, 1);
}

void pg_world_begin(const struct pg_conf *conf)
{
	base = event_base_new();
	flow_open(base);
	pg_server_run(server, "create table if not exists t (n int); truncate t");
	pg_world_connect(conf);
	for (int i = 0; i < CALLERS; i++)
		caller_begin(base, &callers[i]);
}

int pg_world_begin_plain(void **state)
{
	(void)state;
	pg_world_begin(&(struct pg_conf){ 0 });
	return 0;
}

int pg_world_end(void **state)
{
	(void)state;
	pg_close(pg);
	pg = NULL;
	for (int i = 0; i < CALLERS; i++)
		caller_end(&callers[i]);
	flow_close();
	event_base_free(base);
	return flow_count();
}

int pg_world_start(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	log_open("test", 1);
	server = pg_server_start();
	return 0;
}

int pg_world_stop(void **state)
{
	(void)state;
	pg_server_stop(server);
	return 0;
}

void pg_world_ask(int i, const struct pg_stmt *stmt, const char *arg, uint64_t order)
{
	got[i] = 0;
	pg_call(pg, &callers[i].flow, caller_next,
		&(struct pg_call){ .stmt = stmt,
				   .argv = &arg,
				   .n = arg ? 1 : 0,
				   .order = order,
				   .decode = decode_number,
				   .out = &got[i] });
}

int pg_world_wait(int i)
{
	return caller_wait(base, &callers[i]);
}

int pg_world_wait_all(int n)
{
	int failed = 0;

	for (int i = 0; i < n; i++)
		failed += pg_world_wait(i) < 0;
	return failed;
}

int64_t pg_world_rows(void)
{
	return pg_server_ask(server, "select count(*) from t");
}

void pg_world_cut(void)
{
	pg_server_run(server, "select pg_terminate_backend(pid) from pg_stat_activity"
			      " where application_name = 'test'");
}

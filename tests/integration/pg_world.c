#include "tests/integration/pg_world.h"

#include <signal.h>

#include "common/base/log.h"
#include "tests/integration/redis_server.h"

struct pg_server *server;
struct event_base *base;
struct pg *pg;
int ups, downs;

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
}

int pg_world_end(void **state)
{
	(void)state;
	pg_close(pg);
	pg = NULL;
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

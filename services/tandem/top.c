/* tandem top: queues, workers, deliveries and answers, live. */

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/pg/sync.h"
#include "services/tandem/ask_redis.h"
#include "services/tandem/commands.h"

enum { USAGE = 64, UNAVAILABLE = 69, CONFIG = 78 };

static const char *const queues[] = { "llm", "delivery", "operator" };

enum { QUEUES = sizeof queues / sizeof *queues };

/* --- asking ---------------------------------------------------------------- */

#define QUEUES_SQL                                                                             \
	"select (array['llm', 'delivery', 'operator'])[queue], ready, running, dead, "         \
	"workers, "                                                                            \
	"round(oldest_s::numeric, 1) from queue_depths()"

#define WORKERS_SQL                                                                            \
	"select name, (array['llm', 'delivery', 'operator', 'grader', 'google'])[queue], "     \
	"in_flight, extract(epoch from now() - started_at)::int, alive_until > now() "         \
	"from worker where alive_until > now() - interval '1 minute' order by queue, id"

#define DELIVERIES_SQL                                                                         \
	"select (array['pending', 'sending', 'sent', 'failed', 'uncertain', 'cancelled'])"     \
	"[state + 1], count(*) from (select shown_state(d) as state from delivery d "          \
	"where settled_at is null or created_at > now() - interval '1 hour') d "               \
	"group by state order by state"

#define TURNS_SQL                                                                              \
	"select count(*) filter (where finished_at > now() - interval '1 minute'), "           \
	"count(*) filter (where outcome = 2), "                                                \
	"coalesce(percentile_cont(0.5) within group (order by total_ms), 0)::int, "            \
	"coalesce(percentile_cont(0.95) within group (order by total_ms), 0)::int, "           \
	"coalesce(percentile_cont(0.5) within group (order by first_token_ms), 0)::int "       \
	"from (select * from turn order by finished_at desc limit 1000) t"

struct view {
	PGresult *queues, *workers, *deliveries, *turns;
	long long length[QUEUES], lag[QUEUES]; /* -1: Redis does not say */
};

static int look(struct view *v, struct pg_sync *db, struct err *e)
{
	memset(v, 0, sizeof *v);
	v->queues = pg_sync_query(db, e, QUEUES_SQL, 0, NULL);
	v->workers = v->queues ? pg_sync_query(db, e, WORKERS_SQL, 0, NULL) : NULL;
	v->deliveries = v->workers ? pg_sync_query(db, e, DELIVERIES_SQL, 0, NULL) : NULL;
	v->turns = v->deliveries ? pg_sync_query(db, e, TURNS_SQL, 0, NULL) : NULL;
	for (int i = 0; i < QUEUES; i++)
		ask_stream(queues[i], &v->length[i], &v->lag[i]);
	return v->turns ? 0 : -1;
}

static void view_finish(struct view *v)
{
	PQclear(v->queues);
	PQclear(v->workers);
	PQclear(v->deliveries);
	PQclear(v->turns);
}

/* --- showing --------------------------------------------------------------- */

static void print_number(long long n)
{
	if (n < 0)
		printf(" %9s", "-");
	else
		printf(" %9lld", n);
}

static void print_queues(const struct view *v)
{
	printf("%-10s %9s %9s %9s %9s %9s %9s %9s\n", "QUEUE", "READY", "RUNNING", "DEAD",
	       "WORKERS", "OLDEST,s", "STREAM", "LAG");
	for (int i = 0; i < PQntuples(v->queues) && i < QUEUES; i++) {
		printf("%-10s", PQgetvalue(v->queues, i, 0));
		for (int k = 1; k < 6; k++)
			printf(" %9s", PQgetvalue(v->queues, i, k));
		print_number(v->length[i]);
		print_number(v->lag[i]);
		putchar('\n');
	}
}

static void print_text(const struct view *v)
{
	print_queues(v);
	printf("\n%-44s %-10s %9s %9s  %s\n", "WORKER", "QUEUE", "IN HAND", "UP,s", "LEASE");
	for (int i = 0; i < PQntuples(v->workers); i++)
		printf("%-44.44s %-10s %9s %9s  %s\n", PQgetvalue(v->workers, i, 0),
		       PQgetvalue(v->workers, i, 1), PQgetvalue(v->workers, i, 2),
		       PQgetvalue(v->workers, i, 3),
		       *PQgetvalue(v->workers, i, 4) == 't' ? "held" : "EXPIRED");
	printf("\nDELIVERIES (open, and of the last hour)  ");
	for (int i = 0; i < PQntuples(v->deliveries); i++)
		printf(" %s %s", PQgetvalue(v->deliveries, i, 1),
		       PQgetvalue(v->deliveries, i, 0));
	printf("\nANSWERS (the last 1000)  %s in the last minute, %s apologies, "
	       "p50 %s ms, p95 %s ms, first word p50 %s ms\n",
	       PQgetvalue(v->turns, 0, 0), PQgetvalue(v->turns, 0, 1),
	       PQgetvalue(v->turns, 0, 2), PQgetvalue(v->turns, 0, 3),
	       PQgetvalue(v->turns, 0, 4));
}

static json_t *rows_json(const PGresult *rows, const char *const *names)
{
	json_t *list = json_array();

	for (int i = 0; i < PQntuples(rows); i++) {
		json_t *row = json_object();

		for (int k = 0; names[k]; k++)
			json_object_set_new(row, names[k], json_string(PQgetvalue(rows, i, k)));
		json_array_append_new(list, row);
	}
	return list;
}

static void print_json(const struct view *v)
{
	static const char *const queue_names[] = { "queue",   "ready",    "running", "dead",
						   "workers", "oldest_s", NULL };
	static const char *const worker_names[] = { "name", "queue", "in_hand",
						    "up_s", "lease", NULL };
	static const char *const delivery_names[] = { "state", "count", NULL };
	static const char *const turn_names[] = { "last_minute", "apologies",          "p50_ms",
						  "p95_ms",      "first_token_p50_ms", NULL };
	json_t *root = json_object(), *list = rows_json(v->queues, queue_names);

	for (size_t i = 0; i < json_array_size(list) && i < QUEUES; i++)
		json_object_set_new(json_array_get(list, i), "stream",
				    json_pack("{s:I, s:I}", "length", (json_int_t)v->length[i],
					      "lag", (json_int_t)v->lag[i]));
	json_object_set_new(root, "queues", list);
	json_object_set_new(root, "workers", rows_json(v->workers, worker_names));
	json_object_set_new(root, "deliveries", rows_json(v->deliveries, delivery_names));
	json_object_set_new(root, "answers", rows_json(v->turns, turn_names));
	json_dumpf(root, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(root);
}

static int show(struct pg_sync *db, int as_json, int clear)
{
	struct view v;
	struct err e;
	int bad = look(&v, db, &e);

	if (bad)
		fprintf(stderr, "tandem top: %s\n", e.text);
	else if (as_json)
		print_json(&v);
	else {
		if (clear)
			fputs("\033[H\033[2J", stdout);
		print_text(&v);
	}
	fflush(stdout);
	view_finish(&v);
	return bad;
}

static int usage(FILE *out, int status)
{
	fprintf(out, "usage: tandem top [--once | --json]\n");
	return status;
}

int tandem_top(int argc, char **argv)
{
	int as_json = argc == 2 && strcmp(argv[1], "--json") == 0;
	int once = as_json || (argc == 2 && strcmp(argv[1], "--once") == 0);
	const char *url = getenv("DATABASE_URL");
	struct pg_sync *db;
	struct err e;
	int bad;

	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return usage(stdout, 0);
	if (argc > 1 + once)
		return usage(stderr, USAGE);
	if (!url || !*url) {
		fprintf(stderr, "tandem top: DATABASE_URL is not set\n");
		return CONFIG;
	}
	db = pg_sync_open(url, &e);
	if (!db) {
		fprintf(stderr, "tandem top: %s\n", e.text);
		return UNAVAILABLE;
	}
	once = once || !isatty(STDOUT_FILENO);
	while ((bad = show(db, as_json, !once)) == 0 && !once)
		sleep(1);
	pg_sync_close(db);
	return bad ? EXIT_FAILURE : EXIT_SUCCESS;
}

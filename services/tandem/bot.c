/* tandem bot apply|list: the bots file into PostgreSQL, and what is there. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/arena.h"
#include "common/bots/bots.h"
#include "common/pg/sync.h"
#include "common/redis/redis.h"
#include "services/tandem/ask_redis.h"
#include "services/tandem/commands.h"
#include "services/tandem/group.h"

enum { USAGE = 64, UNAVAILABLE = 69, CONFIG = 78 };

static int say_error(const struct err *e)
{
	fprintf(stderr, "tandem bot: %s\n", e->text);
	return -1;
}

static int usage(FILE *out, int status)
{
	fprintf(out, "usage: tandem bot apply [--dry-run] [FILE]   (default: $BOTS_FILE, or "
		     "deploy/bots.yaml)\n"
		     "       tandem bot list\n");
	return status;
}

static json_t *read_file(const char *path)
{
	struct arena arena = { 0 };
	struct mistakes mistakes;
	json_t *root = bots_read(path, &mistakes);

	for (int i = 0; i < mistakes.n; i++)
		fprintf(stderr, "%s\n", mistake_told(&arena, path, &mistakes.items[i]));
	arena_free(&arena);
	return root;
}

/* What apply_bots() did: one line each. */
static void print_changes(const PGresult *rows)
{
	for (int i = 0; i < PQntuples(rows); i++)
		printf("%-10s %s\n", PQgetvalue(rows, i, 0), PQgetvalue(rows, i, 1));
	if (PQntuples(rows) == 0)
		puts("nothing changed");
}

static int warn_of_groups(struct pg_sync *db, const json_t *root, struct err *e)
{
	struct arena arena = { 0 };
	const char *fault;
	const json_t *bot;
	int bad = 0;
	size_t i;

	json_array_foreach (json_object_get(root, "bots"), i, bot) {
		const char *name = json_string_value(json_object_get(bot, "name"));

		bad = bad || group_fault(&fault, &arena, db, name, e) != 0;
		if (!bad && fault)
			fprintf(stderr, "warning: %s\n", fault);
	}
	arena_free(&arena);
	return bad;
}

static int apply(struct pg_sync *db, const json_t *root, int dry_run)
{
	char *text = json_dumps(json_object_get(root, "bots"), JSON_COMPACT);
	PGresult *rows = NULL;
	struct err e;
	int bad;

	if (!text)
		abort();
	bad = pg_sync_script(db, "begin", &e) != 0 ||
	      !(rows = pg_sync_query(db, &e, "select change, what from apply_bots($1)", 1,
				     (const char *const[]){ text })) ||
	      warn_of_groups(db, root, &e) ||
	      pg_sync_script(db, dry_run ? "rollback" : "commit", &e) != 0;
	free(text);
	if (bad)
		say_error(&e);
	else
		print_changes(rows);
	PQclear(rows);
	return bad ? -1 : 0;
}

/* They also look by themselves, once a minute. */
static void tell_services(void)
{
	struct arena arena = { 0 };
	const redisReply *reply;
	struct err e;

	if (ask_redis(&arena, &reply, &e, REDIS_ARGV("PUBLISH", "bots", "applied")) != 0)
		puts("Redis cannot be reached: services will notice within a minute");
	arena_free(&arena);
}

static int run_apply(struct pg_sync *db, int argc, char **argv)
{
	int dry_run = argc > 0 && strcmp(argv[0], "--dry-run") == 0;
	const char *path = argc > dry_run ? argv[dry_run] : bots_file();
	json_t *root;
	int bad;

	if (argc > dry_run + 1)
		return usage(stderr, USAGE);
	root = read_file(path);
	if (!root)
		return CONFIG;
	bad = apply(db, root, dry_run);
	json_decref(root);
	if (!bad && !dry_run)
		tell_services();
	return bad ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int run_list(struct pg_sync *db)
{
	struct err e;
	PGresult *rows =
		pg_sync_query(db, &e,
			      "select b.name, b.revision, b.enabled, "
			      "coalesce(string_agg(distinct c.kind || ':' || "
			      "c.name, ' '), ''), (select count(distinct slug) from article a "
			      "where a.bot_id = b.id) "
			      "from bot b left join channel c on c.bot_id = b.id and c.enabled "
			      "group by b.id order by b.name",
			      0, NULL);

	if (!rows) {
		say_error(&e);
		return EXIT_FAILURE;
	}
	printf("%-16s %8s %8s %8s  %s\n", "BOT", "REVISION", "ENABLED", "ARTICLES", "CHANNELS");
	for (int i = 0; i < PQntuples(rows); i++)
		printf("%-16s %8s %8s %8s  %s\n", PQgetvalue(rows, i, 0),
		       PQgetvalue(rows, i, 1), *PQgetvalue(rows, i, 2) == 't' ? "yes" : "no",
		       PQgetvalue(rows, i, 4), PQgetvalue(rows, i, 3));
	PQclear(rows);
	return EXIT_SUCCESS;
}

int tandem_bot(int argc, char **argv)
{
	const char *url = getenv("DATABASE_URL");
	const char *verb = argc > 1 ? argv[1] : "";
	struct pg_sync *db;
	struct err e;
	int status;

	if (strcmp(verb, "--help") == 0)
		return usage(stdout, 0);
	if (strcmp(verb, "apply") != 0 && (strcmp(verb, "list") != 0 || argc > 2))
		return usage(stderr, USAGE);
	if (!url || !*url) {
		fprintf(stderr, "tandem bot: DATABASE_URL is not set\n");
		return CONFIG;
	}
	db = pg_sync_open(url, &e);
	if (!db) {
		say_error(&e);
		return UNAVAILABLE;
	}
	status = *verb == 'a' ? run_apply(db, argc - 2, argv + 2) : run_list(db);
	pg_sync_close(db);
	return status;
}

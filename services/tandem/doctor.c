#include "services/tandem/doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>

#include <curl/curl.h>

#include "common/base/clock.h"
#include "common/pg/pg.h"
#include "common/redis/redis.h"
#include "schema/schema.h"
#include "services/tandem/ask_redis.h"
#include "services/tandem/commands.h"

enum { USAGE = 64, FILES_WANTED = 4096, DISK_WANTED_MB = 1024, SKEW_MS = 2000 };

void doctor_say(struct doctor *d, enum health health, const char *what, const char *fmt, ...)
{
	static const char *const names[] = { "ok", "WARN", "FAIL" };
	va_list ap;

	d->warnings += health == WARN;
	d->failures += health == FAIL;
	printf("%-5s %-14s ", names[health], what);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

/* --- this machine ---------------------------------------------------------- */

static int is_set(const char *name)
{
	const char *value = getenv(name);

	return value && *value;
}

static void check_environment(struct doctor *d)
{
	const char *secret = getenv("TANDEM_SECRET");
	size_t len = secret ? strlen(secret) : 0;

	if (!is_set("DATABASE_URL"))
		doctor_say(d, FAIL, "environment", "DATABASE_URL is not set");
	if (!is_set("REDIS_URL"))
		doctor_say(d, WARN, "environment",
			   "REDIS_URL is not set: redis://127.0.0.1:6379 is taken");
	if (len < 16)
		doctor_say(d, FAIL, "secret",
			   "TANDEM_SECRET %s; make one with: openssl rand -hex 32",
			   len ? "is shorter than 16 characters" : "is not set");
	else if (len < 32)
		doctor_say(d, WARN, "secret",
			   "TANDEM_SECRET is short; 32 characters are better");
	else
		doctor_say(d, OK, "secret", "TANDEM_SECRET is set");
}

static void check_machine(struct doctor *d)
{
	struct rlimit files;
	struct statvfs disk;
	unsigned long long free_mb;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0)
		doctor_say(d, files.rlim_max < FILES_WANTED ? WARN : OK, "open files",
			   "up to %llu%s", (unsigned long long)files.rlim_max,
			   files.rlim_max < FILES_WANTED
				   ? "; each answer and each browser needs one: raise ulimit -n"
				   : "");
	if (statvfs(".", &disk) == 0) {
		free_mb = (unsigned long long)disk.f_bavail * disk.f_frsize >> 20;
		doctor_say(d, free_mb < DISK_WANTED_MB ? WARN : OK, "disk", "%llu MB free here",
			   free_mb);
	}
}

/* --- PostgreSQL ------------------------------------------------------------ */

static void check_setting(struct doctor *d, struct pg_sync *db, const char *name)
{
	struct err e;
	PGresult *row = pg_sync_query(db, &e, "select current_setting($1)", 1, &name);
	const char *value = row ? PQgetvalue(row, 0, 0) : "?";

	if (strcmp(value, "on") != 0)
		doctor_say(d, FAIL, "postgresql",
			   "%s is %s: an accepted message could be lost in a crash; set it on",
			   name, value);
	PQclear(row);
}

/* In the C locale PostgreSQL knows no Russian letters, and its search finds no Russian words.
 */
static void check_locale(struct doctor *d, struct pg_sync *db)
{
	struct err e;
	PGresult *row = pg_sync_query(
		db, &e,
		"select datctype, pg_encoding_to_char(encoding), datctype in ('C', 'POSIX') "
		"from pg_database where datname = current_database()",
		0, NULL);

	if (row && (pg_bool(row, 0, 2) || strcmp(PQgetvalue(row, 0, 1), "UTF8") != 0))
		doctor_say(
			d, FAIL, "postgresql",
			"its locale is %s, its encoding %s: search in Russian needs UTF8 and a "
			"locale such as C.UTF-8 (initdb --locale=C.UTF-8 -E UTF8)",
			PQgetvalue(row, 0, 0), PQgetvalue(row, 0, 1));
	PQclear(row);
}

static void check_migrations(struct doctor *d, struct pg_sync *db)
{
	struct err e;
	PGresult *row = pg_sync_query(db, &e, "select coalesce(max(number), 0) from migration",
				      0, NULL);
	long long at = row ? pg_int(row, 0, 0) : 0;
	int newest = schema_migrations[schema_migrations_n - 1].number;

	if (at == newest)
		doctor_say(d, OK, "migrations", "the database is at %lld", at);
	else
		doctor_say(d, FAIL, "migrations",
			   "the database is at %lld, this program at %d: %s", at, newest,
			   at < newest ? "run tandem migrate" : "install the newer program");
	PQclear(row);
}

static void check_clock(struct doctor *d, struct pg_sync *db)
{
	struct err e;
	PGresult *row = pg_sync_query(
		db, &e, "select (extract(epoch from clock_timestamp()) * 1000)::bigint", 0,
		NULL);
	long long skew = row ? pg_int(row, 0, 0) - clock_wall_ms() : 0;

	if (llabs(skew) > SKEW_MS)
		doctor_say(d, WARN, "clock", "%lld ms apart from PostgreSQL's: check NTP",
			   skew);
	PQclear(row);
}

static struct pg_sync *check_postgresql(struct doctor *d)
{
	struct err e;
	struct pg_sync *db = pg_sync_open(getenv("DATABASE_URL"), &e);
	PGresult *row;

	if (!db) {
		doctor_say(d, FAIL, "postgresql", "%s: is it running, and DATABASE_URL right?",
			   e.text);
		return NULL;
	}
	row = pg_sync_query(db, &e, "show server_version_num", 0, NULL);
	doctor_say(d, row && pg_int(row, 0, 0) >= 150000 ? OK : FAIL, "postgresql",
		   "reached, version %lld%s", row ? (long long)pg_int(row, 0, 0) / 10000 : 0,
		   row && pg_int(row, 0, 0) >= 150000 ? "" : ": 15 or newer is needed");
	PQclear(row);
	check_setting(d, db, "fsync");
	check_setting(d, db, "synchronous_commit");
	check_setting(d, db, "full_page_writes");
	check_locale(d, db);
	check_clock(d, db);
	check_migrations(d, db);
	return db;
}

/* --- Redis ----------------------------------------------------------------- */

static void check_eviction(struct doctor *d)
{
	struct arena arena = { 0 };
	const redisReply *reply;
	struct err e;

	if (ask_redis(&arena, &reply, &e, REDIS_ARGV("CONFIG", "GET", "maxmemory-policy")) ==
		    0 &&
	    reply->elements == 2 && strcmp(reply->element[1]->str, "noeviction") != 0)
		doctor_say(
			d, WARN, "redis",
			"maxmemory-policy is %s: set it to noeviction, or streams may vanish",
			reply->element[1]->str);
	arena_free(&arena);
}

static void check_redis(struct doctor *d)
{
	struct arena arena = { 0 };
	const redisReply *reply;
	struct err e;

	if (ask_redis(&arena, &reply, &e, REDIS_ARGV("PING")) != 0) {
		doctor_say(d, FAIL, "redis", "%s: is it running, and REDIS_URL right?", e.text);
	} else {
		doctor_say(d, OK, "redis", "reached");
		check_eviction(d);
	}
	arena_free(&arena);
}

/* --- bots ------------------------------------------------------------------ */

static void compare_with_applied(struct doctor *d, struct pg_sync *db, const char *path,
				 const json_t *root)
{
	char *text = json_dumps(json_object_get(root, "bots"), JSON_COMPACT);
	PGresult *rows = NULL;
	struct err e;

	if (!text)
		abort();
	if (pg_sync_script(db, "begin", &e) == 0)
		rows = pg_sync_query(db, &e, "select change, what from apply_bots($1)", 1,
				     (const char *const[]){ text });
	pg_sync_script(db, "rollback", &e);
	if (!rows)
		doctor_say(d, FAIL, "bots", "cannot compare: %s", e.text);
	else if (PQntuples(rows) > 0)
		doctor_say(d, WARN, "bots", "%d changes in %s are not in service: %s",
			   PQntuples(rows), path, "run tandem bot apply");
	else
		doctor_say(d, OK, "bots", "%s is in service", path);
	PQclear(rows);
	free(text);
}

static void check_bots_file(struct doctor *d, struct pg_sync *db)
{
	const char *path = bots_file();
	struct arena arena = { 0 };
	struct mistakes mistakes;
	json_t *root = bots_read(path, &mistakes);

	if (root)
		compare_with_applied(d, db, path, root);
	else
		doctor_say(d, FAIL, "bots", "%s (%d mistakes)",
			   mistake_told(&arena, path, &mistakes.items[0]), mistakes.n);
	arena_free(&arena);
	json_decref(root);
}

static void check_remote(struct doctor *d, struct pg_sync *db)
{
	struct arena arena = { 0 };
	struct registry *registry = NULL;
	struct err e;
	PGresult *row = pg_sync_query(db, &e, "select bots_json()", 0, NULL);

	if (row)
		registry = registry_parse(PQgetvalue(row, 0, 0), &arena, &e);
	if (registry) {
		doctor_check_providers(d, registry);
		doctor_check_telegram(d, registry);
		doctor_check_operators(d, db, registry);
	} else {
		doctor_say(d, FAIL, "bots", "%s", e.text);
	}
	PQclear(row);
	arena_free(&arena);
}

int tandem_doctor(int argc, char **argv)
{
	struct doctor d = { 0 };
	struct pg_sync *db;

	if (argc > 1) {
		int asked = strcmp(argv[1], "--help") == 0;

		fprintf(asked ? stdout : stderr, "usage: tandem doctor\n");
		return asked ? 0 : USAGE;
	}
	curl_global_init(CURL_GLOBAL_DEFAULT);
	check_environment(&d);
	check_machine(&d);
	check_redis(&d);
	db = is_set("DATABASE_URL") ? check_postgresql(&d) : NULL;
	if (db) {
		check_bots_file(&d, db);
		check_remote(&d, db);
	}
	pg_sync_close(db);
	doctor_check_ingress(&d);
	printf("\n%d failures, %d warnings\n", d.failures, d.warnings);
	return d.failures ? EXIT_FAILURE : EXIT_SUCCESS;
}

/*
 * tandem migrate: applies the migrations which the database does not have yet,
 * in order, each in a transaction of its own, while a lock keeps everybody else
 * who migrates away.  What was applied once is never edited: a difference is refused.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/pg/sync.h"
#include "schema/schema.h"
#include "services/tandem/commands.h"

static int usage(FILE *out, int status)
{
	fprintf(out, "usage: tandem migrate [--dry-run]\n\n"
		     "Brings the database named by DATABASE_URL to this program's schema.\n"
		     "  --dry-run  only list what would be applied\n");
	return status;
}

/* What the database says it has; NULL with *e on error.  A dry run never commits. */
static PGresult *applied(struct pg_sync *db, int dry_run, struct err *e)
{
	static const char prepare[] =
		"set client_min_messages = warning;"
		"set statement_timeout = 0;"
		"select pg_advisory_lock(7000);"
		"create table if not exists migration (number int primary key, name text not "
		"null,"
		" checksum text not null, applied_at timestamptz not null default now())";

	if ((dry_run && pg_sync_script(db, "begin", e) < 0) ||
	    pg_sync_script(db, prepare, e) < 0)
		return NULL;
	return pg_sync_query(db, e, "select number, name, checksum from migration order by 1",
			     0, NULL);
}

/* Is everything applied known to us, unchanged and without gaps?  Says what is wrong. */
static int agrees(const PGresult *rows)
{
	for (int i = 0; i < PQntuples(rows); i++) {
		int number = atoi(PQgetvalue(rows, i, 0));
		const struct migration *m = &schema_migrations[i];

		if (number > schema_migrations_n) {
			fprintf(stderr,
				"migrate: the database has migration %d (%s), this program "
				"knows"
				" %d: it is too old for this database\n",
				number, PQgetvalue(rows, i, 1), schema_migrations_n);
			return 0;
		}
		if (number != m->number) {
			fprintf(stderr,
				"migrate: the database lacks migration %d (%s) but has"
				" %d: somebody changed its table 'migration'\n",
				m->number, m->name, number);
			return 0;
		}
		if (strcmp(PQgetvalue(rows, i, 2), m->checksum) != 0) {
			fprintf(stderr,
				"migrate: migration %d (%s) was applied in another version:"
				" applied files must never be edited\n",
				m->number, m->name);
			return 0;
		}
	}
	return 1;
}

static int apply(struct pg_sync *db, const struct migration *m)
{
	struct buf script = { 0 };
	struct err e;
	int status;

	buf_puts(&script, "begin;\n");
	buf_puts(&script, m->sql);
	buf_printf(&script,
		   "\n;insert into migration (number, name, checksum)"
		   " values (%d, '%s', '%s');\ncommit",
		   m->number, m->name, m->checksum);
	status = pg_sync_script(db, script.data, &e);
	buf_free(&script);
	if (status < 0) {
		fprintf(stderr, "migrate: %04d_%s: %s\n", m->number, m->name, e.text);
		return -1;
	}
	printf("applied %04d_%s\n", m->number, m->name);
	return 0;
}

static int apply_from(struct pg_sync *db, int first, int dry_run)
{
	for (int i = first; i < schema_migrations_n; i++) {
		const struct migration *m = &schema_migrations[i];

		if (dry_run)
			printf("would apply %04d_%s\n", m->number, m->name);
		else if (apply(db, m) < 0)
			return 1;
	}
	if (first == schema_migrations_n)
		printf("the database is up to date (%d migrations)\n", first);
	return 0;
}

/* Text in any other encoding would be refused message by message, later. */
static int is_utf8(struct pg_sync *db, struct err *e)
{
	PGresult *rows = pg_sync_query(db, e, "show server_encoding", 0, NULL);
	int ok = rows && strcmp(PQgetvalue(rows, 0, 0), "UTF8") == 0;

	if (rows && !ok)
		err_set(e, ERR_PERM, "the database's encoding must be UTF8, it is %s",
			PQgetvalue(rows, 0, 0));
	PQclear(rows);
	return ok;
}

static int migrate(struct pg_sync *db, int dry_run)
{
	struct err e;
	PGresult *rows = is_utf8(db, &e) ? applied(db, dry_run, &e) : NULL;
	int status = 1;

	if (!rows)
		fprintf(stderr, "migrate: %s\n", e.text);
	else if (agrees(rows))
		status = apply_from(db, PQntuples(rows), dry_run);
	PQclear(rows);
	return status;
}

int tandem_migrate(int argc, char **argv)
{
	const char *url = getenv("DATABASE_URL");
	int dry_run = argc == 2 && strcmp(argv[1], "--dry-run") == 0;
	struct pg_sync *db;
	struct err e;
	int status;

	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return usage(stdout, 0);
	if (argc > 1 && !dry_run)
		return usage(stderr, 64);
	if (!url || !*url) {
		fprintf(stderr, "migrate: DATABASE_URL is not set\n");
		return 78;
	}
	db = pg_sync_open(url, &e);
	if (!db) {
		fprintf(stderr, "migrate: %s\n", e.text);
		return 69;
	}
	status = migrate(db, dry_run);
	pg_sync_close(db);
	return status;
}

/* tandem verify: the conservation check (schema/0009_verify.sql), for people and for scripts.
 */

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/pg/pg.h"
#include "common/pg/sync.h"
#include "services/tandem/commands.h"

enum { EXIT_USAGE = 64, EXIT_UNAVAILABLE = 69, EXIT_CONFIG = 78 };

/*
 * One snapshot for both questions, or work in progress would look like a loss.
 * The bounds on what is shown tempt the planner into joins that are quadratic in
 * the length of a conversation; hash joins are linear.
 */
#define BEGIN_SQL                                                                              \
	"begin transaction isolation level repeatable read read only;"                         \
	"set local enable_memoize = off; set local jit = off;"                                 \
	"set local enable_nestloop = off; set local enable_mergejoin = off"

static void print_text(const PGresult *counts, const PGresult *violations)
{
	int n = PQntuples(violations);

	for (int i = 0; i < PQntuples(counts); i++)
		printf("%-22s %12s\n", pg_text(counts, i, 0), pg_text(counts, i, 1));
	for (int i = 0; i < n; i++)
		printf("VIOLATION  %s: %s\n", pg_text(violations, i, 0),
		       pg_text(violations, i, 1));
	puts(n == 0 ? "every event has exactly one outcome or is in progress"
		    : "events are not accounted for");
}

static void print_json(const PGresult *counts, const PGresult *violations)
{
	json_auto_t *numbers = json_object(), *list = json_array(), *root;

	for (int i = 0; i < PQntuples(counts); i++)
		json_object_set_new(numbers, pg_text(counts, i, 0),
				    json_integer(pg_int(counts, i, 1)));
	for (int i = 0; i < PQntuples(violations); i++)
		json_array_append_new(list,
				      json_pack("{s:s, s:s}", "kind", pg_text(violations, i, 0),
						"detail", pg_text(violations, i, 1)));
	root = json_pack("{s:b, s:O, s:O}", "clean", PQntuples(violations) == 0, "counts",
			 numbers, "violations", list);
	json_dumpf(root, stdout, JSON_INDENT(2));
	putchar('\n');
}

static int verify(struct pg_sync *db, int as_json)
{
	struct err e;
	PGresult *counts = NULL, *violations = NULL;
	int status = EXIT_UNAVAILABLE;

	if (pg_sync_script(db, BEGIN_SQL, &e) == 0 &&
	    (counts = pg_sync_query(db, &e, "select kind, n from verify_counts()", 0, NULL)) &&
	    (violations = pg_sync_query(db, &e, "select kind, detail from verify_violations()",
					0, NULL))) {
		if (as_json)
			print_json(counts, violations);
		else
			print_text(counts, violations);
		status = PQntuples(violations) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
	} else {
		fprintf(stderr, "tandem verify: %s\n", e.text);
	}
	PQclear(counts);
	PQclear(violations);
	return status;
}

static int usage(FILE *out, int status)
{
	fprintf(out, "usage: tandem verify [--json]\n");
	return status;
}

int tandem_verify(int argc, char **argv)
{
	int as_json = argc == 2 && strcmp(argv[1], "--json") == 0;
	const char *url = getenv("DATABASE_URL");
	struct pg_sync *db;
	struct err e;
	int status;

	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return usage(stdout, 0);
	if (argc > 1 + as_json)
		return usage(stderr, EXIT_USAGE);
	if (!url || !*url) {
		fprintf(stderr, "tandem verify: DATABASE_URL is not set\n");
		return EXIT_CONFIG;
	}
	db = pg_sync_open(url, &e);
	if (!db) {
		fprintf(stderr, "tandem verify: %s\n", e.text);
		return EXIT_UNAVAILABLE;
	}
	status = verify(db, as_json);
	pg_sync_close(db);
	return status;
}

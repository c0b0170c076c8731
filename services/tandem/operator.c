/*
 * tandem operator: the people who answer, also those who are known from Telegram
 * alone, who have no login.  The console can do the same.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/desk/words.h"
#include "common/pg/sync.h"
#include "services/tandem/commands.h"

enum { USAGE = 64 };

static int usage(FILE *out, int status)
{
	fprintf(out,
		"usage: tandem operator list\n"
		"       tandem operator enable|disable WHO\n"
		"       tandem operator role WHO operator|admin\n"
		"       tandem operator capacity WHO CHATS\n"
		"       tandem operator link WHO LOGIN\n\n"
		"WHO is the number that `list` shows, a login, or a @name in Telegram.\n"
		"Somebody new registers with /start in the operators' bot.  `link` makes one\n"
		"operator of a number from Telegram and a login of the console.\n");
	return status;
}

static int complain(const struct err *e)
{
	fprintf(stderr, "tandem operator: %s\n", e->text);
	return EXIT_FAILURE;
}

static int list(struct pg_sync *db)
{
	struct err e;
	PGresult *rows = pg_sync_query(
		db, &e,
		"select o.id, coalesce(o.login, '-'), case o.role when 2 then 'admin' else "
		"'operator' end, case when o.enabled then 'yes' else 'no' end, case when "
		"o.on_duty then 'on' else 'off' end, o.load || '/' || o.capacity, "
		"coalesce(c.chat_key || coalesce(' @' || d.handle, ''), '-'), o.name from "
		"operator o left join desk_chat d on d.operator_id = o.id left join "
		"conversation c on c.id = d.conversation_id order by o.id",
		0, NULL);

	if (!rows)
		return complain(&e);
	printf("%6s  %-16s %-9s %-8s %-5s %6s %-24s %s\n", "NUMBER", "LOGIN", "ROLE", "ENABLED",
	       "DUTY", "CHATS", "TELEGRAM", "NAME");
	for (int i = 0; i < PQntuples(rows); i++)
		printf("%6s  %-16s %-9s %-8s %-5s %6s %-24s %s\n", PQgetvalue(rows, i, 0),
		       PQgetvalue(rows, i, 1), PQgetvalue(rows, i, 2), PQgetvalue(rows, i, 3),
		       PQgetvalue(rows, i, 4), PQgetvalue(rows, i, 5), PQgetvalue(rows, i, 6),
		       PQgetvalue(rows, i, 7));
	PQclear(rows);
	return EXIT_SUCCESS;
}

/* What the statement says of it: null if there is no such operator, '"last"', or the operator.
 */
static int report(PGresult *rows, const struct err *e, const char *who)
{
	int status = EXIT_FAILURE;

	if (!rows)
		return complain(e);
	if (PQntuples(rows) == 0 || PQgetisnull(rows, 0, 0)) {
		fprintf(stderr, "tandem operator: there is no '%s'\n", who);
	} else if (strcmp(PQgetvalue(rows, 0, 0), "\"last\"") == 0) {
		fprintf(stderr, "tandem operator: no administrator would be left who can "
				"sign in\n");
	} else {
		printf("done: %s\n", who);
		status = EXIT_SUCCESS;
	}
	PQclear(rows);
	return status;
}

/* key and value: of change_operator() in schema/0016_console.sql. */
static int change(struct pg_sync *db, const char *who, const char *key, const char *value)
{
	struct err e;
	json_auto_t *words = desk_words();
	char *texts = json_dumps(words, JSON_COMPACT);
	PGresult *rows = pg_sync_query(
		db, &e,
		"select change_operator(null, o.id, jsonb_build_object($2::text, $3::text), "
		"'command line', $4::jsonb) from operator o where o.login = $1 or o.id::text = "
		"$1 or $1 like '@%' and o.id = any (operators_named(array[lower($1)])) limit "
		"1",
		4, (const char *const[]){ who, key, value, texts });

	free(texts);
	return report(rows, &e, who);
}

static int link_login(struct pg_sync *db, const char *who, const char *login)
{
	struct err e;
	PGresult *rows = pg_sync_query(db, &e, "select link_operator($1, $2)", 2,
				       (const char *const[]){ who, login });

	if (rows && PQgetisnull(rows, 0, 0)) {
		fprintf(stderr,
			"tandem operator: '%s' has to be the number of somebody from Telegram "
			"with neither login nor chats, '%s' a login without Telegram\n",
			who, login);
		PQclear(rows);
		return EXIT_FAILURE;
	}
	return report(rows, &e, who);
}

static int is_role(const char *text)
{
	return strcmp(text, "operator") == 0 || strcmp(text, "admin") == 0;
}

static int is_capacity(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	return *text && *end == 0 && n >= 1 && n <= 100;
}

static int run(struct pg_sync *db, const char *verb, int argc, char **argv)
{
	if (strcmp(verb, "list") == 0 && argc == 0)
		return list(db);
	if (strcmp(verb, "enable") == 0 && argc == 1)
		return change(db, argv[0], "enabled", "true");
	if (strcmp(verb, "disable") == 0 && argc == 1)
		return change(db, argv[0], "enabled", "false");
	if (strcmp(verb, "role") == 0 && argc == 2 && is_role(argv[1]))
		return change(db, argv[0], "role", argv[1]);
	if (strcmp(verb, "capacity") == 0 && argc == 2 && is_capacity(argv[1]))
		return change(db, argv[0], "capacity", argv[1]);
	if (strcmp(verb, "link") == 0 && argc == 2)
		return link_login(db, argv[0], argv[1]);
	return usage(stderr, USAGE);
}

int tandem_operator(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		return usage(stdout, 0);
	if (argc < 2)
		return usage(stderr, USAGE);
	return command_with_database(run, argc, argv);
}

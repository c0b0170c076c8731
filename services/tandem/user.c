/*
 * tandem user: who may sign in to the console.  The first administrator is made here;
 * everything after that can be done in the console, too.  A password is typed twice without
 * being shown, or read from standard input as one line; it is never an argument, which others
 * could see.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "common/crypto/password.h"
#include "common/i18n/i18n.h"
#include "common/pg/sync.h"
#include "services/tandem/commands.h"

enum { USAGE = 64, LINE = PASSWORD_MAX + 2 };

static int usage(FILE *out, int status)
{
	fprintf(out,
		"usage: tandem user add [--admin] [--lang ru|en] [--name NAME] LOGIN\n"
		"       tandem user add --operator ID LOGIN   one who is known from Telegram\n"
		"       tandem user passwd LOGIN\n"
		"       tandem user enable|disable LOGIN\n"
		"       tandem user list\n\n"
		"Who may sign in to the console.  The password is asked for, or read from\n"
		"standard input as one line.  Of %d to %d bytes.\n",
		PASSWORD_MIN, PASSWORD_MAX);
	return status;
}

static int complain(const struct err *e)
{
	fprintf(stderr, "tandem user: %s\n", e->text);
	return EXIT_FAILURE;
}

/* --- the password --------------------------------------------------------- */

/* -1: there is none, or it is longer than any may be. */
static int read_line(char line[LINE + 2])
{
	size_t len;

	if (!fgets(line, LINE + 2, stdin))
		return -1;
	len = strcspn(line, "\r\n");
	if (len > PASSWORD_MAX)
		return -1;
	line[len] = 0;
	return 0;
}

static int ask_hidden(const char *prompt, char line[LINE + 2])
{
	struct termios shown, hidden;
	int status;

	if (tcgetattr(STDIN_FILENO, &shown) != 0)
		return -1;
	fprintf(stderr, "%s", prompt);
	hidden = shown;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
	status = read_line(line);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
	fputc('\n', stderr);
	return status;
}

static int ask_twice(char line[LINE + 2])
{
	char again[LINE + 2];

	return ask_hidden("Password: ", line) == 0 && ask_hidden("Once more: ", again) == 0 &&
			       strcmp(line, again) == 0
		       ? 0
		       : -1;
}

/* What to keep of it; -1 having said why. */
static int read_password(char kept[PASSWORD_TEXT], const char *login)
{
	char line[LINE + 2];

	if ((isatty(STDIN_FILENO) ? ask_twice(line) : read_line(line)) < 0) {
		fprintf(stderr, "tandem user: no password, or not the same one twice\n");
		return -1;
	}
	if (!password_is_fair(line, login)) {
		fprintf(stderr,
			"tandem user: a password has %d to %d bytes and is not the "
			"login\n",
			PASSWORD_MIN, PASSWORD_MAX);
		return -1;
	}
	password_make(kept, line);
	explicit_bzero(line, sizeof line);
	return 0;
}

/* --- the commands --------------------------------------------------------- */

static void say_where(void)
{
	const char *url = getenv("PUBLIC_URL"), *listen = getenv("LISTEN");
	int len = url ? (int)strlen(url) : 0;

	while (len > 0 && url[len - 1] == '/')
		len--;
	if (len)
		printf("open %.*s/console\n", len, url);
	else
		printf("open http://%s/console\n",
		       listen && *listen ? listen : "127.0.0.1:8080");
}

struct wanted {
	const char *login, *name, *lang,
		*known; /* known: the number of one from Telegram, or NULL */
	int is_admin;
};

static int is_login(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && len <= 64 &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789._-@") == len;
}

static int read_wanted(struct wanted *w, int argc, char **argv)
{
	*w = (struct wanted){ .lang = "ru" };
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--admin") == 0)
			w->is_admin = 1;
		else if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc)
			w->lang = i18n_lang(argv[++i]);
		else if (strcmp(argv[i], "--operator") == 0 && i + 1 < argc)
			w->known = argv[++i];
		else if (strcmp(argv[i], "--name") == 0 && i + 1 < argc)
			w->name = argv[++i];
		else if (*argv[i] == '-' || w->login)
			return -1;
		else
			w->login = argv[i];
	}
	if (w->login && !is_login(w->login))
		fprintf(stderr, "tandem user: a login is made of a-z, 0-9 and . _ - @\n");
	return w->login && is_login(w->login) ? 0 : -1;
}

static PGresult *insert(struct pg_sync *db, struct err *e, const struct wanted *w,
			const char *kept)
{
	return pg_sync_query(
		db, e,
		"with made as (insert into operator as o (login, name, role, enabled, lang, "
		"password) values ($1, $2, $3::smallint, true, $4, $5) on conflict (login) do "
		"nothing returning o), noted as (insert into audit (what, detail, address) "
		"select 'operator_added', jsonb_build_object('operator', operator_then(o), "
		"'role', role_name((o).role)), 'command line' from made) select from made",
		5,
		(const char *const[]){ w->login, w->name ? w->name : w->login,
				       w->is_admin ? "2" : "1", w->lang, kept });
}

/* Who is known from Telegram has no login yet. */
static PGresult *give_login(struct pg_sync *db, struct err *e, const struct wanted *w,
			    const char *kept)
{
	return pg_sync_query(
		db, e,
		"with made as (update operator o set login = $2, password = $3, enabled = true "
		"where id = $1::int and login is null and not exists (select from operator "
		"where login = $2) returning o), noted as (insert into audit (what, detail, "
		"address) select 'operator_changed', jsonb_build_object('operator', "
		"operator_then(o), 'change', jsonb_build_object('login', (o).login)), 'command "
		"line' from made) select from made",
		3, (const char *const[]){ w->known, w->login, kept });
}

static int add(struct pg_sync *db, int argc, char **argv)
{
	char kept[PASSWORD_TEXT];
	struct wanted w;
	PGresult *rows;
	struct err e;
	int made;

	if (read_wanted(&w, argc, argv) < 0)
		return usage(stderr, USAGE);
	if (read_password(kept, w.login) < 0)
		return EXIT_FAILURE;
	rows = w.known ? give_login(db, &e, &w, kept) : insert(db, &e, &w, kept);
	if (!rows)
		return complain(&e);
	made = PQntuples(rows) == 1;
	PQclear(rows);
	if (!made) {
		fprintf(stderr, "tandem user: there is a '%s' already, or no such operator\n",
			w.login);
		return EXIT_FAILURE;
	}
	printf("added %s (%s)\n", w.login, w.is_admin ? "administrator" : "operator");
	say_where();
	return EXIT_SUCCESS;
}

/* One statement about one login that says whether there is such a one. */
static int change(struct pg_sync *db, const char *sql, const char *login, const char *value,
		  const char *done)
{
	struct err e;
	PGresult *rows = pg_sync_query(db, &e, sql, 2, (const char *const[]){ login, value });
	int found = rows && PQntuples(rows) == 1;

	if (!rows)
		return complain(&e);
	PQclear(rows);
	if (!found) {
		fprintf(stderr, "tandem user: there is no '%s'\n", login);
		return EXIT_FAILURE;
	}
	printf("%s %s\n", done, login);
	return EXIT_SUCCESS;
}

/* A new password ends every session: whoever had the old one is out. */
static int set_password(struct pg_sync *db, const char *login)
{
	char kept[PASSWORD_TEXT];

	if (read_password(kept, login) < 0)
		return EXIT_FAILURE;
	return change(db,
		      "with changed as (update operator o set password = $2 where login = $1 "
		      "returning o), ended as (delete from session using changed where "
		      "operator_id = (o).id), noted as (insert into audit (what, detail, "
		      "address) select 'password_changed', jsonb_build_object('operator', "
		      "operator_then(o)), 'command line' from changed) select from changed",
		      login, kept, "changed the password of");
}

/* Who is disabled goes off duty first, as if by themselves: their chats go back to the queue.
 */
static int set_enabled(struct pg_sync *db, const char *login, int enabled)
{
	struct err e;
	PGresult *rows = enabled ? NULL
				 : pg_sync_query(db, &e,
						 "select desk(id, 'duty', null, null, "
						 "'{\"on\": false}', 'user') from operator "
						 "where login = $1 and enabled",
						 1, (const char *const[]){ login });

	if (!enabled && !rows)
		return complain(&e);
	PQclear(rows);
	return change(
		db,
		"with changed as (update operator o set enabled = $2::boolean where login = $1 "
		"returning o), ended as (delete from session using changed where operator_id = "
		"(o).id and not (o).enabled), noted as (insert into audit (what, detail, "
		"address) select 'operator_changed', jsonb_build_object('operator', "
		"operator_then(o), 'change', jsonb_build_object('enabled', (o).enabled)), "
		"'command line' from changed) select from changed",
		login, enabled ? "t" : "f", enabled ? "enabled" : "disabled");
}

static int list(struct pg_sync *db)
{
	struct err e;
	PGresult *rows = pg_sync_query(
		db, &e,
		"select id, coalesce(login, '-'), name, case role when 2 then 'admin' else "
		"'operator' end, enabled, on_duty, load || '/' || capacity from operator order "
		"by id",
		0, NULL);

	if (!rows)
		return complain(&e);
	printf("%4s %-20s %-9s %-8s %-5s %6s  %s\n", "ID", "LOGIN", "ROLE", "ENABLED", "DUTY",
	       "CHATS", "NAME");
	for (int i = 0; i < PQntuples(rows); i++)
		printf("%4s %-20s %-9s %-8s %-5s %6s  %s\n", PQgetvalue(rows, i, 0),
		       PQgetvalue(rows, i, 1), PQgetvalue(rows, i, 3),
		       *PQgetvalue(rows, i, 4) == 't' ? "yes" : "no",
		       *PQgetvalue(rows, i, 5) == 't' ? "on" : "off", PQgetvalue(rows, i, 6),
		       PQgetvalue(rows, i, 2));
	PQclear(rows);
	return EXIT_SUCCESS;
}

static int run(struct pg_sync *db, const char *verb, int argc, char **argv)
{
	if (strcmp(verb, "add") == 0)
		return add(db, argc, argv);
	if (strcmp(verb, "list") == 0 && argc == 0)
		return list(db);
	if (argc != 1)
		return usage(stderr, USAGE);
	if (strcmp(verb, "passwd") == 0)
		return set_password(db, argv[0]);
	if (strcmp(verb, "enable") == 0 || strcmp(verb, "disable") == 0)
		return set_enabled(db, argv[0], *verb == 'e');
	return usage(stderr, USAGE);
}

int tandem_user(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		return usage(stdout, 0);
	if (argc < 2)
		return usage(stderr, USAGE);
	return command_with_database(run, argc, argv);
}

#include "tests/integration/pg_server.h"

#include <glob.h>
#include <pwd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "schema/schema.h"

enum { PATIENCE_MS = 60000, TICK_MS = 5 };

struct pg_server {
	char folder[64], data[80], conninfo[192];
	pid_t pid;
	PGconn *conn;
	PGresult *told;
};

/* --- processes -------------------------------------------------------------- */

static const char *binary(const char *name)
{
	static char path[256];
	char pattern[128];
	glob_t found = { 0 };

	snprintf(pattern, sizeof pattern, "/usr/lib/postgresql/*/bin/%s", name);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	snprintf(path, sizeof path, "%s", found.gl_pathv[found.gl_pathc - 1]);
	globfree(&found);
	return path;
}

static void drop_root(void)
{
	const struct passwd *user = getuid() == 0 ? getpwnam("postgres") : NULL;

	if (user && (setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0))
		_exit(126);
}

static pid_t spawn(const struct pg_server *s, char *const argv[])
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGQUIT);
	drop_root();
	if (chdir(s->folder) != 0 || !freopen("log", "a", stdout) ||
	    !freopen("log", "a", stderr))
		_exit(126);
	execv(argv[0], argv);
	_exit(127);
}

static void make_cluster(struct pg_server *s)
{
	char *const argv[] = { (char *)(uintptr_t)binary("initdb"),
			       (char[]){ "--no-sync" },
			       (char[]){ "--username=tandem" },
			       (char[]){ "--auth=trust" },
			       (char[]){ "--encoding=UTF8" },
			       (char[]){ "--locale=C.UTF-8" },
			       s->data,
			       NULL };
	int status;

	waitpid(spawn(s, argv), &status, 0);
	assert_int_equal(status, 0);
}

PGconn *pg_server_connect(const struct pg_server *s)
{
	PGconn *conn = PQconnectdb(s->conninfo);

	assert_int_equal(PQstatus(conn), CONNECTION_OK);
	return conn;
}

void pg_server_revive(struct pg_server *s)
{
	char *const argv[] = { (char *)(uintptr_t)binary("postgres"),
			       (char[]){ "-D" },
			       s->data,
			       (char[]){ "-k" },
			       s->folder,
			       (char[]){ "-c" },
			       (char[]){ "listen_addresses=" },
			       (char[]){ "-c" },
			       (char[]){ "shared_buffers=16MB" },
			       NULL };
	int64_t until = clock_mono_ms() + PATIENCE_MS;

	s->pid = spawn(s, argv);
	while (PQping(s->conninfo) != PQPING_OK) {
		assert_true(clock_mono_ms() < until);
		usleep(TICK_MS * 1000);
	}
	s->conn = pg_server_connect(s);
}

void pg_server_kill(struct pg_server *s)
{
	PQclear(s->told);
	s->told = NULL;
	PQfinish(s->conn);
	s->conn = NULL;
	kill(s->pid, SIGQUIT);
	waitpid(s->pid, NULL, 0);
}

struct pg_server *pg_server_start(void)
{
	struct pg_server *s = calloc(1, sizeof *s);
	const struct passwd *user = getuid() == 0 ? getpwnam("postgres") : NULL;

	assert_non_null(s);
	strcpy(s->folder, "/tmp/tandem-pg-XXXXXX");
	assert_non_null(mkdtemp(s->folder));
	if (user)
		assert_int_equal(chown(s->folder, user->pw_uid, user->pw_gid), 0);
	snprintf(s->data, sizeof s->data, "%s/data", s->folder);
	snprintf(s->conninfo, sizeof s->conninfo,
		 "host=%s user=tandem dbname=postgres options='-c client_min_messages=warning'",
		 s->folder);
	make_cluster(s);
	pg_server_revive(s);
	for (int i = 0; i < schema_migrations_n; i++)
		pg_server_run(s, schema_migrations[i].sql);
	return s;
}

void pg_server_stop(struct pg_server *s)
{
	char command[96];

	pg_server_kill(s);
	snprintf(command, sizeof command, "rm -rf %s", s->folder);
	assert_int_equal(system(command), 0);
	free(s);
}

const char *pg_server_conninfo(const struct pg_server *s)
{
	return s->conninfo;
}

/* --- asking ------------------------------------------------------------------ */

static PGresult *ask(struct pg_server *s, const char *sql)
{
	PQclear(s->told);
	s->told = PQexec(s->conn, sql);
	if (PQresultStatus(s->told) != PGRES_TUPLES_OK &&
	    PQresultStatus(s->told) != PGRES_COMMAND_OK)
		fail_msg("%s%s", PQerrorMessage(s->conn), strlen(sql) < 200 ? sql : "");
	return s->told;
}

void pg_server_run(struct pg_server *s, const char *sql)
{
	ask(s, sql);
}

const char *pg_server_tell(struct pg_server *s, const char *sql)
{
	PGresult *rows = ask(s, sql);

	assert_int_equal(PQntuples(rows), 1);
	return PQgetvalue(rows, 0, 0);
}

int64_t pg_server_ask(struct pg_server *s, const char *sql)
{
	return strtoll(pg_server_tell(s, sql), NULL, 10);
}

void pg_server_clean(struct pg_server *s)
{
	pg_server_run(
		s, "truncate inbound, message, conversation, turn, suggestion, job, worker,"
		   " delivery, person, identity, bot, channel, article, operator, desk_chat, "
		   "desk_topic,"
		   " desk_notice, desk_order, handoff, handoff_event, invitation, relay, note,"
		   " reading, session, audit, lockout, activity, message_words"
		   " restart identity cascade;"
		   "update console_progress set until = now() - interval '1 minute';"
		   "insert into bot (name, spec) values ('shop', '{}');"
		   "insert into channel (bot_id, kind, name, spec, delivery) values"
		   " (1, 'telegram', 'tg', '{}', 1), (1, 'widget', 'site', '{}', 0),"
		   " (1, 'vink', 'v', '{}', 2)");
}

void pg_server_await_blocked(struct pg_server *s, PGconn *conn)
{
	int64_t until = clock_mono_ms() + PATIENCE_MS;
	char sql[128];

	snprintf(sql, sizeof sql,
		 "select count(*) from pg_stat_activity"
		 " where pid = %d and wait_event_type = 'Lock'",
		 PQbackendPID(conn));
	while (pg_server_ask(s, sql) == 0) {
		assert_true(clock_mono_ms() < until);
		usleep(TICK_MS * 1000);
	}
}

/* What common/pg/pg.h promises of a connection that is lost and comes back. */

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cmocka.h>

#include "tests/integration/pg_world.h"
#include "tests/integration/redis_server.h"

enum { MANY = 20 };

static const struct pg_stmt add_stmt = { "add", "insert into t (n) values (1000 / $1::int)"
						" returning n" };
static const struct pg_stmt slow_stmt = { "slow", "select 7 from pg_sleep($1::float)" };

static void ask(struct caller *c, const struct pg_stmt *stmt, const char *arg, int64_t *out)
{
	pg_call(pg, &c->flow, caller_next,
		&(struct pg_call){ .stmt = stmt,
				   .argv = &arg,
				   .n = 1,
				   .decode = out ? decode_number : NULL,
				   .out = out });
}

static int begin_test(void **state)
{
	(void)state;
	pg_world_begin(&(struct pg_conf){ 0 });
	return 0;
}

static void what_was_on_its_way_when_the_server_died_fails_as_temporary(void **state)
{
	struct caller sent, waiting;
	int64_t n = 0;

	(void)state;
	caller_begin(base, &sent);
	caller_begin(base, &waiting);
	ask(&sent, &slow_stmt, "30", NULL);
	run_for(base, 20);
	ask(&waiting, &add_stmt, "1", NULL);
	pg_server_kill(server);
	assert_int_equal(caller_wait(base, &sent), -1);
	assert_int_equal(caller_wait(base, &waiting), -1);
	assert_int_equal(sent.err.kind, ERR_TEMP);
	assert_int_equal(waiting.err.kind, ERR_TEMP);
	assert_false(pg_is_up(pg));

	ask(&sent, &add_stmt, "1", NULL);
	assert_int_equal(caller_wait(base, &sent), -1);
	assert_int_equal(sent.err.kind, ERR_TEMP);

	pg_server_revive(server);
	run_until(base, &ups, 2);
	assert_int_equal(downs, 1);
	ask(&sent, &add_stmt, "8", &n);
	assert_int_equal(caller_wait(base, &sent), 0);
	assert_int_equal(n, 125);
	caller_end(&sent);
	caller_end(&waiting);
}

static void a_lost_backend_is_replaced_and_statements_are_prepared_anew(void **state)
{
	struct caller c;
	int64_t n = 0;

	(void)state;
	caller_begin(base, &c);
	for (int round = 1; round <= 3; round++) {
		ask(&c, &add_stmt, "8", &n);
		assert_int_equal(caller_wait(base, &c), 0);
		pg_server_run(server, "select pg_terminate_backend(pid) from pg_stat_activity"
				      " where application_name = 'test'");
		run_until(base, &ups, round + 1);
	}
	assert_int_equal(downs, 3);
	caller_end(&c);
}

/* Which of our descriptors lead to PostgreSQL. */
static uint64_t find_sockets(void)
{
	struct sockaddr_un to;
	uint64_t found = 0;

	for (int fd = 0; fd < 64; fd++) {
		socklen_t len = sizeof to;

		memset(&to, 0, sizeof to);
		if (getpeername(fd, (struct sockaddr *)&to, &len) == 0 &&
		    to.sun_family == AF_UNIX && strstr(to.sun_path, ".s.PGSQL."))
			found |= UINT64_C(1) << fd;
	}
	return found;
}

/* Connected anew; returns the descriptor. */
static int connect_anew(void)
{
	uint64_t others;

	pg_close(pg);
	pg = NULL;
	others = find_sockets();
	pg_world_connect(&(struct pg_conf){ 0 });
	return __builtin_ctzll(find_sockets() & ~others);
}

static int64_t count_processes(void)
{
	return pg_server_ask(server, "select count(*) from pg_stat_activity"
				     " where application_name = 'test'");
}

/* The process at the other end, when there is no other. */
static pid_t find_process(void)
{
	while (count_processes() > 1)
		run_for(base, 10);
	return (pid_t)pg_server_ask(server, "select pid from pg_stat_activity"
					    " where application_name = 'test'");
}

static void what_a_lost_connection_has_not_done_it_never_does(void **state)
{
	PGconn *other = pg_server_connect(server);
	int fd = connect_anew();
	struct caller c;

	(void)state;
	find_process();
	PQclear(PQexec(other, "begin; lock table t in share mode"));
	caller_begin(base, &c);
	ask(&c, &add_stmt, "1", NULL);
	while (!pg_server_ask(server, "select count(*) from pg_locks where not granted"))
		run_for(base, 10);
	shutdown(fd, SHUT_RDWR);
	assert_int_equal(caller_wait(base, &c), -1);
	run_until(base, &ups, 2);
	assert_int_equal(count_processes(), 1);
	PQfinish(other);
	assert_int_equal(pg_server_ask(server, "select count(*) from t"), 0);
	caller_end(&c);
}

/* Whom it is asked of stands still; then the connection is cut. */
static pid_t lose_a_frozen_one(struct caller *c)
{
	int fd = connect_anew();
	pid_t pid = find_process();

	assert_int_equal(kill(pid, SIGSTOP), 0);
	caller_begin(base, c);
	ask(c, &add_stmt, "1", NULL);
	run_for(base, 20); /* it is on its way */
	shutdown(fd, SHUT_RDWR);
	assert_int_equal(caller_wait(base, c), -1);
	return pid;
}

static void it_is_not_back_before_the_old_process_is_gone(void **state)
{
	struct caller c;
	pid_t pid = lose_a_frozen_one(&c);

	(void)state;
	run_for(base, 1500);
	assert_int_equal(ups, 1);
	ask(&c, &add_stmt, "1", NULL);
	assert_int_equal(caller_wait(base, &c), -1);
	assert_int_equal(c.err.kind, ERR_TEMP);
	kill(pid, SIGCONT);
	run_until(base, &ups, 2);
	assert_int_equal(count_processes(), 1);
	assert_int_equal(pg_server_ask(server, "select count(*) from t"), 0);
	caller_end(&c);
}

static void a_process_that_stays_is_not_waited_for_for_ever(void **state)
{
	struct caller c;
	pid_t pid = lose_a_frozen_one(&c);
	int64_t n = 0;

	(void)state;
	while (ups < 2)
		run_for(base, 50);
	assert_true(count_processes() > 1);
	ask(&c, &add_stmt, "8", &n);
	assert_int_equal(caller_wait(base, &c), 0);
	assert_int_equal(n, 125);
	kill(pid, SIGCONT);
	while (count_processes() > 1)
		run_for(base, 10);
	assert_int_equal(pg_server_ask(server, "select count(*) from t"), 1);
	caller_end(&c);
}

static void what_succeeded_survives_a_crash(void **state)
{
	struct caller c[MANY];

	(void)state;
	for (int i = 0; i < MANY; i++) {
		caller_begin(base, &c[i]);
		ask(&c[i], &add_stmt, "1", NULL);
	}
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(caller_wait(base, &c[i]), 0);
		caller_end(&c[i]);
	}
	pg_server_kill(server);
	pg_server_revive(server);
	assert_int_equal(pg_server_ask(server, "select count(*) from t"), MANY);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_test, pg_world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_on_its_way_when_the_server_died_fails_as_temporary),
		TEST(a_lost_backend_is_replaced_and_statements_are_prepared_anew),
		TEST(what_a_lost_connection_has_not_done_it_never_does),
		TEST(it_is_not_back_before_the_old_process_is_gone),
		TEST(a_process_that_stays_is_not_waited_for_for_ever),
		TEST(what_succeeded_survives_a_crash),
	};

	return cmocka_run_group_tests(tests, pg_world_start, pg_world_stop);
}

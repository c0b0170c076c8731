/* What common/pg/pg.h promises of a connection that is lost and comes back. */

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cmocka.h>

#include "tests/integration/pg_world.h"
#include "tests/integration/redis_server.h"

enum { MANY = 20 };

static void what_was_on_its_way_when_the_server_died_fails_as_temporary(void **state)
{
	(void)state;
	pg_world_ask(0, &pg_world_slow, "30", 0);
	run_for(base, 20);
	pg_world_ask(1, &pg_world_add, "1", 0);
	pg_server_kill(server);
	assert_int_equal(pg_world_wait_all(2), 2);
	assert_int_equal(callers[0].err.kind, ERR_TEMP);
	assert_int_equal(callers[1].err.kind, ERR_TEMP);
	assert_false(pg_is_up(pg));

	pg_world_ask(0, &pg_world_add, "1", 0);
	assert_int_equal(pg_world_wait(0), -1);
	assert_int_equal(callers[0].err.kind, ERR_TEMP);

	pg_server_revive(server);
	run_until(base, &ups, 2);
	assert_int_equal(downs, 1);
	pg_world_ask(0, &pg_world_add, "8", 0);
	assert_int_equal(pg_world_wait(0), 0);
	assert_int_equal(got[0], 125);
}

static void a_lost_backend_is_replaced_and_statements_are_prepared_anew(void **state)
{
	(void)state;
	for (int round = 1; round <= 3; round++) {
		pg_world_ask(0, &pg_world_add, "8", 0);
		assert_int_equal(pg_world_wait(0), 0);
		pg_world_cut();
		run_until(base, &ups, round + 1);
	}
	assert_int_equal(downs, 3);
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

	(void)state;
	find_process();
	PQclear(PQexec(other, "begin; lock table t in share mode"));
	pg_world_ask(0, &pg_world_add, "1", 0);
	while (!pg_server_ask(server, "select count(*) from pg_locks where not granted"))
		run_for(base, 10);
	shutdown(fd, SHUT_RDWR);
	assert_int_equal(pg_world_wait(0), -1);
	run_until(base, &ups, 2);
	assert_int_equal(count_processes(), 1);
	PQfinish(other);
	assert_int_equal(pg_world_rows(), 0);
}

/* Whom it is asked of stands still; then the connection is cut. */
static pid_t lose_a_frozen_one(void)
{
	int fd = connect_anew();
	pid_t pid = find_process();

	assert_int_equal(kill(pid, SIGSTOP), 0);
	pg_world_ask(0, &pg_world_add, "1", 0);
	run_for(base, 20); /* it is on its way */
	shutdown(fd, SHUT_RDWR);
	assert_int_equal(pg_world_wait(0), -1);
	return pid;
}

static void it_is_not_back_before_the_old_process_is_gone(void **state)
{
	pid_t pid = lose_a_frozen_one();

	(void)state;
	run_for(base, 1500);
	assert_int_equal(ups, 1);
	pg_world_ask(0, &pg_world_add, "1", 0);
	assert_int_equal(pg_world_wait(0), -1);
	assert_int_equal(callers[0].err.kind, ERR_TEMP);
	kill(pid, SIGCONT);
	run_until(base, &ups, 2);
	assert_int_equal(count_processes(), 1);
	assert_int_equal(pg_world_rows(), 0);
}

static void a_process_that_stays_is_not_waited_for_for_ever(void **state)
{
	pid_t pid = lose_a_frozen_one();

	(void)state;
	while (ups < 2)
		run_for(base, 50);
	assert_true(count_processes() > 1);
	pg_world_ask(0, &pg_world_add, "8", 0);
	assert_int_equal(pg_world_wait(0), 0);
	assert_int_equal(got[0], 125);
	kill(pid, SIGCONT);
	while (count_processes() > 1)
		run_for(base, 10);
	assert_int_equal(pg_world_rows(), 1);
}

/* The next process of this machine gets this number, unless somebody else is faster. */
static int set_next_pid(pid_t pid)
{
	FILE *f = fopen("/proc/sys/kernel/ns_last_pid", "w");

	if (!f)
		return -1;
	fprintf(f, "%d", (int)pid - 1);
	return fclose(f);
}

/* A connection of our name that is served by a process with that number. */
static PGconn *connect_as(pid_t pid)
{
	for (int tries = 0; tries < 50; tries++) {
		PGconn *other;

		if (set_next_pid(pid) != 0)
			return NULL;
		other = pg_server_connect(server);
		if (PQbackendPID(other) == pid) {
			PQclear(PQexec(other, "set application_name = 'test'"));
			return other;
		}
		PQfinish(other);
	}
	return NULL;
}

/* As after a restart of a server in a container, where numbers begin anew. */
static void whoever_got_the_number_of_the_old_process_is_left_alone(void **state)
{
	PGconn *other;
	pid_t pid;

	(void)state;
	connect_anew();
	pid = find_process();
	pg_world_cut();
	while (count_processes() > 0)
		;
	other = connect_as(pid);
	if (!other)
		skip(); /* it takes rights */
	run_until(base, &ups, 2);
	assert_int_equal(count_processes(), 2);
	PQfinish(other);
}

static void what_succeeded_survives_a_crash(void **state)
{
	(void)state;
	for (int i = 0; i < MANY; i++)
		pg_world_ask(i, &pg_world_add, "1", 0);
	assert_int_equal(pg_world_wait_all(MANY), 0);
	pg_server_kill(server);
	pg_server_revive(server);
	assert_int_equal(pg_world_rows(), MANY);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, pg_world_begin_plain, pg_world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_on_its_way_when_the_server_died_fails_as_temporary),
		TEST(a_lost_backend_is_replaced_and_statements_are_prepared_anew),
		TEST(what_a_lost_connection_has_not_done_it_never_does),
		TEST(it_is_not_back_before_the_old_process_is_gone),
		TEST(a_process_that_stays_is_not_waited_for_for_ever),
		TEST(whoever_got_the_number_of_the_old_process_is_left_alone),
		TEST(what_succeeded_survives_a_crash),
	};

	return cmocka_run_group_tests(tests, pg_world_start, pg_world_stop);
}

/* Several groups of common/pg on their way at once: what pg_test.c promises must hold among
 * them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/integration/pg_world.h"
#include "tests/integration/redis_server.h"

enum { MANY = CALLERS, GROUP = 4 };

static const struct pg_stmt even_stmt = { "even", "insert into t (n) values ($1::int + 0 * (1 /"
						  " (($1::int + 1) % 2))) returning n" };

static void ask(int i, const struct pg_stmt *stmt, int n, uint64_t order)
{
	pg_world_ask(i, stmt, arena_int(&callers[i].flow.arena, n), order);
}

static int begin_test(void **state)
{
	(void)state;
	pg_world_begin(&(struct pg_conf){ .group_max = GROUP });
	return 0;
}

static void each_group_is_a_transaction(void **state)
{
	(void)state;
	for (int i = 0; i < MANY; i++)
		ask(i, &pg_world_xid, i, (uint64_t)i + 1);
	assert_int_equal(pg_world_wait_all(MANY), 0);
	for (int i = 1; i < MANY; i++)
		assert_int_equal(got[i] == got[i - 1], i % GROUP != 0);
	assert_int_equal(pg_waiting(pg), 0);
}

static void bad_calls_fail_alone_in_whichever_group(void **state)
{
	(void)state;
	for (int i = 0; i < MANY; i++)
		ask(i, &even_stmt, i == 1 || i == 6 || i == 30 ? 1 : 2 * i, (uint64_t)i + 1);
	assert_int_equal(pg_world_wait_all(MANY), 3);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(got[i], i == 1 || i == 6 || i == 30 ? 0 : 2 * i);
	assert_int_equal(callers[6].err.kind, ERR_PERM);
	assert_int_equal(pg_world_rows(), MANY - 3);
	assert_int_equal(pg_server_ask(server, "select count(distinct n) from t"), MANY - 3);
}

/* The first group fails and is repeated; what follows in the same order must not have passed
 * it. */
static void a_call_never_passes_one_of_its_order(void **state)
{
	(void)state;
	for (int i = 0; i < MANY; i++)
		ask(i, &even_stmt, i == 3 ? 1 : 2 * i, i == 3 ? 99 : (uint64_t)(i % 3) + 1);
	assert_int_equal(pg_world_wait_all(MANY), 1);
	for (int order = 0; order < 3; order++) {
		char sql[200];

		snprintf(sql, sizeof sql,
			 "select count(*) from (select n, lag(n) over (order by ctid) as before"
			 " from t where n / 2 %% 3 = %d) s where before > n",
			 order);
		assert_int_equal(pg_server_ask(server, sql), 0);
	}
	assert_int_equal(pg_world_rows(), MANY - 1);
}

static void one_that_goes_alone_is_passed_by_nobody(void **state)
{
	(void)state;
	for (int i = 0; i < MANY; i++)
		ask(i, &pg_world_xid, i, i == 10 ? PG_ALONE : (uint64_t)i + 1);
	assert_int_equal(pg_world_wait_all(MANY), 0);
	assert_int_equal(pg_server_ask(server, "select n from t offset 10 limit 1"), 10);
	assert_int_not_equal(got[10], got[9]);
	assert_int_not_equal(got[10], got[11]);
}

static void a_loss_fails_all_of_them(void **state)
{
	(void)state;
	ask(0, &pg_world_slow, 30, 1);
	for (int i = 1; i < MANY; i++)
		ask(i, &pg_world_xid, i, (uint64_t)i + 1);
	run_for(base, 50);
	pg_world_cut();
	assert_int_equal(pg_world_wait_all(MANY), MANY);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(callers[i].err.kind, ERR_TEMP);
	assert_int_equal(pg_waiting(pg), 0);
	run_until(base, &ups, 2);
	for (int i = 0; i < MANY; i++)
		ask(i, &pg_world_xid, i, (uint64_t)i + 1);
	assert_int_equal(pg_world_wait_all(MANY), 0);
	assert_int_equal(pg_world_rows(), MANY);
}

static void who_leaves_meanwhile_does_not_shift_the_others_results(void **state)
{
	(void)state;
	ask(0, &even_stmt, 1, 1); /* fails its group */
	for (int i = 1; i < MANY; i++)
		ask(i, &even_stmt, 2 * i, (uint64_t)i + 1);
	event_base_loop(base, EVLOOP_NONBLOCK);
	for (int i = 1; i < MANY; i += 5)
		flow_interrupt(&callers[i].flow, ERR_CANCELLED, "no longer");
	assert_int_equal(pg_world_wait_all(MANY), 1 + MANY / 5);
	for (int i = 1; i < MANY; i++)
		assert_int_equal(got[i], i % 5 == 1 ? 0 : 2 * i);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_test, pg_world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_group_is_a_transaction),
		TEST(bad_calls_fail_alone_in_whichever_group),
		TEST(a_call_never_passes_one_of_its_order),
		TEST(one_that_goes_alone_is_passed_by_nobody),
		TEST(a_loss_fails_all_of_them),
		TEST(who_leaves_meanwhile_does_not_shift_the_others_results),
	};

	return cmocka_run_group_tests(tests, pg_world_start, pg_world_stop);
}

/* The promises of common/pg/pg.h, against a real server that is broken on purpose. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/integration/pg_world.h"
#include "tests/integration/redis_server.h"

enum { MANY = 20 };

static const struct pg_stmt broken_stmt = { "broken", "select no_such_column from t" };

/* --- groups ------------------------------------------------------------------- */

static void calls_of_one_round_are_one_transaction(void **state)
{
	(void)state;
	for (int i = 0; i < MANY; i++)
		pg_world_ask(i, &pg_world_xid, "5", 0);
	assert_int_equal(pg_world_wait_all(MANY), 0);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(got[i], got[0]);
	assert_int_equal(pg_world_rows(), MANY);
}

static void a_bad_call_never_fails_its_neighbours(void **state)
{
	(void)state;
	for (int bad = 0; bad < MANY; bad += 7) {
		pg_server_run(server, "truncate t");
		for (int i = 0; i < MANY; i++)
			pg_world_ask(i, &pg_world_add, i == bad ? "0" : "10", 0);
		for (int i = 0; i < MANY; i++) {
			assert_int_equal(pg_world_wait(i), i == bad ? -1 : 0);
			if (i == bad)
				assert_int_equal(callers[i].err.kind, ERR_PERM);
			else
				assert_int_equal(got[i], 100);
		}
		assert_int_equal(pg_world_rows(), MANY - 1);
	}
}

static void a_statement_that_cannot_be_prepared_fails_alone_and_again(void **state)
{
	enum { GOOD, BAD, WORSE };

	(void)state;
	for (int round = 0; round < 3; round++) {
		pg_world_ask(BAD, &broken_stmt, NULL, 0);
		pg_world_ask(WORSE, &broken_stmt, NULL, 0);
		pg_world_ask(GOOD, &pg_world_add, "1", 0);
		assert_int_equal(pg_world_wait(GOOD), 0);
		assert_int_equal(pg_world_wait(BAD), -1);
		assert_int_equal(pg_world_wait(WORSE), -1);
		assert_int_equal(callers[BAD].err.kind, ERR_PERM);
		assert_int_equal(got[GOOD], 1000);
	}
}

static void a_group_is_sent_in_the_order_of_its_keys(void **state)
{
	static const uint64_t order[] = { 5, 3, 9, 3, 1 };
	static const char *const arg[] = { "5", "31", "9", "32", "1" };

	(void)state;
	for (int i = 0; i < 5; i++)
		pg_world_ask(i, &pg_world_xid, arg[i], order[i]);
	assert_int_equal(pg_world_wait_all(5), 0);
	assert_string_equal(pg_server_tell(server,
					   "select string_agg(n::text, ' ' order by ctid)"
					   " from t"),
			    "1 31 32 5 9");
}

/* Which of five calls shared a transaction: those with the same number in `group`. */
static void assert_grouped(const uint64_t order[5], const char *group)
{
	for (int i = 0; i < 5; i++)
		pg_world_ask(i, &pg_world_xid, "1", order[i]);
	assert_int_equal(pg_world_wait_all(5), 0);
	for (int i = 0; i < 25; i++)
		assert_int_equal(got[i % 5] == got[i / 5], group[i % 5] == group[i / 5]);
}

static void groups_are_bounded_and_some_calls_go_alone(void **state)
{
	(void)state;
	assert_grouped((const uint64_t[5]){ 5, 3, PG_ALONE, 9, 1 }, "11233");
	pg_world_connect(&(struct pg_conf){ .group_max = 2 });
	assert_grouped((const uint64_t[5]){ 0 }, "11223");
}

static void a_conflict_with_another_is_temporary(void **state)
{
	(void)state;
	pg_world_connect(&(struct pg_conf){ .timeout_ms = 50 });
	pg_world_ask(0, &pg_world_slow, "5", 0); /* longer than statement_timeout */
	assert_int_equal(pg_world_wait(0), -1);
	assert_int_equal(callers[0].err.kind, ERR_TEMP);
}

/* --- bounds and cancelling ----------------------------------------------------- */

static void a_full_queue_refuses_at_once(void **state)
{
	(void)state;
	pg_world_connect(&(struct pg_conf){ .group_max = 1, .queue_max = 1 });
	pg_world_ask(0, &pg_world_slow, "1", 0);
	run_for(base, 20);
	pg_world_ask(1, &pg_world_add, "1", 0);
	assert_int_equal(pg_waiting(pg), 2);
	pg_world_ask(2, &pg_world_add, "1", 0);
	assert_int_equal(pg_world_wait(2), -1);
	assert_int_equal(callers[2].err.kind, ERR_TEMP);
	assert_int_equal(pg_world_wait_all(2), 0);
}

static void a_flow_cancelled_while_it_waits_is_not_sent(void **state)
{
	(void)state;
	pg_world_ask(0, &pg_world_slow, "1", 0);
	run_for(base, 20); /* it is on its way */
	pg_world_ask(1, &pg_world_add, "1", 0);
	flow_interrupt(&callers[1].flow, ERR_CANCELLED, "no longer");
	assert_int_equal(pg_waiting(pg), 1);
	assert_int_equal(pg_world_wait(1), -1);
	assert_int_equal(pg_world_wait(0), 0);
	assert_int_equal(pg_world_rows(), 0);
}

static void a_flow_cancelled_on_its_way_leaves_the_others_their_results(void **state)
{
	(void)state;
	pg_world_ask(0, &pg_world_slow, "1", 0);
	pg_world_ask(1, &pg_world_add, "2", 0);
	pg_world_ask(2, &pg_world_add, "4", 0);
	run_for(base, 20);
	flow_interrupt(&callers[1].flow, ERR_CANCELLED, "no longer");
	assert_int_equal(pg_world_wait(1), -1);
	assert_int_equal(pg_world_wait(0), 0);
	assert_int_equal(pg_world_wait(2), 0);
	assert_int_equal(got[0], 7);
	assert_int_equal(got[1], 0);
	assert_int_equal(got[2], 250);
}

static void closing_fails_what_is_left(void **state)
{
	(void)state;
	pg_world_ask(0, &pg_world_slow, "30", 0);
	run_for(base, 20);
	pg_close(pg);
	pg = NULL;
	assert_int_equal(pg_world_wait(0), -1);
	assert_int_equal(callers[0].err.kind, ERR_TEMP);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, pg_world_begin_plain, pg_world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(calls_of_one_round_are_one_transaction),
		TEST(a_bad_call_never_fails_its_neighbours),
		TEST(a_statement_that_cannot_be_prepared_fails_alone_and_again),
		TEST(a_group_is_sent_in_the_order_of_its_keys),
		TEST(groups_are_bounded_and_some_calls_go_alone),
		TEST(a_conflict_with_another_is_temporary),
		TEST(a_full_queue_refuses_at_once),
		TEST(a_flow_cancelled_while_it_waits_is_not_sent),
		TEST(a_flow_cancelled_on_its_way_leaves_the_others_their_results),
		TEST(closing_fails_what_is_left),
	};

	return cmocka_run_group_tests(tests, pg_world_start, pg_world_stop);
}

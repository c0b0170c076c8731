/* The promises of common/pg/pg.h, against a real server that is broken on purpose. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/integration/pg_world.h"
#include "tests/integration/redis_server.h"

enum { MANY = 20 };

static const struct pg_stmt add_stmt = { "add", "insert into t (n) values (1000 / $1::int)"
						" returning n" };
static const struct pg_stmt slow_stmt = { "slow", "select 7 from pg_sleep($1::float)" };
static const struct pg_stmt broken_stmt = { "broken", "select no_such_column from t" };
static const struct pg_stmt xid_stmt = { "xid", "insert into t (n) values ($1::int)"
						" returning pg_current_xact_id()::text" };

static void ask(struct caller *c, const struct pg_stmt *stmt, const char *arg, uint64_t order,
		int64_t *out)
{
	pg_call(pg, &c->flow, caller_next,
		&(struct pg_call){ .stmt = stmt,
				   .argv = &arg,
				   .n = arg ? 1 : 0,
				   .order = order,
				   .decode = out ? decode_number : NULL,
				   .out = out });
}

static int begin_test(void **state)
{
	(void)state;
	pg_world_begin(&(struct pg_conf){ 0 });
	return 0;
}

/* --- groups ------------------------------------------------------------------- */

static void calls_of_one_round_are_one_transaction(void **state)
{
	struct caller c[MANY];
	int64_t xid[MANY];

	(void)state;
	for (int i = 0; i < MANY; i++)
		caller_begin(base, &c[i]);
	for (int i = 0; i < MANY; i++)
		ask(&c[i], &xid_stmt, "5", 0, &xid[i]);
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(caller_wait(base, &c[i]), 0);
		assert_int_equal(xid[i], xid[0]);
		caller_end(&c[i]);
	}
	assert_int_equal(pg_server_ask(server, "select count(*) from t"), MANY);
}

static void a_bad_call_never_fails_its_neighbours(void **state)
{
	struct caller c[MANY];
	int64_t n[MANY];

	(void)state;
	for (int bad = 0; bad < MANY; bad += 7) {
		pg_server_run(server, "truncate t");
		for (int i = 0; i < MANY; i++)
			caller_begin(base, &c[i]);
		for (int i = 0; i < MANY; i++)
			ask(&c[i], &add_stmt, i == bad ? "0" : "10", 0, &n[i]);
		for (int i = 0; i < MANY; i++) {
			assert_int_equal(caller_wait(base, &c[i]), i == bad ? -1 : 0);
			if (i == bad)
				assert_int_equal(c[i].err.kind, ERR_PERM);
			else
				assert_int_equal(n[i], 100);
			caller_end(&c[i]);
		}
		assert_int_equal(pg_server_ask(server, "select count(*) from t"), MANY - 1);
	}
}

static void a_statement_that_cannot_be_prepared_fails_alone_and_again(void **state)
{
	struct caller good, bad, worse;
	int64_t n = 0;

	(void)state;
	caller_begin(base, &good);
	caller_begin(base, &bad);
	caller_begin(base, &worse);
	for (int round = 0; round < 3; round++) {
		ask(&bad, &broken_stmt, NULL, 0, NULL);
		ask(&worse, &broken_stmt, NULL, 0, NULL);
		ask(&good, &add_stmt, "1", 0, &n);
		assert_int_equal(caller_wait(base, &good), 0);
		assert_int_equal(caller_wait(base, &bad), -1);
		assert_int_equal(caller_wait(base, &worse), -1);
		assert_int_equal(bad.err.kind, ERR_PERM);
		assert_int_equal(n, 1000);
	}
	caller_end(&good);
	caller_end(&bad);
	caller_end(&worse);
}

static void a_group_is_sent_in_the_order_of_its_keys(void **state)
{
	static const uint64_t order[] = { 5, 3, 9, 3, 1 };
	static const char *const arg[] = { "5", "31", "9", "32", "1" };
	struct caller c[5];

	(void)state;
	for (int i = 0; i < 5; i++)
		caller_begin(base, &c[i]);
	for (int i = 0; i < 5; i++)
		ask(&c[i], &xid_stmt, arg[i], order[i], NULL);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(caller_wait(base, &c[i]), 0);
		caller_end(&c[i]);
	}
	assert_string_equal(pg_server_tell(server,
					   "select string_agg(n::text, ' ' order by ctid)"
					   " from t"),
			    "1 31 32 5 9");
}

/* Which of five calls shared a transaction: those with the same number in `group`. */
static void assert_grouped(const uint64_t order[5], const char *group)
{
	struct caller c[5];
	int64_t xid[5];

	for (int i = 0; i < 5; i++)
		caller_begin(base, &c[i]);
	for (int i = 0; i < 5; i++)
		ask(&c[i], &xid_stmt, "1", order[i], &xid[i]);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(caller_wait(base, &c[i]), 0);
		caller_end(&c[i]);
	}
	for (int i = 0; i < 25; i++)
		assert_int_equal(xid[i % 5] == xid[i / 5], group[i % 5] == group[i / 5]);
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
	struct caller c;

	(void)state;
	pg_world_connect(&(struct pg_conf){ .timeout_ms = 50 });
	caller_begin(base, &c);
	ask(&c, &slow_stmt, "5", 0, NULL); /* longer than statement_timeout */
	assert_int_equal(caller_wait(base, &c), -1);
	assert_int_equal(c.err.kind, ERR_TEMP);
	caller_end(&c);
}

/* --- bounds and cancelling ----------------------------------------------------- */

static void a_full_queue_refuses_at_once(void **state)
{
	struct caller first, second, third;
	int64_t n;

	(void)state;
	pg_world_connect(&(struct pg_conf){ .group_max = 1, .queue_max = 1 });
	caller_begin(base, &first);
	caller_begin(base, &second);
	caller_begin(base, &third);
	ask(&first, &slow_stmt, "1", 0, &n);
	run_for(base, 20);
	ask(&second, &add_stmt, "1", 0, NULL);
	assert_int_equal(pg_waiting(pg), 2);
	ask(&third, &add_stmt, "1", 0, NULL);
	assert_int_equal(caller_wait(base, &third), -1);
	assert_int_equal(third.err.kind, ERR_TEMP);
	assert_int_equal(caller_wait(base, &first), 0);
	assert_int_equal(caller_wait(base, &second), 0);
	caller_end(&first);
	caller_end(&second);
	caller_end(&third);
}

static void a_flow_cancelled_while_it_waits_is_not_sent(void **state)
{
	struct caller first, second;

	(void)state;
	caller_begin(base, &first);
	caller_begin(base, &second);
	ask(&first, &slow_stmt, "1", 0, NULL);
	run_for(base, 20); /* it is on its way */
	ask(&second, &add_stmt, "1", 0, NULL);
	flow_interrupt(&second.flow, ERR_CANCELLED, "no longer");
	assert_int_equal(pg_waiting(pg), 1);
	assert_int_equal(caller_wait(base, &second), -1);
	assert_int_equal(caller_wait(base, &first), 0);
	assert_int_equal(pg_server_ask(server, "select count(*) from t"), 0);
	caller_end(&first);
	caller_end(&second);
}

static void a_flow_cancelled_on_its_way_leaves_the_others_their_results(void **state)
{
	struct caller c[3];
	int64_t n[3] = { 0 };

	(void)state;
	for (int i = 0; i < 3; i++)
		caller_begin(base, &c[i]);
	ask(&c[0], &slow_stmt, "1", 0, &n[0]);
	ask(&c[1], &add_stmt, "2", 0, &n[1]);
	ask(&c[2], &add_stmt, "4", 0, &n[2]);
	run_for(base, 20);
	flow_interrupt(&c[1].flow, ERR_CANCELLED, "no longer");
	assert_int_equal(caller_wait(base, &c[1]), -1);
	assert_int_equal(caller_wait(base, &c[0]), 0);
	assert_int_equal(caller_wait(base, &c[2]), 0);
	assert_int_equal(n[0], 7);
	assert_int_equal(n[1], 0);
	assert_int_equal(n[2], 250);
	for (int i = 0; i < 3; i++)
		caller_end(&c[i]);
}

static void closing_fails_what_is_left(void **state)
{
	struct caller c;

	(void)state;
	caller_begin(base, &c);
	ask(&c, &slow_stmt, "30", 0, NULL);
	run_for(base, 20);
	pg_close(pg);
	pg = NULL;
	assert_int_equal(caller_wait(base, &c), -1);
	assert_int_equal(c.err.kind, ERR_TEMP);
	caller_end(&c);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_test, pg_world_end)

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

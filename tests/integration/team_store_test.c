/* Who speaks at a desk: strangers, operators, and what they may (schema/0015_order.sql). */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/integration/order_world.h"

static void a_stranger_registers_once(void **state)
{
	const json_t *operator;
	struct order_claim c;
	int64_t job;

	(void)state;
	add_operators(1);
	run("update operator set role = 2");
	job = desk_hears("77", "e1", "hello", NULL);
	c = claim_order(job);
	assert_true(json_is_null(json_object_get(order_work, "operator")));
	finish_order(job, &c, "[]");
	desk_hears("77", "e2", "/start", "{\"command\":\"start\"}");
	c = claim_order(job);
	operator= json_object_get(order_work, "operator");
	assert_string_equal(json_string_value(json_object_get(operator, "name")), "Olga");
	assert_false(json_is_true(json_object_get(operator, "enabled")));
	assert_true(json_is_true(json_object_get(operator, "is_new")));
	assert_false(json_is_true(json_object_get(operator, "is_asked_for")));
	assert_int_equal(json_array_size(json_object_get(order_work, "admins")), 1);
	finish_order(job, &c, "[{\"asked\":true,\"operator\":2}]");
	desk_hears("77", "e3", "/start", "{\"command\":\"start\"}");
	claim_order(job);
	operator= json_object_get(order_work, "operator");
	assert_false(json_is_true(json_object_get(operator, "is_new")));
	assert_true(json_is_true(json_object_get(operator, "is_asked_for")));
	assert_int_equal(number("select count(*) from operator"), 2);
	assert_sql("select desk_people()::text",
		   "{ \"4:9001\" : true }"); /* who is not enabled is a visitor */
}

/* How many lines are free while those who are told of an event wait for this one. */
static int64_t free_while_waiting_for(int64_t job, int64_t line)
{
	struct order_claim c = claim_order(job);
	struct order_finished end;
	PGconn *courier;
	int64_t free;
	char sql[128];

	run("delete from job where queue = 2;"
	    "insert into job (queue, kind, lane, conversation_id, trace)"
	    " select 2, 1, id, id, 't' from conversation");
	snprintf(sql, sizeof sql, "select from job where queue = 2 and lane = %lld for update",
		 (long long)line);
	courier = connect_and(sql);
	begin_finish(&end, job, &c, order_actions());
	await_held_up(&world.caller);
	free = number("with f as (select from job where queue = 2 for update skip locked)"
		      " select count(*) from f");
	commit(courier);
	assert_int_equal(done(), 0);
	assert_int_equal(end.fenced, 0);
	return free;
}

static uint64_t order_of(int64_t line)
{
	char sql[80];

	snprintf(sql, sizeof sql, "select chat_key from conversation where id = %lld",
		 (long long)line);
	return store_order(DESK, pg_server_tell(world.server, sql));
}

/* So many of the lines come after this one where couriers settle several. */
static int64_t after_in_order(int64_t line)
{
	int64_t lines = number("select count(*) from conversation"), n = 0;

	for (int64_t i = 1; i <= lines; i++)
		n += order_of(i) > order_of(line);
	return n;
}

/* Else a courier and whoever tells them could wait for each other. */
static void lines_are_taken_as_couriers_take_them(void **state)
{
	(void)state;
	add_operators(4);
	run("update operator set role = 2");
	for (int64_t line = 1; line <= 5; line++) {
		char key[8];

		snprintf(key, sizeof key, "e%d", (int)line);
		run("update operator set asked_at = null");
		assert_int_equal(free_while_waiting_for(desk_hears("77", key, "/start",
								   "{\"command\":\"start\"}"),
							line),
				 after_in_order(line));
	}
}

static void who_is_enabled_is_told_in_the_same_order(void **state)
{
	static const char *const events[] = { "{\"data\":\"t:enable:2\",\"callback\":\"c\"}",
					      "{\"data\":\"t:enable:1\",\"callback\":\"c\"}" };

	(void)state;
	add_operators(2);
	run("update operator set role = 2");
	for (int i = 0; i < 4; i++) {
		int64_t line = 1 + i / 2, job;
		char key[8];

		snprintf(key, sizeof key, "e%d", i);
		run(i % 2 ? "update operator set enabled = id = 2"
			  : "update operator set enabled = id = 1");
		job = desk_hears(i % 2 ? "9002" : "9001", key, "x", events[i % 2]);
		assert_int_equal(free_while_waiting_for(job, line), after_in_order(line));
	}
}

static void in_a_topic_or_a_group_the_same_operator_speaks(void **state)
{
	static const char *const chats[] = { "9001:77", "-1005:78" };

	(void)state;
	add_operators(1);
	claim_order(desk_hears("9001", "e0", "one", NULL));
	for (int i = 0; i < 2; i++) {
		char key[8];

		snprintf(key, sizeof key, "t%d", i);
		claim_order(desk_hears(chats[i], key, "x", NULL));
		assert_int_equal(json_integer_value(json_object_get(
					 json_object_get(order_work, "operator"), "id")),
				 1);
	}
	run("update conversation set person_id = null where id = 1");
	claim_order(desk_hears("-1005:79", "t9", "x", NULL));
	assert_true(json_is_null(json_object_get(order_work, "operator")));
}

static void rights_are_told_in_the_operators_language(void **state)
{
	int64_t job;
	struct order_claim c;

	(void)state;
	add_operators(2);
	run("update operator set lang = 'en', enabled = false, asked_at = now() where id = 2");
	job = desk_hears("9001", "e1", "x", NULL);
	c = claim_order(job);
	finish_order(job, &c,
		     "[{\"enable\":2,\"operator\":1,\"texts\":{\"enabled\":{\"en\":\"You "
		     "may\",\"ru\":\"Можно\"}}}]");
	assert_sql("select string_agg(payload ->> 'text', ' ') from delivery where "
		   "conversation_id = 2",
		   "You may");
	assert_int_equal(number("select enabled::int from operator where id = 2"), 1);
	assert_int_equal(
		number("select count(*) from audit where what = 'operator_changed' and "
		       "operator_id = 1"),
		1);
	run("select change_operator(null, 2, '{\"enabled\": false}', 'here', '{\"disabled\": "
	    "{\"en\": \"You may not\"}}')");
	assert_sql(
		"select string_agg(payload ->> 'text', ' ' order by place, id) from delivery "
		"where conversation_id = 2",
		"You may You may not");
	assert_sql("select on_duty || ' ' || (asked_at is null) from operator where id = 2",
		   "false true");
	assert_int_equal(number("select count(*) from job where lane = -2"), 1);
}

static void a_login_takes_over_who_is_known_from_telegram(void **state)
{
	(void)state;
	add_operators(1);
	run("update operator set login = null; insert into operator (login, name, enabled) "
	    "values ('vera', 'Vera', true)");
	assert_sql("select coalesce(link_operator('1', 'nobody')::text, 'none')", "none");
	assert_sql("select coalesce(link_operator('5', 'vera')::text, 'none')", "none");
	assert_sql("select link_operator('1', 'vera') ->> 'id'", "2");
	assert_sql(
		"select operator_id || ' ' || (select count(*) from operator) from desk_chat",
		"2 1");
	assert_sql("select coalesce(link_operator('1', 'vera')::text, 'none')", "none");
}

static void a_history_is_not_given_away(void **state)
{
	(void)state;
	add_operators(1);
	order(1, "take", call_human(), NULL);
	run("update operator set login = null; insert into operator (login, name, enabled) "
	    "values ('vera', 'Vera', true)");
	assert_sql("select coalesce(link_operator('1', 'vera')::text, 'none')", "none");
	assert_int_equal(number("select count(*) from operator"), 2);
}

#define ORDER_TEST(name) cmocka_unit_test_setup_teardown(name, world_begin, order_world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ORDER_TEST(a_stranger_registers_once),
		ORDER_TEST(lines_are_taken_as_couriers_take_them),
		ORDER_TEST(who_is_enabled_is_told_in_the_same_order),
		ORDER_TEST(in_a_topic_or_a_group_the_same_operator_speaks),
		ORDER_TEST(rights_are_told_in_the_operators_language),
		ORDER_TEST(a_login_takes_over_who_is_known_from_telegram),
		ORDER_TEST(a_history_is_not_given_away),
	};

	return cmocka_run_group_tests(tests, world_open, world_close);
}

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
		ORDER_TEST(in_a_topic_or_a_group_the_same_operator_speaks),
		ORDER_TEST(rights_are_told_in_the_operators_language),
		ORDER_TEST(a_login_takes_over_who_is_known_from_telegram),
		ORDER_TEST(a_history_is_not_given_away),
	};

	return cmocka_run_group_tests(tests, world_open, world_close);
}

/* Timers and invitations: a case as operator-relay moves it on
 * (schema/0014_relay.sql). */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/integration/desk_world.h"

#define SAY(key, text) hear(TELEGRAM, "7", key, INBOUND_MESSAGE, text, NULL)
#define RESPONDER                                                                              \
	"select responder || ' ' || coalesce(operator_id, 0) from conversation where "         \
	"chat_key = '7'"
#define LOADS "select string_agg(load::text, ' ' order by id) from operator"
/* What the person was told by the platform, one after another. */
#define TOLD                                                                                   \
	"select coalesce(string_agg(m.extra ->> 'event', ' ' order by m.seq), '') from "       \
	"message m where m.author = 3"

static void invitations_repeat_and_widen(void **state)
{
	int64_t c;

	(void)state;
	add_operators(5);
	run("update operator set on_duty = false, role = 2 where id = 5");
	set_policy("{\"invite\": 1, \"repeat_s\": 45}");
	c = call_human();
	look(c);
	assert_invited("op1");
	look_later(c, "46 s");
	assert_invited("op1 op2");
	look_later(c, "46 s");
	assert_invited("op1 op2 op3 op4");
	look_later(c, "46 s");
	assert_invited("op1 op2 op3 op4 op5");
	/* each was told in each round, and no more */
	assert_sql("select string_agg(n::text, ' ' order by desk_id) from"
		   " (select desk_id, count(*) as n from relay where kind = 2 group by 1) r",
		   "4 3 2 2 1");
	look(c);
	assert_int_equal(number("select count(*) from relay where kind = 2"), 12);
	look_later(c, "46 s");
	assert_invited("");
	assert_sql(RESPONDER, "0 0");
	assert_sql("select outcome from handoff", "unanswered");
	assert_sql(TOLD, "waiting nobody");
}

static void where_nobody_is_on_duty_administrators_are_asked_at_once(void **state)
{
	(void)state;
	add_operators(2);
	run("update operator set on_duty = false; update operator set role = 2 where id = 2");
	look(call_human());
	assert_invited("op2");
	assert_int_equal(order(2, "take", 3, NULL).status, DESK_OK);
}

static void in_the_end_a_message_may_be_left(void **state)
{
	int64_t c;

	(void)state;
	add_operators(1);
	set_policy("{\"rounds\": 1, \"at_end\": \"message\"}");
	c = call_human();
	look(c);
	look_later(c, "46 s");
	assert_sql(TOLD, "waiting leave_message");
	assert_sql(RESPONDER, "1 0");
	SAY("m1", "call me back");
	look_later(c, "3 min");
	assert_sql(TOLD, "waiting leave_message message_left");
	assert_sql("select outcome || ' ' || ended_seq from handoff", "message 5");
	assert_sql(RESPONDER, "0 0");
	assert_int_equal(number("select count(*) from job where queue = 1"), 0);
	assert_int_equal(
		number("select n from verify_counts() where kind = 'left as a message'"), 1);
	assert_int_equal(order(1, "say", c, "{\"text\":\"we have\"}").status, DESK_OK);
	assert_int_equal(number("select count(*) from handoff where outcome = 'message'"), 0);
}

static void who_leaves_no_message_has_left_none(void **state)
{
	int64_t c =
		hear(TELEGRAM, "7", "o1", INBOUND_OPERATOR, "/operator", NULL).conversation_id;

	(void)state;
	add_operators(1);
	set_policy("{\"rounds\": 1, \"at_end\": \"message\"}");
	look(c);
	look_later(c, "46 s");
	look_later(c, "3 min");
	assert_sql(TOLD, "waiting leave_message");
	assert_sql("select outcome from handoff", "unanswered");
	assert_sql(RESPONDER, "0 0");
	assert_int_equal(number("select count(*) from job where queue = 1"), 0);
}

static void or_they_wait_and_everybody_is_asked_again(void **state)
{
	int64_t c;

	(void)state;
	add_operators(2);
	set_policy("{\"rounds\": 2, \"invite\": 1, \"at_end\": \"wait\"}");
	c = call_human();
	look(c);
	assert_int_equal(order(1, "skip", c, NULL).status, DESK_OK);
	look(c); /* nobody is left to answer, so the next round begins at once */
	assert_invited("op2");
	look_later(c, "46 s");
	assert_invited("op1 op2");
	assert_sql(RESPONDER, "1 0");
}

static void who_is_silent_loses_the_chat(void **state)
{
	int64_t c;

	(void)state;
	add_operators(2);
	c = call_human();
	look(c);
	order(1, "take", c, NULL);
	look(c);
	order(1, "say", c, "{\"text\":\"hello\"}");
	look_later(c, "11 min"); /* it is the person's turn */
	assert_sql(RESPONDER, "2 1");
	SAY("m1", "are you there?");
	look(c);
	look_later(c, "9 min");
	assert_sql(RESPONDER, "2 1");
	look_later(c, "61 s");
	assert_sql(RESPONDER, "1 0");
	assert_sql(LOADS, "0 0");
	assert_sql("select reason from handoff", "idle");
	assert_sql(TOLD, "waiting joined requeued");
	assert_invited("op2");
	assert_int_equal(number("select count(*) from desk_notice"),
			 0); /* it is on its way to them */
}

static void a_person_who_went_away_ends_the_chat(void **state)
{
	int64_t c;

	(void)state;
	add_operators(1);
	c = call_human();
	order(1, "take", c, NULL);
	order(1, "say", c, "{\"text\":\"hello\"}");
	look(c);
	look_later(c, "61 min");
	assert_sql(RESPONDER, "0 0");
	assert_sql("select outcome from handoff", "expired");
	assert_sql(TOLD, "joined closed");
	assert_sql(LOADS, "0");
}

static void who_leaves_gives_all_chats_back(void **state)
{
	(void)state;
	add_operators(2);
	for (int i = 0; i < 2; i++) {
		char key[8];

		snprintf(key, sizeof key, "p%d", i);
		hear(TELEGRAM, key, key, INBOUND_OPERATOR, NULL, NULL);
		assert_int_equal(order(1, "take", 3 + i, NULL).status, DESK_OK);
	}
	follow_duty(1); /* they took chats, and have room for more */
	order(1, "duty", 0, "{\"on\":false}");
	assert_int_equal(follow_duty(1), 2);
	look(3);
	look(4);
	assert_sql("select string_agg(responder::text, ' ') from conversation where channel_id "
		   "= 1",
		   "1 1");
	assert_sql(LOADS, "0 0");
	assert_invited("op2 op2");
	assert_sql("select string_agg(distinct reason, ' ') from handoff", "left");
}

static void who_blocks_the_desk_is_gone(void **state)
{
	struct inbound blocked = { .action = INBOUND_BLOCKED, .key = "b1", .chat = "9001" };
	struct place desk = {
		.channel_id = DESK, .bot_id = 1, .mode = DELIVERY_COURIER, .is_desk = 1
	};
	struct accepted a;
	int64_t c;

	(void)state;
	add_operators(1);
	c = call_human();
	order(1, "take", c, NULL);
	follow_duty(1);
	store_accept(&world.store, begin(), caller_next, &a, &desk, &blocked);
	assert_int_equal(done(), 0);
	assert_int_equal(follow_duty(1), 1);
	look(c);
	assert_sql(RESPONDER, "1 0");
	assert_int_equal(number("select on_duty::int from operator"), 0);
}

static void cases_are_given_to_the_least_busy(void **state)
{
	(void)state;
	add_operators(3);
	set_policy("{\"assign\": \"balanced\"}");
	for (int i = 0; i < 4; i++) {
		char key[8];

		snprintf(key, sizeof key, "p%d", i);
		hear(TELEGRAM, key, key, INBOUND_OPERATOR, NULL, NULL);
		look(4 + i);
	}
	assert_sql(LOADS, "2 1 1");
	/* op1 shows life in one of theirs; the other goes on to a colleague */
	assert_int_equal(order(1, "say", 4, "{\"text\":\"hello\"}").status, DESK_OK);
	look_later(7, "46 s");
	assert_sql("select operator_id <> 1 from conversation where id = 7", "t");
	assert_sql("select operator_id from conversation where id = 4", "1");
}

/* Else the least busy would be who has gone home. */
static void who_does_not_begin_is_not_there(void **state)
{
	int64_t c;

	(void)state;
	add_operators(2);
	set_policy("{\"assign\": \"balanced\"}");
	c = call_human();
	look(c);
	assert_sql(RESPONDER, "2 1");
	look_later(c, "46 s");
	assert_sql(RESPONDER, "2 2");
	assert_sql("select string_agg(on_duty::text, ' ' order by id) from operator",
		   "false true");
	assert_sql(TOLD, "waiting"); /* they had seen nobody */
	assert_int_equal(follow_duty(1), 0);
}

static void a_group_has_its_own(void **state)
{
	(void)state;
	add_operators(4);
	set_policy("{\"assign\": \"group\", \"group\": [\"op2\", \"op4\"]}");
	look(call_human());
	assert_invited("op2 op4");
}

static void who_becomes_free_looks_at_one_case(void **state)
{
	(void)state;
	add_operators(1);
	run("update operator set capacity = 1");
	for (int i = 0; i < 3; i++) {
		char key[8];

		snprintf(key, sizeof key, "p%d", i);
		hear(TELEGRAM, key, key, INBOUND_OPERATOR, NULL, NULL);
		if (i == 0)
			order(1, "take", 2, NULL);
		look(2 + i);
	}
	assert_invited("");
	assert_int_equal(number("select count(*) from handoff where is_starved"), 2);
	order(1, "close", 2, NULL);
	assert_int_equal(follow_duty(1), 1);
	look(3);
	assert_sql("select string_agg(handoff_id::text, ' ') from invitation where state = 0",
		   "2");
}

static void what_changed_since_the_claim_is_claimed_again(void **state)
{
	struct case_claim c;
	int64_t id;

	(void)state;
	add_operators(2);
	id = call_human();
	c = claim_case(id);
	assert_int_equal(c.status, CLAIM_OK);
	assert_int_equal(claim_case(id).status, CLAIM_GONE);
	order(2, "take", id, NULL);
	assert_int_equal(finish_case(id, &c), CASE_CHANGED);
	assert_int_equal(number("select count(*) from delivery where kind = 3"), 0);
	assert_int_equal(finish_case(id, &c), CASE_FENCED);
	look(id);
	assert_int_equal(number("select count(*) from relay where kind = 2"), 0);
	assert_sql("select string_agg(distinct desk_id::text, ' ') from relay", "2");
}

static void what_was_shown_is_not_shown_again(void **state)
{
	int64_t c;

	(void)state;
	add_operators(1);
	c = call_human();
	order(1, "take", c, NULL);
	look(c);
	SAY("m1", "one");
	SAY("m2", "two");
	look(c);
	assert_int_equal(look(c).status, CLAIM_VOID);
	assert_sql("select string_agg(seq::text, ' ' order by delivery_id) from relay where "
		   "kind = 1",
		   "3 4");
	order(1, "say", c, "{\"text\":\"from Telegram\",\"extra\":{\"via\":\"telegram\"}}");
	order(1, "say", c, "{\"text\":\"from the console\"}");
	look(c);
	assert_sql("select max(seq) || ' ' || count(*) from relay where kind = 1", "6 3");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(invitations_repeat_and_widen),
		WORLD_TEST(where_nobody_is_on_duty_administrators_are_asked_at_once),
		WORLD_TEST(in_the_end_a_message_may_be_left),
		WORLD_TEST(who_leaves_no_message_has_left_none),
		WORLD_TEST(or_they_wait_and_everybody_is_asked_again),
		WORLD_TEST(who_is_silent_loses_the_chat),
		WORLD_TEST(a_person_who_went_away_ends_the_chat),
		WORLD_TEST(who_leaves_gives_all_chats_back),
		WORLD_TEST(who_blocks_the_desk_is_gone),
		WORLD_TEST(cases_are_given_to_the_least_busy),
		WORLD_TEST(who_does_not_begin_is_not_there),
		WORLD_TEST(a_group_has_its_own),
		WORLD_TEST(who_becomes_free_looks_at_one_case),
		WORLD_TEST(what_changed_since_the_claim_is_claimed_again),
		WORLD_TEST(what_was_shown_is_not_shown_again),
	};

	return cmocka_run_group_tests(tests, world_open, world_close);
}

/* What operators say in Telegram, event by event: claims and finishes, and whom their words
 * are about (schema/0015_order.sql). */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "services/operator-relay/plan.h"
#include "tests/integration/order_world.h"

enum { OTHER_WORKER = 2 };

static int64_t at(const char *object, const char *key)
{
	return json_integer_value(json_object_get(json_object_get(order_work, object), key));
}

/* What became of the words that are edited now: of the i-th order. */
static int64_t sent(size_t i, const char *key)
{
	return json_integer_value(
		json_object_get(json_array_get(json_object_get(order_work, "sent"), i), key));
}

static int is_edit(void)
{
	return json_is_string(json_object_get(json_object_get(order_work, "event"), "edited"));
}

/* --- one event after another ---------------------------------------------------------- */

static void events_come_one_by_one_and_once(void **state)
{
	int64_t job;
	struct order_claim c;

	(void)state;
	add_operators(1);
	job = desk_hears("9001", "e1", "one", NULL);
	assert_true(job > 0);
	desk_hears("9001", "e2", "two", NULL);
	c = claim_order(job);
	assert_string_equal(order_said(), "one");
	assert_int_equal(finish_order(job, &c, "[]").fenced, 0);
	c = claim_order(job);
	assert_string_equal(order_said(), "two");
	assert_int_equal(finish_order(job, &c, "[]").fenced, 0);
	assert_int_equal(claim_order_as(job, ORDER_WORKER, 0).status, CLAIM_VOID);
	assert_int_equal(claim_order_as(job, ORDER_WORKER, 0).status, CLAIM_GONE);
	assert_int_equal(number("select answered_seq from conversation where id = 1"), 2);
}

static void what_somebody_has_is_theirs(void **state)
{
	int64_t job;
	struct order_claim c, again;

	(void)state;
	add_operators(1);
	job = desk_hears("9001", "e1", "one", NULL);
	c = claim_order(job);
	assert_int_equal(claim_order_as(job, OTHER_WORKER, 0).status, CLAIM_GONE);
	assert_int_equal(claim_order_as(job, OTHER_WORKER, 1).status, CLAIM_GONE);
	assert_int_equal(claim_order_as(job, ORDER_WORKER, 0).status, CLAIM_GONE);
	again = claim_order_as(job, ORDER_WORKER, 1); /* its answer was lost */
	assert_int_equal(again.status, CLAIM_OK);
	assert_true(again.attempt != c.attempt);
	assert_int_equal(
		finish_order(job, &c, "[{\"kind\":3,\"payload\":{\"text\":\"x\"}}]").fenced, 1);
	assert_int_equal(number("select count(*) from delivery"), 0);
	assert_int_equal(number("select answered_seq from conversation where id = 1"), 0);
	assert_int_equal(finish_order(job, &again, "[]").fenced, 0);
}

static void a_job_waits_for_its_time_and_is_never_too_late(void **state)
{
	struct order_claim c;
	int64_t job;

	(void)state;
	add_operators(1);
	job = desk_hears("9001", "e1", "one", NULL);
	run("update job set run_at = now() + interval '10 s'");
	c = claim_order_as(job, ORDER_WORKER, 0);
	assert_int_equal(c.status, CLAIM_EARLY);
	assert_true(c.wait_ms > 0 && c.wait_ms <= 10000);
	run("update job set run_at = now() - interval '90 days'");
	claim_order(job);
}

static void edits_of_what_was_dealt_with_come_first(void **state)
{
	int64_t job;
	struct order_claim c;

	(void)state;
	add_operators(1);
	job = desk_hears("9001", "m1", "one", NULL);
	c = claim_order(job);
	finish_order(job, &c, "[]");
	desk_hears("9001", "m2", "two", NULL);
	desk_edits("9001", "e1", "m1", "one, no");
	c = claim_order(job);
	assert_string_equal(order_said(), "one, no");
	finish_order(job, &c, "[]");
	assert_int_equal(number("select count(*) from message where extra ? 'edited'"), 0);
	c = claim_order(job);
	assert_string_equal(order_said(), "two");
}

/* The words went out when the order was given: whoever changes them before the finish is
 * heard. */
static void an_edit_of_what_is_being_dealt_with_comes_next(void **state)
{
	int64_t c = talk_to_first(), job = desk_hears("9001", "m1", "one", NULL);
	struct order_claim said = claim_order(job);

	(void)state;
	order_once(1, "say", c, "{\"text\":\"one\"}", "tg:1:1");
	desk_edits("9001", "e1", "m1", "uno");
	finish_order(job, &said, "[]");
	said = claim_order(job);
	assert_string_equal(order_said(), "uno");
	assert_true(is_edit());
	assert_int_equal(sent(0, "seq"), 3);
	desk_edits("9001", "e2", "m1", "due"); /* and again */
	finish_order(job, &said, "[]");
	said = claim_order(job);
	assert_string_equal(order_said(), "due");
	assert_true(is_edit());
	finish_order(job, &said, "[]");
	assert_int_equal(claim_order_as(job, ORDER_WORKER, 0).status, CLAIM_VOID);
}

/* Its first claim is of the words as they are; they may have been ordered by one that died. */
static void what_was_edited_before_is_still_said_first(void **state)
{
	int64_t job;
	struct order_claim c;

	(void)state;
	add_operators(1);
	job = desk_hears("9001", "m1", "one", NULL);
	desk_edits("9001", "e1", "m1", "uno");
	c = claim_order(job);
	assert_string_equal(order_said(), "uno");
	assert_false(is_edit());
	finish_order(job, &c, "[]");
	c = claim_order(job);
	assert_true(is_edit());
}

/* A note has a number of its own, which is no message's. */
static void an_edit_of_a_note_is_of_no_message(void **state)
{
	int64_t c = talk_to_first(), job = desk_hears("9001", "m1", "//one", NULL);
	struct order_claim said = claim_order(job);

	(void)state;
	order_once(1, "note", c, "{\"text\":\"one\"}", "tg:1:1");
	finish_order(job, &said, "[]");
	desk_edits("9001", "e1", "m1", "//uno");
	claim_order(job);
	assert_int_equal(sent(0, "seq"), 0);
}

/* As operator-relay obeys it. */
static void obey(int64_t job)
{
	struct order_claim c = claim_order(job);
	struct arena arena = { 0 };
	struct plan p;

	plan_make(&p, &arena, order_work);
	if (p.verb) {
		char *args = json_dumps(p.args, 0);

		order_once(1, p.verb, p.conversation, args, p.key);
		free(args);
	}
	finish_order(job, &c, "[]");
	arena_free(&arena);
}

/* The button was another event; it says whose the words are, once to each. */
static void an_edit_is_of_all_that_buttons_have_sent(void **state)
{
	int64_t first = talk_to_first(), job, second;
	const char *const to[] = { "2", "3", "2" };

	(void)state;
	second = hear(TELEGRAM, "8", "o1", INBOUND_OPERATOR, NULL, NULL).conversation_id;
	order(1, "take", second, NULL);
	job = desk_hears("9001", "m1", "one", NULL);
	obey(job);
	for (int i = 0; i < 3; i++) {
		char key[8], extra[80];

		snprintf(key, sizeof key, "b%d", i);
		snprintf(extra, sizeof extra, "{\"callback\":\"1\",\"data\":\"t:send:%s:1\"}",
			 to[i]);
		desk_hears("9001", key, "", extra);
		obey(job);
	}
	assert_int_equal(number("select count(*) from message where author = 2 and body = "
				"'one'"),
			 2);
	desk_edits("9001", "e1", "m1", "uno");
	claim_order(job);
	assert_int_equal(json_array_size(json_object_get(order_work, "sent")), 2);
	assert_int_equal(sent(0, "conversation_id"), first);
	assert_int_equal(sent(1, "conversation_id"), second);
}

static void what_comes_of_it_is_recorded_with_it(void **state)
{
	int64_t job, c;
	struct order_claim claimed;
	struct order_finished end;

	(void)state;
	add_operators(2);
	c = call_human();
	job = desk_hears("9001", "e1", "one", NULL);
	claimed = claim_order(job);
	end = finish_order(
		job, &claimed,
		"[{\"kind\":3,\"payload\":{\"text\":\"here\"},\"client\":3,\"shows\":6,\"seq\":"
		"1},"
		"{\"kind\":4,\"payload\":{\"method\":\"answerCallbackQuery\"},\"first\":true},"
		"{\"kind\":3,\"payload\":{\"text\":\"there\"},\"to\":{\"desk\":2}},"
		"{\"select\":3,\"operator\":1},{\"topics\":true,\"operator\":1},"
		"{\"asked\":true,\"operator\":2}]");
	assert_int_equal(end.fenced, 0);
	assert_non_null(strstr(end.lines, "[1, "));
	assert_non_null(strstr(end.lines, "[2, "));
	assert_sql(
		"select string_agg(conversation_id || ' ' || kind || ' ' || (place = 0)::text, "
		"', ' order by id) from delivery",
		"1 3 false, 1 4 true, 2 3 false");
	assert_sql("select desk_id || ' ' || conversation_id || ' ' || seq || ' ' || kind from "
		   "relay",
		   "1 3 1 6");
	assert_sql(
		"select selected || ' ' || has_topics::text from desk_chat where operator_id "
		"= 1",
		"3 true");
	assert_int_equal(
		number("select (asked_at is not null)::int from operator where id = 2"), 1);
	assert_int_equal(c, 3);
}

/* --- about whom ----------------------------------------------------- */

static void an_answer_is_to_the_client_whose_message_it_is(void **state)
{
	int64_t c, shown;
	char extra[64];

	(void)state;
	add_operators(1);
	c = call_human();
	order(1, "take", c, NULL);
	look(c);
	hear(TELEGRAM, "7", "m1", INBOUND_MESSAGE, "hello?", NULL);
	look(c);
	shown = number("select max(delivery_id) from relay where kind = 1");
	send_line(OWN_DESK);
	snprintf(extra, sizeof extra, "{\"reply_to\":{\"id\":\"%lld\"}}",
		 (long long)shown + 1000);
	claim_order(desk_hears("9001", "e1", "hi", extra));
	assert_int_equal(at("reply", "client"), c);
	assert_int_equal(at("reply", "seq"), 3);
	assert_int_equal(at("about", "id"), c);
	assert_int_equal(json_array_size(json_object_get(order_work, "chats")), 1);
}

/* What they said to a client can be answered like what the client said; a note cannot. */
static void an_answer_to_own_words_is_to_whom_they_went(void **state)
{
	int64_t c = talk_to_first();
	struct order_claim said;

	(void)state;
	said = claim_order(desk_hears("9001", "w1", "yes?", NULL));
	order_once(1, "say", c, "{\"text\":\"yes?\"}", "tg:1:1");
	finish_order(number("select max(id) from job where queue = 3 and kind = 2"), &said,
		     "[]");
	said = claim_order(desk_hears("9001", "w2", "//a note", NULL));
	order_once(1, "note", c, "{\"text\":\"a note\"}", "tg:1:2");
	finish_order(number("select max(id) from job where queue = 3 and kind = 2"), &said,
		     "[]");
	claim_order(desk_hears("9001", "w3", "hm", "{\"reply_to\":{\"id\":\"w1\"}}"));
	assert_int_equal(at("reply", "client"), c);
	assert_int_equal(at("reply", "kind"), 1);
	assert_int_equal(at("reply", "seq"), 3);
	assert_sql("select order_reply(1, 'w2') is null and order_reply(1, 'w9') is null", "t");
}

static void a_button_says_what_it_is_about(void **state)
{
	static const struct {
		const char *data, *key;
		int value;
	} cases[] = {
		{ "t:take:1", "client", 2 },    { "t:skip:1", "handoff", 1 },
		{ "t:take:99", "client", 0 },   { "t:move:2:5", "to", 5 },
		{ "t:close:2", "client", 2 },   { "t:enable:1", "operator", 1 },
		{ "t:use:1", "suggestion", 1 }, { "t:take:1x", "client", 0 },
		{ "q:1:2", "client", 0 },       { "t:send:2:1", "seq", 1 },
	};
	int64_t job = 0, id;

	(void)state;
	add_operators(1);
	call_human();
	run("insert into suggestion (conversation_id, last_seq, epoch, body) values (2, 1, 2, "
	    "'b')");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char key[8], extra[80];
		struct order_claim c;

		snprintf(key, sizeof key, "b%zu", i);
		snprintf(extra, sizeof extra, "{\"callback\":\"1\",\"data\":\"%s\"}",
			 cases[i].data);
		id = desk_hears("9001", key, "", extra);
		job = id ? id : job;
		c = claim_order(job);
		if (at("subject", cases[i].key) != cases[i].value)
			fail_msg("%s: %s is %lld", cases[i].data, cases[i].key,
				 (long long)at("subject", cases[i].key));
		finish_order(job, &c, "[]");
	}
}

/* Dealt with at once; what was known of it stays in order_work. */
static void desk_says(const char *key, const char *text, const char *extra)
{
	int64_t job = desk_hears("9001", key, text, extra);
	struct order_claim c;

	if (!job)
		job = number("select id from job where queue = 3 and lane = 1");
	c = claim_order(job);
	finish_order(job, &c, "[]");
}

static const char *holder_at(size_t i)
{
	const json_t *chat = json_array_get(json_object_get(order_work, "live"), i);

	return json_string_value(json_object_get(chat, "holder"));
}

static size_t live(void)
{
	return json_array_size(json_object_get(order_work, "live"));
}

static void an_administrator_sees_what_others_have(void **state)
{
	static const char *const chats = "{\"command\":\"chats\"}";
	int64_t taken, own;

	(void)state;
	add_operators(2);
	taken = call_human();
	order(2, "take", taken, NULL);
	own = hear(TELEGRAM, "8", "o1", INBOUND_OPERATOR, NULL, NULL).conversation_id;
	hear(TELEGRAM, "9", "o2", INBOUND_OPERATOR, NULL, NULL);
	desk_says("e1", "/chats", chats);
	assert_int_equal(live(), 0);
	run("update operator set role = 2 where id = 1");
	order(1, "take", own, NULL);
	desk_says("e2", "/chats", chats);
	assert_int_equal(live(), 2);
	assert_string_equal(holder_at(0), "op2");
	assert_null(holder_at(1)); /* nobody has it yet */
	desk_says("e3", "/chats", "{\"command\":\"chats\",\"argument\":\"OP2\"}");
	assert_int_equal(live(), 1);
	desk_says("e4", "/chats", "{\"command\":\"chats\",\"argument\":\"_\"}");
	assert_int_equal(live(), 0);
	order(2, "close", taken, NULL);
	desk_says("e5", "/chats", chats);
	assert_int_equal(live(), 1);
}

static void who_goes_on_duty_tells_their_name_in_telegram(void **state)
{
	(void)state;
	add_operators(1);
	desk_says("e1", "/start", "{\"command\":\"start\",\"handle\":\"Olga_M\"}");
	assert_sql("select handle from desk_chat", "olga_m");
	desk_says("e2", "hello", NULL);
	assert_sql("select handle from desk_chat", "olga_m");
	desk_says("e3", "/start", "{\"command\":\"start\"}"); /* they have none any more */
	assert_int_equal(number("select count(handle) from desk_chat"), 0);
}

#define ORDER_TEST(name) cmocka_unit_test_setup_teardown(name, world_begin, order_world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ORDER_TEST(events_come_one_by_one_and_once),
		ORDER_TEST(what_somebody_has_is_theirs),
		ORDER_TEST(a_job_waits_for_its_time_and_is_never_too_late),
		ORDER_TEST(edits_of_what_was_dealt_with_come_first),
		ORDER_TEST(an_edit_of_what_is_being_dealt_with_comes_next),
		ORDER_TEST(what_was_edited_before_is_still_said_first),
		ORDER_TEST(an_edit_of_a_note_is_of_no_message),
		ORDER_TEST(an_edit_is_of_all_that_buttons_have_sent),
		ORDER_TEST(what_comes_of_it_is_recorded_with_it),
		ORDER_TEST(an_answer_is_to_the_client_whose_message_it_is),
		ORDER_TEST(an_answer_to_own_words_is_to_whom_they_went),
		ORDER_TEST(a_button_says_what_it_is_about),
		ORDER_TEST(an_administrator_sees_what_others_have),
		ORDER_TEST(who_goes_on_duty_tells_their_name_in_telegram),
	};

	return cmocka_run_group_tests(tests, world_open, world_close);
}

/* What operators order, and what happens when they order at once (schema/0019_orders.sql). */

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

static void a_call_is_one_case(void **state)
{
	struct accepted a = hear(TELEGRAM, "7", "c1", INBOUND_OPERATOR, "a human!", NULL);
	struct accepted again = hear(TELEGRAM, "7", "c2", INBOUND_OPERATOR, NULL, NULL);

	(void)state;
	assert_int_equal(a.responder, RESPONDER_WAITING);
	assert_int_equal(a.epoch, 2);
	assert_true(a.operator_job > 0);
	assert_int_equal(a.turn_job, 0);
	assert_int_equal(again.epoch, 2);
	assert_sql("select count(*) || ' ' || min(reason) from handoff", "1 asked");
	assert_int_equal(SAY("m1", "hello?").turn_job, 0);
	assert_int_equal(number("select count(*) from job"), 1);
}

static void a_whole_talk(void **state)
{
	int64_t c, turn;
	struct turn_claim t;

	(void)state;
	add_operators(2);
	c = call_human();
	look(c);
	assert_invited("op1 op2");
	assert_int_equal(order(2, "take", c, NULL).status, DESK_OK);
	assert_sql(RESPONDER, "2 2");
	assert_sql(LOADS, "0 1");
	assert_invited("");
	look(c);
	assert_int_equal(SAY("m1", "it does not work").responder, RESPONDER_OPERATOR);
	assert_int_equal(order(2, "say", c, "{\"text\":\"turn it on\"}").status, DESK_OK);
	assert_int_equal(order(2, "note", c, "{\"text\":\"a beginner\"}").status, DESK_OK);
	look(c);
	assert_int_equal(order(2, "return", c, NULL).responder, RESPONDER_BOT);
	look(c);
	assert_sql(LOADS, "0 0");
	assert_sql(RESPONDER, "0 0");
	assert_int_equal(number("select count(*) from job where queue = 1 and kind = 1"), 0);
	assert_sql(
		"select string_agg(coalesce(extra ->> 'event', author::text), ' ' order by seq)"
		" from message where conversation_id = 3",
		"0 waiting joined 0 2 returned");
	turn = SAY("m2", "and now?").turn_job;
	t = claim_turn(turn, 0, 1);
	assert_non_null(strstr(t.history, "turn it on"));
	assert_non_null(strstr(t.history, "\"returned\""));
	assert_int_equal(t.first_seq, 7);
	assert_null(strstr(t.history, "a beginner"));
}

static void words_nobody_answered_are_the_bots_again(void **state)
{
	int64_t c;
	struct desk_done end;

	(void)state;
	add_operators(1);
	c = call_human();
	order(1, "take", c, NULL);
	order(1, "say", c, "{\"text\":\"yes?\"}");
	SAY("m1", "what does it cost?");
	end = order(1, "return", c, NULL);
	assert_true(end.llm_job > 0);
	assert_int_equal(claim_turn(end.llm_job, 0, 1).first_seq, 4);
	run("update job set state = 0 where queue = 1");
}

/* The bot comes late to what was asked before a human took over: what the human has yet to
 * answer is not its. */
static void a_late_turn_takes_no_words_from_a_human(void **state)
{
	struct turn_claim late;
	struct desk_done end;
	int64_t c, turn;

	(void)state;
	add_operators(1);
	turn = SAY("m0", "hello").turn_job;
	c = call_human();
	order(1, "take", c, NULL);
	order(1, "say", c, "{\"text\":\"yes?\"}");
	SAY("m1", "what does it cost?");
	late = claim_turn(turn, 0, 1);
	assert_true(late.last_seq < late.first_seq);
	assert_int_equal(finish_turn(turn, &late, TURN_CANCELLED, NULL).status, TURN_DROPPED);
	assert_int_equal(number("select count(*) from turn"), 0);
	end = order(1, "return", c, NULL);
	assert_true(end.llm_job > 0);
	assert_int_equal(claim_turn(end.llm_job, 0, 1).first_seq, 5);
	run("update job set state = 0 where queue = 1");
}

static void what_an_order_may_not_do(void **state)
{
	static const struct {
		int operator_id;
		const char *verb, *args;
		enum desk_status status;
	} cases[] = {
		{ 2, "take", NULL, DESK_TAKEN },
		{ 2, "say", "{\"text\":\"x\"}", DESK_TAKEN },
		{ 2, "return", NULL, DESK_NOT_YOURS },
		{ 2, "close", NULL, DESK_NOT_YOURS },
		{ 2, "transfer", NULL, DESK_NOT_YOURS },
		{ 3, "take", NULL, DESK_DISABLED },
		{ 9, "take", NULL, DESK_DISABLED },
		{ 1, "dance", NULL, DESK_BAD },
		{ 1, "edit", "{\"seq\":1,\"text\":\"x\"}", DESK_BAD },
		{ 1, "use", "{\"suggestion\":5}", DESK_BAD },
		{ 1, "transfer", "{\"operator\":1}", DESK_BAD },
		{ 1, "transfer", "{\"operator\":3}", DESK_BAD },
		{ 1, "transfer", "{\"operator\":4}", DESK_COLLEAGUE_OFF },
		{ 1, "transfer", "{\"operator\":5}", DESK_COLLEAGUE_FULL },
		{ 1, "take", NULL, DESK_OK },
	};
	int64_t c;

	(void)state;
	add_operators(5);
	run("update operator set enabled = false where id = 3;"
	    "update operator set on_duty = false where id = 4;"
	    "update operator set capacity = 1 where id = 5");
	hear(TELEGRAM, "8", "o1", INBOUND_OPERATOR, NULL, NULL);
	assert_int_equal(order(5, "take",
			       number("select id from conversation where chat_key = '8'"), NULL)
				 .status,
			 DESK_OK);
	c = call_human();
	assert_int_equal(order(4, "take", c, NULL).status, DESK_OFF_DUTY);
	assert_int_equal(order(5, "take", c, NULL).status, DESK_FULL);
	assert_int_equal(order(1, "take", c, NULL).status, DESK_OK);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct desk_done d =
			order(cases[i].operator_id, cases[i].verb, c, cases[i].args);

		assert_int_equal(d.status, cases[i].status);
		assert_string_equal(d.holder, "op1");
	}
	assert_int_equal(order(1, "return", 12345, NULL).status, DESK_NO_CHAT);
	order(1, "return", c, NULL);
	assert_int_equal(order(1, "return", c, NULL).status, DESK_NO_CHAT);
}

#define SUGGESTED(n) number("select state from suggestion where id = " #n)

/* What is suggested is for one conversation, and for whoever talks there. */
static void a_suggestion_stays_in_its_conversation(void **state)
{
	int64_t c, other;

	(void)state;
	add_operators(3);
	run("update operator set role = 2 where id = 3");
	c = call_human();
	other = hear(TELEGRAM, "8", "o1", INBOUND_OPERATOR, NULL, NULL).conversation_id;
	order(1, "take", c, NULL);
	run("insert into suggestion (conversation_id, last_seq, epoch, body) select id, 1, 2, "
	    "'yes' from conversation c, generate_series(1, 2) where chat_key = '7'");
	assert_int_equal(order(1, "discard", other, "{\"suggestion\":1}").status, DESK_BAD);
	assert_int_equal(order(2, "use", other, "{\"suggestion\":1}").status, DESK_BAD);
	assert_int_equal(number("select responder from conversation where chat_key = '8'"),
			 1); /* nor was it taken for that */
	assert_int_equal(SUGGESTED(1), 0);
	assert_int_equal(order(2, "discard", c, "{\"suggestion\":1}").status, DESK_NOT_YOURS);
	assert_int_equal(order(2, "use", c, "{\"suggestion\":1}").status, DESK_TAKEN);
	assert_int_equal(order(3, "discard", c, "{\"suggestion\":1}").status, DESK_OK);
	assert_int_equal(SUGGESTED(1), 2);
	assert_int_equal(order(1, "discard", c, "{\"suggestion\":1}").status, DESK_BAD);
	assert_int_equal(order(1, "use", c, "{\"suggestion\":1}").status, DESK_BAD);
	assert_int_equal(order(1, "use", c, "{\"suggestion\":2,\"text\":\"yes!\"}").status,
			 DESK_OK);
	assert_int_equal(SUGGESTED(2), 1);
	assert_sql("select body from message where author = 2", "yes!");
}

static void an_administrator_may_take_over(void **state)
{
	int64_t c;

	(void)state;
	add_operators(2);
	run("update operator set role = 2 where id = 2");
	c = call_human();
	order(1, "take", c, NULL);
	assert_int_equal(order(2, "take", c, NULL).status, DESK_TAKEN);
	assert_int_equal(order(2, "take", c, "{\"force\":true}").status, DESK_OK);
	assert_sql(RESPONDER, "2 2");
	assert_sql(LOADS, "0 1");
	assert_sql("select what || ' ' || detail from desk_notice where operator_id = 1",
		   "transferred op2");
}

static void an_order_happens_once(void **state)
{
	int64_t c;
	struct desk_done first, again;

	(void)state;
	add_operators(1);
	c = call_human();
	order(1, "take", c, NULL);
	first = order_once(1, "say", c, "{\"text\":\"once\"}", "order-0001");
	again = order_once(1, "say", c, "{\"text\":\"once\"}", "order-0001");
	assert_int_equal(first.status, DESK_OK);
	assert_int_equal(again.status, DESK_AGAIN);
	assert_int_equal(first.seq, again.seq);
	assert_int_equal(number("select count(*) from message where author = 2"), 1);
}

static void a_transfer_moves_the_chat(void **state)
{
	int64_t c;

	(void)state;
	add_operators(2);
	c = call_human();
	order(1, "take", c, NULL);
	assert_int_equal(order(1, "transfer", c, "{\"operator\":2}").status, DESK_OK);
	assert_sql(RESPONDER, "2 2");
	assert_sql(LOADS, "0 1");
	look(c);
	assert_int_equal(order(2, "say", c, "{\"text\":\"hello\"}").status, DESK_OK);
	assert_sql("select string_agg(body, '|' order by seq) from message where extra ->> "
		   "'event' = 'joined'",
		   "С вами говорит op1.|С вами говорит op2.");
	assert_sql(
		"select string_agg(m ->> 'name', '|' order by (m ->> 'seq')::int)"
		" from json_array_elements(console_messages(3, null, null, 9) -> 'messages') m"
		" where m #>> '{extra,event}' = 'joined'",
		"op1|op2");
	assert_int_equal(order(2, "transfer", c, NULL).status, DESK_OK);
	assert_sql(RESPONDER, "1 0");
	assert_sql(LOADS, "0 0");
	look(c);
	assert_invited("op1"); /* not whoever has just passed it on */
}

static void the_person_is_told_that_the_chat_is_over(void **state)
{
	int64_t c;

	(void)state;
	add_operators(1);
	c = call_human();
	order(1, "take", c, NULL);
	order(1, "close", c, NULL);
	assert_sql("select body || ' ' || (extra ->> 'rate') from message order by seq desc "
		   "limit 1",
		   "Чат окончен. 1");
	assert_sql("select outcome || ' ' || (ended_seq = 3) from handoff", "closed true");
}

/* --- races ----------------------------------------------------------------------- */

static const char *result_of(PGconn *conn)
{
	static char text[64];
	PGresult *r = PQgetResult(conn);

	assert_int_equal(PQresultStatus(r), PGRES_TUPLES_OK);
	snprintf(text, sizeof text, "%s", PQgetvalue(r, 0, 0));
	PQclear(r);
	assert_null(PQgetResult(conn));
	return text;
}

#define TAKE(who)                                                                              \
	"select status || ' ' || holder_id from desk(" who ", 'take', 3, null, '{}', 't')"

static void of_two_operators_exactly_one_gets_the_chat(void **state)
{
	PGconn *a = pg_server_connect(world.server), *b = pg_server_connect(world.server);
	int won[2] = { 0, 0 };

	(void)state;
	add_operators(2);
	call_human();
	for (int round = 0; round < 1000; round++) {
		char one[64];

		assert_true(PQsendQuery(round % 2 ? a : b, round % 2 ? TAKE("1") : TAKE("2")));
		assert_true(PQsendQuery(round % 2 ? b : a, round % 2 ? TAKE("2") : TAKE("1")));
		snprintf(one, sizeof one, "%s", result_of(a));
		if (strcmp(one, "ok 1") == 0) {
			assert_string_equal(result_of(b), "taken 1");
			won[0]++;
		} else {
			assert_string_equal(one, "taken 2");
			assert_string_equal(result_of(b), "ok 2");
			won[1]++;
		}
		run("select requeue_case(1, 'transfer', 't')");
	}
	assert_int_equal(won[0] + won[1], 1000);
	assert_sql(LOADS, "0 0");
	assert_int_equal(number("select count(*) from handoff_event where what = 'taken'"),
			 1000);
	PQfinish(a);
	PQfinish(b);
}

static void words_of_operators_are_sent_whatever_happens(void **state)
{
	int64_t c, line;
	struct delivery_claim d;

	(void)state;
	add_operators(1);
	c = call_human();
	order(1, "take", c, NULL);
	line = order(1, "say", c, "{\"text\":\"hello\"}").delivery_job;
	order(1, "transfer", c, NULL);
	order(1, "take", c, NULL);
	d = claim_line(line, 1);
	for (int round = 0; d.head.id; round++) {
		assert_in_range(round, 0, 20);
		d.head = settle(line, &d, d.head.id, DELIVERY_SENT).head;
	}
	assert_int_equal(number("select count(*) from delivery where state <> 2"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(a_call_is_one_case),
		WORLD_TEST(a_whole_talk),
		WORLD_TEST(words_nobody_answered_are_the_bots_again),
		WORLD_TEST(a_late_turn_takes_no_words_from_a_human),
		WORLD_TEST(what_an_order_may_not_do),
		WORLD_TEST(a_suggestion_stays_in_its_conversation),
		WORLD_TEST(an_administrator_may_take_over),
		WORLD_TEST(an_order_happens_once),
		WORLD_TEST(a_transfer_moves_the_chat),
		WORLD_TEST(the_person_is_told_that_the_chat_is_over),
		WORLD_TEST(of_two_operators_exactly_one_gets_the_chat),
		WORLD_TEST(words_of_operators_are_sent_whatever_happens),
	};

	return cmocka_run_group_tests(tests, world_open, world_close);
}

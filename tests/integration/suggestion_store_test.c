#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/integration/desk_world.h"

/* The bot proposes replies to an operator: they never reach the person, nor outlive the chat.
 */

static int64_t asked(void)
{
	return number(
		"select suggestion_job from claim_handoff((select id from job where queue "
		"= 3 and kind = 1), 1, false, '{}')");
}

/* An operator has the chat in which the person asked. */
static int64_t taken(void)
{
	hear(TELEGRAM, "7", "e1", INBOUND_OPERATOR, "a human please", NULL);
	run("insert into operator (name, enabled, on_duty) values ('Ann', true, true)");
	run("select desk(1, 'take', 1, 'take-it-1', '{}', 't')");
	hear(TELEGRAM, "7", "e2", INBOUND_MESSAGE, "how fast is delivery?", NULL);
	return asked();
}

static struct turn_claim claim_suggestion(int64_t job)
{
	struct turn_claim claim = claim_turn(job, 0, 1);

	assert_int_equal(claim.status, CLAIM_OK);
	assert_non_null(claim.history);
	return claim;
}

static void a_reply_is_proposed_once_for_what_was_said(void **state)
{
	int64_t job = taken();
	struct turn_claim claim;
	struct turn_finished end;

	(void)state;
	assert_true(job > 0);
	claim = claim_suggestion(job);
	assert_true(claim.first_seq <= claim.last_seq);
	end = finish_turn(job, &claim, TURN_ANSWERED, "Two days.");
	assert_int_equal(end.status, TURN_KEPT);
	assert_int_equal(end.reply_seq, 0);
	assert_sql("select body || ' ' || state from suggestion", "Two days. 0");
	assert_int_equal(number("select count(*) from message where body = 'Two days.'"), 0);
	assert_int_equal(number("select count(*) from turn where outcome = 1"), 0);
	assert_int_equal(number("select count(*) from job where queue = 1"), 0);
	run("update job set state = 0, run_at = now() where queue = 3");
	assert_int_equal(asked(), 0);
}

static void a_new_message_makes_a_new_proposal(void **state)
{
	int64_t job = taken();
	struct turn_claim claim = claim_suggestion(job);

	(void)state;
	hear(TELEGRAM, "7", "e3", INBOUND_MESSAGE, "to Kazan", NULL);
	run("update job set state = 0, run_at = now() where queue = 3");
	assert_int_equal(asked(), 0); /* the one under way will look again */
	assert_true(finish_turn(job, &claim, TURN_ANSWERED, "Two days.").next_ready);
	assert_int_equal(number("select count(*) from suggestion"), 0);
	claim = claim_suggestion(job);
	finish_turn(job, &claim, TURN_ANSWERED, "Three days to Kazan.");
	assert_sql("select body from suggestion where state = 0", "Three days to Kazan.");
}

static void what_comes_after_the_chat_is_dropped(void **state)
{
	int64_t job = taken();
	struct turn_claim claim = claim_suggestion(job);

	(void)state;
	run("select desk(1, 'return', 1, 'return-1', '{}', 't')");
	assert_int_equal(finish_turn(job, &claim, TURN_ANSWERED, "Two days.").status,
			 TURN_DROPPED);
	assert_int_equal(number("select count(*) from suggestion"), 0);
	assert_int_equal(number("select count(*) from job where queue = 1 and lane = -1"), 0);
}

/* --- and what becomes of it ----------------------------------------------------------- */

#define STATES "select string_agg(state::text, ' ' order by id) from suggestion"
/* Deliveries whose buttons were taken away, and how many proposals have theirs still. */
#define CLOSED                                                                                 \
	"select coalesce(string_agg(payload ->> 'of', ' ' order by id), '-') || ', ' ||"       \
	" (select count(*) from suggestion where delivery_id is not null) from delivery"       \
	" where payload ->> 'method' = 'editMessageReplyMarkup'"

static int64_t client;

static void person_says(const char *key)
{
	hear(TELEGRAM, "7", key, INBOUND_MESSAGE, "how fast is delivery?", NULL);
}

/* For all that was said; the operator sees it. */
static void propose(void)
{
	run("insert into suggestion (conversation_id, last_seq, epoch, body)"
	    " select id, last_seq, epoch, 'Two days.' from conversation where chat_key = '7';"
	    "select look_again(id, 't') from conversation where chat_key = '7'");
	look(client);
}

static void hold(void)
{
	add_operators(1);
	set_policy("{\"suggest\": false}");
	client = call_human();
	order(1, "take", client, NULL);
	look(client);
	person_says("q1");
	look(client);
}

static int64_t shown(void)
{
	return number("select max(delivery_id) from relay where kind = 3");
}

static void expect_closed(int64_t delivery)
{
	char closed[32];

	look(client);
	snprintf(closed, sizeof closed, "%lld, 0", (long long)delivery);
	assert_sql(CLOSED, closed);
}

static void own_words_pass_over_what_was_proposed(void **state)
{
	(void)state;
	hold();
	propose();
	assert_sql(CLOSED, "-, 1");
	assert_int_equal(order(1, "say", client, "{\"text\":\"tomorrow\"}").status, DESK_OK);
	assert_sql(STATES, "3");
	assert_sql("select coalesce(suggestion_json(c)::text, '-') from conversation c where"
		   " chat_key = '7'",
		   "-");
	assert_int_equal(order(1, "use", client, "{\"suggestion\":1}").status, DESK_BAD);
	assert_int_equal(order(1, "discard", client, "{\"suggestion\":1}").status, DESK_BAD);
	expect_closed(shown());
	assert_int_equal(look(client).status, CLAIM_VOID);
	assert_int_equal(number("select count(*) from message where author = 2"), 1);
}

/* Whichever surface it was: the other does not offer it any more. */
static void what_was_decided_has_no_buttons(void **state)
{
	static const char *const verbs[] = { "use", "discard", "return" };

	(void)state;
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
		pg_server_clean(world.server);
		hold();
		propose();
		assert_int_equal(order(1, verbs[i], client, "{\"suggestion\":1}").status,
				 DESK_OK);
		expect_closed(shown());
	}
}

static void a_newer_proposal_takes_the_buttons_of_the_one_before(void **state)
{
	int64_t first;

	(void)state;
	hold();
	propose();
	first = shown();
	run("select suggest(id, last_seq, epoch, 'Three.', null, null, null, null, false) from"
	    " conversation where chat_key = '7';"
	    "select look_again(id, 't') from conversation where chat_key = '7'");
	look(client);
	assert_sql(STATES, "3 0");
	assert_int_equal(
		number("select (payload ->> 'of')::bigint from delivery where kind = 4"),
		first);
	assert_int_equal(number("select delivery_id from suggestion where state = 0"), shown());
}

static void what_is_proposed_for_later_words_stays(void **state)
{
	(void)state;
	hold();
	order(1, "say", client, "{\"text\":\"one moment\"}");
	person_says("q2");
	propose();
	assert_sql(STATES, "0");
	/* an answer to the first question says nothing of the second */
	order(1, "say", client, "{\"text\":\"a day\",\"reply_to\":{\"seq\":3}}");
	assert_sql(STATES, "0");
	order(1, "say", client, "{\"again\":4}");
	assert_sql(STATES, "0");
	order(1, "say", client, "{\"text\":\"two\",\"reply_to\":{\"seq\":5}}");
	assert_sql(STATES, "3");
}

/* The bot was slower than the operator. */
static void what_comes_after_the_operators_words_is_not_shown(void **state)
{
	int64_t job = taken();
	struct turn_claim claim = claim_suggestion(job);

	(void)state;
	run("select desk(1, 'say', 1, 'say-1', '{\"text\": \"tomorrow\"}', 't')");
	finish_turn(job, &claim, TURN_ANSWERED, "Two days.");
	assert_sql(STATES, "3");
	assert_int_equal(
		number("select count(*) from suggestion where delivery_id is not null"), 0);
}

/* Of many parts the last has the buttons. */
static void a_long_proposal_loses_its_buttons_too(void **state)
{
	char sql[512];

	(void)state;
	hold();
	propose();
	snprintf(sql, sizeof sql,
		 "update job j set state = 1, delivery_id = d.id from delivery d"
		 " where d.id = %lld and j.queue = 2 and j.lane = d.conversation_id;"
		 "select split_delivery(j.id, j.attempt, d.id, '[{}, {}, {}]') from delivery d"
		 " join job j on j.queue = 2 and j.lane = d.conversation_id where d.id = %lld",
		 (long long)shown(), (long long)shown());
	run(sql);
	assert_int_equal(number("select count(*) from relay where kind = 3"), 3);
	order(1, "say", client, "{\"text\":\"tomorrow\"}");
	expect_closed(shown());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(a_reply_is_proposed_once_for_what_was_said),
		WORLD_TEST(a_new_message_makes_a_new_proposal),
		WORLD_TEST(what_comes_after_the_chat_is_dropped),
		WORLD_TEST(own_words_pass_over_what_was_proposed),
		WORLD_TEST(what_was_decided_has_no_buttons),
		WORLD_TEST(a_newer_proposal_takes_the_buttons_of_the_one_before),
		WORLD_TEST(what_is_proposed_for_later_words_stays),
		WORLD_TEST(what_comes_after_the_operators_words_is_not_shown),
		WORLD_TEST(a_long_proposal_loses_its_buttons_too),
	};

	return cmocka_run_group_tests(tests, world_open, world_close);
}

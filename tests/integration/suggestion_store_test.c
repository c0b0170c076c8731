#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/integration/store_world.h"

/* The bot proposes replies to an operator: they never reach the person, nor outlive the chat.
 */

static int64_t look(void)
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
	return look();
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
	assert_int_equal(look(), 0);
}

static void a_new_message_makes_a_new_proposal(void **state)
{
	int64_t job = taken();
	struct turn_claim claim = claim_suggestion(job);

	(void)state;
	hear(TELEGRAM, "7", "e3", INBOUND_MESSAGE, "to Kazan", NULL);
	run("update job set state = 0, run_at = now() where queue = 3");
	assert_int_equal(look(), 0); /* the one under way will look again */
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(a_reply_is_proposed_once_for_what_was_said),
		WORLD_TEST(a_new_message_makes_a_new_proposal),
		WORLD_TEST(what_comes_after_the_chat_is_dropped),
	};

	return cmocka_run_group_tests(tests, world_open, world_close);
}

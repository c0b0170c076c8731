/* What the bot owes whoever called a human and found nobody: what they asked, and nothing that
 * was no question, or that they took back. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/integration/question.h"

#define SAY(key, text) hear(TELEGRAM, "7", key, INBOUND_MESSAGE, text, NULL)
#define STOP(key)      hear(TELEGRAM, "7", key, INBOUND_STOP, "/stop", "Stopped.")
#define CALL(key)      hear(TELEGRAM, "7", key, INBOUND_OPERATOR, "/operator", NULL)

/* --- what is no question --------------------------------------------------------------------
 */

static void whoever_only_called_is_owed_nothing(void **state)
{
	int64_t c;

	(void)state;
	add_operators(1);
	hear(TELEGRAM, "7", "s", INBOUND_COMMAND, "/start", "Hello!");
	c = hear(TELEGRAM, "7", "c1", INBOUND_OPERATOR, "a human, please", NULL)
		    .conversation_id;
	hear(TELEGRAM, "7", "c2", INBOUND_OPERATOR, "a human!", NULL);
	hear(TELEGRAM, "7", "h", INBOUND_COMMAND, "/help", "Ask.");
	nobody_comes(c);
	assert_int_equal(turns_to_come(c), 0);
	assert_int_equal(number("select (answered_seq = last_seq)::int from conversation"
				" where chat_key = '7'"),
			 1);
}

/* It is the operator's from the question on: unread, and to be answered in time. */
static void a_case_begins_with_the_question(void **state)
{
	struct accepted a;

	(void)state;
	hear(TELEGRAM, "7", "s", INBOUND_COMMAND, "/start", "Hello!");
	a = SAY("q", "how much?");
	hear(TELEGRAM, "7", "h", INBOUND_COMMAND, "/help", "Ask.");
	CALL("c");
	assert_int_equal(number("select called_seq from handoff"), a.seq);
	assert_int_equal(number("select unread(c, h, 1) from conversation c, handoff h"
				" where c.id = h.conversation_id"),
			 3);
}

/* --- what the person takes back ------------------------------------- */

static void a_stop_takes_the_question_back(void **state)
{
	struct turn_claim turn;
	int64_t c, job;

	(void)state;
	add_operators(1);
	for (int is_running = 0; is_running < 2; is_running++) {
		job = SAY(is_running ? "q1" : "q0", "how much?").turn_job;
		c = number("select id from conversation where chat_key = '7'");
		if (is_running)
			turn = claim_turn(job, 0, 1);
		CALL(is_running ? "c1" : "c0");
		STOP(is_running ? "s1" : "s0");
		nobody_comes(c);
		if (!is_running)
			turn = claim_turn(job, 0, 1);
		assert_int_equal(turn.status, is_running ? CLAIM_OK : CLAIM_VOID);
		assert_false(finish_turn(job, &turn, is_running ? TURN_STOPPED : TURN_CANCELLED,
					 NULL)
				     .next_ready);
		assert_int_equal(turns_to_come(c), 0);
		assert_exact();
	}
	assert_int_equal(number("select count(*) from message where author = 1"), 0);
	assert_fate("q1", "3");
}

static void what_was_said_after_a_stop_is_no_part_of_it(void **state)
{
	int64_t c, job = SAY("q", "how much?").turn_job, words;
	struct turn_claim turn;

	(void)state;
	add_operators(1);
	c = CALL("c").conversation_id;
	STOP("s");
	words = SAY("w", "is anybody there?").seq;
	turn = claim_turn(job, 0, 1);
	assert_int_equal(turn.status, CLAIM_VOID);
	finish_turn(job, &turn, TURN_CANCELLED, NULL);
	assert_fate("w", "waiting for a human");
	nobody_comes(c);
	assert_int_equal(turns_to_come(c), 1);
	assert_true(claim_turn(turn_job_of(c), 0, 1).first_seq <= words);
	run("update job set state = 0 where queue = 1");
	assert_fate("w", "open");
}

static void a_reset_takes_the_question_back(void **state)
{
	int64_t job = SAY("q", "how much?").turn_job, c;
	struct turn_claim turn = claim_turn(job, 0, 1);

	(void)state;
	add_operators(1);
	c = CALL("c").conversation_id;
	hear(TELEGRAM, "7", "r", INBOUND_RESET, "/reset", "Forgotten.");
	nobody_comes(c);
	assert_false(finish_turn(job, &turn, TURN_ANSWERED, "late").next_ready);
	assert_int_equal(turns_to_come(c), 0);
	assert_int_equal(number("select count(*) from message where author = 1"), 0);
}

/* --- when the bot itself calls -------------------------------------- */

static void hand_over(int64_t job, const struct turn_claim *claim, const char *reason)
{
	struct turn_result result = { .outcome = TURN_HANDED,
				      .handoff_reason = reason,
				      .tokens_in = -1,
				      .tokens_out = -1,
				      .first_token_ms = -1,
				      .total_ms = -1 };
	struct turn_finished end;

	store_finish_turn(&world.store, begin(), caller_next, &end, job, claim, &result);
	assert_int_equal(done(), 0);
	assert_int_equal(end.status, TURN_HANDED_OVER);
	assert_false(end.next_ready);
}

/* What it has not tried, or could not, it tries when nobody comes; what it could not answer is
 * handed over for good; and what was said meanwhile is not lost. */
static void what_the_bot_hands_over_untried_is_its_own_again(void **state)
{
	static const struct {
		const char *reason;
		int is_tried;
	} cases[] = { { "limit", 0 },     { "repeated", 0 }, { "providers", 0 },
		      { "knowledge", 1 }, { "model", 1 },    { "gave_up", 1 } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (int is_more = 0; is_more < 2; is_more++) {
			struct accepted a;
			struct turn_claim turn;

			pg_server_clean(world.server);
			add_operators(1);
			a = SAY("q", "how much?");
			turn = claim_turn(a.turn_job, 0, 1);
			if (is_more)
				SAY("m", "and how fast?");
			hand_over(a.turn_job, &turn, cases[i].reason);
			assert_int_equal(turns_to_come(a.conversation_id), 0);
			assert_fate("q", cases[i].is_tried ? "6" : "waiting for a human");
			nobody_comes(a.conversation_id);
			assert_exact();
			if (!cases[i].is_tried || is_more)
				answer_anew(a.conversation_id, 1 + cases[i].is_tried);
			assert_int_equal(turns_to_come(a.conversation_id), 0);
			assert_fate("q", cases[i].is_tried ? "6" : "1");
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(whoever_only_called_is_owed_nothing),
		WORLD_TEST(a_case_begins_with_the_question),
		WORLD_TEST(a_stop_takes_the_question_back),
		WORLD_TEST(what_was_said_after_a_stop_is_no_part_of_it),
		WORLD_TEST(a_reset_takes_the_question_back),
		WORLD_TEST(what_the_bot_hands_over_untried_is_its_own_again),
	};

	return cmocka_run_group_tests(tests, world_open, world_close);
}

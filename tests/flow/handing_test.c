#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/flow/turn_world.h"

/* Turns that end with a human being called. */

#define CALL                                                                                   \
	"data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"name\":" \
	"\"call_human\",\"arguments\":\"{\\\"reason\\\":\\\"a refund\\\"}\"}}]}}]}\n\n"

static void expect_handed(const char *reason, const char *detail, const char *otherwise)
{
	assert_int_equal(world.finishes, 1);
	assert_int_equal(world.result.outcome, TURN_HANDED);
	assert_string_equal(world.handoff_reason, reason);
	assert_string_equal(world.handoff_detail, detail);
	assert_string_equal(world.body, otherwise);
	assert_int_equal(world.operator_bells, 1);
	world_end();
}

static void begin(const struct play *play)
{
	static const char *const phrases[] = { "as an ai", NULL };

	world_begin_with(play, 1);
	world.hands_over = 1;
	world.give_away = phrases;
}

static void the_model_calls_a_human(void **state)
{
	static const struct play play = { .status = 200, .body = CALL STOP };

	(void)state;
	begin(&play);
	world_run();
	assert_int_equal(world.deltas, 0);
	expect_handed("model", "a refund", "");
}

static void what_the_model_said_before_is_withdrawn(void **state)
{
	static const struct play play = { .status = 200,
					  .body = SAY("One moment.") CALL STOP,
					  .piece = 10 };

	(void)state;
	begin(&play);
	world_run();
	expect_handed("model", "a refund", "");
}

/* "One moment" would be a promise: where nobody comes, the model is asked for more. */
static void words_that_promise_a_human_are_not_said_where_there_is_none(void **state)
{
	static const struct play plays[] = {
		{ .status = 200, .body = SAY("One moment.") CALL STOP, .piece = 10 },
		{ .status = 200, .body = SAY("You may return it.") CALL STOP, .piece = 10 },
	};

	(void)state;
	begin(plays);
	world.play_count = 2;
	world.no_operators = 1;
	world_run();
	assert_int_equal(world.requests, 2);
	assert_int_equal(world.result.outcome, TURN_ANSWERED);
	assert_string_equal(world.body, "You may return it.");
	assert_string_equal(world.shown, world.body);
	assert_int_equal(world.result.tokens_in, 2 * 9); /* both were paid for */
	world_end();
}

static void a_model_that_was_not_offered_it_cannot(void **state)
{
	static const struct play play = { .status = 200, .body = SAY("Hm.") CALL STOP };

	(void)state;
	begin(&play);
	world.hands_over = 0;
	world_run();
	assert_int_equal(world.result.outcome, TURN_ANSWERED);
	assert_string_equal(world.body, "Hm.");
	world_end();
}

static void a_question_without_an_answer_goes_to_a_human(void **state)
{
	(void)state;
	begin(NULL);
	world.chain = "k";
	world.passage_count = 0;
	world_run();
	expect_handed("knowledge", "", "<does not know>");
}

#define BEGINNING                                                                              \
	SAY("A long beginning, of which everything may be shown as it comes: ")                \
	SAY("one, two, three, four, five, six, seven, eight, nine, ten, eleven. ")

/* Whatever the pieces are, nobody sees the phrase. */
static void an_answer_that_gives_itself_away_is_not_shown(void **state)
{
	for (size_t piece = 1; piece < 300; piece += 7) {
		const struct play play = { .status = 200,
					   .body = BEGINNING SAY("But as a") SAY("n AI")
						   SAY(" I have no idea.") STOP,
					   .piece = piece };

		(void)state;
		begin(&play);
		world_run();
		assert_null(strstr(world.shown, "as an AI"));
		assert_string_equal(world.handoff_reason, "gave_up");
		assert_true(strlen(world.body) > 100);
		world_end();
	}
}

/* Nor when the answer breaks off behind it, or within it. */
static void an_answer_that_breaks_off_gives_nothing_away(void **state)
{
	static const struct {
		const char *body, *shown;
	} plays[] = {
		{ BEGINNING SAY("But as an AI I have"), NULL },
		{ BEGINNING SAY("But as a"), "But\n\n<cut>" },
		{ SAY("As an"), "<no answer>" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof plays / sizeof *plays; i++) {
		const struct play play = { .status = 200, .body = plays[i].body, .breaks = 1 };

		begin(&play);
		world_run();
		assert_null(strcasestr(world.shown, "as a"));
		if (plays[i].shown)
			assert_non_null(strstr(world.body, plays[i].shown));
		else
			assert_string_equal(world.handoff_reason, "gave_up");
		world_end();
	}
}

/* Its arguments end in the middle: nobody reads half a JSON. */
static void a_call_that_breaks_off_has_no_reason(void **state)
{
	static const struct play play = {
		.status = 200,
		.breaks = 1,
		.body = BEGINNING
		"data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"function\":{"
		"\"name\":\"call_human\",\"arguments\":\"{\\\"reason\\\":\\\"a "
		"re\"}}]}}]}\n\n"
	};

	(void)state;
	begin(&play);
	world_run();
	expect_handed("model", "", "");
}

static void what_gives_nothing_away_grows_at_once(void **state)
{
	static const struct play play = { .status = 200,
					  .body = BEGINNING BEGINNING STOP,
					  .piece = 80 };

	(void)state;
	begin(&play);
	world_run();
	assert_true(world.deltas > 1);
	assert_memory_equal(world.shown, world.body, strlen(world.body));
	assert_int_equal(world.result.outcome, TURN_ANSWERED);
	world_end();
}

static const char thrice[] = "[[1,0,\"How fast is delivery?\",null],[2,1,\"Three days.\",null],"
			     "[3,0,\"how fast is the delivery\",null],[4,1,\"Three.\",null],"
			     "[5,0,\"How fast is delivery???\",null]]";

static void the_same_question_again_and_again_goes_to_a_human(void **state)
{
	(void)state;
	begin(NULL);
	world.same_question = 3;
	world.history = thrice;
	world.first_seq = 5;
	world_run();
	assert_int_equal(world.requests, 0);
	expect_handed("repeated", "", "");
}

static void enough_answers_call_a_human(void **state)
{
	(void)state;
	begin(NULL);
	world.max_turns = 2;
	world.history = thrice;
	world.first_seq = 5;
	world_run();
	expect_handed("limit", "", "");
}

/* What was before a human came and went does not count. */
static void counting_begins_anew_after_a_human(void **state)
{
	static const struct play play = { .status = 200, .body = SAY("Three.") STOP };

	(void)state;
	begin(&play);
	world.max_turns = 2;
	world.same_question = 3;
	world.history = "[[1,0,\"How fast?\",null],[2,1,\"a\",null],[3,0,\"How fast?\",null],"
			"[4,1,\"b\",null],[5,2,\"Three days.\",null],[6,3,\"The bot is back\","
			"{\"event\":\"returned\"}],[7,0,\"How fast?\",null]]";
	world.first_seq = 7;
	world_run();
	assert_int_equal(world.result.outcome, TURN_ANSWERED);
	world_end();
}

/* A poor answer is better than being sent to and fro. */
static void the_first_answer_after_a_human_is_the_bots_own(void **state)
{
	(void)state;
	begin(NULL);
	world.chain = "k";
	world.passage_count = 0;
	world.history = "[[1,0,\"How fast?\",null],[2,3,\"The bot is back\",{\"event\":"
			"\"returned\"}],[3,0,\"And to Kazan?\",null]]";
	world.first_seq = 3;
	world_run();
	assert_int_equal(world.result.outcome, TURN_ANSWERED);
	assert_string_equal(world.body, "<does not know>");
	world_end();
}

static void a_bot_without_colleagues_goes_on(void **state)
{
	static const struct play play = { .status = 200, .body = SAY("Three days.") STOP };

	(void)state;
	begin(&play);
	world.no_operators = 1;
	world.same_question = 3;
	world.history = thrice;
	world.first_seq = 5;
	world_run();
	assert_int_equal(world.requests, 1);
	assert_int_equal(world.result.outcome, TURN_ANSWERED);
	assert_string_equal(world.body, "Three days.");
	world_end();
}

static void failing_providers_call_a_human(void **state)
{
	static const struct play play = { .status = 401, .body = "{}" };

	(void)state;
	begin(&play);
	world.chain = "ok";
	world.passage_count = 0;
	world_run();
	assert_int_equal(world.operator_bells, 1);
	assert_string_equal(world.handoff_reason, "providers");
	assert_string_equal(world.body, "<no answer>");
	world_end();
}

/* What an operator may still use is written to its end, but nobody sees it grow. */
static void an_answer_goes_on_unseen_when_a_human_takes_over(void **state)
{
	static const struct play play = {
		.status = 200,
		.body = SAY("Three") SAY(" days") SAY(", or") SAY(" four.") STOP,
		.piece = 54,
		.event = "operator",
		.event_at = 1,
	};

	(void)state;
	begin(&play);
	world.give_away = (const char *const[]){ NULL };
	world_run();
	assert_int_equal(world.result.outcome, TURN_ANSWERED);
	assert_string_equal(world.body, "Three days, or four.");
	assert_string_equal(world.shown, "Three");
	assert_int_equal(world.ends, 1);
	world_end();
}

static void a_suggestion_is_seen_by_nobody_else(void **state)
{
	static const struct play play = { .status = 200,
					  .body = SAY("Three") SAY(" days.") STOP,
					  .piece = 54,
					  .event = "stop",
					  .event_at = 1 };

	(void)state;
	begin(&play);
	world.is_suggestion = 1;
	world_run();
	assert_int_equal(world.result.outcome, TURN_ANSWERED);
	assert_string_equal(world.body, "Three days.");
	assert_int_equal(world.deltas, 0);
	assert_int_equal(world.drafts + world.typing, 0);
	world_end();
}

/* Whoever sends it would send the mark as well. */
static void a_suggestion_that_was_cut_has_no_mark(void **state)
{
	static const struct play play = {
		.status = 200,
		.body = SAY("Three") "data: {\"choices\":[{\"finish_reason\":\"length\"}]}\n\n"
	};

	(void)state;
	begin(&play);
	world.is_suggestion = 1;
	world_run();
	world_expect(TURN_ANSWERED, "Three", "first");
	world_end();
}

static void nothing_to_suggest_is_no_suggestion(void **state)
{
	(void)state;
	begin(NULL);
	world.is_suggestion = 1;
	world.chain = "k";
	world.passage_count = 0;
	world_run();
	assert_int_equal(world.result.outcome, TURN_CANCELLED);
	world_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_model_calls_a_human),
		cmocka_unit_test(what_the_model_said_before_is_withdrawn),
		cmocka_unit_test(a_call_that_breaks_off_has_no_reason),
		cmocka_unit_test(words_that_promise_a_human_are_not_said_where_there_is_none),
		cmocka_unit_test(a_model_that_was_not_offered_it_cannot),
		cmocka_unit_test(a_question_without_an_answer_goes_to_a_human),
		cmocka_unit_test(failing_providers_call_a_human),
		cmocka_unit_test(an_answer_that_gives_itself_away_is_not_shown),
		cmocka_unit_test(an_answer_that_breaks_off_gives_nothing_away),
		cmocka_unit_test(what_gives_nothing_away_grows_at_once),
		cmocka_unit_test(the_same_question_again_and_again_goes_to_a_human),
		cmocka_unit_test(enough_answers_call_a_human),
		cmocka_unit_test(counting_begins_anew_after_a_human),
		cmocka_unit_test(the_first_answer_after_a_human_is_the_bots_own),
		cmocka_unit_test(a_bot_without_colleagues_goes_on),
		cmocka_unit_test(an_answer_goes_on_unseen_when_a_human_takes_over),
		cmocka_unit_test(a_suggestion_is_seen_by_nobody_else),
		cmocka_unit_test(a_suggestion_that_was_cut_has_no_mark),
		cmocka_unit_test(nothing_to_suggest_is_no_suggestion),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

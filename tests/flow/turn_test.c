#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/flow/turn_world.h"

/* --- the good way -------------------------------------------------------------------- */

static void an_answer_is_shown_saved_and_told(void **state)
{
	(void)state;
	world_begin_with(&good_play, 1);
	world_run();
	world_expect(TURN_ANSWERED, "Three days.", "first");
	assert_string_equal(world.shown, "Three days.");
	assert_int_equal(world.seq, 2);
	assert_int_equal(world.result.tokens_in, 9);
	assert_int_equal(world.result.tokens_out, 2);
	assert_int_equal(world.result.tokens_estimated, 0);
	assert_string_equal(world.error, "");
	world_end();
}

static void channels_that_are_not_read_live_see_no_deltas(void **state)
{
	(void)state;
	world_begin_with(&good_play, 1);
	world.mode = DELIVERY_COURIER;
	world_run();
	world_expect(TURN_ANSWERED, "Three days.", "first");
	assert_int_equal(world.deltas, 0);
	assert_int_equal(world.delivery_bells, 1);
	assert_int_equal(world.typing, 0);
	assert_int_equal(world.drafts, 0); /* too quick for either */
	world_end();
}

static void what_others_have_answered_is_not_shown_growing(void **state)
{
	static const struct play slow = { .status = 200,
					  .body = SAY(LONG) SAY(LONG) SAY(LONG) STOP,
					  .piece = 4,
					  .event = "taken",
					  .event_at = 100 };

	(void)state;
	for (int is_read_live = 0; is_read_live < 2; is_read_live++) {
		world_begin_with(&slow, 1);
		world.mode = is_read_live ? DELIVERY_NONE : DELIVERY_COURIER;
		world_run(); /* no delta is published of a turn that is not ours */
		assert_int_equal(world.finishes, 0);
		assert_true(world.deltas > 0 || world.drafts > 0);
		assert_int_equal(world.late, 0);
		world_end();
	}
}

static void articles_are_looked_for_only_when_somebody_uses_them(void **state)
{
	static const struct play down = { .status = 500 };

	(void)state;
	world_begin_with(&good_play, 1);
	world.passages = 0;
	world_run();
	world_expect(TURN_ANSWERED, "Three days.", "first");
	assert_int_equal(world.searches, 0);
	world_end();

	world_begin_with(&down, 1);
	world.passages = 0;
	world_run();
	world_expect(TURN_ANSWERED, "Three days.\n\n*<text>: Delivery*", "knowledge");
	assert_int_equal(world.searches, 1);
	world_end();
}

static void slow_answers_are_shown_as_drafts_now_and_then(void **state)
{
	static const struct play slow = { .status = 200,
					  .body = SAY(LONG) SAY(LONG) STOP,
					  .piece = 4 };

	(void)state;
	world_begin_with(&slow, 1);
	world.mode = DELIVERY_COURIER;
	world_run();
	world_expect(TURN_ANSWERED, LONG LONG, "first");
	assert_int_equal(world.deltas, 0);
	assert_in_range(world.drafts, 1, (int)(strlen(slow.body) / 4 * 20 / 1000));
	world_end();
}

static void early_and_busy_claims_are_made_again(void **state)
{
	(void)state;
	world_begin_with(&good_play, 1);
	world.early_ms = 700;
	world.busy = 3;
	world_run();
	world_expect(TURN_ANSWERED, "Three days.", "first");
	world_end();
}

static void a_long_wait_is_left_to_the_sweep(void **state)
{
	(void)state;
	world_begin();
	world.early_ms = 300000;
	world_run();
	assert_int_equal(world.claims, 0);
	assert_int_equal(world.job, JOB_READY);
	world_end();
}

static void knowledge_answers_without_any_model(void **state)
{
	(void)state;
	world_begin();
	world.chain = "k";
	world_run();
	world_expect(TURN_ANSWERED, "Three days.\n\n*<text>: Delivery*", "knowledge");
	assert_int_equal(world.requests, 0);
	world_end();

	world_begin();
	world.chain = "";
	world.passage_count = 0;
	world_run();
	world_expect(TURN_ANSWERED, "<does not know>", "knowledge");
	world_end();

	world_begin();
	world.chain = "k";
	world.history = "[[1,0,\"Hello!\",null]]";
	world_run();
	world_expect(TURN_ANSWERED, "Hello!", "knowledge");
	world_end();
}

/* --- whatever fails ----------------------------------------------------------------------- */

static void a_turn_that_killed_workers_is_not_tried_with_a_model(void **state)
{
	(void)state;
	world_begin_with(&good_play, 1);
	world.failures = 5;
	world_run();
	world_expect(TURN_APOLOGISED, "<no answer>", "");
	assert_int_equal(world.requests, 0);
	world_end();
}

static void fail_each_operation(enum failing failing, enum err_kind kind, const char *event)
{
	struct play plays[2] = { good_play, good_play };
	int n = 0, operations;

	plays[0].event = event;
	plays[0].event_at = 2;
	do {
		world_begin_with(plays, 2);
		stage.fail_at = ++n;
		stage.failing = failing;
		stage.fail_kind = kind;
		world_run(); /* holds its promises to the end */
		operations = stage.operations;
		if (kind == ERR_TEMP)
			assert_int_equal(world.finishes, 1);
		if (kind == ERR_TEMP && !event)
			assert_int_equal(strncmp(world.body, "Three days.", 11), 0);
		if (kind == ERR_TEMP && event && strcmp(event, "reset") == 0 && n > 3)
			assert_string_equal(world.body, "");
		if (failing == FAIL_AFTER && world.result.body)
			assert_int_equal(world.seq, 2); /* the reader is told all the same */
		world_end();
	} while (n <= operations);
	assert_true(n > 3);
}

static void every_turn_ends_once_whichever_operation_fails(void **state)
{
	static const char *const happening[] = { NULL, "stop", "reset", "message" };

	(void)state;
	for (int i = 0; i < 4; i++) {
		fail_each_operation(FAIL_BEFORE, ERR_TEMP, happening[i]);
		fail_each_operation(FAIL_AFTER, ERR_TEMP, happening[i]);
		fail_each_operation(FAIL_BEFORE, ERR_PERM, happening[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_is_shown_saved_and_told),
		cmocka_unit_test(channels_that_are_not_read_live_see_no_deltas),
		cmocka_unit_test(what_others_have_answered_is_not_shown_growing),
		cmocka_unit_test(slow_answers_are_shown_as_drafts_now_and_then),
		cmocka_unit_test(early_and_busy_claims_are_made_again),
		cmocka_unit_test(a_long_wait_is_left_to_the_sweep),
		cmocka_unit_test(articles_are_looked_for_only_when_somebody_uses_them),
		cmocka_unit_test(knowledge_answers_without_any_model),
		cmocka_unit_test(a_turn_that_killed_workers_is_not_tried_with_a_model),
		cmocka_unit_test(every_turn_ends_once_whichever_operation_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

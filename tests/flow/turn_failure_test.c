/* What becomes of a turn whose providers fail. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/flow/turn_world.h"

#define LENGTH "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}]}\n\n"
#define YA(text, status)                                                                       \
	"{\"result\":{\"alternatives\":[{\"message\":{\"text\":\"" text                        \
	"\"},\"status\":\"ALTERNATIVE_STATUS_" status "\"}]}}\n"
#define NO_MONEY "{\"error\":{\"type\":\"insufficient_quota\",\"code\":\"insufficient_quota\"}}"
#define TOO_LONG "{\"error\":{\"code\":\"context_length_exceeded\"}}"

static const struct {
	const char *name, *chain;
	struct play plays[4];
	int play_count;
	enum turn_outcome outcome;
	const char *body, *provider;
	int requests;
} failures[] = {
	{ "overload is tried again",
	  "o",
	  { { .status = 503 }, { .status = 429 }, { 0 } },
	  3,
	  TURN_ANSWERED,
	  "Three days.\n\n*<text>: Delivery*",
	  "knowledge",
	  3 },
	{ "and may pass",
	  "o",
	  { { .status = 503 }, { 0 }, { .status = 200, .body = SAY("Yes.") STOP } },
	  3,
	  TURN_ANSWERED,
	  "Yes.",
	  "first",
	  3 },
	{ "the next provider answers",
	  "oy",
	  { { .status = 429, .body = NO_MONEY }, { .status = 200, .body = YA("Да", "FINAL") } },
	  2,
	  TURN_ANSWERED,
	  "Да",
	  "second",
	  2 },
	{ "a long pause is not waited for",
	  "oy",
	  { { .status = 429, .retry_after_ms = 60000 },
	    { .status = 200, .body = YA("Да", "FINAL") } },
	  2,
	  TURN_ANSWERED,
	  "Да",
	  "second",
	  2 },
	{ "too long is tried once, shorter",
	  "o",
	  { { .status = 400, .body = TOO_LONG }, { .status = 200, .body = SAY("Yes.") STOP } },
	  2,
	  TURN_ANSWERED,
	  "Yes.",
	  "first",
	  2 },
	{ "and only once",
	  "o",
	  { { .status = 400, .body = TOO_LONG } },
	  1,
	  TURN_ANSWERED,
	  "Three days.\n\n*<text>: Delivery*",
	  "knowledge",
	  2 },
	{ "nonsense counts as a failure",
	  "o",
	  { { .status = 200, .body = "<html>" } },
	  1,
	  TURN_ANSWERED,
	  "Three days.\n\n*<text>: Delivery*",
	  "knowledge",
	  3 },
	{ "an empty answer is owned up to",
	  "o",
	  { { .status = 200, .body = STOP } },
	  1,
	  TURN_APOLOGISED,
	  "<empty>",
	  "first",
	  1 },
	{ "and one of blanks",
	  "o",
	  { { .status = 200, .body = SAY("\\n\\n ") STOP } },
	  1,
	  TURN_APOLOGISED,
	  "<empty>",
	  "first",
	  1 },
	{ "so is a filtered one",
	  "y",
	  { { .status = 200, .body = YA("Нет", "CONTENT_FILTER") } },
	  1,
	  TURN_APOLOGISED,
	  "<empty>",
	  "first",
	  1 },
	{ "blanks that broke off are nothing yet",
	  "o",
	  { { .status = 200, .body = SAY("\\n\\n"), .breaks = 1 },
	    { .status = 200, .body = SAY("Yes.") STOP } },
	  2,
	  TURN_ANSWERED,
	  "Yes.",
	  "first",
	  2 },
	{ "the token limit left nothing",
	  "oy",
	  { { .status = 200, .body = LENGTH }, { .status = 200, .body = YA("Да", "FINAL") } },
	  2,
	  TURN_ANSWERED,
	  "Да",
	  "second",
	  2 },
	{ "the token limit cut it",
	  "o",
	  { { .status = 200, .body = SAY("Yes") LENGTH } },
	  1,
	  TURN_ANSWERED,
	  "Yes\n\n<cut>",
	  "first",
	  1 },
	{ "an answer that is over needs no connection",
	  "oy",
	  { { .status = 200, .body = SAY("Yes.") STOP, .breaks = 1 } },
	  1,
	  TURN_ANSWERED,
	  "Yes.",
	  "first",
	  1 },
	{ "nor all of its usage",
	  "oy",
	  { { .status = 200,
	      .body = SAY("Yes") LENGTH "data: {\"choices\":[],\"usa",
	      .breaks = 1 } },
	  1,
	  TURN_ANSWERED,
	  "Yes\n\n<cut>",
	  "first",
	  1 },
	{ "nor does it wait for its end",
	  "oy",
	  { { .status = 200, .body = SAY("Yes.") STOP, .waits = 1 } },
	  1,
	  TURN_ANSWERED,
	  "Yes.",
	  "first",
	  1 },
	{ "what was shown stays",
	  "oy",
	  { { .status = 200, .body = SAY("Once upon"), .breaks = 1 } },
	  1,
	  TURN_ANSWERED,
	  "Once upon\n\n<cut>",
	  "first",
	  1 },
	{ "a long one stays",
	  "oy",
	  { { .status = 200, .body = SAY(LONG), .breaks = 1 } },
	  1,
	  TURN_ANSWERED,
	  LONG "\n\n<cut>",
	  "first",
	  1 },
};

static void failures_of_providers_end_as_well_as_they_can(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
		world_begin_with(failures[i].plays, failures[i].play_count);
		world.chain = failures[i].chain;
		world_run();
		if (world.requests != failures[i].requests)
			print_message("%s: %d requests\n", failures[i].name, world.requests);
		assert_int_equal(world.requests, failures[i].requests);
		world_expect(failures[i].outcome, failures[i].body, failures[i].provider);
		world_end();
	}
}

static void what_nobody_saw_may_begin_anew_once(void **state)
{
	static const struct play plays[] = {
		{ .status = 200, .body = SAY("Once upon"), .breaks = 1 },
		{ .status = 200, .body = SAY("Twice.") STOP },
		{ .status = 200, .body = SAY("Once"), .breaks = 1 },
	};

	(void)state;
	for (int broken = 0; broken < 2; broken++) {
		const struct play now[] = { plays[0], plays[broken ? 2 : 1] };

		world_begin_with(now, 2);
		world.mode = DELIVERY_COURIER;
		world_run();
		world_expect(TURN_ANSWERED, broken ? "Once upon\n\n<cut>" : "Twice.", "first");
		assert_int_equal(world.requests, 2);
		world_end();
	}
}

#define PINGS ": ping\n\n: ping\n\n: ping\n\n: ping\n\n: ping\n\n: ping\n\n: ping\n\n: ping\n\n"
#define WORDS "data: {\"choices\":[]}\n\n"

static void comments_are_no_answer(void **state)
{
	static const struct {
		const char *body, *answer;
		int first_token_ms, idle_ms;
	} cases[] = {
		{ PINGS SAY("Late.") STOP, "Late.", 0, 0 },
		{ PINGS SAY("Late.") STOP, "Late.", 500, 100 },
		{ PINGS SAY("Late.") STOP, "Да", 100, 500 },
		{ WORDS PINGS SAY("Late.") STOP, "Да", 500, 100 },
		{ SAY("Once") PINGS SAY(" upon") STOP, "Once\n\n<cut>", 500, 100 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct play plays[] = {
			{ .status = 200, .body = cases[i].body, .piece = 8 },
			{ .status = 200, .body = YA("Да", "FINAL") },
		};

		world_begin_with(plays, 2);
		world.chain = "oy";
		world.retries = 0;
		world.first_token_ms = cases[i].first_token_ms;
		world.idle_ms = cases[i].idle_ms;
		world_run();
		assert_string_equal(world.body, cases[i].answer);
		world_end();
	}
}

static void nothing_works_is_said(void **state)
{
	static const struct play dead = { .status = 500 };

	(void)state;
	world_begin_with(&dead, 1);
	world.chain = "oyk";
	world.passage_count = 0;
	world_run();
	world_expect(TURN_APOLOGISED, "<no answer>", "");
	assert_int_equal(world.requests, 6);
	assert_string_not_equal(world.error, "");
	world_end();
}

static void a_text_that_changes_begins_anew_for_the_reader(void **state)
{
	static const struct play changing = { .status = 200,
					      .piece = 30,
					      .body = YA("Это привет", "PARTIAL")
						      YA("Это приветствие", "PARTIAL")
							      YA("То приветствие", "FINAL") };

	(void)state;
	world_begin_with(&changing, 1);
	world.chain = "y";
	world_run();
	world_expect(TURN_ANSWERED, "То приветствие", "first");
	assert_true(world.restarts >= 1);
	world_end();
}

static void a_turn_costs_what_all_of_its_requests_cost(void **state)
{
	static const struct {
		struct play first;
		int in, out, is_estimated; /* more than that, then */
	} cases[] = {
		{ { .status = 503 }, 9, 2, 0 },
		{ { .status = 200, .body = LENGTH USAGE }, 2 * 9, 2 * 2, 0 },
		{ { .status = 200, .body = SAY("Once upon"), .breaks = 1 }, 9, 2, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct play plays[] = { cases[i].first, good_play };

		world_begin_with(plays, 2);
		world.chain = "oo";
		world.mode = DELIVERY_COURIER;
		world_run();
		assert_int_equal(world.requests, 2);
		assert_int_equal(world.result.tokens_estimated, cases[i].is_estimated);
		assert_int_equal(world.result.tokens_in > cases[i].in, cases[i].is_estimated);
		assert_int_equal(world.result.tokens_out > cases[i].out, cases[i].is_estimated);
		assert_in_range(world.result.tokens_in, cases[i].in, 400);
		assert_in_range(world.result.tokens_out, cases[i].out, 20);
		world_end();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failures_of_providers_end_as_well_as_they_can),
		cmocka_unit_test(what_nobody_saw_may_begin_anew_once),
		cmocka_unit_test(comments_are_no_answer),
		cmocka_unit_test(nothing_works_is_said),
		cmocka_unit_test(a_text_that_changes_begins_anew_for_the_reader),
		cmocka_unit_test(a_turn_costs_what_all_of_its_requests_cost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

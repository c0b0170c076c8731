#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/log.h"
#include "tests/flow/deliver_world.h"

/* --- the good way --------------------------------------------------------------- */

static void a_line_is_sent_in_order_and_each_once(void **state)
{
	(void)state;
	world_begin();
	world_say("one");
	world_say("**two** <3");
	world_run();
	world_expect(0, DELIVERY_SENT);
	world_expect(1, DELIVERY_SENT);
	assert_string_equal(world.line[0].external_id, "55");
	assert_int_equal(world.requests, 2);
	assert_non_null(strstr(world.last_body, "<b>two</b> &lt;3"));
	assert_string_equal(world.last_method, "sendMessage");
	world_end();
}

static void in_groups_the_preview_goes_when_a_message_is_there(void **state)
{
	(void)state;
	world_begin();
	world_say("alone");
	world_run();
	assert_int_equal(world.previews_closed, 0);
	world_end();
	world_begin();
	world.is_group = 1;
	world_say("one");
	world_say("two");
	world_run();
	assert_int_equal(world.previews_closed, 2);
	world_end();
}

static char *long_text(void)
{
	static char text[9000];

	memset(text, 'x', sizeof text - 1);
	for (size_t i = 60; i < sizeof text - 1; i += 61)
		text[i] = i % 5 ? ' ' : '\n';
	return text;
}

static void a_long_message_becomes_parts_with_buttons_under_the_last(void **state)
{
	(void)state;
	world_begin();
	world_say(long_text());
	world_say("after");
	world.line[0].extra = "{\"buttons\":[[{\"text\":\"Ok\",\"data\":\"c:help\"}]]}";
	world_run();
	assert_int_equal(world.splits, 1);
	assert_int_equal(world.count, 4);
	assert_int_equal(world.requests, 4);
	assert_null(strstr(world.line[1].payload, "\"last\": true"));
	assert_non_null(strstr(world.line[2].payload, "\"last\": true"));
	assert_non_null(strstr(world.last_body, "after"));
	world_end();
}

static void a_button_is_acknowledged(void **state)
{
	(void)state;
	world_begin();
	world_add(DELIVERY_CALLBACK, "{\"callback\":\"77\"}");
	world_play(200, "{\"ok\":true,\"result\":true}");
	world_run();
	world_expect(0, DELIVERY_SENT);
	assert_string_equal(world.last_method, "answerCallbackQuery");
	assert_string_equal(world.last_body, "{\"callback_query_id\":\"77\"}");
	world_end();
}

static void a_message_without_substance_fails_and_holds_up_nobody(void **state)
{
	(void)state;
	world_begin();
	world_say(" \n\n");
	world_say("two");
	world_run();
	world_expect(0, DELIVERY_FAILED);
	world_expect(1, DELIVERY_SENT);
	world_end();
}

static void a_full_line_waits_for_its_place(void **state)
{
	(void)state;
	world_begin();
	world_say("one");
	world.rate_waits = 3;
	world_run();
	world_expect(0, DELIVERY_SENT);
	assert_int_equal(world.failures, 0);
	assert_true(stage.now_ms >= 1003000);
	world_end();
}

/* --- what Telegram may say ---------------------------------------------------------- */

struct saying {
	const char *name;
	long status;
	const char *body;
	enum delivery_state state;
	int requests;
	const char *sent; /* in the last request */
};

static const struct saying sayings[] = {
	{ "formatting refused: plain words go", 400,
	  REFUSED("400", "Bad Request: can't parse entities: x", ""), DELIVERY_SENT, 2,
	  "\"text\":\"one & two\"" },
	{ "the chat has moved", 400,
	  REFUSED("400", "Bad Request: group chat was upgraded to a supergroup chat",
		  ",\"parameters\":{\"migrate_to_chat_id\":-1009}"),
	  DELIVERY_SENT, 2, "\"chat_id\":-1009" },
	{ "too many requests", 429,
	  REFUSED("429", "Too Many Requests: retry after 3",
		  ",\"parameters\":{\"retry_after\":3}"),
	  DELIVERY_SENT, 2, "<b>one</b>" },
	{ "trouble at Telegram", 502, REFUSED("502", "Bad Gateway", ""), DELIVERY_SENT, 2,
	  "<b>one</b>" },
	{ "blocked", 403, REFUSED("403", "Forbidden: bot was blocked by the user", ""),
	  DELIVERY_FAILED, 1, "<b>one</b>" },
	{ "the token is wrong", 401, REFUSED("401", "Unauthorized", ""), DELIVERY_SENT, 2,
	  "<b>one</b>" },
	{ "hopeless", 400, REFUSED("400", "Bad Request: message thread not found", ""),
	  DELIVERY_FAILED, 1, "<b>one</b>" },
};

static void telegrams_words_are_understood(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof sayings / sizeof *sayings; i++) {
		const struct saying *x = &sayings[i];

		world_begin();
		world_say("**one** & two");
		world_play(x->status, x->body);
		world_run();
		if (world.line[0].state != x->state || world.requests != x->requests ||
		    !strstr(world.last_body, x->sent))
			fail_msg("%s: state %d after %d requests: %s", x->name,
				 world.line[0].state, world.requests, world.last_body);
		assert_int_equal(world.unreachable, x->status == 403);
		assert_int_equal(world.floods, x->status == 429);
		world_end();
	}
}

static void a_proxy_that_has_had_enough_is_obeyed_too(void **state)
{
	int64_t began;

	(void)state;
	world_begin();
	world_say("one");
	world_play(429, "<html>slow down</html>");
	world.retry_after_ms = 41000;
	began = stage.now_ms;
	world_run();
	world_expect(0, DELIVERY_SENT);
	assert_int_equal(stage.now_ms - began, 41000);
	assert_int_equal(world.failures, 0);
	world_end();
}

static void flood_control_is_obeyed_to_the_second(void **state)
{
	(void)state;
	world_begin();
	world_say("one");
	world_play(429, REFUSED("429", "Too Many Requests: retry after 209",
				",\"parameters\":{\"retry_after\":209}"));
	world_run();
	assert_true(stage.now_ms >= 1209000);
	world_end();
}

static void what_keeps_failing_fails_in_the_end(void **state)
{
	(void)state;
	world_begin();
	world_say("one");
	world_say("two");
	for (int i = 0; i < 8; i++)
		world_play(500, REFUSED("500", "Internal Server Error", ""));
	world_run();
	world_expect(0, DELIVERY_FAILED);
	world_expect(1, DELIVERY_SENT);
	assert_int_equal(world.requests, 9);
	world_end();
}

static void an_answer_that_never_came_is_uncertain_and_not_repeated(void **state)
{
	static const struct play silent[] = { { 0, NULL },
					      { 502, "<html>bad gateway</html>" } };

	(void)state;
	for (int i = 0; i < 2; i++) {
		world_begin();
		world_say("one");
		world_say("two");
		world_play(silent[i].status, silent[i].body);
		world_run();
		world_expect(0, DELIVERY_UNCERTAIN);
		world_expect(1, DELIVERY_SENT);
		assert_int_equal(world.requests, 2);
		world_end();
	}
}

static void what_a_dead_courier_was_sending_is_uncertain(void **state)
{
	(void)state;
	world_begin();
	world_say("one");
	world_say("two");
	world.dead_sender = 1;
	world_run();
	world_expect(0, DELIVERY_UNCERTAIN);
	world_expect(1, DELIVERY_SENT);
	assert_int_equal(world.requests, 1);
	world_end();
}

/* By then others may have gone on with the line: this one asks for it again. */
static void who_was_away_for_too_long_sends_nothing(void **state)
{
	(void)state;
	world_begin();
	world_say("one");
	world_say("two");
	world.frozen = 2;
	world_run();
	world_expect(0, DELIVERY_SENT);
	world_expect(1, DELIVERY_SENT);
	assert_int_equal(world.requests, 2);
	assert_int_equal(world.claims, 3);
	assert_int_equal(world.failures, 0);
	world_end();
}

/* Stopped while it was connecting: asked again in the last moment. */
static void what_was_held_up_on_its_way_does_not_leave(void **state)
{
	(void)state;
	world_begin();
	world_say("one");
	world.thawed = 1;
	world.frozen = 2;
	world_run();
	world_expect(0, DELIVERY_SENT);
	assert_int_equal(world.frozen, 0);
	assert_int_equal(world.requests, 1);
	assert_int_equal(world.claims, 2);
	assert_int_equal(world.failures, 0);
	world_end();
}

/* Those who took the line meanwhile cannot know that it never left, but we do. */
static void what_was_held_up_until_others_had_the_line_goes_out_after_all(void **state)
{
	static const struct {
		int lines, fail_at;
		enum delivery_state end;
	} cases[] = {
		{ 1, 0, DELIVERY_SENT },
		{ 2, 0, DELIVERY_FAILED }, /* others have sent what came behind it */
		{ 1, 4, DELIVERY_SENT },
		{ 1, 5, DELIVERY_SENT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		world_begin();
		for (int n = 0; n < cases[i].lines; n++)
			world_say("one");
		world.thawed = 1;
		world.frozen = 2;
		world.is_taken = 1;
		stage.fail_at = cases[i].fail_at;
		stage.failing = FAIL_BEFORE;
		world_run();
		world_expect(0, cases[i].end);
		assert_int_equal(world.requests, cases[i].end == DELIVERY_SENT);
		world_end();
	}
}

/* --- every operation fails ------------------------------------------------------------ */

static void tell(int row, int n, const char *how)
{
	fail_msg("operation %d fails %s: row %d ends as %d", n, how, row,
		 world.line[row].state);
}

/* Only a request whose answer was lost may leave doubt. */
static void check_end(int n, enum failing failing)
{
	int uncertain = 0;

	for (int i = 0; i < world.count; i++) {
		uncertain += world.line[i].state == DELIVERY_UNCERTAIN;
		if (world.line[i].state != DELIVERY_SENT &&
		    world.line[i].state != DELIVERY_UNCERTAIN)
			tell(i, n, failing == FAIL_BEFORE ? "before" : "after");
	}
	if (uncertain != world.failed_http)
		fail_msg("operation %d failed %s: %d uncertain", n,
			 failing == FAIL_BEFORE ? "before" : "after", uncertain);
}

static int run_failing(int n, enum failing failing)
{
	int total;

	world_begin();
	world_say("one");
	world_say(long_text());
	world_say("**last**");
	world.rate_waits = 1;
	world_play(429, REFUSED("429", "Too Many Requests: retry after 1",
				",\"parameters\":{\"retry_after\":1}"));
	world_play(400, REFUSED("400", "Bad Request: can't parse entities: x", ""));
	stage.fail_at = n;
	stage.failing = failing;
	world_run();
	check_end(n, failing);
	total = stage.operations;
	world_end();
	return total;
}

static void whatever_fails_nothing_is_lost_or_sent_twice(void **state)
{
	static const enum failing ways[] = { FAIL_BEFORE, FAIL_AFTER };
	int total = run_failing(0, FAIL_NEVER);

	(void)state;
	assert_true(total > 15);
	for (int way = 0; way < 2; way++)
		for (int n = 1; n <= total; n++)
			run_failing(n, ways[way]);
}

/* --- stopped at every operation, until others have the line ------------------------------ */

static const char *const stops[] = { [STOP_BEFORE] = "stopped before",
				     [STOP_AFTER] = "stopped after",
				     [STOP_UNHEARD] = "stopped after, and not heard" };

/* What did not go out would have come after something newer; or Telegram's answer was lost. */
static void check_stopped(int n, enum failing when)
{
	int uncertain = 0;

	for (int i = 0; i < world.count; i++) {
		enum delivery_state state = world.line[i].state;
		int is_last = i == world.count - 1;

		uncertain += state == DELIVERY_UNCERTAIN;
		if (state == DELIVERY_FAILED &&
		    (is_last || world.line[i + 1].state < DELIVERY_SENT))
			tell(i, n, stops[when]);
	}
	if (uncertain != world.failed_http)
		fail_msg("operation %d %s: %d uncertain", n, stops[when], uncertain);
}

static int run_stopped(int n, enum failing when, void (*others)(void), const char *words)
{
	int total;

	world_begin();
	world_say(words);
	world.rate_waits = 1;
	world_play(429, REFUSED("429", "Too Many Requests: retry after 1",
				",\"parameters\":{\"retry_after\":1}"));
	world_play(400, REFUSED("400", "Bad Request: can't parse entities: x", ""));
	stage.fail_at = n;
	stage.failing = when;
	stage.stopped = others;
	world_run();
	check_stopped(n, when);
	total = stage.operations;
	world_end();
	return total;
}

static void whoever_is_stopped_loses_nothing_and_sends_nothing_twice(void **state)
{
	static void (*const others[])(void) = { world_sweep, world_take_line };

	(void)state;
	for (int i = 0; i < 4; i++) {
		const char *words = i % 2 ? long_text() : "**one**";
		int total = run_stopped(0, FAIL_NEVER, NULL, words);

		assert_true(total > 10);
		for (int n = 1; n <= total; n++)
			for (int when = STOP_BEFORE; when <= STOP_UNHEARD; when++)
				run_stopped(n, (enum failing)when, others[i / 2], words);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_sent_in_order_and_each_once),
		cmocka_unit_test(in_groups_the_preview_goes_when_a_message_is_there),
		cmocka_unit_test(a_long_message_becomes_parts_with_buttons_under_the_last),
		cmocka_unit_test(a_button_is_acknowledged),
		cmocka_unit_test(a_message_without_substance_fails_and_holds_up_nobody),
		cmocka_unit_test(a_full_line_waits_for_its_place),
		cmocka_unit_test(telegrams_words_are_understood),
		cmocka_unit_test(a_proxy_that_has_had_enough_is_obeyed_too),
		cmocka_unit_test(flood_control_is_obeyed_to_the_second),
		cmocka_unit_test(what_keeps_failing_fails_in_the_end),
		cmocka_unit_test(an_answer_that_never_came_is_uncertain_and_not_repeated),
		cmocka_unit_test(what_a_dead_courier_was_sending_is_uncertain),
		cmocka_unit_test(who_was_away_for_too_long_sends_nothing),
		cmocka_unit_test(what_was_held_up_on_its_way_does_not_leave),
		cmocka_unit_test(what_was_held_up_until_others_had_the_line_goes_out_after_all),
		cmocka_unit_test(whatever_fails_nothing_is_lost_or_sent_twice),
		cmocka_unit_test(whoever_is_stopped_loses_nothing_and_sends_nothing_twice),
	};

	log_open("test", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Notes and calls: what couriers send besides messages. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/log.h"
#include "tests/flow/deliver_world.h"

static void a_note_has_buttons_and_an_answered_message(void **state)
{
	(void)state;
	world_begin();
	world_add(DELIVERY_NOTE, "{\"text\":\"**Ann**\",\"silent\":true,\"reply_to\":\"8\","
				 "\"buttons\":[[{\"text\":\"Take\",\"data\":\"t:take:1\"}]]}");
	world_run();
	world_expect(0, DELIVERY_SENT);
	assert_string_equal(world.last_method, "sendMessage");
	assert_non_null(strstr(world.last_body, "<b>Ann</b>"));
	assert_non_null(strstr(world.last_body, "\"callback_data\":\"t:take:1\""));
	assert_non_null(strstr(world.last_body, "\"disable_notification\":true"));
	assert_non_null(strstr(world.last_body, "\"message_id\":8"));
	world_end();
}

static void a_call_says_which_message_and_where(void **state)
{
	(void)state;
	world_begin();
	world_add(DELIVERY_CALL, "{\"method\":\"editMessageText\",\"text\":\"new\",\"of\":4,"
				 "\"message_id\":\"77\"}");
	world_add(DELIVERY_CALL, "{\"method\":\"editMessageText\",\"text\":\"new\",\"of\":4,"
				 "\"message_id\":null,\"else\":{}}");
	world_run();
	world_expect(0, DELIVERY_SENT);
	world_expect(1, DELIVERY_FAILED);
	assert_int_equal(world.requests, 1);
	assert_string_equal(world.last_method, "editMessageText");
	assert_non_null(strstr(world.last_body, "\"message_id\":77"));
	assert_non_null(strstr(world.last_body, "\"chat_id\":42"));
	assert_int_equal(world.rung, 1); /* operators hear of what did not work */
	world_end();
}

/* As many words as two messages hold, and the rest of a payload. */
static const char *long_words(char *room, size_t size, const char *rest)
{
	size_t n = (size_t)snprintf(room, size, "{\"plain\":true,\"text\":\"");

	while (n < 6000)
		n += (size_t)snprintf(room + n, size - n, "*%04zu* ", n);
	snprintf(room + n, size - n, "end\",%s}", rest);
	return room;
}

static void an_edit_changes_the_message_that_has_its_part(void **state)
{
	static char first[8000], second[8000], third[8000];

	(void)state;
	world_begin();
	world_add(DELIVERY_CALL, long_words(first, sizeof first,
					    "\"method\":\"editMessageText\",\"of\":4,"
					    "\"message_id\":\"77\""));
	world_run();
	assert_non_null(strstr(world.last_body, "*0022* "));
	assert_null(strstr(world.last_body, "end\""));
	world_end();

	world_begin();
	world_add(DELIVERY_CALL,
		  long_words(second, sizeof second,
			     "\"method\":\"editMessageText\",\"of\":4,\"part\":1,"
			     "\"message_id\":\"78\""));
	world_run();
	assert_null(strstr(world.last_body, "*0022* "));
	assert_non_null(strstr(world.last_body, "end\""));
	world_end();

	world_begin(); /* the words were longer before */
	world_add(DELIVERY_CALL,
		  long_words(third, sizeof third,
			     "\"method\":\"editMessageText\",\"of\":4,\"part\":2,"
			     "\"message_id\":\"79\""));
	world_run();
	assert_string_equal(world.last_method, "deleteMessage");
	assert_non_null(strstr(world.last_body, "\"message_id\":79"));
	world_expect(0, DELIVERY_SENT);
	world_end();
}

static void what_an_edit_has_no_room_for_is_sent(void **state)
{
	static char rest[8000], none[8000];

	(void)state;
	world_begin();
	world_add(DELIVERY_NOTE, long_words(rest, sizeof rest, "\"skip\":1"));
	world_run();
	assert_int_equal(world.count, 1);
	assert_string_equal(world.last_method, "sendMessage");
	assert_non_null(strstr(world.last_body, "end\""));
	world_end();

	world_begin();
	world_add(DELIVERY_NOTE, long_words(none, sizeof none, "\"skip\":2"));
	world_add(DELIVERY_NOTE, "{\"text\":\"next\"}");
	world_run();
	world_expect(0, DELIVERY_SENT);
	world_expect(1, DELIVERY_SENT);
	assert_int_equal(world.requests, 1);
	world_end();
}

static void a_caption_is_changed_as_one(void **state)
{
	static char too_long[8000];

	(void)state;
	world_begin();
	world_add(DELIVERY_CALL,
		  "{\"method\":\"editMessageCaption\",\"text\":\"a **b**\",\"of\":4,"
		  "\"message_id\":\"77\"}");
	world_add(DELIVERY_CALL, long_words(too_long, sizeof too_long,
					    "\"method\":\"editMessageCaption\",\"of\":4,"
					    "\"message_id\":\"77\""));
	world_run();
	assert_int_equal(world.requests, 1);
	assert_string_equal(world.last_method, "editMessageCaption");
	assert_non_null(strstr(world.last_body, "\"caption\":\"a <b>b</b>\""));
	assert_null(strstr(world.last_body, "\"text\""));
	world_expect(1, DELIVERY_FAILED); /* nothing would say the rest */
	world_end();
}

static void an_edit_whose_formatting_is_refused_goes_plain(void **state)
{
	static const char *const words[] = { "text", "caption" };
	static const char *const calls[] = {
		"{\"method\":\"editMessageText\",\"text\":\"a **b**\",\"of\":4,"
		"\"message_id\":\"77\"}",
		"{\"method\":\"editMessageCaption\",\"text\":\"a **b**\",\"of\":4,"
		"\"message_id\":\"77\"}"
	};
	char expected[40];

	(void)state;
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		world_begin();
		world_add(DELIVERY_CALL, calls[i]);
		world_play(400, REFUSED("400", "Bad Request: can't parse entities: x", ""));
		world_run();
		world_expect(0, DELIVERY_SENT);
		snprintf(expected, sizeof expected, "\"%s\":\"a b\"", words[i]);
		assert_non_null(strstr(world.last_body, expected));
		assert_non_null(strstr(world.last_body, "\"message_id\":77"));
		assert_null(strstr(world.last_body, "parse_mode"));
		world_end();
	}
}

static void what_a_caption_has_no_room_for_follows(void **state)
{
	static char caption[8000], rest[8000];

	(void)state;
	world_begin();
	world_add(DELIVERY_CALL,
		  long_words(caption, sizeof caption,
			     "\"caption\":true,\"method\":\"editMessageCaption\",\"of\":4,"
			     "\"message_id\":\"77\""));
	world_run();
	world_expect(0, DELIVERY_SENT);
	assert_non_null(strstr(world.last_body, "*0022* "));
	assert_non_null(strstr(world.last_body, "*1037*"));
	assert_null(strstr(world.last_body, "*1044*"));
	world_end();

	world_begin();
	world_add(DELIVERY_NOTE, long_words(rest, sizeof rest,
					    "\"caption\":true,\"skip\":1,\"reply_to\":\"77\""));
	world_run();
	assert_int_equal(world.count, 2); /* it takes two messages */
	assert_non_null(strstr(world.line[0].payload, "\"*1044* "));
	assert_non_null(strstr(world.line[0].payload, "reply_to"));
	assert_non_null(strstr(world.last_body, "end\""));
	world_end();
}

static void a_topic_that_was_deleted_is_made_again(void **state)
{
	(void)state;
	world_begin();
	world.has_topic = 1;
	world_add(DELIVERY_NOTE, "{\"text\":\"one\"}");
	world_play(400, REFUSED("400", "Bad Request: message thread not found", ""));
	world_play(200, "{\"ok\":true,\"result\":{\"message_thread_id\":55,\"name\":\"Ann\"}}");
	world_run();
	assert_int_equal(world.count, 2);
	world_expect(1, DELIVERY_SENT);
	assert_non_null(strstr(world.last_body, "\"message_thread_id\":55"));
	world_end();
	world_begin();
	world_add(DELIVERY_NOTE, "{\"text\":\"one\"}");
	world_play(400, REFUSED("400", "Bad Request: message thread not found", ""));
	world_run();
	world_expect(0, DELIVERY_FAILED);
	world_end();
}

/* It is the last of the line, and so are those who renew its topic. */
static void what_a_deleted_topic_refused_survives_a_stop(void **state)
{
	(void)state;
	for (int n = 1; n <= 8; n++) {
		world_begin();
		world.has_topic = 1;
		world_add(DELIVERY_NOTE, "{\"text\":\"one\"}");
		world_play(400, REFUSED("400", "Bad Request: message thread not found", ""));
		stage.fail_at = n;
		stage.failing = STOP_BEFORE;
		stage.stopped = world_take_line;
		world_run();
		if (world.line[world.count - 1].state != DELIVERY_SENT)
			fail_msg("stopped before operation %d: %d", n,
				 world.line[world.count - 1].state);
		world_end();
	}
}

static void no_topic_is_made_for_being_closed(void **state)
{
	(void)state;
	world_begin();
	world.has_topic = 1;
	world_add(DELIVERY_CALL, "{\"method\":\"closeForumTopic\",\"body\":{}}");
	world_add(DELIVERY_NOTE, "{\"text\":\"one\"}");
	world_play(400, REFUSED("400", "Bad Request: TOPIC_ID_INVALID", ""));
	world_run();
	assert_int_equal(world.count, 2);
	world_expect(0, DELIVERY_FAILED);
	world_expect(1, DELIVERY_SENT);
	world_end();
}

#define CLOSE "{\"method\":\"closeForumTopic\",\"body\":{}}"

/* Whatever keeps a topic from being closed, words go before it; and then it is closed. */
static void a_topic_is_closed_later_and_holds_up_nothing(void **state)
{
	static const struct play troubles[] = {
		{ 429, REFUSED("429", "Too Many Requests: retry after 40",
			       ",\"parameters\":{\"retry_after\":40}") },
		{ 500, REFUSED("500", "Internal Server Error", "") },
		{ 502, "<html>bad gateway</html>" },
		{ 0, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof troubles / sizeof *troubles; i++) {
		world_begin();
		world_add(DELIVERY_CALL, CLOSE);
		world_add(DELIVERY_NOTE, "{\"text\":\"one\"}");
		world_play(troubles[i].status, troubles[i].body);
		world_run();
		assert_int_equal(world.line[0].kind, DELIVERY_NOTE);
		world_expect(0, DELIVERY_SENT);
		world_expect(1, DELIVERY_SENT);
		assert_int_equal(world.requests, 3);
		assert_string_equal(world.last_method, "closeForumTopic");
		assert_int_equal(world.failures, 0);
		if (troubles[i].status == 429) /* to the second */
			assert_true(stage.now_ms >= 1040000);
		world_end();
	}
}

static void a_topic_that_cannot_be_closed_is_given_up(void **state)
{
	(void)state;
	world_begin();
	world_add(DELIVERY_CALL, CLOSE);
	for (int i = 0; i < 9; i++)
		world_play(i % 2 ? 0 : 500, REFUSED("500", "Internal Server Error", ""));
	world_run();
	world_expect(0, DELIVERY_FAILED);
	assert_int_equal(world.requests, 8);
	world_end();
	world_begin();
	world_add(DELIVERY_CALL, CLOSE);
	world_play(400, REFUSED("400", "Bad Request: not enough rights to manage topics", ""));
	world_run();
	world_expect(0, DELIVERY_FAILED);
	assert_int_equal(world.requests, 1);
	world_end();
}

static void a_topic_that_a_dead_courier_was_closing_is_closed(void **state)
{
	(void)state;
	world_begin();
	world_add(DELIVERY_CALL, CLOSE);
	world.dead_sender = 1;
	world_run();
	world_expect(0, DELIVERY_SENT);
	assert_int_equal(world.requests, 1);
	world_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_note_has_buttons_and_an_answered_message),
		cmocka_unit_test(a_call_says_which_message_and_where),
		cmocka_unit_test(an_edit_changes_the_message_that_has_its_part),
		cmocka_unit_test(what_an_edit_has_no_room_for_is_sent),
		cmocka_unit_test(a_caption_is_changed_as_one),
		cmocka_unit_test(an_edit_whose_formatting_is_refused_goes_plain),
		cmocka_unit_test(what_a_caption_has_no_room_for_follows),
		cmocka_unit_test(a_topic_that_was_deleted_is_made_again),
		cmocka_unit_test(what_a_deleted_topic_refused_survives_a_stop),
		cmocka_unit_test(no_topic_is_made_for_being_closed),
		cmocka_unit_test(a_topic_is_closed_later_and_holds_up_nothing),
		cmocka_unit_test(a_topic_that_cannot_be_closed_is_given_up),
		cmocka_unit_test(a_topic_that_a_dead_courier_was_closing_is_closed),
	};

	log_open("test", 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

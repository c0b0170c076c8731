/* Notes, calls and files: what couriers send besides messages. */

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "common/base/log.h"
#include "tests/flow/deliver_world.h"

#define REFUSED(code, words, more)                                                             \
	"{\"ok\":false,\"error_code\":" code ",\"description\":\"" words "\"" more "}"

static void expect_state(int row, enum delivery_state state)
{
	assert_int_equal(world.line[row].state, state);
}

static void add(enum delivery_kind kind, const char *payload)
{
	world.line[world.count++] = (struct sending){ .kind = kind, .payload = payload };
}

static void a_note_has_buttons_and_an_answered_message(void **state)
{
	(void)state;
	world_begin();
	add(DELIVERY_NOTE, "{\"text\":\"**Ann**\",\"silent\":true,\"reply_to\":\"8\","
			   "\"buttons\":[[{\"text\":\"Take\",\"data\":\"t:take:1\"}]]}");
	world_run();
	expect_state(0, DELIVERY_SENT);
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
	add(DELIVERY_CALL, "{\"method\":\"editMessageText\",\"text\":\"new\",\"of\":4,"
			   "\"message_id\":\"77\"}");
	add(DELIVERY_CALL, "{\"method\":\"editMessageText\",\"text\":\"new\",\"of\":4,"
			   "\"message_id\":null,\"else\":{}}");
	world_run();
	expect_state(0, DELIVERY_SENT);
	expect_state(1, DELIVERY_FAILED);
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
	add(DELIVERY_CALL, long_words(first, sizeof first,
				      "\"method\":\"editMessageText\",\"of\":4,"
				      "\"message_id\":\"77\""));
	world_run();
	assert_non_null(strstr(world.last_body, "*0022* "));
	assert_null(strstr(world.last_body, "end\""));
	world_end();

	world_begin();
	add(DELIVERY_CALL, long_words(second, sizeof second,
				      "\"method\":\"editMessageText\",\"of\":4,\"part\":1,"
				      "\"message_id\":\"78\""));
	world_run();
	assert_null(strstr(world.last_body, "*0022* "));
	assert_non_null(strstr(world.last_body, "end\""));
	world_end();

	world_begin(); /* the words were longer before */
	add(DELIVERY_CALL, long_words(third, sizeof third,
				      "\"method\":\"editMessageText\",\"of\":4,\"part\":2,"
				      "\"message_id\":\"79\""));
	world_run();
	assert_string_equal(world.last_method, "deleteMessage");
	assert_non_null(strstr(world.last_body, "\"message_id\":79"));
	expect_state(0, DELIVERY_SENT);
	world_end();
}

static void what_an_edit_has_no_room_for_is_sent(void **state)
{
	static char rest[8000], none[8000];

	(void)state;
	world_begin();
	add(DELIVERY_NOTE, long_words(rest, sizeof rest, "\"skip\":1"));
	world_run();
	assert_int_equal(world.count, 1);
	assert_string_equal(world.last_method, "sendMessage");
	assert_non_null(strstr(world.last_body, "end\""));
	world_end();

	world_begin();
	add(DELIVERY_NOTE, long_words(none, sizeof none, "\"skip\":2"));
	add(DELIVERY_NOTE, "{\"text\":\"next\"}");
	world_run();
	expect_state(0, DELIVERY_SENT);
	expect_state(1, DELIVERY_SENT);
	assert_int_equal(world.requests, 1);
	world_end();
}

static void a_caption_is_changed_as_one(void **state)
{
	static char too_long[8000];

	(void)state;
	world_begin();
	add(DELIVERY_CALL, "{\"method\":\"editMessageCaption\",\"text\":\"a **b**\",\"of\":4,"
			   "\"message_id\":\"77\"}");
	add(DELIVERY_CALL, long_words(too_long, sizeof too_long,
				      "\"method\":\"editMessageCaption\",\"of\":4,"
				      "\"message_id\":\"77\""));
	world_run();
	assert_int_equal(world.requests, 1);
	assert_string_equal(world.last_method, "editMessageCaption");
	assert_non_null(strstr(world.last_body, "\"caption\":\"a <b>b</b>\""));
	assert_null(strstr(world.last_body, "\"text\""));
	expect_state(1, DELIVERY_FAILED); /* nothing would say the rest */
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
		add(DELIVERY_CALL, calls[i]);
		world_play(400, REFUSED("400", "Bad Request: can't parse entities: x", ""));
		world_run();
		expect_state(0, DELIVERY_SENT);
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
	add(DELIVERY_CALL,
	    long_words(caption, sizeof caption,
		       "\"caption\":true,\"method\":\"editMessageCaption\",\"of\":4,"
		       "\"message_id\":\"77\""));
	world_run();
	expect_state(0, DELIVERY_SENT);
	assert_non_null(strstr(world.last_body, "*0022* "));
	assert_non_null(strstr(world.last_body, "*1037*"));
	assert_null(strstr(world.last_body, "*1044*"));
	world_end();

	world_begin();
	add(DELIVERY_NOTE,
	    long_words(rest, sizeof rest, "\"caption\":true,\"skip\":1,\"reply_to\":\"77\""));
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
	add(DELIVERY_NOTE, "{\"text\":\"one\"}");
	world_play(400, REFUSED("400", "Bad Request: message thread not found", ""));
	world_play(200, "{\"ok\":true,\"result\":{\"message_thread_id\":55,\"name\":\"Ann\"}}");
	world_run();
	assert_int_equal(world.count, 2);
	expect_state(1, DELIVERY_SENT);
	assert_non_null(strstr(world.last_body, "\"message_thread_id\":55"));
	world_end();
	world_begin();
	add(DELIVERY_NOTE, "{\"text\":\"one\"}");
	world_play(400, REFUSED("400", "Bad Request: message thread not found", ""));
	world_run();
	expect_state(0, DELIVERY_FAILED);
	world_end();
}

/* It is the last of the line, and so are those who renew its topic. */
static void what_a_deleted_topic_refused_survives_a_stop(void **state)
{
	(void)state;
	for (int n = 1; n <= 8; n++) {
		world_begin();
		world.has_topic = 1;
		add(DELIVERY_NOTE, "{\"text\":\"one\"}");
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
	add(DELIVERY_CALL, "{\"method\":\"closeForumTopic\",\"body\":{}}");
	add(DELIVERY_NOTE, "{\"text\":\"one\"}");
	world_play(400, REFUSED("400", "Bad Request: TOPIC_ID_INVALID", ""));
	world_run();
	assert_int_equal(world.count, 2);
	expect_state(0, DELIVERY_FAILED);
	expect_state(1, DELIVERY_SENT);
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
		add(DELIVERY_CALL, CLOSE);
		add(DELIVERY_NOTE, "{\"text\":\"one\"}");
		world_play(troubles[i].status, troubles[i].body);
		world_run();
		assert_int_equal(world.line[0].kind, DELIVERY_NOTE);
		expect_state(0, DELIVERY_SENT);
		expect_state(1, DELIVERY_SENT);
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
	add(DELIVERY_CALL, CLOSE);
	for (int i = 0; i < 9; i++)
		world_play(i % 2 ? 0 : 500, REFUSED("500", "Internal Server Error", ""));
	world_run();
	expect_state(0, DELIVERY_FAILED);
	assert_int_equal(world.requests, 8);
	world_end();
	world_begin();
	add(DELIVERY_CALL, CLOSE);
	world_play(400, REFUSED("400", "Bad Request: not enough rights to manage topics", ""));
	world_run();
	expect_state(0, DELIVERY_FAILED);
	assert_int_equal(world.requests, 1);
	world_end();
}

static void a_topic_that_a_dead_courier_was_closing_is_closed(void **state)
{
	(void)state;
	world_begin();
	add(DELIVERY_CALL, CLOSE);
	world.dead_sender = 1;
	world_run();
	expect_state(0, DELIVERY_SENT);
	assert_int_equal(world.requests, 1);
	world_end();
}

static void a_file_of_the_same_bot_goes_by_its_id(void **state)
{
	(void)state;
	world_begin();
	world_say("look");
	world.line[0].extra =
		"{\"attachments\":[{\"kind\":\"photo\",\"file_id\":\"F\",\"channel\":1}]}";
	world_run();
	assert_string_equal(world.last_method, "sendPhoto");
	assert_non_null(strstr(world.last_body, "\"photo\":\"F\""));
	assert_non_null(strstr(world.last_body, "\"caption\":\"look\""));
	world_end();
}

static const char *const foreign = "{\"attachments\":[{\"kind\":\"document\",\"file_id\":\"F\","
				   "\"channel\":2,\"name\":\"a.txt\"}]}";

static void a_file_of_another_bot_is_fetched_and_sent_on(void **state)
{
	(void)state;
	world_begin();
	world_say("");
	world.line[0].extra = foreign;
	world_play(200, "{\"ok\":true,\"result\":{\"file_path\":\"d/a.txt\"}}");
	world_play(200, "the bytes");
	world_run();
	expect_state(0, DELIVERY_SENT);
	assert_string_equal(world.last_method, "sendDocument");
	assert_non_null(strstr(world.last_form, "document=the bytes;"));
	assert_non_null(strstr(world.last_form, "chat_id=42;"));
	world_end();
}

static void a_file_that_cannot_be_had_is_told_of_in_words(void **state)
{
	static const struct play refusals[] = {
		{ 400, REFUSED("400", "Bad Request: file is too big", "") },
		{ 0, NULL },
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		world_begin();
		world_say("");
		world.line[0].extra = foreign;
		for (int n = 0; n < (refusals[i].status ? 1 : 3); n++)
			world_play(refusals[i].status, refusals[i].body);
		world_run();
		expect_state(0, DELIVERY_SENT);
		assert_string_equal(world.last_method, "sendMessage");
		assert_non_null(strstr(world.last_body, "a.txt"));
		world_end();
	}
}

static const char *const ours = "{\"attachments\":[{\"kind\":\"photo\",\"file\":5,\"size\":9,"
				"\"name\":\"a.png\"}]}";

static void a_file_from_the_console_is_uploaded(void **state)
{
	(void)state;
	world_begin();
	world_say("see");
	world.has_file = 1;
	world.line[0].extra = ours;
	world_run();
	expect_state(0, DELIVERY_SENT);
	assert_string_equal(world.last_method, "sendPhoto");
	assert_non_null(strstr(world.last_form, "photo=the bytes;"));
	assert_non_null(strstr(world.last_form, "caption=see;"));
	world_end();
}

static void a_file_that_had_to_wait_is_fetched_anew(void **state)
{
	(void)state;
	world_begin();
	world_say("see");
	world.has_file = 1;
	world.line[0].extra = ours;
	world_play(429, REFUSED("429", "Too Many Requests: retry after 1",
				",\"parameters\":{\"retry_after\":1}"));
	world_run();
	expect_state(0, DELIVERY_SENT);
	assert_int_equal(world.claims, 2);
	assert_non_null(strstr(world.last_form, "photo=the bytes;"));
	world_end();
}

static void a_picture_that_telegram_refuses_goes_as_a_document(void **state)
{
	(void)state;
	world_begin();
	world_say("");
	world.has_file = 1;
	world.line[0].extra = ours;
	world_play(400, REFUSED("400", "Bad Request: PHOTO_INVALID_DIMENSIONS", ""));
	world_run();
	expect_state(0, DELIVERY_SENT);
	assert_string_equal(world.last_method, "sendDocument");
	assert_non_null(strstr(world.last_form, "document=the bytes;"));
	world_end();
}

static void a_file_that_is_not_kept_any_more_is_told_of_in_words(void **state)
{
	(void)state;
	world_begin();
	world_say("");
	world.line[0].extra = ours;
	world_run();
	expect_state(0, DELIVERY_SENT);
	assert_string_equal(world.last_method, "sendMessage");
	assert_non_null(strstr(world.last_body, "a.png"));
	world_end();
}

/* It waits for PostgreSQL as long as it takes, but not for our own disk. */
static void a_file_there_is_no_room_for_is_told_of_in_words(void **state)
{
	const char *const payloads[] = { ours, foreign };
	struct rlimit usual, none;

	(void)state;
	getrlimit(RLIMIT_FSIZE, &usual);
	none = (struct rlimit){ .rlim_cur = 0, .rlim_max = usual.rlim_max };
	signal(SIGXFSZ, SIG_IGN);
	for (size_t i = 0; i < sizeof payloads / sizeof *payloads; i++) {
		world_begin();
		world.has_file = 1;
		for (int n = 0; n < 3; n++) {
			world_play(200, "{\"ok\":true,\"result\":{\"file_path\":\"d/a.txt\"}}");
			world_play(200, "the bytes");
		}
		add(DELIVERY_NOTE, payloads[i]);
		setrlimit(RLIMIT_FSIZE, &none);
		world_run();
		setrlimit(RLIMIT_FSIZE, &usual);
		expect_state(0, DELIVERY_SENT);
		assert_string_equal(world.last_method, "sendMessage");
		assert_true(stage.now_ms < 1010000);
		world_end();
	}
}

static void several_files_follow_the_words_one_by_one(void **state)
{
	(void)state;
	world_begin();
	add(DELIVERY_NOTE, "{\"text\":\"two\",\"attachments\":["
			   "{\"kind\":\"voice\",\"file_id\":\"V\"},"
			   "{\"kind\":\"contact\",\"phone\":\"+1\",\"first_name\":\"Bo\"},"
			   "{\"kind\":\"document\",\"name\":\"t.txt\",\"text\":\"all\"}]}");
	world_run();
	assert_int_equal(world.count, 3);
	assert_string_equal(world.last_method, "sendDocument");
	assert_non_null(strstr(world.last_form, "document=all;"));
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
		cmocka_unit_test(a_file_of_the_same_bot_goes_by_its_id),
		cmocka_unit_test(a_file_of_another_bot_is_fetched_and_sent_on),
		cmocka_unit_test(a_file_that_cannot_be_had_is_told_of_in_words),
		cmocka_unit_test(a_file_from_the_console_is_uploaded),
		cmocka_unit_test(a_file_that_had_to_wait_is_fetched_anew),
		cmocka_unit_test(a_picture_that_telegram_refuses_goes_as_a_document),
		cmocka_unit_test(a_file_that_is_not_kept_any_more_is_told_of_in_words),
		cmocka_unit_test(a_file_there_is_no_room_for_is_told_of_in_words),
		cmocka_unit_test(several_files_follow_the_words_one_by_one),
	};

	log_open("test", 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

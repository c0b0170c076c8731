/* Files: how couriers fetch them and send them on. */

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "common/base/log.h"
#include "tests/flow/deliver_world.h"

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
	world_expect(0, DELIVERY_SENT);
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
		world_expect(0, DELIVERY_SENT);
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
	world_expect(0, DELIVERY_SENT);
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
	world_expect(0, DELIVERY_SENT);
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
	world_expect(0, DELIVERY_SENT);
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
	world_expect(0, DELIVERY_SENT);
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
		world_add(DELIVERY_NOTE, payloads[i]);
		setrlimit(RLIMIT_FSIZE, &none);
		world_run();
		setrlimit(RLIMIT_FSIZE, &usual);
		world_expect(0, DELIVERY_SENT);
		assert_string_equal(world.last_method, "sendMessage");
		assert_true(stage.now_ms < 1010000);
		world_end();
	}
}

static void several_files_follow_the_words_one_by_one(void **state)
{
	(void)state;
	world_begin();
	world_add(DELIVERY_NOTE,
		  "{\"text\":\"two\",\"attachments\":["
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

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/live/live.h"

static struct arena arena;

static int empty_arena(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

/* --- messages ------------------------------------------------------------- */

static void every_kind_of_message_is_understood(void **state)
{
	struct live_event ev;

	(void)state;
#define PARSE(text) assert_int_equal(live_parse(&ev, &arena, (text), sizeof(text) - 1), 0)
	PARSE("{\"t\":\"seq\",\"n\":9007199254740993}");
	assert_int_equal(ev.type, LIVE_SEQ);
	assert_true(ev.seq == 9007199254740993);
	PARSE("{\"t\":\"message\",\"n\":8}");
	assert_int_equal(ev.type, LIVE_MESSAGE);
	assert_int_equal(ev.seq, 8);
	PARSE("{\"t\":\"delta\",\"a\":\"12.1\",\"at\":5,\"s\":\"\\u0434a\\n\"}");
	assert_int_equal(ev.type, LIVE_DELTA);
	assert_string_equal(ev.answer, "12.1");
	assert_int_equal(ev.at, 5);
	assert_string_equal(ev.text, "\xd0\xb4"
				     "a\n");
	assert_int_equal(ev.len, 4);
	PARSE("{\"t\":\"end\",\"a\":\"12.1\"}");
	assert_int_equal(ev.type, LIVE_END);
	PARSE("{\"t\":\"state\",\"responder\":\"operator\",\"epoch\":3}");
	assert_int_equal(ev.type, LIVE_STATE);
	assert_string_equal(ev.responder, "operator");
	assert_int_equal(ev.epoch, 3);
	PARSE("{\"t\":\"stop\",\"topic\":\"live:1:42\"}");
	assert_int_equal(ev.type, LIVE_STOP);
	assert_string_equal(ev.topic, "live:1:42");
	PARSE("{\"t\":\"reset\"}");
	assert_int_equal(ev.type, LIVE_RESET);
	PARSE("{\"t\":\"edit\",\"n\":3}");
	assert_int_equal(ev.type, LIVE_EDIT);
	assert_int_equal(ev.seq, 3);
	PARSE("{\"t\":\"typing\",\"who\":\"operator\",\"name\":\"Anna\"}");
	assert_int_equal(ev.type, LIVE_TYPING);
	assert_string_equal(ev.who, "operator");
	assert_string_equal(ev.name, "Anna");
	PARSE("{\"t\":\"typing\",\"who\":\"person\"}");
	assert_null(ev.name);
#undef PARSE
}

static void what_is_not_a_message_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"null",
		"[]",
		"{}",
		"{\"t\":1}",
		"{\"t\":\"unknown\"}",
		"{\"t\":\"seq\"}",
		"{\"t\":\"seq\",\"n\":\"7\"}",
		"{\"t\":\"seq\",\"n\":0}",
		"{\"t\":\"message\"}",
		"{\"t\":\"delta\",\"at\":0,\"s\":\"x\"}",
		"{\"t\":\"delta\",\"a\":\"1.1\",\"at\":0}",
		"{\"t\":\"delta\",\"a\":\"1.1\",\"at\":-1,\"s\":\"x\"}",
		"{\"t\":\"end\"}",
		"{\"t\":\"edit\"}",
		"{\"t\":\"typing\",\"name\":\"Anna\"}",
		"{\"t\":\"state\",\"epoch\":1}",
		"{\"t\":\"stop\"",
		"{\"t\":\"stop\"} x",
		"{\"t\":\"delta\",\"a\":\"1.1\",\"at\":0,\"s\":\"\xff\"}",
	};
	struct live_event ev;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (live_parse(&ev, &arena, bad[i], strlen(bad[i])) != -1)
			fail_msg("accepted: %s", bad[i]);
}

static void topics_are_short_and_differ_by_chat(void **state)
{
	char a[LIVE_TOPIC_SIZE], b[LIVE_TOPIC_SIZE], chat[300];

	(void)state;
	assert_string_equal(live_topic(a, 7, "42"), "live:7:42");
	memset(chat, 'x', sizeof chat - 1);
	chat[sizeof chat - 1] = 0;
	live_topic(a, 7, chat);
	assert_true(strlen(a) < LIVE_TOPIC_SIZE);
	chat[sizeof chat - 2] = 'y';
	assert_string_not_equal(a, live_topic(b, 7, chat));
	chat[sizeof chat - 2] = 'x';
	assert_string_equal(a, live_topic(b, 7, chat));
	assert_string_not_equal(a, live_topic(b, 8, chat));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_message_is_understood),
		cmocka_unit_test(what_is_not_a_message_is_refused),
		cmocka_unit_test(topics_are_short_and_differ_by_chat),
	};

	return cmocka_run_group_tests(tests, NULL, empty_arena);
}

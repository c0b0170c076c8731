/* Requests to the Bot API, and what its answers mean. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/telegram/telegram.h"

#define ERROR(code, words)                                                                     \
	"{\"ok\":false,\"error_code\":" code ",\"description\":\"" words "\"}"

static const struct {
	long status;
	const char *body;
	enum telegram_verdict verdict;
	int retry_after_ms;
} replies[] = {
	{ 200, "{\"ok\":true,\"result\":{\"message_id\":8}}", TELEGRAM_OK, -1 },
	{ 200, "{\"ok\":true,\"result\":true}", TELEGRAM_OK, -1 },
	{ 200, "<html>log in first</html>", TELEGRAM_UNKNOWN, -1 },
	{ 200, "", TELEGRAM_UNKNOWN, -1 },
	{ 200, "[]", TELEGRAM_UNKNOWN, -1 },
	{ 200, "{\"ok\":1}", TELEGRAM_UNKNOWN, -1 },
	{ 502, "<html>Bad Gateway</html>", TELEGRAM_UNKNOWN, -1 },
	{ 502, ERROR("502", "Bad Gateway"), TELEGRAM_RETRY, -1 },
	{ 500, ERROR("500", "Internal Server Error: restart"), TELEGRAM_RETRY, -1 },
	{ 429,
	  "{\"ok\":false,\"error_code\":429,\"description\":\"Too Many Requests: retry after "
	  "5\","
	  "\"parameters\":{\"retry_after\":5}}",
	  TELEGRAM_RETRY, 5000 },
	{ 429,
	  "{\"ok\":false,\"error_code\":429,\"description\":\"x\","
	  "\"parameters\":{\"retry_after\":99999999999}}",
	  TELEGRAM_RETRY, 86400000 },
	{ 429, "slow down", TELEGRAM_RETRY, -1 },
	{ 400,
	  ERROR("400", "Bad Request: can't parse entities: Unsupported start tag at byte "
		       "offset 3"),
	  TELEGRAM_BAD_FORMAT, -1 },
	{ 400, ERROR("400", "Bad Request: message is not modified: specified new"),
	  TELEGRAM_UNCHANGED, -1 },
	{ 400, ERROR("400", "Bad Request: chat not found"), TELEGRAM_GONE, -1 },
	{ 400,
	  "{\"ok\":false,\"error_code\":400,\"description\":\"Bad Request: group chat was "
	  "upgraded "
	  "to a supergroup chat\",\"parameters\":{\"migrate_to_chat_id\":-1001234567890123}}",
	  TELEGRAM_MIGRATED, -1 },
	{ 400, ERROR("400", "Bad Request: message thread not found"), TELEGRAM_NO_TOPIC, -1 },
	{ 400, ERROR("400", "Bad Request: not enough rights to send text messages to the chat"),
	  TELEGRAM_GONE, -1 },
	{ 400, ERROR("400", "Bad Request: have no rights to send a message"), TELEGRAM_GONE,
	  -1 },
	{ 400, ERROR("400", "Bad Request: not enough rights to send photos to the chat"),
	  TELEGRAM_REFUSED, -1 },
	{ 400, "{\"ok\":false}", TELEGRAM_REFUSED, -1 },
	{ 401, ERROR("401", "Unauthorized"), TELEGRAM_UNAUTHORIZED, -1 },
	{ 404, ERROR("404", "Not Found"), TELEGRAM_UNAUTHORIZED, -1 },
	{ 403, ERROR("403", "Forbidden: bot was blocked by the user"), TELEGRAM_GONE, -1 },
	{ 409, ERROR("409", "Conflict: terminated by other getUpdates request"),
	  TELEGRAM_CONFLICT, -1 },
	{ 413, ERROR("413", "Request Entity Too Large"), TELEGRAM_REFUSED, -1 },
};

static void classifies_replies(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
		struct telegram_reply reply;
		struct arena a = { 0 };

		telegram_read_reply(&reply, &a, replies[i].status, replies[i].body,
				    strlen(replies[i].body));
		if (reply.verdict != replies[i].verdict ||
		    reply.retry_after_ms != replies[i].retry_after_ms)
			fail_msg("%s: verdict %d, retry after %d", replies[i].body,
				 reply.verdict, reply.retry_after_ms);
		assert_non_null(reply.description);
		arena_free(&a);
	}
}

static void reads_ids_exactly(void **state)
{
	static const char sent[] = "{\"ok\":true,\"result\":{\"message_id\":9007199254740993}}";
	struct telegram_reply reply;
	struct arena a = { 0 };

	(void)state;
	telegram_read_reply(&reply, &a, 200, sent, sizeof sent - 1);
	assert_string_equal(reply.message_id, "9007199254740993");
	telegram_read_reply(&reply, &a, 400, replies[15].body, strlen(replies[15].body));
	assert_string_equal(reply.migrate_to, "-1001234567890123");
	arena_free(&a);
}

static void makes_addresses(void **state)
{
	struct arena a = { 0 };

	(void)state;
	assert_string_equal(telegram_url(&a, "https://api.telegram.org", "1:x", "getMe"),
			    "https://api.telegram.org/bot1:x/getMe");
	assert_string_equal(telegram_url(&a, "http://localhost:8081/", "1:x", "getMe"),
			    "http://localhost:8081/bot1:x/getMe");
	arena_free(&a);
}

static void writes_bodies(void **state)
{
	json_t *buttons = json_loads("[[{\"text\":\"A\",\"data\":\"q:0:1\"},"
				     "{\"text\":\"B\",\"url\":\"https://b\"}],"
				     "[{\"text\":\"nothing behind it\"}]]",
				     0, NULL);
	struct arena a = { 0 };

	(void)state;
	assert_string_equal(
		telegram_send_body(&a, &(struct telegram_send){ .chat = "-1007:5",
								.html = "<b>x</b>",
								.plain = "x",
								.buttons = buttons,
								.reply_to = "7" }),
		"{\"message_thread_id\":5,\"chat_id\":-1007,\"text\":\"<b>x</b>\","
		"\"parse_mode\":\"HTML\",\"link_preview_options\":{\"is_disabled\":true},"
		"\"reply_markup\":{\"inline_keyboard\":[[{\"text\":\"A\",\"callback_data\":"
		"\"q:0:1\"},{\"text\":\"B\",\"url\":\"https://b\"}]]},"
		"\"reply_parameters\":{\"allow_sending_without_reply\":true,\"message_id\":7}"
		"}");
	assert_string_equal(telegram_send_body(&a, &(struct telegram_send){ .chat = "42",
									    .plain = "\"x\"" }),
			    "{\"chat_id\":42,\"text\":\"\\\"x\\\"\","
			    "\"link_preview_options\":{\"is_disabled\":true}}");
	assert_string_equal(telegram_draft_body(&a, "42", 13, NULL, ""),
			    "{\"chat_id\":42,\"draft_id\":13,\"can_stop\":true,\"text\":\"\"}");
	assert_string_equal(telegram_edit_body(&a, "-1007:5", "8", NULL, "x"),
			    "{\"chat_id\":-1007,\"message_id\":8,\"text\":\"x\","
			    "\"link_preview_options\":{\"is_disabled\":true}}");
	assert_string_equal(telegram_delete_body(&a, "-1007:5", "8"),
			    "{\"chat_id\":-1007,\"message_id\":8}");
	assert_string_equal(telegram_send_body(&a, &(struct telegram_send){ .chat = "-7",
									    .plain = "x",
									    .is_silent = 1 }),
			    "{\"chat_id\":-7,\"text\":\"x\",\"link_preview_options\":"
			    "{\"is_disabled\":true},\"disable_notification\":true}");
	assert_string_equal(
		telegram_action_body(&a, "-1007:5", "typing"),
		"{\"message_thread_id\":5,\"chat_id\":-1007,\"action\":\"typing\"}");
	json_decref(buttons);
	arena_free(&a);
}

/* Whatever somebody writes, it is shown as it is. */
static void escapes_words(void **state)
{
	static const char *const words[] = {
		"**a** _b_ `c` [d](http://e) <b>f</b> &amp; ~~g~~",
		"# no heading\n- no list\n1. no number\n> no quote",
		"one\ntwo\n\nthree",
		"| a | b |\n|---|---|\n| 1 | 2 |",
		"\\*x\\*",
		"```\ncode\n```",
		"===\n---\n***",
	};

	(void)state;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		struct telegram_parts parts;
		struct arena a = { 0 };
		char *shown, *to;

		telegram_render(&parts, &a, telegram_escape(&a, words[i]));
		assert_int_equal(parts.n, 1);
		assert_null(strstr(parts.items[0].html, "<b>"));
		assert_null(strstr(parts.items[0].html, "<s>"));
		assert_null(strstr(parts.items[0].html, "<a "));
		shown = to = arena_str(&a, parts.items[0].plain);
		for (const char *p = shown; *p;) { /* blanks and joiners of ours */
			if (strncmp(p, "\xc2\xa0", 2) == 0)
				p += 2;
			else if (strncmp(p, "\xe2\x81\xa0", 3) == 0)
				p += 3;
			else
				*to++ = *p++;
		}
		*to = 0;
		assert_string_equal(shown, words[i]);
		arena_free(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(classifies_replies), cmocka_unit_test(reads_ids_exactly),
		cmocka_unit_test(makes_addresses),    cmocka_unit_test(writes_bodies),
		cmocka_unit_test(escapes_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

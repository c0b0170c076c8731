/* What operators do, as ingress stores it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/desk/failure.h"
#include "common/desk/label.h"
#include "common/telegram/telegram.h"
#include "services/ingress/desk.h"

static struct arena arena;
static struct inbound event;

#define CHAT                                                                                   \
	"\"chat\":{\"id\":42,\"type\":\"private\"},\"from\":{\"id\":42,\"first_name\":"        \
	"\"Ann\"}"

static void hear(const char *update)
{
	struct err e;

	assert_int_equal(
		telegram_parse_update(&event, &arena, NULL, update, strlen(update), &e), 0);
	desk_resolve(&event, &arena, 1);
}

static const char *in_extra(const char *key)
{
	return json_string_value(json_object_get(event.extra, key));
}

static void commands_are_messages_with_a_name(void **state)
{
	(void)state;
	hear("{\"update_id\":1,\"message\":{\"message_id\":7," CHAT
	     ",\"text\":\"/note call back\"}}");
	assert_int_equal(event.action, INBOUND_MESSAGE);
	assert_string_equal(event.text, "/note call back");
	assert_string_equal(in_extra("command"), "note");
	assert_string_equal(in_extra("argument"), "call back");
	assert_true(json_is_true(json_object_get(event.extra, "topics")));
}

/* What stands on a button under the input field is sent as words. */
static void labels_are_commands(void **state)
{
	static const char *const langs[] = { "ru", "en" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		hear(arena_printf(&arena,
				  "{\"update_id\":1,\"message\":{\"message_id\":7," CHAT
				  ",\"text\":\"%s\"}}",
				  desk_label("transfer", langs[i])));
		assert_string_equal(in_extra("command"), "transfer");
		assert_null(in_extra("argument"));
	}
	hear("{\"update_id\":1,\"message\":{\"message_id\":7," CHAT ",\"text\":\"transfer\"}}");
	assert_null(in_extra("command"));
	assert_null(desk_label("note", "en"));
}

static void buttons_are_messages_and_not_acknowledged_yet(void **state)
{
	(void)state;
	hear("{\"update_id\":1,\"callback_query\":{\"id\":\"77\",\"data\":\"t:take:5\","
	     "\"from\":{\"id\":42},\"message\":{\"message_id\":7," CHAT "}}}");
	assert_int_equal(event.action, INBOUND_MESSAGE);
	assert_null(event.callback);
	assert_string_equal(in_extra("callback"), "77");
	assert_string_equal(in_extra("data"), "t:take:5");
}

static void answers_name_the_message_and_topics_are_none(void **state)
{
	(void)state;
	hear("{\"update_id\":1,\"message\":{\"message_id\":7," CHAT ",\"text\":\"yes\","
	     "\"reply_to_message\":{\"message_id\":5,\"text\":\"Ann: no\"}}}");
	assert_string_equal(json_string_value(json_object_get(
				    json_object_get(event.extra, "reply_to"), "id")),
			    "5");
	hear("{\"update_id\":1,\"message\":{\"message_id\":7," CHAT
	     ",\"text\":\"yes\",\"message_thread_id\":3,\"is_topic_message\":true,"
	     "\"reply_to_message\":{\"message_id\":3,\"forum_topic_created\":{\"name\":\"Bo\"}}"
	     "}}");
	assert_string_equal(event.chat, "42:3");
	assert_null(json_object_get(event.extra, "reply_to"));
}

static void service_messages_are_nothing(void **state)
{
	static const char *const kinds[] = { "\"forum_topic_created\":{\"name\":\"Bo\"}",
					     "\"forum_topic_closed\":{}",
					     "\"pinned_message\":{\"message_id\":3}",
					     "\"new_chat_title\":\"x\"" };

	(void)state;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		hear(arena_printf(
			&arena, "{\"update_id\":1,\"message\":{\"message_id\":7," CHAT ",%s}}",
			kinds[i]));
		assert_int_equal(event.action, INBOUND_IGNORE);
	}
}

static void edits_and_blocks_stay_what_they_are(void **state)
{
	(void)state;
	hear("{\"update_id\":1,\"edited_message\":{\"message_id\":7," CHAT
	     ",\"text\":\"new\"}}");
	assert_int_equal(event.action, INBOUND_EDIT);
	assert_string_equal(event.external_id, "7");
	hear("{\"update_id\":1,\"my_chat_member\":{" CHAT
	     ",\"new_chat_member\":{\"status\":\"kicked\"}}}");
	assert_int_equal(event.action, INBOUND_BLOCKED);
}

static void the_menu_is_in_both_languages(void **state)
{
	(void)state;
	assert_non_null(strstr(desk_menu(&arena, "en", 0), "\"command\":\"finish\""));
	assert_null(strstr(desk_menu(&arena, "en", 0), "language_code"));
	assert_non_null(strstr(desk_menu(&arena, "ru", 1), "\"language_code\":\"ru\""));
}

/* As Telegram and the courier say it; a word of ours is in each language. */
static const struct {
	const char *error, *ru, *en;
} said[] = {
	{ "Forbidden: bot was blocked by the user", "заблокировал", "blocked" },
	{ "Bad Request: USER_IS_BLOCKED", "заблокировал", "blocked" },
	{ "Forbidden: user is deactivated", "аккаунт", "account" },
	{ "Forbidden: bot can't initiate conversation with a user", "не писал", "never" },
	{ "Bad Request: chat not found", "чата", "no such chat" },
	{ "Forbidden: the group chat was deleted", "чата", "no such chat" },
	{ "Bad Request: group chat was deactivated", "чата", "no such chat" },
	{ "Bad Request: PEER_ID_INVALID", "чата", "no such chat" },
	{ "Forbidden: bot was kicked from the supergroup chat", "группе", "group" },
	{ "Forbidden: bot is not a member of the channel chat", "группе", "group" },
	{ "Bad Request: not enough rights to send text messages to the chat", "нельзя",
	  "may not" },
	{ "Bad Request: have no rights to send a message", "нельзя", "may not" },
	{ "Bad Request: CHAT_WRITE_FORBIDDEN", "нельзя", "may not" },
	{ "Bad Request: CHAT_SEND_PHOTOS_FORBIDDEN", "нельзя", "may not" },
	{ "Bad Request: VOICE_MESSAGES_FORBIDDEN", "нельзя", "may not" },
	{ "Bad Request: TOPIC_CLOSED", "нельзя", "may not" },
	{ "unreachable", "не достучаться", "cannot be reached" },
	{ "Bad Request: message is too long", "длинный", "long" },
	{ "Bad Request: message caption is too long", "длинный", "long" },
	{ "Bad Request: MEDIA_CAPTION_TOO_LONG", "длинный", "long" },
	{ "too long for a caption", "длинный", "long" },
	{ "Bad Request: file is too big", "большой", "big" },
	{ "Request Entity Too Large", "большой", "big" },
	{ "api.telegram.org: answer longer than 20971520 bytes", "большой", "big" },
	{ "Bad Request: wrong file identifier/HTTP URL specified", "файл", "file" },
	{ "Bad Request: wrong remote file identifier specified: Wrong string length", "файл",
	  "file" },
	{ "Bad Request: failed to get HTTP URL content", "файл", "file" },
	{ "getFile: Bad Request: invalid file_id", "файл", "file" },
	{ "download: status 404", "файл", "file" },
	{ "Too Many Requests: retry after 5", "много", "too many" },
	{ "rate", "много", "too many" },
	{ "Bad Request: message to edit not found", "не изменить", "changed" },
	{ "Bad Request: message can't be edited", "не изменить", "changed" },
	{ "the message was never sent", "не изменить", "changed" },
	{ "Bad Request: can't parse entities: Unsupported start tag", "оформление",
	  "formatting" },
	{ "Bad Request: message text is empty", "нечего", "nothing" },
	{ "Unauthorized", "ключ", "token" },
	{ "fenced", "не актуально", "withdrawn" },
	{ "sender died", "связи", "connection" },
	{ "its workers died", "связи", "connection" },
	{ "the line was lost before it was sent", "связи", "connection" },
	{ "status 502 without an answer of Telegram's", "связи", "connection" },
	{ "Internal Server Error", "связи", "connection" },
	{ "Bad Gateway", "связи", "connection" },
	{ "api.telegram.org: Couldn't resolve host name", "связи", "connection" },
	{ "api.telegram.org: Could not resolve hostname", "связи", "connection" },
	{ "api.telegram.org: Couldn't connect to server", "связи", "connection" },
	{ "api.telegram.org: Timeout was reached", "связи", "connection" },
	{ "api.telegram.org: connection lost, no answer", "связи", "connection" },
	{ "api.telegram.org: no first byte for 15000 ms", "связи", "connection" },
	{ "api.telegram.org: SSL connect error", "связи", "connection" },
};

static void what_went_wrong_has_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
		const char *ru = desk_failure(said[i].error, "ru");
		const char *en = desk_failure(said[i].error, "en");

		if (!ru || !strstr(ru, said[i].ru) || !strstr(en, said[i].en))
			fail_msg("%s: %s, %s", said[i].error, ru ? ru : "-", en ? en : "-");
	}
	assert_null(desk_failure("Bad Request: unheard of", "ru"));
	assert_null(desk_failure("", "ru"));
	assert_null(desk_failure(NULL, "ru"));
}

static int forget(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(commands_are_messages_with_a_name, forget),
		cmocka_unit_test_teardown(labels_are_commands, forget),
		cmocka_unit_test_teardown(buttons_are_messages_and_not_acknowledged_yet,
					  forget),
		cmocka_unit_test_teardown(answers_name_the_message_and_topics_are_none, forget),
		cmocka_unit_test_teardown(service_messages_are_nothing, forget),
		cmocka_unit_test_teardown(edits_and_blocks_stay_what_they_are, forget),
		cmocka_unit_test_teardown(the_menu_is_in_both_languages, forget),
		cmocka_unit_test(what_went_wrong_has_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

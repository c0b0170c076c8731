/* Updates of Telegram's, friendly and hostile. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/telegram/telegram.h"

static const struct telegram_me me = { .id = 9, .username = "ShopBot" };

#define PRIVATE                                                                                \
	"\"chat\":{\"id\":42,\"type\":\"private\",\"first_name\":\"Ann\",\"last_name\":"       \
	"\"Lee\"}"
#define GROUP "\"chat\":{\"id\":-1007,\"type\":\"supergroup\",\"title\":\"Shop\"}"
#define ANN                                                                                    \
	"\"from\":{\"id\":42,\"is_bot\":false,\"first_name\":\"Ann\",\"last_name\":\"Lee\","   \
	"\"language_code\":\"pt-BR\"}"
#define MESSAGE(where, rest)                                                                   \
	"{\"update_id\":1,\"message\":{\"message_id\":7,\"date\":1," ANN "," where rest "}}"

struct expected {
	const char *name, *json;
	const char *chat, *text, *command, *argument;
	enum inbound_action action;
	int is_addressed;
};

static const struct expected table[] = {
	{ "words in private", MESSAGE(PRIVATE, ",\"text\":\"hi\""), "42", "hi", NULL, NULL,
	  INBOUND_MESSAGE, 1 },
	{ "a command with an argument", MESSAGE(PRIVATE, ",\"text\":\"/start ref_7\""), "42",
	  "/start ref_7", "start", "ref_7", INBOUND_COMMAND, 1 },
	{ "a command with our name", MESSAGE(GROUP, ",\"text\":\"/help@shopbot\""), "-1007",
	  "/help@shopbot", "help", "", INBOUND_COMMAND, 1 },
	{ "another bot's command", MESSAGE(GROUP, ",\"text\":\"/help@other_bot\""), "-1007",
	  "/help@other_bot", "help", "", INBOUND_IGNORE, 0 },
	{ "a slash that is no command", MESSAGE(PRIVATE, ",\"text\":\"/ hm\""), "42", "/ hm",
	  NULL, NULL, INBOUND_MESSAGE, 1 },
	{ "a path is no command", MESSAGE(PRIVATE, ",\"text\":\"/etc/passwd\""), "42",
	  "/etc/passwd", NULL, NULL, INBOUND_MESSAGE, 1 },
	{ "talk in a group", MESSAGE(GROUP, ",\"text\":\"hi all\""), "-1007", "hi all", NULL,
	  NULL, INBOUND_MESSAGE, 0 },
	{ "a mention behind emoji, counted in UTF-16",
	  MESSAGE(GROUP, ",\"text\":\"\xf0\x9f\x91\x8b @SHOPBOT hi\",\"entities\":["
			 "{\"type\":\"mention\",\"offset\":3,\"length\":8}]"),
	  "-1007", "\xf0\x9f\x91\x8b @SHOPBOT hi", NULL, NULL, INBOUND_MESSAGE, 1 },
	{ "a mention in front is taken off",
	  MESSAGE(GROUP, ",\"text\":\"@ShopBot, hi\",\"entities\":["
			 "{\"type\":\"mention\",\"offset\":0,\"length\":8}]"),
	  "-1007", "hi", NULL, NULL, INBOUND_MESSAGE, 1 },
	{ "a mention of another",
	  MESSAGE(GROUP, ",\"text\":\"@ShopBoy hi\",\"entities\":["
			 "{\"type\":\"mention\",\"offset\":0,\"length\":8}]"),
	  "-1007", "@ShopBoy hi", NULL, NULL, INBOUND_MESSAGE, 0 },
	{ "a mention beyond the text",
	  MESSAGE(GROUP, ",\"text\":\"hi\",\"entities\":["
			 "{\"type\":\"mention\",\"offset\":99999999999,\"length\":8}]"),
	  "-1007", "hi", NULL, NULL, INBOUND_MESSAGE, 0 },
	{ "a reply to us",
	  MESSAGE(GROUP, ",\"text\":\"yes\",\"reply_to_message\":{\"from\":{\"id\":9},"
			 "\"text\":\"sure?\"}"),
	  "-1007", "yes", NULL, NULL, INBOUND_MESSAGE, 1 },
	{ "a topic of a forum",
	  MESSAGE(GROUP,
		  ",\"text\":\"/help\",\"message_thread_id\":5,\"is_topic_message\":true"),
	  "-1007:5", "/help", "help", "", INBOUND_COMMAND, 1 },
	{ "a thread of replies is no topic",
	  MESSAGE(GROUP, ",\"text\":\"/help\",\"message_thread_id\":5"), "-1007", "/help",
	  "help", "", INBOUND_COMMAND, 1 },
	{ "a photo with a caption",
	  MESSAGE(PRIVATE, ",\"caption\":\"look\",\"photo\":[{\"file_id\":\"a\"}]"), "42",
	  "look", NULL, NULL, INBOUND_MESSAGE, 1 },
	{ "a sticker", MESSAGE(PRIVATE, ",\"sticker\":{\"file_id\":\"s\"}"), "42", "", NULL,
	  NULL, INBOUND_MESSAGE, 1 },
	{ "a service message", MESSAGE(GROUP, ",\"new_chat_members\":[]"), "-1007", NULL, NULL,
	  NULL, INBOUND_IGNORE, 0 },
	{ "migration",
	  MESSAGE("\"chat\":{\"id\":-5,\"type\":\"group\"}", ",\"migrate_to_chat_id\":-1005"),
	  "-5", "-1005", NULL, NULL, INBOUND_MIGRATED, 0 },
	{ "an edit",
	  "{\"update_id\":1,\"edited_message\":{\"message_id\":7," ANN "," PRIVATE
	  ",\"text\":\"better\"}}",
	  "42", "better", NULL, NULL, INBOUND_EDIT, 1 },
	{ "a button",
	  "{\"update_id\":1,\"callback_query\":{\"id\":\"77\"," ANN
	  ",\"data\":\"q:1:2\",\"message\":{\"message_id\":8,\"date\":0," PRIVATE "}}}",
	  "42", "", NULL, NULL, INBOUND_MESSAGE, 1 },
	{ "a button with a command",
	  "{\"update_id\":1,\"callback_query\":{\"id\":\"77\"," ANN
	  ",\"data\":\"c:lang ru\",\"message\":{\"message_id\":8,\"date\":0," PRIVATE "}}}",
	  "42", "/lang ru", "lang", "ru", INBOUND_COMMAND, 1 },
	{ "a button with less than a command's mark",
	  "{\"update_id\":1,\"callback_query\":{\"id\":\"77\"," ANN
	  ",\"data\":\"c\",\"message\":{\"message_id\":8,\"date\":0," PRIVATE "}}}",
	  "42", "", NULL, NULL, INBOUND_MESSAGE, 1 },
	{ "a button of an inline message",
	  "{\"update_id\":1,\"callback_query\":{\"id\":\"77\"," ANN ",\"data\":\"q:1:2\"}}",
	  NULL, NULL, NULL, NULL, INBOUND_IGNORE, 0 },
	{ "blocked",
	  "{\"update_id\":1,\"my_chat_member\":{" PRIVATE "," ANN
	  ",\"new_chat_member\":{\"status\":\"kicked\"}}}",
	  "42", NULL, NULL, NULL, INBOUND_BLOCKED, 1 },
	{ "back again",
	  "{\"update_id\":1,\"my_chat_member\":{" PRIVATE "," ANN
	  ",\"new_chat_member\":{\"status\":\"member\"}}}",
	  "42", NULL, NULL, NULL, INBOUND_UNBLOCKED, 1 },
	{ "stop under a draft",
	  "{\"update_id\":1,\"stopped_message_generation\":{" PRIVATE ",\"draft_id\":5}}", "42",
	  "/stop", "stop", "", INBOUND_STOP, 1 },
	{ "a channel's post",
	  "{\"update_id\":1,\"channel_post\":{\"message_id\":7,\"text\":\"news\"}}", NULL, NULL,
	  NULL, NULL, INBOUND_IGNORE, 0 },
	{ "a bot's message",
	  "{\"update_id\":1,\"message\":{\"message_id\":7," GROUP
	  ",\"from\":{\"id\":3,\"is_bot\":true},\"text\":\"/help\"}}",
	  "-1007", NULL, NULL, NULL, INBOUND_IGNORE, 0 },
	{ "a kind of tomorrow", "{\"update_id\":1,\"hologram\":{\"x\":[[[1]]]}}", NULL, NULL,
	  NULL, NULL, INBOUND_IGNORE, 0 },
	{ "a message of the wrong type", "{\"update_id\":1,\"message\":7}", NULL, NULL, NULL,
	  NULL, INBOUND_IGNORE, 0 },
	{ "a text of the wrong type", MESSAGE(PRIVATE, ",\"text\":{\"a\":1}"), "42", NULL, NULL,
	  NULL, INBOUND_IGNORE, 1 },
	{ "U+0000 is replaced", MESSAGE(PRIVATE, ",\"text\":\"a\\u0000b\""), "42",
	  "a\xef\xbf\xbd"
	  "b",
	  NULL, NULL, INBOUND_MESSAGE, 1 },
	{ "invalid UTF-8 is replaced", MESSAGE(PRIVATE, ",\"text\":\"a\xff\""), "42",
	  "a\xef\xbf\xbd", NULL, NULL, INBOUND_MESSAGE, 1 },
};

static int same(const char *a, const char *b)
{
	return (!a && !b) || (a && b && strcmp(a, b) == 0);
}

static void reads_updates(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		const struct expected *x = &table[i];
		struct arena a = { 0 };
		struct inbound in;
		struct err e;

		if (telegram_parse_update(&in, &a, &me, x->json, strlen(x->json), &e) < 0)
			fail_msg("%s: %s", x->name, e.text);
		if (in.action != x->action || !same(in.chat, x->chat) ||
		    !same(in.text, x->text) || !same(in.command, x->command) ||
		    !same(in.argument, x->argument) || in.is_addressed != x->is_addressed)
			fail_msg("%s: %s chat=%s text=%s command=%s argument=%s addressed=%d",
				 x->name, inbound_action_name(in.action), in.chat, in.text,
				 in.command, in.argument, in.is_addressed);
		assert_string_equal(in.key, "1");
		arena_free(&a);
	}
}

static void knows_people_and_attachments(void **state)
{
	static const char json[] = MESSAGE(
		PRIVATE, ",\"photo\":[{\"file_id\":\"s\",\"width\":9,\"height\":9},"
			 "{\"file_id\":\"l\",\"width\":90,\"height\":90,\"file_size\":70},"
			 "{\"file_id\":\"m\",\"width\":20,\"height\":20}],"
			 "\"reply_to_message\":{\"message_id\":5,\"date\":1795000000,\"text\":"
			 "\"earlier\"}");
	struct arena a = { 0 };
	struct inbound in;
	struct err e;
	const json_t *photo;

	(void)state;
	assert_int_equal(telegram_parse_update(&in, &a, NULL, json, sizeof json - 1, &e), 0);
	assert_string_equal(in.title, "Ann Lee");
	assert_string_equal(in.user, "42");
	assert_string_equal(in.lang, "pt");
	assert_string_equal(in.external_id, "7");
	photo = json_array_get(json_object_get(in.extra, "attachments"), 0);
	assert_string_equal(json_string_value(json_object_get(photo, "file_id")), "l");
	assert_string_equal(json_string_value(json_object_get(
				    json_object_get(in.extra, "reply_to"), "text")),
			    "earlier");
	assert_int_equal(json_integer_value(
				 json_object_get(json_object_get(in.extra, "reply_to"), "at")),
			 1795000000);
	arena_free(&a);
}

static void keeps_large_numbers_exact(void **state)
{
	static const char json[] =
		"{\"update_id\":9007199254740993,\"message\":{\"message_id\":7,\"text\":\"x\","
		"\"chat\":{\"id\":-4503599627370497,\"type\":\"group\"}}}";
	struct arena a = { 0 };
	struct inbound in;
	struct err e;

	(void)state;
	assert_int_equal(telegram_parse_update(&in, &a, &me, json, sizeof json - 1, &e), 0);
	assert_string_equal(in.key, "9007199254740993");
	assert_string_equal(in.chat, "-4503599627370497");
	arena_free(&a);
}

static void refuses_what_is_no_update(void **state)
{
	static const char *const bad[] = { "",
					   "x",
					   "[]",
					   "{}",
					   "{\"update_id\":\"1\"}",
					   "1",
					   "{",
					   "{\"update_id\":1}x",
					   "\"\\u0000\"",
					   "{\"update_id\":99999999999999999999}" };
	char *deep = malloc(100000);

	(void)state;
	memset(deep, '[', 100000);
	for (size_t i = 0; i <= sizeof bad / sizeof *bad; i++) {
		const char *json = i < sizeof bad / sizeof *bad ? bad[i] : deep;
		size_t len = json == deep ? 100000 : strlen(json);
		struct arena a = { 0 };
		struct inbound in;
		struct err e = { 0 };

		if (telegram_parse_update(&in, &a, &me, json, len, &e) == 0)
			fail_msg("accepted %.40s", json);
		assert_int_equal(e.kind, ERR_PERM);
		arena_free(&a);
	}
	free(deep);
}

/* Every update of the table, cut short at every byte and with every byte damaged. */
static void survives_damage(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		size_t len = strlen(table[i].json);
		char *json = strdup(table[i].json);

		for (size_t at = 0; at < len; at++) {
			struct arena a = { 0 };
			struct inbound in;
			struct err e;
			char kept = json[at];

			telegram_parse_update(&in, &a, &me, json, at, &e);
			json[at] = (char)(kept ^ (1 << at % 8));
			telegram_parse_update(&in, &a, &me, json, len, &e);
			json[at] = kept;
			arena_free(&a);
		}
		free(json);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_updates),
		cmocka_unit_test(knows_people_and_attachments),
		cmocka_unit_test(keeps_large_numbers_exact),
		cmocka_unit_test(refuses_what_is_no_update),
		cmocka_unit_test(survives_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

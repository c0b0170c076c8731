/* What operators see. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/telegram/telegram.h"
#include "services/operator-relay/view.h"

static json_t *work, *note, *list;
static struct view view;

static void look_at(const char *lang, const char *about)
{
	static const char *const client =
		"{\"conversation\":12,\"lang\":\"en\",\"title\":\"**Ann** "
		"<b>\",\"responder\":2,"
		"\"channel\":{\"name\":\"shop_tg\",\"kind\":\"telegram\"},"
		"\"person\":{\"id\":4,\"name\":\"Ann\",\"since\":\"2026-10-02T10:00:00Z\"},"
		"\"handoff\":{\"id\":7,\"reason\":\"asked\",\"detail\":null,"
		"\"operator\":{\"id\":3,\"name\":\"Olga\"}},"
		"\"messages\":[[1,0,\"where is *it*?\",null,\"2026-11-21T10:15:00Z\"],"
		"[2,1,\"**Soon**\",null,\"2026-11-21T10:15:02Z\"],"
		"[3,0,\"look\",{\"attachments\":[{\"kind\":\"photo\",\"file_id\":\"F\","
		"\"channel\":1}],"
		"\"reply_to\":{\"text\":\"Soon\"}},\"2026-11-21T10:16:00Z\"]]}";

	work = json_loads(client, 0, NULL);
	note = json_loads(about, 0, NULL);
	assert_non_null(work);
	assert_non_null(note);
	view = (struct view){ lang, work, note };
}

static int forget(void **state)
{
	(void)state;
	json_decref(work);
	json_decref(note);
	json_decref(list);
	work = note = list = NULL;
	return 0;
}

static const char *in(const char *key)
{
	return json_string_value(json_object_get(json_array_get(list, 0), key));
}

/* The words, as Telegram shows them. */
static char *shown(void)
{
	static char text[20000];
	struct telegram_parts parts;
	struct arena a = { 0 };

	text[0] = 0;
	telegram_render(&parts, &a, in("text"));
	for (int i = 0; i < parts.n; i++)
		strncat(text, parts.items[i].plain, sizeof text - strlen(text) - 1);
	arena_free(&a);
	return text;
}

static const char *data_at(size_t row, size_t column)
{
	json_t *buttons = json_object_get(json_array_get(list, 0), "buttons");

	return json_string_value(
		json_object_get(json_array_get(json_array_get(buttons, row), column), "data"));
}

#define TO(chat)                                                                               \
	"\"to\":{\"operator\":{\"id\":3,\"name\":\"Olga\",\"lang\":\"ru\"},\"desk\":5,"        \
	"\"channel\":2,\"chat\":\"" chat "\"}"

static void an_invitation_shows_who_and_why(void **state)
{
	(void)state;
	look_at("ru", "{\"what\":\"invitation\"," TO("42") "}");
	list = view_invitation(&view);
	assert_int_equal(json_array_size(list), 1);
	assert_non_null(strstr(shown(), "**Ann** <b>"));
	assert_non_null(strstr(shown(), "shop_tg"));
	assert_non_null(strstr(shown(), "просит человека"));
	assert_non_null(strstr(shown(), "where is *it*?"));
	assert_non_null(strstr(shown(), "[фото]"));
	assert_string_equal(data_at(0, 0), "t:take:7");
	assert_string_equal(data_at(0, 1), "t:skip:7");
}

static const char *button_at(size_t line, size_t at, const char *key)
{
	const json_t *rows = json_object_get(json_array_get(list, 0), "buttons");

	return json_string_value(
		json_object_get(json_array_get(json_array_get(rows, line), at), key));
}

static void an_invitation_says_how_it_ended(void **state)
{
	(void)state;
	look_at("en", "{\"what\":\"answered\",\"id\":99,\"detail\":\"withdrawn\","
		      "\"to\":{\"operator\":{\"id\":8},\"chat\":\"43\"}}");
	list = view_answered(&view);
	assert_string_equal(in("method"), "editMessageText");
	assert_non_null(strstr(shown(), "taken by Olga"));
	assert_int_equal(json_integer_value(json_object_get(json_array_get(list, 0), "of")),
			 99);
	assert_null(json_object_get(json_array_get(list, 0), "buttons"));
	json_decref(list);
	json_object_set_new(json_object_get(json_object_get(note, "to"), "operator"),
			    "is_admin", json_true());
	list = view_answered(&view);
	assert_string_equal(button_at(0, 0, "text"), "Take from Olga");
	assert_string_equal(button_at(0, 0, "data"), "t:force:12");
	json_decref(list);
	json_object_set_new(json_object_get(json_object_get(note, "to"), "operator"), "id",
			    json_integer(3));
	list = view_answered(&view);
	assert_non_null(strstr(shown(), "yours"));
}

static void an_invitation_to_a_message_that_was_left_can_be_accepted(void **state)
{
	json_t *handoff;

	(void)state;
	look_at("en", "{\"what\":\"answered\",\"id\":99,\"detail\":\"withdrawn\","
		      "\"to\":{\"operator\":{\"id\":8},\"chat\":\"43\"}}");
	handoff = json_object_get(work, "handoff");
	json_object_set_new(handoff, "operator", json_null());
	list = view_answered(&view);
	assert_non_null(strstr(shown(), "No human is needed"));
	json_decref(list);
	json_object_set_new(handoff, "outcome", json_string("message"));
	list = view_answered(&view);
	assert_non_null(strstr(shown(), "has left a message"));
	assert_string_equal(button_at(0, 0, "data"), "t:take:7");
	json_decref(list);
	json_object_set_new(note, "detail", json_string("skipped"));
	list = view_answered(&view);
	assert_null(json_object_get(json_array_get(list, 0), "buttons"));
}

static void the_card_has_what_can_be_done(void **state)
{
	(void)state;
	look_at("en", "{\"what\":\"card\"," TO("42") "}");
	list = view_card(&view);
	assert_non_null(strstr(shown(), "2026-10-02"));
	assert_string_equal(data_at(0, 0), "t:close:12");
	assert_string_equal(data_at(1, 0), "t:return:12");
	assert_string_equal(data_at(1, 1), "t:transfer:12");
}

static void history_is_a_transcript(void **state)
{
	(void)state;
	look_at("en", "{\"what\":\"history\",\"seq\":3," TO("42") "}");
	list = view_history(&view);
	assert_int_equal(json_array_size(list), 1);
	assert_non_null(strstr(shown(), "2026-11-21 10:15 **Ann** <b>: where is *it*?"));
	assert_non_null(strstr(shown(), "bot: **Soon**"));
}

static void long_history_is_a_file(void **state)
{
	const json_t *file;
	char *words = calloc(1, 14001);

	(void)state;
	look_at("en", "{\"what\":\"history\",\"seq\":3," TO("42") "}");
	memset(words, 'x', 14000);
	json_array_append_new(
		json_object_get(work, "messages"),
		json_pack("[i, i, s, n, s]", 4, 0, words, "2026-11-21T10:17:00Z"));
	list = view_history(&view);
	file = json_array_get(json_object_get(json_array_get(list, 0), "attachments"), 0);
	assert_string_equal(json_string_value(json_object_get(file, "name")),
			    "conversation-12.txt");
	assert_non_null(strstr(json_string_value(json_object_get(file, "text")), words));
	free(words);
}

static void a_message_says_whose_it_is_unless_the_topic_does(void **state)
{
	(void)state;
	look_at("en", "{\"what\":\"message\",\"seq\":1," TO("42") "}");
	list = view_message(&view);
	assert_non_null(strstr(shown(), "**Ann** <b>"));
	assert_non_null(strstr(shown(), "where is *it*?"));
	forget(NULL);
	look_at("en", "{\"what\":\"message\",\"seq\":1," TO("42:9") "}");
	list = view_message(&view);
	assert_string_equal(shown(), "where is *it*?");
}

static void a_message_brings_its_files_and_what_it_answers(void **state)
{
	(void)state;
	look_at("en", "{\"what\":\"message\",\"seq\":3," TO("42") "}");
	list = view_message(&view);
	assert_int_equal(
		json_array_size(json_object_get(json_array_get(list, 0), "attachments")), 1);
	assert_non_null(strstr(in("text"), "> Soon"));
	forget(NULL);
	look_at("en", "{\"what\":\"message\",\"seq\":77," TO("42") "}");
	list = view_message(&view);
	assert_int_equal(json_array_size(list), 0);
}

/* What is answered may have no words: then its file is named. */
static void what_is_answered_may_be_a_file(void **state)
{
	static const struct {
		const char *lang, *reply, *shown;
	} cases[] = {
		{ "en", "{\"seq\":2,\"file\":{\"kind\":\"photo\",\"name\":\"a*b.png\"}}",
		  "> 📎 a\\*b\\.png" },
		{ "ru", "{\"seq\":2,\"file\":{\"kind\":\"photo\",\"name\":null}}", "> 📎 фото" },
		{ "en", "{\"seq\":2,\"text\":\"two\\nlines\"}", "> two lines" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		json_t *message;

		look_at(cases[i].lang, "{\"what\":\"message\",\"seq\":3," TO("42") "}");
		message = json_array_get(json_object_get(work, "messages"), 2);
		json_object_set_new(json_array_get(message, 3), "reply_to",
				    json_loads(cases[i].reply, 0, NULL));
		list = view_message(&view);
		assert_non_null(strstr(in("text"), cases[i].shown));
		forget(NULL);
	}
}

static void notices_say_what_happened(void **state)
{
	static const struct {
		const char *detail, *shown;
	} notices[] = {
		{ "failed Forbidden: bot was blocked by the user",
		  "not delivered: the person has blocked the bot" },
		{ "failed Bad Request: unheard of",
		  "not delivered: Telegram has refused it (Bad Request: unheard of)" },
		{ "edited", "changed a message" },
		{ "blocked", "blocked the bot" },
		{ "transferred Boris", "Boris" },
		{ "returned", "bot has the chat again" },
		{ "closed", "over" },
		{ "idle", "queue" },
		{ "absent", "off duty" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof notices / sizeof *notices; i++) {
		look_at("en", "{\"what\":\"notice\",\"message\":[1,0,\"my "
			      "*words*\",null,\"x\"]," TO("42") "}");
		json_object_set_new(note, "detail", json_string(notices[i].detail));
		list = view_notice(&view);
		assert_non_null(strstr(shown(), notices[i].shown));
		assert_non_null(strstr(shown(), "my *words*"));
		forget(NULL);
	}
	look_at("en", "{\"what\":\"notice\",\"detail\":\"unheard of\"," TO("42") "}");
	list = view_notice(&view);
	assert_int_equal(json_array_size(list), 0);
}

#define EDITED "\"what\":\"notice\",\"detail\":\"edited\",\"seq\":1," TO("42")
#define NOW    "\"message\":[1,0,\"where is *she*?\",null,\"x\"],\"shown\":[[31,false,true]]"

static void a_message_that_was_changed_changes_where_it_stands(void **state)
{
	const json_t *payload, *otherwise;

	(void)state;
	look_at("en", "{" EDITED "," NOW "}");
	list = view_notice(&view);
	assert_string_equal(shown(), "👤 **Ann** <b>\n\nwhere is *she*?");
	payload = json_array_get(list, 0);
	assert_true(
		json_equal(json_object_get(payload, "edits"), json_object_get(note, "shown")));
	otherwise = json_object_get(payload, "else");
	assert_string_equal(json_string_value(json_object_get(otherwise, "what")), "changed");
	assert_int_equal(json_integer_value(json_object_get(otherwise, "client")), 12);
	assert_int_equal(json_integer_value(json_object_get(otherwise, "operator")), 3);
	assert_int_equal(json_integer_value(json_object_get(otherwise, "seq")), 1);
	forget(NULL);

	look_at("en", "{\"what\":\"notice\",\"detail\":\"changed\",\"seq\":1," TO(
			      "42") "," NOW "}"); /* it could not be edited: a notice, under the
						     message itself */
	list = view_notice(&view);
	assert_non_null(strstr(shown(), "changed a message\nwhere is *she*?"));
	assert_int_equal(
		json_integer_value(json_object_get(json_array_get(list, 0), "reply_to")), 31);
}

static void what_is_shown_for_the_first_time_was_not_changed(void **state)
{
	(void)state;
	look_at("en", "{" EDITED "," NOW "}");
	json_object_set_new(work, "notes",
			    json_pack("[{s:s, s:i, s:O}, O]", "what", "message", "seq", 1, "to",
				      json_object_get(note, "to"), note));
	list = view_notice(&view);
	assert_int_equal(json_array_size(list), 0);
}

static void a_topic_is_closed_or_tells_by_its_name(void **state)
{
	static const struct {
		const char *note, *method, *name;
	} cases[] = {
		{ "{\"what\":\"close\",\"detail\":\"Ann\"," TO("-1005:7") "}",
		  "closeForumTopic", NULL },
		{ "{\"what\":\"reopen\",\"detail\":\"Ann\"," TO("-1005:7") "}",
		  "reopenForumTopic", NULL },
		{ "{\"what\":\"close\",\"detail\":\"Ann\"," TO("42:7") "}", "editForumTopic",
		  "✓ Ann" },
		{ "{\"what\":\"reopen\",\"detail\":\"Ann\"," TO("42:7") "}", "editForumTopic",
		  "Ann" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *name;

		look_at("en", cases[i].note);
		list = view_topic(&view);
		assert_string_equal(in("method"), cases[i].method);
		name = json_string_value(json_object_get(
			json_object_get(json_array_get(list, 0), "body"), "name"));
		assert_int_equal(name != NULL, cases[i].name != NULL);
		if (name)
			assert_string_equal(name, cases[i].name);
		forget(NULL);
	}
}

static void a_suggestion_can_be_sent_changed_and_dropped(void **state)
{
	(void)state;
	look_at("ru",
		"{\"what\":\"suggestion\",\"id\":5,\"detail\":\"Try **this**\"," TO("42") "}");
	list = view_suggestion(&view);
	assert_non_null(strstr(shown(), "Try this"));
	assert_string_equal(data_at(0, 0), "t:use:5");
	assert_string_equal(data_at(0, 1), "t:edit:5");
	assert_string_equal(data_at(0, 2), "t:discard:5");
}

static void what_was_suggested_loses_its_buttons(void **state)
{
	const json_t *payload;

	(void)state;
	look_at("ru", "{\"what\":\"passed\",\"id\":5,\"detail\":\"77\"," TO("42") "}");
	list = view_passed(&view);
	payload = json_array_get(list, 0);
	assert_string_equal(in("method"), "editMessageReplyMarkup");
	assert_int_equal(json_integer_value(json_object_get(payload, "of")), 77);
	assert_int_equal(
		json_array_size(json_object_get(
			json_object_get(json_object_get(payload, "body"), "reply_markup"),
			"inline_keyboard")),
		0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(an_invitation_shows_who_and_why, forget),
		cmocka_unit_test_teardown(an_invitation_says_how_it_ended, forget),
		cmocka_unit_test_teardown(
			an_invitation_to_a_message_that_was_left_can_be_accepted, forget),
		cmocka_unit_test_teardown(the_card_has_what_can_be_done, forget),
		cmocka_unit_test_teardown(history_is_a_transcript, forget),
		cmocka_unit_test_teardown(long_history_is_a_file, forget),
		cmocka_unit_test_teardown(a_message_says_whose_it_is_unless_the_topic_does,
					  forget),
		cmocka_unit_test_teardown(a_message_brings_its_files_and_what_it_answers,
					  forget),
		cmocka_unit_test_teardown(what_is_answered_may_be_a_file, forget),
		cmocka_unit_test_teardown(notices_say_what_happened, forget),
		cmocka_unit_test_teardown(a_topic_is_closed_or_tells_by_its_name, forget),
		cmocka_unit_test_teardown(a_message_that_was_changed_changes_where_it_stands,
					  forget),
		cmocka_unit_test_teardown(what_is_shown_for_the_first_time_was_not_changed,
					  forget),
		cmocka_unit_test_teardown(a_suggestion_can_be_sent_changed_and_dropped, forget),
		cmocka_unit_test_teardown(what_was_suggested_loses_its_buttons, forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

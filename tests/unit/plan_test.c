/* What operators say, and what comes of it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/json/jvalue.h"
#include "services/operator-relay/plan.h"

static struct arena arena;
static struct plan plan;
static json_t *work;

#define OPERATOR                                                                               \
	"\"operator\":{\"id\":3,\"name\":\"Olga\",\"lang\":\"en\",\"enabled\":true,"           \
	"\"on_duty\":true,\"is_admin\":false}"
#define CHAT(id, name)                                                                         \
	"{\"id\":" id ",\"title\":\"" name                                                     \
	"\",\"lang\":\"ru\",\"canned\":[{\"name\":\"hi-there\","                               \
	"\"text\":{\"ru\":\"Привет\",\"en\":\"Hello\"}}]}"
#define ONE "\"chats\":[" CHAT("11", "Ann") "]"
#define TWO "\"chats\":[" CHAT("11", "Ann") "," CHAT("12", "Bo") "]"
#define EVENT(text, extra)                                                                     \
	"\"event\":{\"seq\":5,\"external\":\"70\",\"text\":\"" text "\",\"extra\":{" extra "}" \
	"}"

static void think(const char *members)
{
	json_decref(work);
	work = json_loads(arena_printf(&arena, "{\"line\":4,%s}", members), 0, NULL);
	assert_non_null(work);
	plan_make(&plan, &arena, work);
}

static void finish_as(enum desk_status status)
{
	struct desk_done done = { .status = status, .holder = "Boris" };

	plan_finish(&plan, &done);
}

static int forget(void **state)
{
	(void)state;
	json_decref(work);
	work = NULL;
	arena_free(&arena);
	return 0;
}

static const json_t *payload(size_t i)
{
	return json_object_get(json_array_get(plan.actions, i), "payload");
}

static const char *text_at(size_t i)
{
	const char *text = jstring(payload(i), "text");

	return text ? text : "";
}

/* What a pressed button says. */
static const char *toast(void)
{
	for (size_t i = 0; i < json_array_size(plan.actions); i++)
		if (jstring(payload(i), "method") &&
		    strcmp(jstring(payload(i), "method"), "answerCallbackQuery") == 0)
			return jstring(json_object_get(payload(i), "body"), "text");
	return NULL;
}

static void expect_order(const char *verb, int64_t conversation)
{
	assert_non_null(plan.verb);
	assert_string_equal(plan.verb, verb);
	assert_int_equal(plan.conversation, conversation);
	assert_string_equal(plan.key, "tg:4:5");
}

static void strangers_are_told_to_register(void **state)
{
	(void)state;
	think("\"operator\":null," EVENT("hello", ""));
	assert_null(plan.verb);
	assert_non_null(strstr(text_at(0), "start"));
	think("\"operator\":null,\"is_group\":true," EVENT("hello", ""));
	assert_int_equal(json_array_size(plan.actions), 0);
}

static void who_is_new_is_announced_to_administrators(void **state)
{
	(void)state;
	think("\"operator\":{\"id\":9,\"name\":\"_New_\",\"lang\":\"en\",\"enabled\":false,"
	      "\"is_new\":true},"
	      "\"admins\":[{\"to\":{\"desk\":44},\"lang\":\"ru\"}]," EVENT(
		      "/start", "\"command\":\"start\""));
	assert_null(plan.verb);
	assert_int_equal(json_array_size(plan.actions), 3);
	assert_int_equal(
		jnumber(json_object_get(json_array_get(plan.actions, 2), "to"), "desk"), 44);
	assert_non_null(strstr(text_at(2), "\\_New\\_"));
	assert_true(json_is_true(json_object_get(json_array_get(plan.actions, 1), "asked")));
	think("\"operator\":{\"id\":9,\"name\":\"New\",\"lang\":\"en\",\"enabled\":false},"
	      "\"admins\":null," EVENT("/start", "\"command\":\"start\""));
	assert_int_equal(json_array_size(plan.actions), 1); /* nobody was asked yet */
	think("\"operator\":{\"id\":9,\"name\":\"New\",\"lang\":\"en\",\"enabled\":false,"
	      "\"is_asked_for\":true},"
	      "\"admins\":[{\"to\":{\"desk\":44},\"lang\":\"ru\"}]," EVENT(
		      "/start", "\"command\":\"start\""));
	assert_int_equal(json_array_size(plan.actions), 1);
}

static void duty_follows_start_and_stop(void **state)
{
	(void)state;
	think(OPERATOR "," EVENT("/start", "\"command\":\"start\""));
	expect_order("duty", 0);
	assert_true(json_is_true(json_object_get(plan.args, "on")));
	finish_as(DESK_OK);
	assert_non_null(json_object_get(payload(0), "keyboard"));
	think(OPERATOR "," EVENT("⏸ Со смены", "\"command\":\"stop\""));
	expect_order("duty", 0);
	assert_false(json_is_true(json_object_get(plan.args, "on")));
}

static void what_was_left_is_shown_to_whoever_comes_on_duty(void **state)
{
	const json_t *rows;

	(void)state;
	think(OPERATOR ",\"left\":[[31,\"Cy\",\"Call me\\nback\"],[32,null,null]]," EVENT(
		"/start", "\"command\":\"start\""));
	finish_as(DESK_OK);
	assert_non_null(strstr(text_at(1), "left"));
	rows = json_object_get(payload(1), "buttons");
	assert_int_equal(json_array_size(rows), 2);
	assert_string_equal(jstring(json_array_get(json_array_get(rows, 0), 0), "text"),
			    "Cy: Call me back");
	assert_string_equal(jstring(json_array_get(json_array_get(rows, 1), 0), "data"),
			    "t:take:32");
	think(OPERATOR ",\"left\":null," EVENT("/start", "\"command\":\"start\""));
	finish_as(DESK_OK);
	assert_int_equal(json_array_size(plan.actions), 1);
}

static void words_go_to_the_only_client_as_they_are(void **state)
{
	const json_t *extra;

	(void)state;
	think(OPERATOR "," ONE "," EVENT("*hi*", "\"attachments\":[{\"kind\":\"photo\"}]"));
	expect_order("say", 11);
	assert_string_equal(jstring(plan.args, "text"), "*hi*");
	extra = json_object_get(plan.args, "extra");
	assert_true(json_is_true(json_object_get(extra, "plain")));
	assert_string_equal(jstring(extra, "via"), "telegram");
	assert_int_equal(json_array_size(json_object_get(extra, "attachments")), 1);
	finish_as(DESK_OK);
	assert_int_equal(json_array_size(plan.actions), 0); /* it is clear where they went */
}

static void of_several_clients_the_answered_one_comes_first(void **state)
{
	(void)state;
	think(OPERATOR "," TWO
		       ",\"selected\":11,\"topic\":11,\"reply\":{\"client\":12,\"kind\":1,"
		       "\"seq\":31}," EVENT("yes", ""));
	expect_order("say", 12);
	assert_int_equal(jnumber(json_object_get(plan.args, "reply_to"), "seq"), 31);
	think(OPERATOR "," TWO ",\"selected\":11,\"topic\":12," EVENT("yes", ""));
	expect_order("say", 12);
	think(OPERATOR "," TWO ",\"selected\":11," EVENT("yes", ""));
	expect_order("say", 11);
	finish_as(DESK_OK);
	assert_non_null(strstr(text_at(0), "Ann"));
	assert_string_equal(jstring(payload(0), "reply_to"), "70");
}

static void words_without_an_address_are_asked_about(void **state)
{
	(void)state;
	think(OPERATOR "," TWO "," EVENT("yes", ""));
	assert_null(plan.verb);
	assert_int_equal(json_array_size(json_object_get(payload(0), "buttons")), 2);
	think(OPERATOR "," TWO ",\"subject\":{\"client\":12,\"seq\":3,\"text\":\"yes\"}," EVENT(
		"", "\"callback\":\"7\",\"data\":\"t:send:12:3\""));
	assert_string_equal(plan.verb, "say");
	assert_int_equal(plan.conversation, 12);
	assert_string_equal(plan.key, "tg:4:3:12"); /* of the words, not of the button */
	assert_string_equal(jstring(plan.args, "text"), "yes");
	think(OPERATOR ",\"chats\":[]," EVENT("yes", ""));
	assert_null(plan.verb);
	assert_string_equal(text_at(0), "You have no chats now\\.");
}

static void notes_never_become_words(void **state)
{
	(void)state;
	think(OPERATOR "," ONE "," EVENT("//call back", ""));
	expect_order("note", 11);
	assert_string_equal(jstring(plan.args, "text"), "call back");
	think(OPERATOR "," ONE "," EVENT("/note", "\"command\":\"note\",\"argument\":\"\""));
	assert_null(plan.verb);
}

static void canned_replies_are_in_the_clients_language(void **state)
{
	(void)state;
	think(OPERATOR "," ONE "," EVENT("/hi_there", "\"command\":\"hi_there\""));
	expect_order("say", 11);
	assert_string_equal(jstring(plan.args, "text"), "Привет");
	think(OPERATOR "," ONE "," EVENT("/hi-there", ""));
	expect_order("say", 11);
	think(OPERATOR "," ONE "," EVENT("/h", "\"command\":\"h\""));
	assert_null(plan.verb);
	assert_non_null(strstr(text_at(0), "/hi\\_there"));
	think(OPERATOR "," ONE "," EVENT("/what", "\"command\":\"what\""));
	assert_null(plan.verb);
}

static void whoever_is_late_is_told_who_has_the_chat(void **state)
{
	(void)state;
	think(OPERATOR ",\"chats\":[],\"about\":" CHAT(
		"15", "Cy") ",\"subject\":{\"handoff\":2,\"client\":15}"
			    "," EVENT("", "\"callback\":\"7\",\"data\":"
					  "\"t:take:2\""));
	expect_order("take", 15);
	finish_as(DESK_TAKEN);
	assert_non_null(strstr(toast(), "Boris"));
	assert_int_equal(json_array_size(plan.actions), 1);
}

static void a_chat_that_is_over_is_not_begun_by_an_old_button(void **state)
{
	(void)state;
	think(OPERATOR ",\"chats\":[],\"about\":" CHAT(
		"15", "Cy") ",\"subject\":{\"handoff\":2,\"client\":15,\"over\":true}"
			    "," EVENT("", "\"callback\":\"7\",\"data\":"
					  "\"t:take:2\",\"pressed\":\"9\""));
	assert_null(plan.verb);
	assert_non_null(strstr(toast(), "over"));
	assert_string_equal(jstring(payload(1), "method"), "editMessageReplyMarkup");
}

static void a_chat_is_taken_out_of_a_colleagues_hands(void **state)
{
	static const char *const about = OPERATOR
		",\"chats\":[],\"about\":{\"id\":15,\"title\":\"Cy\",\"responder\":%d},"
		"\"subject\":{\"client\":15}," EVENT(
			"", "\"callback\":\"7\",\"data\":\"t:force:15\"");

	(void)state;
	think(arena_printf(&arena, about, 2));
	expect_order("take", 15);
	assert_true(json_is_true(json_object_get(plan.args, "force")));
	finish_as(DESK_OK);
	assert_non_null(strstr(toast(), "Cy"));
	think(arena_printf(&arena, about, 0)); /* an old button */
	assert_null(plan.verb);
}

#define LIVE                                                                                   \
	"\"live\":[{\"id\":15,\"title\":\"C*y\",\"holder\":\"Boris\"},"                        \
	"{\"id\":16,\"title\":\"Di\",\"holder\":null}]"

static const char *button_at(size_t action, size_t row, const char *what)
{
	const json_t *line = json_array_get(json_object_get(payload(action), "buttons"), row);

	return jstring(json_array_get(line, 0), what);
}

static void an_administrator_sees_the_chats_of_all(void **state)
{
	(void)state;
	think(OPERATOR ",\"chats\":[]," LIVE "," EVENT("/chats", "\"command\":\"chats\""));
	assert_null(plan.verb);
	assert_int_equal(json_array_size(plan.actions), 1);
	assert_string_equal(button_at(0, 0, "text"), "C*y: take from Boris");
	assert_string_equal(button_at(0, 0, "data"), "t:live:15");
	assert_string_equal(button_at(0, 1, "text"), "Di: is waiting, take");
	think(OPERATOR "," ONE "," LIVE "," EVENT("/chats", "\"command\":\"chats\""));
	/* and their own */
	assert_int_equal(json_array_size(plan.actions), 2);
	assert_string_equal(button_at(0, 0, "data"), "t:select:11");
	assert_string_equal(button_at(1, 0, "data"), "t:live:15");
}

static void of_very_many_chats_the_first_are_shown(void **state)
{
	json_auto_t *live = json_array();
	char *text;

	(void)state;
	for (int i = 0; i < 31; i++)
		json_array_append_new(live, json_pack("{s:i, s:s}", "id", i, "title", "x"));
	text = json_dumps(live, 0);
	think(arena_printf(&arena,
			   OPERATOR ",\"live\":%s," EVENT("/chats", "\"command\":\"chats\""),
			   text));
	free(text);
	assert_int_equal(json_array_size(json_object_get(payload(0), "buttons")), 30);
	assert_non_null(strstr(text_at(0), "There are more"));
}

static void what_an_administrator_takes_leaves_the_others_in_the_list(void **state)
{
	static const char *const about = OPERATOR
		",\"chats\":[],\"about\":{\"id\":15,\"title\":\"Cy\",\"responder\":%d},"
		"\"subject\":{\"client\":15}," EVENT(
			"", "\"callback\":\"7\",\"pressed\":\"9\",\"data\":\"t:live:15\"");

	(void)state;
	for (int responder = 1; responder <= 2; responder++) {
		think(arena_printf(&arena, about, responder));
		expect_order("take", 15);
		assert_true(json_is_true(json_object_get(plan.args, "force")));
		finish_as(DESK_OK);
		assert_non_null(strstr(toast(), "Cy"));
		assert_int_equal(json_array_size(plan.actions), 2); /* the toast, the choice */
	}
	think(arena_printf(&arena, about, 0)); /* over by now */
	assert_null(plan.verb);
	assert_non_null(toast());
}

static void buttons_are_always_acknowledged_once(void **state)
{
	static const char *const data[] = {
		"t:take:2", "t:close:11", "t:select:11", "t:edit:5", "t:transfer:11",
		"t:use:5",  "t:enable:9", "t:no:1",      "nonsense", "t:",
		"",         "t:live:11"
	};
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof data / sizeof *data; i++)
		for (int is_known = 0; is_known < 2; is_known++) {
			think(arena_printf(&arena,
					   OPERATOR "," ONE ",%s" EVENT(
						   "", "\"callback\":\"7\",\"data\":\"%s\""),
					   is_known ? "\"subject\":{\"client\":11,"
						      "\"suggestion\":5,\"body\":\"b\"},"
						    : "",
					   data[i]));
			if (plan.verb)
				finish_as(DESK_OK);
			else
				plan_finish(&plan, NULL);
			n = 0;
			for (size_t k = 0; k < json_array_size(plan.actions); k++)
				n += jstring(payload(k), "method") &&
				     strcmp(jstring(payload(k), "method"),
					    "answerCallbackQuery") == 0;
			assert_int_equal(n, 1);
		}
}

static void a_suggestion_of_the_past_is_not_sent(void **state)
{
	(void)state;
	think(OPERATOR
	      "," ONE ",\"subject\":{\"client\":11,\"suggestion\":5,\"body\":\"b\"}," EVENT(
		      "", "\"callback\":\"7\",\"data\":\"t:use:5\",\"pressed\":\"9\""));
	finish_as(DESK_BAD);
	assert_non_null(strstr(toast(), "Not sent"));
	assert_string_equal(jstring(payload(1), "method"), "editMessageReplyMarkup");
}

static void only_administrators_enable(void **state)
{
	(void)state;
	think(OPERATOR ",\"chats\":[],\"subject\":{\"operator\":9,\"name\":\"New\"}," EVENT(
		"", "\"callback\":\"7\",\"data\":\"t:enable:9\""));
	assert_non_null(strstr(toast(), "administrators"));
	assert_int_equal(json_array_size(plan.actions), 1);
}

static void an_edit_follows_its_message(void **state)
{
	(void)state;
	think(OPERATOR "," ONE ",\"sent\":[{\"conversation_id\":11,\"seq\":8},"
		       "{\"conversation_id\":12,\"seq\":9}],"
		       "\"event\":{\"seq\":5,\"text\":\"new\",\"extra\":{},"
		       "\"edited\":\"1.500000\"}");
	assert_string_equal(plan.verb, "edit");
	assert_int_equal(plan.conversation, 11);
	assert_int_equal(jnumber(plan.args, "seq"), 8);
	assert_string_equal(plan.key, "tg:4:5:e:1.500000:11");
	assert_true(plan_follow(&plan));
	assert_int_equal(plan.conversation, 12);
	assert_int_equal(jnumber(plan.args, "seq"), 9);
	assert_string_equal(plan.key, "tg:4:5:e:1.500000:12");
	assert_false(plan_follow(&plan));
	think(OPERATOR "," ONE ",\"event\":{\"seq\":5,\"text\":\"new\",\"extra\":{},"
		       "\"edited\":\"1.500000\"}");
	assert_null(plan.verb);
}

static void who_is_not_enabled_orders_nothing(void **state)
{
	static const char *const events[] = {
		EVENT("yes", ""), EVENT("/finish", "\"command\":\"finish\""),
		EVENT("", "\"callback\":\"7\",\"data\":\"t:take:2\"")
	};

	(void)state;
	for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
		think(arena_printf(
			&arena,
			"\"operator\":{\"id\":3,\"lang\":\"en\",\"enabled\":false}," ONE
			",\"subject\":{\"client\":11},%s",
			events[i]));
		assert_null(plan.verb);
		assert_true(json_array_size(plan.actions) > 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(strangers_are_told_to_register, forget),
		cmocka_unit_test_teardown(who_is_new_is_announced_to_administrators, forget),
		cmocka_unit_test_teardown(duty_follows_start_and_stop, forget),
		cmocka_unit_test_teardown(what_was_left_is_shown_to_whoever_comes_on_duty,
					  forget),
		cmocka_unit_test_teardown(words_go_to_the_only_client_as_they_are, forget),
		cmocka_unit_test_teardown(of_several_clients_the_answered_one_comes_first,
					  forget),
		cmocka_unit_test_teardown(words_without_an_address_are_asked_about, forget),
		cmocka_unit_test_teardown(notes_never_become_words, forget),
		cmocka_unit_test_teardown(canned_replies_are_in_the_clients_language, forget),
		cmocka_unit_test_teardown(whoever_is_late_is_told_who_has_the_chat, forget),
		cmocka_unit_test_teardown(a_chat_that_is_over_is_not_begun_by_an_old_button,
					  forget),
		cmocka_unit_test_teardown(a_chat_is_taken_out_of_a_colleagues_hands, forget),
		cmocka_unit_test_teardown(an_administrator_sees_the_chats_of_all, forget),
		cmocka_unit_test_teardown(of_very_many_chats_the_first_are_shown, forget),
		cmocka_unit_test_teardown(
			what_an_administrator_takes_leaves_the_others_in_the_list, forget),
		cmocka_unit_test_teardown(buttons_are_always_acknowledged_once, forget),
		cmocka_unit_test_teardown(a_suggestion_of_the_past_is_not_sent, forget),
		cmocka_unit_test_teardown(only_administrators_enable, forget),
		cmocka_unit_test_teardown(an_edit_follows_its_message, forget),
		cmocka_unit_test_teardown(who_is_not_enabled_orders_nothing, forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

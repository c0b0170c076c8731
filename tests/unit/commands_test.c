#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "services/ingress/commands.h"

static struct question delivery[] = { { { "Сколько стоит доставка?",
					  "How much is delivery?" } },
				      { { "Где мой заказ?", "Where is my order?" } } };
static struct question payment[] = { { { "Как оплатить?", "How do I pay?" } } };
static struct category categories[] = { { { "Доставка", "Delivery" }, delivery, 2 },
					{ { "Оплата", "Payment" }, payment, 1 } };
static const char *const languages[] = { "ru", "en", NULL };
static struct bot bot = {
	.name = "shop",
	.greeting = { "Здравствуйте!", "Hello!" },
	.languages = languages,
	.categories = categories,
	.category_count = 2,
	.message_chars = 20,
};
static struct arena arena;

static int forget(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static struct inbound resolve(struct inbound event)
{
	event.chat = "42";
	event.key = "1";
	if (!event.command)
		commands_recognise(&event, &arena);
	commands_resolve(&event, &bot, &arena);
	return event;
}

static struct inbound say(const char *text, const char *lang)
{
	return resolve(
		(struct inbound){ .action = INBOUND_MESSAGE, .text = text, .lang = lang });
}

static struct inbound press(const char *data, const char *lang)
{
	return resolve((struct inbound){ .action = INBOUND_MESSAGE,
					 .callback = "cb",
					 .callback_data = data,
					 .lang = lang });
}

static const char *button(const struct inbound *event, size_t row, const char *field)
{
	json_t *rows = json_object_get(event->reply_extra, "buttons");

	return json_string_value(
		json_object_get(json_array_get(json_array_get(rows, row), 0), field));
}

static void words_are_for_the_bot_and_show_their_language(void **state)
{
	static const char *const cases[][3] = {
		{ "Сколько стоит?", "en", "ru" },
		{ "How much?", "ru-RU", "en" },
		{ "???", "uk", "ru" },
		{ "2+2", "de", "en" },
		{ "2+2", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct inbound e = say(cases[i][0], cases[i][1]);

		assert_int_equal(e.action, INBOUND_MESSAGE);
		assert_null(e.reply);
		if (cases[i][2])
			assert_string_equal(e.lang, cases[i][2]);
		else
			assert_null(e.lang);
	}
}

static void commands_answer_at_once(void **state)
{
	static const struct {
		const char *text, *lang;
		enum inbound_action action;
		const char *reply;
	} cases[] = {
		{ "/start", "ru", INBOUND_COMMAND, "Здравствуйте!" },
		{ "/START ref_7", "en", INBOUND_COMMAND, "Hello!" },
		{ "/start", NULL, INBOUND_COMMAND, "Здравствуйте!" }, /* the bot's first */
		{ "/reset", "en", INBOUND_RESET, "A fresh start" },
		{ "/new", "en", INBOUND_RESET, "A fresh start" },
		{ "/stop", "en", INBOUND_STOP, "Stopped." },
		{ "/lang ru", "en", INBOUND_COMMAND, "Хорошо, отвечаю по-русски." },
		{ "/lang en", "ru", INBOUND_COMMAND, "All right" },
		{ "/nonsense", "en", INBOUND_COMMAND, "There is no such command" },
		{ "/nonsense", "ru", INBOUND_COMMAND, "Такой команды нет" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct inbound e = say(cases[i].text, cases[i].lang);

		assert_int_equal(e.action, cases[i].action);
		assert_non_null(e.reply);
		assert_memory_equal(e.reply, cases[i].reply, strlen(cases[i].reply));
		assert_string_equal(e.text, cases[i].text);
	}
}

static const char *in(const struct inbound *event, const char *lang, const char *field)
{
	return json_string_value(
		json_object_get(json_object_get(event->versions, lang), field));
}

static void replies_exist_in_every_language(void **state)
{
	struct inbound e = say("/stop", "en");

	(void)state;
	assert_string_equal(in(&e, "ru", "reply"), "Остановился.");
	assert_string_equal(in(&e, "ru", "idle"), "Сейчас нечего останавливать.");
	assert_string_equal(in(&e, "en", "idle"), "There is nothing to stop right now.");
	assert_string_equal(in(&e, "", "reply"), "Stopped.");
	e = say("/start", NULL);
	assert_string_equal(in(&e, "en", "reply"), "Hello!");
	assert_string_equal(in(&e, "", "reply"), "Здравствуйте!");
	assert_null(in(&e, "en", "text"));
	e = press("q:1:0", "ru");
	assert_string_equal(in(&e, "en", "text"), "How do I pay?");
	e = say("This is longer than may be", "ru");
	assert_non_null(strstr(in(&e, "ru", "reply"), "длинное"));
	commands_refuse_with(&e, &arena, TEXT_TOO_FAST, 7);
	assert_non_null(strstr(in(&e, "ru", "reply"), "7 с"));
	assert_non_null(strstr(in(&e, "en", "reply"), "7 s"));
	commands_refuse(&e);
	assert_null(e.reply);
	assert_null(e.versions);
	assert_null(say("just words", "en").versions);
}

static void humans_are_called_where_there_are_some(void **state)
{
	static const char *const calls[] = { "/operator", "/human", "/OPERATOR please" };
	struct inbound e;

	(void)state;
	bot.handoff.enabled = 1;
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		e = say(calls[i], "ru");
		assert_int_equal(e.action, INBOUND_OPERATOR);
		assert_string_equal(e.text, calls[i]);
		assert_null(e.reply); /* who is there, and when, is not known here */
	}
	assert_int_equal(press("c:operator", "en").action, INBOUND_OPERATOR);
	assert_non_null(strstr(say("/help", "ru").reply, "/operator"));
	assert_non_null(strstr(commands_menu(&arena, &bot, "ru", 0), "позвать человека"));
	e = say("/start", "en");
	assert_string_equal(
		button(&e, json_array_size(json_object_get(e.reply_extra, "buttons")) - 1,
		       "data"),
		"c:operator");

	bot.handoff.enabled = 0;
	e = say("/operator", "ru");
	assert_int_equal(e.action, INBOUND_COMMAND);
	assert_non_null(strstr(e.reply, "только помощник"));
	assert_non_null(strstr(in(&e, "en", "reply"), "Only the assistant"));
	assert_null(strstr(say("/help", "ru").reply, "/operator"));
	assert_null(strstr(commands_menu(&arena, &bot, "ru", 0), "operator"));
}

static void plain_words_call_too(void **state)
{
	static const struct {
		const char *text;
		enum inbound_action action;
	} cases[] = { { "Позовите оператора", INBOUND_OPERATOR },
		      { "a human please", INBOUND_OPERATOR },
		      { "no human needed", INBOUND_MESSAGE },
		      { "Где мой заказ?", INBOUND_MESSAGE } };

	(void)state;
	for (int enabled = 0; enabled < 2; enabled++)
		for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
			struct inbound e;

			bot.handoff.enabled = enabled;
			e = say(cases[i].text, "en");
			assert_int_equal(e.action, enabled ? cases[i].action : INBOUND_MESSAGE);
			assert_null(e.reply);
		}
	bot.handoff.enabled = 1; /* among people it is said to people */
	assert_int_equal(resolve((struct inbound){ .action = INBOUND_MESSAGE,
						   .text = "a human please",
						   .is_group = 1,
						   .is_addressed = 1 })
				 .action,
			 INBOUND_MESSAGE);
	bot.handoff.enabled = 0;
}

static void a_press_rates(void **state)
{
	static const struct {
		const char *data, *text;
	} cases[] = {
		{ "r:17:5", "17:5" }, { "r:1:1", "1:1" },  { "r:17:0", NULL },
		{ "r:17:6", NULL },   { "r:17:55", NULL }, { "r::5", NULL },
		{ "r:-1:5", NULL },   { "r:17", NULL },    { "r:9999999999999999999:5", NULL }
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct inbound e = press(cases[i].data, "en");

		assert_int_equal(e.action, cases[i].text ? INBOUND_RATING : INBOUND_IGNORE);
		if (!cases[i].text)
			continue;
		assert_string_equal(e.text, cases[i].text);
		assert_string_equal(e.reply, "Thank you for your rating!");
		assert_string_equal(in(&e, "ru", "reply"), "Спасибо за оценку!");
		assert_non_null(in(&e, "ru", "idle"));
	}
}

static void paths_and_dates_are_no_commands(void **state)
{
	static const char *const cases[] = { "/", "/usr/bin", "// x", "/a-b", "see /help" };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(say(cases[i], "en").action, INBOUND_MESSAGE);
		assert_null(say(cases[i], "en").reply);
	}
}

static void help_lists_every_command_once(void **state)
{
	struct inbound e = say("/help", "en");

	(void)state;
	assert_non_null(strstr(e.reply, "/start"));
	assert_non_null(strstr(e.reply, "/reset"));
	assert_non_null(strstr(e.reply, "/lang"));
	assert_null(strstr(e.reply, "/new"));
}

static void start_offers_questions_of_every_category_in_turn(void **state)
{
	struct inbound e = say("/start", "en");

	(void)state;
	assert_string_equal(button(&e, 0, "text"), "How much is delivery?");
	assert_string_equal(button(&e, 0, "data"), "q:0:0");
	assert_string_equal(button(&e, 1, "data"), "q:1:0");
	assert_string_equal(button(&e, 2, "data"), "q:0:1");
	assert_null(button(&e, 3, "data"));
}

static void a_pressed_question_is_asked_in_words(void **state)
{
	struct inbound e = press("q:0:1", "ru");

	(void)state;
	assert_int_equal(e.action, INBOUND_MESSAGE);
	assert_string_equal(e.text, "Где мой заказ?");
	assert_string_equal(press("q:1:0", "en").text, "How do I pay?");
}

static void a_pressed_command_is_run(void **state)
{
	struct inbound e = press("c:lang en", "ru");

	(void)state;
	assert_int_equal(e.action, INBOUND_COMMAND);
	assert_string_equal(e.lang, "en");
	assert_string_equal(e.text, "/lang en");
	assert_string_equal(e.choice, "en");
	e = say("/lang", "en");
	assert_null(e.choice);
	assert_non_null(strstr(e.reply, "auto"));
	assert_string_equal(button(&e, 0, "data"), "c:lang ru");
	assert_string_equal(button(&e, 1, "data"), "c:lang en");
	assert_string_equal(button(&e, 2, "data"), "c:lang auto");
	e = press("c:lang auto", "ru");
	assert_string_equal(e.choice, "auto");
	assert_string_equal(e.lang, "ru");
	assert_string_equal(e.reply, "Хорошо, отвечаю на языке вопроса.");
}

static void buttons_of_another_time_are_only_acknowledged(void **state)
{
	static const char *const cases[] = { "q:9:0",  "q:0:9", "q:0",     "q:-1:0",
					     "q:0:0x", "q::",   "v1:ok:7", "",
					     "c:",     "c:-",   "q:0:-1" };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct inbound e = press(cases[i], "en");

		assert_int_equal(e.action, INBOUND_IGNORE);
		assert_string_equal(e.callback, "cb");
		assert_null(e.reply);
	}
}

static void what_is_pressed_wins_over_what_is_written(void **state)
{
	struct inbound e = resolve((struct inbound){ .action = INBOUND_MESSAGE,
						     .text = "/help",
						     .callback = "cb",
						     .callback_data = "" });

	(void)state;
	assert_int_equal(e.action, INBOUND_IGNORE);
	assert_null(e.reply);
}

static void groups_are_heard_only_when_the_bot_is_meant(void **state)
{
	struct inbound e = { .action = INBOUND_MESSAGE, .text = "hello", .is_group = 1 };

	(void)state;
	assert_int_equal(resolve(e).action, INBOUND_IGNORE);
	e.is_addressed = 1;
	assert_int_equal(resolve(e).action, INBOUND_MESSAGE);
}

static void attachments_without_words_are_kept_and_answered(void **state)
{
	struct inbound e = say("", "en");

	(void)state;
	assert_int_equal(e.action, INBOUND_WORDLESS);
	assert_non_null(strstr(e.reply, "cannot read"));
}

/* Twenty characters, not bytes. */
static void long_messages_are_refused_politely(void **state)
{
	(void)state;
	assert_int_equal(say("абвгдабвгдабвгдабвгд", "ru").action, INBOUND_MESSAGE);
	assert_int_equal(say("абвгдабвгдабвгдабвгде", "ru").action, INBOUND_REFUSED);
	assert_non_null(strstr(say("абвгдабвгдабвгдабвгде", "ru").reply, "20"));
}

static void other_events_pass_untouched(void **state)
{
	static const enum inbound_action cases[] = { INBOUND_IGNORE, INBOUND_EDIT,
						     INBOUND_BLOCKED, INBOUND_UNBLOCKED,
						     INBOUND_MIGRATED };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct inbound e = { .action = cases[i], .text = "-100" };

		assert_int_equal(resolve(e).action, cases[i]);
	}
}

static void the_menu_names_commands_in_the_language(void **state)
{
	(void)state;
	assert_non_null(strstr(commands_menu(&arena, &bot, "en", 0), "\"command\":\"start\""));
	assert_null(strstr(commands_menu(&arena, &bot, "en", 0), "language_code"));
	assert_non_null(
		strstr(commands_menu(&arena, &bot, "ru", 1), "\"language_code\":\"ru\""));
	assert_non_null(strstr(commands_menu(&arena, &bot, "ru", 1), "список команд"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_for_the_bot_and_show_their_language),
		cmocka_unit_test(commands_answer_at_once),
		cmocka_unit_test(replies_exist_in_every_language),
		cmocka_unit_test(humans_are_called_where_there_are_some),
		cmocka_unit_test(plain_words_call_too),
		cmocka_unit_test(a_press_rates),
		cmocka_unit_test(paths_and_dates_are_no_commands),
		cmocka_unit_test(help_lists_every_command_once),
		cmocka_unit_test(start_offers_questions_of_every_category_in_turn),
		cmocka_unit_test(a_pressed_question_is_asked_in_words),
		cmocka_unit_test(a_pressed_command_is_run),
		cmocka_unit_test(buttons_of_another_time_are_only_acknowledged),
		cmocka_unit_test(what_is_pressed_wins_over_what_is_written),
		cmocka_unit_test(groups_are_heard_only_when_the_bot_is_meant),
		cmocka_unit_test(attachments_without_words_are_kept_and_answered),
		cmocka_unit_test(long_messages_are_refused_politely),
		cmocka_unit_test(other_events_pass_untouched),
		cmocka_unit_test(the_menu_names_commands_in_the_language),
	};

	return cmocka_run_group_tests(tests, NULL, forget);
}

#include "services/ingress/answers.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/buf.h"
#include "common/json/jvalue.h"
#include "services/ingress/commands.h"

enum { BUTTONS_MAX = 8 };

typedef void command_fn(struct inbound *event, const struct bot *bot, struct arena *a);

static command_fn do_start, do_help, do_operator, do_reset, do_stop, do_lang;

static const struct command {
	const char *name;
	command_fn *run;
	enum text_id description;
	int is_alias;
} commands[] = {
	{ "start", do_start, TEXT_COMMAND_START, 0 },
	{ "help", do_help, TEXT_COMMAND_HELP, 0 },
	{ "operator", do_operator, TEXT_COMMAND_OPERATOR, 0 },
	{ "human", do_operator, TEXT_COMMAND_OPERATOR, 1 },
	{ "reset", do_reset, TEXT_COMMAND_RESET, 0 },
	{ "new", do_reset, TEXT_COMMAND_RESET, 1 },
	{ "stop", do_stop, TEXT_COMMAND_STOP, 0 },
	{ "lang", do_lang, TEXT_COMMAND_LANG, 0 },
};

enum { COMMANDS = sizeof commands / sizeof *commands };

/* --- replies -------------------------------------------------------------- */

/* The language we answer in: the person's, as far as we know it, else the bot's first. */
const char *answer_lang(const struct inbound *event, const struct bot *bot)
{
	if (event->lang)
		return event->lang;
	return bot->languages ? bot->languages[0] : NULL;
}

const char *answer_text(const struct inbound *event, const struct bot *bot, enum text_id id)
{
	return i18n_text(id, answer_lang(event, bot));
}

static void set_buttons(struct inbound *event, struct arena *a, json_t *rows)
{
	event->reply_extra = jown(a, json_pack("{so}", "buttons", rows));
	if (!event->reply_extra)
		abort();
}

static void add_button(json_t *rows, const char *text, const char *data)
{
	json_array_append_new(rows, json_pack("[{ss ss}]", "text", text, "data", data));
}

/* The first questions of each category, in turn, so that every category shows. */
static json_t *question_buttons(const struct bot *bot, const char *lang)
{
	json_t *rows = json_array();
	int left = 1;

	for (int n = 0; left && json_array_size(rows) < BUTTONS_MAX; n++) {
		left = 0;
		for (int c = 0; c < bot->category_count; c++) {
			char data[32];

			if (n >= bot->categories[c].n || json_array_size(rows) >= BUTTONS_MAX)
				continue;
			left = 1;
			snprintf(data, sizeof data, "q:%d:%d", c, n);
			add_button(rows, text_in(&bot->categories[c].questions[n].text, lang),
				   data);
		}
	}
	return rows;
}

/* Not offered where nobody comes; whoever asks all the same is told so. */
static int is_offered(const struct command *c, int has_humans)
{
	return !c->is_alias && (has_humans || c->run != do_operator);
}

static void do_start(struct inbound *event, const struct bot *bot, struct arena *a)
{
	json_t *rows = question_buttons(bot, answer_lang(event, bot));
	const char *greeting = text_in(&bot->greeting, answer_lang(event, bot));

	event->reply = greeting ? greeting : text_in(&bot->title, answer_lang(event, bot));
	if (bot->handoff.enabled && !event->is_group)
		add_button(rows, answer_text(event, bot, TEXT_CALL_HUMAN), "c:operator");
	if (json_array_size(rows) > 0)
		set_buttons(event, a, rows);
	else
		json_decref(rows);
}

static void do_help(struct inbound *event, const struct bot *bot, struct arena *a)
{
	struct buf text = { 0 };

	buf_printf(&text, "%s\n\n", answer_text(event, bot, TEXT_HELP_HEAD));
	for (int i = 0; i < COMMANDS; i++)
		if (is_offered(&commands[i], bot->handoff.enabled))
			buf_printf(&text, "- /%s — %s\n", commands[i].name,
				   answer_text(event, bot, commands[i].description));
	event->reply = arena_dup(a, text.data, text.len);
	buf_free(&text);
}

/* What they are told then depends on who is there: operator-relay says it. */
static void do_operator(struct inbound *event, const struct bot *bot, struct arena *a)
{
	(void)a;
	if (bot->handoff.enabled)
		event->action = INBOUND_OPERATOR;
	else
		event->reply = answer_text(event, bot, TEXT_NO_OPERATORS);
}

static void do_reset(struct inbound *event, const struct bot *bot, struct arena *a)
{
	(void)a;
	event->action = INBOUND_RESET;
	event->reply = answer_text(event, bot, TEXT_RESET_DONE);
}

static void do_stop(struct inbound *event, const struct bot *bot, struct arena *a)
{
	(void)a;
	event->action = INBOUND_STOP;
	event->reply = answer_text(event, bot, TEXT_STOPPED);
	event->idle_reply = answer_text(event, bot, TEXT_NOTHING_TO_STOP);
}

static void do_lang(struct inbound *event, const struct bot *bot, struct arena *a)
{
	json_t *rows;

	if (event->argument && strcasecmp(event->argument, "auto") == 0) {
		event->choice = "auto";
		event->reply = answer_text(event, bot, TEXT_LANGUAGE_AUTO);
		return;
	}
	if (event->argument && *event->argument) {
		event->lang = event->choice = i18n_lang(event->argument);
		event->reply = answer_text(event, bot, TEXT_LANGUAGE_SET);
		return;
	}
	rows = json_array();
	add_button(rows, "Русский", "c:lang ru");
	add_button(rows, "English", "c:lang en");
	add_button(rows, answer_text(event, bot, TEXT_LANGUAGE_AUTO_BUTTON), "c:lang auto");
	set_buttons(event, a, rows);
	event->reply = answer_text(event, bot, TEXT_COMMAND_LANG);
}

/* --- by name --------------------------------------------------------------- */

void answer_command(struct inbound *event, const struct bot *bot, struct arena *a)
{
	event->action = INBOUND_COMMAND;
	for (int i = 0; i < COMMANDS; i++)
		if (strcasecmp(event->command, commands[i].name) == 0) {
			commands[i].run(event, bot, a);
			return;
		}
	event->reply = answer_text(event, bot, TEXT_UNKNOWN_COMMAND);
}

const char *commands_menu(struct arena *a, const struct bot *bot, const char *lang,
			  int with_code)
{
	json_t *list = json_array();
	json_auto_t *body = json_pack("{so}", "commands", list);

	for (int i = 0; i < COMMANDS; i++)
		if (is_offered(&commands[i], !bot || bot->handoff.enabled))
			json_array_append_new(
				list,
				json_pack("{ss ss}", "command", commands[i].name, "description",
					  i18n_text(commands[i].description, lang)));
	if (with_code)
		json_object_set_new(body, "language_code", json_string(lang));
	return jdump(a, body);
}

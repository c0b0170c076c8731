#include "services/ingress/commands.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/buf.h"
#include "common/base/utf8.h"
#include "common/i18n/i18n.h"

enum { BUTTONS_MAX = 8, NAME_MAX_LEN = 32 };

typedef void command_fn(struct inbound *event, const struct bot *bot, struct arena *a);

static command_fn do_start, do_help, do_reset, do_stop, do_lang;

static const struct command {
	const char *name;
	command_fn *run;
	enum text_id description;
	int is_alias;
} commands[] = {
	{ "start", do_start, TEXT_COMMAND_START, 0 },
	{ "help", do_help, TEXT_COMMAND_HELP, 0 },
	{ "reset", do_reset, TEXT_COMMAND_RESET, 0 },
	{ "new", do_reset, TEXT_COMMAND_RESET, 1 },
	{ "stop", do_stop, TEXT_COMMAND_STOP, 0 },
	{ "lang", do_lang, TEXT_COMMAND_LANG, 0 },
};

enum { COMMANDS = sizeof commands / sizeof *commands };

/* --- replies -------------------------------------------------------------- */

/* The language we answer in: the person's, as far as we know it, else the bot's first. */
static const char *spoken(const struct inbound *event, const struct bot *bot)
{
	if (event->lang)
		return event->lang;
	return bot->languages ? bot->languages[0] : NULL;
}

static const char *say(const struct inbound *event, const struct bot *bot, enum text_id id)
{
	return i18n_text(id, spoken(event, bot));
}

static void release(void *object)
{
	json_decref(object);
}

static void set_buttons(struct inbound *event, struct arena *a, json_t *rows)
{
	event->reply_extra = json_pack("{so}", "buttons", rows);
	if (!event->reply_extra)
		abort();
	arena_own(a, event->reply_extra, release);
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

static void do_start(struct inbound *event, const struct bot *bot, struct arena *a)
{
	json_t *rows = question_buttons(bot, spoken(event, bot));
	const char *greeting = text_in(&bot->greeting, spoken(event, bot));

	event->reply = greeting ? greeting : text_in(&bot->title, spoken(event, bot));
	if (json_array_size(rows) > 0)
		set_buttons(event, a, rows);
	else
		json_decref(rows);
}

static void do_help(struct inbound *event, const struct bot *bot, struct arena *a)
{
	struct buf text = { 0 };

	buf_printf(&text, "%s\n\n", say(event, bot, TEXT_HELP_HEAD));
	for (int i = 0; i < COMMANDS; i++)
		if (!commands[i].is_alias)
			buf_printf(&text, "- /%s — %s\n", commands[i].name,
				   say(event, bot, commands[i].description));
	event->reply = arena_dup(a, text.data, text.len);
	buf_free(&text);
}

static void do_reset(struct inbound *event, const struct bot *bot, struct arena *a)
{
	(void)a;
	event->action = INBOUND_RESET;
	event->reply = say(event, bot, TEXT_RESET_DONE);
}

static void do_stop(struct inbound *event, const struct bot *bot, struct arena *a)
{
	(void)a;
	event->action = INBOUND_STOP;
	event->reply = say(event, bot, TEXT_STOPPED);
	event->idle_reply = say(event, bot, TEXT_NOTHING_TO_STOP);
}

static void do_lang(struct inbound *event, const struct bot *bot, struct arena *a)
{
	json_t *rows;

	if (event->argument && strcasecmp(event->argument, "auto") == 0) {
		event->choice = "auto";
		event->reply = say(event, bot, TEXT_LANGUAGE_AUTO);
		return;
	}
	if (event->argument && *event->argument) {
		event->lang = event->choice = i18n_lang(event->argument);
		event->reply = say(event, bot, TEXT_LANGUAGE_SET);
		return;
	}
	rows = json_array();
	add_button(rows, "Русский", "c:lang ru");
	add_button(rows, "English", "c:lang en");
	add_button(rows, say(event, bot, TEXT_LANGUAGE_AUTO_BUTTON), "c:lang auto");
	set_buttons(event, a, rows);
	event->reply = say(event, bot, TEXT_COMMAND_LANG);
}

/* --- recognising ---------------------------------------------------------- */

/* "name argument", as it follows "/" or "c:". */
static void split_command(struct inbound *event, struct arena *a, const char *text)
{
	size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "0123456789_");
	const char *rest = text + len;

	if (len == 0 || len > NAME_MAX_LEN || (*rest && !isspace((unsigned char)*rest)))
		return;
	event->command = arena_dup(a, text, len);
	event->argument = arena_str(a, rest + strspn(rest, " \t\r\n"));
}

void commands_recognise(struct inbound *event, struct arena *a)
{
	if (event->text && *event->text == '/')
		split_command(event, a, event->text + 1);
}

static void run_command(struct inbound *event, const struct bot *bot, struct arena *a)
{
	event->action = INBOUND_COMMAND;
	for (int i = 0; i < COMMANDS; i++)
		if (strcasecmp(event->command, commands[i].name) == 0) {
			commands[i].run(event, bot, a);
			return;
		}
	event->reply = say(event, bot, TEXT_UNKNOWN_COMMAND);
}

/* --- buttons -------------------------------------------------------------- */

/* "q:<category>:<question>" */
static const struct question *pressed_question(const struct bot *bot, const char *data)
{
	char *end;
	long c, q;

	if (strncmp(data, "q:", 2) != 0 || !isdigit((unsigned char)data[2]))
		return NULL;
	c = strtol(data + 2, &end, 10);
	if (*end != ':' || !isdigit((unsigned char)end[1]) || c >= bot->category_count)
		return NULL;
	q = strtol(end + 1, &end, 10);
	if (*end || q >= bot->categories[c].n)
		return NULL;
	return &bot->categories[c].questions[q];
}

/* A press says in words what the button stands for. */
static void resolve_press(struct inbound *event, const struct bot *bot, struct arena *a)
{
	const char *data = event->callback_data ? event->callback_data : "";
	const struct question *question = pressed_question(bot, data);

	if (question) {
		event->action = INBOUND_MESSAGE;
		event->text = text_in(&question->text, spoken(event, bot));
		return;
	}
	event->command = NULL; /* what the text says is not what was pressed */
	if (strncmp(data, "c:", 2) == 0)
		split_command(event, a, data + 2);
	if (!event->command) { /* a button of another time: acknowledged, no more */
		event->action = INBOUND_IGNORE;
		return;
	}
	event->text = arena_printf(a, "/%s", data + 2);
	run_command(event, bot, a);
}

/* --- everything ----------------------------------------------------------- */

static size_t characters(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

static int is_blank(const char *text)
{
	return text[strspn(text, " \t\r\n")] == 0;
}

static void resolve_message(struct inbound *event, const struct bot *bot, struct arena *a)
{
	if (event->command) {
		run_command(event, bot, a);
	} else if (is_blank(event->text)) {
		event->action = INBOUND_COMMAND; /* kept, with what came along */
		event->reply = say(event, bot, TEXT_NOT_UNDERSTOOD_KIND);
	} else if (bot->message_chars > 0 &&
		   characters(event->text) > (size_t)bot->message_chars) {
		event->action = INBOUND_REFUSED;
		event->reply =
			arena_printf(a, say(event, bot, TEXT_TOO_LONG), bot->message_chars);
	}
}

static void act(struct inbound *event, const struct bot *bot, struct arena *a)
{
	if (event->callback)
		resolve_press(event, bot, a);
	else
		resolve_message(event, bot, a);
}

/* "/help" and a press show no language, words do. */
static void settle_language(struct inbound *event)
{
	if (event->lang)
		event->lang = i18n_lang(event->lang);
	if (!event->callback && !event->text)
		event->text = "";
	if (!event->callback && !event->command)
		event->lang = i18n_detect(event->text, event->lang);
}

/* --- versions ------------------------------------------------------------- */

static json_t *version(const struct inbound *event)
{
	json_t *v = json_pack("{ss* ss* ss* sO*}", "text", event->callback ? event->text : NULL,
			      "reply", event->reply, "idle", event->idle_reply, "extra",
			      event->reply_extra);

	if (!v)
		abort();
	return v;
}

static void set_versions(struct inbound *event, struct arena *a, json_t *versions)
{
	arena_own(a, versions, release);
	event->versions = versions;
}

/* What `asked` comes to in each language: which one it will be is known to the conversation. */
static void say_in_all(struct inbound *event, const struct inbound *asked,
		       const struct bot *bot, struct arena *a)
{
	json_t *versions = json_object();

	for (const char *const *lang = i18n_langs; *lang; lang++) {
		struct inbound other = *asked;

		other.lang = *lang;
		act(&other, bot, a);
		json_object_set_new(versions, *lang, version(&other));
	}
	json_object_set_new(versions, "", version(event));
	set_versions(event, a, versions);
}

void commands_resolve(struct inbound *event, const struct bot *bot, struct arena *a)
{
	int speaks = event->action == INBOUND_MESSAGE || event->action == INBOUND_COMMAND ||
		     event->action == INBOUND_RESET || event->action == INBOUND_STOP;

	struct inbound asked;

	if (!event->callback && speaks && event->is_group && !event->is_addressed) {
		event->action = INBOUND_IGNORE;
	} else if (event->callback || speaks) {
		settle_language(event);
		asked = *event;
		act(event, bot, a);
		if (event->reply || event->text != asked.text)
			say_in_all(event, &asked, bot, a);
	} else if (event->lang) {
		event->lang = i18n_lang(event->lang);
	}
}

void commands_refuse(struct inbound *event)
{
	event->action = INBOUND_REFUSED;
	event->reply = event->idle_reply = NULL;
	event->reply_extra = event->versions = NULL;
}

void commands_refuse_with(struct inbound *event, struct arena *a, enum text_id id, int number)
{
	json_t *versions = json_object();

	commands_refuse(event);
	for (const char *const *lang = i18n_langs; *lang; lang++)
		json_object_set_new(versions, *lang,
				    json_pack("{ss}", "reply",
					      arena_printf(a, i18n_text(id, *lang), number)));
	event->reply = arena_printf(a, i18n_text(id, event->lang), number);
	set_versions(event, a, versions);
}

const char *commands_menu(struct arena *a, const char *lang, int with_code)
{
	json_t *list = json_array(), *body;
	char *text;

	for (int i = 0; i < COMMANDS; i++)
		if (!commands[i].is_alias)
			json_array_append_new(
				list,
				json_pack("{ss ss}", "command", commands[i].name, "description",
					  i18n_text(commands[i].description, lang)));
	body = json_pack("{so}", "commands", list);
	if (with_code)
		json_object_set_new(body, "language_code", json_string(lang));
	text = json_dumps(body, JSON_COMPACT);
	json_decref(body);
	if (!text)
		abort();
	arena_own(a, text, free);
	return text;
}

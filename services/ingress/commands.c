#include "services/ingress/commands.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/utf8.h"
#include "common/handoff/handoff.h"
#include "common/i18n/i18n.h"
#include "common/json/jvalue.h"
#include "services/ingress/answers.h"
#include "services/ingress/ingress.h"

enum { NAME_MAX_LEN = 32 };

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

/* "r:<case>:<score>" */
static int is_rating(const char *data)
{
	size_t digits = strncmp(data, "r:", 2) == 0 ? strspn(data + 2, "0123456789") : 0;
	const char *score = data + 2 + digits;

	return digits > 0 && digits < 19 && score[0] == ':' && score[1] >= '1' &&
	       score[1] <= '5' && !score[2];
}

/* A press says in words what the button stands for. */
static void resolve_press(struct inbound *event, const struct bot *bot, struct arena *a)
{
	const char *data = event->callback_data ? event->callback_data : "";
	const struct question *question = pressed_question(bot, data);

	if (question) {
		event->action = INBOUND_MESSAGE;
		event->text = text_in(&question->text, answer_lang(event, bot));
		return;
	}
	if (is_rating(data)) {
		event->action = INBOUND_RATING;
		event->text = arena_str(a, data + 2);
		event->reply = answer_text(event, bot, TEXT_RATED);
		event->idle_reply = answer_text(event, bot, TEXT_RATED_BEFORE);
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
	answer_command(event, bot, a);
}

/* --- everything ----------------------------------------------------------- */

static size_t characters(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

static int wants_human(const struct inbound *event, const struct bot *bot)
{
	return bot->handoff.enabled && !event->is_group && event->action == INBOUND_MESSAGE &&
	       handoff_wanted(event->text, strlen(event->text), NULL);
}

static void resolve_message(struct inbound *event, const struct bot *bot, struct arena *a)
{
	if (event->command) {
		answer_command(event, bot, a);
	} else if (ingress_is_blank(event->text)) {
		event->action = INBOUND_WORDLESS;
		event->reply = answer_text(event, bot, TEXT_NOT_UNDERSTOOD_KIND);
	} else if (bot->message_chars > 0 &&
		   characters(event->text) > (size_t)bot->message_chars) {
		event->action = INBOUND_REFUSED;
		event->reply = arena_printf(a, answer_text(event, bot, TEXT_TOO_LONG),
					    bot->message_chars);
	} else if (wants_human(event, bot)) {
		event->action = INBOUND_OPERATOR;
	}
}

static void act(struct inbound *event, const struct bot *bot, struct arena *a)
{
	if (event->callback)
		resolve_press(event, bot, a);
	else
		resolve_message(event, bot, a);
}

/* "/help" and a press show no language, nor does a picture; words do. */
static void settle_language(struct inbound *event)
{
	const char *shown = NULL;

	if (event->lang)
		event->lang = i18n_lang(event->lang);
	if (!event->callback && !event->text)
		event->text = "";
	if (!event->callback && !event->command) {
		shown = i18n_shown(event->text);
		event->lang = shown ? shown : i18n_detect(event->text, event->lang);
	}
	event->is_lang_hint = !shown;
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
	event->versions = jown(a, versions);
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
		if (event->action == INBOUND_RATING)
			event->lang = NULL; /* thanked in the language they have talked in */
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

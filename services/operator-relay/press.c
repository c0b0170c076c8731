/* Buttons, and names of canned replies. */

#include <string.h>
#include <strings.h>

#include "common/desk/words.h"
#include "common/i18n/i18n.h"
#include "common/json/jvalue.h"
#include "common/telegram/telegram.h"
#include "services/operator-relay/plan.h"

enum { SHOWS_SUGGESTION = 3, CANNED_SHOWN = 20 };

static const json_t *subject_of(const struct plan *p)
{
	return json_object_get(p->work, "subject");
}

static const json_t *client_of(const struct plan *p)
{
	return plan_client(p, jnumber(subject_of(p), "client"));
}

/* --- what buttons do ----------------------------------------------------------- */

static void order_plainly(struct plan *p, const char *verb)
{
	plan_order(p, verb, client_of(p), NULL);
}

/* A chat that is over is not begun again by an old button; a message that was left is answered.
 */
static void take(struct plan *p)
{
	if (json_is_true(json_object_get(subject_of(p), "over"))) {
		act_tell(p, word(WORD_NO_CHAT, p->lang));
		act_drop_buttons(p);
		return;
	}
	order_plainly(p, "take");
}

/* Out of a colleague's hands: what only administrators may, the command layer knows. */
static void take_over(struct plan *p)
{
	plan_order(p, "take", client_of(p), json_pack("{s:b}", "force", 1));
}

/* A chat that is over is not begun again by an old button. */
static void take_from(struct plan *p)
{
	if (jnumber(client_of(p), "responder") == RESPONDER_OPERATOR) {
		take_over(p);
		return;
	}
	act_tell(p, word(WORD_NO_CHAT, p->lang));
	act_drop_buttons(p);
}

/* The same from the list of /chats, which has others, and those that nobody has yet. */
static void take_live(struct plan *p)
{
	p->keeps_buttons = 1;
	if (jnumber(client_of(p), "responder") == RESPONDER_BOT)
		act_tell(p, word(WORD_NO_CHAT, p->lang));
	else
		take_over(p);
}

static void skip(struct plan *p)
{
	order_plainly(p, "skip");
}

static void give_back(struct plan *p)
{
	order_plainly(p, "return");
}

static void end(struct plan *p)
{
	order_plainly(p, "close");
}

static void choose(struct plan *p)
{
	act_set(p, "select", json_integer(jnumber(client_of(p), "id")));
	act_tell(p, arena_printf(p->arena, word(WORD_TALKING_TO, p->lang),
				 client_name(p, client_of(p))));
}

static void transfer(struct plan *p)
{
	act_toast(p, "");
	plan_transfer(p, client_of(p));
}

static void move(struct plan *p)
{
	int64_t to = jnumber(subject_of(p), "to");

	plan_order(p, "transfer", client_of(p),
		   to ? json_pack("{s:I}", "operator", (json_int_t)to) : NULL);
}

static json_t *suggestion(const struct plan *p)
{
	return json_pack("{s:I}", "suggestion",
			 (json_int_t)jnumber(subject_of(p), "suggestion"));
}

static void use(struct plan *p)
{
	plan_order(p, "use", client_of(p), suggestion(p));
}

static void discard(struct plan *p)
{
	plan_order(p, "discard", client_of(p), suggestion(p));
	p->done = word(WORD_DISCARDED, p->lang);
}

/* The words to be changed can be copied; the answer goes to the client. */
static void edit(struct plan *p)
{
	const char *body = jstring(subject_of(p), "body");
	json_t *note;

	act_toast(p, word(WORD_EDIT_HINT, p->lang));
	note = act_note(p, arena_printf(p->arena, "%s\n\n%s", word(WORD_EDIT_HINT, p->lang),
					telegram_escape(p->arena, body ? body : "")));
	json_object_set_new(note, "prompt", json_string(client_name(p, client_of(p))));
	act_remember(p, client_of(p), SHOWS_SUGGESTION, jnumber(subject_of(p), "suggestion"));
}

/* Words that waited for their address: said once to each, and known by their own event, as an
 * edit finds them. */
static void send_on(struct plan *p)
{
	const char *text = jstring(subject_of(p), "text");

	plan_say(p, client_of(p), text ? text : "", json_object_get(subject_of(p), "extra"));
	p->key = arena_printf(p->arena, "%s:%lld", plan_key(p, jnumber(subject_of(p), "seq")),
			      (long long)p->conversation);
	act_set(p, "select", json_integer(jnumber(client_of(p), "id")));
	p->done = arena_printf(p->arena, word(WORD_TALKING_TO, p->lang),
			       client_name(p, client_of(p)));
}

static void enable(struct plan *p)
{
	const json_t *who = subject_of(p);
	json_t *action;

	if (!json_is_true(json_object_get(p->operator, "is_admin"))) {
		act_tell(p, word(WORD_ADMINS_ONLY, p->lang));
		return;
	}
	action = act_set(p, "enable", json_integer(jnumber(who, "operator")));
	json_object_set_new(action, "texts", desk_words());
	json_object_set(action, "to", json_object_get(who, "to")); /* they are told */
	act_tell(p, arena_printf(p->arena, word(WORD_ENABLED, p->lang), jstring(who, "name")));
	act_drop_buttons(p);
}

static const struct {
	const char *verb;
	int needs_client;
	void (*run)(struct plan *p);
} buttons[] = {
	{ "take", 1, take },       { "skip", 1, skip },      { "return", 1, give_back },
	{ "close", 1, end },       { "select", 1, choose },  { "transfer", 1, transfer },
	{ "move", 1, move },       { "use", 1, use },        { "edit", 1, edit },
	{ "discard", 1, discard }, { "send", 1, send_on },   { "enable", 0, enable },
	{ "force", 1, take_from }, { "live", 1, take_live },
};

void plan_press(struct plan *p, const char *data)
{
	size_t len = strncmp(data, "t:", 2) == 0 ? strcspn(data + 2, ":") : 0;

	for (size_t i = 0; i < sizeof buttons / sizeof *buttons; i++) {
		if (strlen(buttons[i].verb) != len ||
		    strncmp(buttons[i].verb, data + 2, len) != 0)
			continue;
		if (!json_is_object(subject_of(p)) ||
		    (buttons[i].needs_client && !client_of(p)))
			break;
		buttons[i].run(p);
		return;
	}
	act_tell(p, word(WORD_TOO_LATE, p->lang));
}

/* --- canned replies -------------------------------------------------------------- */

static const char *text_for(const json_t *canned, const char *lang)
{
	const json_t *text = json_object_get(canned, "text");
	const char *own = jstring(text, i18n_lang(lang));

	if (json_is_string(text))
		return json_string_value(text);
	if (!own)
		own = jstring(text, "ru");
	return own ? own : jstring(text, "en");
}

/* Telegram's commands have no "-": there it is a "_". */
static const char *as_command(struct plan *p, const char *name)
{
	char *out = arena_str(p->arena, name);

	for (char *c = out; *c; c++)
		if (*c == '-')
			*c = '_';
	return out;
}

/* The names that begin like this, one a line; "" if there are none. */
static const char *completions(struct plan *p, const json_t *list, const char *name)
{
	const char *out = "";
	const json_t *canned;
	size_t i, n = 0;

	json_array_foreach (list, i, canned) {
		const char *own = jstring(canned, "name");

		own = own ? as_command(p, own) : NULL;
		if (own && n < CANNED_SHOWN && strncasecmp(own, name, strlen(name)) == 0) {
			out = arena_printf(p->arena, "%s\\\n/%s", out,
					   telegram_escape(p->arena, own));
			n++;
		}
	}
	return out;
}

static const json_t *canned_named(struct plan *p, const json_t *list, const char *name)
{
	const json_t *canned;
	size_t i;

	json_array_foreach (list, i, canned) {
		const char *own = jstring(canned, "name");

		if (own && strcasecmp(as_command(p, own), name) == 0)
			return canned;
	}
	return NULL;
}

static void say_canned(struct plan *p, const json_t *client, const json_t *canned)
{
	const char *text = text_for(canned, jstring(client, "lang"));

	plan_order(p, "say", client, json_pack("{s:s}", "text", text ? text : ""));
}

void plan_canned(struct plan *p, const char *name)
{
	const json_t *client = plan_target(p);
	const json_t *list = json_object_get(client, "canned");
	const json_t *canned;
	const char *names;

	name = as_command(p, name);
	canned = canned_named(p, list, name);
	if (!client) {
		plan_choose(p, WORD_YOUR_CHATS, "select", "");
		return;
	}
	if (canned) {
		say_canned(p, client, canned);
		return;
	}
	names = completions(p, list, name);
	if (*names)
		act_note(p, arena_printf(p->arena, "%s%s", word(WORD_CANNED, p->lang), names));
	else
		act_note(p, arena_printf(p->arena, "%s\\\n%s%s",
					 plan_format(p, WORD_NO_CANNED, name),
					 word(WORD_CANNED, p->lang), completions(p, list, "")));
}

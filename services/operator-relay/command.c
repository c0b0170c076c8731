/* Commands, and the lists that ask back. */

#include <string.h>
#include <strings.h>

#include "common/json/jvalue.h"
#include "common/telegram/telegram.h"
#include "services/operator-relay/plan.h"

enum { LIVE_SHOWN = 30 }; /* one fewer than order_live() in schema/0015_order.sql tells */

static const json_t *chats_of(const struct plan *p)
{
	return json_object_get(p->work, "chats");
}

/* --- asking back -------------------------------------------------------------------- */

void plan_choose(struct plan *p, enum word question, const char *verb, const char *rest)
{
	json_t *rows = json_array(), *payload;
	const json_t *chat;
	size_t i;

	if (json_array_size(chats_of(p)) == 0) {
		json_decref(rows);
		act_tell(p, word(WORD_NO_CHATS, p->lang));
		return;
	}
	json_array_foreach (chats_of(p), i, chat) {
		int is_selected = jnumber(p->work, "selected") == jnumber(chat, "id");
		const char *text = arena_printf(p->arena, "%s%s", is_selected ? "● " : "",
						client_name(p, chat));

		json_array_append_new(
			rows,
			json_pack("[o]", act_button(p, text,
						    arena_printf(p->arena, "t:%s:%lld%s", verb,
								 (long long)jnumber(chat, "id"),
								 rest))));
	}
	payload = act_note(p, word(question, p->lang));
	json_object_set_new(payload, "buttons", rows);
}

void plan_transfer(struct plan *p, const json_t *client)
{
	const json_t *colleagues = json_object_get(p->work, "colleagues"), *colleague;
	long long id = jnumber(client, "id");
	json_t *rows = json_array();
	const char *question;
	size_t i;

	json_array_foreach (colleagues, i, colleague)
		json_array_append_new(
			rows,
			json_pack(
				"[o]",
				act_button(
					p,
					arena_printf(p->arena, "%s (%lld/%lld)",
						     jstring(colleague, "name"),
						     (long long)jnumber(colleague, "load"),
						     (long long)jnumber(colleague, "capacity")),
					arena_printf(p->arena, "t:move:%lld:%lld", id,
						     (long long)jnumber(colleague, "id")))));
	json_array_append_new(
		rows,
		json_pack("[o]", act_button(p, word(WORD_TO_QUEUE, p->lang),
					    arena_printf(p->arena, "t:move:%lld:0", id))));
	question = plan_format(p, WORD_WHOM_TO, client_name(p, client));
	if (json_array_size(colleagues) == 0)
		question = arena_printf(p->arena, "%s\\\n%s", question,
					word(WORD_NO_COLLEAGUES, p->lang));
	json_object_set_new(act_note(p, question), "buttons", rows);
}

/* Of whoever is not oneself, with who has it; the last may only tell that there are more. */
static json_t *live_row(struct plan *p, const json_t *chat)
{
	const char *holder = jstring(chat, "holder"), *client = client_name(p, chat);
	const char *text =
		holder ? arena_printf(p->arena, word(WORD_LIVE_CHAT, p->lang), client, holder)
		       : arena_printf(p->arena, word(WORD_WAITING_CHAT, p->lang), client);

	return json_pack("[o]", act_button(p, text,
					   arena_printf(p->arena, "t:live:%lld",
							(long long)jnumber(chat, "id"))));
}

/* Administrators see the chats of all, and may take them. */
static void list_live(struct plan *p, const json_t *live)
{
	const char *question = word(WORD_LIVE_CHATS, p->lang);
	json_t *rows = json_array();
	const json_t *chat;
	size_t i;

	json_array_foreach (live, i, chat)
		if (i < LIVE_SHOWN)
			json_array_append_new(rows, live_row(p, chat));
	if (json_array_size(live) > LIVE_SHOWN)
		question = arena_printf(p->arena, "%s\n%s", question,
					word(WORD_MORE_CHATS, p->lang));
	json_object_set_new(act_note(p, telegram_escape(p->arena, question)), "buttons", rows);
}

/* --- commands ------------------------------------------------------------------------ */

/* Administrators hear of somebody new, with a button; and not again for a day. */
static void ask_admins(struct plan *p)
{
	long long id = jnumber(p->operator, "id");
	const json_t *admin;
	size_t i;

	if (json_is_true(json_object_get(p->operator, "is_asked_for")))
		return;
	if (json_array_size(json_object_get(p->work, "admins")) > 0)
		act_set(p, "asked", json_true());

	json_array_foreach (json_object_get(p->work, "admins"), i, admin) {
		const char *lang = jstring(admin, "lang");
		const char *text = arena_printf(p->arena, word(WORD_ASK_TO_ENABLE, lang),
						jstring(p->operator, "name"), id);

		act_note_elsewhere(
			p, json_object_get(admin, "to"),
			json_pack("{s:s, s:[[o]]}", "text", telegram_escape(p->arena, text),
				  "buttons",
				  act_button(p, word(WORD_ENABLE, lang),
					     arena_printf(p->arena, "t:enable:%lld", id))));
	}
}

static void start(struct plan *p)
{
	const json_t *extra = json_object_get(p->event, "extra");
	int topics = json_is_true(json_object_get(extra, "topics"));

	if (topics != json_is_true(json_object_get(p->work, "has_topics")))
		act_set(p, "topics", json_boolean(topics));
	if (json_is_true(json_object_get(p->operator, "enabled"))) {
		plan_order(p, "duty", NULL, json_pack("{s:b}", "on", 1));
		return;
	}
	act_note(p, arena_printf(p->arena,
				 word(json_is_true(json_object_get(p->operator, "is_new"))
					      ? WORD_REGISTERED
					      : WORD_NOT_ENABLED,
				      p->lang),
				 (long long)jnumber(p->operator, "id")));
	ask_admins(p);
}

static void stop(struct plan *p)
{
	plan_order(p, "duty", NULL, json_pack("{s:b}", "on", 0));
}

static void help(struct plan *p)
{
	json_t *note = act_note(p, telegram_escape(p->arena, word(WORD_HELP_TEXT, p->lang)));

	json_object_set_new(
		note, "keyboard",
		act_keyboard(p, json_is_true(json_object_get(p->operator, "on_duty"))));
}

static void chats(struct plan *p)
{
	const json_t *live = json_object_get(p->work, "live");
	int has_live = json_array_size(live) > 0;

	if (!has_live || json_array_size(chats_of(p)) > 0)
		plan_choose(p, WORD_YOUR_CHATS, "select", "");
	if (has_live)
		list_live(p, live);
	plan_show_left(p);
}

static void finish(struct plan *p)
{
	const json_t *client = plan_target(p);

	if (client)
		plan_order(p, "close", client, NULL);
	else
		plan_choose(p, WORD_YOUR_CHATS, "close", "");
}

static void give_back(struct plan *p)
{
	const json_t *client = plan_target(p);

	if (client)
		plan_order(p, "return", client, NULL);
	else
		plan_choose(p, WORD_YOUR_CHATS, "return", "");
}

static void transfer(struct plan *p)
{
	const json_t *client = plan_target(p);

	if (client)
		plan_transfer(p, client);
	else
		plan_choose(p, WORD_YOUR_CHATS, "transfer", "");
}

void plan_note(struct plan *p, const char *text)
{
	const json_t *client = plan_target(p);

	if (!client)
		plan_choose(p, WORD_YOUR_CHATS, "select", "");
	else if (!*text)
		act_tell(p, word(WORD_EMPTY_NOTE, p->lang));
	else
		plan_order(p, "note", client, json_pack("{s:s}", "text", text));
}

static void note(struct plan *p)
{
	const char *text = jstring(json_object_get(p->event, "extra"), "argument");

	plan_note(p, text ? text : "");
}

static void notes(struct plan *p)
{
	const json_t *client = plan_target(p), *one;
	const char *text;
	size_t i, n = 0;

	if (!client) {
		plan_choose(p, WORD_YOUR_CHATS, "select", "");
		return;
	}
	text = plan_format(p, WORD_NOTES, client_name(p, client));
	json_array_foreach (json_object_get(p->work, "notes"), i, one) {
		if (json_integer_value(json_array_get(one, 0)) != jnumber(client, "id"))
			continue;
		text = arena_printf(
			p->arena, "%s\n\n**%s:** %s", text,
			telegram_escape(p->arena, json_string_value(json_array_get(one, 1))),
			telegram_escape(p->arena, json_string_value(json_array_get(one, 2))));
		n++;
	}
	act_note(p, n > 0 ? text : plan_format(p, WORD_NO_NOTES, client_name(p, client)));
}

static const struct {
	const char *name;
	void (*run)(struct plan *p);
} commands[] = {
	{ "start", start }, { "stop", stop },        { "finish", finish },
	{ "chats", chats }, { "return", give_back }, { "transfer", transfer },
	{ "note", note },   { "notes", notes },      { "help", help },
};

void plan_command(struct plan *p, const char *name)
{
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (strcasecmp(commands[i].name, name) == 0) {
			commands[i].run(p);
			return;
		}
	plan_canned(p, name);
}

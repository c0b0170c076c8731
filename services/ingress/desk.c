#include "services/ingress/desk.h"

#include <string.h>

#include "common/desk/label.h"
#include "common/i18n/i18n.h"
#include "common/json/jvalue.h"

int desk_is(const struct channel *channel)
{
	return strcmp(channel->kind, "desk") == 0;
}

static void set(json_t *to, const char *key, const char *text)
{
	if (text)
		json_object_set_new(to, key, json_string(text));
}

/* Everything an operator does is for operator-relay, in one shape. */
static void make_message(struct inbound *event, json_t *extra)
{
	event->action = INBOUND_MESSAGE;
	if (!event->command && event->text)
		event->command = desk_label_command(event->text);
	set(extra, "command", event->command);
	set(extra, "argument", event->command ? event->argument : NULL);
	if (event->command && strcmp(event->command, "start") == 0)
		set(extra, "handle", event->handle);
	set(extra, "callback", event->callback);
	set(extra, "data", event->callback_data);
	set(extra, "pressed", event->pressed);
	event->callback = NULL; /* it is answered with words, by operator-relay */
	if (!event->text)
		event->text = "";
}

void desk_resolve(struct inbound *event, struct arena *a, int has_topics)
{
	json_t *extra;

	if (event->action == INBOUND_STOP) /* of a draft: there are none here */
		event->action = INBOUND_IGNORE;
	if (event->action != INBOUND_MESSAGE && event->action != INBOUND_COMMAND &&
	    event->action != INBOUND_EDIT)
		return;
	extra = jown(a, event->extra ? json_deep_copy(event->extra) : json_object());
	event->extra = extra;
	if (has_topics)
		json_object_set_new(extra, "topics", json_true());
	if (event->action != INBOUND_EDIT)
		make_message(event, extra);
}

/* --- the menu ---------------------------------------------------------------- */

static const struct {
	const char *name, *ru, *en;
} commands[] = {
	{ "start", "зарегистрироваться; выйти на смену", "register; go on duty" },
	{ "finish", "закончить текущий чат", "end the current chat" },
	{ "stop", "уйти со смены", "go off duty" },
	{ "chats", "мои чаты", "my chats" },
	{ "return", "вернуть чат боту", "return the chat to the bot" },
	{ "transfer", "передать чат коллеге", "transfer the chat to a colleague" },
	{ "note", "заметка, которую клиент не увидит", "a note the client never sees" },
	{ "notes", "заметки о клиенте", "notes on the client" },
	{ "help", "как здесь работать", "how to work here" },
};

const char *desk_menu(struct arena *a, const char *lang, int with_code)
{
	json_t *list = json_array();
	json_auto_t *menu = json_pack("{s:o}", "commands", list);
	int is_russian = *i18n_lang(lang) == 'r';

	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		json_array_append_new(list,
				      json_pack("{s:s, s:s}", "command", commands[i].name,
						"description",
						is_russian ? commands[i].ru : commands[i].en));
	if (with_code)
		set(menu, "language_code", lang);
	return jdump(a, menu);
}

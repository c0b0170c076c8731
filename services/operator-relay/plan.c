#include "services/operator-relay/plan.h"

#include <ctype.h>
#include <string.h>

#include "common/json/jvalue.h"
#include "common/telegram/telegram.h"

enum { SHOWS_MESSAGE = 1, SHOWS_SUGGESTION = 3 };

/* --- reading --------------------------------------------------------------------- */

const char *client_name(const struct plan *p, const json_t *client)
{
	const char *title = jstring(client, "title");

	return title && *title ? title : word(WORD_NO_NAME, p->lang);
}

const char *plan_format(const struct plan *p, enum word id, const char *value)
{
	return telegram_escape(p->arena, arena_printf(p->arena, word(id, p->lang), value));
}

static const json_t *chats_of(const struct plan *p)
{
	return json_object_get(p->work, "chats");
}

static const json_t *own_chat(const struct plan *p, int64_t conversation)
{
	const json_t *chat;
	size_t i;

	json_array_foreach (chats_of(p), i, chat)
		if (jnumber(chat, "id") == conversation)
			return chat;
	return NULL;
}

const json_t *plan_client(const struct plan *p, int64_t conversation)
{
	const json_t *about = json_object_get(p->work, "about");
	const json_t *own = own_chat(p, conversation);

	if (own || !json_is_object(about) || jnumber(about, "id") != conversation)
		return own;
	return about;
}

/* Their answer to something we know nothing of, because it never was confirmed. */
static int answers_the_unknown(const struct plan *p)
{
	return json_object_get(json_object_get(p->event, "extra"), "reply_to") &&
	       !json_is_object(json_object_get(p->work, "reply"));
}

/* Who answers one message means the client of that one, never the one that happens to be
 * selected. */
const json_t *plan_target(const struct plan *p)
{
	const json_t *reply = json_object_get(p->work, "reply");
	const json_t *topic = json_object_get(p->work, "topic");

	if (json_is_object(reply))
		return plan_client(p, jnumber(reply, "client"));
	if (json_is_integer(topic))
		return plan_client(p, json_integer_value(topic));
	if (json_array_size(chats_of(p)) == 1)
		return json_array_get(chats_of(p), 0);
	if (answers_the_unknown(p))
		return NULL;
	return own_chat(p, jnumber(p->work, "selected"));
}

/* --- orders ---------------------------------------------------------------------- */

const char *plan_key(const struct plan *p, int64_t seq)
{
	return arena_printf(p->arena, "tg:%lld:%lld", (long long)jnumber(p->work, "line"),
			    (long long)seq);
}

void plan_order(struct plan *p, const char *verb, const json_t *client, json_t *args)
{
	p->verb = verb;
	p->client = client;
	p->conversation = jnumber(client, "id");
	p->args = jown(p->arena, args ? args : json_object());
}

/* The message in the client's conversation that the operator answers. */
static json_t *answered(const struct plan *p)
{
	const json_t *reply = json_object_get(p->work, "reply");

	if (!json_is_object(reply) || jnumber(reply, "kind") != SHOWS_MESSAGE)
		return NULL;
	return json_pack("{s:I}", "seq", (json_int_t)jnumber(reply, "seq"));
}

void plan_say(struct plan *p, const json_t *client, const char *text, const json_t *said)
{
	json_t *extra = json_pack("{s:b, s:s}", "plain", 1, "via", "telegram");
	json_t *args = json_pack("{s:s, s:o}", "text", text, "extra", extra);
	json_t *attachments = json_object_get(said, "attachments"), *reply = answered(p);

	if (attachments)
		json_object_set(extra, "attachments", attachments);
	if (reply)
		json_object_set_new(args, "reply_to", reply);
	plan_order(p, "say", client, args);
}

/* --- words ----------------------------------------------------------------------------- */

static void speak(struct plan *p, const char *text)
{
	const json_t *client = plan_target(p), *reply = json_object_get(p->work, "reply");
	long long seq = jnumber(p->event, "seq");

	if (!client)
		plan_choose(p, WORD_WHOSE, "send", arena_printf(p->arena, ":%lld", seq));
	else if (json_is_object(reply) && jnumber(reply, "kind") == SHOWS_SUGGESTION &&
		 jnumber(reply, "seq"))
		plan_order(p, "use", client,
			   json_pack("{s:I, s:s}", "suggestion",
				     (json_int_t)jnumber(reply, "seq"), "text", text));
	else
		plan_say(p, client, text, json_object_get(p->event, "extra"));
}

int plan_follow(struct plan *p)
{
	const json_t *sent = json_array_get(json_object_get(p->work, "sent"), p->followed++);
	const char *text = jstring(p->event, "text");

	if (!sent)
		return 0;
	plan_order(p, "edit", NULL,
		   json_pack("{s:I, s:s}", "seq", (json_int_t)jnumber(sent, "seq"), "text",
			     text ? text : ""));
	p->conversation = jnumber(sent, "conversation_id");
	p->key = arena_printf(p->arena, "%s:e:%s:%lld", plan_key(p, jnumber(p->event, "seq")),
			      jstring(p->event, "edited"), (long long)p->conversation);
	return 1;
}

/* In a group, what is said outside of the clients' topics is between colleagues. */
static int is_among_people(const struct plan *p)
{
	return json_is_true(json_object_get(p->work, "is_group")) &&
	       !json_is_integer(json_object_get(p->work, "topic")) &&
	       !json_is_object(json_object_get(p->work, "reply"));
}

static void understand(struct plan *p)
{
	const json_t *extra = json_object_get(p->event, "extra");
	const char *text = jstring(p->event, "text"), *data = jstring(extra, "data");
	const char *command = jstring(extra, "command");

	if (!text)
		text = "";
	if (!command && *text == '/' && text[1] != '/' && !isspace((unsigned char)text[1]))
		command = arena_dup(p->arena, text + 1, strcspn(text + 1, " \t\n"));
	if (!json_is_true(json_object_get(p->operator, "enabled")) &&
	    (!command || strcmp(command, "start") != 0))
		act_tell(p, arena_printf(p->arena, word(WORD_NOT_ENABLED, p->lang),
					 (long long)jnumber(p->operator, "id")));
	else if (jstring(p->event, "edited"))
		plan_follow(p);
	else if (data)
		plan_press(p, data);
	else if (command)
		plan_command(p, command);
	else if (is_among_people(p))
		return;
	else if (strncmp(text, "//", 2) == 0)
		plan_note(p, text + 2 + strspn(text + 2, " "));
	else
		speak(p, text);
}

void plan_make(struct plan *p, struct arena *a, const json_t *work)
{
	const char *lang;

	*p = (struct plan){ .arena = a,
			    .work = work,
			    .event = json_object_get(work, "event"),
			    .operator= json_object_get(work, "operator"),
			    .actions = jown(a, json_array()) };
	lang = jstring(p->operator, "lang");
	p->lang = lang ? lang : jstring(work, "lang");
	p->key = plan_key(p, jnumber(p->event, "seq"));
	if (json_is_object(p->operator))
		understand(p);
	else if (!json_is_true(json_object_get(work, "is_group")))
		act_tell(p, word(WORD_REGISTER_FIRST, p->lang));
}

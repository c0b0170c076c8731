#include "services/operator-relay/view.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/utf8.h"
#include "common/desk/label.h"
#include "common/i18n/i18n.h"
#include "common/json/jvalue.h"
#include "common/store/codes.h"
#include "common/telegram/telegram.h"
#include "services/operator-relay/transcript.h"
#include "services/operator-relay/words.h"

/*
 * Words of clients are data: they are escaped, so that nothing in them is read
 * as Markdown.  What a bot says is Markdown, and is shown as such.
 */

enum { LAST_WORDS = 4, GLANCE_MAX = 300 };

json_t *view_list(json_t *payload)
{
	json_t *list = json_pack("[o]", payload);

	if (!list)
		abort();
	return list;
}

/* Takes what was written. */
json_t *view_payload(struct buf *text)
{
	json_t *payload = json_pack("{s:s}", "text", buf_str(text));

	buf_free(text);
	return payload;
}

const char *view_client(const struct view *v)
{
	const char *name = jstring(v->work, "title");

	if (!name || !*name)
		name = jstring(json_object_get(v->work, "person"), "name");
	return name && *name ? name : word(WORD_NO_NAME, v->lang);
}

void view_add(struct buf *out, const char *words)
{
	struct arena a = { 0 };

	buf_puts(out, telegram_escape(&a, words ? words : ""));
	arena_free(&a);
}

/* In a topic it is clear whose words these are. */
static int is_topic(const struct view *v)
{
	const char *chat = jstring(json_object_get(v->note, "to"), "chat");

	return chat && strchr(chat, ':');
}

static void add_field(struct buf *out, enum word id, const char *lang, const char *value)
{
	buf_printf(out, "\\\n%s: ", word(id, lang));
	view_add(out, value);
}

static json_int_t id_of(const json_t *object)
{
	return json_integer_value(json_object_get(object, "id"));
}

static json_t *button(const char *text, const char *verb, json_int_t id)
{
	return json_pack("{s:s, s:o}", "text", text, "data",
			 json_sprintf("t:%s:%lld", verb, (long long)id));
}

/* --- invitations --------------------------------------------------------------- */

static void add_who(struct buf *out, const struct view *v)
{
	const json_t *channel = json_object_get(v->work, "channel");
	const char *lang = jstring(v->work, "lang"), *name = jstring(channel, "name");

	buf_puts(out, "**");
	view_add(out, view_client(v));
	buf_puts(out, "**");
	if (lang)
		buf_printf(out, " · %s", lang);
	if (name) {
		buf_puts(out, " · ");
		view_add(out, name);
	}
	if (json_is_true(json_object_get(v->work, "is_group")))
		buf_printf(out, " · %s", word(WORD_GROUP, v->lang));
}

static void add_reason(struct buf *out, const struct view *v)
{
	const json_t *handoff = json_object_get(v->work, "handoff");
	const char *detail = jstring(handoff, "detail");

	add_field(out, WORD_REASON, v->lang, word_reason(jstring(handoff, "reason"), v->lang));
	if (detail && *detail) {
		buf_puts(out, " (");
		view_add(out, detail);
		buf_putc(out, ')');
	}
}

static void add_last_words(struct buf *out, const struct view *v)
{
	const json_t *messages = json_object_get(v->work, "messages");
	size_t n = json_array_size(messages);
	struct arena a = { 0 };

	if (n > 0)
		buf_printf(out, "\n\n%s:", word(WORD_LAST_WORDS, v->lang));
	for (size_t i = n > LAST_WORDS ? n - LAST_WORDS : 0; i < n; i++) {
		buf_puts(out, "\\\n");
		view_add(out, transcript_line(&a, json_array_get(messages, i), view_client(v),
					      v->lang, GLANCE_MAX));
	}
	arena_free(&a);
}

json_t *view_invitation(const struct view *v)
{
	const char *what = jstring(v->note, "what");
	json_int_t id = id_of(json_object_get(v->work, "handoff"));
	struct buf out = { 0 };
	json_t *payload;

	buf_printf(&out, "🔔 %s\\\n",
		   word(what && strcmp(what, "reminder") == 0 ? WORD_REMINDER : WORD_INVITATION,
			v->lang));
	add_who(&out, v);
	add_reason(&out, v);
	add_last_words(&out, v);
	payload = view_payload(&out);
	json_object_set_new(payload, "buttons",
			    json_pack("[[o, o]]",
				      button(word(WORD_ACCEPT, v->lang), "take", id),
				      button(word(WORD_SKIP, v->lang), "skip", id)));
	return view_list(payload);
}

/* Nobody came, and the person has left a message: it can be answered. */
static int is_left(const struct view *v)
{
	const char *outcome = jstring(json_object_get(v->work, "handoff"), "outcome");

	return outcome && strcmp(outcome, "message") == 0;
}

static int has_skipped(const struct view *v)
{
	const char *detail = jstring(v->note, "detail");

	return detail && strcmp(detail, "skipped") == 0;
}

/* How it ended, as whoever was invited sees it. */
static const char *end_of(struct arena *a, const struct view *v)
{
	const json_t *operator=
		json_object_get(json_object_get(v->work, "handoff"), "operator");
	const json_t *me = json_object_get(json_object_get(v->note, "to"), "operator");
	const char *client = view_client(v);

	if (operator&& id_of(operator) == id_of(me))
		return arena_printf(a, word(WORD_YOURS, v->lang), client);
	if (has_skipped(v))
		return arena_printf(a, word(WORD_SKIPPED, v->lang), client);
	if (json_is_object(operator))
		return arena_printf(a, word(WORD_TAKEN_BY, v->lang), client,
				    jstring(operator, "name"));
	return arena_printf(a, word(is_left(v) ? WORD_LEFT_MESSAGE : WORD_WITHDRAWN, v->lang),
			    client);
}

/* Administrators may take a chat out of a colleague's hands, as in the console. */
static void offer_force(json_t *payload, struct arena *a, const struct view *v)
{
	const json_t *me = json_object_get(json_object_get(v->note, "to"), "operator");
	const json_t *holder = json_object_get(json_object_get(v->work, "handoff"), "operator");

	if (!json_is_true(json_object_get(me, "is_admin")) || !json_is_object(holder) ||
	    id_of(holder) == id_of(me) ||
	    json_integer_value(json_object_get(v->work, "responder")) != RESPONDER_OPERATOR)
		return;
	json_object_set_new(
		payload, "buttons",
		json_pack("[[o]]", button(arena_printf(a, word(WORD_TAKE_FROM, v->lang),
						       jstring(holder, "name")),
					  "force",
					  json_integer_value(
						  json_object_get(v->work, "conversation")))));
}

json_t *view_answered(const struct view *v)
{
	struct arena a = { 0 };
	json_t *payload = json_pack("{s:s, s:s, s:O}", "method", "editMessageText", "text",
				    telegram_escape(&a, end_of(&a, v)), "of",
				    json_object_get(v->note, "id"));

	if (payload)
		offer_force(payload, &a, v);
	if (payload && is_left(v) && !has_skipped(v))
		json_object_set_new(
			payload, "buttons",
			json_pack("[[o]]", button(word(WORD_ACCEPT, v->lang), "take",
						  id_of(json_object_get(v->work, "handoff")))));
	arena_free(&a);
	return payload ? view_list(payload) : json_array();
}

/* --- the chat begins ------------------------------------------------------------- */

static json_t *chat_buttons(const struct view *v)
{
	json_int_t id = json_integer_value(json_object_get(v->work, "conversation"));

	return json_pack("[[o], [o, o]]", button(desk_label("finish", v->lang), "close", id),
			 button(desk_label("return", v->lang), "return", id),
			 button(desk_label("transfer", v->lang), "transfer", id));
}

json_t *view_card(const struct view *v)
{
	const char *since = jstring(json_object_get(v->work, "person"), "since");
	struct buf out = { 0 };
	json_t *payload;

	buf_puts(&out, "👤 ");
	add_who(&out, v);
	add_reason(&out, v);
	if (since && strlen(since) >= 10) {
		buf_printf(&out, "\\\n%s: ", word(WORD_KNOWN_SINCE, v->lang));
		buf_add(&out, since, 10);
	}
	payload = view_payload(&out);
	json_object_set_new(payload, "buttons", chat_buttons(v));
	return view_list(payload);
}

json_t *view_history(const struct view *v)
{
	return view_list(transcript_note(v->work, view_client(v), v->lang));
}

/* --- while it lasts ---------------------------------------------------------------- */

static const json_t *message_at(const struct view *v)
{
	json_int_t seq = json_integer_value(json_object_get(v->note, "seq"));
	const json_t *message;
	size_t i;

	json_array_foreach (json_object_get(v->work, "messages"), i, message)
		if (json_integer_value(json_array_get(message, 0)) == seq)
			return message;
	return NULL;
}

static void add_speaker(struct buf *out, const struct view *v, const json_t *message)
{
	int author = (int)json_integer_value(json_array_get(message, 1));
	struct arena a = { 0 };

	if (author == TRANSCRIPT_PERSON && is_topic(v))
		return;
	buf_printf(out, "%s **", author == TRANSCRIPT_PERSON ? "👤" : "💬");
	if (author != TRANSCRIPT_PERSON && !is_topic(v)) {
		view_add(out, view_client(v));
		buf_puts(out, "** ← **");
	}
	view_add(out, transcript_speaker(&a, message, view_client(v), v->lang));
	buf_puts(out, "**\n\n");
	arena_free(&a);
}

/* What it answers: the words, else the name of the file. */
static void add_quote(struct buf *out, const json_t *extra, const char *lang)
{
	const json_t *reply = json_object_get(extra, "reply_to");
	const json_t *file = json_object_get(reply, "file");
	const char *text = jstring(reply, "text"), *name = jstring(file, "name");

	if (!text && !file)
		return;
	buf_puts(out, "> ");
	if (!text)
		buf_puts(out, "📎 ");
	if (!text && !name)
		text = i18n_kind(jstring(file, "kind"), lang);
	view_add(out, transcript_glance(text ? text : name, GLANCE_MAX,
					(char[GLANCE_MAX + 8]){ 0 }));
	buf_puts(out, "\n\n");
}

json_t *view_words(const struct view *v, const json_t *message)
{
	const char *body = json_string_value(json_array_get(message, 2));
	struct buf out = { 0 };

	add_speaker(&out, v, message);
	add_quote(&out, json_array_get(message, 3), v->lang);
	if (json_integer_value(json_array_get(message, 1)) == TRANSCRIPT_BOT)
		buf_puts(&out, body ? body : "");
	else
		view_add(&out, body);
	return view_payload(&out);
}

json_t *view_message(const struct view *v)
{
	const json_t *message = message_at(v);
	json_t *attachments = json_object_get(json_array_get(message, 3), "attachments");
	json_t *payload;

	if (!message)
		return json_array();
	payload = view_words(v, message);
	if (json_array_size(attachments) > 0)
		json_object_set(payload, "attachments", attachments);
	return view_list(payload);
}

json_t *view_suggestion(const struct view *v)
{
	json_int_t id = id_of(v->note);
	struct buf out = { 0 };
	json_t *payload;

	buf_printf(&out, "💡 **%s", word(WORD_SUGGESTION, v->lang));
	if (!is_topic(v)) {
		buf_puts(&out, " · ");
		view_add(&out, view_client(v));
	}
	buf_printf(&out, "**\n\n%s", jstring(v->note, "detail"));
	payload = view_payload(&out);
	json_object_set_new(payload, "silent", json_true());
	json_object_set_new(payload, "buttons",
			    json_pack("[[o, o, o]]",
				      button(word(WORD_SEND, v->lang), "use", id),
				      button(word(WORD_EDIT, v->lang), "edit", id),
				      button(word(WORD_DISCARD, v->lang), "discard", id)));
	return view_list(payload);
}

json_t *view_passed(const struct view *v)
{
	const char *delivery = jstring(v->note, "detail");

	return view_list(json_pack("{s:s, s:I, s:{s:{s:[]}}}", "method",
				   "editMessageReplyMarkup", "of",
				   (json_int_t)strtoll(delivery ? delivery : "0", NULL, 10),
				   "body", "reply_markup", "inline_keyboard"));
}

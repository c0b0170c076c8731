#include "services/courier/message.h"

#include <string.h>

#include "common/base/buf.h"
#include "common/base/utf8.h"
#include "common/i18n/i18n.h"
#include "common/json/jvalue.h"

enum { RATING_MAX = 5 };

json_t *message_json(struct arena *a, const char *text)
{
	return text ? jown(a, json_loads(text, JSON_DECODE_ANY, NULL)) : NULL;
}

/* --- messages and notes ------------------------------------------------------ */

/* What is sent, one thing after another. */
struct whole {
	json_t *items; /* of payloads of parts */
	const json_t *manner;
};

static void add_text(struct whole *w, const struct telegram_part *part)
{
	json_array_append_new(
		w->items, json_pack("{s:s, s:s}", "html", part->html, "plain", part->plain));
}

/* The words go under the first attachment, where they have room there. */
static int takes_caption(const json_t *item, const json_t *attachment)
{
	const struct telegram_media *media = telegram_media(jstring(attachment, "kind"));
	const char *plain = jstring(item, "plain");

	return media && media->has_caption && plain &&
	       utf8_utf16_units(plain, strlen(plain)) <= TELEGRAM_CAPTION_MAX;
}

static void add_attachments(struct whole *w, const json_t *attachments)
{
	json_t *only = json_array_size(w->items) == 1 ? json_array_get(w->items, 0) : NULL;
	json_t *attachment, *item;
	size_t i;

	json_array_foreach ((json_t *)attachments, i, attachment) {
		if (i == 0 && only && takes_caption(only, attachment)) {
			json_object_set(only, "attachment", attachment);
			continue;
		}
		item = json_pack("{s:O}", "attachment", attachment);
		json_array_append_new(w->items, item);
	}
}

static void copy(json_t *item, const json_t *manner, const char *key)
{
	json_t *value = json_object_get(manner, key);

	if (value)
		json_object_set(item, key, value);
}

/* The first answers, the last has the buttons. */
static void set_manner(struct whole *w)
{
	size_t n = json_array_size(w->items), i;
	json_t *item;

	json_array_foreach (w->items, i, item) {
		if (i == 0)
			copy(item, w->manner, "reply_to");
		if (i == n - 1) {
			copy(item, w->manner, "keyboard");
			copy(item, w->manner, "prompt");
			copy(item, w->manner, "buttons");
		}
		copy(item, w->manner, "silent");
		json_object_set_new(item, "last", json_boolean(i == n - 1));
	}
}

static void read_item(struct message_out *out, const json_t *item, const json_t *extra)
{
	out->part.html = jstring(item, "html");
	out->part.plain = jstring(item, "plain");
	out->attachment = json_object_get(item, "attachment");
	out->manner = item;
	out->buttons = json_object_get(item, "buttons");
	if (!out->buttons && json_is_true(json_object_get(item, "last")))
		out->buttons = json_object_get(extra, "buttons");
	if (!out->part.plain && !out->attachment)
		out->fault = "nothing to send";
}

void message_render(struct telegram_parts *out, struct arena *a, const char *markdown,
		    const json_t *manner)
{
	if (json_is_true(json_object_get(manner, "caption")))
		telegram_render_caption(out, a, markdown);
	else
		telegram_render(out, a, markdown);
}

static void make_whole(struct message_out *out, struct arena *a, const char *text,
		       const json_t *attachments, const json_t *manner, const json_t *extra)
{
	struct whole w = { jown(a, json_array()), manner };
	int skip = (int)json_integer_value(json_object_get(manner, "skip"));
	struct telegram_parts parts;

	message_render(&parts, a, text ? text : "", manner);
	out->is_void = skip > 0 && skip >= parts.n;
	for (int i = skip; i < parts.n; i++)
		add_text(&w, &parts.items[i]);
	add_attachments(&w, attachments);
	set_manner(&w);
	read_item(out, json_array_get(w.items, 0), extra);
	if (json_array_size(w.items) > 1)
		out->parts = jdump(a, w.items);
}

/* What operators type into Telegram is no Markdown: `manner` says "plain" then. */
const char *message_markdown(struct arena *a, const char *text, const json_t *manner)
{
	if (!text || !json_is_true(json_object_get(manner, "plain")))
		return text;
	return telegram_escape(a, text);
}

/* How was it?  One press says it. */
static const char *ask_rating(json_t *manner, struct arena *a, const char *text,
			      json_int_t handoff)
{
	const char *lang = i18n_detect(text, "en");
	json_t *row = json_array();

	for (int n = 1; n <= RATING_MAX; n++)
		json_array_append_new(
			row, json_pack("{s:o, s:o}", "text", json_sprintf("%d ★", n), "data",
				       json_sprintf("r:%lld:%d", (long long)handoff, n)));
	json_object_set_new(manner, "buttons", json_pack("[o]", row));
	return arena_printf(a, "%s\n\n%s", text, i18n_text(TEXT_ASK_RATING, lang));
}

static void make_message(struct message_out *out, struct arena *a, const struct outgoing *head)
{
	const json_t *extra = message_json(a, head->extra);
	const json_t *answers = json_object_get(json_object_get(extra, "reply_to"), "id");
	const json_t *handoff = json_object_get(extra, "rate");
	const char *text = message_markdown(a, head->body, extra);
	json_t *manner = jown(a, json_object());

	if (json_is_integer(handoff) && text)
		text = ask_rating(manner, a, text, json_integer_value(handoff));
	if (head->author != AUTHOR_PERSON && json_is_string(answers))
		json_object_set(manner, "reply_to", (json_t *)answers);
	make_whole(out, a, text, json_object_get(extra, "attachments"), manner, extra);
}

static void make_note(struct message_out *out, struct arena *a, const struct outgoing *head)
{
	const json_t *payload = message_json(a, head->payload);

	make_whole(out, a, message_markdown(a, jstring(payload, "text"), payload),
		   json_object_get(payload, "attachments"), payload, NULL);
}

void message_make(struct message_out *out, struct arena *a, const struct outgoing *head)
{
	*out = (struct message_out){ 0 };
	switch (head->kind) {
	case DELIVERY_MESSAGE:
		make_message(out, a, head);
		return;
	case DELIVERY_PART:
		read_item(out, message_json(a, head->payload), message_json(a, head->extra));
		return;
	case DELIVERY_CALLBACK:
		message_callback(out, a, head);
		return;
	case DELIVERY_NOTE:
		make_note(out, a, head);
		return;
	case DELIVERY_CALL:
		message_call(out, a, head);
		return;
	}
	out->fault = "of an unknown kind";
}

/* --- the request ------------------------------------------------------------- */

static struct telegram_send send_of(const struct message_out *m, const char *chat, int is_plain)
{
	return (struct telegram_send){
		.chat = chat,
		.html = is_plain ? NULL : m->part.html,
		.plain = m->part.plain,
		.buttons = m->buttons,
		.keyboard = json_object_get(m->manner, "keyboard"),
		.prompt = jstring(m->manner, "prompt"),
		.reply_to = jstring(m->manner, "reply_to"),
		.is_silent = json_is_true(json_object_get(m->manner, "silent")),
	};
}

static const struct telegram_media *media_of(const struct message_out *m)
{
	return telegram_media(jstring(m->attachment, "kind"));
}

const char *message_method(const struct message_out *m)
{
	if (m->method)
		return m->method;
	return m->attachment ? media_of(m)->method : "sendMessage";
}

json_t *message_upload_body(struct arena *a, const struct message_out *m, const char *chat,
			    int is_plain)
{
	struct telegram_send send = send_of(m, chat, is_plain);

	return telegram_media_body(a, &send, media_of(m), NULL);
}

const char *message_body(struct arena *a, const struct message_out *m, const char *chat,
			 int is_plain)
{
	struct telegram_send send = send_of(m, chat, is_plain);
	const char *file = jstring(m->attachment, "file_id");

	if (m->method)
		return jdump(a, telegram_call_body(a, chat, m->method,
						   message_call_body(a, m, is_plain)));
	if (m->attachment)
		return jdump(a,
			     telegram_media_body(a, &send, media_of(m),
						 file ? file : jstring(m->attachment, "url")));
	return telegram_send_body(a, &send);
}

/* --- words instead ------------------------------------------------------------- */

static const char *place_of(struct arena *a, const json_t *attachment)
{
	const json_t *latitude = json_object_get(attachment, "latitude");
	const json_t *longitude = json_object_get(attachment, "longitude");

	if (!json_is_number(latitude) || !json_is_number(longitude))
		return NULL;
	return arena_printf(a, "https://maps.google.com/?q=%.6f,%.6f",
			    json_number_value(latitude), json_number_value(longitude));
}

/* What the attachment says by itself: whose number, where, what is asked. */
static const char *substance_of(struct arena *a, const json_t *attachment)
{
	static const char *const keys[] = { "name",  "title", "question",  "phone",
					    "emoji", "url",   "first_name" };
	struct buf words = { 0 };
	const char *place = place_of(a, attachment), *out;

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (jstring(attachment, keys[i]))
			buf_printf(&words, "%s%s", words.len ? " · " : "",
				   jstring(attachment, keys[i]));
	if (place)
		buf_printf(&words, "%s%s", words.len ? " · " : "", place);
	out = arena_str(a, buf_str(&words));
	buf_free(&words);
	return out;
}

void message_in_words(struct message_out *m, struct arena *a, const char *lang)
{
	const char *kind = jstring(m->attachment, "kind");
	const char *substance = substance_of(a, m->attachment);
	int is_file = telegram_media(kind) != NULL;

	m->part.html = NULL;
	m->part.plain = arena_printf(a, "%s%s📎 %s%s%s%s", m->part.plain ? m->part.plain : "",
				     m->part.plain ? "\n\n" : "", i18n_kind(kind, lang),
				     *substance ? ": " : "", substance,
				     is_file ? i18n_text(TEXT_FILE_NOT_SENT, lang) : "");
	m->attachment = NULL;
}

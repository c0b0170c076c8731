#include "services/ingress/message.h"

#include <stdlib.h>

#include "common/base/buf.h"
#include "common/markdown/html.h"
#include "services/ingress/files.h"

/* The name of the operator who said it, or of whom it says something. */
static void add_name(json_t *to, const json_t *extra)
{
	json_t *name = json_object_get(json_object_get(extra, "operator"), "name");

	if (json_is_string(name))
		json_object_set(to, "name", name);
}

/* Of what a message carries, what is for the person. */
static void add_extra(json_t *to, const char *text)
{
	static const char *const shown[] = { "sources", "buttons", "attachments",
					     "event",   "rate",    "reply_to" };
	json_auto_t *extra = text ? json_loads(text, 0, NULL) : NULL;

	for (size_t i = 0; extra && i < sizeof shown / sizeof *shown; i++) {
		json_t *value = json_object_get(extra, shown[i]);

		if (value)
			json_object_set(to, shown[i], value);
	}
	add_name(to, extra);
}

/* "<": "&lt;", and lines end where their author ended them. */
static const char *plain_html(struct arena *a, const char *text)
{
	struct buf out = { 0 };
	const char *html;

	buf_puts(&out, "<p>");
	for (; *text; text++)
		if (*text == '&')
			buf_puts(&out, "&amp;");
		else if (*text == '<')
			buf_puts(&out, "&lt;");
		else if (*text == '>')
			buf_puts(&out, "&gt;");
		else if (*text == '\n')
			buf_puts(&out, "<br>\n");
		else
			buf_putc(&out, *text);
	buf_puts(&out, "</p>\n");
	html = arena_dup(a, out.data, out.len);
	buf_free(&out);
	return html;
}

/* What operators type into Telegram is no Markdown. */
const char *message_text_html(struct arena *a, const char *text, const json_t *extra)
{
	return json_is_true(json_object_get(extra, "plain")) ? plain_html(a, text)
							     : markdown_html(a, text);
}

const char *message_html(const struct message *m, struct arena *a)
{
	json_auto_t *extra = m->extra ? json_loads(m->extra, 0, NULL) : NULL;

	return message_text_html(a, m->body, extra);
}

json_t *message_json(const struct message *m, struct arena *a)
{
	json_t *out =
		json_pack("{sI ss ss ss}", "seq", (json_int_t)m->seq, "author",
			  author_name(m->author), "text", m->body, "created_at", m->created_at);

	if (!out)
		abort();
	if (m->author != AUTHOR_PERSON)
		json_object_set_new(out, "html", json_string(message_html(m, a)));
	add_extra(out, m->extra);
	return out;
}

json_t *message_shown(struct ingress *in, struct arena *a, int64_t conversation_id,
		      const struct message *m)
{
	json_t *out = message_json(m, a);

	if (m->author == AUTHOR_PERSON && m->external_id)
		json_object_set_new(out, "id", json_string(m->external_id));
	file_link_all(in, a, conversation_id, out);
	return out;
}

json_t *state_json(const struct message_page *page)
{
	static const char *const fields[] = { "operator", "queue", "leaving", "rate" };
	json_t *out = json_pack("{ss si}", "responder", responder_name(page->responder),
				"epoch", page->epoch);
	json_auto_t *state = page->state ? json_loads(page->state, 0, NULL) : NULL;

	if (!out)
		abort();
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		json_t *value = json_object_get(state, fields[i]);

		json_object_set_new(out, fields[i], value ? json_incref(value) : json_null());
	}
	return out;
}

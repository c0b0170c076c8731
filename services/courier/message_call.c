/* Calls that are no messages: answers to buttons, and edits. */

#include <stdlib.h>
#include <string.h>

#include "common/base/utf8.h"
#include "common/json/jvalue.h"
#include "services/courier/message.h"

void message_callback(struct message_out *out, struct arena *a, const struct outgoing *head)
{
	const char *id = jstring(message_json(a, head->payload), "callback");
	json_t *body = jown(a, json_pack("{s:s*}", "callback_query_id", id));

	out->method = "answerCallbackQuery";
	out->body = body;
	if (!id)
		out->fault = "nothing to send";
}

int message_is_about_topic(const struct message_out *m)
{
	static const char *const methods[] = { "closeForumTopic", "reopenForumTopic",
					       "editForumTopic" };

	for (size_t i = 0; m->method && i < sizeof methods / sizeof *methods; i++)
		if (strcmp(m->method, methods[i]) == 0)
			return 1;
	return 0;
}

/* --- edits --------------------------------------------------------------------- */

static int is_caption(const struct message_out *m)
{
	return strcmp(m->method, "editMessageCaption") == 0;
}

static const char *words_of(const struct message_out *m)
{
	return is_caption(m) ? "caption" : "text";
}

static void set_part(struct message_out *out, json_t *body, const struct telegram_part *part)
{
	if (is_caption(out) &&
	    utf8_utf16_units(part->plain, strlen(part->plain)) > TELEGRAM_CAPTION_MAX) {
		out->fault = "too long for a caption";
		return;
	}
	out->part = *part;
	json_object_set_new(body, words_of(out), json_string(part->html));
	json_object_set_new(body, "parse_mode", json_string("HTML"));
	if (!is_caption(out))
		json_object_set_new(body, "link_preview_options",
				    json_pack("{s:b}", "is_disabled", 1));
}

const json_t *message_call_body(struct arena *a, const struct message_out *m, int is_plain)
{
	json_t *body;

	if (!is_plain || !m->part.plain)
		return m->body;
	body = jown(a, json_copy((json_t *)m->body));
	json_object_set_new(body, words_of(m), json_string(m->part.plain));
	json_object_del(body, "parse_mode");
	return body;
}

/*
 * Words for an edit, of which a message holds its own part.  A message that is
 * not needed any more is deleted; a file stays without words.  What a caption has
 * no room for follows as a message; where none follows, it fails as a whole.
 */
static void set_words(struct message_out *out, struct arena *a, const json_t *payload)
{
	int part = (int)json_integer_value(json_object_get(payload, "part"));
	json_t *markup = telegram_markup(json_object_get(payload, "buttons"));
	json_t *body = (json_t *)out->body;
	struct telegram_parts parts;

	message_render(&parts, a, message_markdown(a, jstring(payload, "text"), payload),
		       payload);
	if (part < parts.n)
		set_part(out, body, &parts.items[part]);
	else if (!is_caption(out))
		out->method = "deleteMessage";
	if (markup)
		json_object_set_new(body, "reply_markup", markup);
}

static void set_message_id(struct message_out *out, json_t *body, const json_t *payload)
{
	const char *id = jstring(payload, "message_id");

	if (!json_object_get(payload, "of"))
		return;
	if (id)
		json_object_set_new(body, "message_id", json_integer(strtoll(id, NULL, 10)));
	else
		out->fault = "the message was never sent";
}

void message_call(struct message_out *out, struct arena *a, const struct outgoing *head)
{
	const json_t *payload = message_json(a, head->payload);
	json_t *given = json_object_get(payload, "body");
	json_t *body = jown(a, given ? json_deep_copy(given) : json_object());

	out->method = jstring(payload, "method");
	out->body = body;
	if (!out->method) {
		out->fault = "nothing to call";
		return;
	}
	if (jstring(payload, "text"))
		set_words(out, a, payload);
	out->tries = (int)json_integer_value(json_object_get(payload, "tries"));
	set_message_id(out, body, payload);
}

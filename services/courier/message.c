#include "services/courier/message.h"

#include <stdlib.h>

static void release_json(void *json)
{
	json_decref(json);
}

static json_t *read_json(struct arena *a, const char *text)
{
	json_t *value = text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;

	if (value)
		arena_own(a, value, release_json);
	return value;
}

static const char *dump(struct arena *a, json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT);

	json_decref(value);
	if (!text)
		abort();
	arena_own(a, text, free);
	return text;
}

/* The buttons belong under the last part. */
static const char *parts_json(struct arena *a, const struct telegram_parts *parts)
{
	json_t *list = json_array();

	for (int i = 0; i < parts->n; i++)
		json_array_append_new(list,
				      json_pack("{s:s, s:s, s:b}", "html", parts->items[i].html,
						"plain", parts->items[i].plain, "last",
						i == parts->n - 1));
	return dump(a, list);
}

static void make_whole(struct message_out *out, struct arena *a, const struct outgoing *head)
{
	struct telegram_parts parts;

	telegram_render(&parts, a, head->body ? head->body : "");
	if (parts.n == 0)
		return;
	out->part = parts.items[0];
	if (parts.n == 1)
		out->buttons = json_object_get(read_json(a, head->extra), "buttons");
	else
		out->parts = parts_json(a, &parts);
}

static void make_part(struct message_out *out, struct arena *a, const struct outgoing *head)
{
	const json_t *payload = read_json(a, head->payload);

	out->part.html = json_string_value(json_object_get(payload, "html"));
	out->part.plain = json_string_value(json_object_get(payload, "plain"));
	if (json_is_true(json_object_get(payload, "last")))
		out->buttons = json_object_get(read_json(a, head->extra), "buttons");
}

static void make_callback(struct message_out *out, struct arena *a, const struct outgoing *head)
{
	out->callback =
		json_string_value(json_object_get(read_json(a, head->payload), "callback"));
}

void message_make(struct message_out *out, struct arena *a, const struct outgoing *head)
{
	*out = (struct message_out){ 0 };
	if (head->kind == DELIVERY_CALLBACK)
		make_callback(out, a, head);
	else if (head->kind == DELIVERY_PART)
		make_part(out, a, head);
	else
		make_whole(out, a, head);
}

const char *message_method(const struct message_out *m)
{
	return m->callback ? "answerCallbackQuery" : "sendMessage";
}

const char *message_body(struct arena *a, const struct message_out *m, const char *chat,
			 int is_plain)
{
	if (m->callback)
		return dump(a, json_pack("{s:s}", "callback_query_id", m->callback));
	return telegram_send_body(
		a, &(struct telegram_send){ .chat = chat,
					    .html = is_plain ? NULL : m->part.html,
					    .plain = m->part.plain,
					    .buttons = m->buttons });
}

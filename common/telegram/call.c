/* Requests to the Bot API. */

#include <stdlib.h>
#include <string.h>

#include "common/telegram/telegram.h"

const char *telegram_url(struct arena *a, const char *root, const char *token,
			 const char *method)
{
	size_t len = strlen(root);

	while (len > 0 && root[len - 1] == '/')
		len--;
	return arena_printf(a, "%.*s/bot%s/%s", (int)len, root, token, method);
}

static const char *dump(struct arena *a, json_t *body)
{
	char *text = json_dumps(body, JSON_COMPACT);

	json_decref(body);
	if (!text)
		abort();
	arena_own(a, text, free);
	return text;
}

static void set_number(json_t *body, const char *key, const char *digits)
{
	char *end;
	long long number = strtoll(digits, &end, 10);

	json_object_set_new(body, key, *end ? json_string(digits) : json_integer(number));
}

/* A chat key is "<chat>", or "<chat>:<thread>" for a forum's topic. */
static json_t *for_chat(struct arena *a, const char *chat)
{
	const char *thread = strchr(chat, ':');
	json_t *body = json_object();

	if (thread) {
		set_number(body, "message_thread_id", thread + 1);
		chat = arena_dup(a, chat, (size_t)(thread - chat));
	}
	set_number(body, "chat_id", chat);
	return body;
}

static void set_text(json_t *body, const char *html, const char *plain)
{
	json_object_set_new(body, "text", json_string(html ? html : plain));
	if (html)
		json_object_set_new(body, "parse_mode", json_string("HTML"));
}

static void hide_previews(json_t *body)
{
	json_object_set_new(body, "link_preview_options", json_pack("{s:b}", "is_disabled", 1));
}

/* Ours say "data", Telegram's "callback_data". */
static json_t *button(const json_t *ours)
{
	const char *text = json_string_value(json_object_get(ours, "text"));
	const char *data = json_string_value(json_object_get(ours, "data"));
	const char *url = json_string_value(json_object_get(ours, "url"));

	if (!text || (!data && !url))
		return NULL;
	return json_pack("{s:s, s:s}", "text", text, data ? "callback_data" : "url",
			 data ? data : url);
}

static void set_buttons(json_t *body, const json_t *rows)
{
	json_t *keyboard = json_array(), *line;
	const json_t *row, *ours;
	size_t i, j;

	json_array_foreach (rows, i, row) {
		line = json_array();
		json_array_foreach (row, j, ours) {
			json_t *theirs = button(ours);

			if (theirs)
				json_array_append_new(line, theirs);
		}
		if (json_array_size(line) > 0)
			json_array_append(keyboard, line);
		json_decref(line);
	}
	if (json_array_size(keyboard) > 0)
		json_object_set_new(body, "reply_markup",
				    json_pack("{s:O}", "inline_keyboard", keyboard));
	json_decref(keyboard);
}

const char *telegram_send_body(struct arena *a, const struct telegram_send *send)
{
	json_t *body = for_chat(a, send->chat), *reply;

	set_text(body, send->html, send->plain);
	hide_previews(body);
	set_buttons(body, send->buttons);
	if (send->is_silent)
		json_object_set_new(body, "disable_notification", json_true());
	if (send->reply_to) {
		reply = json_pack("{s:b}", "allow_sending_without_reply", 1);
		set_number(reply, "message_id", send->reply_to);
		json_object_set_new(body, "reply_parameters", reply);
	}
	return dump(a, body);
}

const char *telegram_draft_body(struct arena *a, const char *chat, int64_t draft_id,
				const char *html, const char *plain)
{
	json_t *body = for_chat(a, chat);

	json_object_set_new(body, "draft_id", json_integer(draft_id));
	json_object_set_new(body, "can_stop", json_true());
	set_text(body, html, plain);
	return dump(a, body);
}

const char *telegram_edit_body(struct arena *a, const char *chat, const char *message_id,
			       const char *html, const char *plain)
{
	json_t *body = for_chat(a, chat);

	json_object_del(body, "message_thread_id"); /* the message knows where it is */
	set_number(body, "message_id", message_id);
	set_text(body, html, plain);
	hide_previews(body);
	return dump(a, body);
}

const char *telegram_delete_body(struct arena *a, const char *chat, const char *message_id)
{
	json_t *body = for_chat(a, chat);

	json_object_del(body, "message_thread_id");
	set_number(body, "message_id", message_id);
	return dump(a, body);
}

const char *telegram_action_body(struct arena *a, const char *chat, const char *action)
{
	json_t *body = for_chat(a, chat);

	json_object_set_new(body, "action", json_string(action));
	return dump(a, body);
}

/* Requests to the Bot API. */

#include <stdlib.h>
#include <string.h>

#include "common/json/jvalue.h"
#include "common/telegram/telegram.h"

const char *telegram_url(struct arena *a, const char *root, const char *token,
			 const char *method)
{
	size_t len = strlen(root);

	while (len > 0 && root[len - 1] == '/')
		len--;
	return arena_printf(a, "%.*s/bot%s/%s", (int)len, root, token, method);
}

const char *telegram_file_url(struct arena *a, const char *root, const char *token,
			      const char *path)
{
	size_t len = strlen(root);

	while (len > 0 && root[len - 1] == '/')
		len--;
	return arena_printf(a, "%.*s/file/bot%s/%s", (int)len, root, token, path);
}

static const char *dump(struct arena *a, json_t *body)
{
	const char *text = jdump(a, body);

	json_decref(body);
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

json_t *telegram_markup(const json_t *rows)
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
		return json_pack("{s:o}", "inline_keyboard", keyboard);
	json_decref(keyboard);
	return NULL;
}

static json_t *reply_keyboard(const json_t *rows)
{
	json_t *keyboard = json_array(), *line;
	const json_t *row, *words;
	size_t i, j;

	json_array_foreach (rows, i, row) {
		line = json_array();
		json_array_foreach (row, j, words)
			json_array_append_new(
				line, json_pack("{s:s}", "text", json_string_value(words)));
		json_array_append_new(keyboard, line);
	}
	return json_pack("{s:o, s:b, s:b}", "keyboard", keyboard, "resize_keyboard", 1,
			 "is_persistent", 1);
}

static json_t *markup_of(const struct telegram_send *send)
{
	json_t *markup = telegram_markup(send->buttons);

	if (markup)
		return markup;
	if (json_array_size(send->keyboard) > 0)
		return reply_keyboard(send->keyboard);
	if (send->prompt)
		return json_pack("{s:b, s:s}", "force_reply", 1, "input_field_placeholder",
				 send->prompt);
	return NULL;
}

/* What every kind of message has. */
static void set_manner(json_t *body, const struct telegram_send *send)
{
	json_t *markup = markup_of(send), *reply;

	if (markup)
		json_object_set_new(body, "reply_markup", markup);
	if (send->is_silent)
		json_object_set_new(body, "disable_notification", json_true());
	if (send->reply_to) {
		reply = json_pack("{s:b}", "allow_sending_without_reply", 1);
		set_number(reply, "message_id", send->reply_to);
		json_object_set_new(body, "reply_parameters", reply);
	}
}

const char *telegram_send_body(struct arena *a, const struct telegram_send *send)
{
	json_t *body = for_chat(a, send->chat);

	set_text(body, send->html, send->plain);
	hide_previews(body);
	set_manner(body, send);
	return dump(a, body);
}

/* --- files ------------------------------------------------------------------- */

const struct telegram_media *telegram_media(const char *kind)
{
	static const struct telegram_media all[] = {
		{ "photo", "sendPhoto", "photo", 1 },
		{ "document", "sendDocument", "document", 1 },
		{ "voice", "sendVoice", "voice", 1 },
		{ "audio", "sendAudio", "audio", 1 },
		{ "video", "sendVideo", "video", 1 },
		{ "animation", "sendAnimation", "animation", 1 },
		{ "video_note", "sendVideoNote", "video_note", 0 },
		{ "sticker", "sendSticker", "sticker", 0 },
	};

	for (size_t i = 0; kind && i < sizeof all / sizeof *all; i++)
		if (strcmp(all[i].kind, kind) == 0)
			return &all[i];
	return NULL;
}

json_t *telegram_media_body(struct arena *a, const struct telegram_send *send,
			    const struct telegram_media *media, const char *file)
{
	json_t *body = jown(a, for_chat(a, send->chat));
	const char *words = send->html ? send->html : send->plain;

	if (file)
		json_object_set_new(body, media->field, json_string(file));
	if (words && *words && media->has_caption) {
		json_object_set_new(body, "caption", json_string(words));
		if (send->html)
			json_object_set_new(body, "parse_mode", json_string("HTML"));
	}
	set_manner(body, send);
	return body;
}

/* --- other calls ------------------------------------------------------------- */

/* Calls about a message or a whole chat have no use for the thread. */
static int is_about_thread(const char *method)
{
	static const char *const others[] = { "edit", "delete", "createForumTopic",
					      "pin",  "unpin",  "setMessageReaction" };

	if (strcmp(method, "editForumTopic") == 0 || strcmp(method, "deleteForumTopic") == 0)
		return 1;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (strncmp(method, others[i], strlen(others[i])) == 0)
			return 0;
	return 1;
}

json_t *telegram_call_body(struct arena *a, const char *chat, const char *method,
			   const json_t *given)
{
	json_t *body = jown(a, given ? json_deep_copy(given) : json_object()), *place;

	if (strcmp(method, "answerCallbackQuery") == 0)
		return body;
	place = for_chat(a, chat);
	if (!is_about_thread(method))
		json_object_del(place, "message_thread_id");
	json_object_update_missing(body, place);
	json_decref(place);
	return body;
}

/* --- the bot's own messages ---------------------------------------------------- */

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

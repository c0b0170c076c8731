#include <stdlib.h>
#include <string.h>

#include "common/base/utf8.h"
#include "common/desk/label.h"
#include "common/telegram/telegram.h"

#include "common/json/jvalue.h"
#include "services/operator-relay/plan.h"

enum { TOAST_MAX = 190, KIND_NOTE = 3, KIND_CALL = 4 };

static json_t *add(struct plan *p, int kind, json_t *payload)
{
	json_t *action = json_pack("{s:i, s:o, s:O*}", "kind", kind, "payload", payload, "to",
				   json_object_get(p->work, "to"));

	if (!action)
		abort();
	json_array_append_new(p->actions, action);
	return payload;
}

json_t *act_note(struct plan *p, const char *markdown)
{
	return add(p, KIND_NOTE, json_pack("{s:s}", "text", markdown));
}

static json_t *last(struct plan *p)
{
	return json_array_get(p->actions, json_array_size(p->actions) - 1);
}

void act_note_elsewhere(struct plan *p, json_t *to, json_t *payload)
{
	add(p, KIND_NOTE, payload);
	json_object_set(last(p), "to", to);
}

void act_remember(struct plan *p, const json_t *client, int shows, int64_t seq)
{
	json_object_set_new(last(p), "client", json_integer(jnumber(client, "id")));
	json_object_set_new(last(p), "shows", json_integer(shows));
	if (seq)
		json_object_set_new(last(p), "seq", json_integer(seq));
}

void act_toast(struct plan *p, const char *words)
{
	const char *id = jstring(json_object_get(p->event, "extra"), "callback");

	if (!id || p->is_acknowledged)
		return;
	p->is_acknowledged = 1;
	add(p, KIND_CALL,
	    json_pack("{s:s, s:{s:s, s:s%}}", "method", "answerCallbackQuery", "body",
		      "callback_query_id", id, "text", words,
		      utf8_floor(words, strlen(words), TOAST_MAX)));
	json_object_set_new(last(p), "first", json_true());
}

void act_tell(struct plan *p, const char *words)
{
	json_t *payload;

	if (jstring(json_object_get(p->event, "extra"), "callback") && !p->is_acknowledged) {
		act_toast(p, words);
		return;
	}
	payload = act_note(p, telegram_escape(p->arena, words));
	if (jstring(p->event, "external"))
		json_object_set(payload, "reply_to", json_object_get(p->event, "external"));
}

void act_drop_buttons(struct plan *p)
{
	const char *id = jstring(json_object_get(p->event, "extra"), "pressed");

	if (id)
		add(p, KIND_CALL,
		    json_pack("{s:s, s:{s:I, s:{s:[]}}}", "method", "editMessageReplyMarkup",
			      "body", "message_id", (json_int_t)strtoll(id, NULL, 10),
			      "reply_markup", "inline_keyboard"));
}

json_t *act_set(struct plan *p, const char *what, json_t *value)
{
	json_array_append_new(p->actions, json_pack("{s:o, s:O?}", what, value, "operator",
						    json_object_get(p->operator, "id")));
	return last(p);
}

json_t *act_button(struct plan *p, const char *text, const char *data)
{
	(void)p;
	return json_pack("{s:s, s:s}", "text", text, "data", data);
}

json_t *act_keyboard(const struct plan *p, int on_duty)
{
	const char *l = p->lang;

	if (!on_duty)
		return json_pack("[[s, s]]", desk_label("start", l), desk_label("help", l));
	return json_pack("[[s, s], [s, s], [s, s]]", desk_label("finish", l),
			 desk_label("chats", l), desk_label("return", l),
			 desk_label("transfer", l), desk_label("stop", l),
			 desk_label("help", l));
}

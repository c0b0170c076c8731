#include "services/operator-relay/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int is_ru(const struct view *v)
{
	return v->lang && strcmp(v->lang, "ru") == 0;
}

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

static json_t *note(json_t *text)
{
	json_t *out = json_pack("[{so}]", "text", text);

	if (!out)
		abort();
	return out;
}

static json_t *message_numbered(const json_t *work, json_int_t seq)
{
	size_t i;
	json_t *message;

	json_array_foreach (json_object_get(work, "messages"), i, message)
		if (json_integer_value(json_array_get(message, 0)) == seq)
			return message;
	return NULL;
}

static json_t *said(const json_t *message)
{
	static const char *const who[] = { "👤", "🤖", "💬", "ℹ️" };
	json_int_t author = json_integer_value(json_array_get(message, 1));

	return json_sprintf("%s %s", who[author & 3],
			    json_string_value(json_array_get(message, 2)));
}

json_t *view_invitation(const struct view *v)
{
	json_t *handoff = json_object_get(v->work, "handoff");
	json_int_t id = json_integer_value(json_object_get(handoff, "id"));
	json_t *list = note(
		json_sprintf(is_ru(v) ? "Нужен человек: %s (%s)" : "A human is wanted: %s (%s)",
			     text_of(v->work, "title"), text_of(handoff, "reason")));
	char take[40], skip[40];

	snprintf(take, sizeof take, "t:take:%lld", (long long)id);
	snprintf(skip, sizeof skip, "t:skip:%lld", (long long)id);
	json_object_set_new(json_array_get(list, 0), "buttons",
			    json_pack("[[{ss ss} {ss ss}]]", "text",
				      is_ru(v) ? "Принять" : "Accept", "data", take, "text",
				      is_ru(v) ? "Пропустить" : "Skip", "data", skip));
	return list;
}

json_t *view_answered(const struct view *v)
{
	(void)v;
	return json_array();
}

json_t *view_card(const struct view *v)
{
	return note(json_sprintf("**%s** · %s · %s", text_of(v->work, "title"),
				 text_of(json_object_get(v->work, "channel"), "name"),
				 text_of(v->work, "lang")));
}

json_t *view_history(const struct view *v)
{
	json_t *list = json_array(), *message;
	size_t i;

	json_array_foreach (json_object_get(v->work, "messages"), i, message)
		json_array_append_new(list, json_pack("{so}", "text", said(message)));
	return list;
}

json_t *view_message(const struct view *v)
{
	json_t *message =
		message_numbered(v->work, json_integer_value(json_object_get(v->note, "seq")));

	return message ? note(said(message)) : json_array();
}

json_t *view_notice(const struct view *v)
{
	return note(json_string(text_of(v->note, "detail")));
}

json_t *view_suggestion(const struct view *v)
{
	return note(json_sprintf("💡 %s", text_of(v->note, "detail")));
}

#include <string.h>

#include "common/json/jvalue.h"
#include "services/operator-relay/places.h"
#include "services/operator-relay/relay.h"
#include "services/operator-relay/view.h"

/*
 * From what is to be shown to what is sent, in the order of places: the client's
 * own is among them.
 */

static const struct {
	const char *what;
	json_t *(*make)(const struct view *v);
} makers[] = {
	{ "invitation", view_invitation }, { "reminder", view_invitation },
	{ "answered", view_answered },     { "card", view_card },
	{ "history", view_history },       { "message", view_message },
	{ "notice", view_notice },         { "suggestion", view_suggestion },
	{ "passed", view_passed },         { "reopen", view_topic },
	{ "close", view_topic },
};

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = jstring(object, name);

	return text ? text : "";
}

static json_t *make_payloads(const json_t *work, const json_t *note)
{
	const json_t *operator= json_object_get(json_object_get(note, "to"), "operator");
	struct view v = { .lang = text_of(operator, "lang"), .work = work, .note = note };
	const char *what = text_of(note, "what");

	for (size_t i = 0; i < sizeof makers / sizeof *makers; i++)
		if (strcmp(makers[i].what, what) == 0)
			return makers[i].make(&v);
	return json_array();
}

/* One note for each payload; without any, one that is only remembered. */
static void add_notes(struct places *l, const json_t *work, const json_t *note)
{
	const json_t *to = json_object_get(note, "to");
	json_auto_t *payloads = make_payloads(work, note);
	size_t n = json_array_size(payloads);

	for (size_t i = 0; i < n || i == 0; i++) {
		json_t *payload = json_array_get(payloads, i);
		json_t *one = json_pack(
			"{ss sO? sO? sO? sO?}", "what", text_of(note, "what"), "operator",
			json_object_get(json_object_get(to, "operator"), "id"), "id",
			json_object_get(note, "id"), "seq", json_object_get(note, "seq"),
			"desk", json_object_get(to, "desk"));

		if (payload) {
			json_object_set(one, "payload", payload);
			json_object_set_new(
				one, "kind",
				json_integer(json_object_get(payload, "method") ? 4 : 3));
		}
		places_add(l, places_order(to), one);
	}
}

const char *notes_make(struct arena *a, const char *text, int channel_id, const char *chat_key)
{
	json_auto_t *work = json_loads(text, 0, NULL);
	json_auto_t *sorted = NULL;
	struct places l = { 0 };
	json_t *note;
	size_t i;

	json_array_foreach (json_object_get(work, "notes"), i, note)
		add_notes(&l, work, note);
	places_add(&l, store_order(channel_id, chat_key), json_pack("{sb}", "self", 1));
	sorted = places_sort(&l);
	return jdump(a, sorted);
}

#include <stdlib.h>
#include <string.h>

#include "common/json/jvalue.h"
#include "services/operator-relay/relay.h"
#include "services/operator-relay/view.h"

/*
 * From what is to be shown to what is sent.  Deliveries of several desks are
 * added in one transaction, so the desks come in the order in which places are
 * locked, the client's own among them (store_order()).
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

struct shown {
	uint64_t order;
	size_t n; /* as they were found, which is the order within a desk */
	json_t *note;
};

struct list {
	struct shown *items;
	size_t n;
};

static void add(struct list *l, uint64_t order, json_t *note)
{
	l->items = realloc(l->items, (l->n + 1) * sizeof *l->items);
	if (!l->items || !note)
		abort();
	l->items[l->n] = (struct shown){ order, l->n, note };
	l->n++;
}

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
static void add_notes(struct list *l, const json_t *work, const json_t *note)
{
	const json_t *to = json_object_get(note, "to");
	uint64_t order = store_order((int)json_integer_value(json_object_get(to, "channel")),
				     text_of(to, "chat"));
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
		add(l, order, one);
	}
}

static int by_order(const void *a, const void *b)
{
	const struct shown *x = a, *y = b;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return x->n < y->n ? -1 : 1;
}

static const char *dump(struct arena *a, struct list *l)
{
	json_auto_t *out = json_array();

	qsort(l->items, l->n, sizeof *l->items, by_order);
	for (size_t i = 0; i < l->n; i++)
		json_array_append_new(out, l->items[i].note);
	free(l->items);
	return jdump(a, out);
}

const char *notes_make(struct arena *a, const char *text, int channel_id, const char *chat_key)
{
	json_auto_t *work = json_loads(text, 0, NULL);
	struct list l = { 0 };
	json_t *note;
	size_t i;

	json_array_foreach (json_object_get(work, "notes"), i, note)
		add_notes(&l, work, note);
	add(&l, store_order(channel_id, chat_key), json_pack("{sb}", "self", 1));
	return dump(a, &l);
}

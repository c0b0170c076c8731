#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "services/ingress/console_hub.h"

/*
 * Once in a second: look_at_rooms -> (look_at_operators ->) (look_at_sessions ->) over.
 * The bot's own conversations are not told to the desk, words may get lost, and a session may
 * end elsewhere.
 */

enum { LOOK_MS = 5000, SESSIONS_MS = 10000, AGAIN = 10 };

struct desk_look {
	struct flow flow;
	struct desk_hub *hub; /* NULL: it is closing */
	struct ingress *in;
	struct console_states states;
	const char *json;
};

static flow_step look_at_rooms, take_rooms, look_at_operators, take_operators, look_at_sessions,
	take_sessions, cannot_look, look_release;
static const struct flow_class look_class = { "look", cannot_look, look_release };

void desk_look(struct desk_hub *h)
{
	struct desk_look *l = calloc(1, sizeof *l);

	if (!l)
		abort();
	l->hub = h;
	l->in = h->in;
	h->look = l;
	flow_begin(&l->flow, &look_class, l, NULL, LOOK_MS, look_at_rooms);
}

void desk_look_stop(struct desk_hub *h)
{
	if (h->look)
		h->look->hub = NULL;
	h->look = NULL;
}

/* The list so far with one more; lists of PostgreSQL in text. */
static void add(struct buf *list, const char *item)
{
	buf_printf(list, "%s%s", list->len ? "," : "", item);
}

static const char *finish_list(struct desk_look *l, struct buf *list)
{
	const char *text = arena_printf(&l->flow.arena, "{%s}", buf_str(list));

	buf_free(list);
	return text;
}

/* --- what is watched ---------------------------------------------------------- */

static void look_at_rooms(void *self)
{
	struct desk_look *l = self;
	struct buf ids = { 0 };
	struct desk_client *c;

	if (!l->hub) {
		flow_done(&l->flow);
		return;
	}
	TAILQ_FOREACH (c, &l->hub->clients, link)
		if (c->watch)
			add(&ids, arena_int(&l->flow.arena, c->watch));
	if (ids.len)
		store_console_states(&l->in->desk_store, &l->flow, take_rooms, &l->states,
				     finish_list(l, &ids));
	else
		look_at_operators(l);
}

/* What was sent meanwhile is shown as sent. */
static void compare(struct desk_room *r, const struct console_state *s)
{
	int is_settled = r->has_open && !s->has_open;

	if (r->last_seq == s->last_seq && r->epoch == s->epoch && !is_settled)
		return;
	if (is_settled)
		r->again = s->last_seq > AGAIN ? s->last_seq - AGAIN : 1;
	r->last_seq = s->last_seq;
	r->epoch = s->epoch;
	desk_room_news(r);
}

static void take_rooms(void *self)
{
	struct desk_look *l = self;

	for (int i = 0; l->hub && i < l->states.n; i++) {
		const struct console_state *s = &l->states.items[i];
		struct desk_room *r = desk_room_find(l->hub, s->conversation_id);

		if (r)
			compare(r, s);
		if (r)
			r->has_open = s->has_open;
	}
	look_at_operators(l);
}

/* --- operators ------------------------------------------------------------------ */

static void look_at_operators(void *self)
{
	struct desk_look *l = self;

	if (!l->hub) {
		flow_done(&l->flow);
	} else if (l->hub->operators_stale || !l->hub->operators) {
		l->hub->operators_stale = 0;
		store_operators(&l->in->desk_store, &l->flow, take_operators, &l->json);
	} else {
		look_at_sessions(l);
	}
}

static const json_t *known(const struct desk_hub *h, const json_t *operator)
{
	json_int_t id = json_integer_value(json_object_get(operator, "id"));
	const json_t *other;
	size_t i;

	json_array_foreach (h->operators, i, other)
		if (json_integer_value(json_object_get(other, "id")) == id)
			return other;
	return NULL;
}

static void show_operators(struct desk_hub *h, json_t *list)
{
	json_t *operator;
	size_t i;

	json_array_foreach (list, i, operator)
		if (h->operators && !json_equal(operator, known(h, operator)))
			desk_send_to(h, 0, 0, "operator", operator);
	json_decref(h->operators);
	h->operators = json_incref(list);
}

static void take_operators(void *self)
{
	struct desk_look *l = self;
	json_auto_t *page = l->json ? json_loads(l->json, 0, NULL) : NULL;

	if (l->hub && page)
		show_operators(l->hub, json_object_get(page, "operators"));
	look_at_sessions(l);
}

/* --- sessions --------------------------------------------------------------------- */

static void look_at_sessions(void *self)
{
	struct desk_look *l = self;
	struct buf hashes = { 0 };
	struct desk_client *c;
	int64_t now = clock_mono_ms();

	if (!l->hub || now - l->hub->checked_ms < SESSIONS_MS) {
		flow_done(&l->flow);
		return;
	}
	l->hub->checked_ms = now;
	l->hub->operators_stale = 1;
	TAILQ_FOREACH (c, &l->hub->clients, link)
		add(&hashes, c->token_hash);
	store_sessions_alive(&l->in->desk_store, &l->flow, take_sessions, &l->json,
			     finish_list(l, &hashes));
}

static void take_sessions(void *self)
{
	struct desk_look *l = self;

	if (l->hub)
		desk_hub_keep(l->hub, l->json ? l->json : "");
	flow_done(&l->flow);
}

static void cannot_look(void *self)
{
	struct desk_look *l = self;

	flow_done(&l->flow);
}

static void look_release(void *self)
{
	struct desk_look *l = self;

	if (l->hub)
		l->hub->look = NULL;
	free(l);
}

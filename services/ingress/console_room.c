#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "services/ingress/console_hub.h"

/* Conversations that consoles look at or have just heard of. */

/* Things come together: a call, the invitations, a notice.  Who watches need not wait. */
enum { READ_MS = 5000, GATHER_MS = 40 };

/* --- rooms ----------------------------------------------------------------- */

struct desk_room *desk_room_find(struct desk_hub *h, int64_t id)
{
	struct desk_room *r;

	TAILQ_FOREACH (r, &h->rooms, link)
		if (r->id == id)
			return r;
	return NULL;
}

struct desk_room *desk_room_with_topic(struct desk_hub *h, const char *topic)
{
	struct desk_room *r;

	TAILQ_FOREACH (r, &h->rooms, link)
		if (strcmp(r->topic, topic) == 0)
			return r;
	return NULL;
}

struct desk_room *desk_room_open(struct desk_hub *h, int64_t id)
{
	struct desk_room *r = desk_room_find(h, id);

	if (r || h->room_count >= DESK_ROOMS)
		return r;
	r = calloc(1, sizeof *r);
	if (!r)
		abort();
	r->hub = h;
	r->id = id;
	r->seq = r->note = -1;
	r->heard_ms = clock_mono_ms();
	h->room_count++;
	TAILQ_INSERT_HEAD(&h->rooms, r, link);
	return r;
}

int desk_room_is_watched(const struct desk_room *r)
{
	struct desk_client *c;

	TAILQ_FOREACH (c, &r->hub->clients, link)
		if (c->watch == r->id)
			return 1;
	return 0;
}

/* --- news: read -> show ------------------------------------------------------ */

struct desk_news {
	struct flow flow;
	struct desk_room *room; /* NULL: it is closed */
	struct ingress *in;
	const char *json;
};

static flow_step gather, read_news, show_news, cannot_read, news_release;
static const struct flow_class news_class = { "news", cannot_read, news_release };

void desk_room_news(struct desk_room *r)
{
	struct desk_news *n;

	r->is_stale = 1;
	r->heard_ms = clock_mono_ms();
	if (r->news)
		return;
	n = calloc(1, sizeof *n);
	if (!n)
		abort();
	n->room = r;
	n->in = r->hub->in;
	r->news = n;
	flow_begin(&n->flow, &news_class, n, NULL, READ_MS,
		   desk_room_is_watched(r) ? read_news : gather);
}

static void gather(void *self)
{
	struct desk_news *n = self;

	flow_sleep(&n->flow, read_news, GATHER_MS);
}

/* "{1,2}": who is connected, each once. */
static const char *operators_of(struct desk_hub *h, struct arena *a)
{
	struct buf list = { 0 };
	struct desk_client *c, *d;
	const char *out;

	TAILQ_FOREACH (c, &h->clients, link) {
		for (d = TAILQ_FIRST(&h->clients); d->operator_id != c->operator_id;)
			d = TAILQ_NEXT(d, link);
		if (d == c)
			buf_printf(&list, "%s%d", list.len ? "," : "", c->operator_id);
	}
	out = arena_printf(a, "{%s}", buf_str(&list));
	buf_free(&list);
	return out;
}

static void read_news(void *self)
{
	struct desk_news *n = self;
	struct desk_room *r = n->room;
	int64_t from;

	if (!r) {
		flow_done(&n->flow);
		return;
	}
	from = r->again && r->seq >= r->again ? r->again - 1 : r->seq;
	r->is_stale = 0;
	r->again = 0;
	store_news(&n->in->desk_store, &n->flow, show_news, &n->json,
		   &(struct news_wanted){ .conversation_id = r->id,
					  .operators = operators_of(r->hub, &n->flow.arena),
					  .seq = from,
					  .note = r->note });
}

/* The row as each of them sees it: they have not all read as far. */
static void show_row(struct desk_room *r, json_t *row, const json_t *unread)
{
	json_t *usual = json_incref(json_object_get(row, "unread"));
	struct desk_client *c;
	char id[16];

	TAILQ_FOREACH (c, &r->hub->clients, link) {
		json_t *own;

		snprintf(id, sizeof id, "%d", c->operator_id);
		own = json_object_get(unread, id);
		json_object_set(row, "unread", own ? own : usual);
		desk_send(c, "conversation", row);
	}
	json_decref(usual);
}

static int is_on_its_way(const json_t *message)
{
	const char *state = json_string_value(json_object_get(message, "delivery"));

	return state && (strcmp(state, "pending") == 0 || strcmp(state, "sending") == 0);
}

static void show_messages(struct desk_room *r, const json_t *news, int holder, struct arena *a)
{
	json_t *message;
	size_t i;

	json_array_foreach (json_object_get(news, "messages"), i, message) {
		int64_t seq = json_integer_value(json_object_get(message, "seq"));
		json_auto_t *event = json_pack("{sI sO}", "conversation", (json_int_t)r->id,
					       "message", message);

		r->has_open |= is_on_its_way(message); /* the next look tells how it went */
		console_dress_message(message, r->id, a);
		desk_send_to(r->hub, r->id, holder, "message", event);
		if (seq > r->seq)
			r->seq = seq;
	}
}

static void show_notes(struct desk_room *r, const json_t *news)
{
	json_t *note;
	size_t i;

	if (r->note < 0)
		r->note = 0;
	json_array_foreach (json_object_get(news, "notes"), i, note) {
		json_object_set_new(note, "conversation", json_integer(r->id));
		desk_send_to(r->hub, r->id, 0, "note", note);
		r->note = json_integer_value(json_object_get(note, "id"));
	}
}

/* Also when there is none any more. */
static void show_suggestion(struct desk_room *r, const json_t *news, int holder)
{
	json_t *suggestion = json_object_get(news, "suggestion");
	int64_t id = json_integer_value(json_object_get(suggestion, "id"));
	json_auto_t *event = json_pack("{sI sO?}", "conversation", (json_int_t)r->id,
				       "suggestion", suggestion);

	if (id == r->suggestion)
		return;
	r->suggestion = id;
	desk_send_to(r->hub, r->id, holder, "suggestion", event);
}

/* What was shown is not there any more, a backup was restored: they look for themselves. */
static void go_back(struct desk_room *r, int64_t last_seq)
{
	struct desk_client *c;

	r->seq = last_seq;
	r->note = -1;
	TAILQ_FOREACH (c, &r->hub->clients, link)
		if (c->watch == r->id)
			desk_hello(c);
}

/* Only what is watched is listened to. */
static void follow(struct desk_room *r, const json_t *news)
{
	const char *chat = json_string_value(json_object_get(news, "chat"));
	int channel = (int)json_integer_value(json_object_get(news, "channel"));

	if (*r->topic || !chat || !desk_room_is_watched(r))
		return;
	live_topic(r->topic, channel, chat);
	pubsub_subscribe(r->hub->pubsub, r->topic);
}

static void show_news(void *self)
{
	struct desk_news *n = self;
	struct desk_room *r = n->room;
	json_auto_t *news = n->json && r ? json_loads(n->json, 0, NULL) : NULL;
	json_t *row = json_object_get(news, "row");
	int64_t last_seq = json_integer_value(json_object_get(row, "last_seq"));
	int holder = (int)json_integer_value(
		json_object_get(json_object_get(row, "operator"), "id"));

	if (news) {
		if (last_seq < r->seq)
			go_back(r, last_seq);
		show_row(r, row, json_object_get(news, "unread"));
		show_messages(r, news, holder, &n->flow.arena);
		show_notes(r, news);
		show_suggestion(r, news, holder);
		follow(r, news);
		if (r->seq < 0)
			r->seq = last_seq;
	}
	if (r && r->is_stale) {
		r->news = NULL;
		n->room = NULL;
		desk_room_news(r);
	}
	flow_done(&n->flow);
}

static void cannot_read(void *self)
{
	struct desk_news *n = self;

	if (n->room)
		n->room->last_seq = -1; /* the next look finds that it has changed */
	flow_done(&n->flow);
}

static void news_release(void *self)
{
	struct desk_news *n = self;

	if (n->room)
		n->room->news = NULL;
	free(n);
}

/* --- what is heard of it --------------------------------------------------------- */

static void take_typing(struct desk_room *r, const struct live_event *e)
{
	json_auto_t *event = json_pack("{sI ss ss?}", "conversation", (json_int_t)r->id, "who",
				       e->who, "name", e->name);

	desk_send_to(r->hub, r->id, 0, "typing", event);
}

void desk_room_take(struct desk_room *r, const struct live_event *e)
{
	switch (e->type) {
	case LIVE_DELTA:
		desk_room_take_delta(r, e);
		break;
	case LIVE_END:
		desk_room_take_end(r, e->answer);
		break;
	case LIVE_TYPING:
		take_typing(r, e);
		break;
	case LIVE_EDIT:
		r->again = e->seq;
		desk_room_news(r);
		break;
	case LIVE_SEQ:
	case LIVE_STATE:
	case LIVE_MESSAGE:
		desk_room_news(r);
		break;
	default:
		break;
	}
}

void desk_room_close(struct desk_room *r)
{
	if (*r->topic)
		pubsub_unsubscribe(r->hub->pubsub, r->topic);
	if (r->news)
		r->news->room = NULL;
	desk_room_stop_draft(r);
	TAILQ_REMOVE(&r->hub->rooms, r, link);
	r->hub->room_count--;
	free(r);
}

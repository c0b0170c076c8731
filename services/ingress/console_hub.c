#include "services/ingress/console_hub.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/timer.h"
#include "services/ingress/hub.h"

enum { BEAT_MS = 15000, LOOK_MS = 1000, IDLE_MS = 600000 };

/* --- sending --------------------------------------------------------------- */

void desk_send(struct desk_client *c, const char *event, const json_t *data)
{
	char *text = json_dumps(data, JSON_COMPACT);

	if (!text)
		abort();
	c->beat_ms = clock_mono_ms();
	web_stream_send(c->stream, NULL, event, text, strlen(text));
	free(text);
}

void desk_send_to(struct desk_hub *h, int64_t id, int holder, const char *event,
		  const json_t *data)
{
	char *text = json_dumps(data, JSON_COMPACT);
	struct desk_client *c;

	if (!text)
		abort();
	TAILQ_FOREACH (c, &h->clients, link)
		if (!id || c->watch == id || (holder && c->operator_id == holder))
			web_stream_send(c->stream, NULL, event, text, strlen(text));
	free(text);
}

void desk_hello(struct desk_client *c)
{
	web_stream_send(c->stream, NULL, "hello", "{}", 2);
}

/* --- clients ---------------------------------------------------------------- */

static void leave(struct desk_client *c)
{
	TAILQ_REMOVE(&c->hub->clients, c, link);
	c->hub->client_count--;
	free(c);
}

static void on_gone(void *arg)
{
	leave(arg);
}

static void dismiss(struct desk_client *c)
{
	struct web_stream *stream = c->stream;

	leave(c);
	web_stream_end(stream);
}

int desk_hub_count(const struct desk_hub *h, int operator_id)
{
	struct desk_client *c;
	int n = 0;

	TAILQ_FOREACH (c, &h->clients, link)
		n += c->operator_id == operator_id;
	return n;
}

void desk_hub_keep(struct desk_hub *h, const char *token_hashes)
{
	struct desk_client *c, *next;

	for (c = TAILQ_FIRST(&h->clients); c; c = next) {
		next = TAILQ_NEXT(c, link);
		if (!strstr(token_hashes, c->token_hash))
			dismiss(c);
	}
}

void desk_hub_join(struct desk_hub *h, struct web_request *req,
		   const struct session_operator *who, const char *token_hash, int64_t watch)
{
	struct desk_client *c = calloc(1, sizeof *c);
	struct desk_room *r;

	if (!c)
		abort();
	c->hub = h;
	c->operator_id = who->id;
	c->watch = watch;
	c->beat_ms = clock_mono_ms();
	c->ends_ms = c->beat_ms + who->left_ms;
	snprintf(c->token_hash, sizeof c->token_hash, "%s", token_hash);
	TAILQ_INSERT_TAIL(&h->clients, c, link);
	h->client_count++;
	c->stream = web_stream_begin(req, on_gone, c);
	desk_hello(c);
	if (!watch || !(r = desk_room_open(h, watch)))
		return;
	desk_room_news(r);
	desk_room_show_draft(r, c);
}

/* --- what we hear ------------------------------------------------------------- */

static void take_desk(struct desk_hub *h, const char *data, size_t len)
{
	json_auto_t *event = json_loadb(data, len, 0, NULL);
	int64_t id = json_integer_value(json_object_get(event, "conversation"));
	struct desk_room *r;

	if (!event || !h->client_count)
		return;
	h->operators_stale = 1; /* whoever takes a chat has one more */
	r = id > 0 ? desk_room_open(h, id) : NULL;
	if (r)
		desk_room_news(r);
}

static void on_message(void *arg, const char *topic, const char *data, size_t len)
{
	struct desk_hub *h = arg;
	struct arena a = { 0 };
	struct live_event e;
	struct desk_room *r;

	if (strcmp(topic, LIVE_DESK_TOPIC) == 0) {
		hub_queue_moved(h->in->hub); /* perhaps */
		take_desk(h, data, len);
		return;
	}
	r = desk_room_with_topic(h, topic);
	if (r && live_parse(&e, &a, data, len) == 0)
		desk_room_take(r, &e);
	arena_free(&a);
}

static void on_subscribed(void *arg, const char *topic)
{
	struct desk_room *r = desk_room_with_topic(arg, topic);

	if (r)
		desk_room_read_draft(r);
}

/* What was said meanwhile is lost: everybody looks for themselves. */
static void on_up(void *arg)
{
	struct desk_hub *h = arg;
	struct desk_client *c;

	hub_queue_moved(h->in->hub);
	TAILQ_FOREACH (c, &h->clients, link)
		desk_hello(c);
}

/* --- the clock ------------------------------------------------------------------ */

static void tend_client(struct desk_client *c, int64_t now)
{
	if (c->ends_ms < now) {
		dismiss(c);
		return;
	}
	if (now - c->beat_ms < BEAT_MS)
		return;
	c->beat_ms = now;
	web_stream_comment(c->stream, "beat");
}

static void tend_room(struct desk_room *r, int64_t now)
{
	if (desk_room_is_watched(r)) {
		r->heard_ms = now;
		return;
	}
	if (*r->topic)
		pubsub_unsubscribe(r->hub->pubsub, r->topic);
	*r->topic = 0;
	if (now - r->heard_ms > IDLE_MS || !r->hub->client_count)
		desk_room_close(r);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct desk_hub *h = arg;
	struct desk_client *c, *next;
	struct desk_room *r, *next_room;
	int64_t now = clock_mono_ms();

	(void)fd, (void)what;
	for (c = TAILQ_FIRST(&h->clients); c; c = next) {
		next = TAILQ_NEXT(c, link);
		tend_client(c, now);
	}
	for (r = TAILQ_FIRST(&h->rooms); r; r = next_room) {
		next_room = TAILQ_NEXT(r, link);
		tend_room(r, now);
	}
	if (h->client_count && !h->look)
		desk_look(h);
}

struct desk_hub *desk_hub_open(struct ingress *in, struct err *e)
{
	static const struct pubsub_events events = { .message = on_message,
						     .subscribed = on_subscribed,
						     .up = on_up };
	struct desk_hub *h = calloc(1, sizeof *h);

	if (!h)
		abort();
	h->in = in;
	TAILQ_INIT(&h->clients);
	TAILQ_INIT(&h->rooms);
	h->pubsub = pubsub_open(in->base, in->redis_url, &events, h, e);
	if (!h->pubsub) {
		free(h);
		return NULL;
	}
	pubsub_subscribe(h->pubsub, LIVE_DESK_TOPIC);
	h->tick = timer_every(in->base, LOOK_MS, on_tick, h);
	return h;
}

void desk_hub_close(struct desk_hub *h)
{
	struct desk_client *c, *next;
	struct desk_room *r, *next_room;

	if (!h)
		return;
	for (c = TAILQ_FIRST(&h->clients); c; c = next) {
		next = TAILQ_NEXT(c, link);
		dismiss(c);
	}
	for (r = TAILQ_FIRST(&h->rooms); r; r = next_room) {
		next_room = TAILQ_NEXT(r, link);
		desk_room_close(r);
	}
	desk_look_stop(h);
	json_decref(h->operators);
	event_free(h->tick);
	pubsub_close(h->pubsub);
	free(h);
}

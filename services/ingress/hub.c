#include "services/ingress/hub.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/timer.h"

enum { BEAT_MS = 15000, TICK_MS = 1000 };

/* --- rooms ---------------------------------------------------------------- */

static struct room **slot_of(struct hub *h, const char *topic)
{
	uint64_t hash = 14695981039346656037u;

	for (; *topic; topic++)
		hash = (hash ^ (unsigned char)*topic) * 1099511628211u;
	return &h->slots[(hash ^ hash >> 32) % HUB_SLOTS];
}

struct room *hub_room(struct hub *h, const char *topic)
{
	struct room *r = *slot_of(h, topic);

	while (r && strcmp(r->topic, topic) != 0)
		r = r->next;
	return r;
}

static struct room *open_room(struct hub *h, const char *topic, int channel_id,
			      const char *chat)
{
	struct room **slot = slot_of(h, topic), *r = calloc(1, sizeof *r);

	if (!r || !(r->chat = strdup(chat)))
		abort();
	snprintf(r->topic, sizeof r->topic, "%s", topic);
	r->hub = h;
	r->channel_id = channel_id;
	r->next = *slot;
	*slot = r;
	TAILQ_INIT(&r->clients);
	TAILQ_INSERT_TAIL(&h->rooms, r, link);
	pubsub_subscribe(h->pubsub, r->topic);
	return r;
}

static void close_room(struct room *r)
{
	struct hub *h = r->hub;
	struct room **at = slot_of(h, r->topic);

	while (*at != r)
		at = &(*at)->next;
	*at = r->next;
	TAILQ_REMOVE(&h->rooms, r, link);
	pubsub_unsubscribe(h->pubsub, r->topic);
	room_stop_refresh(r);
	room_stop_draft(r);
	buf_free(&r->draft.text);
	free(r->state);
	free(r->chat);
	free(r);
}

/* --- clients -------------------------------------------------------------- */

static void leave(struct client *c)
{
	struct room *r = c->room;

	TAILQ_REMOVE(&r->clients, c, in_room);
	TAILQ_REMOVE(&r->hub->clients, c, in_hub);
	r->client_count--;
	free(c);
	if (r->client_count == 0)
		close_room(r);
}

static void on_gone(void *arg)
{
	leave(arg);
}

static void dismiss(struct client *c)
{
	struct web_stream *stream = c->stream;

	leave(c);
	web_stream_end(stream);
}

int hub_count_chat(struct hub *h, int channel_id, const char *chat)
{
	char topic[LIVE_TOPIC_SIZE];
	struct room *r = hub_room(h, live_topic(topic, channel_id, chat));

	return r ? r->client_count : 0;
}

int hub_count_network(struct hub *h, const char *network)
{
	struct client *c;
	int n = 0;

	TAILQ_FOREACH (c, &h->clients, in_hub)
		n += strcmp(c->network, network) == 0;
	return n;
}

void hub_join(struct hub *h, struct web_request *req, int channel_id, const char *chat,
	      int64_t after, int64_t expires_ms)
{
	struct client *c = calloc(1, sizeof *c);
	char topic[LIVE_TOPIC_SIZE];
	struct room *r;

	if (!c)
		abort();
	live_topic(topic, channel_id, chat);
	r = hub_room(h, topic);
	if (!r)
		r = open_room(h, topic, channel_id, chat);
	c->room = r;
	c->sent = after;
	c->expires_ms = expires_ms;
	c->beat_ms = clock_mono_ms();
	c->network = ingress_network(req);
	TAILQ_INSERT_TAIL(&r->clients, c, in_room);
	TAILQ_INSERT_TAIL(&h->clients, c, in_hub);
	r->client_count++;
	c->stream = web_stream_begin(req, on_gone, c);
	web_stream_comment(c->stream, "welcome");
	room_refresh(r);
	room_show_draft(r);
}

/* --- what we hear --------------------------------------------------------- */

/* PostgreSQL knows it exactly, but what the bot is writing must not be seen meanwhile. */
static void take_state(struct room *r, const char *responder)
{
	room_set_human(r, strcmp(responder, "bot") != 0);
	room_refresh(r);
}

/* The person need not be told of themselves. */
static void take_typing(struct room *r, const struct live_event *e)
{
	json_auto_t *body = json_pack("{ss ss?}", "who", e->who, "name", e->name);
	char *text = json_dumps(body, JSON_COMPACT);
	struct client *c;

	if (!text)
		abort();
	if (strcmp(e->who, "person") != 0)
		TAILQ_FOREACH (c, &r->clients, in_room)
			web_stream_send(c->stream, NULL, "typing", text, strlen(text));
	free(text);
}

static void take_event(struct room *r, const struct live_event *e)
{
	switch (e->type) {
	case LIVE_SEQ:
		room_refresh(r);
		break;
	case LIVE_STATE:
		take_state(r, e->responder);
		break;
	case LIVE_DELTA:
		room_take_delta(r, e);
		break;
	case LIVE_END:
		room_take_end(r, e->answer);
		break;
	case LIVE_TYPING:
		take_typing(r, e);
		break;
	case LIVE_EDIT:
		room_show_edit(r, e->seq);
		break;
	default:
		break;
	}
}

static void on_message(void *arg, const char *topic, const char *data, size_t len)
{
	struct hub *h = arg;
	struct room *r = hub_room(h, topic);
	struct live_event e;
	struct arena a = { 0 };

	if (r && live_parse(&e, &a, data, len) == 0)
		take_event(r, &e);
	arena_free(&a);
}

/* From here on nothing is missed; what was before is read now. */
static void on_subscribed(void *arg, const char *topic)
{
	struct room *r = hub_room(arg, topic);

	if (!r)
		return;
	room_refresh(r);
	room_read_draft(r);
}

/* --- the clock ------------------------------------------------------------ */

static void tend_client(struct client *c, int64_t now)
{
	if (c->expires_ms < clock_wall_ms()) {
		dismiss(c);
		return;
	}
	if (now - c->beat_ms < BEAT_MS)
		return;
	c->beat_ms = now;
	web_stream_comment(c->stream, "beat");
}

void hub_expect(struct hub *h, const char *topic)
{
	struct room *r = hub_room(h, topic);

	if (r)
		r->asked_ms = clock_mono_ms();
}

/* An answer that is being shown tells us itself that it is alive. */
static int recheck_ms(const struct room *r, int64_t now)
{
	int is_expecting =
		r->asked_ms && now - r->asked_ms < ROOM_EXPECTS_FOR_MS && !*r->draft.answer;

	return is_expecting ? ROOM_EXPECTING_MS : ROOM_RECHECK_MS;
}

/* Heart-beats, tokens that are over, and a look at PostgreSQL in case a word was lost. */
static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct hub *h = arg;
	struct client *c, *next;
	struct room *r;
	int64_t now = clock_mono_ms();

	(void)fd, (void)what;
	for (c = TAILQ_FIRST(&h->clients); c; c = next) {
		next = TAILQ_NEXT(c, in_hub);
		tend_client(c, now);
	}
	hub_tend_queue(h);
	TAILQ_FOREACH (r, &h->rooms, link) {
		if (now - r->refreshed_ms > recheck_ms(r, now))
			room_refresh(r);
		if (*r->draft.answer && now - r->draft.at_ms > LIVE_DRAFT_TTL_S * 1000L)
			room_take_end(r, r->draft.answer);
	}
}

struct hub *hub_open(struct ingress *in, struct err *e)
{
	static const struct pubsub_events events = { .message = on_message,
						     .subscribed = on_subscribed };
	struct hub *h = calloc(1, sizeof *h);

	if (!h)
		abort();
	h->in = in;
	TAILQ_INIT(&h->rooms);
	TAILQ_INIT(&h->clients);
	h->pubsub = pubsub_open(in->base, in->redis_url, &events, h, e);
	if (!h->pubsub) {
		free(h);
		return NULL;
	}
	h->tick = timer_every(in->base, TICK_MS, on_tick, h);
	return h;
}

void hub_close(struct hub *h)
{
	struct client *c, *next;

	if (!h)
		return;
	for (c = TAILQ_FIRST(&h->clients); c; c = next) {
		next = TAILQ_NEXT(c, in_hub);
		dismiss(c);
	}
	hub_stop_queue(h);
	event_free(h->tick);
	pubsub_close(h->pubsub);
	h->in->hub = NULL;
	free(h);
}

#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "services/ingress/hub.h"
#include "services/ingress/message.h"

/* What clients of a room have not seen: read -> hand_out, again until all is read. */

enum { READ_MS = 5000, RETRY_MS = 1000, PAGE = 50 };

struct refresh {
	struct flow flow;
	struct room *room; /* NULL: everybody has left */
	struct ingress *in;
	char *chat;
	int channel_id;
	int64_t after, began;
	struct message_page page;
};

static flow_step read_page, hand_out, cannot_read, refresh_release;
static const struct flow_class refresh_class = { "refresh", cannot_read, refresh_release };

void room_refresh(struct room *r)
{
	struct refresh *f;

	r->is_stale = 1;
	r->refreshed_ms = clock_mono_ms();
	if (r->refresh)
		return;
	f = calloc(1, sizeof *f);
	if (!f || !(f->chat = strdup(r->chat)))
		abort();
	f->room = r;
	f->in = r->hub->in;
	f->channel_id = r->channel_id;
	r->refresh = f;
	flow_begin(&f->flow, &refresh_class, f, NULL, READ_MS, read_page);
}

void room_stop_refresh(struct room *r)
{
	if (r->refresh)
		r->refresh->room = NULL;
	r->refresh = NULL;
}

static void read_page(void *self)
{
	struct refresh *f = self;
	struct client *c;

	if (!f->room) {
		flow_done(&f->flow);
		return;
	}
	f->room->is_stale = 0;
	f->began = clock_mono_ms();
	f->after = INT64_MAX;
	TAILQ_FOREACH (c, &f->room->clients, in_room) {
		c->asked = c->sent;
		if (c->sent < f->after)
			f->after = c->sent;
	}
	store_messages(&f->in->store, &f->flow, hand_out, &f->page,
		       &(struct messages_wanted){ .channel_id = f->channel_id,
						  .chat_key = f->chat,
						  .after = f->after,
						  .limit = PAGE });
}

static void send_to_all(struct refresh *f, const struct message *m)
{
	json_auto_t *body = message_shown(f->in, &f->flow.arena, f->page.conversation_id, m);
	char *text = json_dumps(body, JSON_COMPACT), id[24];
	struct client *c;

	if (!text)
		abort();
	snprintf(id, sizeof id, "%lld", (long long)m->seq);
	f->room->asked_ms = m->author == AUTHOR_PERSON ? clock_mono_ms() : 0;
	TAILQ_FOREACH (c, &f->room->clients, in_room) {
		if (c->sent < f->after || c->sent >= m->seq)
			continue; /* joined since, with a gap; or has it */
		c->sent = m->seq;
		c->beat_ms = clock_mono_ms();
		web_stream_send(c->stream, id, "message", text, strlen(text));
	}
	free(text);
}

/* The id is for browsers that resume a stream by themselves. */
static void send_back(struct refresh *f)
{
	struct client *c;
	char id[24];

	snprintf(id, sizeof id, "%lld", (long long)f->page.last_seq);
	TAILQ_FOREACH (c, &f->room->clients, in_room) {
		if (c->asked <= f->page.last_seq)
			continue;
		c->sent = c->asked = f->page.last_seq;
		c->beat_ms = clock_mono_ms();
		web_stream_send(c->stream, id, "reload", "{}", 2);
	}
}

void room_tell(struct room *r, const json_t *state)
{
	char *text = json_dumps(state, JSON_COMPACT);
	struct client *c;

	if (!text)
		abort();
	if (!r->state || strcmp(r->state, text) != 0) {
		free(r->state);
		r->state = text;
		r->state_count++;
	} else {
		free(text);
	}
	TAILQ_FOREACH (c, &r->clients, in_room) {
		if (c->states == r->state_count)
			continue;
		c->states = r->state_count;
		c->beat_ms = clock_mono_ms();
		web_stream_send(c->stream, NULL, "state", r->state, strlen(r->state));
	}
}

/* Places that were read since this page was asked for may be newer than those it tells. */
static void tell_state(struct refresh *f)
{
	json_auto_t *state = state_json(&f->page);
	struct room *r = f->room;

	room_set_human(r, f->page.responder != RESPONDER_BOT);
	r->is_waiting = json_is_object(json_object_get(state, "queue"));
	r->told_ms = clock_mono_ms();
	if (r->is_waiting && r->placed_ms >= f->began)
		hub_queue_moved(r->hub);
	room_tell(r, state);
}

static int somebody_lacks(const struct refresh *f)
{
	struct client *c;

	TAILQ_FOREACH (c, &f->room->clients, in_room)
		if (c->sent < f->page.last_seq)
			return f->page.n > 0;
	return 0;
}

static void hand_out(void *self)
{
	struct refresh *f = self;

	if (!f->room) {
		flow_done(&f->flow);
		return;
	}
	send_back(f);
	for (int i = 0; i < f->page.n; i++)
		send_to_all(f, &f->page.messages[i]);
	tell_state(f);
	if (f->room->is_stale || somebody_lacks(f)) {
		struct room *r = f->room;

		r->refresh = NULL; /* a new flow: this one's arena holds the page */
		f->room = NULL;
		room_refresh(r);
	}
	flow_done(&f->flow);
}

static void cannot_read(void *self)
{
	struct refresh *f = self;

	if (f->room) /* soon again */
		f->room->refreshed_ms = clock_mono_ms() - ROOM_RECHECK_MS + RETRY_MS;
	flow_done(&f->flow);
}

static void refresh_release(void *self)
{
	struct refresh *f = self;

	if (f->room)
		f->room->refresh = NULL;
	free(f->chat);
	free(f);
}

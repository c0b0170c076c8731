#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/store/person.h"
#include "services/ingress/hub.h"

/*
 * Whoever waits for a human is told their place when it changes: read_places -> tell_places.
 *
 * Any order at the desk, and any look at a case, may move the queue, and then everybody's place
 * is another.  So the words about it are only noted; once in a second at most, if somebody who
 * waits is looking, the head of the queue is read, once for all.
 */

enum { READ_MS = 5000, PLACE_MANY = 50 };

struct queue_read {
	struct flow flow;
	struct hub *hub; /* NULL: it is closed */
	int64_t began;
	const char *json;
};

static flow_step read_places, tell_places, cannot_read, queue_release;
static const struct flow_class queue_class = { "queue", cannot_read, queue_release };

void hub_queue_moved(struct hub *h)
{
	if (h)
		h->is_queue_moved = 1;
}

static int somebody_waits(const struct hub *h)
{
	struct room *r;

	TAILQ_FOREACH (r, &h->rooms, link)
		if (r->is_waiting)
			return 1;
	return 0;
}

void hub_tend_queue(struct hub *h)
{
	struct queue_read *q;

	if (!h->is_queue_moved || h->queue_read)
		return;
	h->is_queue_moved = 0;
	if (!somebody_waits(h))
		return;
	q = calloc(1, sizeof *q);
	if (!q)
		abort();
	q->hub = h;
	h->queue_read = q;
	flow_begin(&q->flow, &queue_class, q, NULL, READ_MS, read_places);
}

void hub_stop_queue(struct hub *h)
{
	if (h->queue_read)
		h->queue_read->hub = NULL;
	h->queue_read = NULL;
}

static void read_places(void *self)
{
	struct queue_read *q = self;

	if (!q->hub) {
		flow_done(&q->flow);
		return;
	}
	q->began = clock_mono_ms();
	store_places(&q->hub->in->store, &q->flow, tell_places, &q->json);
}

/* --- telling -------------------------------------------------------------- */

/* 0: nowhere among the first. */
static void note_places(struct hub *h, const json_t *places)
{
	char topic[LIVE_TOPIC_SIZE];
	struct room *r;
	json_t *one;
	size_t i;

	TAILQ_FOREACH (r, &h->rooms, link)
		r->place = 0;
	json_array_foreach (places, i, one) {
		live_topic(topic, (int)json_integer_value(json_array_get(one, 0)),
			   json_string_value(json_array_get(one, 1)));
		r = hub_room(h, topic);
		if (r)
			r->place = (int)json_integer_value(json_array_get(one, 2));
	}
}

static void tell_place(struct room *r, int place, json_t *wait_s)
{
	json_auto_t *state = json_loads(r->state, 0, NULL);
	json_t *queue = json_pack("{si sO}", "place", place, "wait_s", wait_s);

	if (!queue || json_object_set_new(state, "queue", queue) < 0)
		abort();
	room_tell(r, state);
}

/* A room that was read meanwhile may know better: everybody's place is read once more. */
static void tell_room(struct queue_read *q, struct room *r, json_t *wait_s, int has_more)
{
	r->placed_ms = clock_mono_ms();
	if (r->told_ms >= q->began)
		q->hub->is_queue_moved = 1;
	else if (r->place || has_more)
		tell_place(r, r->place ? r->place : PLACE_MANY, wait_s);
	else
		room_refresh(r); /* not in the queue any more */
}

static void tell_places(void *self)
{
	struct queue_read *q = self;
	json_auto_t *found = q->hub && q->json ? json_loads(q->json, 0, NULL) : NULL;
	json_t *wait_s = json_object_get(found, "wait_s");
	struct room *r;

	if (found && wait_s) {
		note_places(q->hub, json_object_get(found, "places"));
		TAILQ_FOREACH (r, &q->hub->rooms, link)
			if (r->is_waiting)
				tell_room(q, r, wait_s,
					  json_is_true(json_object_get(found, "more")));
	}
	flow_done(&q->flow);
}

static void cannot_read(void *self)
{
	struct queue_read *q = self;

	hub_queue_moved(q->hub); /* soon again */
	flow_done(&q->flow);
}

static void queue_release(void *self)
{
	struct queue_read *q = self;

	if (q->hub)
		q->hub->queue_read = NULL;
	free(q);
}

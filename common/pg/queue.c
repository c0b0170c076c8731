#include "common/pg/queue.h"

#include <string.h>

static unsigned short *place_of(struct queue *q, const struct call *c)
{
	return c->order < PG_ALONE ? &q->sent_of[c->order % QUEUE_ORDERS] : NULL;
}

void queue_init(struct queue *q)
{
	TAILQ_INIT(&q->calls);
}

void queue_forget(struct queue *q)
{
	memset(q->sent_of, 0, sizeof q->sent_of);
}

void queue_add(struct queue *q, struct call *c)
{
	TAILQ_INSERT_TAIL(&q->calls, c, link);
	q->n++;
}

void queue_remove(struct queue *q, struct call *c)
{
	TAILQ_REMOVE(&q->calls, c, link);
	q->n--;
}

/* A call that goes alone, goes when nothing else is on its way, and nothing follows it. */
static int may_go(struct queue *q, const struct call *c, int is_idle)
{
	const unsigned short *sent = place_of(q, c);

	if (c->order == PG_ALONE)
		return is_idle;
	return !sent || *sent == 0;
}

static void note_sent(struct queue *q, const struct group *g)
{
	struct call *c;

	TAILQ_FOREACH (c, &g->calls, link) {
		unsigned short *sent = place_of(q, c);

		c->is_sent = 1;
		if (sent)
			++*sent;
	}
}

struct group *queue_group(struct queue *q, int max, int is_idle)
{
	struct group *g = group_create();
	struct call *c, *next;

	for (c = TAILQ_FIRST(&q->calls); c && g->n < max; c = next) {
		next = TAILQ_NEXT(c, link);
		if (may_go(q, c, is_idle && g->n == 0)) {
			queue_remove(q, c);
			group_add(g, c);
		}
		if (c->order == PG_ALONE)
			break;
	}
	note_sent(q, g);
	if (g->n > 0)
		return g;
	group_free(g);
	return NULL;
}

void queue_over(struct queue *q, const struct call *c)
{
	unsigned short *sent = place_of(q, c);

	if (sent)
		--*sent;
}

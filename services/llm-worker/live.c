#include <string.h>

#include "common/base/clock.h"
#include "services/llm-worker/worker.h"

/*
 * Answers are shown while they grow: the first words at once, then what has
 * gathered, one timer for all turns of the process.
 */

enum { FLUSH_MS = 50 };

static int is_read_live(const struct turn *t)
{
	const struct registry *r = bots_registry(t->worker->bots);
	const struct channel *c = r ? registry_channel(r, t->claim.channel_id) : NULL;

	return c && c->mode == DELIVERY_NONE;
}

static void show(struct turn *t)
{
	const struct buf *text = &t->answer.text;

	live_delta(t->worker->redis, t->topic, t->name, t->shown, text->data + t->shown,
		   text->len - t->shown);
	t->shown = text->len;
	t->shown_at = clock_mono_ms();
}

void live_hold(struct turn *t)
{
	if (!t->is_growing)
		return;
	TAILQ_REMOVE(&t->worker->growing, t, growing);
	t->is_growing = 0;
}

static void on_flush(evutil_socket_t fd, short what, void *arg)
{
	struct worker *w = arg;
	struct turn *t;

	(void)fd, (void)what;
	while ((t = TAILQ_FIRST(&w->growing))) {
		live_hold(t);
		show(t);
	}
}

void live_grew(struct turn *t)
{
	struct worker *w = t->worker;
	struct timeval tv = { .tv_usec = FLUSH_MS * 1000 };

	if (t->answer.stable < t->shown)
		t->shown = 0; /* the provider changed its mind: begin anew */
	if (t->answer.text.len == t->shown || !is_read_live(t))
		return;
	if (clock_mono_ms() - t->shown_at >= FLUSH_MS) {
		show(t);
		return;
	}
	if (t->is_growing)
		return;
	t->is_growing = 1;
	TAILQ_INSERT_TAIL(&w->growing, t, growing);
	if (!event_pending(w->flush, EV_TIMEOUT, NULL))
		event_add(w->flush, &tv);
}

int live_was_seen(const struct turn *t)
{
	return t->shown_at != 0;
}

void live_over(struct turn *t)
{
	live_hold(t);
	if (t->shown_at)
		live_end(t->worker->redis, t->topic, t->name);
	t->shown_at = 0;
}

void live_open(struct worker *w)
{
	TAILQ_INIT(&w->growing);
	w->flush = evtimer_new(w->base, on_flush, w);
}

void live_close(struct worker *w)
{
	if (w->flush)
		event_free(w->flush);
	w->flush = NULL;
}

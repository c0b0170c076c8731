#include "common/base/clock.h"
#include "common/live/draft.h"
#include "services/llm-worker/worker.h"

/*
 * Channels that a courier serves are shown answers as a whole, now and then:
 * one timer looks at the turns under way.  Quick answers are never drafted.
 */

enum { TICK_MS = 350, QUICK_MS = 700, EVERY_MS = 1000, TYPING_MS = 4000 };

static int is_drafted(const struct turn *t, int64_t now)
{
	const struct registry *r = bots_registry(t->worker->bots);
	const struct channel *c = r ? registry_channel(r, t->claim.channel_id) : NULL;

	return c && c->mode == DELIVERY_COURIER && now - t->began >= QUICK_MS &&
	       (t->phase == PHASE_ASK || t->phase == PHASE_WAIT) && t->order < ORDER_STOP;
}

/* The same text again only says that we are still at it. */
static int is_due(const struct turn *t, int64_t now, size_t len)
{
	int64_t pause = len == t->drafted ? TYPING_MS : EVERY_MS;

	return !t->drafted_at || now - t->drafted_at >= pause;
}

static void consider(struct turn *t, int64_t now)
{
	const struct buf *text = &t->answer.text;
	size_t len = t->phase == PHASE_ASK ? text->len : 0;

	if (!is_drafted(t, now) || !is_due(t, now, len))
		return;
	t->drafted = len;
	t->drafted_at = now;
	live_draft_announce(t->worker->redis,
			    &(struct draft){ .channel_id = t->claim.channel_id,
					     .is_group = t->claim.is_group,
					     .chat = t->claim.chat_key,
					     .job = t->job,
					     .attempt = t->attempt,
					     .text = buf_str(text) },
			    len);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct worker *w = arg;
	int64_t now = clock_mono_ms();
	struct turn *t;

	(void)fd, (void)what;
	for (int i = 0; i < TOPIC_BUCKETS; i++)
		TAILQ_FOREACH (t, &w->topics[i], listening)
			consider(t, now);
}

void drafts_open(struct worker *w)
{
	w->drafts = event_new(w->base, -1, EV_PERSIST, on_tick, w);
	event_add(w->drafts, &(struct timeval){ .tv_usec = TICK_MS * 1000 });
}

void drafts_close(struct worker *w)
{
	if (w->drafts)
		event_free(w->drafts);
	w->drafts = NULL;
}

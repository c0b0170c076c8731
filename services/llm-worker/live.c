#include <string.h>

#include "common/base/clock.h"
#include "common/base/timer.h"
#include "common/live/draft.h"
#include "services/llm-worker/worker.h"

/*
 * Answers are shown while they grow.  Where people read live: the first words
 * at once, then what has gathered, one timer for all turns of the process; when
 * there are thousands, each is shown more rarely, so that those who pass it on
 * keep up.  Where a courier shows drafts: all of the text now and then, as it
 * grows, and the bot typing while it does not.
 */

enum {
	FLUSH_MS = 50,
	SHOWS_A_ROUND = 2000, /* of FLUSH_MS: what one ingress takes with ease */
	DRAFT_MS = 1000,
	DRAFT_AFTER_MS = 700, /* a quick answer needs no draft */
	TICK_MS = 250,
	TYPING_AFTER_MS = 200, /* a very quick one is not even seen being written */
	TYPING_MS = 4000,      /* Telegram forgets it after five seconds */
};

static enum audience audience_of(const struct turn *t)
{
	const struct registry *r = bots_registry(t->worker->bots);
	const struct channel *c = r ? registry_channel(r, t->claim.channel_id) : NULL;

	if (t->is_suggestion || t->is_hushed)
		return AUDIENCE_NONE;
	if (c && c->mode == DELIVERY_NONE)
		return AUDIENCE_LIVE;
	if (c && strcmp(c->kind, "telegram") == 0)
		return AUDIENCE_DRAFT;
	return AUDIENCE_NONE;
}

/* Where a courier sends, or people fetch, nobody listens for what was committed. */
int live_is_read(const struct turn *t)
{
	const struct registry *r = bots_registry(t->worker->bots);
	const struct channel *c = r ? registry_channel(r, t->claim.channel_id) : NULL;

	return !c || c->mode == DELIVERY_NONE;
}

static void announce_draft(const struct turn *t, const char *text, size_t len)
{
	struct draft draft = { .channel_id = t->claim.channel_id,
			       .is_group = t->claim.is_group,
			       .chat = t->claim.chat_key,
			       .job = t->job,
			       .attempt = t->attempt,
			       .text = text };

	live_draft_announce(t->worker->redis, &draft, len);
}

void live_begin(struct turn *t)
{
	t->audience = audience_of(t);
	if (t->audience == AUDIENCE_DRAFT && !event_pending(t->worker->tick, EV_TIMEOUT, NULL))
		timer_set(t->worker->tick, TICK_MS);
}

/* Others may have answered while we were stopped: a preview of ours would stay in a group. */
static int may_be_ours(const struct turn *t)
{
	return jobs_held_since(t->worker->jobs, t->held_since);
}

static void show(struct turn *t)
{
	const char *text = t->answer.text.data;

	if (!may_be_ours(t))
		return;
	if (t->audience == AUDIENCE_DRAFT)
		announce_draft(t, text, t->presentable);
	else
		live_delta(t->worker->redis, t->topic, t->name, t->shown, text + t->shown,
			   t->presentable - t->shown);
	t->shown = t->presentable;
	t->shown_at = clock_mono_ms();
	t->worker->shows++;
}

void live_hold(struct turn *t)
{
	if (!t->is_growing)
		return;
	TAILQ_REMOVE(&t->worker->growing, t, growing);
	t->is_growing = 0;
}

static int may_show(struct worker *w, int64_t now)
{
	if (now - w->round_ms >= FLUSH_MS) {
		w->round_ms = now;
		w->shows = 0;
	}
	return w->shows < SHOWS_A_ROUND;
}

static void flush_later(struct worker *w)
{
	if (!event_pending(w->flush, EV_TIMEOUT, NULL))
		timer_set(w->flush, FLUSH_MS);
}

static void on_flush(evutil_socket_t fd, short what, void *arg)
{
	struct worker *w = arg;
	struct turn *t;

	(void)fd, (void)what;
	while ((t = TAILQ_FIRST(&w->growing)) && may_show(w, clock_mono_ms())) {
		live_hold(t);
		show(t);
	}
	if (t)
		flush_later(w);
}

static void grow_draft(struct turn *t)
{
	int64_t now = clock_mono_ms();

	if (now - t->asked >= DRAFT_AFTER_MS && now - t->shown_at >= DRAFT_MS)
		show(t);
}

static void grow_live(struct turn *t)
{
	struct worker *w = t->worker;
	int64_t now = clock_mono_ms();

	if (t->is_growing)
		return;
	if (now - t->shown_at >= FLUSH_MS && may_show(w, now)) {
		show(t);
		return;
	}
	t->is_growing = 1;
	TAILQ_INSERT_TAIL(&w->growing, t, growing);
	flush_later(w);
}

void live_grew(struct turn *t)
{
	if (t->answer.stable < t->shown)
		t->shown = 0; /* the provider changed its mind: begin anew */
	if (t->answer.stable < t->presentable)
		t->presentable = t->shown;
	t->presentable = depth_presentable(t);
	if (t->presentable <= t->shown)
		return;
	if (t->audience == AUDIENCE_LIVE)
		grow_live(t);
	else if (t->audience == AUDIENCE_DRAFT)
		grow_draft(t);
}

void live_flush(struct turn *t)
{
	live_hold(t);
	t->presentable = t->answer.text.len;
	if (t->audience == AUDIENCE_LIVE && t->shown_at && t->presentable > t->shown)
		show(t);
}

/* --- nothing grows ---------------------------------------------------------- */

static int is_typing_due(const struct turn *t, int64_t now)
{
	int64_t last = t->shown_at > t->typed_at ? t->shown_at : t->typed_at;

	if (t->phase != PHASE_ASK && t->phase != PHASE_WAIT)
		return 0;
	return last ? now - last >= TYPING_MS : now - t->asked >= TYPING_AFTER_MS;
}

static void keep_typing(struct turn *t, int64_t now)
{
	if (t->audience != AUDIENCE_DRAFT || t->order >= ORDER_STOP || !is_typing_due(t, now) ||
	    !may_be_ours(t))
		return;
	t->typed_at = now;
	announce_draft(t, "", 0);
}

/* Runs while somebody could be typing. */
static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct worker *w = arg;
	int64_t now = clock_mono_ms();
	int any = 0;
	struct turn *t;

	(void)fd, (void)what;
	for (int i = 0; i < TOPIC_BUCKETS; i++)
		TAILQ_FOREACH (t, &w->topics[i], listening) {
			keep_typing(t, now);
			any = 1;
		}
	if (any)
		timer_set(w->tick, TICK_MS);
}

/* --- the end ---------------------------------------------------------------- */

int live_was_seen(const struct turn *t)
{
	return t->shown_at != 0;
}

void live_over(struct turn *t)
{
	live_hold(t);
	if (t->shown_at && t->audience == AUDIENCE_LIVE)
		live_end(t->worker->redis, t->topic, t->name);
	t->shown_at = 0;
}

void live_hush(struct turn *t)
{
	live_over(t);
	t->is_hushed = 1;
	t->audience = AUDIENCE_NONE;
}

void live_open(struct worker *w)
{
	TAILQ_INIT(&w->growing);
	w->flush = evtimer_new(w->base, on_flush, w);
	w->tick = evtimer_new(w->base, on_tick, w);
}

void live_close(struct worker *w)
{
	if (w->flush)
		event_free(w->flush);
	if (w->tick)
		event_free(w->tick);
	w->flush = w->tick = NULL;
}

#include <string.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "services/llm-worker/worker.h"

/*
 * While a model is writing, the person may say stop, begin anew, or add a
 * message; a human may take over.  Each worker hears all such orders and finds
 * the turns they concern, which are interrupted, if they are waiting for something
 * that can be given up.  What comes before a turn listens is heeded when it finishes.
 */

/* --- listening ------------------------------------------------------------------ */

static struct turn_list *bucket(struct worker *w, const char *topic)
{
	uint32_t hash = 2166136261u;

	for (; *topic; topic++)
		hash = (hash ^ (unsigned char)*topic) * 16777619u;
	return &w->topics[hash % TOPIC_BUCKETS];
}

void orders_listen(struct turn *t)
{
	if (t->is_listening || t->is_suggestion)
		return;
	TAILQ_INSERT_TAIL(bucket(t->worker, t->topic), t, listening);
	t->is_listening = 1;
}

void orders_leave(struct turn *t)
{
	if (!t->is_listening)
		return;
	TAILQ_REMOVE(bucket(t->worker, t->topic), t, listening);
	t->is_listening = 0;
}

/* --- hearing ---------------------------------------------------------------------- */

/* Quick messages are answered together, within the bot's bound for a person's thought. */
static int may_begin_anew(const struct turn *t, int64_t seq)
{
	const struct bot *bot = turn_bot(t);

	return bot && !t->is_hushed && seq > t->claim.last_seq && !live_was_seen(t) &&
	       clock_mono_ms() - t->began < bot->quiet_max_ms;
}

/* A human answers since our claim: what we write is for them to use. */
static int is_taken_over(const struct turn *t, const struct live_event *e)
{
	return e->type == LIVE_STATE && strcmp(e->responder, "bot") != 0 &&
	       e->epoch > t->claim.epoch;
}

static enum order order_of(const struct turn *t, const struct live_event *e)
{
	switch (e->type) {
	case LIVE_STOP:
		return ORDER_STOP;
	case LIVE_RESET:
		return ORDER_RESET;
	case LIVE_MESSAGE:
		return may_begin_anew(t, e->seq) ? ORDER_MORE : ORDER_NONE;
	default:
		return ORDER_NONE;
	}
}

static void give_order(struct turn *t, enum order order)
{
	if (order <= t->order || t->phase == PHASE_FINISH)
		return;
	t->order = order;
	if (t->phase == PHASE_ASK || t->phase == PHASE_WAIT)
		flow_interrupt(&t->flow, ERR_CANCELLED, "interrupted");
}

/* A turn that lost its job may still be there beside the one that has it now. */
static void on_message(void *arg, const char *topic, const char *data, size_t len)
{
	struct worker *w = arg;
	struct arena arena = { 0 };
	struct live_event e;
	struct turn *t;

	(void)topic;
	if (live_parse(&e, &arena, data, len) == 0 && e.topic) {
		TAILQ_FOREACH (t, bucket(w, e.topic), listening) {
			if (strcmp(t->topic, e.topic) != 0)
				continue;
			if (is_taken_over(t, &e))
				live_hush(t);
			give_order(t, order_of(t, &e));
		}
	}
	arena_free(&arena);
}

const struct pubsub_events orders_events = { .message = on_message };

/* --- obeying ---------------------------------------------------------------------- */

static void begin_anew(struct turn *t)
{
	const struct bot *bot = turn_bot(t);
	int64_t left = bot ? t->began + bot->quiet_max_ms - clock_mono_ms() : 0;
	int wait = bot && bot->quiet_ms < left ? bot->quiet_ms : (int)left;

	t->order = ORDER_NONE;
	t->tries = t->shrink = t->redone = 0;
	ask_over(t);
	turn_again(t, wait > 0 ? wait : 0);
}

/* What was shown stays; where nothing is shown, nothing was. */
static void stop(struct turn *t)
{
	buf_cut(&t->answer.text, t->shown);
	buf_free(&t->best);
	finish_with_answer(t, TURN_STOPPED, 0);
}

int orders_obey(struct turn *t)
{
	switch (t->order) {
	case ORDER_NONE:
		return 0;
	case ORDER_MORE:
		begin_anew(t);
		return 1;
	case ORDER_STOP:
		ask_over(t);
		stop(t);
		return 1;
	case ORDER_RESET:
		ask_over(t);
		finish_cancelled(t);
		return 1;
	}
	return 0;
}

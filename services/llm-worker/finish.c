#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/timer.h"
#include "common/i18n/i18n.h"
#include "services/llm-worker/worker.h"

/*
 * The end of a turn:  save -> saved.  An answer that was paid for is kept and
 * saved again for as long as PostgreSQL is away: the attempt number decides
 * whether it is still wanted.
 *
 * Where a courier sends the answer, its doorbell rings as soon as the answer can
 * be seen; the courier's own commit brings it to disk before any byte leaves.
 * The turn itself waits for the disk, like everybody who is told of its end: if
 * a crash undoes it, it is saved again.
 */

enum { SAVE_MS = 15000, RETRY_MS = 200, RETRY_MAX_MS = 2000 };

static flow_step save, shown, saved, buried;

static int ms_between(int64_t from, int64_t to)
{
	return from && to >= from ? (int)(to - from) : -1;
}

void finish(struct turn *t)
{
	struct turn_result *r = &t->result;
	int64_t now = clock_mono_ms();

	t->phase = PHASE_FINISH;
	r->tokens_in = t->usage.in;
	r->tokens_out = t->usage.out;
	r->tokens_estimated = t->is_estimated;
	if (r->provider && r->provider == t->provider)
		r->model = t->answer.model ? t->answer.model : t->model;
	r->first_token_ms = ms_between(t->began, t->spoken);
	r->total_ms = ms_between(t->began, now);
	arena_free(&t->flow.arena);
	save(t);
}

static int is_sent_by_courier(const struct turn *t)
{
	const struct registry *r = bots_registry(t->worker->bots);
	const struct channel *ch = r ? registry_channel(r, t->claim.channel_id) : NULL;

	return ch && ch->mode == DELIVERY_COURIER;
}

static void save(void *self)
{
	struct turn *t = self;

	flow_extend(&t->flow, SAVE_MS);
	t->is_rung = 0;
	t->result.visible = is_sent_by_courier(t) ? shown : NULL;
	store_finish_turn(&t->worker->store, &t->flow, saved, &t->finished, t->job, &t->claim,
			  &t->result);
}

static void announce(struct turn *t, enum queue queue, int64_t job)
{
	int is_ours = queue == QUEUE_LLM && t->is_suggestion;
	struct doorbell bell = { .job = job,
				 .conversation = t->claim.conversation_id,
				 .kind = is_ours ? LLM_SUGGESTION : 1 };

	if (!job)
		return;
	memcpy(bell.trace, t->flow.trace, sizeof bell.trace);
	jobs_announce(t->worker->redis, queue, &bell);
}

static void ring_courier(struct turn *t)
{
	if (t->is_rung || !t->finished.delivery_job)
		return;
	t->is_rung = 1;
	announce(t, QUEUE_DELIVERY, t->finished.delivery_job);
}

static void shown(void *self)
{
	struct turn *t = self;

	ring_courier(t);
	if (t->finished.status != TURN_PUBLISHED || t->finished.next_ready)
		store_flush(&t->worker->store); /* somebody else waits for it */
}

static void log_end(const struct turn *t)
{
	static const char *const ends[] = { "published", "fenced", "dropped",
					    "kept",      "handed", "alone" };
	const struct turn_result *r = &t->result;

	log_info("answered conversation=%lld job=%lld attempt=%d outcome=%d end=%s seq=%lld "
		 "provider=%s first_token_ms=%d total_ms=%d tokens_in=%d tokens_out=%d%s%s",
		 (long long)t->claim.conversation_id, (long long)t->job, t->attempt,
		 (int)r->outcome, ends[t->finished.status], (long long)t->finished.reply_seq,
		 r->provider ? r->provider : "-", r->first_token_ms, r->total_ms, r->tokens_in,
		 r->tokens_out, r->error ? " error=" : "", r->error ? r->error : "");
}

static void tell_readers(struct turn *t)
{
	struct redis *redis = t->worker->redis;

	if (!live_is_read(t))
		return;
	if (t->finished.reply_seq)
		live_seq(redis, t->topic, t->finished.reply_seq);
	else if (t->finished.status == TURN_FENCED && t->finish_failures)
		/* the first try, whose answer was lost, may have been ours and published */
		live_seq(redis, t->topic, t->claim.last_seq + 1);
}

/* Nobody could be called. */
static void go_on_alone(struct turn *t)
{
	t->is_alone = 1;
	t->result = (struct turn_result){ 0 };
	turn_again(t, 0);
}

static void saved(void *self)
{
	struct turn *t = self;

	if (t->finished.status == TURN_ALONE) {
		go_on_alone(t);
		return;
	}
	ring_courier(t);
	announce(t, QUEUE_OPERATOR, t->finished.operator_job);
	if (t->finished.next_ready)
		announce(t, QUEUE_LLM, t->job);
	tell_readers(t);
	log_end(t);
	meter_turn(t);
	turn_end(t);
}

/* --- when it cannot be saved ------------------------------------------------------ */

static int backoff_ms(int failures)
{
	int ms = RETRY_MS << (failures < 5 ? failures : 5);

	if (ms > RETRY_MAX_MS)
		ms = RETRY_MAX_MS;
	return ms / 2 + timer_chance(ms);
}

static void buried(void *self)
{
	turn_end(self);
}

void finish_failed(struct turn *t, const struct err *why)
{
	log_error("could not save job=%lld try=%d error=\"%s\"", (long long)t->job,
		  t->finish_failures, why->text);
	if (why->kind != ERR_PERM) {
		flow_extend(&t->flow, RETRY_MAX_MS * 2);
		flow_sleep(&t->flow, save, backoff_ms(t->finish_failures++));
		return;
	}
	/* PostgreSQL will not have this answer: say that there is none; or end the job as dead
	 */
	if (!t->is_hopeless) {
		t->is_hopeless = 1;
		finish_apologising(t, "the answer cannot be stored");
		return;
	}
	store_bury_job(&t->worker->store, &t->flow, buried, &t->is_fenced, t->job, t->attempt,
		       why->text);
}

/* --- the ways to end ----------------------------------------------------------------- */

void finish_with(struct turn *t, enum turn_outcome outcome, const char *body, const char *extra)
{
	t->result.outcome = outcome;
	t->result.body = body;
	t->result.extra = extra;
	finish(t);
}

void finish_with_answer(struct turn *t, enum turn_outcome outcome, int is_cut)
{
	struct buf *text = &t->answer.text;

	t->result.provider = t->provider;
	while (text->len && strchr(" \n", text->data[text->len - 1]))
		buf_cut(text, text->len - 1);
	if (is_cut && !t->is_suggestion) /* an operator would send the mark as well */
		buf_printf(text, "\n\n%s", i18n_text(TEXT_CUT, t->lang));
	finish_with(t, outcome, text->len ? buf_str(text) : NULL, NULL);
}

/* Beside words that help nobody: the way to somebody who may. */
static const char *call_button(struct turn *t)
{
	const char *lang = t->lang ? t->lang : t->claim.lang;

	if (!depth_may_hand_over(t))
		return NULL;
	return arena_printf(&t->keep,
			    "{\"buttons\":[[{\"text\":\"%s\",\"data\":\"c:operator\"}]]}",
			    i18n_text(TEXT_CALL_HUMAN, lang));
}

static void apologise(struct turn *t, enum text_id text, const char *why)
{
	if (why)
		t->result.error = arena_str(&t->keep, why);
	finish_with(t, TURN_APOLOGISED, i18n_text(text, t->lang ? t->lang : t->claim.lang),
		    call_button(t));
}

void finish_apologising(struct turn *t, const char *why)
{
	t->result.provider = NULL;
	apologise(t, TEXT_NO_ANSWER, why);
}

void finish_refused(struct turn *t, const char *why)
{
	t->result.provider = t->provider;
	apologise(t, TEXT_EMPTY_ANSWER, why);
}

void finish_handing(struct turn *t, const char *reason, const char *detail,
		    const char *otherwise)
{
	t->result.handoff_reason = reason;
	t->result.handoff_detail = arena_str(&t->keep, detail);
	finish_with(t, TURN_HANDED, arena_str(&t->keep, otherwise), NULL);
}

void finish_cancelled(struct turn *t)
{
	finish_with(t, TURN_CANCELLED, NULL, NULL);
}

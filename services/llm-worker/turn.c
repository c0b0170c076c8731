#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/timer.h"
#include "common/i18n/i18n.h"
#include "services/llm-worker/worker.h"

/*
 * The life of a turn:
 *
 *   turn_claim -> claimed -> (search) -> turn_choose -> ask.c: (admitted) send -> answered
 *                                        -> finish.c: save -> saved
 *
 * Whatever makes the turn ask again (a retry, the next provider, a place that
 * became free, another message of the person) begins with the claim again: so
 * every request holds all that was said until it is made, and nothing of one
 * request needs to be kept for the next.
 */

enum {
	PG_MS = 15000,  /* patience with a call of PostgreSQL */
	BUSY_MS = 3,    /* somebody has the row at this moment */
	HOLD_MS = 5000, /* a longer wait is left to the sweep: clocks may be wrong */
	GIVE_UP_MS = 300000,
	FAILURES = 5, /* then the turn itself is suspected of killing workers */
	LEAST_PASSAGES = 3,
	LEAST_HISTORY = 30, /* messages */
};

static flow_step claimed, admitted, failed, release;
static const struct flow_class turn_class = { "turn", failed, release };

static int backoff_ms(int failures)
{
	int ms = 100 << (failures < 4 ? failures : 4);

	return ms / 2 + timer_chance(ms);
}

const struct bot *turn_bot(const struct turn *t)
{
	const struct registry *r = bots_registry(t->worker->bots);

	return r ? registry_bot(r, t->claim.bot_id) : NULL;
}

/*
 * The longest memory of any bot: which bot it is, the claim will tell.  A short one must not
 * hide what was asked in several messages.
 */
static int history_limit(const struct worker *w)
{
	const struct registry *r = bots_registry(w->bots);
	int limit = LEAST_HISTORY;

	for (int i = 0; r && i < r->bot_count; i++) {
		int needed = 2 * r->bots[i].handoff.max_turns + 2; /* to count the answers */

		if (r->bots[i].history_messages > needed)
			needed = r->bots[i].history_messages;
		if (needed > limit)
			limit = needed;
	}
	return limit;
}

/* --- beginning --------------------------------------------------------------- */

void turn_begin(void *arg, const struct doorbell *bell)
{
	struct turn *t = calloc(1, sizeof *t);

	if (!t)
		abort();
	t->worker = arg;
	t->job = bell->job;
	t->is_suggestion = bell->kind == LLM_SUGGESTION;
	t->began = clock_mono_ms();
	t->usage = (struct llm_usage){ -1, -1 };
	llm_answer_init(&t->answer, &t->keep);
	flow_begin(&t->flow, &turn_class, t, bell->trace, PG_MS, turn_claim);
}

void turn_again(struct turn *t, int ms)
{
	t->phase = PHASE_WAIT;
	flow_extend(&t->flow, ms + PG_MS);
	flow_sleep(&t->flow, turn_claim, ms);
}

void turn_claim(void *self)
{
	struct turn *t = self;
	struct worker *w = t->worker;
	int attempt = t->attempt ? t->attempt : t->is_unsure ? CLAIM_UNSURE : CLAIM_NEW;

	t->phase = PHASE_CLAIM;
	arena_free(&t->flow.arena);
	flow_extend(&t->flow, PG_MS);
	t->held_since = clock_mono_ms();
	store_claim_turn(&w->store, &t->flow, claimed, &t->fresh,
			 &(struct turn_wanted){ .job = t->job,
						.attempt = attempt,
						.worker = jobs_worker(w->jobs),
						.history_messages = history_limit(w) });
}

/* What must outlive this round moves to `keep`; the history does not. */
static void adopt_claim(struct turn *t)
{
	struct turn_claim *c = &t->claim;
	int is_new = !t->attempt;

	*c = t->fresh;
	c->title = NULL;
	c->chat_key = arena_str(&t->keep, c->chat_key);
	c->lang = arena_str(&t->keep, c->lang);
	c->trace = arena_str(&t->keep, c->trace);
	t->attempt = c->attempt;
	t->is_unsure = t->pg_failures = 0;
	if (!is_new)
		return;
	snprintf(t->flow.trace, sizeof t->flow.trace, "%s", c->trace ? c->trace : "");
	snprintf(t->name, sizeof t->name, "%lld.%d", (long long)t->job, t->attempt);
	live_topic(t->topic, c->channel_id, c->chat_key);
	orders_listen(t);
}

/* Somebody said stop, or reset, or took over, and we hear of it only now. */
static void end_void(struct turn *t)
{
	if (t->fresh.stop && live_was_seen(t))
		finish_with_answer(t, TURN_STOPPED, 0);
	else
		finish_cancelled(t);
}

static void search(struct turn *t, const struct bot *bot)
{
	int passages = bot->passages > LEAST_PASSAGES ? bot->passages : LEAST_PASSAGES;

	t->phase = PHASE_SEARCH;
	t->is_searched = 1;
	store_search(&t->worker->store, &t->flow, turn_choose, &t->passages,
		     &(struct passages_wanted){ .bot_id = bot->id,
						.lang = t->lang,
						.text = t->question,
						.limit = passages });
}

/* What the person chose holds, else their newest words show it. */
static const char *turn_language(const struct turn *t)
{
	const struct dialogue *d = &t->dialogue;
	const char *lang = t->claim.lang;

	for (int i = 0; i < d->n && !t->claim.lang_chosen; i++)
		if (d->items[i].unanswered)
			lang = i18n_detect(d->items[i].body, lang);
	return i18n_lang(lang);
}

static void prepare(struct turn *t)
{
	const struct bot *bot = turn_bot(t);
	const char *reason;

	if (t->claim.failures >= FAILURES) {
		finish_apologising(t, "too many attempts");
		return;
	}
	if (!bot) {
		finish_apologising(t, "no such bot");
		return;
	}
	dialogue_read(&t->dialogue, &t->flow.arena, &t->claim);
	if (!t->dialogue.unanswered) {
		finish_cancelled(t);
		return;
	}
	t->lang = turn_language(t);
	reason = depth_reached(t);
	if (reason) {
		finish_handing(t, reason, NULL, NULL);
		return;
	}
	t->question = prompt_query(&t->flow.arena, &t->dialogue);
	t->dialogue.lang = t->lang;
	t->dialogue.for_operator = t->is_suggestion;
	t->dialogue.is_alone = t->is_alone;
	t->passages = (struct passages){ 0 };
	t->is_searched = !t->question[0];
	if (t->is_searched || bot->passages == 0) /* the model is not told of articles */
		turn_choose(t);
	else
		search(t, bot);
}

static void claimed(void *self)
{
	struct turn *t = self;

	switch (t->fresh.status) {
	case CLAIM_OK:
		adopt_claim(t);
		prepare(t);
		return;
	case CLAIM_VOID:
		adopt_claim(t);
		end_void(t);
		return;
	case CLAIM_EARLY:
		if (t->fresh.wait_ms > HOLD_MS)
			turn_end(t);
		else
			turn_again(t, t->fresh.wait_ms);
		return;
	case CLAIM_BUSY:
		turn_again(t, BUSY_MS + timer_chance(BUSY_MS));
		return;
	case CLAIM_GONE:
		turn_end(t);
		return;
	}
}

/* --- who answers --------------------------------------------------------------- */

static const char *platform_text(const struct turn *t, enum text_id id)
{
	return i18n_text(id, t->lang);
}

static const char *small_talk_text(const struct turn *t, const struct bot *bot)
{
	switch (knowledge_small_talk(&t->dialogue)) {
	case SMALL_TALK_HELLO:
		return text_in(&bot->greeting, t->lang);
	case SMALL_TALK_THANKS:
		return platform_text(t, TEXT_WELCOME);
	default:
		return NULL;
	}
}

/* Without a model; `has_failed`: because every model failed. */
static void answer_from_knowledge(struct turn *t, const struct bot *bot)
{
	const char *extra = NULL;
	const char *text = small_talk_text(t, bot);

	t->result.provider = "knowledge";
	if (!text)
		text = knowledge_answer(&t->keep, &t->passages, t->lang, &extra);
	if (!text && t->is_suggestion) {
		finish_cancelled(t);
		return;
	}
	if (!text && t->question[0] && depth_may_hand_over(t)) {
		finish_handing(
			t, t->has_failed ? "providers" : "knowledge", t->result.error,
			platform_text(t, t->has_failed ? TEXT_NO_ANSWER : TEXT_DOES_NOT_KNOW));
		return;
	}
	if (!text && t->has_failed) {
		finish_apologising(t, NULL);
		return;
	}
	if (!text)
		text = platform_text(t, t->question[0] ? TEXT_DOES_NOT_KNOW
						       : TEXT_NOT_UNDERSTOOD_KIND);
	finish_with(t, TURN_ANSWERED, arena_str(&t->keep, text), arena_str(&t->keep, extra));
}

static void look_up(struct turn *t, const struct bot *bot)
{
	if (t->is_searched)
		answer_from_knowledge(t, bot);
	else
		search(t, bot);
}

/* The next link of the chain that can be asked now; NULL: only knowledge is left. */
static const struct provider *next_provider(struct turn *t, const struct bot *bot)
{
	for (; t->link < bot->provider_count; t->link++) {
		const struct provider *p = bot->providers[t->link];

		if (!llm_provider(p->kind))
			return NULL;
		if (t->gate == gate_of(t->worker->gates, p) ||
		    gate_is_open(gate_of(t->worker->gates, p)))
			return p;
		t->has_failed = 1;
		t->tries = t->shrink = 0;
	}
	return NULL;
}

static void wait_for_place(struct turn *t, struct gate *gate)
{
	t->phase = PHASE_WAIT;
	t->awaited = gate;
	arena_free(&t->flow.arena);
	flow_extend(&t->flow, GATE_PATIENCE_MS + PG_MS);
	gate_wait(gate, &t->flow, admitted, &t->granted);
}

/* The wait is over: what it brought is ours, also when an order came in between. */
static void take_place(struct turn *t)
{
	if (t->granted)
		t->gate = t->awaited;
	t->granted = 0;
	t->awaited = NULL;
}

/* The place is ours, or there is none to be had: then the next provider. */
static void admitted(void *self)
{
	struct turn *t = self;

	if (!t->granted)
		ask_next(t);
	take_place(t);
	turn_claim(t);
}

void turn_choose(void *self)
{
	struct turn *t = self;
	const struct bot *bot = turn_bot(t);
	const struct provider *p = bot ? next_provider(t, bot) : NULL;
	struct gate *gate = p ? gate_of(t->worker->gates, p) : NULL;

	if (t->gate && t->gate != gate) {
		gate_leave(t->gate, &t->flow);
		t->gate = NULL;
	}
	if (orders_obey(t))
		return;
	if (!bot)
		finish_apologising(t, "no such bot");
	else if (!p || clock_mono_ms() - t->began > GIVE_UP_MS)
		look_up(t, bot);
	else if (t->gate || gate_enter(gate, &t->flow))
		ask(t, bot, p, gate);
	else
		wait_for_place(t, gate);
}

/* --- ending ---------------------------------------------------------------------- */

void turn_end(struct turn *t)
{
	live_over(t);
	orders_leave(t);
	ask_over(t);
	jobs_settle(t->worker->jobs);
	flow_done(&t->flow);
}

static void claim_failed(struct turn *t, const struct err *why)
{
	log_warn("could not claim job=%lld error=\"%s\"", (long long)t->job, why->text);
	if (why->kind != ERR_PERM) {
		t->is_unsure = 1;
		turn_again(t, backoff_ms(t->pg_failures++));
	} else if (t->attempt) {
		finish_apologising(t, "the turn cannot be claimed again");
	} else {
		turn_end(t); /* it is still there for others */
	}
}

static void search_failed(struct turn *t, const struct err *why)
{
	log_warn("could not search job=%lld error=\"%s\"", (long long)t->job, why->text);
	if (why->kind == ERR_PERM)
		turn_choose(t);
	else
		turn_again(t, backoff_ms(t->pg_failures++));
}

static void failed(void *self)
{
	struct turn *t = self;
	struct err why = t->flow.err;

	flow_recover(&t->flow, PG_MS);
	switch (t->phase) {
	case PHASE_CLAIM:
		claim_failed(t, &why);
		return;
	case PHASE_SEARCH:
		search_failed(t, &why);
		return;
	case PHASE_WAIT:
		take_place(t);
		if (!orders_obey(t))
			turn_claim(t);
		return;
	case PHASE_ASK:
		ask_failed(t, &why);
		return;
	case PHASE_FINISH:
		finish_failed(t, &why);
		return;
	}
}

static void release(void *self)
{
	struct turn *t = self;

	llm_answer_finish(&t->answer);
	buf_free(&t->best);
	arena_free(&t->keep);
	free(t);
}

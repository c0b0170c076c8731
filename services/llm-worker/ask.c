#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/timer.h"
#include "common/base/utf8.h"
#include "services/llm-worker/worker.h"

/*
 * One request to a provider and what follows from its end:
 *
 *   send -> answered, or ask_failed -> again | the next provider | what there is
 *
 * Before a person saw anything a failure costs only time: temporary ones are
 * tried again here, then the next provider is asked.  Once they saw the answer
 * grow, what there is stays, marked as cut: it is paid for, and was read.
 */

enum {
	SLACK_MS = 15000,       /* over the provider's own limit */
	RETRY_AFTER_MS = 10000, /* longer: somebody else shall answer */
	BACKOFF_MS = 500,
	BACKOFF_MAX_MS = 8000,
	LINGER_MS = 1000, /* once all was said: for the usage, and the connection's end */
};

static flow_step answered;

/* --- sending -------------------------------------------------------------------- */

/* Comments keep a connection alive, but nobody is answered by them. */
static int is_mute(struct turn *t)
{
	int64_t now = clock_mono_ms();
	int limit = t->answer.heard ? t->idle_ms : t->first_token_ms;

	if (t->answer.heard != t->heard) {
		t->heard = t->answer.heard;
		t->heard_at = now;
	}
	return limit && now - t->heard_at > limit;
}

static int give_up_waiting(struct turn *t)
{
	t->answer.failure = LLM_TRY_AGAIN;
	return err_set(&t->answer.err, ERR_TEMP, "nothing but comments for too long");
}

static int on_bytes(void *arg, const char *data, size_t len)
{
	struct turn *t = arg;
	size_t before = t->answer.text.len;
	int was_over = t->answer.finish != LLM_RUNNING;
	int rc = t->kind->feed(&t->answer, data, len);

	if (t->answer.finish != LLM_RUNNING && (!was_over || t->answer.text.len != before))
		flow_extend(&t->flow, LINGER_MS);
	if (t->answer.text.len && !t->spoken) {
		t->spoken = clock_mono_ms();
		meter_first_token(t->spoken - t->asked);
	}
	live_grew(t);
	return rc == 0 && is_mute(t) ? give_up_waiting(t) : rc;
}

static void make_request(struct turn *t, struct arena *scratch, const struct bot *bot,
			 const struct provider *p, struct http_request *out)
{
	struct prompt prompt;
	struct passages passages = t->passages;
	struct llm_request made;

	if (passages.n > bot->passages)
		passages.n = bot->passages;
	prompt_build(&prompt, scratch, bot, &t->dialogue, &passages, t->shrink);
	prompt.offers_human = t->answer.offers_human = depth_may_hand_over(t);
	t->kind->request(&made, scratch, p, bot, &prompt);
	t->prompt_tokens = prompt.estimated_tokens;
	t->body = strdup(made.body);
	if (!t->body)
		abort();
	*out = (struct http_request){
		.url = made.url,
		.headers = made.headers,
		.body = t->body,
		.body_len = strlen(t->body),
		.timeout_ms = p->total_ms,
		.connect_timeout_ms = p->connect_ms,
		.first_byte_ms = p->first_token_ms,
		.idle_ms = p->idle_ms,
		.reader = on_bytes,
		.reader_arg = t,
	};
}

/* Ten thousand turns wait here: history, passages and prompt do not wait with them. */
static void forget_round(struct turn *t)
{
	t->dialogue = (struct dialogue){ 0 };
	t->passages = (struct passages){ 0 };
	t->question = NULL;
	t->claim.history = NULL;
	arena_free(&t->flow.arena);
}

void ask(struct turn *t, const struct bot *bot, const struct provider *p, struct gate *gate)
{
	struct http_request request;
	struct arena scratch = { 0 };

	t->gate = gate;
	t->kind = llm_provider(p->kind);
	t->provider = arena_str(&t->keep, p->name);
	t->model = arena_str(&t->keep, p->model);
	t->retries = p->retries;
	t->first_token_ms = p->first_token_ms;
	t->idle_ms = p->idle_ms;
	t->asked = t->heard_at = clock_mono_ms();
	t->heard = 0;
	t->phase = PHASE_ASK;
	llm_answer_finish(&t->answer);
	llm_answer_init(&t->answer, &t->keep);
	live_begin(t);
	make_request(t, &scratch, bot, p, &request);
	forget_round(t);
	flow_extend(&t->flow, (p->total_ms > 0 ? p->total_ms : 300000) + SLACK_MS);
	http_send(t->worker->http, &t->flow, answered, &t->response, &request);
	arena_free(&scratch);
}

/* --- after a failure --------------------------------------------------------------- */

static void add(int *sum, int tokens)
{
	int before = *sum > 0 ? *sum : 0;

	if (tokens >= 0)
		*sum = tokens < INT_MAX - before ? before + tokens : INT_MAX;
}

/* What the request cost; a stream that was cut does not say it. */
static void add_usage(struct turn *t)
{
	struct llm_usage usage = t->answer.usage;

	if (t->answer.text.len && (usage.in < 0 || usage.out < 0)) {
		usage.in = t->prompt_tokens;
		usage.out = llm_estimate_tokens(buf_str(&t->answer.text));
		t->is_estimated = 1;
	}
	add(&t->usage.in, usage.in);
	add(&t->usage.out, usage.out);
}

void ask_over(struct turn *t)
{
	live_hold(t);
	if (t->body)
		add_usage(t);
	free(t->body);
	t->body = NULL;
	if (t->gate)
		gate_leave(t->gate, &t->flow);
	t->gate = NULL;
}

void ask_next(struct turn *t)
{
	t->link++;
	t->tries = t->shrink = 0;
	t->has_failed = 1;
}

static int backoff_ms(const struct turn *t)
{
	int ms = BACKOFF_MS << (t->tries < 5 ? t->tries : 5);

	if (ms > BACKOFF_MAX_MS)
		ms = BACKOFF_MAX_MS;
	return ms * 3 / 4 + timer_chance(ms / 2);
}

/* The same provider, once more, if that is allowed and worth while. */
static int try_again(struct turn *t, struct gate *gate)
{
	int asked_ms = t->response.retry_after_ms;
	int wait_ms = backoff_ms(t);

	if (asked_ms > RETRY_AFTER_MS) {
		gate_pause(gate, asked_ms);
		return 0;
	}
	if (t->tries >= t->retries || t->response.should_retry == 0)
		return 0;
	t->tries++;
	/* never before the time it names, and not all turns at once */
	turn_again(t, asked_ms > 0 ? asked_ms + wait_ms / 4 : wait_ms);
	return 1;
}

static void go_on(struct turn *t, struct gate *gate, enum llm_failure failure)
{
	if (failure == LLM_TRY_AGAIN && try_again(t, gate))
		return;
	if (failure == LLM_SHRINK && t->shrink == 0) {
		t->shrink = 1;
		turn_again(t, 0);
		return;
	}
	ask_next(t);
	turn_again(t, 0);
}

static int hands_over(const struct turn *t)
{
	return depth_may_hand_over(t) && (t->answer.wants_human || depth_gives_up(t));
}

/* What was said is not shown, unless there is nobody who could say more; but words that go with
 * a call promise somebody, so then the model is asked again. */
static void hand_over(struct turn *t, const char *detail)
{
	const char *text = buf_str(&t->answer.text);
	int is_asked = t->answer.wants_human;

	ask_over(t);
	t->result.provider = t->provider;
	finish_handing(t, is_asked ? "model" : "gave_up", is_asked ? detail : NULL,
		       *text && !is_asked ? text : NULL);
}

/* Blanks are no words: whoever reads them has not been answered. */
static int is_blank(const struct buf *text)
{
	return strspn(buf_str(text), " \t\r\n") == text->len;
}

/* Keep the longest of the texts that broke off. */
static void keep_best(struct turn *t)
{
	if (t->answer.text.len <= t->best.len)
		return;
	buf_free(&t->best);
	t->best = t->answer.text;
	t->answer.text = (struct buf){ 0 };
}

/* The answer broke off in the middle.  What nobody saw may begin anew, once. */
static void broken_off(struct turn *t)
{
	keep_best(t);
	if (!t->redone && !live_was_seen(t)) {
		t->redone = 1;
		turn_again(t, backoff_ms(t));
		return;
	}
	buf_free(&t->answer.text);
	t->answer.text = t->best;
	t->best = (struct buf){ 0 };
	if (hands_over(t)) {
		hand_over(t, NULL); /* a reason without its end is JSON still */
		return;
	}
	buf_cut(&t->answer.text, depth_presentable(t)); /* it may end within such a phrase */
	if (!is_blank(&t->answer.text))
		finish_with_answer(t, TURN_ANSWERED, 1);
	else
		finish_apologising(t, "the answer broke off");
}

static void deal_with(struct turn *t, enum llm_failure failure, const char *why)
{
	struct gate *gate = t->gate;

	log_warn("failed provider=%s request=%s stage=%d failure=%s try=%d error=\"%s\"",
		 t->provider, t->response.request_id, (int)t->response.stage,
		 llm_failure_name(failure), t->tries, why);
	meter_failure(failure);
	if (gate)
		gate_failed(gate, failure);
	t->result.error = arena_str(&t->keep, why);
	ask_over(t);
	if (!is_blank(&t->answer.text) || t->best.len)
		broken_off(t);
	else
		go_on(t, gate, failure);
}

/* --- after an answer --------------------------------------------------------------- */

static void refused(struct turn *t)
{
	struct err why = { 0 };
	enum llm_failure failure =
		t->kind->judge(t->response.status, t->response.body, t->response.len, &why);

	if (failure != LLM_TRY_OTHER && t->response.should_retry == 1)
		failure = LLM_TRY_AGAIN;
	deal_with(t, failure, why.text);
}

static void take_answer(struct turn *t)
{
	gate_succeeded(t->gate);
	if (hands_over(t)) {
		hand_over(t, buf_str(&t->answer.reason));
		return;
	}
	if (t->answer.finish != LLM_FILTERED)
		live_flush(t);
	ask_over(t);
	if (t->answer.finish == LLM_FILTERED) {
		finish_refused(t, "filtered by the provider");
	} else if (!is_blank(&t->answer.text)) {
		t->result.error = NULL;
		finish_with_answer(t, TURN_ANSWERED, t->answer.finish == LLM_LENGTH);
	} else if (t->answer.finish == LLM_LENGTH) {
		log_warn("empty provider=%s: its token limit leaves no room for an answer",
			 t->provider);
		ask_next(t);
		turn_again(t, 0);
	} else {
		finish_refused(t, "empty answer");
	}
}

/* All was said: what became of the connection behind it is no matter. */
static int is_whole(struct turn *t)
{
	return t->response.status == 200 && t->kind->end(&t->answer) == 0;
}

void ask_failed(struct turn *t, const struct err *why)
{
	if (t->order != ORDER_NONE) {
		ask_over(t);
		if (orders_obey(t))
			return;
	}
	if (t->answer.err.kind != ERR_NONE) /* our reader refused what came */
		deal_with(t, t->answer.failure, t->answer.err.text);
	else if (is_whole(t))
		take_answer(t);
	else
		deal_with(t, LLM_TRY_AGAIN, why->text);
}

static void answered(void *self)
{
	struct turn *t = self;

	if (t->order != ORDER_NONE) {
		ask_over(t);
		if (orders_obey(t))
			return;
	}
	if (t->response.status != 200)
		refused(t);
	else if (t->kind->end(&t->answer) != 0)
		deal_with(t, t->answer.failure, t->answer.err.text);
	else
		take_answer(t);
}

#include "tests/flow/turn_world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "common/i18n/i18n.h"
#include "common/live/draft.h"

enum { WORKER_ID = 7, JOB = 12, ROUNDS_MAX = 20000 };

struct world world;

/* --- time: sleeping is free, but the clock shows it --------------------------- */

int64_t __wrap_clock_mono_ms(void);
void __real_flow_sleep(struct flow *f, flow_step *next, int ms);
void __wrap_flow_sleep(struct flow *f, flow_step *next, int ms);

int64_t __wrap_clock_mono_ms(void)
{
	return world.now_ms;
}

void __wrap_flow_sleep(struct flow *f, flow_step *next, int ms)
{
	world.now_ms += ms;
	__real_flow_sleep(f, next, 0);
}

/* --- operations ------------------------------------------------------------------ */

struct deed {
	struct op op;
	struct event timer;
	void (*effect)(struct deed *d); /* on the world, and on *out */
	void *out;
	int64_t numbers[4];
	const char *text;
	struct turn_result result;
};

static void forget_deed(struct op *op)
{
	struct deed *d = (struct deed *)op;

	event_del(&d->timer);
	free(d);
}

static void on_deed(evutil_socket_t fd, short what, void *arg)
{
	struct deed *d = arg;
	int fails = ++world.operations == world.fail_at;

	(void)fd, (void)what;
	if (!fails || world.failing == FAIL_AFTER)
		d->effect(d);
	if (fails)
		op_fail(&d->op, world.fail_kind, "as asked");
	else
		op_succeed(&d->op);
	free(d);
}

static struct deed *do_later(struct flow *f, flow_step *next, void (*effect)(struct deed *),
			     void *out)
{
	struct deed *d = calloc(1, sizeof *d);
	struct timeval now = { 0 };

	assert_non_null(d);
	op_start(&d->op, f, next, forget_deed);
	d->effect = effect;
	d->out = out;
	world.begun_after_end += world.job == JOB_DEAD;
	evtimer_assign(&d->timer, world.base, on_deed, d);
	event_add(&d->timer, &now);
	return d;
}

/* --- the store --------------------------------------------------------------------- */

static enum claim judge_claim(int attempt, int worker)
{
	if (world.job == JOB_DONE || world.job == JOB_DEAD)
		return CLAIM_GONE;
	if (attempt == CLAIM_UNSURE && world.job == JOB_RUNNING && world.worker_id == worker)
		return CLAIM_OK;
	if (attempt > 0)
		return world.job == JOB_RUNNING && world.attempt == attempt ? CLAIM_OK
									    : CLAIM_GONE;
	return world.job == JOB_READY ? CLAIM_OK : CLAIM_GONE;
}

static void claim_effect(struct deed *d)
{
	int attempt = (int)d->numbers[0], worker = (int)d->numbers[1];
	struct turn_claim *c = d->out;

	*c = (struct turn_claim){ .status = judge_claim(attempt, worker) };
	if (c->status != CLAIM_OK)
		return;
	if (world.busy > 0 && world.busy--) {
		c->status = CLAIM_BUSY;
		return;
	}
	if (world.early_ms) {
		*c = (struct turn_claim){ .status = CLAIM_EARLY, .wait_ms = world.early_ms };
		world.early_ms = 0;
		return;
	}
	world.attempt += attempt <= 0;
	world.job = JOB_RUNNING;
	world.worker_id = worker;
	world.claims++;
	*c = (struct turn_claim){
		.status = world.is_stopped ? CLAIM_VOID : CLAIM_OK,
		.stop = world.is_stopped,
		.attempt = world.attempt,
		.failures = world.failures,
		.epoch = 1,
		.conversation_id = 3,
		.first_seq = 1,
		.last_seq = 1,
		.channel_id = 1,
		.bot_id = 1,
		.chat_key = "chat",
		.lang = "en",
		.trace = "0123456789abcdef",
		.history = world.is_stopped ? NULL : world.history,
	};
}

void store_claim_turn(struct store *s, struct flow *f, flow_step *next, struct turn_claim *out,
		      const struct turn_wanted *wanted)
{
	struct deed *d = do_later(f, next, claim_effect, out);

	(void)s;
	assert_int_equal(wanted->job, JOB);
	d->numbers[0] = wanted->attempt;
	d->numbers[1] = wanted->worker;
}

static void search_effect(struct deed *d)
{
	static struct passage items[] = {
		{ .slug = "d",
		  .lang = "en",
		  .title = "Delivery",
		  .body = "Three days.",
		  .rank = 0.9 },
	};

	world.searches++;
	*(struct passages *)d->out = (struct passages){ world.passage_count, items };
}

void store_search(struct store *s, struct flow *f, flow_step *next, struct passages *out,
		  const struct passages_wanted *wanted)
{
	(void)s;
	assert_int_equal(strlen(wanted->lang), 2);
	assert_true(wanted->bot_id == 1 && wanted->text[0] && wanted->limit > 0);
	do_later(f, next, search_effect, out);
}

static void commit_finish(struct deed *d, struct turn_finished *out)
{
	const struct turn_result *r = &d->result;

	world.job = JOB_DONE;
	world.finishes++;
	world.result = *r;
	snprintf(world.body, sizeof world.body, "%s", r->body ? r->body : "");
	snprintf(world.error, sizeof world.error, "%s", r->error ? r->error : "");
	snprintf(world.provider, sizeof world.provider, "%s", r->provider ? r->provider : "");
	if (r->outcome == TURN_CANCELLED || world.responder) {
		out->status = TURN_DROPPED;
		return;
	}
	out->reply_seq = r->body ? 2 : 0;
	out->delivery_job = r->body && world.mode == DELIVERY_COURIER ? 13 : 0;
}

static void finish_effect(struct deed *d)
{
	struct turn_finished *out = d->out;

	*out = (struct turn_finished){ .status = TURN_PUBLISHED };
	if (world.job == JOB_RUNNING && world.attempt == d->numbers[0])
		commit_finish(d, out);
	else
		out->status = TURN_FENCED;
}

void store_finish_turn(struct store *s, struct flow *f, flow_step *next,
		       struct turn_finished *out, int64_t job, const struct turn_claim *claim,
		       const struct turn_result *result)
{
	struct deed *d = do_later(f, next, finish_effect, out);

	(void)s;
	assert_int_equal(job, JOB);
	assert_string_equal(claim->chat_key, "chat");
	assert_int_equal(claim->last_seq, 1);
	d->numbers[0] = claim->attempt;
	d->result = *result;
}

static void bury_effect(struct deed *d)
{
	*(int *)d->out = 0;
	world.job = JOB_DEAD;
}

void store_bury_job(struct store *s, struct flow *f, flow_step *next, int *fenced, int64_t job,
		    int attempt, const char *error)
{
	(void)s, (void)job, (void)attempt;
	assert_non_null(error);
	do_later(f, next, bury_effect, fenced);
}

/* --- the provider --------------------------------------------------------------------- */

struct call {
	struct op op;
	struct event timer;
	struct http_response *out;
	struct flow *flow;
	http_reader *reader;
	void *arg;
	const struct play *play;
	size_t at;
	int pieces;
};

static void forget_call(struct op *op)
{
	struct call *c = (struct call *)op;

	event_del(&c->timer);
	free(c);
}

static void again(struct call *c)
{
	struct timeval now = { 0 };

	event_add(&c->timer, &now);
}

static void end_call(struct call *c)
{
	const struct play *p = c->play;
	int fails = ++world.operations == world.fail_at;

	c->out->status = p->status;
	c->out->stage = p->status ? HTTP_ANSWERED : HTTP_SENT;
	c->out->retry_after_ms = p->retry_after_ms ? p->retry_after_ms : -1;
	c->out->should_retry = -1;
	c->out->body = p->status == 200 || !p->body ? "" : arena_str(&c->flow->arena, p->body);
	c->out->len = strlen(c->out->body);
	if (p->status == 0 || p->breaks || fails)
		op_fail(&c->op, fails ? world.fail_kind : ERR_TEMP, "connection lost");
	else
		op_succeed(&c->op);
	free(c);
}

static void on_call(evutil_socket_t fd, short what, void *arg)
{
	struct call *c = arg;
	const struct play *p = c->play;
	size_t left = p->body && p->status == 200 ? strlen(p->body) - c->at : 0;
	size_t n = p->piece && p->piece < left ? p->piece : left;

	(void)fd, (void)what;
	world.now_ms += 20;
	if (p->event && c->pieces++ == p->event_at) {
		again(c);
		world_publish(p->event); /* c may be gone now */
		return;
	}
	if (left && c->reader(c->arg, p->body + c->at, n) != 0) {
		op_fail(&c->op, ERR_PERM, "refused by reader");
		free(c);
		return;
	}
	c->at += n;
	if (left || p->waits)
		again(c);
	else
		end_call(c);
}

void http_send(struct http *h, struct flow *f, flow_step *next, struct http_response *out,
	       const struct http_request *req)
{
	struct call *c = calloc(1, sizeof *c);
	int i = world.requests < world.play_count ? world.requests : world.play_count - 1;

	(void)h;
	assert_non_null(c);
	assert_true(req->body_len == strlen(req->body) && req->url[0]);
	op_start(&c->op, f, next, forget_call);
	*out = (struct http_response){ .retry_after_ms = -1, .should_retry = -1, .body = "" };
	c->out = out;
	c->flow = f;
	c->reader = req->reader;
	c->arg = req->reader_arg;
	c->play = &world.plays[i];
	world.requests++;
	evtimer_assign(&c->timer, world.base, on_call, c);
	again(c);
}

/* --- Redis ------------------------------------------------------------------------------- */

const char *live_topic(char topic[LIVE_TOPIC_SIZE], int channel_id, const char *chat_key)
{
	snprintf(topic, LIVE_TOPIC_SIZE, "live:%d:%s", channel_id, chat_key);
	return topic;
}

void live_delta(struct redis *r, const char *topic, const char *answer, size_t at,
		const char *text, size_t len)
{
	(void)r;
	assert_string_equal(topic, "live:1:chat");
	assert_true(strlen(answer) > 0 && len > 0);
	if (at == 0 && world.deltas)
		world.restarts++;
	if (at == 0)
		world.shown_len = 0;
	assert_int_equal(at, world.shown_len);
	assert_int_equal(world.job, JOB_RUNNING);
	memcpy(world.shown + at, text, len);
	world.shown_len += len;
	world.shown[world.shown_len] = 0;
	world.deltas++;
}

void live_draft_announce(struct redis *r, const struct draft *draft, size_t len)
{
	(void)r;
	assert_string_equal(draft->chat, "chat");
	assert_true(len == 0 || draft->text[len - 1]);
	world.drafts += len > 0;
	world.typing += len == 0;
}

void live_end(struct redis *r, const char *topic, const char *answer)
{
	(void)r, (void)topic, (void)answer;
	world.ends++;
}

void live_seq(struct redis *r, const char *topic, int64_t seq)
{
	(void)r, (void)topic;
	world.seq = seq;
}

int live_parse(struct live_event *out, struct arena *a, const char *data, size_t len)
{
	(void)a;
	*out = (struct live_event){ 0 };
	if (strncmp(data, "stop", len) == 0)
		out->type = LIVE_STOP;
	else if (strncmp(data, "reset", len) == 0)
		out->type = LIVE_RESET;
	else if (strncmp(data, "operator", len) == 0)
		*out = (struct live_event){ .type = LIVE_STATE, .responder = "operator" };
	else if (strncmp(data, "message", len) == 0)
		*out = (struct live_event){ .type = LIVE_MESSAGE, .seq = 2 };
	else
		return -1;
	return 0;
}

void pubsub_subscribe(struct pubsub *p, const char *topic)
{
	(void)p, (void)topic;
	assert_int_equal(world.subscribed, 0);
	world.subscribed++;
}

void pubsub_unsubscribe(struct pubsub *p, const char *topic)
{
	(void)p, (void)topic;
	world.subscribed--;
}

void world_publish(const char *json)
{
	if (world.subscribed)
		orders_events.message(&world.worker, "live:1:chat", json, strlen(json));
}

void jobs_announce(struct redis *r, enum queue queue, const struct doorbell *bell)
{
	(void)r, (void)bell;
	world.delivery_bells += queue == QUEUE_DELIVERY;
}

void jobs_settle(struct jobs *j, const char *entry_id)
{
	(void)j;
	assert_string_equal(entry_id, "1-1");
	world.settled++;
}

int jobs_worker(const struct jobs *j)
{
	(void)j;
	return WORKER_ID;
}

/* --- the bots ------------------------------------------------------------------------------
 */

static struct provider providers[3];
static const struct provider *chain[3];
static struct bot bot;
static struct channel channel;
static struct registry registry = { 1, 1, &bot, &channel };

static void make_bots(void)
{
	static const char *const kinds[] = { "openai", "yandexgpt", "knowledge" };
	static const char *const names[] = { "first", "second", "third" };
	int n = (int)strlen(world.chain);

	bot = (struct bot){ .id = 1,
			    .name = "shop",
			    .greeting = { "Привет!", "Hello!" },
			    .prompt = { "Помогай.", "Help." },
			    .providers = chain,
			    .provider_count = n,
			    .quiet_ms = 500,
			    .quiet_max_ms = 3000,
			    .history_tokens = 500,
			    .answer_tokens = 100,
			    .history_messages = 20,
			    .passages = world.passages };
	channel = (struct channel){ .id = 1,
				    .kind = world.mode == DELIVERY_COURIER ? "telegram"
									   : "widget",
				    .mode = world.mode,
				    .bot = &bot };
	for (int i = 0; i < n; i++) {
		int kind = world.chain[i] == 'o' ? 0 : world.chain[i] == 'y' ? 1 : 2;

		providers[i] = (struct provider){ .name = names[i],
						  .kind = kinds[kind],
						  .max_in_flight = 1,
						  .total_ms = 60000,
						  .retries = world.retries,
						  .usable = 1 };
		chain[i] = &providers[i];
	}
}

const struct registry *bots_registry(const struct bots *b)
{
	(void)b;
	return &registry;
}

const struct bot *registry_bot(const struct registry *r, int id)
{
	return id == r->bots[0].id ? &r->bots[0] : NULL;
}

const struct channel *registry_channel(const struct registry *r, int id)
{
	return id == r->channels[0].id ? &r->channels[0] : NULL;
}

const char *text_in(const struct text *t, const char *lang)
{
	return strcmp(lang, "ru") == 0 ? t->ru : t->en;
}

const char *i18n_lang(const char *tag)
{
	return tag && strcmp(tag, "ru") == 0 ? "ru" : "en";
}

const char *i18n_detect(const char *text, const char *hint)
{
	(void)text;
	return hint;
}

const char *i18n_text(enum text_id id, const char *lang)
{
	(void)lang;
	return id == TEXT_NO_ANSWER       ? "<no answer>"
	       : id == TEXT_EMPTY_ANSWER  ? "<empty>"
	       : id == TEXT_DOES_NOT_KNOW ? "<does not know>"
	       : id == TEXT_CUT           ? "<cut>"
					  : "<text>";
}

/* --- a run
 * ------------------------------------------------------------------------------------ */

void world_begin(void)
{
	world = (struct world){ .history = "[[1,0,\"How fast is delivery?\",null]]",
				.chain = "o",
				.retries = 2,
				.passage_count = 1,
				.passages = 3,
				.fail_kind = ERR_TEMP,
				.now_ms = 1000000 };
	world.base = event_base_new();
	flow_open(world.base);
	world.worker.base = world.base;
	world.worker.window = 10;
	for (int i = 0; i < TOPIC_BUCKETS; i++)
		TAILQ_INIT(&world.worker.topics[i]);
	live_open(&world.worker);
	world.worker.gates = gates_open(world.base);
}

void world_run(void)
{
	struct doorbell bell = { .job = JOB, .conversation = 3, .kind = 1, .trace = "t" };

	make_bots();
	turn_begin(&world.worker, &bell, "1-1");
	for (int i = 0; i < ROUNDS_MAX && flow_count() > 0; i++)
		event_base_loop(world.base, EVLOOP_ONCE);
	assert_int_equal(flow_count(), 0);
	/* the promises, whatever happened */
	assert_int_equal(world.settled, 1);
	assert_true(world.finishes <= 1);
	assert_int_not_equal(world.job, JOB_RUNNING);
	assert_int_equal(world.subscribed, 0);
	assert_int_equal(world.ends, world.deltas > 0);
	for (int i = 0; i < bot.provider_count; i++)
		assert_int_equal(gate_busy(gate_of(world.worker.gates, chain[i])), 0);
}

void world_end(void)
{
	gates_close(world.worker.gates);
	live_close(&world.worker);
	flow_close();
	event_base_free(world.base);
}

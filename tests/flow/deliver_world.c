#include "tests/flow/deliver_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/clock.h"

enum { WORKER_ID = 7, JOB = 12, ROUNDS_MAX = 20000, RINGS_MAX = 50 };

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

/* --- operations --------------------------------------------------------------- */

struct operation {
	struct op op;
	struct event timer;
	void (*effect)(struct operation *d);
	void *out;
	int64_t numbers[4];
	const char *text;
	struct flow *flow;
};

static void forget_deed(struct op *op)
{
	struct operation *d = (struct operation *)op;

	event_del(&d->timer);
	free(d);
}

static void on_deed(evutil_socket_t fd, short what, void *arg)
{
	struct operation *d = arg;
	int fails = ++world.operations == world.fail_at;

	(void)fd, (void)what;
	if (!fails || world.failing == FAIL_AFTER)
		d->effect(d);
	if (fails)
		op_fail(&d->op, ERR_TEMP, "as asked");
	else
		op_succeed(&d->op);
	free(d);
}

static struct operation *do_later(struct flow *f, flow_step *next,
				  void (*effect)(struct operation *), void *out)
{
	struct operation *d = calloc(1, sizeof *d);
	struct timeval now = { 0 };

	assert_non_null(d);
	op_start(&d->op, f, next, forget_deed);
	d->effect = effect;
	d->out = out;
	d->flow = f;
	evtimer_assign(&d->timer, world.base, on_deed, d);
	event_add(&d->timer, &now);
	return d;
}

/* --- the store: what schema/0005_delivery.sql does ------------------------------ */

static struct sending *row_of(int64_t id)
{
	assert_true(id >= 1 && id <= world.count);
	return &world.line[id - 1];
}

static struct outgoing next_delivery(void)
{
	for (int i = 0; i < world.count; i++) {
		struct sending *row = &world.line[i];

		if (row->state > DELIVERY_SENDING)
			continue;
		row->state = DELIVERY_SENDING;
		return (struct outgoing){ .id = i + 1,
					  .kind = row->kind,
					  .seq = i + 1,
					  .author = AUTHOR_BOT,
					  .body = row->body,
					  .extra = row->extra,
					  .payload = row->payload };
	}
	world.job = JOB_DONE;
	return (struct outgoing){ 0 };
}

static void claim_effect(struct operation *d)
{
	struct delivery_claim *c = d->out;
	int is_ours = d->numbers[1] && world.job == JOB_RUNNING;

	*c = (struct delivery_claim){ .status = CLAIM_GONE };
	if (world.job != JOB_READY && !is_ours)
		return;
	if (world.run_at > world.now_ms) {
		c->status = CLAIM_EARLY;
		c->wait_ms = (int)(world.run_at - world.now_ms);
		return;
	}
	for (int i = 0; i < world.count && !is_ours; i++)
		if (world.line[i].state == DELIVERY_SENDING) {
			world.line[i].state = DELIVERY_UNCERTAIN;
			c->uncertain++;
		}
	world.job = JOB_RUNNING;
	world.claims++;
	c->attempt = ++world.attempt;
	c->failures = world.failures;
	c->conversation_id = 3;
	c->channel_id = 1;
	c->chat_key = arena_str(&d->flow->arena, world.chat);
	c->head = next_delivery();
	c->status = c->head.id ? CLAIM_OK : CLAIM_VOID;
}

void store_claim_delivery(struct store *s, struct flow *f, flow_step *next,
			  struct delivery_claim *out, int64_t job, int worker, int unsure)
{
	struct operation *d = do_later(f, next, claim_effect, out);

	(void)s;
	assert_int_equal(job, JOB);
	assert_int_equal(worker, WORKER_ID);
	d->numbers[1] = unsure;
}

static int is_fenced(const struct operation *d)
{
	return world.job != JOB_RUNNING || world.attempt != d->numbers[0];
}

static void settle_effect(struct operation *d)
{
	struct delivery_settled *out = d->out;
	struct sending *row = row_of(d->numbers[1]);

	*out = (struct delivery_settled){ .fenced = is_fenced(d) };
	if ((row->state == DELIVERY_SENDING && !out->fenced) ||
	    row->state == DELIVERY_UNCERTAIN) {
		row->state = (enum delivery_state)d->numbers[2];
		snprintf(row->external_id, sizeof row->external_id, "%s",
			 d->text ? d->text : "");
	}
	if (out->fenced)
		return;
	world.failures = 0;
	out->head = next_delivery();
}

void store_settle_delivery(struct store *s, struct flow *f, flow_step *next,
			   struct delivery_settled *out, int64_t job,
			   const struct delivery_claim *claim, int64_t delivery,
			   enum delivery_state state, const char *external_id,
			   const char *error)
{
	struct operation *d = do_later(f, next, settle_effect, out);

	(void)s, (void)job;
	assert_true(state == DELIVERY_SENT || error);
	d->numbers[0] = claim->attempt;
	d->numbers[1] = delivery;
	d->numbers[2] = state;
	d->text = external_id;
}

static void release_effect(struct operation *d)
{
	*(int *)d->out = is_fenced(d);
	if (is_fenced(d))
		return;
	world.job = JOB_READY;
	world.run_at = world.now_ms + d->numbers[2];
	world.failures += (int)d->numbers[3];
	if (row_of(d->numbers[1])->state == DELIVERY_SENDING)
		row_of(d->numbers[1])->state = DELIVERY_PENDING;
}

void store_release_delivery(struct store *s, struct flow *f, flow_step *next, int *fenced,
			    int64_t job, const struct delivery_claim *claim, int64_t delivery,
			    int delay_ms, int failed, const char *error)
{
	struct operation *d = do_later(f, next, release_effect, fenced);

	(void)s, (void)job, (void)error;
	d->numbers[0] = claim->attempt;
	d->numbers[1] = delivery;
	d->numbers[2] = delay_ms;
	d->numbers[3] = failed;
}

/* The parts take places right behind the first. */
static void split_effect(struct operation *d)
{
	json_t *parts;
	struct sending *row = row_of(d->numbers[1]);
	int more;

	*(int *)d->out = is_fenced(d);
	if (is_fenced(d))
		return;
	assert_int_equal(row->kind, DELIVERY_MESSAGE); /* only once */
	parts = json_loads(d->text, 0, NULL);
	more = (int)json_array_size(parts) - 1;
	assert_true(more > 0 && world.count + more <= LINE_MAX);
	memmove(row + 1 + more, row + 1,
		(size_t)(world.line + world.count - row - 1) * sizeof *row);
	world.count += more;
	world.splits++;
	for (int i = 0; i <= more; i++) {
		row[i] = (struct sending){ .kind = DELIVERY_PART,
					   .state = i ? DELIVERY_PENDING : DELIVERY_SENDING,
					   .extra = row->extra };
		row[i].payload = row[i].owned = json_dumps(json_array_get(parts, (size_t)i), 0);
	}
	json_decref(parts);
}

void store_split_delivery(struct store *s, struct flow *f, flow_step *next, int *fenced,
			  int64_t job, const struct delivery_claim *claim, int64_t delivery,
			  const char *parts)
{
	struct operation *d = do_later(f, next, split_effect, fenced);

	(void)s, (void)job;
	d->numbers[0] = claim->attempt;
	d->numbers[1] = delivery;
	d->text = parts;
}

static void nothing(struct operation *d)
{
	(void)d;
}

void store_set_reachable(struct store *s, struct flow *f, flow_step *next,
			 int64_t conversation_id, int reachable)
{
	(void)s;
	assert_int_equal(conversation_id, 3);
	world.unreachable = !reachable;
	do_later(f, next, nothing, NULL);
}

static void move_effect(struct operation *d)
{
	snprintf(world.chat, sizeof world.chat, "%s", d->text);
}

void store_move_chat(struct store *s, struct flow *f, flow_step *next, int channel_id,
		     const char *from, const char *to)
{
	struct operation *d = do_later(f, next, move_effect, NULL);

	(void)s, (void)channel_id, (void)from;
	d->text = to;
}

/* --- limits --------------------------------------------------------------------- */

static void place_effect(struct operation *d)
{
	*(int *)d->out = world.rate_waits > 0 ? 1000 : 0;
	world.rate_waits -= world.rate_waits > 0;
}

void rates_take(struct rates *r, struct flow *f, flow_step *next, int *wait_ms,
		const struct channel *channel, const char *chat, int is_group)
{
	(void)r, (void)channel, (void)chat, (void)is_group;
	do_later(f, next, place_effect, wait_ms);
}

void rates_flooded(struct rates *r, const struct channel *channel)
{
	(void)r, (void)channel;
	world.floods++;
}

/* --- Telegram ------------------------------------------------------------------- */

static struct sending *being_sent(void)
{
	struct sending *found = NULL;

	for (int i = 0; i < world.count; i++)
		if (world.line[i].state == DELIVERY_SENDING) {
			assert_null(found); /* one at a time, committed before it leaves */
			found = &world.line[i];
		}
	assert_non_null(found);
	return found;
}

static struct play next_play(void)
{
	static const struct play taken = { 200,
					   "{\"ok\":true,\"result\":{\"message_id\":55}}" };
	int i = world.requests++;

	return i < world.play_count ? world.plays[i] : taken;
}

static void answer(struct operation *d, const struct play *p)
{
	struct http_response *out = d->out;

	out->status = p->status;
	out->stage = p->status ? HTTP_ANSWERED : HTTP_SENT;
	out->body = p->body ? p->body : "";
	out->len = strlen(out->body);
}

static void on_request(evutil_socket_t fd, short what, void *arg)
{
	struct operation *d = arg;
	int fails = ++world.operations == world.fail_at;
	struct play p;

	(void)fd, (void)what;
	if (fails && world.failing == FAIL_BEFORE) {
		op_fail(&d->op, ERR_TEMP, "refused");
		free(d);
		return;
	}
	p = next_play();
	being_sent()->arrived += p.status == 200 || p.status == 0;
	answer(d, &p);
	if (fails) {
		((struct http_response *)d->out)->stage = HTTP_SENT;
		world.failed_http++;
	}
	if (fails || p.status == 0)
		op_fail(&d->op, ERR_TEMP, "connection lost");
	else
		op_succeed(&d->op);
	free(d);
}

void http_send(struct http *h, struct flow *f, flow_step *next, struct http_response *out,
	       const struct http_request *req)
{
	struct operation *d = do_later(f, next, nothing, out);

	(void)h;
	evtimer_del(&d->timer);
	evtimer_assign(&d->timer, world.base, on_request, d);
	event_add(&d->timer, &(struct timeval){ 0 });
	*out = (struct http_response){ .stage = HTTP_NOT_SENT, .body = "" };
	assert_int_equal(req->body_len, strlen(req->body));
	snprintf(world.last_body, sizeof world.last_body, "%s", req->body);
	snprintf(world.last_method, sizeof world.last_method, "%s", strrchr(req->url, '/') + 1);
}

/* --- the rest of the process ------------------------------------------------------ */

static struct bot bot = { .id = 1, .name = "shop" };
static struct channel channel = { .id = 1,
				  .kind = "telegram",
				  .name = "tg",
				  .mode = DELIVERY_COURIER,
				  .token = "1:a",
				  .bot = &bot };
static struct registry registry = { 1, 1, &bot, &channel };

const struct registry *bots_registry(const struct bots *b)
{
	(void)b;
	return &registry;
}

const struct channel *registry_channel(const struct registry *r, int id)
{
	return id == 1 ? &r->channels[0] : NULL;
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

/* --- a run ------------------------------------------------------------------------ */

void world_begin(void)
{
	world = (struct world){ .now_ms = 1000000, .chat = "42" };
	world.base = event_base_new();
	flow_open(world.base);
	world.courier.base = world.base;
	world.courier.telegram_root = "http://telegram";
}

void world_say(const char *markdown)
{
	world.line[world.count++] = (struct sending){ .body = markdown };
}

void world_play(long status, const char *body)
{
	world.plays[world.play_count++] = (struct play){ status, body };
}

static void ring(void)
{
	struct doorbell bell = { .job = JOB, .conversation = 3, .kind = 1, .trace = "t" };

	deliver_begin(&world.courier, &bell, "1-1");
	for (int i = 0; i < ROUNDS_MAX && flow_count() > 0; i++)
		event_base_loop(world.base, EVLOOP_ONCE);
	assert_int_equal(flow_count(), 0);
}

static void check_row(const struct sending *row)
{
	assert_true(row->arrived <= 1); /* never twice */
	assert_true(row->state > DELIVERY_SENDING);
	if (row->state == DELIVERY_SENT)
		assert_int_equal(row->arrived, 1); /* never lost */
	if (row->state == DELIVERY_FAILED)
		assert_int_equal(row->arrived, 0);
}

void world_run(void)
{
	int rings = 0;

	for (int i = 0; i < world.dead_sender; i++)
		world.line[i].state = DELIVERY_SENDING;
	while (world.job == JOB_READY) { /* the first time, and each sweep */
		assert_true(rings++ < RINGS_MAX);
		world.now_ms = world.run_at > world.now_ms ? world.run_at : world.now_ms;
		ring();
		assert_int_equal(world.settled, rings);
		assert_int_not_equal(world.job, JOB_RUNNING); /* nobody would ever work on it */
	}
	for (int i = 0; i < world.count; i++)
		check_row(&world.line[i]);
}

void world_end(void)
{
	for (int i = 0; i < world.count; i++)
		free(world.line[i].owned);
	flow_close();
	event_base_free(world.base);
}

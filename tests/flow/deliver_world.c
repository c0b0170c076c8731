#include "tests/flow/deliver_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { RINGS_MAX = 50 };

struct world world;

/* --- limits --------------------------------------------------------------------- */

/* Waiting for a place may have taken most of the flow's time. */
static void place_effect(struct operation *d)
{
	flow_extend(d->op.flow, 1000);
	*(int *)d->out = world.rate_waits > 0 ? 1000 : 0;
	world.rate_waits -= world.rate_waits > 0;
}

void rates_take(struct rates *r, struct flow *f, flow_step *next, int *wait_ms,
		const struct channel *channel, const char *chat, int is_group)
{
	(void)r, (void)channel, (void)chat, (void)is_group;
	operation_begin(f, next, place_effect, wait_ms);
}

/* Asked for ahead: the answer is worked out when somebody wants to hear it. */
static int taking;

struct taking *rates_ask(struct rates *r, const struct channel *channel, const char *chat,
			 int is_group)
{
	(void)r, (void)channel, (void)chat, (void)is_group;
	world.places_asked++;
	return (struct taking *)&taking;
}

void rates_hear(struct taking *t, struct flow *f, flow_step *next, int *wait_ms)
{
	(void)t;
	world.places_asked--;
	operation_begin(f, next, place_effect, wait_ms);
}

void rates_forget(struct taking *t)
{
	(void)t;
	world.places_asked--;
}

void preview_close(struct courier *c, const struct channel *channel, const char *chat)
{
	(void)c, (void)channel;
	assert_string_equal(chat, world.chat);
	world.previews_closed++;
}

void rates_flooded(struct rates *r, const struct channel *channel, const char *chat, int ms)
{
	(void)r, (void)channel;
	assert_string_equal(chat, world.chat);
	assert_true(ms > 0 || strstr(world.last_method, "ForumTopic"));
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
	out->retry_after_ms = world.retry_after_ms ? world.retry_after_ms : -1;
}

/* A download goes to its reader. */
static void feed(struct operation *d, const struct play *p)
{
	const struct http_request *req = &world.fetched;

	if (p->status == 0) {
		op_fail(&d->op, ERR_TEMP, "connection lost");
		return;
	}
	if (req->reader && p->status == 200)
		req->reader(req->reader_arg, p->body, strlen(p->body));
	op_succeed(&d->op);
}

static void note_form(const struct http_request *req)
{
	char *to = world.last_form;
	size_t room = sizeof world.last_form, len;
	char bytes[100] = "";

	for (int i = 0; i < req->part_count; i++) {
		const struct http_part *p = &req->parts[i];

		if (p->file)
			bytes[fread(bytes, 1, sizeof bytes - 1, p->file)] = 0;
		len = (size_t)snprintf(to, room, "%s=%s;", p->name, p->file ? bytes : p->value);
		to += len;
		room -= len;
	}
}

/* Who was told to wait does, whatever else goes wrong; what changes topics lets words pass. */
static void check_flood(const struct play *p, int is_lost)
{
	assert_true(stage.now_ms >= world.closed_until);
	if (p->status == 429 && !is_lost && !strstr(world.last_method, "ForumTopic"))
		world.closed_until = stage.now_ms + 1000;
}

void world_sweep(void)
{
	stage.now_ms += 10000;
	world.swept_ms = stage.now_ms;
	if (world.job == JOB_RUNNING)
		world.job = JOB_READY;
}

/* Who takes the line thinks that its last holder died while sending, and sends the rest. */
void world_take_line(void)
{
	world_sweep();
	for (struct sending *row = world.line; row < world.line + world.count; row++) {
		if (row->state == DELIVERY_SENDING) {
			row->state = DELIVERY_UNCERTAIN;
			row->doubted = world.claimant;
		}
		if (row->state != DELIVERY_PENDING)
			continue;
		row->state = DELIVERY_SENT;
		row->arrived++;
	}
	world.attempt++;
	world.job = JOB_DONE;
}

static void request(struct operation *d)
{
	int fails = stage_fails();
	struct play p;

	stage_stop(STOP_BEFORE);
	if (fails && stage.failing == FAIL_BEFORE) {
		op_fail(&d->op, ERR_TEMP, "refused");
		return;
	}
	if (!d->text && !world.sent.may_leave(world.sent.may_leave_arg)) {
		if (world.is_taken)
			world_take_line();
		op_fail(&d->op, ERR_TEMP, "held back");
		return;
	}
	p = next_play();
	answer(d, &p);
	if (d->text) { /* a file is fetched: the line does not move */
		feed(d, &p);
		return;
	}
	check_flood(&p, fails);
	being_sent()->arrived += p.status == 200 || p.status == 0;
	if (fails) {
		((struct http_response *)d->out)->stage = HTTP_SENT;
		world.failed_http++;
	}
	stage_stop(STOP_AFTER);
	stage_stop(STOP_UNHEARD);
	if (fails || p.status == 0)
		op_fail(&d->op, ERR_TEMP, "connection lost");
	else
		op_succeed(&d->op);
}

/* Who asks has the time to hear the answer: else it would be lost, and the message in doubt. */
static void check_patience(const struct flow *f, const struct http_request *req)
{
	struct timeval now, end;

	event_base_gettimeofday_cached(stage.base, &now);
	assert_true(event_pending(&f->deadline, EV_TIMEOUT, &end));
	assert_true((end.tv_sec - now.tv_sec) * 1000 > req->timeout_ms);
}

void http_send(struct http *h, struct flow *f, flow_step *next, struct http_response *out,
	       const struct http_request *req)
{
	check_patience(f, req);
	(void)h;
	struct operation *d = operation_begin(f, next, NULL, out);

	d->run = request;
	*out = (struct http_response){ .stage = HTTP_NOT_SENT, .body = "" };
	if (req->reader || strstr(req->url, "/getFile")) {
		d->text = "fetched";
		world.fetched = *req;
		return;
	}
	world.sent = *req;
	if (req->part_count > 0)
		note_form(req);
	assert_int_equal(req->body_len, req->body ? strlen(req->body) : 0);
	snprintf(world.last_body, sizeof world.last_body, "%s", req->body ? req->body : "");
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
static struct channel other = { .id = 2,
				.kind = "desk",
				.name = "desk",
				.mode = DELIVERY_COURIER,
				.token = "2:b",
				.bot = &bot };
static struct registry registry = { 1, 1, &bot, &channel };

const struct registry *bots_registry(const struct bots *b)
{
	(void)b;
	return &registry;
}

const struct channel *registry_channel(const struct registry *r, int id)
{
	return id == 1 ? &r->channels[0] : id == 2 ? &other : NULL;
}

void jobs_announce(struct redis *r, enum queue queue, const struct doorbell *bell)
{
	(void)r;
	assert_int_equal(queue, QUEUE_OPERATOR);
	assert_int_equal(bell->job, JOB + 1);
	world.rung++;
}

void jobs_settle(struct jobs *j)
{
	(void)j;
	world.settled++;
}

int jobs_worker(const struct jobs *j)
{
	(void)j;
	return WORKER_ID;
}

int jobs_held_since(const struct jobs *j, int64_t since)
{
	(void)j;
	if (since < world.swept_ms)
		return 0;
	if (world.thawed > 0)
		return world.thawed--;
	if (world.frozen == 0)
		return 1;
	world.frozen--;
	return 0;
}

/* --- a run ------------------------------------------------------------------------ */

void world_begin(void)
{
	stage_open();
	world = (struct world){ .chat = "42" };
	world.courier.base = stage.base;
	world.courier.telegram_root = "http://telegram";
}

void world_say(const char *markdown)
{
	world.line[world.count++] = (struct sending){ .body = markdown };
}

void world_add(enum delivery_kind kind, const char *payload)
{
	world.line[world.count++] = (struct sending){ .kind = kind, .payload = payload };
}

void world_expect(int row, enum delivery_state state)
{
	assert_int_equal(world.line[row].state, state);
}

void world_play(long status, const char *body)
{
	world.plays[world.play_count++] = (struct play){ status, body };
}

static void ring(void)
{
	struct doorbell bell = { .job = JOB, .conversation = 3, .kind = 1, .trace = "t" };

	deliver_begin(&world.courier, &bell);
	stage_run();
}

/* The rest of an edit: there may be none. */
static int has_room(const struct sending *row)
{
	return row->payload && strstr(row->payload, "\"skip\"") != NULL;
}

static int is_harmless_twice(const struct sending *row)
{
	return row->payload && strstr(row->payload, "ForumTopic") != NULL;
}

static void check_row(const struct sending *row)
{
	assert_true(row->arrived <= 1 || is_harmless_twice(row));
	assert_true(row->state > DELIVERY_SENDING);
	if (row->state == DELIVERY_SENT && !has_room(row))
		assert_true(row->arrived >= 1); /* never lost */
	if (row->state == DELIVERY_FAILED && !is_harmless_twice(row))
		assert_int_equal(row->arrived, 0);
}

void world_run(void)
{
	int rings = 0;

	for (int i = 0; i < world.dead_sender; i++)
		world.line[i].state = DELIVERY_SENDING;
	while (world.job == JOB_READY) { /* the first time, and each sweep */
		assert_true(rings++ < RINGS_MAX);
		stage.now_ms = world.run_at > stage.now_ms ? world.run_at : stage.now_ms;
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
	stage_close();
}

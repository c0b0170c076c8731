#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/log.h"
#include "common/jobs/jobs.h"
#include "services/ingress/line.h"
#include "tests/flow/stage.h"

/*
 * A bot that is polled, against doubles of Telegram, Redis and the store.
 * Whatever fails, at whatever operation: Telegram is told of no update that is
 * not committed, a chat's updates are committed in their order, and all are.
 */

enum { UPDATES = 7, BATCH = 3, ROUNDS_MAX = 20000 };

static struct world {
	struct ingress in;
	int committed[UPDATES + 1]; /* by update, how often */
	int last_of_chat[2], is_out_of_order;
	int confirmed_uncommitted, offset, locks, leaves, is_foreign_lock, polls, has_webhook;
} world;

/* --- doubles -------------------------------------------------------------- */

static void commit(struct operation *d)
{
	struct accepted *out = d->out;
	int id = (int)d->numbers[0];
	int *last = &world.last_of_chat[id % 2];

	assert_in_range(id, 1, UPDATES);
	*out = (struct accepted){ .duplicate = world.committed[id]++ > 0,
				  .conversation_id = 3 };
	if (out->duplicate)
		return;
	world.is_out_of_order |= id < *last;
	*last = id;
}

void __wrap_store_accept(struct store *s, struct flow *f, flow_step *next, struct accepted *out,
			 const struct place *place, const struct inbound *event);

void __wrap_store_accept(struct store *s, struct flow *f, flow_step *next, struct accepted *out,
			 const struct place *place, const struct inbound *event)
{
	struct operation *d = operation_begin(f, next, commit, out);

	(void)s, (void)place;
	d->numbers[0] = strtol(event->key, NULL, 10);
}

static const char *update(struct arena *a, int id)
{
	return arena_printf(a,
			    "{\"update_id\":%d,\"message\":{\"message_id\":%d,\"from\":{\"id\":"
			    "%d,\"is_bot\":false,\"first_name\":\"A\"},\"chat\":{\"id\":%d,"
			    "\"type\":\"private\"},\"date\":1,\"text\":\"hello\"}}",
			    id, id, 40 + id % 2, 40 + id % 2);
}

/* What is below the offset Telegram forgets. */
static const char *give_updates(struct arena *a, int offset)
{
	const char *list = "";
	int end = offset + BATCH;

	world.polls++;
	world.offset = offset;
	for (int id = 1; id < offset; id++)
		world.confirmed_uncommitted += world.committed[id] == 0;
	for (int id = offset > 0 ? offset : 1; id <= UPDATES && id < end; id++)
		list = arena_printf(a, "%s%s%s", list, *list ? "," : "", update(a, id));
	return arena_printf(a, "{\"ok\":true,\"result\":[%s]}", list);
}

static const char *refuse_for_webhook(void)
{
	return "{\"ok\":false,\"error_code\":409,\"description\":\"Conflict: can't use "
	       "getUpdates "
	       "method while webhook is active; use deleteWebhook to delete the webhook "
	       "first\"}";
}

static void answer(struct operation *d)
{
	struct http_response *out = d->out;
	struct arena *a = &d->flow->arena;
	const char *body = "{\"ok\":true,\"result\":true}";
	int polls = strstr(d->text, "/getUpdates") != NULL;

	if (strstr(d->text, "/getMe"))
		body = "{\"ok\":true,\"result\":{\"id\":1,\"username\":\"b\"}}";
	else if (strstr(d->text, "/deleteWebhook"))
		world.has_webhook = 0;
	else if (polls && world.has_webhook)
		body = refuse_for_webhook();
	else if (polls)
		body = give_updates(a, (int)d->numbers[0]);
	*out = (struct http_response){ .status = strstr(body, "409") ? 409 : 200,
				       .stage = HTTP_ANSWERED,
				       .body = body,
				       .len = strlen(body),
				       .retry_after_ms = -1,
				       .should_retry = -1 };
}

void __wrap_http_send(struct http *h, struct flow *f, flow_step *next,
		      struct http_response *out, const struct http_request *req);

void __wrap_http_send(struct http *h, struct flow *f, flow_step *next,
		      struct http_response *out, const struct http_request *req)
{
	struct operation *d = operation_begin(f, next, answer, out);
	const char *offset = strstr(req->body, "\"offset\":");

	(void)h;
	*out = (struct http_response){ .body = "" };
	d->text = req->url;
	d->numbers[0] = offset ? strtol(offset + strlen("\"offset\":"), NULL, 10) : 0;
}

static void lock(struct operation *d)
{
	static redisReply taken = { .type = REDIS_REPLY_INTEGER, .integer = 1 };
	static redisReply foreign = { .type = REDIS_REPLY_INTEGER, .integer = 0 };

	world.locks++;
	*(const redisReply **)d->out = world.is_foreign_lock-- > 0 ? &foreign : &taken;
}

int __wrap_redis_is_up(const struct redis *r);
void __wrap_redis_eval(struct redis *r, struct flow *f, flow_step *next,
		       const redisReply **reply, struct redis_script *script, int argc,
		       const char *const *argv);
void __wrap_redis_eval_send(struct redis *r, redis_reply_fn *fn, void *arg,
			    struct redis_script *script, int argc, const char *const *argv);

int __wrap_redis_is_up(const struct redis *r)
{
	(void)r;
	return 1;
}

void __wrap_redis_eval(struct redis *r, struct flow *f, flow_step *next,
		       const redisReply **reply, struct redis_script *script, int argc,
		       const char *const *argv)
{
	(void)r, (void)script, (void)argc, (void)argv;
	operation_begin(f, next, lock, reply);
}

void __wrap_redis_eval_send(struct redis *r, redis_reply_fn *fn, void *arg,
			    struct redis_script *script, int argc, const char *const *argv)
{
	(void)r, (void)fn, (void)arg, (void)script, (void)argc, (void)argv;
	world.leaves++;
}

void __wrap_jobs_announce(struct redis *r, enum queue queue, const struct doorbell *bell);
void __wrap_live_person_message(struct redis *r, const char *topic, int64_t seq);

void __wrap_jobs_announce(struct redis *r, enum queue queue, const struct doorbell *bell)
{
	(void)r, (void)queue, (void)bell;
}

void __wrap_live_person_message(struct redis *r, const char *topic, int64_t seq)
{
	(void)r, (void)topic, (void)seq;
}

static struct bot bot = { .id = 1, .name = "shop" };
static struct channel channel = { .id = 2,
				  .kind = "telegram",
				  .name = "tg",
				  .mode = DELIVERY_COURIER,
				  .token = "1:a",
				  .bot = &bot };
static struct registry registry = { 1, 1, &bot, &channel };

const struct registry *__wrap_bots_registry(const struct bots *b);

const struct registry *__wrap_bots_registry(const struct bots *b)
{
	(void)b;
	return &registry;
}

/* --- the stage ------------------------------------------------------------ */

static void begin_world(void)
{
	stage_open();
	world = (struct world){ .in = { .secret = "0123456789abcdef",
					.telegram_api_root = "http://t" } };
	world.in.lines = lines_open(&world.in);
}

/* Until Telegram has been told of all, then leave. */
static void run_world(void)
{
	lines_follow(world.in.lines, &registry);
	for (int i = 0; i < ROUNDS_MAX && world.offset <= UPDATES; i++)
		event_base_loop(stage.base, EVLOOP_ONCE);
	lines_pause(world.in.lines);
	stage_run();
	lines_close(world.in.lines);
	stage_close();
	assert_int_equal(world.offset, UPDATES + 1);
	assert_int_equal(world.confirmed_uncommitted, 0);
	assert_false(world.is_out_of_order);
	for (int id = 1; id <= UPDATES; id++)
		assert_true(world.committed[id] > 0);
	assert_int_equal(world.leaves, 1);
}

/* --- the tests ------------------------------------------------------------ */

static void every_update_is_committed_once_when_nothing_fails(void **state)
{
	(void)state;
	begin_world();
	run_world();
	for (int id = 1; id <= UPDATES; id++)
		assert_int_equal(world.committed[id], 1);
	assert_true(world.locks >= world.polls);
}

static void who_does_not_hold_the_lock_does_not_poll(void **state)
{
	(void)state;
	begin_world();
	world.is_foreign_lock = 3;
	run_world();
	assert_true(world.locks >= world.polls + 3);
}

static void a_webhook_of_old_is_removed(void **state)
{
	(void)state;
	begin_world();
	world.has_webhook = 1;
	run_world();
	assert_false(world.has_webhook);
}

static void whatever_fails_nothing_is_confirmed_before_it_is_committed(void **state)
{
	int operations;

	(void)state;
	begin_world();
	run_world();
	operations = stage.operations;
	assert_true(operations > UPDATES + 5);
	for (int n = 1; n <= operations; n++)
		for (enum failing f = FAIL_BEFORE; f <= FAIL_AFTER; f++) {
			begin_world();
			stage.fail_at = n;
			stage.failing = f;
			run_world();
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_update_is_committed_once_when_nothing_fails),
		cmocka_unit_test(who_does_not_hold_the_lock_does_not_poll),
		cmocka_unit_test(a_webhook_of_old_is_removed),
		cmocka_unit_test(whatever_fails_nothing_is_confirmed_before_it_is_committed),
	};

	log_open("test", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/log.h"
#include "common/jobs/jobs.h"
#include "services/ingress/accept.h"
#include "services/ingress/line.h"
#include "tests/flow/stage.h"

/*
 * One event on its way into PostgreSQL, with doubles of everything behind it.
 * Whatever fails, at whatever operation: nothing is answered well that is not
 * on disk, and nothing is announced before it can be seen.
 */

static struct world {
	struct ingress in;
	int is_duplicate;
	enum responder responder;
	int job_is_running;

	int commits, poor_commits, bells, told, stops, status;
	int bells_before_commit, answered_before_commit;
	enum inbound_action action; /* that was committed */
} world;

/* --- doubles -------------------------------------------------------------- */

static void commit(struct operation *d)
{
	enum inbound_action action = (enum inbound_action)d->numbers[0];
	struct accepted *out = d->out;

	world.commits++;
	world.poor_commits += action == INBOUND_IGNORE;
	world.action = action;
	*out = (struct accepted){ .duplicate = world.is_duplicate,
				  .conversation_id = 3,
				  .seq = d->text ? 1 : 0,
				  .responder = world.responder };
	if (action == INBOUND_MESSAGE && !world.job_is_running && !world.is_duplicate)
		out->turn_job = 12;
	if (action == INBOUND_COMMAND && !world.is_duplicate)
		out->delivery_job = 13;
}

void __wrap_store_accept(struct store *s, struct flow *f, flow_step *next, struct accepted *out,
			 const struct place *place, const struct inbound *event);

void __wrap_store_accept(struct store *s, struct flow *f, flow_step *next, struct accepted *out,
			 const struct place *place, const struct inbound *event)
{
	struct operation *d = operation_begin(f, next, commit, out);

	(void)s;
	assert_non_null(event->key);
	assert_int_equal(place->channel_id, 2);
	d->numbers[0] = event->action;
	d->text = event->text;
	d->visible = place->visible;
}

void __wrap_jobs_announce(struct redis *r, enum queue queue, const struct doorbell *bell);

void __wrap_jobs_announce(struct redis *r, enum queue queue, const struct doorbell *bell)
{
	(void)r, (void)queue;
	assert_true(bell->job > 0);
	world.bells++;
	world.bells_before_commit += world.commits == 0;
}

void __wrap_live_stop(struct redis *r, const char *topic);
void __wrap_live_reset(struct redis *r, const char *topic);
void __wrap_live_seq(struct redis *r, const char *topic, int64_t seq);
void __wrap_live_person_message(struct redis *r, const char *topic, int64_t seq);

void __wrap_live_stop(struct redis *r, const char *topic)
{
	(void)r, (void)topic;
	world.stops++;
}

void __wrap_live_reset(struct redis *r, const char *topic)
{
	(void)r, (void)topic;
	world.told++;
}

void __wrap_live_seq(struct redis *r, const char *topic, int64_t seq)
{
	(void)r, (void)topic, (void)seq;
	world.told++;
}

void __wrap_live_person_message(struct redis *r, const char *topic, int64_t seq)
{
	(void)r, (void)topic;
	assert_int_equal(seq, 1);
	world.told++;
}

static struct bot bot = {
	.id = 1, .name = "shop", .greeting = { "Да", "Yes" }, .quiet_ms = 600
};
static struct channel channel = { .id = 2,
				  .kind = "telegram",
				  .name = "tg",
				  .mode = DELIVERY_COURIER,
				  .token = "1:a",
				  .bot = &bot };
static struct registry registry = { 1, 1, &bot, &channel };
static int is_loaded = 1;

const struct registry *__wrap_bots_registry(const struct bots *b);

const struct registry *__wrap_bots_registry(const struct bots *b)
{
	(void)b;
	return is_loaded ? &registry : NULL;
}

/* --- a front that notes what it was told ---------------------------------- */

static int prepare(struct acceptance *a, const struct channel *c)
{
	struct err e;

	return telegram_prepare(a, c, NULL, a->source, a->source_len, &e);
}

static void accepted(struct acceptance *a)
{
	(void)a;
	world.status = 200;
	world.answered_before_commit += world.commits == 0;
}

static void failed(struct acceptance *a, const struct err *e)
{
	(void)a, (void)e;
	world.status = 503;
}

static const struct front front = { "test", prepare, accepted, failed };

#define UPDATE(text)                                                                           \
	"{\"update_id\":1,\"message\":{\"message_id\":7,\"from\":{\"id\":42,\"is_bot\":false," \
	"\"first_name\":\"Ann\"},\"chat\":{\"id\":42,\"type\":\"private\"},\"date\":1,"        \
	"\"text\":\"" text "\"}}"

static void begin_world(void)
{
	stage_open();
	world = (struct world){ 0 };
	is_loaded = 1;
}

static void run_world(const char *update)
{
	accept_begin_bytes(&world.in, &front, 2, NULL, update, strlen(update));
	stage_run();
	stage_close();
	assert_int_equal(world.bells_before_commit, 0);
	assert_int_equal(world.answered_before_commit, 0);
}

/* --- the tests ------------------------------------------------------------ */

static void a_message_is_committed_announced_and_answered(void **state)
{
	(void)state;
	begin_world();
	run_world(UPDATE("hello"));
	assert_int_equal(world.status, 200);
	assert_int_equal(world.commits, 1);
	assert_int_equal(world.action, INBOUND_MESSAGE);
	assert_int_equal(world.bells, 1);
	assert_int_equal(world.told, 0);
}

static void who_is_answering_hears_of_what_came_since(void **state)
{
	(void)state;
	begin_world();
	world.job_is_running = 1;
	run_world(UPDATE("and more"));
	assert_int_equal(world.bells, 0);
	assert_int_equal(world.told, 1);
}

static void commands_ring_the_courier_only(void **state)
{
	(void)state;
	begin_world();
	run_world(UPDATE("/start"));
	assert_int_equal(world.action, INBOUND_COMMAND);
	assert_int_equal(world.bells, 1);
}

static void a_stop_is_told_at_once(void **state)
{
	(void)state;
	begin_world();
	run_world(UPDATE("/stop"));
	assert_int_equal(world.action, INBOUND_STOP);
	assert_int_equal(world.stops, 1);
}

static void a_duplicate_is_answered_well_and_does_nothing(void **state)
{
	(void)state;
	begin_world();
	world.is_duplicate = 1;
	run_world(UPDATE("/stop"));
	assert_int_equal(world.status, 200);
	assert_int_equal(world.bells + world.told + world.stops, 0);
}

static void nothing_is_answered_well_that_was_not_committed(void **state)
{
	static const char *const updates[] = { UPDATE("hello"), UPDATE("/start"),
					       UPDATE("/stop"), UPDATE("/reset") };
	int runs = 0;

	(void)state;
	for (size_t u = 0; u < sizeof updates / sizeof *updates; u++)
		for (int n = 1; n <= 3; n++)
			for (enum failing f = FAIL_BEFORE; f <= FAIL_AFTER; f++) {
				begin_world();
				stage.fail_at = n;
				stage.failing = f;
				stage.fail_kind = ERR_TEMP;
				run_world(updates[u]);
				assert_int_equal(world.status, n == 1 ? 503 : 200);
				/* who could see it may have heard of it */
				assert_int_equal(world.bells && world.commits == 0, 0);
				assert_int_equal(world.told && world.status != 200, 0);
				assert_true(world.bells <= 1);
				assert_int_equal(world.commits,
						 n == 1 && f == FAIL_BEFORE ? 0 : 1);
				runs++;
			}
	assert_int_equal(runs, 24);
}

/* Else its chat would wait behind it for a day. */
static void what_postgresql_never_takes_leaves_its_key(void **state)
{
	(void)state;
	begin_world();
	stage.fail_at = 1;
	stage.failing = FAIL_BEFORE;
	stage.fail_kind = ERR_PERM;
	run_world(UPDATE("poison"));
	assert_int_equal(world.status, 200);
	assert_int_equal(world.commits, 1);
	assert_int_equal(world.poor_commits, 1);
	assert_int_equal(world.bells, 0);
}

static void without_bots_nothing_is_accepted(void **state)
{
	(void)state;
	begin_world();
	is_loaded = 0;
	run_world(UPDATE("hello"));
	assert_int_equal(world.status, 503);
	assert_int_equal(stage.operations, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_is_committed_announced_and_answered),
		cmocka_unit_test(who_is_answering_hears_of_what_came_since),
		cmocka_unit_test(commands_ring_the_courier_only),
		cmocka_unit_test(a_stop_is_told_at_once),
		cmocka_unit_test(a_duplicate_is_answered_well_and_does_nothing),
		cmocka_unit_test(nothing_is_answered_well_that_was_not_committed),
		cmocka_unit_test(what_postgresql_never_takes_leaves_its_key),
		cmocka_unit_test(without_bots_nothing_is_accepted),
	};

	log_open("test", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

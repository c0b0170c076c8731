/* What operators say, whatever fails on the way: every event once, every order once. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/log.h"
#include "common/desk/desk.h"
#include "common/store/order.h"
#include "services/operator-relay/plan.h"
#include "services/operator-relay/relay.h"
#include "tests/flow/stage.h"

enum { EVENTS = 4, ORDERS = 4, JOB = 9, WORKER = 7, RINGS_MAX = 40, OPERATIONS_MAX = 60 };

static struct world {
	struct relay relay;
	int done; /* events that are over */
	enum { READY, RUNNING, GONE } job;
	int attempt, failures;
	int refusals;             /* to put the job back */
	int is_deadly;            /* to understand the first event */
	int64_t run_at, taken_ms; /* when others had the job; 0: never */
	char refused[40];         /* they did, and told the operator: the key of that order */
	char ordered[ORDERS][40]; /* keys of orders, once each */
	int orders, told, settled, announced, recorded[EVENTS];
} world;

/* --- the store ------------------------------------------------------------------- */

static const char *work_of(int n)
{
	static const struct {
		const char *text, *rest;
	} events[EVENTS] = {
		{ "one", "{}}" },
		{ "//a note", "{}}" },
		{ "/help", "{\"command\":\"help\"}}" },
		{ "uno", "{},\"edited\":\"1.5\"},\"sent\":[{\"conversation_id\":11,\"seq\":5},"
			 "{\"conversation_id\":12,\"seq\":6}]" },
	};
	static char work[600];

	snprintf(work, sizeof work,
		 "{\"line\":4,\"operator\":{\"id\":3,\"lang\":\"en\",\"enabled\":true},"
		 "\"chats\":[{\"id\":11,\"title\":\"Ann\"}],"
		 "\"event\":{\"seq\":%d,\"external\":\"7%d\",\"text\":\"%s\",\"extra\":%s}",
		 n + 1, n, events[n].text, events[n].rest);
	return work;
}

static void claim_effect(struct operation *d)
{
	struct order_claim *c = d->out;

	*c = (struct order_claim){ .status = CLAIM_GONE };
	if (world.job == GONE || (world.job == RUNNING && !d->numbers[0]))
		return;
	if (world.job == READY && world.run_at > stage.now_ms) {
		c->status = CLAIM_EARLY;
		c->wait_ms = (int)(world.run_at - stage.now_ms);
		return;
	}
	if (world.done == EVENTS) {
		world.job = GONE;
		c->status = CLAIM_VOID;
		return;
	}
	world.job = RUNNING;
	*c = (struct order_claim){ .status = CLAIM_OK,
				   .attempt = ++world.attempt,
				   .failures = world.failures,
				   .conversation_id = 4,
				   .chat_key = "42",
				   .work = arena_str(&d->flow->arena, work_of(world.done)) };
}

void store_claim_order(struct store *s, struct flow *f, flow_step *next,
		       struct order_claim *out, int64_t job, int worker, int unsure)
{
	(void)s;
	assert_int_equal(job, JOB);
	assert_int_equal(worker, WORKER);
	operation_begin(f, next, claim_effect, out)->numbers[0] = unsure;
}

static void desk_effect(struct operation *d)
{
	struct desk_done *done = d->out;

	*done = (struct desk_done){ .status = DESK_OK, .conversation_id = 11 };
	for (int i = 0; i < world.orders; i++)
		if (strcmp(world.ordered[i], d->text) == 0) {
			done->status = DESK_AGAIN;
			return;
		}
	assert_true(world.orders < ORDERS);
	assert_string_not_equal(world.refused, d->text);
	snprintf(world.ordered[world.orders++], sizeof world.ordered[0], "%s", d->text);
}

/* Linked in place of common/store/desk.c, which has the names of statuses, too. */
void __wrap_store_desk(struct store *s, struct flow *f, flow_step *next, struct desk_done *out,
		       const struct desk_order *order);
void __wrap_store_retry_job(struct store *s, struct flow *f, flow_step *next, int *fenced,
			    int64_t job, const struct job_retry *retry);

void __wrap_store_desk(struct store *s, struct flow *f, flow_step *next, struct desk_done *out,
		       const struct desk_order *order)
{
	(void)s;
	assert_int_equal(order->operator_id, 3);
	operation_begin(f, next, desk_effect, out)->text = order->key;
}

static void finish_effect(struct operation *d)
{
	struct order_finished *out = d->out;

	*out = (struct order_finished){ .fenced = world.job != RUNNING ||
						  world.attempt != d->numbers[0],
					.lines = "[[4,77]]" };
	if (out->fenced)
		return;
	assert_int_equal(d->numbers[1], world.done + 1); /* in their order */
	world.recorded[world.done++]++;
	world.failures = 0;
	world.job = READY;
}

void store_finish_order(struct store *s, struct flow *f, flow_step *next,
			struct order_finished *out, int64_t job,
			const struct order_claim *claim, const struct order_end *end)
{
	struct operation *d = operation_begin(f, next, finish_effect, out);

	(void)s, (void)job;
	d->numbers[0] = claim->attempt;
	d->numbers[1] = end->seq;
}

static void retry_effect(struct operation *d)
{
	*(int *)d->out = world.job != RUNNING || world.attempt != d->numbers[0];
	if (*(int *)d->out)
		return;
	world.job = READY;
	world.failures++;
	world.run_at = stage.now_ms + d->numbers[1];
}

static void refuse(struct operation *d)
{
	world.refusals--;
	op_fail(&d->op, ERR_PERM, "refused");
}

void __wrap_store_retry_job(struct store *s, struct flow *f, flow_step *next, int *fenced,
			    int64_t job, const struct job_retry *retry)
{
	struct operation *d = operation_begin(f, next, retry_effect, fenced);

	if (world.refusals > 0)
		d->run = refuse;

	(void)s, (void)job;
	d->numbers[0] = retry->attempt;
	d->numbers[1] = retry->delay_ms;
}

void __real_plan_make(struct plan *p, struct arena *a, const json_t *work);
void __wrap_plan_make(struct plan *p, struct arena *a, const json_t *work);

void __wrap_plan_make(struct plan *p, struct arena *a, const json_t *work)
{
	assert_false(world.is_deadly && world.done == 0);
	__real_plan_make(p, a, work);
}

/* --- the rest of the process --------------------------------------------------------- */

void desk_tell(struct redis *r, const struct desk_done *done, const char *verb,
	       const char *trace)
{
	(void)r, (void)done, (void)verb, (void)trace;
	world.told++;
}

void jobs_announce(struct redis *r, enum queue queue, const struct doorbell *bell)
{
	(void)r;
	assert_int_equal(queue, QUEUE_DELIVERY);
	assert_int_equal(bell->job, 77);
	world.announced++;
}

void jobs_settle(struct jobs *j)
{
	(void)j;
	world.settled++;
}

int jobs_worker(const struct jobs *j)
{
	(void)j;
	return WORKER;
}

int jobs_held_since(const struct jobs *j, int64_t since)
{
	(void)j;
	return since >= world.taken_ms;
}

/* --- runs ------------------------------------------------------------------------------ */

static void (*stopped)(void);

/* Rings until the job is gone; a lease that ran out makes it ready again. */
static void run(int fail_at, enum failing failing, enum err_kind kind)
{
	struct doorbell bell = { .job = JOB, .conversation = 4, .kind = OPERATOR_ORDER };
	int rings = 0;

	stage_open();
	stage.fail_at = fail_at;
	stage.failing = failing;
	stage.fail_kind = kind;
	stage.stopped = stopped;
	world = (struct world){ .job = READY };
	while (world.job != GONE) {
		assert_true(rings++ < RINGS_MAX);
		if (world.job == RUNNING)
			world.job = READY;
		if (world.run_at > stage.now_ms)
			stage.now_ms = world.run_at;
		order_begin(&world.relay, &bell);
		stage_run();
		assert_int_equal(world.settled, rings);
	}
	stage_close();
}

static void check(void)
{
	for (int i = 0; i < EVENTS; i++)
		assert_int_equal(world.recorded[i], 1);
	assert_int_equal(world.orders, ORDERS); /* words, a note, edits; help orders nothing */
	assert_string_equal(world.ordered[0], "tg:4:1");
	assert_string_equal(world.ordered[1], "tg:4:2");
	assert_string_equal(world.ordered[2], "tg:4:4:e:1.5:11");
	assert_string_equal(world.ordered[3], "tg:4:4:e:1.5:12");
	assert_true(world.told >= ORDERS);
}

static void events_are_dealt_with_in_their_order(void **state)
{
	(void)state;
	run(0, FAIL_NEVER, ERR_TEMP);
	check();
	assert_int_equal(world.settled, 1);
	assert_int_equal(world.announced, EVENTS);
}

/* As when an operator answers what is still being sent to them. */
static void a_moment_is_waited_for_and_more_is_left_to_the_sweep(void **state)
{
	static const int waits[] = { 200, 60000 };
	struct doorbell bell = { .job = JOB, .conversation = 4, .kind = OPERATOR_ORDER };

	(void)state;
	for (int i = 0; i < 2; i++) {
		stage_open();
		world = (struct world){ .job = READY, .run_at = stage.now_ms + waits[i] };
		order_begin(&world.relay, &bell);
		stage_run();
		assert_int_equal(world.done, i == 0 ? EVENTS : 0);
		assert_int_equal(world.settled, 1);
		stage_close();
	}
}

/* Of an event that killed workers nothing is read but its number. */
static void an_event_that_kills_workers_is_passed_over(void **state)
{
	struct doorbell bell = { .job = JOB, .conversation = 4, .kind = OPERATOR_ORDER };

	(void)state;
	stage_open();
	world = (struct world){ .job = READY, .failures = RELAY_FAILURES, .is_deadly = 1 };
	order_begin(&world.relay, &bell);
	stage_run();
	stage_close();
	assert_int_equal(world.recorded[0], 1);
	assert_int_equal(world.done, EVENTS);
	assert_int_equal(world.orders, ORDERS - 1); /* those behind it */
}

static void a_job_that_cannot_be_put_back_is_no_reason_to_hurry(void **state)
{
	struct doorbell bell = { .job = JOB, .conversation = 4, .kind = OPERATOR_ORDER };
	int64_t began;

	(void)state;
	stage_open();
	began = stage.now_ms;
	stage.fail_at = 2;
	stage.failing = FAIL_BEFORE;
	stage.fail_kind = ERR_PERM;
	world = (struct world){ .job = READY, .refusals = 10 };
	order_begin(&world.relay, &bell);
	stage_run();
	assert_int_equal(world.refusals, 0);
	assert_true(stage.now_ms - began > 500);
	stage_close();
}

static void whatever_fails_every_order_is_given_once(void **state)
{
	static const enum failing ways[] = { FAIL_BEFORE, FAIL_AFTER };
	static const enum err_kind kinds[] = { ERR_TEMP, ERR_PERM };

	(void)state;
	for (int n = 1; n <= OPERATIONS_MAX; n++)
		for (int w = 0; w < 2; w++)
			for (int k = 0; k < 2; k++) {
				run(n, ways[w], kinds[k]);
				check();
			}
}

static int was_given(const char *key)
{
	for (int i = 0; i < world.orders; i++)
		if (strcmp(world.ordered[i], key) == 0)
			return 1;
	return 0;
}

/* Others deal with the first event: its chat was somebody else's at that time. */
static void refuse_meanwhile(void)
{
	stage.now_ms += 10000;
	world.taken_ms = stage.now_ms;
	if (world.done > 0)
		return;
	if (!was_given("tg:4:1"))
		snprintf(world.refused, sizeof world.refused, "tg:4:1");
	world.recorded[world.done++]++;
	world.attempt++;
	world.job = READY;
}

static void what_others_have_refused_is_not_ordered(void **state)
{
	(void)state;
	for (int n = 1; n <= 4; n++) {
		stopped = refuse_meanwhile;
		run(n, STOP_AFTER, ERR_TEMP);
		assert_int_equal(world.orders, ORDERS - (*world.refused != 0));
		assert_int_equal(world.recorded[0], 1);
		assert_int_equal(world.done, EVENTS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_are_dealt_with_in_their_order),
		cmocka_unit_test(a_moment_is_waited_for_and_more_is_left_to_the_sweep),
		cmocka_unit_test(an_event_that_kills_workers_is_passed_over),
		cmocka_unit_test(a_job_that_cannot_be_put_back_is_no_reason_to_hurry),
		cmocka_unit_test(what_others_have_refused_is_not_ordered),
		cmocka_unit_test(whatever_fails_every_order_is_given_once),
	};

	log_open("test", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/log.h"
#include "services/operator-relay/relay.h"
#include "tests/flow/stage.h"

/*
 * A look at a case, and the following up of an operator, with doubles of the
 * store and of Redis.  Whatever fails, at whatever operation: what operators
 * see is recorded at most once, the doorbell is settled exactly once, and the
 * job is done, or somebody else will find it.
 */

enum { JOB = 7, CONVERSATION = 3 };

static struct world {
	struct relay relay;
	enum { READY, HELD, REST } job;
	int attempt;  /* of the last claim */
	int is_busy;  /* so many times */
	int changes;  /* so many times the case changes while it is looked at */
	int is_quiet; /* there is nothing to show */
	int shown, settled, bells[6], told, buried, looked_again, failures;
	int bells_too_early; /* deliveries announced before they were recorded */
	int is_impossible;   /* to finish, ever */
	int refusals;        /* to put the job back */
	enum err_kind refusal;
} world;

static void say_impossible(struct operation *d)
{
	op_fail(&d->op, ERR_PERM, "impossible");
}

static void refuse(struct operation *d)
{
	world.refusals--;
	op_fail(&d->op, world.refusal, "refused");
}

/* --- cases -------------------------------------------------------------------- */

#define WORK                                                                                   \
	"{\"conversation\":3,\"title\":\"Ann\",\"lang\":\"en\",\"channel\":{\"name\":\"tg\"}," \
	"\"handoff\":{\"id\":5,\"reason\":\"asked\"},\"messages\":[],\"notes\":[{\"what\":"    \
	"\"invitation\",\"to\":{\"operator\":{\"id\":1,\"lang\":\"en\"},\"desk\":9,"           \
	"\"channel\":4,"                                                                       \
	"\"chat\":\"900\"}}]}"

static void claim_case(struct operation *d)
{
	struct case_claim *out = d->out;
	int is_unsure = (int)d->numbers[0];

	*out = (struct case_claim){ .status = CLAIM_GONE,
				    .conversation_id = CONVERSATION,
				    .channel_id = 1,
				    .chat_key = "7",
				    .epoch = 2,
				    .responder = RESPONDER_WAITING,
				    .failures = world.failures,
				    .work = WORK };
	if (world.is_busy > 0) {
		world.is_busy--;
		out->status = CLAIM_BUSY;
	} else if (world.job == REST) {
		out->status = CLAIM_EARLY;
		out->wait_ms = 45000;
	} else if (world.job == READY || is_unsure) {
		out->status = world.is_quiet ? CLAIM_VOID : CLAIM_OK;
		out->attempt = ++world.attempt;
		out->delivery_job = 11;
		world.job = world.is_quiet ? REST : HELD;
	}
}

void __wrap_store_claim_case(struct store *s, struct flow *f, flow_step *next,
			     struct case_claim *out, int64_t job, int worker, int unsure);

void __wrap_store_claim_case(struct store *s, struct flow *f, flow_step *next,
			     struct case_claim *out, int64_t job, int worker, int unsure)
{
	struct operation *d = operation_begin(f, next, claim_case, out);

	(void)s, (void)worker;
	assert_int_equal(job, JOB);
	d->numbers[0] = unsure;
}

static void finish_case(struct operation *d)
{
	struct case_finished *out = d->out;

	*out = (struct case_finished){ .status = CASE_FENCED };
	if (world.job != HELD || world.attempt != d->numbers[0])
		return;
	world.job = READY;
	if (world.changes > 0) {
		world.changes--;
		*out = (struct case_finished){ .status = CASE_CHANGED, .next_ready = 1 };
		return;
	}
	world.job = REST;
	world.shown++;
	*out = (struct case_finished){ .status = CASE_SHOWN, .lines = "[[9,21]]" };
}

void __wrap_store_finish_case(struct store *s, struct flow *f, flow_step *next,
			      struct case_finished *out, int64_t job,
			      const struct case_claim *claim, const struct case_notes *notes);

void __wrap_store_finish_case(struct store *s, struct flow *f, flow_step *next,
			      struct case_finished *out, int64_t job,
			      const struct case_claim *claim, const struct case_notes *notes)
{
	struct operation *d = operation_begin(f, next, finish_case, out);

	(void)s, (void)job;
	assert_non_null(strstr(notes->json, "t:take:5"));
	assert_non_null(strstr(notes->json, "\"self\""));
	d->numbers[0] = claim->attempt;
	d->visible = notes->visible;
	if (world.is_impossible)
		d->run = say_impossible;
}

static void put_back(struct operation *d)
{
	*(int *)d->out = world.job != HELD;
	if (world.job == HELD)
		world.job = READY;
}

void __wrap_store_retry_job(struct store *s, struct flow *f, flow_step *next, int *fenced,
			    int64_t job, const struct job_retry *retry);

void __wrap_store_retry_job(struct store *s, struct flow *f, flow_step *next, int *fenced,
			    int64_t job, const struct job_retry *retry)
{
	struct operation *d = operation_begin(f, next, put_back, fenced);

	(void)s, (void)job;
	assert_string_equal(retry->error, world.is_impossible ? "impossible" : "as asked");
	if (world.refusals > 0)
		d->run = refuse;
}

static void bury(struct operation *d)
{
	*(int *)d->out = 0;
	world.buried++;
	world.job = REST;
}

void __wrap_store_bury_job(struct store *s, struct flow *f, flow_step *next, int *fenced,
			   int64_t job, int attempt, const char *error);

void __wrap_store_bury_job(struct store *s, struct flow *f, flow_step *next, int *fenced,
			   int64_t job, int attempt, const char *error)
{
	(void)s, (void)job, (void)attempt, (void)error;
	operation_begin(f, next, bury, fenced);
}

/* --- duty --------------------------------------------------------------------- */

static void claim_duty(struct operation *d)
{
	struct duty_claim *out = d->out;

	*out = (struct duty_claim){ .status = CLAIM_GONE };
	if (world.job != READY && !(d->numbers[0] && world.job == HELD))
		return;
	world.job = HELD;
	*out = (struct duty_claim){ .status = CLAIM_OK,
				    .attempt = ++world.attempt,
				    .cases = "[3,4]" };
}

void __wrap_store_claim_duty(struct store *s, struct flow *f, flow_step *next,
			     struct duty_claim *out, int64_t job, int worker, int unsure);

void __wrap_store_claim_duty(struct store *s, struct flow *f, flow_step *next,
			     struct duty_claim *out, int64_t job, int worker, int unsure)
{
	struct operation *d = operation_begin(f, next, claim_duty, out);

	(void)s, (void)job, (void)worker;
	d->numbers[0] = unsure;
}

static void look_again(struct operation *d)
{
	*(int64_t *)d->out = 30 + d->numbers[0];
	world.looked_again |= 1 << d->numbers[0];
}

void __wrap_store_look_again(struct store *s, struct flow *f, flow_step *next, int64_t *job,
			     int64_t conversation);

void __wrap_store_look_again(struct store *s, struct flow *f, flow_step *next, int64_t *job,
			     int64_t conversation)
{
	struct operation *d = operation_begin(f, next, look_again, job);

	(void)s;
	d->numbers[0] = conversation;
}

static void finish_duty(struct operation *d)
{
	*(int *)d->out = 0;
	if (world.job == HELD)
		world.job = REST;
}

void __wrap_store_finish_duty(struct store *s, struct flow *f, flow_step *next, int *next_ready,
			      int64_t job, const struct duty_claim *claim);

void __wrap_store_finish_duty(struct store *s, struct flow *f, flow_step *next, int *next_ready,
			      int64_t job, const struct duty_claim *claim)
{
	struct operation *d = operation_begin(f, next, finish_duty, next_ready);

	(void)s, (void)job, (void)claim;
	if (world.is_impossible)
		d->run = say_impossible;
}

/* --- Redis -------------------------------------------------------------------- */

void __wrap_jobs_announce(struct redis *r, enum queue queue, const struct doorbell *bell);
void __wrap_jobs_settle(struct jobs *j);
int __wrap_jobs_worker(const struct jobs *j);
void __wrap_live_state(struct redis *r, const char *topic, const char *responder, int epoch);
void __wrap_live_seq(struct redis *r, const char *topic, int64_t seq);
void __wrap_live_desk(struct redis *r, const struct live_desk *event);

void __wrap_jobs_announce(struct redis *r, enum queue queue, const struct doorbell *bell)
{
	(void)r;
	world.bells[queue]++;
	world.bells_too_early += bell->job == 21 && !world.shown;
}

void __wrap_jobs_settle(struct jobs *j)
{
	(void)j;
	world.settled++;
}

int __wrap_jobs_worker(const struct jobs *j)
{
	(void)j;
	return 1;
}

void __wrap_live_state(struct redis *r, const char *topic, const char *responder, int epoch)
{
	(void)r, (void)epoch;
	assert_string_equal(topic, "live:1:7");
	assert_string_equal(responder, "waiting");
}

void __wrap_live_seq(struct redis *r, const char *topic, int64_t seq)
{
	(void)r, (void)topic, (void)seq;
	world.told++;
}

void __wrap_live_desk(struct redis *r, const struct live_desk *event)
{
	(void)r;
	assert_int_equal(event->conversation, CONVERSATION);
}

/* --- tests -------------------------------------------------------------------- */

static const struct doorbell bell = { .job = JOB, .conversation = CONVERSATION, .kind = 1 };

static void begin_world(void)
{
	memset(&world, 0, sizeof world);
	stage_open();
}

static void run_world(jobs_handler *begin)
{
	begin(&world.relay, &bell);
	stage_run();
	stage_close();
	assert_int_equal(world.settled, 1);
	assert_int_equal(world.bells_too_early, 0);
}

static void what_operators_see_is_recorded_and_announced(void **state)
{
	(void)state;
	begin_world();
	world.is_busy = 3;
	run_world(case_begin);
	assert_int_equal(world.shown, 1);
	assert_int_equal(world.job, REST);
	assert_int_equal(world.bells[QUEUE_DELIVERY],
			 2); /* the person's line, and the desk's */
	assert_int_equal(world.told, 1);
}

static void nothing_to_show_needs_no_finish(void **state)
{
	(void)state;
	begin_world();
	world.is_quiet = 1;
	run_world(case_begin);
	assert_int_equal(stage.operations, 1);
	assert_int_equal(world.told, 1);
}

static void what_changed_meanwhile_is_rung_for_again(void **state)
{
	(void)state;
	begin_world();
	world.changes = 1;
	run_world(case_begin);
	assert_int_equal(world.shown, 0);
	assert_int_equal(world.bells[QUEUE_OPERATOR], 1);
}

static void who_comes_too_early_leaves_it_to_the_sweep(void **state)
{
	(void)state;
	begin_world();
	world.job = REST;
	run_world(case_begin);
	assert_int_equal(world.shown + world.told, 0);
}

static void what_cannot_be_shown_is_buried(void **state)
{
	(void)state;
	begin_world();
	world.failures = RELAY_FAILURES;
	run_world(case_begin);
	assert_int_equal(world.buried, 1);
	assert_int_equal(world.shown, 0);
}

static void a_failure_of_any_operation_loses_nothing(void **state)
{
	int runs = 0;

	(void)state;
	for (int n = 1; n <= 3; n++)
		for (enum failing f = FAIL_BEFORE; f <= FAIL_AFTER; f++)
			for (enum err_kind kind = ERR_TEMP; kind <= ERR_PERM; kind++) {
				begin_world();
				stage.fail_at = n;
				stage.failing = f;
				stage.fail_kind = kind;
				run_world(case_begin);
				assert_true(world.shown <= 1);
				if (kind == ERR_TEMP)
					assert_int_equal(world.shown, 1);
				/* done, ready for the sweep, or held by a claim nobody heard
				 * of, which the lease ends */
				assert_int_equal(world.shown, world.job == REST);
				runs++;
			}
	assert_int_equal(runs, 12);
}

static void an_operator_is_followed_whatever_fails(void **state)
{
	(void)state;
	for (int n = 0; n <= 4; n++)
		for (enum failing f = FAIL_BEFORE; f <= FAIL_AFTER; f++) {
			begin_world();
			stage.fail_at = n;
			stage.failing = f;
			stage.fail_kind = ERR_TEMP;
			run_world(duty_begin);
			assert_int_equal(world.looked_again, 1 << 3 | 1 << 4);
			assert_int_equal(world.job, REST);
			assert_true(world.bells[QUEUE_OPERATOR] >= 2);
		}
}

/* Nobody else takes what we hold while we live, so we let go of it. */
static void duty_that_cannot_be_followed_is_put_back(void **state)
{
	(void)state;
	for (int n = 2; n <= 4; n++) {
		begin_world();
		stage.fail_at = n;
		stage.failing = FAIL_BEFORE;
		stage.fail_kind = ERR_PERM;
		run_world(duty_begin);
		assert_int_equal(world.job, READY);
	}
}

static void a_job_is_let_go_of_however_often_that_fails(void **state)
{
	jobs_handler *const begins[] = { case_begin, duty_begin };

	(void)state;
	for (int i = 0; i < 2; i++)
		for (enum err_kind kind = ERR_TEMP; kind <= ERR_PERM; kind++) {
			begin_world();
			world.is_impossible = 1;
			world.refusals = 5;
			world.refusal = kind;
			run_world(begins[i]);
			assert_int_equal(world.refusals, 0);
			assert_int_equal(world.job, READY);
		}
}

/* It may be the making of what is shown that kills us. */
static void what_cannot_be_buried_at_once_is_not_shown_instead(void **state)
{
	(void)state;
	begin_world();
	world.failures = RELAY_FAILURES;
	stage.fail_at = 2;
	stage.failing = FAIL_BEFORE;
	run_world(case_begin);
	assert_int_equal(world.shown, 0);
	assert_int_equal(world.buried, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_operators_see_is_recorded_and_announced),
		cmocka_unit_test(nothing_to_show_needs_no_finish),
		cmocka_unit_test(what_changed_meanwhile_is_rung_for_again),
		cmocka_unit_test(who_comes_too_early_leaves_it_to_the_sweep),
		cmocka_unit_test(what_cannot_be_shown_is_buried),
		cmocka_unit_test(a_failure_of_any_operation_loses_nothing),
		cmocka_unit_test(an_operator_is_followed_whatever_fails),
		cmocka_unit_test(duty_that_cannot_be_followed_is_put_back),
		cmocka_unit_test(a_job_is_let_go_of_however_often_that_fails),
		cmocka_unit_test(what_cannot_be_buried_at_once_is_not_shown_instead),
	};

	log_open("test", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

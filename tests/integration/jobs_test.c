/* Doorbells, the lease and the sweep (common/jobs), with both servers broken on purpose. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "common/jobs/jobs.h"
#include "tests/integration/redis_server.h"
#include "tests/integration/store_world.h"

enum { LEASE_MS = 1000, SWEEP_MS = 20, HEARD_MAX = 64 };

static struct redis_server *redis_server;
static struct redis *redis;
static struct jobs *jobs;
static int redis_ups, knows_nothing;

static struct {
	int n, settled;
	int64_t job[HEARD_MAX];
	char trace[HEARD_MAX][33];
} heard;

static void handle(void *arg, const struct doorbell *bell)
{
	(void)arg;
	assert_true(jobs_worker(jobs) > 0);
	assert_true(heard.n < HEARD_MAX);
	heard.job[heard.n] = bell->job;
	snprintf(heard.trace[heard.n++], sizeof *heard.trace, "%s", bell->trace);
}

static void on_redis_up(void *arg)
{
	(void)arg;
	redis_ups++;
}

static int is_ready(void *arg)
{
	(void)arg;
	return !knows_nothing;
}

static struct jobs *open_jobs(int window)
{
	struct jobs_conf conf = {
		.queue = QUEUE_DELIVERY,
		.redis_url = redis_server_url(redis_server),
		.redis = redis,
		.store = &world.store,
		.window = window,
		.lease_ms = LEASE_MS,
		.sweep_ms = SWEEP_MS,
		.is_ready = is_ready,
	};
	struct err e;

	return jobs_open(world.base, &conf, handle, NULL, &e);
}

static int begin_test(void **state)
{
	struct err e;

	world_begin(state);
	redis_server = redis_server_start(NULL, NULL);
	redis = redis_open(world.base, redis_server_url(redis_server), &e);
	redis_ups = 0;
	redis_on_up(redis, on_redis_up, NULL);
	run_until(world.base, &redis_ups, 1);
	memset(&heard, 0, sizeof heard);
	jobs = open_jobs(HEARD_MAX);
	return 0;
}

static void settle_all(void)
{
	for (; heard.settled < heard.n; heard.settled++)
		jobs_settle(jobs);
}

/* One flow is the test's own. */
static void leave(void)
{
	int64_t until = clock_mono_ms() + 60000;

	jobs_pause(jobs);
	while (flow_count() > 1 && clock_mono_ms() < until) {
		run_for(world.base, 10);
		settle_all();
	}
	assert_int_equal(flow_count(), 1);
	jobs_close(jobs);
}

static int end_test(void **state)
{
	leave();
	redis_close(redis);
	redis_server_stop(redis_server);
	return world_end(state);
}

/* A delivery job, announced or not. */
static int64_t make_job(const char *key)
{
	return hear(TELEGRAM, key, key, INBOUND_COMMAND, "/help", "answer").delivery_job;
}

static void announce(int64_t job, int wait_ms)
{
	struct doorbell bell = { .job = job, .kind = 1, .wait_ms = wait_ms, .trace = "abc" };

	jobs_announce(redis, QUEUE_DELIVERY, &bell);
}

/* --- doorbells, the sweep, the lease, leaving -------------------------------------- */

static void a_doorbell_reaches_the_handler(void **state)
{
	int64_t job = make_job("e1");

	(void)state;
	announce(job, 0);
	run_until(world.base, &heard.n, 1);
	assert_int_equal(heard.job[0], job);
	assert_string_equal(heard.trace[0], "abc");
	assert_int_equal(jobs_in_hand(jobs), 1);
	settle_all();
	assert_int_equal(jobs_in_hand(jobs), 0);
}

/* Who does not know the channels yet would put a delivery back for half a minute. */
static void nothing_is_taken_in_by_who_is_not_ready(void **state)
{
	int64_t job = make_job("e1");

	(void)state;
	leave();
	knows_nothing = 1;
	jobs = open_jobs(HEARD_MAX);
	announce(job, 0);
	while (jobs_worker(jobs) <= 0)
		run_for(world.base, 10);
	run_for(world.base, 200);
	assert_int_equal(heard.n, 0);
	jobs_begin(jobs);
	run_for(world.base, 50);
	assert_int_equal(heard.n, 0);
	knows_nothing = 0;
	jobs_begin(jobs);
	run_until(world.base, &heard.n, 1);
	assert_int_equal(heard.job[0], job);
	settle_all();
}

static void a_doorbell_that_waits_is_handed_on_when_it_is_due(void **state)
{
	int64_t from = clock_mono_ms();

	(void)state;
	announce(1, 150);
	run_until(world.base, &heard.n, 1);
	assert_true(clock_mono_ms() - from >= 150);
	settle_all();
}

static void nonsense_is_settled_and_forgotten(void **state)
{
	(void)state;
	redis_server_ask(redis_server, "XADD jobs:delivery * e nonsense");
	redis_server_ask(redis_server, "XADD jobs:delivery * e v=2");
	announce(7, 0);
	run_until(world.base, &heard.n, 1);
	assert_int_equal(heard.job[0], 7);
	assert_int_equal(jobs_in_hand(jobs), 1);
	settle_all();
}

static void what_nobody_was_told_of_is_found(void **state)
{
	int64_t job = make_job("e1");

	(void)state;
	run("update job set announce_at = now()");
	run_until(world.base, &heard.n, 1);
	assert_int_equal(heard.job[0], job);
	settle_all();
}

static void doorbells_that_redis_lost_ring_again(void **state)
{
	(void)state;
	make_job("e1");
	make_job("e2");
	redis_server_kill(redis_server);
	redis_server_revive(redis_server);
	run("update job set announce_at = now()"); /* as time would */
	run_until(world.base, &heard.n, 2);
	settle_all();
}

static void a_dead_workers_job_is_given_to_another(void **state)
{
	int64_t job = make_job("e1");

	(void)state;
	run("insert into worker (queue, name, alive_until) values (2, 'dead', now())");
	run("update job set state = 1, attempt = 1, worker_id ="
	    " (select id from worker where name = 'dead')");
	run_until(world.base, &heard.n, 1);
	assert_int_equal(heard.job[0], job);
	assert_int_equal(claim_line(job, jobs_worker(jobs)).attempt & 1023, 2);
	settle_all();
}

static void the_lease_is_kept_and_taken_anew_when_it_was_lost(void **state)
{
	int first, again = 0;

	(void)state;
	announce(1, 0);
	run_until(world.base, &heard.n, 1);
	first = jobs_worker(jobs);
	run_for(world.base, 2 * LEASE_MS);
	assert_int_equal(jobs_worker(jobs), first);
	assert_int_equal(number("select count(*) from worker where alive_until > now()"), 1);
	run("delete from worker");
	for (int i = 0; i < 3000 && !again; i++) {
		run_for(world.base, 20);
		again = jobs_worker(jobs) != first;
	}
	assert_true(again);
	settle_all();
}

/* All leases run out while PostgreSQL is away; who is first back must not take the others for
 * dead. */
static void nobody_dies_of_a_time_without_postgresql(void **state)
{
	int64_t job = make_job("e1"), until;

	(void)state;
	announce(job, 0);
	run_until(world.base, &heard.n, 1);
	assert_int_equal(claim_line(job, jobs_worker(jobs)).status, CLAIM_OK);
	pg_server_kill(world.server);
	run_for(world.base, 3 * LEASE_MS);
	pg_server_revive(world.server);
	until = clock_mono_ms() + 60000;
	while (number("select count(*) from worker where alive_until > now()") == 0) {
		assert_true(clock_mono_ms() < until);
		run_for(world.base, 2);
	}
	run_for(world.base, 10 * SWEEP_MS);
	assert_int_equal(number("select deaths from job"), 0);
	assert_int_equal(heard.n, 1);
	settle_all();
}

static void await_held(void)
{
	int64_t until = clock_mono_ms() + 60000;

	while (!jobs_held_since(jobs, clock_mono_ms())) {
		assert_true(clock_mono_ms() < until);
		run_for(world.base, 2);
	}
}

/* The lease is good again soon; what was held before is not for that. */
static void who_was_stopped_for_a_leases_time_knows_it(void **state)
{
	int64_t before;

	(void)state;
	await_held();
	before = clock_mono_ms();
	usleep(2 * LEASE_MS * 1000);
	assert_false(jobs_held_since(jobs, before));
	await_held();
	assert_false(jobs_held_since(jobs, before));
}

static void no_more_than_the_window_is_in_hand(void **state)
{
	(void)state;
	leave();
	jobs = open_jobs(2);
	for (int i = 1; i <= 5; i++)
		announce(i, 0);
	run_until(world.base, &heard.n, 2);
	run_for(world.base, 50);
	assert_int_equal(heard.n, 2);
	for (int i = 0; i < 5; i++) {
		run_until(world.base, &heard.n, i + 1);
		settle_all();
	}
}

static void a_worker_that_pauses_leaves_when_its_work_is_done(void **state)
{
	int64_t until = clock_mono_ms() + 60000;

	(void)state;
	announce(1, 0);
	announce(2, 60000); /* held: dropped, the sweep of others finds it */
	run_until(world.base, &heard.n, 1);
	run_for(world.base, 50);
	jobs_pause(jobs);
	announce(3, 0);
	run_for(world.base, 150);
	assert_int_equal(heard.n, 1);
	assert_int_equal(number("select count(*) from worker"), 1);
	settle_all();
	while (number("select count(*) from worker") > 0 && clock_mono_ms() < until)
		run_for(world.base, 10);
	assert_int_equal(number("select count(*) from worker"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_test, end_test)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_doorbell_reaches_the_handler),
		TEST(nothing_is_taken_in_by_who_is_not_ready),
		TEST(a_doorbell_that_waits_is_handed_on_when_it_is_due),
		TEST(nonsense_is_settled_and_forgotten),
		TEST(what_nobody_was_told_of_is_found),
		TEST(doorbells_that_redis_lost_ring_again),
		TEST(a_dead_workers_job_is_given_to_another),
		TEST(nobody_dies_of_a_time_without_postgresql),
		TEST(the_lease_is_kept_and_taken_anew_when_it_was_lost),
		TEST(who_was_stopped_for_a_leases_time_knows_it),
		TEST(no_more_than_the_window_is_in_hand),
		TEST(a_worker_that_pauses_leaves_when_its_work_is_done),
	};

	return cmocka_run_group_tests(tests, world_open, world_close);
}

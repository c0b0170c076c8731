#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/flow/flow.h"

/* A flow that writes down which of its steps were entered. */
struct walker {
	struct flow flow;
	flow_step *fail_with;
	char path[64]; /* survives the release */
	struct err err;
	int is_told_to_end;
	int released, spins;
};

static struct event_base *base;
static int inside_a_starting_call;

static int open_loop(void **state)
{
	(void)state;
	base = event_base_new();
	flow_open(base);
	return 0;
}

static int close_loop(void **state)
{
	(void)state;
	assert_int_equal(flow_count(), 0);
	flow_close();
	event_base_free(base);
	return 0;
}

static void note(struct walker *w, const char *step)
{
	size_t len = strlen(w->path);

	assert_false(inside_a_starting_call);
	snprintf(w->path + len, sizeof w->path - len, "%s", step);
}

/* --- steps ---------------------------------------------------------------- */

static void failed(void *self)
{
	struct walker *w = self;

	note(w, "F");
	w->err = w->flow.err;
	if (w->fail_with)
		w->fail_with(w);
	else
		flow_done(&w->flow);
}

static void release(void *self)
{
	((struct walker *)self)->released++;
}

static const struct flow_class walker_class = { "walker", failed, release };

static void finish(void *self)
{
	note(self, "z");
	flow_done(&((struct walker *)self)->flow);
}

static void nap_twice(void *self)
{
	struct walker *w = self;

	note(w, "b");
	inside_a_starting_call = 1;
	flow_sleep(&w->flow, finish, 1);
	inside_a_starting_call = 0;
}

static void nap_once(void *self)
{
	struct walker *w = self;

	note(w, "a");
	inside_a_starting_call = 1;
	flow_sleep(&w->flow, nap_twice, 0);
	inside_a_starting_call = 0;
}

static void nap_for_ever(void *self)
{
	note(self, "n");
	flow_sleep(&((struct walker *)self)->flow, finish, 3600000);
}

static void give_up(void *self)
{
	note(self, "g");
	flow_fail(&((struct walker *)self)->flow, ERR_PERM, "no such thing: %d", 7);
}

static void extend_and_nap(void *self)
{
	struct walker *w = self;

	note(w, "e");
	flow_extend(&w->flow, 60000);
	flow_sleep(&w->flow, finish, 40);
}

/* The process, until the nap and the deadline are over. */
static void be_stopped(void *self)
{
	struct walker *w = self;

	note(w, "s");
	flow_sleep(&w->flow, finish, 1);
	usleep(50000);
}

/* --- running -------------------------------------------------------------- */

static void begin(struct walker *w, flow_step *first, int timeout_ms)
{
	flow_begin(&w->flow, &walker_class, w, "trace", timeout_ms, first);
	assert_string_equal(w->path, ""); /* never from inside flow_begin */
}

/* Until no flow is alive. */
static void run_all(void)
{
	while (flow_count() > 0)
		event_base_loop(base, EVLOOP_ONCE);
}

/* As many rounds of the loop as every step that is ready needs. */
static void run_ready(void)
{
	for (int i = 0; i < 10; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
}

/* --- the promises ---------------------------------------------------------- */

static void steps_run_in_order_and_from_the_loop(void **state)
{
	struct walker w = { 0 };

	(void)state;
	begin(&w, nap_once, 5000);
	assert_int_equal(flow_count(), 1);
	run_all();
	assert_string_equal(w.path, "abz");
	assert_int_equal(w.released, 1);
}

static void a_failure_enters_the_failed_step_with_its_reason(void **state)
{
	struct walker w = { 0 };

	(void)state;
	begin(&w, give_up, 5000);
	run_all();
	assert_string_equal(w.path, "gF");
	assert_int_equal(w.err.kind, ERR_PERM);
	assert_string_equal(w.err.text, "no such thing: 7");
	assert_int_equal(w.released, 1);
}

static void failing_may_take_steps_of_its_own(void **state)
{
	struct walker w = { .fail_with = nap_twice };

	(void)state;
	begin(&w, give_up, 5000);
	run_all();
	assert_string_equal(w.path, "gFbz");
}

static void failing_while_failing_ends_the_flow(void **state)
{
	struct walker w = { .fail_with = give_up };

	(void)state;
	begin(&w, give_up, 5000);
	run_all();
	assert_string_equal(w.path, "gFg");
	assert_int_equal(w.released, 1);
}

static void the_deadline_cancels_what_is_in_flight(void **state)
{
	struct walker w = { 0 };

	(void)state;
	begin(&w, nap_for_ever, 20);
	run_all();
	assert_string_equal(w.path, "nF");
	assert_int_equal(w.err.kind, ERR_TEMP);
	assert_string_equal(w.err.text, "walker: deadline passed");
}

static void what_ended_before_the_deadline_is_heard_behind_it(void **state)
{
	struct walker w = { 0 };

	(void)state;
	begin(&w, be_stopped, 20);
	run_all();
	assert_string_equal(w.path, "sz");
}

static void a_deadline_can_be_moved(void **state)
{
	struct walker w = { 0 };

	(void)state;
	begin(&w, extend_and_nap, 20);
	run_all();
	assert_string_equal(w.path, "ez");
}

static void an_interrupt_cancels_and_fails(void **state)
{
	struct walker w = { 0 };

	(void)state;
	begin(&w, nap_for_ever, 5000);
	run_ready();
	flow_interrupt(&w.flow, ERR_CANCELLED, "stopped by %s", "the person");
	assert_string_equal(w.path, "n"); /* not from inside the call */
	run_all();
	assert_string_equal(w.path, "nF");
	assert_int_equal(w.err.kind, ERR_CANCELLED);
	assert_string_equal(w.err.text, "stopped by the person");
}

static void an_interrupt_before_the_first_step_skips_it(void **state)
{
	struct walker w = { 0 };

	(void)state;
	begin(&w, nap_once, 5000);
	flow_interrupt(&w.flow, ERR_CANCELLED, "stopped");
	run_all();
	assert_string_equal(w.path, "F");
}

static void an_interrupt_does_not_disturb_a_failing_flow(void **state)
{
	struct walker w = { .fail_with = nap_twice };

	(void)state;
	begin(&w, nap_for_ever, 5000);
	run_ready();
	flow_interrupt(&w.flow, ERR_TEMP, "first");
	flow_interrupt(&w.flow, ERR_CANCELLED, "second");
	run_all();
	assert_string_equal(w.path, "nFbz");
	assert_int_equal(w.err.kind, ERR_TEMP);
	assert_string_equal(w.err.text, "first");
}

/* Keeps itself ready until it is told to end. */
static void spin(void *self)
{
	struct walker *w = self;

	if (++w->spins < 100000 && !w->is_told_to_end)
		flow_sleep(&w->flow, spin, 0);
	else
		flow_done(&w->flow);
}

static void on_stop_spinning(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	((struct walker *)arg)->is_told_to_end = 1;
}

static void a_busy_flow_does_not_starve_timers(void **state)
{
	struct walker w = { 0 };

	(void)state;
	begin(&w, spin, 5000);
	event_base_once(base, -1, EV_TIMEOUT, on_stop_spinning, &w,
			&(struct timeval){ .tv_usec = 10000 });
	run_all();
	assert_int_equal(w.released, 1);
	assert_true(w.spins < 100000);
}

static void many_flows_end_one_by_one(void **state)
{
	static struct walker w[500];

	(void)state;
	memset(w, 0, sizeof w);
	for (size_t i = 0; i < 500; i++)
		begin(&w[i], i % 3 == 0 ? give_up : nap_once, 5000);
	assert_int_equal(flow_count(), 500);
	run_all();
	for (size_t i = 0; i < 500; i++)
		assert_string_equal(w[i].path, i % 3 == 0 ? "gF" : "abz");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_loop, close_loop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(steps_run_in_order_and_from_the_loop),
		TEST(a_failure_enters_the_failed_step_with_its_reason),
		TEST(failing_may_take_steps_of_its_own),
		TEST(failing_while_failing_ends_the_flow),
		TEST(the_deadline_cancels_what_is_in_flight),
		TEST(what_ended_before_the_deadline_is_heard_behind_it),
		TEST(a_deadline_can_be_moved),
		TEST(an_interrupt_cancels_and_fails),
		TEST(an_interrupt_before_the_first_step_skips_it),
		TEST(an_interrupt_does_not_disturb_a_failing_flow),
		TEST(a_busy_flow_does_not_starve_timers),
		TEST(many_flows_end_one_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

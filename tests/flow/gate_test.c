/* The way to a provider: who may pass, who waits, who is kept away. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "services/llm-worker/gate.h"

int64_t __wrap_clock_mono_ms(void);
void __real_flow_sleep(struct flow *f, flow_step *next, int ms);
void __wrap_flow_sleep(struct flow *f, flow_step *next, int ms);

static int64_t now_ms;

int64_t __wrap_clock_mono_ms(void)
{
	return now_ms;
}

void __wrap_flow_sleep(struct flow *f, flow_step *next, int ms)
{
	__real_flow_sleep(f, next, ms);
}

/* --- one who waits --------------------------------------------------------------- */

struct visitor {
	struct flow flow;
	struct gate *gate;
	int granted, place; /* the how-manieth to be let in or sent away; 0: still waiting */
};

static struct event_base *base;
static struct gates *gates;
static int served;
static const struct flow somebody, another, third;

static void come_in(void *self)
{
	struct visitor *v = self;

	v->place = ++served;
	flow_done(&v->flow);
}

static void queue_up(void *self)
{
	struct visitor *v = self;

	gate_wait(v->gate, &v->flow, come_in, &v->granted);
}

static void give_up(void *self)
{
	struct visitor *v = self;

	flow_done(&v->flow);
}

static void leave(void *self)
{
	(void)self;
}

static const struct flow_class visitor_class = { "visitor", give_up, leave };

static void spin(void)
{
	for (int i = 0; i < 10; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
}

static void visit(struct visitor *v, struct gate *gate)
{
	*v = (struct visitor){ .gate = gate };
	flow_begin(&v->flow, &visitor_class, v, "t", 600000, queue_up);
	spin();
}

static int begin_test(void **state)
{
	(void)state;
	base = event_base_new();
	flow_open(base);
	gates = gates_open(base);
	now_ms = 1000000;
	served = 0;
	return 0;
}

static int end_test(void **state)
{
	(void)state;
	gates_close(gates);
	flow_close();
	event_base_free(base);
	return 0;
}

/* --- promises --------------------------------------------------------------------- */

static const struct provider narrow = { .name = "narrow", .max_in_flight = 2 };
static const struct provider wide = { .name = "wide" };

static void no_more_than_allowed_pass_and_the_first_comes_first(void **state)
{
	struct gate *gate = gate_of(gates, &narrow);
	struct visitor first, second;

	(void)state;
	assert_true(gate_enter(gate, &somebody) && gate_enter(gate, &somebody));
	assert_false(gate_enter(gate, &somebody));
	visit(&first, gate);
	visit(&second, gate);
	assert_int_equal(served, 0);
	gate_leave(gate, &somebody);
	assert_false(gate_enter(gate, &somebody)); /* nobody jumps the queue */
	spin();
	assert_int_equal(first.place, 1);
	assert_true(first.granted);
	assert_int_equal(second.place, 0);
	gate_leave(gate, &somebody);
	spin();
	assert_int_equal(second.place, 2);
	assert_int_equal(gate_busy(gate), 2);
}

static void who_stops_waiting_takes_no_place(void **state)
{
	struct gate *gate = gate_of(gates, &narrow);
	struct visitor gone, next;

	(void)state;
	assert_true(gate_enter(gate, &somebody) && gate_enter(gate, &somebody));
	visit(&gone, gate);
	visit(&next, gate);
	flow_interrupt(&gone.flow, ERR_CANCELLED, "stop");
	gate_leave(gate, &somebody);
	spin();
	assert_int_equal(next.place, 1);
	assert_int_equal(gate_busy(gate), 2);
}

static void without_a_bound_everybody_passes(void **state)
{
	struct gate *gate = gate_of(gates, &wide);

	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_true(gate_enter(gate, &somebody));
}

static void a_broken_provider_is_left_alone_and_then_tried_by_one(void **state)
{
	struct gate *gate = gate_of(gates, &narrow);
	struct visitor waiting;

	(void)state;
	assert_true(gate_enter(gate, &somebody) && gate_enter(gate, &somebody));
	visit(&waiting, gate);
	gate_failed(gate, LLM_TRY_OTHER);
	spin();
	assert_int_equal(waiting.place, 1);
	assert_false(waiting.granted); /* sent to the next provider */
	gate_leave(gate, &somebody);
	gate_leave(gate, &somebody);
	assert_false(gate_is_open(gate));
	now_ms += 61000;
	assert_true(gate_is_open(gate));
	assert_true(gate_enter(gate, &somebody));
	assert_false(gate_is_open(gate)); /* one is enough to find out */
	gate_failed(gate, LLM_TRY_OTHER);
	gate_leave(gate, &somebody);
	now_ms += 61000;
	assert_false(gate_is_open(gate)); /* longer, the second time */
	now_ms += 61000;
	assert_true(gate_is_open(gate));
	assert_true(gate_enter(gate, &somebody));
	gate_succeeded(gate);
	gate_leave(gate, &somebody);
	assert_true(gate_is_open(gate));
}

static void who_came_before_the_pause_is_not_the_one_who_tries(void **state)
{
	struct gate *gate = gate_of(gates, &wide);

	(void)state;
	assert_true(gate_enter(gate, &somebody) && gate_enter(gate, &another));
	gate_pause(gate, 1000);
	now_ms += 1000;
	assert_true(gate_enter(gate, &third));
	gate_leave(gate, &somebody);
	assert_false(gate_is_open(gate));
	gate_failed(gate, LLM_TRY_AGAIN);
	gate_leave(gate, &another);
	now_ms += 5000;
	assert_false(gate_is_open(gate)); /* the third has not come back */
	gate_leave(gate, &third);
	assert_true(gate_is_open(gate));
}

static void of_those_who_wait_through_a_pause_one_tries(void **state)
{
	struct gate *gate = gate_of(gates, &narrow);
	struct visitor first, second;

	(void)state;
	assert_true(gate_enter(gate, &somebody) && gate_enter(gate, &another));
	gate_pause(gate, 1000);
	now_ms += 1000;
	visit(&first, gate);
	visit(&second, gate);
	gate_leave(gate, &somebody);
	gate_leave(gate, &another);
	spin();
	assert_true(first.granted);
	assert_int_equal(second.place, 2);
	assert_false(second.granted);
	assert_false(gate_is_open(gate));
	gate_succeeded(gate);
	assert_true(gate_is_open(gate));
	assert_int_equal(gate_busy(gate), 1);
}

static void only_a_row_of_temporary_failures_closes(void **state)
{
	struct gate *gate = gate_of(gates, &wide);

	(void)state;
	for (int i = 0; i < 100; i++) {
		gate_failed(gate, i % 5 ? LLM_TRY_AGAIN : LLM_HOPELESS);
		if (i % 9 == 8)
			gate_succeeded(gate);
		assert_true(gate_is_open(gate));
	}
	gate_succeeded(gate);
	for (int i = 0; i < 10; i++)
		gate_failed(gate, LLM_TRY_AGAIN);
	assert_false(gate_is_open(gate));
	now_ms += 5000;
	assert_true(gate_is_open(gate));
}

static void a_pause_that_was_asked_for_is_kept(void **state)
{
	struct gate *gate = gate_of(gates, &wide);

	(void)state;
	gate_pause(gate, 20000);
	now_ms += 19999;
	assert_false(gate_is_open(gate));
	now_ms++;
	assert_true(gate_enter(gate, &somebody));
	gate_failed(gate, LLM_TRY_AGAIN); /* it asks for more */
	gate_pause(gate, 30000);
	gate_pause(gate, 10000); /* as somebody heard before */
	gate_leave(gate, &somebody);
	now_ms += 29999;
	assert_false(gate_is_open(gate));
	now_ms++;
	assert_true(gate_is_open(gate));
	gate_pause(gate, INT32_MAX); /* no clock is trusted for days */
	now_ms += 60000;
	assert_true(gate_is_open(gate));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			no_more_than_allowed_pass_and_the_first_comes_first, begin_test,
			end_test),
		cmocka_unit_test_setup_teardown(who_stops_waiting_takes_no_place, begin_test,
						end_test),
		cmocka_unit_test_setup_teardown(without_a_bound_everybody_passes, begin_test,
						end_test),
		cmocka_unit_test_setup_teardown(
			a_broken_provider_is_left_alone_and_then_tried_by_one, begin_test,
			end_test),
		cmocka_unit_test_setup_teardown(
			who_came_before_the_pause_is_not_the_one_who_tries, begin_test,
			end_test),
		cmocka_unit_test_setup_teardown(of_those_who_wait_through_a_pause_one_tries,
						begin_test, end_test),
		cmocka_unit_test_setup_teardown(only_a_row_of_temporary_failures_closes,
						begin_test, end_test),
		cmocka_unit_test_setup_teardown(a_pause_that_was_asked_for_is_kept, begin_test,
						end_test),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/flow/turn_world.h"

/* What people do while a model is writing to them. */

enum { PIECE = 63 }; /* each of good_play that is so long brings one word more */

static const struct {
	const char *name, *event;
	int at; /* pieces read before */
	enum turn_outcome outcome;
	const char *body;
	int requests;
} events[] = {
	{ "stop before a word", "stop", 0, TURN_STOPPED, "", 1 },
	{ "stop in the middle", "stop", 2, TURN_STOPPED, "Three", 1 },
	{ "an operator takes over", "operator", 2, TURN_ANSWERED, "Three days.", 1 },
	{ "reset before a word", "reset", 0, TURN_CANCELLED, "", 1 },
	{ "reset in the middle", "reset", 2, TURN_CANCELLED, "", 1 },
	{ "another message before a word", "message", 0, TURN_ANSWERED, "Three days.", 2 },
	{ "another message in the middle", "message", 3, TURN_ANSWERED, "Three days.", 1 },
	{ "something unknown", "?", 1, TURN_ANSWERED, "Three days.", 1 },
};

static void people_interrupt_an_answer(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
		struct play plays[2] = { good_play, good_play };

		plays[0].piece = PIECE;
		plays[0].event = events[i].event;
		plays[0].event_at = events[i].at;
		world_begin_with(plays, 2);
		world_run();
		assert_int_equal(world.requests, events[i].requests);
		assert_int_equal(world.finishes, 1);
		assert_int_equal(world.result.outcome, events[i].outcome);
		if (strcmp(world.body, events[i].body) != 0)
			fail_msg("%s: \"%s\"", events[i].name, world.body);
		assert_int_equal(world.result.body != NULL, events[i].body[0] != 0);
		world_end();
	}
}

static void stop_ends_a_request_that_says_nothing(void **state)
{
	static const struct play silent = {
		.status = 200, .body = "", .waits = 1, .event = "stop", .event_at = 3
	};

	(void)state;
	world_begin_with(&silent, 1);
	world_run();
	world_expect(TURN_STOPPED, "", "first");
	assert_null(world.result.body);
	world_end();
}

static void a_stop_that_came_before_the_claim_cancels(void **state)
{
	(void)state;
	world_begin_with(&good_play, 1);
	world.is_stopped = 1;
	world_run();
	world_expect(TURN_CANCELLED, "", "");
	assert_int_equal(world.requests, 0);
	world_end();
}

/* Nothing of an answer is shown to whom a human has begun to talk to. */
static void orders_are_heard_before_a_model_is_asked(void **state)
{
	static const struct {
		const char *event;
		enum turn_outcome outcome;
		int requests;
	} cases[] = {
		{ "operator", TURN_ANSWERED, 1 },
		{ "stop", TURN_STOPPED, 0 },
		{ "reset", TURN_CANCELLED, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		world_begin_with(&good_play, 1);
		world.search_event = cases[i].event;
		world_run();
		assert_int_equal(world.result.outcome, cases[i].outcome);
		assert_int_equal(world.requests, cases[i].requests);
		assert_int_equal(world.deltas, 0);
		world_end();
	}
}

/* Words of two processes may pass each other. */
static void an_operator_who_is_gone_hushes_nobody(void **state)
{
	(void)state;
	world_begin_with(&good_play, 1);
	world.search_event = "gone";
	world_run();
	world_expect(TURN_ANSWERED, "Three days.", "first");
	assert_string_equal(world.shown, "Three days.");
	world_end();
}

/* The last of these shares its bucket with the turn's own. */
static const char *const topics_of_others[] = { NULL, "live:1:other", "live:1:other-4698" };

static void order_about(const char *topic, const char *event)
{
	struct play play = good_play;

	play.piece = PIECE;
	play.event = event;
	play.event_at = strcmp(event, "message") == 0 ? 0 : 1;
	world_begin_with(&play, 1);
	world.topic = topic;
	world_run();
	world_expect(TURN_ANSWERED, "Three days.", "first");
	assert_int_equal(world.requests, 1);
	assert_string_equal(world.shown, "Three days.");
	world_end();
}

static void what_is_said_elsewhere_leaves_the_turn_alone(void **state)
{
	static const char *const orders[] = { "stop", "reset", "message", "operator" };

	(void)state;
	for (size_t i = 0; i < sizeof topics_of_others / sizeof *topics_of_others; i++)
		for (size_t k = 0; k < sizeof orders / sizeof *orders; k++)
			order_about(topics_of_others[i], orders[k]);
}

/* --- at the gate ----------------------------------------------------------------- */

/* Somebody else has the only place when the turn comes back for another try; the moment it
 * becomes free, the person says something. */
struct other {
	struct event *look;
	struct flow flow;
	struct gate *gate;
	const char *event;
	int has_place, looks;
};

static void on_look(evutil_socket_t fd, short what, void *arg)
{
	enum { UNTIL_IT_WAITS = 50 };
	struct other *o = arg;

	(void)fd, (void)what;
	if (!o->has_place && world.requests == 1 && gate_busy(o->gate) == 0)
		o->has_place = gate_enter(o->gate, &o->flow);
	if (o->has_place && ++o->looks == UNTIL_IT_WAITS) {
		gate_leave(o->gate, &o->flow);
		assert_int_equal(gate_busy(o->gate), 1); /* it is the turn's now */
		world_publish(o->event);
		return;
	}
	event_add(o->look, &(struct timeval){ 0 });
}

static void a_place_that_comes_with_an_order_is_given_back(void **state)
{
	static const char *const orders[] = { "stop", "reset", "message" };
	const struct play plays[] = { { .status = 503 }, good_play };

	(void)state;
	for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
		struct other other = { .event = orders[i] };

		world_begin_with(plays, 2);
		other.gate = gate_of(world.worker.gates,
				     &(struct provider){ .name = "first", .max_in_flight = 1 });
		other.look = evtimer_new(stage.base, on_look, &other);
		event_add(other.look, &(struct timeval){ 0 });
		world_run(); /* nobody is left at the gate */
		assert_int_equal(other.looks, 50);
		assert_int_equal(world.requests, strcmp(orders[i], "message") == 0 ? 2 : 1);
		event_free(other.look);
		world_end();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(people_interrupt_an_answer),
		cmocka_unit_test(stop_ends_a_request_that_says_nothing),
		cmocka_unit_test(a_stop_that_came_before_the_claim_cancels),
		cmocka_unit_test(orders_are_heard_before_a_model_is_asked),
		cmocka_unit_test(an_operator_who_is_gone_hushes_nobody),
		cmocka_unit_test(what_is_said_elsewhere_leaves_the_turn_alone),
		cmocka_unit_test(a_place_that_comes_with_an_order_is_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

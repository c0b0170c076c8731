/* A bot's answer on its way, and humans who come and go meanwhile: every order of their steps.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/integration/desk_world.h"
#include "tests/integration/story.h"

static const struct script {
	const char *steps[4];
	int is_left; /* the bot has to answer in the end, and so has the operator not */
} scripts[] = {
	{ { "take" }, 0 },
	{ { "say" }, 0 },
	{ { "call" }, 0 },
	{ { "call", "return" }, 1 },
	{ { "call", "take", "return" }, 1 },
	{ { "take", "close" }, 0 },
	{ { "say", "return" }, 0 },
	{ { "take", "return" }, 1 },
	{ { "call", "take", "say" }, 0 },
	{ { "take", "return", "take" }, 0 },
};

static int length(const struct script *script)
{
	int n = 0;

	while (n < 4 && script->steps[n])
		n++;
	return n;
}

static void tell_story(const struct script *script, unsigned order, int chats)
{
	struct story s;
	int at = 0, steps = STEPS + length(script);

	story_begin(&s, chats);
	print_message("%d chats:", chats);
	for (int i = 0; i < steps; i++) {
		if (order >> i & 1) {
			print_message(" %s", script->steps[at]);
			story_human(&s, script->steps[at++]);
		} else {
			print_message(" %d", i - at);
			story_bot(&s, (enum step)(i - at));
		}
	}
	print_message("\n");
	story_end(&s, script->is_left);
}

static void in_every_order_the_bot_is_silent_while_a_human_talks(void **state)
{
	int told = 0;

	(void)state;
	add_operators(1);
	for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
		int n = length(&scripts[i]);

		for (unsigned order = 0; order < 1u << (STEPS + n); order++) {
			if (__builtin_popcount(order) != n)
				continue;
			tell_story(&scripts[i], order, 1);
			tell_story(&scripts[i], order, CHATS_MAX);
			told += 2;
		}
	}
	print_message("%d stories\n", told);
}

/* --- both at once --------------------------------------------------------------------- */

static PGconn *taking(struct story *s)
{
	char sql[96];

	snprintf(sql, sizeof sql, "select desk(1, 'take', %lld, null, '{}', 't')",
		 (long long)s->chats[0].id);
	return connect_and(sql);
}

/* The call begins while the operator's order is not committed, and ends when it is. */
static void bot_while_taken(struct story *s, enum step step)
{
	PGconn *order = taking(s);

	story_start(s, step);
	story_pump();
	commit(order);
	story_wait(s);
	if (step == SEND) /* whoever has not seen it yet may begin */
		story_watch(s);
	s->responder = RESPONDER_OPERATOR;
	s->epoch++;
	if (step == FINISH)
		story_judge(s);
}

static void a_step_that_waits_for_an_order_sees_it(void **state)
{
	(void)state;
	add_operators(1);
	for (enum step taken = CLAIM; taken < SETTLE; taken++)
		for (int chats = 1; chats <= CHATS_MAX; chats += CHATS_MAX - 1) {
			struct story s;

			story_begin(&s, chats);
			for (enum step step = CLAIM; step < STEPS; step++)
				(step == taken ? bot_while_taken : story_bot)(&s, step);
			story_end(&s, 0);
		}
}

/* The finish has the conversation and is held up; the order waits for it. */
static void an_order_that_waits_for_the_answer_stops_its_delivery(void **state)
{
	(void)state;
	add_operators(1);
	for (int chats = 1; chats <= CHATS_MAX; chats += CHATS_MAX - 1) {
		PGconn *turns, *order = pg_server_connect(world.server);
		struct story s;
		char sql[96];

		story_begin(&s, chats);
		story_bot(&s, CLAIM);
		turns = connect_and("lock table turn in share row exclusive mode");
		story_start(&s, FINISH);
		story_await_held_up(&s);
		snprintf(sql, sizeof sql, "select desk(1, 'take', %lld, null, '{}', 't')",
			 (long long)s.chats[0].id);
		assert_true(PQsendQuery(order, sql));
		pg_server_await_blocked(world.server, order);
		commit(turns);
		story_wait(&s);
		story_judge(&s);
		assert_true(s.said);
		PQclear(PQgetResult(order));
		PQfinish(order);
		s.responder = RESPONDER_OPERATOR;
		s.epoch++;
		story_bot(&s, SEND);
		story_bot(&s, SETTLE);
		assert_false(s.sent);
		story_end(&s, 0);
	}
}

/* Administrators may take a chat off duty; in the end that asks for a look at them. */
static void who_left_is_looked_at_with_nothing_held(void **state)
{
	struct duty_claim claim;
	PGconn *taking;

	(void)state;
	add_operators(1);
	run("update operator set role = 2");
	look(call_human());
	order(1, "duty", 0, "{\"on\":false}");
	assert_invited("op1");
	taking = connect_and("select hold_case(id, 1, true, 'taken') from handoff");
	store_claim_duty(&world.store, begin(), caller_next, &claim,
			 number("select id from job where lane = -1"), 1, 0);
	await_held_up(&world.caller);
	do_unhindered(taking, "select enqueue_duty(1, 't')");
	commit(taking);
	assert_int_equal(done(), 0);
	assert_int_equal(claim.status, CLAIM_OK);
	assert_invited("");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(in_every_order_the_bot_is_silent_while_a_human_talks),
		WORLD_TEST(a_step_that_waits_for_an_order_sees_it),
		WORLD_TEST(an_order_that_waits_for_the_answer_stops_its_delivery),
		WORLD_TEST(who_left_is_looked_at_with_nothing_held),
	};

	return cmocka_run_group_tests(tests, world_open, world_close);
}

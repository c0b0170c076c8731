/* A human is called, and there is nobody who could be asked: the person hears it at once
 * (may_come() in schema/0014_relay.sql). */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/integration/question.h"

#define SAY(key, text) hear(TELEGRAM, "7", key, INBOUND_MESSAGE, text, NULL)
#define TOLD                                                                                   \
	"select coalesce(string_agg(m.extra ->> 'event', ' ' order by m.seq), '') from "       \
	"message m where m.author = 3"
#define EVENTS                                                                                 \
	"select string_agg(what, ' ' order by at) from handoff_event where what <> 'called'"
#define DISABLED "update operator set enabled = false, on_duty = false"
#define GROUP    "\"assign\": \"group\", \"group\": [\"op1\"]"

static void the_bot_goes_on_at_once(void **state)
{
	int64_t c;

	(void)state;
	c = SAY("q", "how much?").conversation_id;
	call_human();
	assert_true(look(c).is_alone);
	assert_sql(TOLD, "nobody");
	assert_sql(EVENTS, "alone nobody");
	assert_sql("select outcome from handoff", "unanswered");
	answer_anew(c, 1);
	assert_exact();
}

static void who_is_not_enabled_does_not_count(void **state)
{
	(void)state;
	add_operators(2);
	run(DISABLED);
	look(call_human());
	assert_sql(TOLD, "nobody");
}

static void who_is_not_at_work_may_come_still(void **state)
{
	(void)state;
	add_operators(1);
	run("update operator set on_duty = false");
	assert_false(look(call_human()).is_alone);
	assert_sql(TOLD, "waiting");
}

/* It waits in the console for whoever is enabled one day. */
static void a_message_may_be_left_at_once(void **state)
{
	int64_t c;

	(void)state;
	set_policy("{\"at_end\": \"message\"}");
	c = call_human();
	assert_true(look(c).is_alone);
	assert_sql(TOLD, "leave_message");
	assert_sql("select person_state(id, responder, null) from conversation",
		   "{\"leaving\": true}");
	SAY("m", "call me back");
	look(c);
	look_later(c, "3 min");
	assert_sql(TOLD, "leave_message message_left");
	assert_sql("select x -> 'last' ->> 'author' || ' ' || (x ->> 'reason') from "
		   "json_array_elements("
		   "console_inbox(1, 'waiting', null, null, null, 10) -> 'conversations') x",
		   "platform message");
	assert_exact();
}

static void who_would_rather_wait_waits(void **state)
{
	int64_t c;

	(void)state;
	set_policy("{\"at_end\": \"wait\", \"rounds\": 1}");
	c = call_human();
	assert_false(look(c).is_alone);
	look_later(c, "46 s");
	look_later(c, "46 s");
	assert_sql(TOLD, "waiting");
	assert_int_equal(number("select count(*) from handoff where state = 1"), 1);
}

static void out_of_hours_has_its_own_words(void **state)
{
	(void)state;
	set_policy(
		"{\"hours\": {\"zone\": \"UTC\", \"open\": [{\"day\": 1, \"from\": \"00:00\","
		" \"to\": \"00:01\"}], \"holidays\": [\"01-01\"]}}");
	run("update bot set spec = jsonb_set(spec, '{handoff,hours,open,0,day}',"
	    " to_jsonb(1 + extract(isodow from now() + interval '1 day')::int % 7))");
	assert_false(look(call_human()).is_alone);
	assert_sql(TOLD, "closed_message");
}

static void a_group_is_asked_and_nobody_else(void **state)
{
	static const struct {
		const char *policy, *change;
		int is_alone;
	} cases[] = {
		{ "{" GROUP "}", NULL, 0 },
		{ "{" GROUP ", \"rounds\": 3}", DISABLED " where id = 1", 1 },
		{ "{" GROUP "}", DISABLED " where id = 1", 1 },
		{ "{" GROUP "}", DISABLED " where id = 1; update operator set role = 2", 0 },
		{ "{" GROUP ", \"rounds\": 3}",
		  DISABLED " where id = 1; update operator set role = 2", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		pg_server_clean(world.server);
		add_operators(2);
		set_policy(cases[i].policy);
		if (cases[i].change)
			run(cases[i].change);
		assert_int_equal(look(call_human()).is_alone, cases[i].is_alone);
		assert_sql(TOLD, cases[i].is_alone ? "nobody" : "waiting");
	}
}

/* Nobody is left while somebody waits. */
static void when_the_last_one_goes_patience_ends_with_the_round(void **state)
{
	int64_t c;

	(void)state;
	add_operators(1);
	c = call_human();
	look(c);
	run(DISABLED);
	assert_false(look(c).is_alone);
	assert_true(look_later(c, "46 s").is_alone);
	assert_sql(TOLD, "waiting nobody");
	assert_exact();
}

/* What a bot would hand over to nobody it says itself, or, if it has no words, tries alone. */
static void the_bot_keeps_what_nobody_would_take(void **state)
{
	static const char *const words[] = { "As an AI I cannot tell.", NULL };

	(void)state;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		struct accepted a;
		struct turn_claim turn;
		struct turn_finished end;
		struct turn_result result = { .outcome = TURN_HANDED,
					      .body = words[i],
					      .handoff_reason = "gave_up",
					      .tokens_in = -1,
					      .tokens_out = -1,
					      .first_token_ms = -1,
					      .total_ms = -1 };

		pg_server_clean(world.server);
		add_operators(2);
		run(DISABLED " where id = 1");
		set_policy("{" GROUP ", \"rounds\": 1}");
		a = SAY("q", "how much?");
		turn = claim_turn(a.turn_job, 0, 1);
		store_finish_turn(&world.store, begin(), caller_next, &end, a.turn_job, &turn,
				  &result);
		assert_int_equal(done(), 0);
		assert_int_equal(end.status, words[i] ? TURN_PUBLISHED : TURN_ALONE);
		assert_int_equal(number("select count(*) from handoff"), 0);
		assert_int_equal(turns_to_come(a.conversation_id), words[i] ? 0 : 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(the_bot_goes_on_at_once),
		WORLD_TEST(who_is_not_enabled_does_not_count),
		WORLD_TEST(who_is_not_at_work_may_come_still),
		WORLD_TEST(a_message_may_be_left_at_once),
		WORLD_TEST(who_would_rather_wait_waits),
		WORLD_TEST(out_of_hours_has_its_own_words),
		WORLD_TEST(a_group_is_asked_and_nobody_else),
		WORLD_TEST(when_the_last_one_goes_patience_ends_with_the_round),
		WORLD_TEST(the_bot_keeps_what_nobody_would_take),
	};

	return cmocka_run_group_tests(tests, world_open, world_close);
}

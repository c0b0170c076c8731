/* What a bot's policy says of a case: business hours, who is asked in which round, what never
 * ends by itself, and what the queue is told (schema/0014_relay.sql). */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/integration/desk_world.h"

#define SAY(key, text) hear(TELEGRAM, "7", key, INBOUND_MESSAGE, text, NULL)
#define RESPONDER                                                                              \
	"select responder || ' ' || coalesce(operator_id, 0) from conversation where "         \
	"chat_key = '7'"
#define TOLD                                                                                   \
	"select coalesce(string_agg(m.extra ->> 'event', ' ' order by m.seq), '') from "       \
	"message m where m.author = 3"

#define WAITED                                                                                 \
	"select string_agg(m.extra ->> 'event', ' ' order by m.seq) from message m join "      \
	"conversation c on c.id = m.conversation_id where m.author = 3 and c.chat_key = '7'"

/* --- patience -------------------------------------------------------------------- */

static void nobody_loses_a_chat_by_silence_where_none_shall(void **state)
{
	int64_t c;

	(void)state;
	add_operators(1);
	set_policy("{\"idle_s\": 0, \"person_idle_s\": 0}");
	c = call_human();
	order(1, "take", c, NULL);
	look(c);
	SAY("m1", "are you there?");
	look(c);
	look_later(c, "30 days");
	assert_sql(RESPONDER, "2 1");
	order(1, "say", c, "{\"text\":\"hello\"}");
	look_later(c, "30 days");
	assert_sql(RESPONDER, "2 1");
	assert_int_equal(number("select count(*) from job where queue = 3 and lane > 0"
				" and run_at < 'infinity'"),
			 0);
}

/* --- rounds ------------------------------------------------------------------------ */

#define INVITED                                                                                \
	"select count(*) filter (where o.role = 1) || ' ' || count(*) filter (where o.role = " \
	"2) from invitation i join operator o on o.id = i.operator_id where i.state = 0"

static void later_rounds_reach_those_whom_one_could_not(void **state)
{
	int64_t c;

	(void)state;
	add_operators(140);
	run("update operator set role = 2, on_duty = false where id > 115");
	set_policy("{\"invite\": 3, \"rounds\": 5}");
	c = call_human();
	look(c);
	assert_sql(INVITED, "3 0");
	look_later(c, "46 s");
	assert_sql(INVITED, "6 0");
	look_later(c, "46 s");
	assert_sql(INVITED, "56 0"); /* "all", as far as one round goes */
	look_later(c, "46 s");
	assert_sql(INVITED, "106 20");
	look_later(c, "46 s");
	assert_sql(INVITED, "115 25");
	look_later(c, "46 s");
	assert_sql("select outcome from handoff", "unanswered");
}

/* Everybody at work has as many chats as they may: administrators are asked at once, but
 * whoever has room first is asked, too, and nobody is sent away sooner than ever. */
static void while_all_are_busy_patience_lasts(void **state)
{
	int64_t c, other;

	(void)state;
	add_operators(2);
	run("update operator set capacity = 1; update operator set role = 2, on_duty = false "
	    "where id = 2");
	set_policy("{\"rounds\": 4, \"at_end\": \"message\"}");
	other = hear(WIDGET, "a", "a", INBOUND_MESSAGE, "hello", NULL).conversation_id;
	order(1, "take", other, NULL);
	c = call_human();
	look(c);
	assert_invited("op2");
	look_later(c, "46 s");
	look_later(c, "46 s");
	assert_sql(WAITED, "waiting");
	order(1, "close", other, NULL);
	assert_int_equal(follow_duty(1), 1);
	look(c);
	assert_invited("op1 op2");
	order(1, "take", other, NULL);
	for (int round = 1; round < 4; round++)
		look_later(c, "46 s");
	assert_sql(WAITED, "waiting");
	look_later(c, "46 s");
	assert_sql(WAITED, "waiting leave_message");
}

static void a_fixed_group_may_be_helped_by_administrators(void **state)
{
	int64_t c;

	(void)state;
	add_operators(4);
	run("update operator set role = 2, on_duty = false where id = 4");
	set_policy("{\"assign\": \"group\", \"group\": [\"op2\"]}");
	c = call_human();
	look(c);
	assert_invited("op2");
	look_later(c, "46 s"); /* the rounds between would ask nobody new */
	assert_invited("op2 op4");
}

#define GAPS "select coalesce(missing, '-') || ' ' || present from group_gaps('shop')"

static void a_fixed_group_names_people_as_they_are_known(void **state)
{
	int64_t c;

	(void)state;
	add_operators(6);
	run("update operator set login = null where id in (2, 3, 4);"
	    "update desk_chat set handle = 'ann_3' where operator_id = 3;"
	    "update operator set enabled = false where id = 6");
	set_policy("{\"assign\": \"group\", \"invite\": 50, \"group\": [\"op1\", "
		   "\"9002\", \"@Ann_3\", \"@nobody\", \"op6\"]}");
	c = call_human();
	look(c);
	assert_invited("op1 op2 op3");
	assert_sql(GAPS, "@nobody, op6 3");
	set_policy("{\"assign\": \"group\", \"group\": [\"@nobody\"]}");
	assert_sql(GAPS, "@nobody 0");
	set_policy("{\"assign\": \"group\", \"group\": [\"9004\"]}");
	assert_sql(GAPS, "- 1");
	set_policy("{}");
	assert_int_equal(number("select count(*) from group_gaps('shop') where present is not "
				"null"),
			 0);
}

/* Who becomes free is given what is for them, by whatever name. */
static void of_a_fixed_group_whoever_becomes_free_is_asked(void **state)
{
	int64_t c;

	(void)state;
	add_operators(2);
	run("update operator set login = null, on_duty = false;"
	    "update desk_chat set handle = 'ann_1' where operator_id = 1");
	set_policy("{\"assign\": \"group\", \"group\": [\"@Ann_1\"]}");
	c = call_human();
	look(c);
	assert_invited("");
	order(2, "duty", 0, "{\"on\":true}");
	assert_int_equal(follow_duty(2), 0);
	order(1, "duty", 0, "{\"on\":true}");
	assert_int_equal(follow_duty(1), 1);
	look(c);
	assert_invited("op1");
}

static void whoever_waits_behind_many_hears_that_they_are_many(void **state)
{
	(void)state;
	add_operators(1);
	run("insert into handoff (conversation_id, reason, called_seq, trace, called_at)"
	    " select -n, 'asked', 0, 't', now() - n * interval '1 s' from generate_series(1, "
	    "48) "
	    "n");
	look(hear(WIDGET, "a", "a", INBOUND_OPERATOR, NULL, NULL).conversation_id);
	look(hear(WIDGET, "b", "b", INBOUND_OPERATOR, NULL, NULL).conversation_id);
	look(hear(WIDGET, "c", "c", INBOUND_OPERATOR, NULL, NULL).conversation_id);
	assert_sql("select string_agg(told_place::text, ' ' order by id) from handoff"
		   " where told_place is not null",
		   "49 50 50");
	assert_sql("select string_agg(substring(body from '[0-9]+[+]?'), ' ' order by "
		   "conversation_id) from message where extra ->> 'event' = 'waiting'",
		   "49 50+ 50+");
	assert_sql("select string_agg(person_state(id, responder, null) -> 'queue' ->> 'place',"
		   " ' ' order by id) from conversation where responder = 1",
		   "49 50 50");
	run("delete from handoff where conversation_id < 0");
}

/* --- business hours ------------------------------------------------------------------ */

#define HOURS                                                                                  \
	"{\"zone\": \"Europe/Berlin\", \"open\": ["                                            \
	"{\"day\": 1, \"from\": \"09:00\", \"to\": \"18:00\"},"                                \
	"{\"day\": 5, \"from\": \"22:00\", \"to\": \"06:00\"},"                                \
	"{\"day\": 6, \"from\": \"22:00\", \"to\": \"06:00\"},"                                \
	"{\"day\": 7, \"from\": \"00:00\", \"to\": \"24:00\"}],"                               \
	" \"holidays\": [\"12-25\", \"2026-11-30\"]}"

static void it_is_open_or_closed(void **state)
{
	static const struct {
		const char *at;
		int open;
	} cases[] = {
		{ "2026-11-23 07:59Z", 0 }, /* Monday, 08:59 in Berlin */
		{ "2026-11-23 08:00Z", 1 },
		{ "2026-11-23 16:59Z", 1 },
		{ "2026-11-23 17:00Z", 0 },
		{ "2026-11-24 12:00Z", 0 }, /* Tuesday */
		{ "2026-11-27 20:59Z", 0 }, /* Friday, before ten */
		{ "2026-11-27 21:00Z", 1 },
		{ "2026-11-28 04:59Z", 1 }, /* the shift goes on after midnight */
		{ "2026-11-28 05:00Z", 0 },
		{ "2026-11-30 12:00Z", 0 }, /* a Monday off */
		{ "2026-12-25 22:00Z", 0 }, /* Friday, but Christmas; of every year */
		{ "2027-12-25 22:00Z", 0 },
		{ "2026-12-26 01:00Z", 0 }, /* its shift would have begun on the holiday */
		{ "2027-12-24 22:59Z", 1 }, /* Friday's shift goes on until the holiday, */
		{ "2027-12-24 23:00Z", 0 }, /* which is one from its own midnight */
		{ "2026-11-29 22:59Z", 1 }, /* likewise Sunday, open until midnight anyway */
		{ "2026-11-29 23:00Z", 0 },
		{ "2026-03-29 00:30Z",
		  1 }, /* Sunday, 01:30: the clock is about to go forward */
		{ "2026-03-29 21:59Z", 1 }, /* 23:59 of a day of 23 hours */
		{ "2026-03-29 22:00Z", 0 },
		{ "2026-10-25 03:30Z", 1 }, /* 04:30 again of a day of 25 hours */
		{ "2026-10-25 22:59Z", 1 },
		{ "2026-10-25 23:00Z", 0 },
		{ "2026-10-24 20:00Z", 1 }, /* Saturday's shift through the night of 25 hours */
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char sql[1024];

		snprintf(sql, sizeof sql,
			 "select handoff_is_open('{\"hours\": %s}', '%s')::int", HOURS,
			 cases[i].at);
		if (number(sql) != cases[i].open)
			fail_msg("%s is not %s", cases[i].at,
				 cases[i].open ? "open" : "closed");
	}
	assert_int_equal(number("select handoff_is_open('{}', now())::int"), 1);
}

/* Open for an hour, in a day or two: never now. */
#define NEVER                                                                                  \
	"{\"hours\": {\"closed\": \"%s\", \"open\": [{\"day\": %d, \"from\": \"11:00\","       \
	" \"to\": \"12:00\"}]}}"

static void close_now(const char *closed)
{
	char json[256];
	int day = (int)number("select extract(isodow from now() + interval '2 days')");

	snprintf(json, sizeof json, NEVER, closed, day);
	set_policy(json);
}

static void out_of_hours_the_bot_goes_on(void **state)
{
	int64_t c;

	(void)state;
	add_operators(1);
	close_now("bot");
	c = call_human();
	look(c);
	assert_invited("");
	assert_sql(RESPONDER, "0 0");
	call_human();
	look(c);
	assert_sql(TOLD,
		   "closed_hours nobody"); /* the notice is given once for a closed time */
	run("update conversation set notice_at = now() - interval '8 days'");
	call_human();
	look(c);
	assert_sql(TOLD, "closed_hours nobody closed_hours");
	assert_int_equal(number("select count(*) from message where body like '%{%'"), 0);
	assert_int_equal(
		number("select count(*) from message where body like '%откроемся%в 11:00%'"),
		2);
}

static void out_of_hours_a_message_may_be_left(void **state)
{
	int64_t c;

	(void)state;
	add_operators(1);
	close_now("message");
	c = call_human();
	look(c);
	assert_sql(TOLD, "closed_message");
	SAY("m1", "call me tomorrow");
	look_later(c, "3 min");
	assert_sql("select outcome from handoff", "message");
	assert_sql(RESPONDER, "0 0");
}

static void who_waits_until_closing_time_hears_of_it(void **state)
{
	int64_t c;

	(void)state;
	add_operators(1);
	set_policy("{\"rounds\": 1, \"at_end\": \"wait\"}");
	c = call_human();
	look(c);
	close_now("bot");
	run("update bot set spec = jsonb_set(spec, '{handoff}', spec -> 'handoff' || "
	    "'{\"rounds\": 1, \"at_end\": \"wait\"}')");
	look(c);
	assert_sql(TOLD, "waiting"); /* whoever was asked may still come */
	look_later(c, "46 s");
	assert_sql(TOLD, "waiting closed_hours");
	assert_sql(RESPONDER, "0 0");
	assert_invited("");
}

static void who_has_blocked_us_does_not_wait(void **state)
{
	struct inbound event = { .action = INBOUND_BLOCKED, .key = "b1", .chat = "7" };
	int64_t c;

	(void)state;
	add_operators(1);
	c = call_human();
	look(c);
	hear_event(TELEGRAM, &event);
	look(c);
	assert_invited("");
	assert_sql(RESPONDER, "0 0");
	assert_sql(TOLD, "waiting");
	assert_sql("select string_agg(what, ' ' order by at) from handoff_event",
		   "called invited blocked expired");
}

/* --- the queue ------------------------------------------------------------------------ */

/* Whoever is to leave a message does not wait in front of anybody. */
static void who_leaves_a_message_has_no_place(void **state)
{
	(void)state;
	hear(WIDGET, "a", "a", INBOUND_OPERATOR, NULL, NULL);
	hear(WIDGET, "b", "b", INBOUND_OPERATOR, NULL, NULL);
	assert_sql(
		"select string_agg(person_state(id, responder, null) #>> '{queue,place}', ' '"
		" order by id) from conversation where responder = 1",
		"1 2");
	run("update handoff set leaving = true where id = 1");
	assert_sql("select string_agg(coalesce(person_state(id, responder, null) #>> "
		   "'{queue,place}', 'leaves'), ' ' order by id) from conversation where "
		   "responder = 1",
		   "leaves 1");
	assert_sql("select person_state(conversation_id, 1::smallint, null) from handoff where "
		   "id = 1",
		   "{\"leaving\": true}");
}

static void the_place_is_told_again_when_it_has_changed(void **state)
{
	(void)state;
	set_policy("{\"at_end\": \"wait\"}");
	for (int i = 0; i < 3; i++) {
		char key[8];

		snprintf(key, sizeof key, "p%d", i);
		hear(WIDGET, key, key, INBOUND_OPERATOR, NULL, NULL);
		look(1 + i);
	}
	assert_sql("select string_agg(told_place::text, ' ' order by id) from handoff",
		   "1 2 3");
	run("select end_case(1, 'closed', 'closed', null, 't')");
	look(1);
	look(3); /* too soon */
	assert_int_equal(
		number("select count(*) from message where extra ->> 'event' = 'queue'"), 0);
	run("update handoff set due_at = now() + interval '5 min'");
	look_later(3, "32 s");
	assert_sql("select body || ' ' || conversation_id from message where extra ->> 'event' "
		   "= 'queue'",
		   "Очередь движется. Ваше место в очереди: 2. 3");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(nobody_loses_a_chat_by_silence_where_none_shall),
		WORLD_TEST(later_rounds_reach_those_whom_one_could_not),
		WORLD_TEST(while_all_are_busy_patience_lasts),
		WORLD_TEST(a_fixed_group_may_be_helped_by_administrators),
		WORLD_TEST(a_fixed_group_names_people_as_they_are_known),
		WORLD_TEST(of_a_fixed_group_whoever_becomes_free_is_asked),
		WORLD_TEST(it_is_open_or_closed),
		WORLD_TEST(out_of_hours_the_bot_goes_on),
		WORLD_TEST(out_of_hours_a_message_may_be_left),
		WORLD_TEST(who_waits_until_closing_time_hears_of_it),
		WORLD_TEST(who_has_blocked_us_does_not_wait),
		WORLD_TEST(who_leaves_a_message_has_no_place),
		WORLD_TEST(the_place_is_told_again_when_it_has_changed),
		WORLD_TEST(whoever_waits_behind_many_hears_that_they_are_many),
	};

	return cmocka_run_group_tests(tests, world_open, world_close);
}

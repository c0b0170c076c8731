/* What the person and their operator are told: the wait, the hours, blocks and resets, words
 * that were lost (schema/0005_delivery.sql, 0013_handoff.sql, 0014_relay.sql). */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/integration/line_world.h"

#define NOTICES "select coalesce(string_agg(what, ' ' order by id), '') from desk_notice"

static void happens(const char *key, enum inbound_action action)
{
	struct inbound event = { .action = action, .key = key, .chat = "7" };

	hear_event(TELEGRAM, &event);
}

/* --- to the person ------------------------------------------------------------------------ */

static void add_waits(int n, int seconds)
{
	char sql[512];

	snprintf(sql, sizeof sql,
		 "insert into handoff (conversation_id, state, reason, called_seq, trace, "
		 "taken_at, waited_s, ended_at, outcome) select 1000 + n, 3, 'asked', 0, 't', "
		 "now() - interval '1 hour', %d, now(), 'closed' from generate_series(1, %d) n",
		 seconds, n);
	run(sql);
}

static const char *told(const char *chat)
{
	static char sql[256];

	snprintf(sql, sizeof sql,
		 "select m.body from message m join conversation c on c.id = m.conversation_id "
		 "where c.chat_key = '%s' and m.author = 3 order by m.seq desc limit 1",
		 chat);
	return sql;
}

static void the_wait_is_told_when_it_is_known(void **state)
{
	(void)state;
	add_operators(1);
	add_waits(2, 90);
	look(hear(WIDGET, "a", "a", INBOUND_OPERATOR, NULL, NULL).conversation_id);
	assert_sql(told("a"), "Переключаю на человека."); /* two say nothing yet */
	run("delete from handoff where state = 3");
	add_waits(3, 90);
	look(hear(WIDGET, "b", "b", INBOUND_OPERATOR, NULL, NULL).conversation_id);
	assert_sql(told("b"), "Переключаю на человека. Ваше место в очереди: 2. Ожидание — "
			      "примерно 2 мин.");
	run("delete from handoff where state = 3");
	add_waits(3, 20);
	look(hear(WIDGET, "c", "c", INBOUND_OPERATOR, NULL, NULL).conversation_id);
	assert_sql(told("c"),
		   "Переключаю на человека. Ваше место в очереди: 3. Обычно отвечают "
		   "в течение минуты.");
	run("delete from handoff where state = 3");
}

/* Only who was called, and came first: a chat handed on, or taken unasked, tells nothing. */
static void the_wait_is_until_somebody_comes(void **state)
{
	int64_t c;

	(void)state;
	add_operators(2);
	c = call_human();
	look_later(c, "30 s");
	order(1, "take", c, NULL);
	assert_sql("select waited_s between 30 and 31 from handoff", "t");
	run("update handoff set called_at = called_at - interval '1 hour'");
	order(1, "transfer", c, "{\"operator\":2}");
	order(2, "transfer", c, NULL);
	order(1, "take", c, NULL);
	assert_sql("select waited_s between 30 and 31 from handoff", "t");
	order(1, "close", c, NULL);
	order(2, "take", c, NULL);
	assert_sql(
		"select reason || ' ' || coalesce(waited_s, -1) from handoff where state = 2",
		"taken -1");
	order(2, "close", c, NULL);
	set_policy("{\"assign\": \"balanced\"}");
	c = call_human();
	look(c);
	assert_sql("select state || ' ' || coalesce(waited_s, -1) from handoff where state < 3",
		   "2 -1"); /* given to somebody, who is not there yet */
	look_later(c, "20 s");
	order((int)number("select operator_id from handoff where state = 2"), "say", c,
	      "{\"text\":\"hello\"}");
	assert_sql("select waited_s between 20 and 21 from handoff where state = 2", "t");
}

/* Open in two days, from eleven to twelve. */
#define HOURS                                                                                  \
	"jsonb_build_object('zone', 'Etc/GMT+11', 'open', jsonb_build_array(jsonb_build_"      \
	"object('day', extract(isodow from (now() at time zone 'Etc/GMT+11') + interval '2 "   \
	"days')::int, 'from', '11:00', 'to', '12:00')))"
#define THEN(format)                                                                           \
	"to_char((now() at time zone 'Etc/GMT+11') + interval '2 days', '" format "')"
#define TEXTS                                                                                  \
	"'{\"opens\": {\"ru\": \"{date} в {time}\", \"en\": \"on {date} at {time}\"},"        \
	" \"x\": {\"ru\": \"<{opens}>\", \"en\": \"<{opens}>\"}}'"

static void when_we_open_is_said_in_the_persons_words_and_zone(void **state)
{
	(void)state;
	assert_sql("select opening_texts(" TEXTS ", " HOURS
		   ", 'kk') -> 'x' ->> 'ru' = '<' || " THEN("DD.MM") " || ' в 11:00>'",
		   "t");
	assert_sql("select opening_texts(" TEXTS ", " HOURS
		   ", 'de') -> 'x' ->> 'en' = '<on ' || " THEN("FMDD Mon") " || ' at 11:00>'",
		   "t");
	assert_sql("select opening_texts(" TEXTS ", null, 'ru') -> 'x' ->> 'ru'", "<>");
}

/* --- to the operator ---------------------------------------------------------------------- */

static void what_a_person_does_besides_talking_is_told(void **state)
{
	int64_t c = talk_to_first();

	(void)state;
	happens("b1", INBOUND_BLOCKED);
	happens("b2", INBOUND_UNBLOCKED);
	happens("r1", INBOUND_RESET);
	happens("s1", INBOUND_STOP); /* there is nothing to be stopped */
	assert_sql(NOTICES, "blocked unblocked reset");
	look(c);
	assert_sql(NOTICES, "");
	assert_int_equal(number("select count(*) from delivery where state = 0 and "
				"conversation_id = 1"),
			 3);
}

static void what_the_bot_has_is_told_to_nobody(void **state)
{
	(void)state;
	add_operators(1);
	hear(TELEGRAM, "7", "m1", INBOUND_MESSAGE, "hello", NULL);
	happens("b1", INBOUND_BLOCKED);
	assert_sql(NOTICES, "");
	assert_int_equal(number("select count(*) from job where queue = 3"), 0);
}

static void words_that_were_lost_are_told(void **state)
{
	int64_t c = talk_to_first();
	struct held_line l;

	(void)state;
	send_line(c);
	order(1, "say", c, "{\"text\":\"one\"}");
	look(c);
	l = hold_line(c);
	end_head(&l, DELIVERY_FAILED, NULL, "Bad Request: chat not found");
	assert_sql("select what || ' ' || seq || ' ' || detail from desk_notice",
		   "failed 3 Bad Request: chat not found");
	assert_int_equal(number("select count(*) from job where queue = 3 and lane = 2 and "
				"run_at <= now()"),
			 1);
}

static void words_to_whoever_cannot_be_reached_are_told_too(void **state)
{
	int64_t c = talk_to_first();

	(void)state;
	send_line(c);
	happens("b1", INBOUND_BLOCKED);
	look(c);
	order(1, "say", c, "{\"text\":\"one\"}");
	look(c);
	assert_int_equal(
		claim_line(number("select id from job where queue = 2 and lane = 2"), 1).status,
		CLAIM_VOID);
	assert_sql("select what || ' ' || seq || ' ' || detail from desk_notice",
		   "failed 3 unreachable");
}

/* Nobody knows whether the first arrived; the second never left. */
static void words_whose_couriers_died_are_told_too(void **state)
{
	int64_t c = talk_to_first();
	struct held_line l;

	(void)state;
	send_line(c);
	order(1, "say", c, "{\"text\":\"one\"}");
	order(1, "say", c, "{\"text\":\"two\"}");
	look(c);
	hold_line(c);
	run("update job set state = 0, worker_id = null where queue = 2 and lane = 2");
	l = hold_line(c);
	put_back_head(&l, 0, 0);
	assert_sql("select what || ' ' || seq || ' ' || detail from desk_notice",
		   "failed 3 sender died");
	assert_int_equal(number("select count(*) from job where queue = 3 and lane = 2 and "
				"run_at <= now()"),
			 1);
	look(c);
	run("select bury(id, 'its workers died') from job where queue = 2 and lane = 2");
	assert_sql("select what || ' ' || seq || ' ' || detail from desk_notice",
		   "failed 4 its workers died");
	assert_int_equal(number("select count(*) from job where queue = 3 and lane = 2 and "
				"run_at <= now()"),
			 1);
}

/* Its courier was only stopped, and knows that they never left. */
static void words_that_were_told_of_are_not_told_of_again(void **state)
{
	int64_t c = talk_to_first();
	struct held_line l;
	char late[200];

	(void)state;
	send_line(c);
	order(1, "say", c, "{\"text\":\"one\"}");
	order(1, "say", c, "{\"text\":\"two\"}");
	look(c);
	l = hold_line(c);
	run("update job set state = 0, worker_id = null where queue = 2 and lane = 2");
	hold_line(c);
	snprintf(late, sizeof late,
		 "select settle_delivery(%lld, %d, %lld, 3::smallint, null, 'late')",
		 (long long)l.job, l.claim.attempt, (long long)l.head.id);
	run(late);
	assert_sql("select state || ' ' || error from delivery where error is not null",
		   "3 late");
	assert_sql("select what || ' ' || seq || ' ' || detail from desk_notice",
		   "failed 3 sender died");
}

/* What a look has found does not hold what comes after it. */
static void a_look_under_way_does_not_swallow_a_failure(void **state)
{
	struct delivery_claim claim;
	int64_t c = talk_to_first();
	struct held_line l;
	PGconn *look_under_way;

	(void)state;
	send_line(c);
	order(1, "say", c, "{\"text\":\"one\"}");
	look(c);
	l = hold_line(c);
	run("update job set state = 0, worker_id = null where queue = 2 and lane = 2");
	look_under_way = connect_and("select from job where queue = 3 and lane = 2 for update");
	store_claim_delivery(
		&world.store, begin(), caller_next, &claim,
		&(struct delivery_wanted){ .job = l.job, .claimant = 1, .worker = 1 });
	assert_int_equal(done(), -1);
	assert_int_equal(world.caller.err.kind, ERR_TEMP);
	commit(look_under_way);
	assert_int_equal(claim_line(l.job, 1).status, CLAIM_VOID);
	assert_sql("select what || ' ' || detail from desk_notice", "failed sender died");
	assert_int_equal(number("select count(*) from job where queue = 3 and lane = 2 and "
				"run_at <= now()"),
			 1);
}

static void whose_topic_is_blocked_leaves(void **state)
{
	int64_t c;

	(void)state;
	add_operators(1);
	run("update desk_chat set has_topics = true");
	c = call_human();
	order(1, "take", c, NULL);
	look(c);
	follow_duty(1);
	run("select set_reachable((select conversation_id from desk_topic), false, 't')");
	assert_int_equal(number("select on_duty::int from operator"), 0);
	assert_int_equal(number("select reachable::int from conversation where id = 1"), 0);
	assert_int_equal(follow_duty(1), 1);
	look(c);
	assert_sql("select responder from conversation where chat_key = '7'", "1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(the_wait_is_told_when_it_is_known),
		WORLD_TEST(the_wait_is_until_somebody_comes),
		WORLD_TEST(when_we_open_is_said_in_the_persons_words_and_zone),
		WORLD_TEST(what_a_person_does_besides_talking_is_told),
		WORLD_TEST(what_the_bot_has_is_told_to_nobody),
		WORLD_TEST(words_that_were_lost_are_told),
		WORLD_TEST(words_to_whoever_cannot_be_reached_are_told_too),
		WORLD_TEST(words_whose_couriers_died_are_told_too),
		WORLD_TEST(words_that_were_told_of_are_not_told_of_again),
		WORLD_TEST(a_look_under_way_does_not_swallow_a_failure),
		WORLD_TEST(whose_topic_is_blocked_leaves),
	};

	return cmocka_run_group_tests(tests, world_open, world_close);
}

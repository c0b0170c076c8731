/* The conservation check finds what is missing, and nothing else (schema/0009_verify.sql). */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/integration/store_world.h"

#define VIOLATIONS                                                                             \
	"select coalesce(string_agg(distinct kind, ', ' order by kind), '')"                   \
	" from verify_violations()"

/* One conversation with an answered turn of two messages, and a question that is not answered.
 */
static void live_a_little(void)
{
	int worker = add_worker(QUEUE_LLM);
	int64_t job = hear(TELEGRAM, "7", "e1", INBOUND_MESSAGE, "one", NULL).turn_job, line;
	struct turn_claim turn;
	struct delivery_claim c;

	hear(TELEGRAM, "7", "e2", INBOUND_MESSAGE, "two", NULL);
	turn = claim_turn(job, 0, worker);
	line = finish_turn(job, &turn, TURN_ANSWERED, "both").delivery_job;
	c = claim_line(line, add_worker(QUEUE_DELIVERY));
	settle(line, &c, c.head.id, DELIVERY_SENT);
	hear(TELEGRAM, "7", "e3", INBOUND_COMMAND, "/help", "Ask.");
	hear(TELEGRAM, "7", "e4", INBOUND_MESSAGE, "three", NULL);
}

static void what_is_well_is_counted(void **state)
{
	(void)state;
	live_a_little();
	assert_sql(VIOLATIONS, "");
	assert_sql("select string_agg(kind || ' ' || n, ', ' order by kind collate \"C\")"
		   " from verify_counts()",
		   "accepted 4, answered 1, deliveries pending 1, deliveries sent 1, "
		   "done at once 1, in progress 1, merged 1");
}

static void what_a_human_answers_is_not_lost(void **state)
{
	(void)state;
	live_a_little();
	run("update conversation set responder = 1; delete from job where queue = 1;"
	    " insert into handoff (conversation_id, reason, called_seq, from_seq, trace)"
	    " select id, 'asked', last_seq, answered_seq + 1, 't' from conversation;"
	    " select enqueue_operator(id, 1, 't') from conversation");
	assert_sql(VIOLATIONS, "");
	assert_int_equal(number("select n from verify_counts()"
				" where kind = 'waiting for a human'"),
			 1);
}

/* What a human left over is the bot's again, and in progress. */
static void what_a_human_left_is_not_lost(void **state)
{
	(void)state;
	live_a_little();
	run("select end_case(handoff, 'unanswered', 'nobody', null, 't')"
	    " from call_human(1, 'asked', null, 't')");
	assert_sql(VIOLATIONS, "");
	assert_int_equal(number("select n from verify_counts() where kind = 'in progress'"), 1);
	run("delete from job where queue = 1");
	assert_sql(VIOLATIONS, "lost event");
	pg_server_clean(world.server);
}

static void the_events_of_a_dead_job_are_not_lost_but_counted(void **state)
{
	(void)state;
	live_a_little();
	run("select bury(id, 'hopeless') from job where queue = 1");
	assert_sql(VIOLATIONS, "");
	assert_int_equal(number("select n from verify_counts() where kind = 'jobs dead'"), 1);
	assert_int_equal(number("select n from verify_counts() where kind = 'unanswered'"), 1);
}

struct damage {
	const char *sql, *found;
};

/* Each is done to what was well; the last is empty. */
static void find_each(void (*live)(void), const struct damage *d)
{
	for (; d->sql; d++) {
		pg_server_clean(world.server);
		live();
		run(d->sql);
		assert_sql(VIOLATIONS, d->found);
	}
	pg_server_clean(world.server);
}

static void every_damage_is_found(void **state)
{
	static const struct damage damages[] = {
		{ "delete from job where queue = 1", "lost event" },
		{ "delete from turn", "answer without its turn, lost event" },
		{ "delete from job where queue = 2", "delivery without a job" },
		{ "update job set delivery_id = (select min(id) from delivery) where queue = 2",
		  "line sends what is not in it" },
		{ "delete from delivery where state = 2", "message without a delivery" },
		{ "delete from inbound where event_key = 'e2'", "message without its event" },
		{ "update conversation set last_seq = last_seq + 1", "gap in a conversation" },
		{ "update message set seq = 99 where seq = 6",
		  "event without its message, gap in a conversation, "
		  "message without its event" },
		{ "delete from message where seq = 3",
		  "gap in a conversation, turn without its message" },
		{ "update turn set reply_seq = null",
		  "answer without its turn, answered without an answer" },
		{ "insert into turn (conversation_id, first_seq, last_seq, job_id, attempt, "
		  "epoch, outcome, trace) values (1, 2, 2, 1, 1, 1, 4, '')",
		  "answered twice" },
		{ "update message set extra = '{\"aside\": true}' where seq = 1",
		  "question taken for none, or none for one" },
		{ "update job set kind = 2 where queue = 1", "lost event" },
		{ "update job set state = 1, worker_id = 77 where queue = 1",
		  "job of a dead worker" },
		{ 0 },
	};

	(void)state;
	find_each(live_a_little, damages);
}

/* An operator has taken the case and said something. */
static void talk_to_a_human(void)
{
	live_a_little();
	take_over("%");
	run("select desk(min(id), 'say', 1, 'k1', '{\"text\": \"Hello.\"}', 't') from "
	    "operator");
	assert_sql(VIOLATIONS, "");
}

static void every_damage_to_a_case_is_found(void **state)
{
	static const struct damage damages[] = {
		{ "delete from job where queue = 3", "case without a job" },
		{ "update conversation set responder = 1, operator_id = null",
		  "load of an operator, responder without the case" },
		{ "update operator set load = 2", "load of an operator" },
		{ "insert into invitation (handoff_id, operator_id, round) select h.id, o.id, 1"
		  " from handoff h, operator o on conflict do nothing;"
		  " update invitation set state = 0",
		  "invitation to what is over" },
		{ "update handoff set taken_at = null", "operator without a case" },
		{ "update delivery set settled_at = null where state = 2",
		  "delivery at odds with itself" },
		{ 0 },
	};

	(void)state;
	find_each(talk_to_a_human, damages);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(what_is_well_is_counted),
		WORLD_TEST(what_a_human_answers_is_not_lost),
		WORLD_TEST(what_a_human_left_is_not_lost),
		WORLD_TEST(the_events_of_a_dead_job_are_not_lost_but_counted),
		WORLD_TEST(every_damage_is_found),
		WORLD_TEST(every_damage_to_a_case_is_found),
	};

	return cmocka_run_group_tests(tests, world_open, world_close);
}

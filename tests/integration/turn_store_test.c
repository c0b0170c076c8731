/* Taking turns (schema/0004_turn.sql). */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/integration/store_world.h"

#define SAY(key, text) hear(TELEGRAM, "7", key, INBOUND_MESSAGE, text, NULL)

/* --- a turn ---------------------------------------------------------------------- */

static void a_turn_covers_what_was_said_before_its_claim(void **state)
{
	int worker = add_worker(QUEUE_LLM);
	int64_t job = SAY("e1", "one").turn_job;
	struct turn_claim c;
	struct turn_finished f;

	(void)state;
	SAY("e2", "two");
	c = claim_turn(job, 0, worker);
	assert_int_equal(c.status, CLAIM_OK);
	assert_int_equal(c.first_seq, 1);
	assert_int_equal(c.last_seq, 2);
	assert_string_equal(c.chat_key, "7");
	assert_string_equal(c.history, "[[1, 0, \"one\", null], [2, 0, \"two\", null]]");
	f = finish_turn(job, &c, TURN_ANSWERED, "both");
	assert_int_equal(f.status, TURN_PUBLISHED);
	assert_int_equal(f.reply_seq, 3);
	assert_true(f.delivery_job > 0);
	assert_false(f.next_ready);
	assert_int_equal(number("select count(*) from job where queue = 1"), 0);
	assert_int_equal(claim_turn(job, 0, worker).status, CLAIM_GONE);
}

static void what_arrives_meanwhile_makes_the_next_turn(void **state)
{
	int64_t job = SAY("e1", "one").turn_job;
	struct turn_claim c = claim_turn(job, 0, 1);
	struct accepted late = SAY("e2", "two");
	struct turn_finished f;

	(void)state;
	assert_int_equal(late.turn_job, 0);
	f = finish_turn(job, &c, TURN_ANSWERED, "first");
	assert_true(f.next_ready);
	c = claim_turn(job, 0, 1);
	assert_int_equal(c.first_seq, 2);
	assert_int_equal(c.last_seq, 3);
	assert_false(finish_turn(job, &c, TURN_ANSWERED, "second").next_ready);
}

static void the_holder_may_ask_what_came_since(void **state)
{
	int64_t job = SAY("e1", "one").turn_job;
	struct turn_claim c = claim_turn(job, 0, 1);

	(void)state;
	SAY("e2", "two");
	c = claim_turn(job, c.attempt, 1);
	assert_int_equal(c.last_seq, 2);
	assert_int_equal(c.attempt & 1023, 1);
	assert_false(finish_turn(job, &c, TURN_ANSWERED, "both").next_ready);
}

static void a_quiet_window_makes_a_claim_early(void **state)
{
	int64_t job;
	struct turn_claim c;

	(void)state;
	world.quiet_ms = 60000;
	world.quiet_max_ms = 90000;
	job = SAY("e1", "one").turn_job;
	c = claim_turn(job, 0, 1);
	assert_int_equal(c.status, CLAIM_EARLY);
	assert_in_range(c.wait_ms, 50000, 60000);
	run("update job set created_at = now() - interval '80 s'");
	SAY("e2", "two"); /* extends it, but not beyond its bound */
	assert_in_range(claim_turn(job, 0, 1).wait_ms, 5000, 10000);
}

static void a_claim_whose_answer_was_lost_may_be_repeated(void **state)
{
	int64_t job = SAY("e1", "one").turn_job;
	int attempt = claim_turn(job, 0, 5).attempt;

	(void)state;
	assert_int_equal(claim_turn(job, 0, 5).status, CLAIM_GONE);
	assert_int_equal(claim_turn(job, -1, 6).status, CLAIM_GONE);
	assert_int_equal(claim_turn(job, -1, 5).attempt & 1023, (attempt & 1023) + 1);
}

/* --- fences ----------------------------------------------------------------------- */

static void who_lost_the_job_can_finish_nothing(void **state)
{
	int64_t job = SAY("e1", "one").turn_job;
	struct turn_claim slow = claim_turn(job, 0, 1), quick;

	(void)state;
	run("insert into worker (queue, name, alive_until) values (1, 'dead', now())");
	assert_int_equal(sweep(QUEUE_LLM, 8).n, 1);
	quick = claim_turn(job, 0, add_worker(QUEUE_LLM));
	assert_int_equal(quick.attempt & 1023, (slow.attempt & 1023) + 1);
	assert_int_equal(finish_turn(job, &slow, TURN_ANSWERED, "slow").status, TURN_FENCED);
	assert_int_equal(finish_turn(job, &quick, TURN_ANSWERED, "quick").status,
			 TURN_PUBLISHED);
	assert_sql("select string_agg(body, ' ') from message where author = 1", "quick");
	assert_int_equal(finish_turn(job, &slow, TURN_ANSWERED, "slow").status, TURN_FENCED);
}

/*
 * A crash of the server undoes what was not on disk: the claim, or the job with
 * all that made it.  The job, or another that is given its number, is claimed
 * again; what was promised to it must not be done by whoever was there before.
 */
static void who_was_there_before_a_crash_can_finish_nothing(void **state)
{
	int64_t job = SAY("e1", "one").turn_job;
	struct turn_claim before = claim_turn(job, 0, 1), after;

	(void)state;
	run("update job set state = 0, attempt = 0, worker_id = null"); /* the claim is gone */
	hear(TELEGRAM, "7", "e2", INBOUND_MESSAGE, "two", NULL);
	after = claim_turn(job, 0, 2);
	assert_int_not_equal(before.attempt, after.attempt);
	assert_int_equal(claim_turn(job, before.attempt, 1).status, CLAIM_GONE);
	assert_int_equal(finish_turn(job, &before, TURN_ANSWERED, "to one").status,
			 TURN_FENCED);
	assert_int_equal(finish_turn(job, &after, TURN_ANSWERED, "to both").status,
			 TURN_PUBLISHED);
	assert_sql("select string_agg(body, ' ') from message where author = 1", "to both");
	assert_int_equal(number("select count(*) from job where queue = 1"), 0);
}

static void a_number_given_twice_belongs_to_the_second(void **state)
{
	struct accepted lost = SAY("e1", "one");
	struct turn_claim before = claim_turn(lost.turn_job, 0, 1), after, forged;
	struct accepted other = hear(TELEGRAM, "8", "e2", INBOUND_MESSAGE, "two", NULL);
	char sql[256];

	(void)state;
	run("delete from job where lane = 1");
	run("delete from inbound where event_key = 'e1'");
	run("delete from message where conversation_id = 1");
	run("delete from conversation where id = 1");
	snprintf(sql, sizeof sql,
		 "with old as (delete from job where id = %lld returning *)"
		 " insert into job (id, queue, kind, lane, conversation_id, trace) overriding "
		 "system"
		 " value select %lld, queue, kind, lane, conversation_id, trace from old",
		 (long long)other.turn_job, (long long)lost.turn_job);
	run(sql);
	after = claim_turn(lost.turn_job, 0, 2);
	assert_int_equal(after.conversation_id, other.conversation_id);
	assert_int_equal(finish_turn(lost.turn_job, &before, TURN_ANSWERED, "one").status,
			 TURN_FENCED);
	forged = before; /* should the attempts be equal by chance */
	forged.attempt = after.attempt;
	assert_int_equal(finish_turn(lost.turn_job, &forged, TURN_ANSWERED, "one").status,
			 TURN_FENCED);
	assert_int_equal(finish_turn(lost.turn_job, &after, TURN_ANSWERED, "two").status,
			 TURN_PUBLISHED);
}

/* Work that is due, and a worker that died just before, ten minutes from now. */
static void a_clock_that_was_stepped_back_holds_nothing_up(void **state)
{
	int64_t held = SAY("e1", "one").turn_job;
	int64_t due = hear(TELEGRAM, "8", "e2", INBOUND_MESSAGE, "two", NULL).turn_job;

	(void)state;
	run("insert into worker (queue, name, ttl, alive_until)"
	    " values (1, 'dead', '10 ms', now() + interval '10 min')");
	claim_turn(held, 0, (int)number("select id from worker"));
	run("update worker set alive_until = now() + interval '10 min';"
	    " update job set run_at = now() + interval '10 min',"
	    " announce_at = now() + interval '10 min'"); /* at once: they share their now() */
	add_worker(QUEUE_LLM);
	run("select pg_sleep(0.05)");
	assert_int_equal(sweep(QUEUE_LLM, 8).n, 2);
	assert_int_equal(claim_turn(due, 0, 1).status, CLAIM_OK);
	assert_int_equal(claim_turn(held, 0, 1).attempt & 1023, 2);
}

static void work_from_the_future_is_done_now(void **state)
{
	int64_t job = SAY("e1", "one").turn_job;

	(void)state;
	add_worker(QUEUE_LLM);
	run("update job set created_at = now() + interval '10 min',"
	    " run_at = now() + interval '10 min', announce_at = now() + interval '10 min'");
	add_worker(QUEUE_LLM);
	assert_int_equal(sweep(QUEUE_LLM, 8).n, 1);
	assert_int_equal(claim_turn(job, 0, 1).status, CLAIM_OK);
}

static void an_answer_from_before_a_reset_is_dropped(void **state)
{
	int64_t job = SAY("e1", "one").turn_job;
	struct turn_claim c = claim_turn(job, 0, 1);

	(void)state;
	hear(TELEGRAM, "7", "e2", INBOUND_RESET, "/reset", "Forgotten.");
	SAY("e3", "new");
	assert_int_equal(finish_turn(job, &c, TURN_ANSWERED, "old").status, TURN_DROPPED);
	c = claim_turn(job, 0, 1);
	assert_string_equal(c.history, "[[4, 0, \"new\", null]]");
	finish_turn(job, &c, TURN_ANSWERED, "fresh");
	assert_sql("select string_agg(outcome::text, ' ' order by first_seq) from turn", "4 1");
}

static void an_answer_after_a_human_took_over_is_kept_as_a_suggestion(void **state)
{
	int64_t job = SAY("e1", "one").turn_job;
	struct turn_claim c = claim_turn(job, 0, 1);

	(void)state;
	take_over("7");
	assert_int_equal(SAY("e2", "two").responder, RESPONDER_OPERATOR);
	assert_int_equal(finish_turn(job, &c, TURN_ANSWERED, "late").status, TURN_KEPT);
	assert_sql("select body from suggestion", "late");
	assert_int_equal(number("select count(*) from message where author = 1"), 0);
	assert_sql("select string_agg(queue || ' ' || kind, ', ') from job", "3 1");
}

/* --- stop --------------------------------------------------------------------------- */

#define STOP(key) hear(TELEGRAM, "7", key, INBOUND_STOP, "/stop", NULL)

static void a_stop_covers_what_was_said_before_it(void **state)
{
	int64_t job = SAY("e1", "one").turn_job;
	struct turn_claim c = claim_turn(job, 0, 1);

	(void)state;
	SAY("e2", "two");
	STOP("e3");
	assert_false(finish_turn(job, &c, TURN_STOPPED, "half").next_ready);
	assert_sql("select first_seq || '-' || last_seq || ' ' || outcome from turn", "1-3 3");
}

static void a_question_after_a_stop_is_answered(void **state)
{
	int64_t job = SAY("e1", "one").turn_job;
	struct turn_claim c = claim_turn(job, 0, 1);

	(void)state;
	STOP("e2");
	SAY("e3", "new");
	c = claim_turn(job, c.attempt, 1);
	assert_int_equal(c.status, CLAIM_VOID);
	assert_true(c.stop);
	assert_true(finish_turn(job, &c, TURN_CANCELLED, NULL).next_ready);
	c = claim_turn(job, 0, 1);
	assert_int_equal(c.status, CLAIM_OK);
	assert_int_equal(c.first_seq, 3);
	finish_turn(job, &c, TURN_ANSWERED, "new answer");
}

static void a_question_after_a_stop_survives_its_worker(void **state)
{
	int64_t job = SAY("e1", "one").turn_job;

	(void)state;
	claim_turn(job, 0, 1);
	STOP("e2");
	SAY("e3", "new");
	run("insert into worker (queue, name, alive_until) values (1, 'dead', now())");
	assert_int_equal(sweep(QUEUE_LLM, 8).n, 1);
	assert_int_equal(claim_turn(job, 0, 2).status, CLAIM_OK);
}

static void a_stop_before_the_claim_makes_it_void(void **state)
{
	int64_t job = SAY("e1", "one").turn_job;
	struct turn_claim c;

	(void)state;
	STOP("e2");
	c = claim_turn(job, 0, 1);
	assert_int_equal(c.status, CLAIM_VOID);
	finish_turn(job, &c, TURN_CANCELLED, NULL);
	assert_sql("select outcome from turn", "4");
}

/* --- two at once -------------------------------------------------------------------- */

static void a_message_that_commits_while_its_turn_finishes_is_not_lost(void **state)
{
	int64_t job = SAY("e1", "one").turn_job;
	struct turn_claim c = claim_turn(job, 0, 1);
	PGconn *accepting = connect_and(ACCEPT_SQL("e2"));
	struct turn_result result = { .outcome = TURN_ANSWERED, .body = "answer" };
	struct turn_finished f;

	(void)state;
	store_finish_turn(&world.store, begin(), caller_next, &f, job, &c, &result);
	commit(accepting);
	assert_int_equal(done(), 0);
	assert_true(f.next_ready);
}

static void a_message_that_waits_for_a_finishing_turn_makes_a_new_job(void **state)
{
	int64_t job = SAY("e1", "one").turn_job;
	char sql[256];
	PGconn *finishing, *accepting;
	PGresult *rows;

	(void)state;
	snprintf(sql, sizeof sql,
		 "select * from finish_turn(%d, %d, 1, 1, 1, 1, 1::smallint, 'a', null, null, "
		 "null, 1, 1, false, 1, 1, null, 't')",
		 (int)job, claim_turn(job, 0, 1).attempt);
	finishing = connect_and(sql);
	accepting = pg_server_connect(world.server);
	PQsendQuery(accepting, ACCEPT_SQL("e2"));
	pg_server_await_blocked(world.server, accepting);
	commit(finishing);
	rows = PQgetResult(accepting);
	assert_int_equal(PQresultStatus(rows), PGRES_TUPLES_OK);
	PQclear(rows);
	PQfinish(accepting);
	assert_int_equal(number("select count(*) from job where queue = 1 and state = 0"), 1);
	assert_sql("select string_agg(author::text, ' ' order by seq) from message", "0 1 0");
}

static void a_claim_never_waits(void **state)
{
	int64_t job = SAY("e1", "one").turn_job;
	PGconn *accepting = connect_and(ACCEPT_SQL("e2"));

	(void)state;
	assert_int_equal(claim_turn(job, 0, 1).status, CLAIM_BUSY);
	commit(accepting);
	assert_int_equal(claim_turn(job, 0, 1).last_seq, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(a_turn_covers_what_was_said_before_its_claim),
		WORLD_TEST(what_arrives_meanwhile_makes_the_next_turn),
		WORLD_TEST(the_holder_may_ask_what_came_since),
		WORLD_TEST(a_quiet_window_makes_a_claim_early),
		WORLD_TEST(a_claim_whose_answer_was_lost_may_be_repeated),
		WORLD_TEST(who_lost_the_job_can_finish_nothing),
		WORLD_TEST(who_was_there_before_a_crash_can_finish_nothing),
		WORLD_TEST(a_number_given_twice_belongs_to_the_second),
		WORLD_TEST(a_clock_that_was_stepped_back_holds_nothing_up),
		WORLD_TEST(work_from_the_future_is_done_now),
		WORLD_TEST(an_answer_from_before_a_reset_is_dropped),
		WORLD_TEST(an_answer_after_a_human_took_over_is_kept_as_a_suggestion),
		WORLD_TEST(a_stop_covers_what_was_said_before_it),
		WORLD_TEST(a_question_after_a_stop_is_answered),
		WORLD_TEST(a_question_after_a_stop_survives_its_worker),
		WORLD_TEST(a_stop_before_the_claim_makes_it_void),
		WORLD_TEST(a_message_that_commits_while_its_turn_finishes_is_not_lost),
		WORLD_TEST(a_message_that_waits_for_a_finishing_turn_makes_a_new_job),
		WORLD_TEST(a_claim_never_waits),
	};

	return cmocka_run_group_tests(tests, world_open, world_close);
}

/* Deliveries, leases and the sweep (schema/0005_delivery.sql, 0006_jobs.sql). */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/integration/store_world.h"

/* --- the line ---------------------------------------------------------------------- */

static void deliveries_go_out_in_order_and_end_the_job(void **state)
{
	int64_t job = post("e1", "one");
	struct delivery_claim c;
	struct delivery_settled s;

	(void)state;
	assert_int_equal(post("e2", "two"), job);
	c = claim_line(job, 1);
	assert_int_equal(c.status, CLAIM_OK);
	assert_string_equal(c.chat_key, "7");
	assert_string_equal(c.head.body, "one");
	assert_int_equal(c.head.author, AUTHOR_PLATFORM);
	assert_int_equal(post("e3", "three"), 0); /* whoever has the job sees it */
	s = settle(job, &c, c.head.id, DELIVERY_SENT);
	assert_string_equal(s.head.body, "two");
	s = settle(job, &c, s.head.id, DELIVERY_FAILED);
	assert_string_equal(s.head.body, "three");
	s = settle(job, &c, s.head.id, DELIVERY_SENT);
	assert_int_equal(s.head.id, 0);
	assert_int_equal(number("select count(*) from job"), 0);
	assert_int_equal(claim_line(job, 1).status, CLAIM_GONE);
	assert_sql("select string_agg(state::text, ' ' order by place) from delivery", "2 3 2");
}

static void settling_twice_does_no_harm(void **state)
{
	int64_t job = post("e1", "one");
	struct delivery_claim c;
	struct delivery_settled s;

	(void)state;
	post("e2", "two");
	c = claim_line(job, 1);
	settle(job, &c, c.head.id, DELIVERY_SENT);
	s = settle(job, &c, c.head.id, DELIVERY_SENT); /* the first answer was lost */
	assert_string_equal(s.head.body, "two");
	settle(job, &c, s.head.id, DELIVERY_SENT);
	s = settle(job, &c, s.head.id, DELIVERY_SENT);
	assert_true(s.fenced);
	assert_int_equal(number("select count(*) from delivery where state = 2"), 2);
}

static void a_released_line_waits(void **state)
{
	int64_t job = post("e1", "one");
	struct delivery_claim c = claim_line(job, 1);
	int fenced = -1;

	(void)state;
	store_release_delivery(
		&world.store, begin(), caller_next, &fenced,
		&(struct delivery_held){ .job = job, .delivery = c.head.id, .claim = &c },
		&(struct delivery_wait){ .delay_ms = 60000, .failed = 1, .error = "429" });
	assert_int_equal(done(), 0);
	assert_false(fenced);
	c = claim_line(job, 1);
	assert_int_equal(c.status, CLAIM_EARLY);
	assert_in_range(c.wait_ms, 50000, 60000);
	assert_int_equal(sweep(QUEUE_DELIVERY, 8).n, 0);
	run("update job set run_at = now(), announce_at = now()");
	assert_int_equal(sweep(QUEUE_DELIVERY, 8).n, 1);
	c = claim_line(job, 1);
	assert_int_equal(c.failures, 1);
	assert_int_equal(c.uncertain, 0);
	assert_string_equal(c.head.body, "one");
}

static void a_message_is_split_once_and_stays_before_what_follows(void **state)
{
	int64_t job = post("e1", "long");
	struct delivery_claim c;
	struct delivery_settled s;
	int fenced;

	(void)state;
	post("e2", "next");
	c = claim_line(job, 1);
	for (int i = 0; i < 2; i++) {
		store_split_delivery(&world.store, begin(), caller_next, &fenced,
				     &(struct delivery_held){
					     .job = job, .delivery = c.head.id, .claim = &c },
				     "[{\"n\": 1}, {\"n\": 2}, {\"n\": 3}]");
		assert_int_equal(done(), 0);
		assert_false(fenced);
	}
	s = settle(job, &c, c.head.id, DELIVERY_SENT);
	assert_int_equal(s.head.kind, DELIVERY_PART);
	assert_string_equal(s.head.payload, "{\"n\": 2}");
	s = settle(job, &c, s.head.id, DELIVERY_SENT);
	assert_string_equal(s.head.payload, "{\"n\": 3}");
	s = settle(job, &c, s.head.id, DELIVERY_SENT);
	assert_string_equal(s.head.body, "next");
}

static void a_button_is_acknowledged_before_anything_else(void **state)
{
	int64_t job = post("e1", "one");
	struct delivery_claim c;

	(void)state;
	hear_event(TELEGRAM, &(struct inbound){ .action = INBOUND_COMMAND,
						.key = "e2",
						.chat = "7",
						.text = "",
						.callback = "cb" });
	c = claim_line(job, 1);
	assert_int_equal(c.head.kind, DELIVERY_CALLBACK);
	assert_string_equal(c.head.payload, "{\"callback\": \"cb\"}");
}

static void nothing_is_sent_to_who_blocked_us(void **state)
{
	int64_t job = post("e1", "one");

	(void)state;
	run("update conversation set reachable = false");
	assert_int_equal(claim_line(job, 1).status, CLAIM_VOID);
	assert_sql("select state || ' ' || error from delivery", "3 unreachable");
	assert_int_equal(number("select count(*) from job"), 0);
}

static void an_answer_of_the_bot_is_not_sent_after_a_human_took_over(void **state)
{
	struct accepted a = hear(TELEGRAM, "7", "e1", INBOUND_MESSAGE, "hi", NULL);
	struct turn_claim c = claim_turn(a.turn_job, 0, 1);
	int64_t job = finish_turn(a.turn_job, &c, TURN_ANSWERED, "bot").delivery_job;

	(void)state;
	take_over("7");
	assert_int_equal(claim_line(job, 1).status, CLAIM_VOID);
	assert_sql("select state || ' ' || error from delivery", "5 fenced");
}

/* --- those who fetch ------------------------------------------------------------------ */

static void what_is_fetched_is_given_once(void **state)
{
	struct message_page page;

	(void)state;
	hear(VINK, "tok", "e1", INBOUND_COMMAND, "/help", "one");
	hear(VINK, "tok", "e2", INBOUND_COMMAND, "/help", "two");
	for (int i = 0; i < 2; i++) {
		store_fetch(&world.store, begin(), caller_next, &page, VINK, "tok", 10);
		assert_int_equal(done(), 0);
		assert_int_equal(page.n, i == 0 ? 2 : 0);
		if (i == 0)
			assert_string_equal(page.messages[1].body, "two");
	}
}

/* --- leases and the sweep ---------------------------------------------------------------- */

static void a_lease_is_renewed_until_its_row_is_gone(void **state)
{
	int worker = add_worker(QUEUE_LLM), known;

	(void)state;
	store_renew_worker(&world.store, begin(), caller_next, &known, worker, 1000, 3);
	assert_int_equal(done(), 0);
	assert_true(known);
	assert_int_equal(number("select in_flight from worker"), 3);
	run("delete from worker");
	store_renew_worker(&world.store, begin(), caller_next, &known, worker, 1000, 3);
	assert_int_equal(done(), 0);
	assert_false(known);
}

static void who_leaves_gives_back_what_he_holds(void **state)
{
	int worker = add_worker(QUEUE_DELIVERY);
	int64_t job = post("e1", "one");

	(void)state;
	claim_line(job, worker);
	store_release_worker(&world.store, begin(), caller_next, worker);
	assert_int_equal(done(), 0);
	assert_int_equal(number("select count(*) from worker"), 0);
	assert_int_equal(sweep(QUEUE_DELIVERY, 8).n, 1);
}

static void a_job_whose_workers_keep_dying_is_buried(void **state)
{
	int64_t job = post("e1", "one");
	struct swept swept;

	(void)state;
	for (int death = 1; death <= 3; death++) {
		int worker = add_worker(QUEUE_DELIVERY);

		claim_line(job, worker);
		kill_worker(worker);
		post(death == 1 ? "e2" : death == 2 ? "e3" : "e4", "more");
		swept = sweep(QUEUE_DELIVERY, 3);
		assert_int_equal(swept.n, 1);
		assert_int_equal(swept.buried, death == 3);
	}
	assert_sql("select state || ' ' || (lane is null)::text from job", "2 true");
	assert_int_equal(number("select count(*) from delivery where state < 2"), 0);
	assert_true(post("e5", "again") != job); /* the conversation goes on */
}

static void renew(int worker)
{
	int known;

	store_renew_worker(&world.store, begin(), caller_next, &known, worker, 60000, 0);
	assert_int_equal(done(), 0);
	assert_true(known);
}

/* How many jobs are taken from the dead, as their workers know it. */
static int64_t take_from_the_dead(void)
{
	return number("select count(*) from sweep(2::smallint, 100, 8)");
}

static void let_time_pass(const char *by_the_clock)
{
	char sql[192];

	snprintf(sql, sizeof sql,
		 "update worker set alive_until = alive_until - interval '%s',"
		 " held_since = held_since - interval '%s'",
		 by_the_clock, by_the_clock);
	run(sql);
}

/* All leases have run out at once; those of the living, who renew theirs one by one, too. */
static void a_clock_that_was_stepped_forward_makes_nobody_dead(void **state)
{
	int living = add_worker(QUEUE_DELIVERY), other = add_worker(QUEUE_LLM);
	int64_t job = post("e1", "one");

	(void)state;
	claim_line(job, living);
	let_time_pass("10 min");
	assert_int_equal(take_from_the_dead(), 0);
	renew(other);
	add_worker(QUEUE_DELIVERY); /* a process that knows of nothing */
	assert_int_equal(take_from_the_dead(), 0);
	renew(living);
	let_time_pass("70 s");
	renew(other); /* too late */
	assert_int_equal(take_from_the_dead(), 0);
}

static void who_is_well_for_a_leases_time_knows_who_is_dead(void **state)
{
	int dead = add_worker(QUEUE_DELIVERY), other = add_worker(QUEUE_LLM);

	(void)state;
	claim_line(post("e1", "one"), dead);
	for (int i = 0; i < 2; i++) {
		let_time_pass("40 s");
		renew(other);
		assert_int_equal(take_from_the_dead(), i);
	}
}

static void being_claimed_often_is_no_reason_to_be_buried(void **state)
{
	int worker = add_worker(QUEUE_DELIVERY);
	int64_t job = post("e1", "one");

	(void)state;
	run("update job set attempt = 100");
	claim_line(job, worker);
	kill_worker(worker);
	assert_int_equal(sweep(QUEUE_DELIVERY, 3).buried, 0);
}

static void a_job_nobody_came_for_is_announced_at_growing_intervals(void **state)
{
	(void)state;
	post("e1", "one");
	assert_int_equal(sweep(QUEUE_DELIVERY, 8).n, 0); /* it has just been announced */
	run("update job set run_at = now() - interval '10 s', announce_at = now()");
	assert_int_equal(sweep(QUEUE_DELIVERY, 8).n, 1);
	assert_int_equal(sweep(QUEUE_DELIVERY, 8).n, 0);
	assert_sql("select announce_at - now() between '8 s' and '11 s' from job", "t");
	assert_int_equal(sweep(QUEUE_LLM, 8).n, 0);
}

static void one_sweeps_at_a_time(void **state)
{
	PGconn *other = connect_and("select pg_advisory_xact_lock(7001, 2)");

	(void)state;
	post("e1", "one");
	run("update job set announce_at = now()");
	assert_int_equal(sweep(QUEUE_DELIVERY, 8).n, 0);
	commit(other);
	assert_int_equal(sweep(QUEUE_DELIVERY, 8).n, 1);
}

static void a_retried_job_comes_back_later_and_counts_its_failures(void **state)
{
	int64_t job = hear(TELEGRAM, "7", "e1", INBOUND_MESSAGE, "hi", NULL).turn_job;
	struct turn_claim c = claim_turn(job, 0, 1);

	(void)state;
	assert_int_equal(c.attempt & 1023, 1);
	assert_int_equal(number("select fenced::int from job, retry_job(job.id, job.attempt, "
				"60000, 'no')"),
			 0);
	assert_int_equal(claim_turn(job, 0, 1).status, CLAIM_EARLY);
	assert_int_equal(number("select failures from job"), 1);
	assert_int_equal(
		number("select fenced::int from job, retry_job(job.id, job.attempt, 1, 'no')"),
		1);
}

/* --- reading --------------------------------------------------------------------------- */

static struct message_page page_after(int64_t after, int limit)
{
	struct message_page page;

	store_messages(&world.store, begin(), caller_next, &page,
		       &(struct messages_wanted){ .channel_id = TELEGRAM,
						  .chat_key = "7",
						  .after = after,
						  .limit = limit });
	assert_int_equal(done(), 0);
	return page;
}

static void pages_are_in_order_from_either_end(void **state)
{
	struct message_page page = page_after(0, 10);

	(void)state;
	assert_int_equal(page.conversation_id, 0);
	for (int i = 0; i < 3; i++)
		post((const char *const[]){ "e1", "e2", "e3" }[i], "answer");
	page = page_after(2, 3);
	assert_int_equal(page.n, 3);
	assert_int_equal(page.messages[0].seq, 3);
	assert_int_equal(page.last_seq, 6);
	page = page_after(-1, 2);
	assert_int_equal(page.n, 2);
	assert_int_equal(page.messages[1].seq, 6);
	assert_int_equal(page.messages[1].author, AUTHOR_PLATFORM);
	assert_int_equal(page_after(6, 10).n, 0);
}

static void depths_count_what_waits(void **state)
{
	struct depths d;

	(void)state;
	add_worker(QUEUE_DELIVERY);
	post("e1", "one");
	run("update job set run_at = now() - interval '5 s'");
	store_depths(&world.store, begin(), caller_next, &d);
	assert_int_equal(done(), 0);
	assert_int_equal(d.deliveries_pending, 1);
	for (int i = 0; i < d.n; i++) {
		int is_ours = d.items[i].queue == QUEUE_DELIVERY;

		assert_int_equal(d.items[i].ready, is_ours);
		assert_int_equal(d.items[i].workers, is_ours);
		assert_true(!is_ours || d.items[i].oldest_s > 4);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(deliveries_go_out_in_order_and_end_the_job),
		WORLD_TEST(settling_twice_does_no_harm),
		WORLD_TEST(a_released_line_waits),
		WORLD_TEST(a_message_is_split_once_and_stays_before_what_follows),
		WORLD_TEST(a_button_is_acknowledged_before_anything_else),
		WORLD_TEST(nothing_is_sent_to_who_blocked_us),
		WORLD_TEST(an_answer_of_the_bot_is_not_sent_after_a_human_took_over),
		WORLD_TEST(what_is_fetched_is_given_once),
		WORLD_TEST(a_lease_is_renewed_until_its_row_is_gone),
		WORLD_TEST(who_leaves_gives_back_what_he_holds),
		WORLD_TEST(a_job_whose_workers_keep_dying_is_buried),
		WORLD_TEST(a_clock_that_was_stepped_forward_makes_nobody_dead),
		WORLD_TEST(who_is_well_for_a_leases_time_knows_who_is_dead),
		WORLD_TEST(being_claimed_often_is_no_reason_to_be_buried),
		WORLD_TEST(a_job_nobody_came_for_is_announced_at_growing_intervals),
		WORLD_TEST(one_sweeps_at_a_time),
		WORLD_TEST(a_retried_job_comes_back_later_and_counts_its_failures),
		WORLD_TEST(pages_are_in_order_from_either_end),
		WORLD_TEST(depths_count_what_waits),
	};

	return cmocka_run_group_tests(tests, world_open, world_close);
}

/* Lines of deliveries that were lost to others, and what comes of those who had them
 * (schema/0005_delivery.sql). */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/integration/store_world.h"

static void what_a_dead_courier_was_sending_is_uncertain(void **state)
{
	int worker = add_worker(QUEUE_DELIVERY);
	int64_t job = post("e1", "one");
	struct delivery_claim dead, heir;

	(void)state;
	post("e2", "two");
	dead = claim_line(job, worker);
	kill_worker(worker);
	assert_int_equal(sweep(QUEUE_DELIVERY, 8).n, 1);
	heir = claim_line(job, add_worker(QUEUE_DELIVERY));
	assert_int_equal(heir.uncertain, 1);
	assert_string_equal(heir.head.body, "two");
	assert_true(settle(job, &dead, dead.head.id, DELIVERY_SENT).fenced);
	assert_sql(
		"select string_agg(shown_state(d)::text, ' ' order by place) from delivery d",
		"2 1");
}

static int loser;

/* Its worker was stopped before anything left it, and loses the line ... */
static struct delivery_claim lose_line(int64_t *job, const char *key)
{
	struct delivery_claim c;

	loser = add_worker(QUEUE_DELIVERY);
	*job = post(key, "one");
	c = claim_line(*job, loser);
	kill_worker(loser);
	assert_int_equal(sweep(QUEUE_DELIVERY, 8).n, 1);
	return c;
}

/* ... and finds out. */
static void give_back(const struct delivery_claim *c)
{
	store_return_delivery(&world.store, begin(), caller_next, c->conversation_id, loser,
			      "too late");
	assert_int_equal(done(), 0);
}

/* Of those who find it dead nobody has taken the line yet. */
static void what_was_sent_by_who_lost_the_line_is_known(void **state)
{
	int64_t job;
	struct delivery_claim lost = lose_line(&job, "e1");

	(void)state;
	post("e2", "two");
	assert_true(settle(job, &lost, lost.head.id, DELIVERY_SENT).fenced);
	assert_int_equal(claim_line(job, add_worker(QUEUE_DELIVERY)).uncertain, 0);
	assert_sql(
		"select string_agg(shown_state(d)::text, ' ' order by place) from delivery d",
		"2 1");
}

static void what_never_left_is_sent_by_whoever_comes(void **state)
{
	int64_t job;
	struct delivery_claim lost = lose_line(&job, "e1"), heir;

	(void)state;
	give_back(&lost);
	heir = claim_line(job, add_worker(QUEUE_DELIVERY));
	assert_int_equal(heir.uncertain, 0);
	assert_string_equal(heir.head.body, "one");
	give_back(&lost); /* too late for that */
	assert_false(settle(job, &heir, heir.head.id, DELIVERY_SENT).fenced);
	give_back(&lost);
	assert_sql("select string_agg(state::text, ' ') from delivery", "2");
}

static void what_never_left_is_not_uncertain_after_all(void **state)
{
	int64_t job;
	struct delivery_claim lost = lose_line(&job, "e1");

	(void)state;
	assert_int_equal(claim_line(job, add_worker(QUEUE_DELIVERY)).uncertain, 1);
	assert_int_equal(number("select count(*) from job"), 0);
	give_back(&lost);
	give_back(&lost);
	job = number("select id from job");
	lost = claim_line(job, add_worker(QUEUE_DELIVERY));
	assert_string_equal(lost.head.body, "one");
	settle(job, &lost, lost.head.id, DELIVERY_SENT);
	give_back(&lost);
	assert_int_equal(number("select count(*) from delivery where state = 2"), 1);
	assert_int_equal(number("select count(*) from delivery where is_uncertain"), 0);
}

/* Whether the newer one is being sent or was, and although the clock was set back meanwhile. */
static void what_never_left_does_not_come_after_what_is_newer(void **state)
{
	static const char *const keys[][2] = {
		{ "e0", "e1" }, { "e2", "e3" }, { "e4", "e5" }, { "e6", "e7" }
	};

	(void)state;
	for (int i = 0; i < 4; i++) {
		int is_sent = i & 1, is_set_back = i & 2;
		int64_t job;
		struct delivery_claim lost = lose_line(&job, keys[i][0]), heir;

		if (is_set_back)
			run("update delivery set created_at = now() + interval '10 minutes'"
			    " where settled_at is null");
		post(keys[i][1], "two");
		heir = claim_line(job, add_worker(QUEUE_DELIVERY));
		assert_string_equal(heir.head.body, "two");
		if (is_sent)
			settle(job, &heir, heir.head.id, DELIVERY_SENT);
		give_back(&lost);
		assert_int_equal(number("select count(*) from delivery where state = 3"
					" and not is_uncertain and error = 'too late'"),
				 i + 1);
		if (!is_sent)
			settle(job, &heir, heir.head.id, DELIVERY_SENT);
		assert_int_equal(number("select count(*) from job"), 0);
	}
}

/* Of what was settled as uncertain by whoever sent it nothing is given back. */
static void what_may_have_left_stays_uncertain(void **state)
{
	int64_t job;
	struct delivery_claim lost = lose_line(&job, "e1");

	(void)state;
	assert_int_equal(claim_line(job, add_worker(QUEUE_DELIVERY)).uncertain, 1);
	assert_true(settle(job, &lost, lost.head.id, DELIVERY_UNCERTAIN).fenced);
	give_back(&lost);
	assert_sql("select string_agg(state::text, ' ') from delivery", "4");
}

/* The answer to the settling of the first was lost, and then the line, and with it the second.
 */
static void what_its_courier_never_heard_of_goes_out_after_all(void **state)
{
	int worker = loser = add_worker(QUEUE_DELIVERY);
	int64_t job = post("e1", "one");
	struct delivery_claim lost = claim_line(job, worker), heir;

	(void)state;
	post("e2", "two");
	settle(job, &lost, lost.head.id, DELIVERY_SENT);
	kill_worker(worker);
	assert_int_equal(sweep(QUEUE_DELIVERY, 8).n, 1);
	assert_int_equal(claim_line(job, add_worker(QUEUE_DELIVERY)).uncertain, 1);
	assert_true(settle(job, &lost, lost.head.id, DELIVERY_SENT).fenced);
	give_back(&lost);
	heir = claim_line(number("select id from job"), add_worker(QUEUE_DELIVERY));
	assert_string_equal(heir.head.body, "two");
}

static void an_own_claim_that_was_not_heard_of_is_not_uncertain(void **state)
{
	int64_t job;
	struct delivery_claim c;

	(void)state;
	lose_line(&job, "e1");
	c = claim_line_as(&(struct delivery_wanted){
		job, .claimant = loser, .worker = add_worker(QUEUE_DELIVERY), .unsure = 1 });
	assert_int_equal(c.uncertain, 0);
	settle(job, &c, c.head.id, DELIVERY_SENT);
	job = post("e2", "one");
	claim_line(job, 4);
	c = claim_line_as(
		&(struct delivery_wanted){ job, .claimant = 4, .worker = 4, .unsure = 1 });
	assert_int_equal(c.status, CLAIM_OK);
	assert_int_equal(c.uncertain, 0);
	assert_string_equal(c.head.body, "one");
}

/* Its claim never came to be, and meanwhile another flow of the same courier took the line and
 * is sending. */
static void an_unsure_claim_takes_nothing_from_another_flow(void **state)
{
	int64_t job = post("e1", "one");
	struct delivery_claim sender = claim_line(job, 4), unsure;

	(void)state;
	unsure = claim_line_as(
		&(struct delivery_wanted){ job, .claimant = 2, .worker = 4, .unsure = 1 });
	assert_int_equal(unsure.status, CLAIM_GONE);
	assert_int_equal(unsure.head.id, 0);
	assert_false(settle(job, &sender, sender.head.id, DELIVERY_SENT).fenced);
	assert_sql("select string_agg(state::text, ' ') from delivery", "2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(what_a_dead_courier_was_sending_is_uncertain),
		WORLD_TEST(what_was_sent_by_who_lost_the_line_is_known),
		WORLD_TEST(what_never_left_is_sent_by_whoever_comes),
		WORLD_TEST(what_never_left_is_not_uncertain_after_all),
		WORLD_TEST(what_never_left_does_not_come_after_what_is_newer),
		WORLD_TEST(what_may_have_left_stays_uncertain),
		WORLD_TEST(what_its_courier_never_heard_of_goes_out_after_all),
		WORLD_TEST(an_own_claim_that_was_not_heard_of_is_not_uncertain),
		WORLD_TEST(an_unsure_claim_takes_nothing_from_another_flow),
	};

	return cmocka_run_group_tests(tests, world_open, world_close);
}

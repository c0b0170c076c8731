/* Somebody has been there in between: each step of an answer, alone and in a group with others,
 * which go on.  Whoever is not the holder any more changes nothing, but for what they know of
 * bytes that left.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/integration/desk_world.h"
#include "tests/integration/story.h"

enum { FENCED = 1, NOT_FENCED = 0, LEFT_MAX = 400 };

#define TURN    "update job set %s where queue = 1 and lane = $"
#define LINE    "update job set %s where queue = 2 and lane = $"
#define PERSON  "update conversation set %s where id = $"
#define SENDING "update delivery set %s where conversation_id = $"

static const struct spoil {
	enum step step; /* before which it happens */
	const char *sql, *what;
	int expected;
	int is_odd; /* the claim covers nothing; how a sending ended is recorded all the same */
} spoils[] = {
	{ CLAIM, TURN, "state = 1, worker_id = 9", CLAIM_GONE, 0 },
	{ CLAIM, TURN, "run_at = now() + interval '1 h'", CLAIM_EARLY, 0 },
	{ CLAIM, TURN, "stop_seq = 1", CLAIM_VOID, 0 },
	{ CLAIM, PERSON, "responder = 1", CLAIM_VOID, 1 },
	{ CLAIM, PERSON, "responder = 2", CLAIM_VOID, 1 },
	{ CLAIM, PERSON, "context_seq = last_seq", CLAIM_VOID, 0 },
	{ FINISH, TURN, "attempt = attempt + 1024", TURN_FENCED, 0 },
	{ FINISH, TURN, "state = 0, worker_id = null", TURN_FENCED, 0 },
	{ FINISH, TURN, "stop_seq = 1", TURN_DROPPED, 0 },
	{ FINISH, TURN, "pending = 1", TURN_PUBLISHED, 0 },
	{ FINISH, PERSON, "answered_seq = last_seq", TURN_PUBLISHED, 0 },
	{ FINISH, PERSON, "epoch = epoch + 1", TURN_DROPPED, 0 },
	{ FINISH, PERSON, "responder = 1", TURN_KEPT, 0 },
	{ FINISH, PERSON, "responder = 2", TURN_KEPT, 0 },
	{ SEND, LINE, "state = 1, worker_id = 9", CLAIM_GONE, 0 },
	{ SEND, LINE, "run_at = now() + interval '1 h'", CLAIM_EARLY, 0 },
	{ SEND, PERSON, "responder = 1, epoch = epoch + 1", CLAIM_VOID, 0 },
	{ SEND, PERSON, "responder = 2, epoch = epoch + 1", CLAIM_VOID, 0 },
	{ SEND, PERSON, "epoch = epoch + 1", CLAIM_OK, 0 },
	{ SEND, PERSON, "reachable = false", CLAIM_VOID, 0 },
	{ SEND, SENDING, "epoch = null", CLAIM_OK, 0 },
	{ SETTLE, LINE, "attempt = attempt + 1024", FENCED, 0 },
	{ SETTLE, LINE, "state = 0, worker_id = null", FENCED, 1 },
	{ SETTLE, LINE, "failures = 1", NOT_FENCED, 0 },
	{ SETTLE, LINE, "deaths = 1", NOT_FENCED, 0 },
	{ SETTLE, SENDING, "kind = 4, payload = '{\"method\": \"x\"}'", NOT_FENCED, 0 },
	{ SETTLE, SENDING, "state = 5, settled_at = now()", NOT_FENCED, 0 },
	{ SETTLE, PERSON, "responder = 2, epoch = epoch + 1", NOT_FENCED, 0 },
};

static int outcome(const struct chat *c, enum step step)
{
	switch (step) {
	case CLAIM:
		return (int)c->claim.status;
	case FINISH:
		return (int)c->end.status;
	case SEND:
		return (int)c->sending.status;
	default:
		return c->settled.fenced;
	}
}

static int good(enum step step)
{
	return step == FINISH ? TURN_PUBLISHED : step == SETTLE ? NOT_FENCED : CLAIM_OK;
}

static void do_step(struct story *s, enum step step)
{
	story_start(s, step);
	story_wait(s);
}

/* The conversation's number for each "$". */
static void spoil(const struct spoil *p, int64_t id)
{
	char with_what[200], sql[240];

	snprintf(with_what, sizeof with_what, p->sql, p->what);
	*strchr(with_what, '$') = '\0';
	snprintf(sql, sizeof sql, "%s%lld", with_what, (long long)id);
	run(sql);
}

/* All there is of a conversation. */
static const char *picture(int64_t id)
{
	static char sql[800];

	snprintf(sql, sizeof sql,
		 "select md5(concat(c::text,"
		 " (select string_agg(j::text, ';' order by j.id) from job j"
		 "  where j.conversation_id = c.id),"
		 " (select string_agg(m::text, ';' order by m.seq) from message m"
		 "  where m.conversation_id = c.id),"
		 " (select string_agg(d::text, ';' order by d.id) from delivery d"
		 "  where d.conversation_id = c.id),"
		 " (select count(*) from turn t where t.conversation_id = c.id),"
		 " (select count(*) from suggestion g where g.conversation_id = c.id)))"
		 " from conversation c where c.id = %lld",
		 (long long)id);
	return pg_server_tell(world.server, sql);
}

static int changes_nothing(const struct spoil *p)
{
	switch (p->step) {
	case CLAIM:
	case SEND:
		return p->expected == CLAIM_GONE || p->expected == CLAIM_EARLY;
	case FINISH:
		return p->expected == TURN_FENCED;
	default:
		return p->expected == FENCED && !p->is_odd;
	}
}

/* What came in between of another chat is nothing to this one. */
static void check_other(const struct chat *c, enum step step)
{
	char sql[400];

	assert_int_equal(outcome(c, step), good(step));
	snprintf(sql, sizeof sql,
		 "select concat_ws(' ', last_seq, answered_seq,"
		 " (select count(*) from turn where conversation_id = c.id),"
		 " (select string_agg(concat(queue, state, pending), ' ') from job"
		 "  where conversation_id = c.id),"
		 " (select string_agg(state::text, ' ') from delivery"
		 "  where conversation_id = c.id)) from conversation c where id = %lld",
		 (long long)c->id);
	assert_sql(sql, (const char *[]){ [CLAIM] = "1 0 0 110",
					  [FINISH] = "2 1 1 200 0",
					  [SEND] = "2 1 1 210 0",
					  [SETTLE] = "2 1 1 2" }[step]);
}

/* What there is of the first chat in the end, whoever else was in its group. */
static const char *left_of_first(void)
{
	return pg_server_tell(
		world.server,
		"select concat_ws(' ', c.responder, c.epoch, c.last_seq, c.answered_seq,"
		" (select string_agg(concat_ws(':', queue, kind, state, pending, failures,"
		"  deaths, stop_seq, delivery_id is null), ' ' order by queue) from job"
		"  where conversation_id = c.id),"
		" (select string_agg(concat_ws(':', author, body), ' ' order by seq)"
		"  from message where conversation_id = c.id),"
		" (select string_agg(concat_ws(':', place, kind, state, error,"
		"  settled_at is null), ' ' order by place) from delivery"
		"  where conversation_id = c.id),"
		" (select string_agg(concat_ws(':', first_seq, last_seq, outcome, reply_seq),"
		"  ' ') from turn where conversation_id = c.id),"
		" (select string_agg(concat_ws(':', state, body), ' ') from suggestion"
		"  where conversation_id = c.id)) from conversation c where id = 1");
}

static void play(const struct spoil *p, int chats, char left[LEFT_MAX])
{
	struct chat *first;
	struct story s;
	char before[40];

	print_message("%d: %s\n", chats, p->what);
	story_begin(&s, chats);
	first = &s.chats[0];
	for (enum step step = CLAIM; step < p->step; step++)
		do_step(&s, step);
	spoil(p, first->id);
	snprintf(before, sizeof before, "%s", picture(first->id));
	do_step(&s, p->step);
	assert_int_equal(outcome(first, p->step), p->expected);
	if (p->is_odd && p->step == CLAIM)
		assert_true(first->claim.last_seq < first->claim.first_seq);
	if (changes_nothing(p))
		assert_string_equal(picture(first->id), before);
	if (p->is_odd && p->step == SETTLE)
		assert_sql("select state from delivery where conversation_id = 1", "2");
	for (int i = 1; i < chats; i++)
		check_other(&s.chats[i], p->step);
	snprintf(left, LEFT_MAX, "%s", left_of_first());
	story_leave(&s);
	pg_server_clean(world.server);
}

static void whoever_came_in_between_counts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof spoils / sizeof *spoils; i++) {
		char alone[LEFT_MAX], together[LEFT_MAX];

		play(&spoils[i], 1, alone);
		play(&spoils[i], CHATS_MAX, together);
		assert_string_equal(alone, together);
	}
}

/* The step begins before `sql`, about the first chat, is committed. */
static void do_step_during(struct story *s, enum step step, const char *sql)
{
	PGconn *other = connect_and(sql);

	story_start(s, step);
	story_await_held_up(s);
	commit(other);
	story_wait(s);
}

/* What was there when the lock was given counts, not what was there when it was asked for. */
static void what_was_waited_for_is_seen(void **state)
{
	(void)state;
	for (int chats = 1; chats <= CHATS_MAX; chats += CHATS_MAX - 1) {
		struct story s;

		story_begin(&s, chats);
		do_step(&s, CLAIM);
		do_step_during(&s, FINISH,
			       "update conversation set last_seq = 2 where id = 1;"
			       "update job set pending = 1 where queue = 1 and lane = 1");
		assert_int_equal(s.chats[0].end.reply_seq, 3);
		for (int i = 0; i < chats; i++)
			assert_int_equal(s.chats[i].end.next_ready, i == 0);
		do_step(&s, SEND);
		do_step_during(&s, SETTLE,
			       "insert into delivery (conversation_id, place, seq, trace)"
			       " values (1, 9000, 2, 't');"
			       "update job set pending = 1 where queue = 2 and lane = 1");
		for (int i = 0; i < chats; i++)
			assert_int_equal(s.chats[i].settled.head.seq, i == 0 ? 2 : 0);
		for (int i = 1; i < chats; i++)
			check_other(&s.chats[i], SETTLE);
		story_leave(&s);
		pg_server_clean(world.server);
	}
}

/* What was stopped was the bot's; what was said afterwards is the human's. */
static void stop_and_call(int chats)
{
	struct chat *first;
	struct story s;

	story_begin(&s, chats);
	first = &s.chats[0];
	hear(TELEGRAM, first->key, "stop", INBOUND_STOP, "/stop", NULL);
	story_human(&s, "call");
	hear(TELEGRAM, first->key, "more", INBOUND_MESSAGE, "and?", NULL);
	do_step(&s, CLAIM);
	assert_int_equal(first->claim.status, CLAIM_VOID);
	assert_int_equal(first->claim.last_seq, 2);
	do_step(&s, FINISH);
	assert_int_equal(number("select answered_seq from conversation where id = 1"), 2);
	story_leave(&s);
	pg_server_clean(world.server);
}

static void a_stop_covers_nothing_of_a_human(void **state)
{
	(void)state;
	stop_and_call(1);
	stop_and_call(CHATS_MAX);
}

/* The model failed, but by then nobody wanted its answer. */
static void an_apology_for_what_was_stopped_covers_it(void **state)
{
	struct accepted a = hear(TELEGRAM, "7", "m", INBOUND_MESSAGE, "how much?", NULL);
	struct turn_claim c = claim_turn(a.turn_job, 0, 1);

	(void)state;
	hear(TELEGRAM, "7", "stop", INBOUND_STOP, "/stop", NULL);
	call_human();
	assert_int_equal(finish_turn(a.turn_job, &c, TURN_APOLOGISED, "sorry").status,
			 TURN_DROPPED);
	assert_int_equal(number("select answered_seq from conversation where id = 1"), 2);
	assert_int_equal(number("select outcome from turn"), TURN_STOPPED);
}

/* They have seen it growing; and what a human was called for meanwhile, they shall not see. */
static void what_was_said_before_a_stop_stays(void **state)
{
	struct accepted a = hear(TELEGRAM, "7", "m", INBOUND_MESSAGE, "how much?", NULL);
	struct turn_claim c = claim_turn(a.turn_job, 0, 1);

	(void)state;
	hear(TELEGRAM, "7", "stop", INBOUND_STOP, "/stop", NULL);
	assert_int_equal(finish_turn(a.turn_job, &c, TURN_STOPPED, "It is").status,
			 TURN_PUBLISHED);
	a = hear(TELEGRAM, "7", "m2", INBOUND_MESSAGE, "how much?", NULL);
	c = claim_turn(a.turn_job, 0, 1);
	call_human();
	assert_int_equal(finish_turn(a.turn_job, &c, TURN_STOPPED, "It costs").status,
			 TURN_DROPPED);
	assert_int_equal(number("select count(*) from message where author = 1"), 1);
}

static void answer(const char *key, const char *body)
{
	struct accepted a = hear(TELEGRAM, "7", key, INBOUND_MESSAGE, "how much?", NULL);
	struct turn_claim c = claim_turn(a.turn_job, 0, 1);

	assert_int_equal(finish_turn(a.turn_job, &c, TURN_ANSWERED, body).status,
			 TURN_PUBLISHED);
}

/* Two answers in a line, and what happens while the first is sent; the second's number, or 0.
 */
static int64_t next_after(const char *sql)
{
	struct delivery_claim l;
	struct delivery_settled s;
	int64_t job;

	answer("m1", "one");
	answer("m2", "two");
	job = number("select id from job where queue = 2");
	l = claim_line(job, 1);
	run(sql);
	s = settle(job, &l, l.head.id, DELIVERY_SENT);
	assert_int_equal(s.fenced, 0);
	pg_server_clean(world.server);
	return s.head.id;
}

static void what_is_next_in_line_goes_where_the_bot_answers(void **state)
{
	(void)state;
	assert_int_equal(next_after("update conversation set epoch = epoch + 2"), 2);
	assert_int_equal(next_after("update conversation set epoch = epoch + 1, responder = 1"),
			 0);
	assert_int_equal(next_after("update conversation set epoch = epoch + 1, responder = 1;"
				    "update delivery set epoch = null"),
			 2);
}

static struct delivery_claim claim_again(int64_t job, int worker, int claimant)
{
	return claim_line_as(&(struct delivery_wanted){
		.job = job, .worker = worker, .claimant = claimant, .unsure = 1 });
}

static void who_is_unsure_gets_its_own_line_and_nothing_else(void **state)
{
	struct delivery_claim l;
	int64_t job;

	(void)state;
	answer("m1", "one");
	job = number("select id from job where queue = 2");
	l = claim_line(job, 1);
	settle(job, &l, l.head.id, DELIVERY_SENT);
	answer("m2", "two");
	job = number("select id from job where queue = 2");
	assert_int_equal(claim_line(job, 1).status, CLAIM_OK);
	assert_int_equal(claim_again(job, 2, 1).status, CLAIM_GONE);
	assert_int_equal(claim_again(job, 1, 2).status, CLAIM_GONE);
	l = claim_again(job, 1, 1);
	assert_int_equal(l.status, CLAIM_OK);
	assert_string_equal(l.head.body, "two");
	assert_int_equal(number("select state from delivery where id = 1"), DELIVERY_SENT);
}

static void who_lost_a_line_neither_puts_back_nor_splits(void **state)
{
	struct delivery_claim l;
	struct delivery_held held = { .claim = &l };
	char before[40];
	int fenced = 0;

	(void)state;
	answer("m1", "one");
	held.job = number("select id from job where queue = 2");
	l = claim_line(held.job, 1);
	held.delivery = l.head.id;
	l.attempt += 1024;
	snprintf(before, sizeof before, "%s", picture(l.conversation_id));
	store_release_delivery(&world.store, begin(), caller_next, &fenced, &held,
			       &(struct delivery_wait){ 5, .failed = 1, .error = "later" });
	assert_int_equal(done(), 0);
	assert_int_equal(fenced, 1);
	fenced = 0;
	store_split_delivery(&world.store, begin(), caller_next, &fenced, &held,
			     "[{\"text\": \"o\"}, {\"text\": \"ne\"}]");
	assert_int_equal(done(), 0);
	assert_int_equal(fenced, 1);
	assert_string_equal(picture(l.conversation_id), before);
}

/* It is ready for others, though nobody has it yet. */
static void whose_turn_was_swept_does_not_go_on(void **state)
{
	struct accepted a = hear(TELEGRAM, "7", "m", INBOUND_MESSAGE, "how much?", NULL);
	struct turn_claim c = claim_turn(a.turn_job, 0, 1);

	(void)state;
	assert_int_equal(claim_turn(a.turn_job, c.attempt, 1).status, CLAIM_OK);
	run("update job set state = 0, worker_id = null");
	assert_int_equal(claim_turn(a.turn_job, c.attempt, 1).status, CLAIM_GONE);
	assert_int_equal(claim_turn(a.turn_job, 0, 2).status, CLAIM_OK);
	assert_int_equal(claim_turn(a.turn_job, c.attempt, 1).status, CLAIM_GONE);
}

/* How many conversations are free while the group that finishes turns waits for this line. */
static int64_t free_while_waiting_for(int line)
{
	PGconn *courier;
	struct story s;
	int64_t free;
	char sql[128];

	story_begin(&s, CHATS_MAX);
	do_step(&s, CLAIM);
	run("insert into job (queue, kind, lane, conversation_id, trace)"
	    " select 2, 1, id, id, 't' from conversation");
	snprintf(sql, sizeof sql, "select from job where queue = 2 and lane = %d for update",
		 line);
	courier = connect_and(sql);
	story_start(&s, FINISH);
	story_await_held_up(&s);
	free = number("with f as (select from conversation for update skip locked)"
		      " select count(*) from f");
	commit(courier);
	story_wait(&s);
	for (int i = 0; i < CHATS_MAX; i++)
		assert_int_equal(outcome(&s.chats[i], FINISH), good(FINISH));
	story_leave(&s);
	pg_server_clean(world.server);
	return free;
}

/* Else couriers, who settle lines one after the other and hold no conversation, could wait in a
 * circle with it: whichever line it waits for, it has no conversation behind that one. */
static void a_group_holds_nothing_behind_the_line_it_waits_for(void **state)
{
	unsigned found = 0;

	(void)state;
	for (int line = 1; line <= CHATS_MAX; line++)
		found |= 1u << free_while_waiting_for(line);
	assert_int_equal(found, (1u << CHATS_MAX) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(whoever_came_in_between_counts),
		WORLD_TEST(what_was_waited_for_is_seen),
		WORLD_TEST(a_group_holds_nothing_behind_the_line_it_waits_for),
		WORLD_TEST(a_stop_covers_nothing_of_a_human),
		WORLD_TEST(an_apology_for_what_was_stopped_covers_it),
		WORLD_TEST(what_was_said_before_a_stop_stays),
		WORLD_TEST(what_is_next_in_line_goes_where_the_bot_answers),
		WORLD_TEST(who_is_unsure_gets_its_own_line_and_nothing_else),
		WORLD_TEST(who_lost_a_line_neither_puts_back_nor_splits),
		WORLD_TEST(whose_turn_was_swept_does_not_go_on),
	};

	return cmocka_run_group_tests(tests, world_open, world_close);
}

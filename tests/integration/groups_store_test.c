/* Calls that travel as one (schema/0011_groups.sql) do what each would do by itself. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "tests/integration/store_world.h"

enum { GROUP = 12 };

/* bad: the one that PostgreSQL refuses; -1: none */
static void hear_group(struct accepted a[GROUP], const struct inbound events[GROUP], int bad)
{
	struct place place = { .channel_id = TELEGRAM, .bot_id = 1, .mode = DELIVERY_COURIER };
	struct caller c[GROUP];

	for (int i = 0; i < GROUP; i++)
		caller_begin(world.base, &c[i]);
	for (int i = 0; i < GROUP; i++)
		store_accept(&world.store, &c[i].flow, caller_next, &a[i], &place, &events[i]);
	for (int i = 0; i < GROUP; i++) {
		assert_int_equal(caller_wait(world.base, &c[i]), i == bad ? -1 : 0);
		caller_end(&c[i]);
	}
}

/* Private chats and groups, people known and new, with and without attachments. */
static void make_events(struct arena *a, struct inbound events[GROUP], const char *round,
			const json_t *extra)
{
	for (int i = 0; i < GROUP; i++)
		events[i] = (struct inbound){
			.action = INBOUND_MESSAGE,
			.key = arena_printf(a, "%s%d", round, i),
			.chat = arena_printf(a, "chat{%d}\\\"", i),
			.title = i % 3 ? "Ann" : NULL,
			.lang = i % 2 ? "ru" : NULL,
			.user = i % 5 ? arena_printf(a, "user %d", i) : NULL,
			.user_name = "Ann, \"A\"",
			.external_id = arena_printf(a, "%d", i),
			.text = arena_printf(a, "{\"%s\", NULL, \\%d}", round, i),
			.extra = i % 4 ? NULL : (json_t *)extra,
			.is_group = i % 6 == 5,
		};
}

#define SEEN                                                                                   \
	"select string_agg(concat_ws('|', c.chat_key, c.last_seq, c.lang, c.title, "           \
	"c.is_group,"                                                                          \
	" c.person_id is null, p.name, m.seq, m.author, m.body, m.extra, m.external_id,"       \
	" m.person_id is null, i.event_key, i.outcome, j.state, j.pending, j.kind), e'\n'"     \
	" order by c.chat_key, m.seq) from conversation c"                                     \
	" join message m on m.conversation_id = c.id"                                          \
	" join inbound i on i.conversation_id = c.id and i.seq = m.seq"                        \
	" join job j on j.lane = c.id and j.queue = 1 left join person p on p.id = "           \
	"c.person_id"

static void a_group_does_what_its_calls_would_do(void **state)
{
	struct arena arena = { 0 };
	json_t *extra = json_pack("{s[]}", "attachments");
	struct inbound first[GROUP], second[GROUP];
	struct accepted a[GROUP], b[GROUP], alone;
	char *grouped;

	make_events(&arena, first, "a", extra);
	make_events(&arena, second, "b", extra);
	hear_group(a, first, -1);
	hear_group(b, second, -1);
	for (int i = 0; i < GROUP; i++) {
		assert_int_equal(a[i].seq, 1);
		assert_true(a[i].turn_job > 0);
		assert_int_equal(b[i].seq, 2);
		assert_int_equal(b[i].turn_job, a[i].turn_job);
		assert_int_equal(b[i].conversation_id, a[i].conversation_id);
		alone = hear_event(TELEGRAM, &first[i]);
		assert_true(alone.duplicate);
		assert_int_equal(alone.conversation_id, a[i].conversation_id);
		assert_int_equal(alone.seq, 1);
	}
	grouped = arena_str(&arena, pg_server_tell(world.server, SEEN));
	world_end(state);
	world_begin(state);
	for (int i = 0; i < GROUP; i++)
		hear_event(TELEGRAM, &first[i]);
	for (int i = 0; i < GROUP; i++)
		hear_event(TELEGRAM, &second[i]);
	assert_sql(SEEN, grouped);
	json_decref(extra);
	arena_free(&arena);
}

/* One seen before, one in an operator's hands, one that is poison: the others do not notice. */
static void a_group_is_not_spoilt_by_one_of_it(void **state)
{
	struct arena arena = { 0 };
	struct inbound events[GROUP];
	struct accepted a[GROUP];

	(void)state;
	make_events(&arena, events, "a", NULL);
	hear_event(TELEGRAM, &events[3]);
	hear_group(a, events, -1);
	for (int i = 0; i < GROUP; i++)
		assert_int_equal(a[i].duplicate, i == 3);
	run("delete from job where queue = 1");
	take_over("chat{4}%");
	make_events(&arena, events, "b", NULL);
	hear_group(a, events, -1);
	for (int i = 0; i < GROUP; i++) {
		assert_int_equal(a[i].seq, 2);
		assert_int_equal(a[i].responder, i == 4 ? RESPONDER_OPERATOR : RESPONDER_BOT);
		assert_int_equal(a[i].turn_job != 0, i != 4);
		assert_int_equal(a[i].operator_job != 0, i == 4);
		assert_int_equal(
			number(arena_printf(
				&arena,
				"select coalesce((select lane from job where id = %lld), 0)",
				(long long)a[i].turn_job)),
			i == 4 ? 0 : a[i].conversation_id);
	}
	arena_free(&arena);
}

/* --- turns and deliveries ---------------------------------------------------- */

/* `call` once for each, in one group. */
#define TOGETHER(call)                                                                         \
	do {                                                                                   \
		struct caller c[GROUP];                                                        \
                                                                                               \
		for (int i = 0; i < GROUP; i++)                                                \
			caller_begin(world.base, &c[i]);                                       \
		for (int i = 0; i < GROUP; i++)                                                \
			(call);                                                                \
		for (int i = 0; i < GROUP; i++)                                                \
			assert_int_equal(caller_wait(world.base, &c[i]), 0);                   \
		for (int i = 0; i < GROUP; i++)                                                \
			keep_and_end(&c[i]);                                                   \
	} while (0)

static void free_arena(void *a)
{
	arena_free(a);
	free(a);
}

static struct arena kept; /* what the callers were told outlives them */

static void keep_and_end(struct caller *c)
{
	arena_own(&kept,
		  memcpy(malloc(sizeof c->flow.arena), &c->flow.arena, sizeof c->flow.arena),
		  free_arena);
	c->flow.arena = (struct arena){ 0 };
	caller_end(c);
}

static struct accepted heard[GROUP];
static struct turn_claim claims[GROUP];
static struct turn_finished ends[GROUP];
static struct delivery_claim lines[GROUP];
static struct delivery_settled settled[GROUP];

static void hear_all(struct arena *a)
{
	struct inbound events[GROUP];

	make_events(a, events, "a", NULL);
	hear_group(heard, events, -1);
}

static void claim_all(int worker)
{
	struct turn_wanted wanted[GROUP];

	for (int i = 0; i < GROUP; i++)
		wanted[i] = (struct turn_wanted){ .job = heard[i].turn_job,
						  .worker = worker,
						  .history_messages = 5 };
	TOGETHER(store_claim_turn(&world.store, &c[i].flow, caller_next, &claims[i],
				  &wanted[i]));
}

static void finish_all(void)
{
	static const struct turn_result result = { .outcome = TURN_ANSWERED,
						   .body = "{\"yes\"}",
						   .provider = "p",
						   .model = "m",
						   .tokens_in = 7,
						   .tokens_out = -1,
						   .first_token_ms = -1,
						   .total_ms = 5 };

	TOGETHER(store_finish_turn(&world.store, &c[i].flow, caller_next, &ends[i],
				   heard[i].turn_job, &claims[i], &result));
}

static void claim_lines(int worker)
{
	struct delivery_wanted wanted[GROUP];

	for (int i = 0; i < GROUP; i++)
		wanted[i] = (struct delivery_wanted){ .job = ends[i].delivery_job,
						      .claimant = i + 1,
						      .worker = worker };
	TOGETHER(store_claim_delivery(&world.store, &c[i].flow, caller_next, &lines[i],
				      &wanted[i]));
}

static void settle_all(void)
{
	struct delivery_held held[GROUP];

	for (int i = 0; i < GROUP; i++)
		held[i] = (struct delivery_held){ .job = ends[i].delivery_job,
						  .delivery = lines[i].head.id,
						  .claim = &lines[i] };
	TOGETHER(store_settle_delivery(
		&world.store, &c[i].flow, caller_next, &settled[i], &held[i],
		&(struct delivery_result){ .state = DELIVERY_SENT, .external_id = "77" }));
}

static void turns_in_a_group_end_as_usual(void **state)
{
	struct arena a = { 0 };

	(void)state;
	hear_all(&a);
	claim_all(add_worker(QUEUE_LLM));
	for (int i = 0; i < GROUP; i++) {
		assert_int_equal(claims[i].status, CLAIM_OK);
		assert_int_equal(claims[i].attempt & 1023, 1);
		assert_int_equal(claims[i].conversation_id, heard[i].conversation_id);
		assert_int_equal(claims[i].last_seq, 1);
		assert_non_null(strstr(claims[i].history, arena_printf(&a, "\\\\%d}", i)));
		assert_int_equal(claims[i].is_group, i % 6 == 5);
	}
	finish_all();
	for (int i = 0; i < GROUP; i++) {
		assert_int_equal(ends[i].status, TURN_PUBLISHED);
		assert_int_equal(ends[i].reply_seq, 2);
		assert_true(ends[i].delivery_job > 0);
		assert_false(ends[i].next_ready);
	}
	claim_lines(add_worker(QUEUE_DELIVERY));
	for (int i = 0; i < GROUP; i++) {
		assert_int_equal(lines[i].status, CLAIM_OK);
		assert_int_equal(lines[i].attempt & 1023, 1);
		assert_int_equal(lines[i].conversation_id, heard[i].conversation_id);
		assert_string_equal(lines[i].chat_key, claims[i].chat_key);
		assert_string_equal(lines[i].head.body, "{\"yes\"}");
		assert_int_equal(lines[i].head.seq, 2);
	}
	assert_int_equal(number("select count(*) from job j join delivery d"
				" on d.id = j.delivery_id where j.state = 1 and claimant > 0"),
			 GROUP);
	settle_all();
	for (int i = 0; i < GROUP; i++) {
		assert_false(settled[i].fenced);
		assert_int_equal(settled[i].head.id, 0);
	}
	assert_int_equal(number("select count(*) from job"), 0);
	assert_int_equal(number("select count(*) from delivery where state = 2"
				" and external_id = '77' and settled_at is not null"),
			 GROUP);
	assert_int_equal(
		number("select count(*) from turn where tokens_in = 7 and reply_seq = 2"
		       " and tokens_out is null and provider = 'p' and outcome = 1"),
		GROUP);
	assert_int_equal(number("select count(*) from conversation where answered_seq = 1"
				" and last_seq = 2"),
			 GROUP);
	assert_int_equal(number("select count(*) from message m join turn t"
				" using (conversation_id) where m.author = 1 and m.seq = 2"
				" and m.trace = t.trace"),
			 GROUP);
	arena_free(&a);
	arena_free(&kept);
}

/* Planned while there was one channel, the group keeps its order when there are two: it would
 * fail, and be made call by call. */
static void turns_in_a_group_may_be_of_several_channels(void **state)
{
	struct arena a = { 0 };
	struct inbound events[GROUP], more = { .action = INBOUND_MESSAGE, .text = "more" };
	int worker = add_worker(QUEUE_LLM);

	(void)state;
	run("delete from channel where id > 1");
	hear_all(&a);
	claim_all(worker);
	run("analyze");
	finish_all();
	run("insert into channel (bot_id, kind, name, spec, delivery)"
	    " values (1, 'telegram', 'tg2', '{}', 1)");
	make_events(&a, events, "b", NULL);
	hear_group(heard, events, -1);
	for (int i = 0; i < GROUP; i += 3) { /* their numbers differ */
		more.chat = events[i].chat;
		more.key = arena_printf(&a, "c%d", i);
		hear_event(TELEGRAM, &more);
	}
	run("update conversation set channel_id = (select max(id) from channel) where id % 2 = "
	    "0");
	claim_all(worker);
	finish_all();
	for (int i = 0; i < GROUP; i++)
		assert_int_equal(ends[i].reply_seq, claims[i].last_seq + 1);
	assert_int_equal(number("select count(distinct m.xmin::text) from message m"
				" join conversation c on c.id = m.conversation_id"
				" and c.last_seq = m.seq"),
			 1);
	arena_free(&a);
	arena_free(&kept);
}

/* One lost its job, one was told to stop, of one there is more to come, one was reset; in one a
 * human talks, and in one a human has come and gone. */
static void turns_in_a_group_end_each_in_its_own_way(void **state)
{
	struct arena a = { 0 };
	struct inbound more = { .action = INBOUND_MESSAGE, .key = "m", .text = "more" };
	int worker = add_worker(QUEUE_LLM);

	(void)state;
	hear_all(&a);
	run(arena_printf(&a, "update job set stop_seq = 1 where id = %lld",
			 (long long)heard[1].turn_job));
	claim_all(worker);
	for (int i = 0; i < GROUP; i++)
		assert_int_equal(claims[i].status, i == 1 ? CLAIM_VOID : CLAIM_OK);
	run(arena_printf(&a, "update job set attempt = 2 where id = %lld",
			 (long long)heard[0].turn_job));
	more.chat = claims[3].chat_key;
	hear_event(TELEGRAM, &more);
	run(arena_printf(&a,
			 "update conversation set epoch = 2, context_seq = 1 where id = %lld",
			 (long long)claims[5].conversation_id));
	take_over("chat{6}%");
	run(arena_printf(&a, "update conversation set epoch = 3 where id = %lld",
			 (long long)claims[7].conversation_id));
	finish_all();
	for (int i = 0; i < GROUP; i++) {
		assert_int_equal(ends[i].next_ready, i == 3 || i == 7);
		assert_int_equal(ends[i].status == TURN_DROPPED, i == 1 || i == 5 || i == 7);
		assert_int_equal(ends[i].status == TURN_FENCED, i == 0);
		assert_int_equal(ends[i].status == TURN_KEPT, i == 6);
	}
	assert_int_equal(number("select count(*) from turn where outcome = 1"), GROUP - 5);
	assert_int_equal(number("select count(*) from turn where outcome = 3"), 1);
	assert_int_equal(number("select count(*) from turn where outcome = 4"), 1);
	assert_int_equal(
		number("select count(*) from suggestion where state = 0 and tokens_in = 7"), 1);
	assert_int_equal(
		number("select count(*) from suggestion where state = 3 and tokens_in = 7"), 1);
	assert_int_equal(number("select count(*) from conversation where answered_seq = 0"), 3);
	arena_free(&a);
	arena_free(&kept);
}

/* One was being sent by a courier that died, one went to somebody who blocked us. */
static void lines_in_a_group_are_claimed_each_as_it_is(void **state)
{
	struct arena a = { 0 };

	(void)state;
	hear_all(&a);
	claim_all(add_worker(QUEUE_LLM));
	finish_all();
	run("update job set attempt = 1 where queue = 2"); /* somebody held them all once */
	run(arena_printf(&a,
			 "update job j set delivery_id = d.id from delivery d"
			 " where d.conversation_id = %lld and j.lane = d.conversation_id",
			 (long long)claims[2].conversation_id));
	run(arena_printf(&a, "update conversation set reachable = false where id = %lld",
			 (long long)claims[7].conversation_id));
	claim_lines(add_worker(QUEUE_DELIVERY));
	for (int i = 0; i < GROUP; i++) {
		assert_int_equal(lines[i].status, i == 2 || i == 7 ? CLAIM_VOID : CLAIM_OK);
		assert_int_equal(lines[i].attempt & 1023, 2);
		assert_int_equal(lines[i].uncertain, i == 2);
	}
	assert_int_equal(number("select count(*) from delivery where state = 3"), 1);
	assert_int_equal(number("select count(*) from delivery where state = 4"), 1);
	assert_int_equal(number("select count(*) from delivery d where shown_state(d) = 1"),
			 GROUP - 2);
	arena_free(&a);
	arena_free(&kept);
}

/* A line that got another message meanwhile goes on with it. */
static void lines_in_a_group_go_on_or_end(void **state)
{
	struct arena a = { 0 };

	(void)state;
	hear_all(&a);
	claim_all(add_worker(QUEUE_LLM));
	finish_all();
	claim_lines(add_worker(QUEUE_DELIVERY));
	run(arena_printf(&a,
			 "insert into delivery (conversation_id, place, seq, trace)"
			 " values (%lld, 9000, 2, 't')",
			 (long long)claims[4].conversation_id));
	settle_all();
	for (int i = 0; i < GROUP; i++)
		assert_int_equal(settled[i].head.id != 0, i == 4);
	assert_int_equal(number("select count(*) from job"), 1);
	assert_int_equal(number("select count(*) from delivery where state = 2"), GROUP);
	settle(ends[4].delivery_job, &lines[4], settled[4].head.id, DELIVERY_SENT);
	assert_int_equal(number("select count(*) from job"), 0);
	arena_free(&a);
	arena_free(&kept);
}

/* As it is planned while there is no work, it is done when there is much. */
static void a_line_is_found_by_its_key(void **state)
{
	(void)state;
	run("vacuum analyze job");
	run("set enable_seqscan = off");
	assert_non_null(
		strstr(pg_server_tell(world.server, "explain (format json) select from job"
						    " where queue = 2 and lane = 1 for update"),
		       "job_queue_lane_key"));
	run("reset enable_seqscan");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(a_group_does_what_its_calls_would_do),
		WORLD_TEST(a_group_is_not_spoilt_by_one_of_it),
		WORLD_TEST(turns_in_a_group_end_as_usual),
		WORLD_TEST(turns_in_a_group_may_be_of_several_channels),
		WORLD_TEST(turns_in_a_group_end_each_in_its_own_way),
		WORLD_TEST(lines_in_a_group_are_claimed_each_as_it_is),
		WORLD_TEST(lines_in_a_group_go_on_or_end),
		WORLD_TEST(a_line_is_found_by_its_key),
	};

	return cmocka_run_group_tests(tests, world_open, world_close);
}

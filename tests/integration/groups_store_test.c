/* Calls that travel as one (schema/0011_groups.sql) do what each would do by itself. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

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
	run("delete from job; update conversation set responder = 2 where chat_key like "
	    "'chat{4}%'");
	make_events(&arena, events, "b", NULL);
	hear_group(a, events, -1);
	for (int i = 0; i < GROUP; i++) {
		assert_int_equal(a[i].seq, 2);
		assert_int_equal(a[i].responder, i == 4 ? RESPONDER_OPERATOR : RESPONDER_BOT);
		assert_int_equal(a[i].turn_job != 0, i != 4);
		assert_int_equal(
			number(arena_printf(
				&arena,
				"select coalesce((select lane from job where id = %lld), 0)",
				(long long)a[i].turn_job)),
			i == 4 ? 0 : a[i].conversation_id);
	}
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(a_group_does_what_its_calls_would_do),
		WORLD_TEST(a_group_is_not_spoilt_by_one_of_it),
	};

	return cmocka_run_group_tests(tests, world_open, world_close);
}

/* Accepting events (schema/0003_accept.sql). */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/integration/store_world.h"

#define SAY(key, text) hear(TELEGRAM, "7", key, INBOUND_MESSAGE, text, NULL)

static void a_message_gets_a_number_and_a_job(void **state)
{
	struct accepted one = SAY("e1", "one"), two = SAY("e2", "two");

	(void)state;
	assert_int_equal(one.seq, 1);
	assert_int_equal(two.seq, 2);
	assert_int_equal(one.responder, RESPONDER_BOT);
	assert_true(one.turn_job > 0);
	assert_int_equal(two.turn_job, one.turn_job);
	assert_int_equal(one.delivery_job, 0);
	assert_int_equal(number("select count(*) from job"), 1);
	assert_sql("select string_agg(body, ' ' order by seq) from message", "one two");
	assert_sql("select p.name from identity join person p on p.id = person_id", "Ann");
}

static void an_event_seen_twice_is_done_once(void **state)
{
	struct accepted first = SAY("e1", "one"), again = SAY("e1", "one");

	(void)state;
	assert_false(first.duplicate);
	assert_true(again.duplicate);
	assert_int_equal(again.seq, first.seq);
	assert_int_equal(again.conversation_id, first.conversation_id);
	assert_int_equal(again.turn_job, 0);
	assert_int_equal(SAY("e2", "two").seq, 2);
}

static void an_event_key_belongs_to_its_channel(void **state)
{
	(void)state;
	assert_false(SAY("e1", "one").duplicate);
	assert_false(hear(WIDGET, "7", "e1", INBOUND_MESSAGE, "one", NULL).duplicate);
}

/* In one group, as when a client repeats itself within a round of the loop. */
static void duplicates_in_one_group_are_done_once(void **state)
{
	enum { N = 10 };
	struct caller c[N];
	struct accepted a[N];
	struct place place = { .channel_id = WIDGET, .bot_id = 1 };
	struct inbound event = {
		.action = INBOUND_MESSAGE, .key = "k", .chat = "c", .text = "hi"
	};
	int fresh = 0;

	(void)state;
	for (int i = 0; i < N; i++)
		caller_begin(world.base, &c[i]);
	for (int i = 0; i < N; i++)
		store_accept(&world.store, &c[i].flow, caller_next, &a[i], &place, &event);
	for (int i = 0; i < N; i++) {
		assert_int_equal(caller_wait(world.base, &c[i]), 0);
		fresh += !a[i].duplicate;
		assert_int_equal(a[i].seq, 1);
		caller_end(&c[i]);
	}
	assert_int_equal(fresh, 1);
	assert_int_equal(number("select last_seq from conversation"), 1);
}

static void a_command_is_answered_at_once_and_in_order(void **state)
{
	struct accepted a = hear(TELEGRAM, "7", "e1", INBOUND_COMMAND, "/help", "Ask me.");

	(void)state;
	assert_int_equal(a.seq, 1);
	assert_int_equal(a.reply_seq, 2);
	assert_int_equal(a.turn_job, 0);
	assert_true(a.delivery_job > 0);
	assert_int_equal(number("select outcome from inbound"), 3);
	assert_int_equal(number("select place from delivery"), 2000);
}

/* The number of a reply that is not made is nobody's, also when the event comes again. */
static void what_a_bot_cannot_read_is_refused_unless_a_human_is_there(void **state)
{
	struct accepted a =
		hear(TELEGRAM, "7", "e1", INBOUND_WORDLESS, "", "I cannot read this.");

	(void)state;
	assert_int_equal(a.seq, 1);
	assert_int_equal(a.reply_seq, 2);
	assert_int_equal(a.turn_job, 0);
	take_over("7");
	a = hear(TELEGRAM, "7", "e2", INBOUND_WORDLESS, "", "I cannot read this.");
	assert_int_equal(a.seq, 3);
	assert_int_equal(a.reply_seq, 0);
	assert_true(a.operator_job > 0);
	assert_int_equal(number("select last_seq from conversation"), 3);
	a = hear(TELEGRAM, "7", "e2", INBOUND_WORDLESS, "", "I cannot read this.");
	assert_true(a.duplicate);
	assert_int_equal(a.seq, 3);
	assert_int_equal(number("select last_seq from conversation"), 3);
	assert_int_equal(number("select count(*) from message"), 3);
}

/* A stop in English, with the replies as the ingress makes them. */
static struct accepted stop(const char *key, const char *lang)
{
	json_t *versions = json_pack("{s{ssss} s{ssss} s{ssss}}", "ru", "reply", "Остановился",
				     "idle", "Нечего", "en", "reply", "Stopped", "idle",
				     "Nothing", "", "reply", "?", "idle", "??");
	struct accepted a = hear_event(TELEGRAM, &(struct inbound){ .action = INBOUND_STOP,
								    .key = key,
								    .chat = "7",
								    .lang = lang,
								    .text = "/stop",
								    .reply = "?",
								    .versions = versions });

	json_decref(versions);
	return a;
}

static void a_stop_says_whether_there_was_anything_to_stop(void **state)
{
	(void)state;
	assert_false(stop("e1", NULL).stopped); /* no language is known yet */
	assert_false(stop("e2", "en").stopped);
	SAY("e3", "one");
	assert_true(stop("e4", "en").stopped);
	assert_true(stop("e5", NULL).stopped); /* it is still being ended */
	run("delete from job where queue = 1");
	assert_false(stop("e6", NULL).stopped);
	assert_sql("select string_agg(body, ' ' order by seq) from message where author = 3",
		   "?? Nothing Stopped Stopped Nothing");
	/* nobody took the turn: what verify would find is our doing */
	run("delete from inbound; delete from message; delete from conversation;"
	    "delete from delivery; delete from job");
}

static void speak(const char *key, const char *lang, const char *choice)
{
	hear_event(TELEGRAM, &(struct inbound){ .action = INBOUND_COMMAND,
						.key = key,
						.chat = "7",
						.lang = lang,
						.text = "/lang",
						.reply = "ok",
						.choice = choice });
}

static void a_chosen_language_holds_until_it_is_changed(void **state)
{
	static const struct {
		const char *key, *lang, *choice, *expected;
	} steps[] = {
		{ "e1", "ru", NULL, "ru false" },   { "e2", "en", NULL, "en false" },
		{ "e3", "ru", "ru", "ru true" },    { "e4", "en", NULL, "ru true" },
		{ "e5", "en", "en", "en true" },    { "e3", "ru", "ru", "en true" }, /* again */
		{ "e6", "ru", "auto", "ru false" }, { "e7", "en", NULL, "en false" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		speak(steps[i].key, steps[i].lang, steps[i].choice);
		assert_sql("select lang || ' ' || lang_chosen from conversation",
			   steps[i].expected);
	}
}

/* A telephone's language counts until the person has shown their own. */
static void a_hint_changes_no_language_that_is_known(void **state)
{
	static const struct {
		const char *key, *lang;
		enum inbound_action action;
		int is_hint;
		const char *expected;
	} steps[] = {
		{ "e1", "en", INBOUND_COMMAND, 1, "en" },
		{ "e2", "ru", INBOUND_MESSAGE, 0, "ru" },
		{ "e3", "en", INBOUND_COMMAND, 1, "ru" },
		{ "e4", "en", INBOUND_MESSAGE, 1, "ru" },
		{ "e5", "en", INBOUND_OPERATOR, 1, "ru" },
		{ "e7", "en", INBOUND_MESSAGE, 0, "en" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		hear_event(TELEGRAM, &(struct inbound){ .action = steps[i].action,
							.key = steps[i].key,
							.chat = "7",
							.lang = steps[i].lang,
							.is_lang_hint = steps[i].is_hint,
							.text = "x" });
		assert_sql("select lang from conversation", steps[i].expected);
	}
}

static void what_is_ignored_or_refused_is_recorded(void **state)
{
	struct inbound ignored = { .action = INBOUND_IGNORE, .key = "e1" };
	struct accepted a = hear_event(TELEGRAM, &ignored);

	(void)state;
	assert_int_equal(a.conversation_id, 0);
	hear(TELEGRAM, "7", "e2", INBOUND_REFUSED, NULL, NULL);
	hear(TELEGRAM, "7", "e3", INBOUND_REFUSED, NULL, "Too fast.");
	assert_sql("select string_agg(outcome::text, ' ' order by event_key) from inbound",
		   "1 2 2");
	assert_sql("select string_agg(body, ' ') from message", "Too fast.");
}

static void an_edit_changes_the_message_it_names(void **state)
{
	(void)state;
	SAY("e1", "one");
	hear_event(TELEGRAM, &(struct inbound){ .action = INBOUND_EDIT,
						.key = "e2",
						.chat = "7",
						.external_id = "e1",
						.text = "won" });
	assert_sql("select body || ' ' || (edited_at is not null)::text from message",
		   "won true");
}

static void who_blocks_us_is_unreachable_until_they_write(void **state)
{
	(void)state;
	SAY("e1", "one");
	hear(TELEGRAM, "7", "e2", INBOUND_BLOCKED, NULL, NULL);
	assert_sql("select reachable from conversation", "f");
	SAY("e3", "two");
	assert_sql("select reachable from conversation", "t");
}

static void a_migrated_chat_goes_on_under_its_new_key(void **state)
{
	int64_t id = SAY("e1", "one").conversation_id;

	(void)state;
	hear(TELEGRAM, "7", "e2", INBOUND_MIGRATED, "-1007", NULL);
	assert_int_equal(
		hear(TELEGRAM, "-1007", "e3", INBOUND_MESSAGE, "two", NULL).conversation_id,
		id);
	hear(TELEGRAM, "8", "e4", INBOUND_MESSAGE, "other", NULL);
	hear(TELEGRAM, "8", "e5", INBOUND_MIGRATED, "-1007", NULL); /* taken: both stay */
	assert_int_equal(number("select count(*) from conversation"), 2);
}

/* Waiting for the new key could be half of a deadlock. */
static void a_migration_does_not_wait_for_who_is_taking_the_new_key(void **state)
{
	PGconn *other;

	(void)state;
	hear(TELEGRAM, "8", "e1", INBOUND_COMMAND, "/help", NULL);
	other = connect_and(ACCEPT_SQL("e2"));
	hear(TELEGRAM, "8", "e3", INBOUND_MIGRATED, "7", NULL);
	store_move_chat(&world.store, begin(), caller_next, TELEGRAM, "8", "7");
	assert_int_equal(done(), 0);
	commit(other);
	assert_sql("select string_agg(chat_key, ' ' order by chat_key) from conversation",
		   "7 8");
	store_move_chat(&world.store, begin(), caller_next, TELEGRAM, "8", "9");
	assert_int_equal(done(), 0);
	assert_sql("select string_agg(chat_key, ' ' order by chat_key) from conversation",
		   "7 9");
}

static void a_duplicate_waits_for_the_first_to_commit(void **state)
{
	PGconn *first, *second;
	PGresult *rows;

	(void)state;
	SAY("e0", "zero");
	first = connect_and(ACCEPT_SQL("e1"));
	second = pg_server_connect(world.server);
	PQsendQuery(second, ACCEPT_SQL("e1"));
	pg_server_await_blocked(world.server, second);
	commit(first);
	rows = PQgetResult(second);
	assert_string_equal(PQgetvalue(rows, 0, 0), "(t,1,2,,,,0,,,1)");
	PQclear(rows);
	PQfinish(second);
	assert_int_equal(number("select last_seq from conversation"), 2);
}

/* Somebody else meets the one who comes first, and the other one while we wait for them. */
static void meet_both(const char *in_one_chat, const char *in_another)
{
	static const char *const chats[] = { "-1", "-2" };
	const char *users[] = { in_one_chat, in_another };
	int is_first = strcmp(in_one_chat, in_another) > 0;
	struct place place = { .channel_id = TELEGRAM, .bot_id = 1, .mode = DELIVERY_COURIER };
	struct accepted a[2];
	struct caller c[2];
	PGconn *other;
	char sql[96];

	snprintf(sql, sizeof sql, "select find_person(1, '%s', 'x')", users[is_first]);
	other = connect_and(sql);
	for (int i = 0; i < 2; i++)
		caller_begin(world.base, &c[i]);
	for (int i = 0; i < 2; i++)
		store_accept(&world.store, &c[i].flow, caller_next, &a[i], &place,
			     &(struct inbound){ .action = INBOUND_MESSAGE,
						.key = users[i],
						.chat = chats[i],
						.user = users[i],
						.text = "hi",
						.is_group = 1 });
	await_held_up(&c[0]);
	snprintf(sql, sizeof sql, "select find_person(1, '%s', 'x')", users[!is_first]);
	do_unhindered(other, sql);
	commit(other);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(caller_wait(world.base, &c[i]), 0);
		caller_end(&c[i]);
	}
}

/* Two processes may hear the same strangers in different chats. */
static void strangers_are_met_in_one_order(void **state)
{
	(void)state;
	meet_both("ann", "zoe");
	meet_both("yan", "bob");
	assert_int_equal(number("select count(*) from identity"), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(a_message_gets_a_number_and_a_job),
		WORLD_TEST(an_event_seen_twice_is_done_once),
		WORLD_TEST(an_event_key_belongs_to_its_channel),
		WORLD_TEST(duplicates_in_one_group_are_done_once),
		WORLD_TEST(a_command_is_answered_at_once_and_in_order),
		WORLD_TEST(what_a_bot_cannot_read_is_refused_unless_a_human_is_there),
		WORLD_TEST(a_stop_says_whether_there_was_anything_to_stop),
		WORLD_TEST(a_chosen_language_holds_until_it_is_changed),
		WORLD_TEST(a_hint_changes_no_language_that_is_known),
		WORLD_TEST(what_is_ignored_or_refused_is_recorded),
		WORLD_TEST(an_edit_changes_the_message_it_names),
		WORLD_TEST(who_blocks_us_is_unreachable_until_they_write),
		WORLD_TEST(a_migrated_chat_goes_on_under_its_new_key),
		WORLD_TEST(a_migration_does_not_wait_for_who_is_taking_the_new_key),
		WORLD_TEST(a_duplicate_waits_for_the_first_to_commit),
		WORLD_TEST(strangers_are_met_in_one_order),
	};

	return cmocka_run_group_tests(tests, world_open, world_close);
}

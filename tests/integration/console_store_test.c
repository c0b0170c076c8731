/* What the console may read, and who: sessions, lock-outs, folders, search, jobs that died. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/store/console.h"
#include "common/store/file.h"
#include "tests/integration/redis_server.h"
#include "tests/integration/store_world.h"

#define HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static void add_people(void)
{
	run("insert into operator (login, name, role, enabled, password, lang) values"
	    " ('ann', 'Ann', 2, true, 'kept', 'en'), ('bob', 'Bob', 1, true, 'kept', 'ru'),"
	    " ('off', 'Off', 1, false, 'kept', 'ru')");
}

/* --- signing in ------------------------------------------------------------- */

static struct signin attempt(const char *login, const char *address)
{
	struct signin s;

	store_signin_begin(&world.store, begin(), caller_next, &s,
			   &(struct signin_try){ .login = login, .address = address });
	assert_int_equal(done(), 0);
	return s;
}

static int sign_in(int operator_id, const char *password)
{
	int ok;

	store_signin_end(&world.store, begin(), caller_next, &ok,
			 &(struct session_new){ .operator_id = operator_id,
						.password = password,
						.address = "a",
						.token_hash = HASH,
						.csrf = "csrf" });
	assert_int_equal(done(), 0);
	return ok;
}

static struct session_operator session(void)
{
	struct session_operator o;

	store_session(&world.store, begin(), caller_next, &o, HASH);
	assert_int_equal(done(), 0);
	return o;
}

static void only_those_who_are_enabled_can_sign_in(void **state)
{
	(void)state;
	add_people();
	assert_int_equal(attempt("ann", "a").operator_id, 1);
	assert_string_equal(attempt("ann", "a").password, "kept");
	assert_int_equal(attempt("off", "a").operator_id, 0);
	assert_int_equal(attempt("who", "a").operator_id, 0);
	assert_false(sign_in(1, "an older one"));
	assert_false(sign_in(3, "kept"));
	assert_true(sign_in(1, "kept"));
	assert_int_equal(session().id, 1);
	assert_true(session().is_admin);
	assert_string_equal(session().csrf, "csrf");
}

static void each_failure_costs_more_time(void **state)
{
	(void)state;
	add_people();
	for (int i = 0; i < 5; i++)
		assert_int_equal(attempt("ann", "a").wait_s, 0);
	for (int n = 0, wait = 5; n < 9; n++, wait *= 2) {
		assert_in_range(attempt("ann", "a").wait_s, 1, wait < 900 ? wait : 900);
		assert_sql("select password is null from signin_begin('ann', 'b') s", "t");
		run("update lockout set until = now() where key = 'login:ann'");
		assert_int_equal(attempt("ann", "a").wait_s, 0);
	}
	assert_in_range(number("select extract(epoch from until - now())::int from lockout"
			       " where key = 'login:ann'"),
			895, 900);
	assert_int_equal(attempt("bob", "a").wait_s, 0); /* others are not locked out by that */
	run("update lockout set last_at = now() - interval '61 minutes', until = now()");
	assert_int_equal(attempt("ann", "a").wait_s, 0);
	assert_int_equal(number("select failures from lockout where key = 'login:ann'"), 1);
}

static void an_address_that_tries_many_logins_is_locked_out(void **state)
{
	char login[16];

	(void)state;
	add_people();
	for (int i = 0; i < 30; i++) {
		snprintf(login, sizeof login, "guess%d", i);
		assert_int_equal(attempt(login, "a").wait_s, 0);
	}
	assert_true(attempt("ann", "a").wait_s > 0);
	assert_int_equal(attempt("ann", "b").wait_s, 0);
}

static void a_session_ends_by_silence_by_age_and_by_order(void **state)
{
	(void)state;
	add_people();
	assert_true(sign_in(1, "kept"));
	run("update session set seen_at = now() - interval '11 hours'");
	assert_int_equal(session().id, 1); /* and that counts as a word */
	assert_int_equal(
		number("select count(*) from session where seen_at > now() - interval '5 s'"),
		1);
	run("update session set seen_at = now() - interval '12 hours 1 s'");
	assert_int_equal(session().id, 0);
	run("update session set seen_at = now(), expires_at = now() - interval '1 s'");
	assert_int_equal(session().id, 0);
	run("update session set expires_at = now() + interval '1 day'");
	assert_int_equal(session().id, 1);
	run("update operator set enabled = false where id = 1");
	assert_int_equal(session().id, 0);
}

/* --- the inbox ----------------------------------------------------------------- */

static const char *ids(const char *json)
{
	static char out[200];
	json_auto_t *page = json_loads(json, 0, NULL);
	const json_t *row;
	size_t i, at = 0;

	*out = 0;
	json_array_foreach (json_object_get(page, "conversations"), i, row)
		at += (size_t)snprintf(out + at, sizeof out - at, "%s%lld", i ? " " : "",
				       json_integer_value(json_object_get(row, "id")));
	return out;
}

static const char *inbox(const char *folder, const char *query)
{
	const char *json;

	store_inbox(&world.store, begin(), caller_next, &json,
		    &(struct inbox_wanted){
			    .operator_id = 1, .folder = folder, .query = query, .limit = 50 });
	assert_int_equal(done(), 0);
	return ids(json);
}

static void index_all(void)
{
	int more = 1;

	while (more) {
		store_console_index(&world.store, begin(), caller_next, &more, 100);
		assert_int_equal(done(), 0);
	}
}

/* Whatever was said is dealt with. */
#define SETTLE                                                                                 \
	"delete from job where queue = 1; update inbound set outcome = 3;"                     \
	"update message set extra = '{\"aside\": true}' where author = 0;"

/* Conversations 1 to 4, in each of the states. */
static void fill(void)
{
	add_people();
	hear(WIDGET, "c1", "e1", INBOUND_MESSAGE, "Где моя палатка?", NULL);
	hear(WIDGET, "c2", "e2", INBOUND_MESSAGE, "my orders are late", NULL);
	hear(WIDGET, "c3", "e3", INBOUND_MESSAGE, "верните деньги", NULL);
	hear(WIDGET, "c4", "e4", INBOUND_MESSAGE, "thanks", NULL);
	run(SETTLE
	    "update conversation set responder = 1 where id = 2;"
	    "update conversation set responder = 2, operator_id = 1 where id = 3;"
	    "update operator set load = 1 where id = 1;"
	    "insert into handoff (conversation_id, state, reason, called_seq, operator_id, "
	    "taken_at,"
	    " ended_at, ended_seq, outcome, trace) values"
	    " (2, 1, 'asked', 1, null, null, null, null, null, 't'),"
	    " (3, 2, 'asked', 1, 1, now(), null, null, null, 't'),"
	    " (4, 3, 'asked', 1, 1, now(), now(), 1, 'closed', 't');"
	    "insert into job (queue, kind, lane, conversation_id, trace)"
	    " select 3, 1, id, id, 't' from conversation where responder > 0");
}

static void each_folder_has_its_conversations(void **state)
{
	(void)state;
	fill();
	for (int is_indexed = 0; is_indexed < 2; is_indexed++) {
		assert_string_equal(inbox("waiting", NULL), "2");
		assert_string_equal(inbox("mine", NULL), "3");
		assert_string_equal(inbox("closed", NULL), "4");
		assert_string_equal(inbox("all", NULL), "4 3 2 1");
		index_all();
	}
	hear(WIDGET, "c4", "e5", INBOUND_MESSAGE, "one more thing", NULL);
	run(SETTLE);
	assert_string_equal(inbox("closed", NULL), "");
	run("update handoff set outcome = 'message', ended_seq = 2 where conversation_id = 4");
	assert_string_equal(inbox("waiting", NULL), "2 4"); /* left while nobody was there */
	assert_string_equal(inbox("closed", NULL), "4");
}

static void what_was_said_is_found_before_and_after_it_is_indexed(void **state)
{
	(void)state;
	fill();
	for (int is_indexed = 0; is_indexed < 2; is_indexed++) {
		assert_string_equal(inbox("all", "палатками"), "1");
		assert_string_equal(inbox("all", "палат"), "1");
		assert_string_equal(inbox("all", "order"), "2");
		assert_string_equal(inbox("all", "с деньгами верните"), "3");
		assert_string_equal(inbox("all", "Ann"), "4 3 2 1"); /* they are called so */
		assert_string_equal(inbox("mine", "order"), "");
		assert_string_equal(inbox("waiting", "order"), "2");
		assert_string_equal(inbox("all", "giraffe"), "");
		assert_string_equal(inbox("all", "'\"\\&|!():*"), "");
		index_all();
		run("update console_progress set until = now() + interval '1 hour'");
	}
}

static void an_edited_message_is_found_by_what_it_says_now(void **state)
{
	(void)state;
	fill();
	index_all();
	run("update message set body = 'a giraffe', edited_at = now() where conversation_id = "
	    "1");
	index_all();
	run("update console_progress set until = now() + interval '1 hour'");
	assert_string_equal(inbox("all", "giraffe"), "1");
	assert_string_equal(inbox("all", "палатка"), "");
}

static void nobody_pays_for_a_console_that_nobody_uses(void **state)
{
	(void)state;
	hear(WIDGET, "c1", "e1", INBOUND_MESSAGE, "words", NULL);
	index_all();
	assert_int_equal(number("select count(*) from message_words"), 0);
}

static void an_operators_own_chats_are_not_clients(void **state)
{
	(void)state;
	fill();
	run("update channel set kind = 'desk' where id = 2");
	assert_string_equal(inbox("all", NULL), "");
	assert_string_equal(inbox("all", "order"), "");
	index_all();
	assert_int_equal(number("select count(*) from activity"), 0);
	assert_sql("select console_conversation(1, 1) is null and console_messages(1, null, "
		   "null, 9)"
		   " is null and console_news(1, '{1}', null, null) is null",
		   "t");
	run("update channel set kind = 'widget' where id = 2");
}

/* --- operators ------------------------------------------------------------------- */

static union {
	int ok;
	const char *json;
	struct file_begun begun;
} told;

static void end_signin(struct flow *f)
{
	store_signin_end(&world.store, f, caller_next, &told.ok,
			 &(struct session_new){ .operator_id = 1,
						.password = "kept",
						.address = "a",
						.token_hash = HASH,
						.csrf = "csrf" });
}

static void change_self(struct flow *f)
{
	store_change_self(&world.store, f, caller_next, &told.json,
			  &(struct self_change){ .operator_id = 1, .name = "Anna" });
}

static void change_operator(struct flow *f)
{
	store_change_operator(
		&world.store, f, caller_next, &told.json,
		&(struct operator_change){ .by = 1, .id = 2, .change = "{\"capacity\":5}" });
}

static void begin_file(struct flow *f)
{
	store_begin_file(&world.store, f, caller_next, &told.begun,
			 &(struct file_new){ .operator_id = 1,
					     .conversation_id = 1,
					     .key = "k",
					     .name = "a.txt",
					     .mime = "text/plain",
					     .size = 1 });
}

/* How many operators are free while `start`, and words said at the same time, wait for the
 * first conversation. */
static int64_t free_while_waiting_after(void (*start)(struct flow *f))
{
	struct place place = { .channel_id = TELEGRAM, .bot_id = 1, .mode = DELIVERY_COURIER };
	struct inbound words = {
		.action = INBOUND_MESSAGE, .chat = "7", .key = "e2", .text = "two"
	};
	struct caller caller;
	struct accepted a;
	PGconn *other;
	int64_t free;

	add_people();
	hear(TELEGRAM, "7", "e1", INBOUND_MESSAGE, "one", NULL);
	other = connect_and("select from conversation where id = 1 for update");
	caller_begin(world.base, &caller);
	start(&caller.flow);
	store_accept(&world.store, begin(), caller_next, &a, &place, &words);
	while (number("select count(*) from pg_stat_activity where wait_event_type = 'Lock'") ==
	       0)
		run_for(world.base, 5);
	free = number("with f as (select from operator for update skip locked)"
		      " select count(*) from f");
	commit(other);
	assert_int_equal(caller_wait(world.base, &caller), 0);
	caller_end(&caller);
	assert_int_equal(done(), 0);
	pg_server_clean(world.server);
	return free;
}

/* Many conversations share them: whoever gives orders has a conversation, and then waits for an
 * operator. */
static void whoever_waits_for_a_conversation_has_no_operator(void **state)
{
	static void (*const starts[])(struct flow * f) = { end_signin, change_self,
							   change_operator, begin_file };

	(void)state;
	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
		assert_int_equal(free_while_waiting_after(starts[i]), 3);
}

/* --- jobs ------------------------------------------------------------------------ */

static struct revived revive(int64_t job)
{
	struct revived r;

	store_revive_job(&world.store, begin(), caller_next, &r, 1, job, "a");
	assert_int_equal(done(), 0);
	return r;
}

static void a_dead_line_of_deliveries_sends_what_it_lost(void **state)
{
	int64_t line;

	(void)state;
	add_people();
	line = hear(TELEGRAM, "7", "e1", INBOUND_COMMAND, "/help", "Ask.").delivery_job;
	run("select bury(id, 'its workers died') from job where queue = 2");
	assert_sql("select string_agg(state::text, ',') from delivery", "3");
	assert_int_equal(revive(line).queue, QUEUE_DELIVERY);
	assert_sql("select string_agg(state::text, ',') from delivery", "0");
	assert_sql("select lane = conversation_id and state = 0 from job where queue = 2", "t");
	assert_int_equal(revive(line).job, 0);
}

/* It may have arrived. */
static void what_a_dead_line_was_sending_is_not_sent_again(void **state)
{
	int64_t line;

	(void)state;
	add_people();
	line = hear(TELEGRAM, "7", "e1", INBOUND_COMMAND, "/help", "Ask.").delivery_job;
	hear(TELEGRAM, "7", "e2", INBOUND_COMMAND, "/help", "Ask again.");
	assert_int_equal(claim_line(line, add_worker(QUEUE_DELIVERY)).status, CLAIM_OK);
	run("update job set deaths = 2; update worker set alive_until = now()");
	assert_int_equal(sweep(QUEUE_DELIVERY, 3).buried, 1);
	assert_sql("select string_agg(state::text, ',' order by id) from delivery", "4,3");
	revive(line);
	assert_sql("select string_agg(state::text, ',' order by id) from delivery", "4,0");
}

static void a_dead_job_whose_lane_is_taken_joins_who_has_it(void **state)
{
	int64_t dead, other;

	(void)state;
	add_people();
	dead = hear(WIDGET, "7", "e1", INBOUND_MESSAGE, "one", NULL).turn_job;
	run("select bury(id, 'its workers died') from job");
	other = hear(WIDGET, "7", "e2", INBOUND_MESSAGE, "two", NULL).turn_job;
	assert_int_equal(revive(dead).job, other);
	assert_int_equal(number("select pending from job"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(only_those_who_are_enabled_can_sign_in),
		WORLD_TEST(each_failure_costs_more_time),
		WORLD_TEST(an_address_that_tries_many_logins_is_locked_out),
		WORLD_TEST(a_session_ends_by_silence_by_age_and_by_order),
		WORLD_TEST(each_folder_has_its_conversations),
		WORLD_TEST(what_was_said_is_found_before_and_after_it_is_indexed),
		WORLD_TEST(an_edited_message_is_found_by_what_it_says_now),
		WORLD_TEST(nobody_pays_for_a_console_that_nobody_uses),
		WORLD_TEST(an_operators_own_chats_are_not_clients),
		WORLD_TEST(whoever_waits_for_a_conversation_has_no_operator),
		WORLD_TEST(a_dead_line_of_deliveries_sends_what_it_lost),
		WORLD_TEST(what_a_dead_line_was_sending_is_not_sent_again),
		WORLD_TEST(a_dead_job_whose_lane_is_taken_joins_who_has_it),
	};

	return cmocka_run_group_tests(tests, world_open, world_close);
}

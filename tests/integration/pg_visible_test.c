/* Calls that are told as soon as they can be seen, and end when they are on disk. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/integration/pg_world.h"
#include "tests/integration/redis_server.h"

enum { MANY = 6 };

static int seen;

/* Answers how far the log had been written when the row was; it lies behind that, at the
 * commit. */
static const struct pg_stmt add_stmt = {
	"add", "insert into t (n) values ($1::int + 0 * (1 / $1::int))"
	       " returning pg_current_wal_insert_lsn() - '0/0'"
};
/* What the commit of its group waits for. */
static const struct pg_stmt waits_stmt = {
	"waits", "select case current_setting('synchronous_commit') when 'local' then 1"
		 " when 'off' then 2 end, $1::text"
};
#define FLUSHED "select (pg_current_wal_flush_lsn() - '0/0')::bigint"

/* What was decoded is there, others see the row, and the call is not over. */
static void on_visible(void *self)
{
	struct caller *c = self;

	assert_true(got[c - callers] > 0);
	assert_int_equal(c->ended, 0);
	assert_true(pg_world_rows() > 0);
	seen++;
}

static void on_visible_in_a_hurry(void *self)
{
	on_visible(self);
	pg_flush(pg);
}

static void ask_for(const struct pg_stmt *stmt, int i, const char *n, flow_step *visible,
		    int patient)
{
	got[i] = 0;
	pg_call(pg, &callers[i].flow, caller_next,
		&(struct pg_call){ .stmt = stmt,
				   .argv = &n,
				   .n = 1,
				   .order = (uint64_t)i + 1,
				   .decode = decode_number,
				   .out = &got[i],
				   .visible = visible,
				   .patient = patient });
}

static void ask(int i, const char *n, flow_step *visible, int patient)
{
	ask_for(&add_stmt, i, n, visible, patient);
}

static int begin_test(void **state)
{
	seen = 0;
	return pg_world_begin_plain(state);
}

static void it_is_told_first_and_ends_on_disk(void **state)
{
	(void)state;
	for (int i = 0; i < MANY; i++)
		ask(i, "1", on_visible, 0);
	assert_int_equal(pg_world_wait_all(MANY), 0);
	assert_int_equal(seen, MANY);
	assert_int_equal(pg_world_rows(), MANY);
	for (int i = 0; i < MANY; i++)
		assert_true(pg_server_ask(server, FLUSHED) > got[i]);
	assert_int_equal(pg_waiting(pg), 0);
}

static void the_patient_need_not_wait_for_others(void **state)
{
	(void)state;
	ask(0, "1", on_visible, 1);
	assert_int_equal(pg_world_wait(0), 0);
	assert_true(pg_server_ask(server, FLUSHED) > got[0]);
	ask(1, "1", on_visible_in_a_hurry, 1);
	assert_int_equal(pg_world_wait(1), 0);
	assert_true(pg_server_ask(server, FLUSHED) > got[1]);
	assert_int_equal(seen, 2);
}

static void on_visible_count(void *self)
{
	(void)self;
	seen++;
}

/* Who does not ask to be told waits for what the server was configured to wait for. */
static void what_is_waited_for_is_the_servers_choice(void **state)
{
	(void)state;
	pg_server_run(server, "alter role current_user set synchronous_commit = local");
	pg_world_connect(&(struct pg_conf){ 0 });
	ask_for(&waits_stmt, 0, "", NULL, 0);
	assert_int_equal(pg_world_wait(0), 0);
	assert_int_equal(got[0], 1);
	ask_for(&waits_stmt, 1, "", on_visible_count, 0);
	assert_int_equal(pg_world_wait(1), 0);
	assert_int_equal(got[1], 2);
	assert_int_equal(seen, 1);
	pg_server_run(server, "alter role current_user reset synchronous_commit");
}

/* Beside one that does not ask to be told, all wait for the commit itself. */
static void in_mixed_company_all_end_on_disk(void **state)
{
	(void)state;
	ask(0, "1", on_visible, 1);
	ask(1, "1", NULL, 0);
	ask(2, "1", on_visible, 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(pg_world_wait(i), 0);
		assert_true(pg_server_ask(server, FLUSHED) > got[i]);
	}
	assert_int_equal(seen, 0);
}

static void a_bad_one_fails_alone_and_is_never_told(void **state)
{
	(void)state;
	for (int i = 0; i < MANY; i++)
		ask(i, i == 2 ? "0" : "1", on_visible, i % 2);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(pg_world_wait(i), i == 2 ? -1 : 0);
	assert_int_equal(callers[2].err.kind, ERR_PERM);
	assert_int_equal(seen, MANY - 1);
	assert_int_equal(pg_world_rows(), MANY - 1);
}

static void on_visible_crash(void *self)
{
	(void)self;
	seen++;
	pg_server_kill(server);
}

/* ... even though it was told: it may have happened, or not. */
static void what_a_crash_may_have_undone_fails_as_temporary(void **state)
{
	(void)state;
	ask(0, "1", on_visible_crash, 1);
	assert_int_equal(pg_world_wait(0), -1);
	assert_int_equal(callers[0].err.kind, ERR_TEMP);
	assert_int_equal(seen, 1);
	pg_server_revive(server);
	run_until(base, &ups, 2);
	ask(0, "1", on_visible, 1);
	assert_int_equal(pg_world_wait(0), 0);
	assert_int_equal(seen, 2);
}

static void on_visible_interrupt(void *self)
{
	(void)self;
	seen++;
	event_base_loopbreak(base);
}

static void who_left_meanwhile_is_not_told_again(void **state)
{
	(void)state;
	ask(0, "1", on_visible_interrupt, 1);
	ask(1, "1", on_visible, 1);
	while (!seen)
		event_base_loop(base, EVLOOP_ONCE);
	flow_interrupt(&callers[0].flow, ERR_CANCELLED, "no longer");
	assert_int_equal(pg_world_wait(0), -1);
	assert_int_equal(pg_world_wait(1), 0);
	assert_int_equal(pg_world_rows(), 2);
}

/* Ordinary roles may flush the log. */
static void no_privilege_is_needed(void **state)
{
	(void)state;
	pg_server_run(server, "create role plain; set role plain;"
			      " select pg_logical_emit_message(true, 'tandem', '')");
}

static int start_server(void **state)
{
	pg_world_start(state);
	/* the log is flushed by who waits for it, and by nobody else meanwhile */
	pg_server_run(server, "alter system set wal_writer_delay = '10 s'");
	pg_server_run(server, "select pg_reload_conf()");
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_test, pg_world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_is_told_first_and_ends_on_disk),
		TEST(the_patient_need_not_wait_for_others),
		TEST(what_is_waited_for_is_the_servers_choice),
		TEST(in_mixed_company_all_end_on_disk),
		TEST(a_bad_one_fails_alone_and_is_never_told),
		TEST(what_a_crash_may_have_undone_fails_as_temporary),
		TEST(who_left_meanwhile_is_not_told_again),
		TEST(no_privilege_is_needed),
	};

	return cmocka_run_group_tests(tests, start_server, pg_world_stop);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "common/redis/redis.h"
#include "tests/integration/redis_server.h"

static struct redis_server *server;
static struct event_base *base;
static struct redis *r;

static int replies, losses, ups;
static long long last_integer;
static char last_text[256];

static void on_reply(void *arg, const redisReply *reply)
{
	(void)arg;
	replies++;
	if (!reply) {
		losses++;
		return;
	}
	last_integer = reply->integer;
	snprintf(last_text, sizeof last_text, "%s", reply->str ? reply->str : "");
}

static void on_up(void *arg)
{
	(void)arg;
	ups++;
}

static void open_redis(const char *url)
{
	struct err e;

	r = redis_open(base, url, &e);
	assert_non_null(r);
	redis_on_up(r, on_up, NULL);
}

static int set_up(void **state)
{
	(void)state;
	replies = losses = ups = 0;
	server = redis_server_start(NULL, NULL);
	base = event_base_new();
	flow_open(base);
	open_redis(redis_server_url(server));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	redis_close(r);
	r = NULL;
	flow_close();
	event_base_free(base);
	redis_server_stop(server);
	return 0;
}

/* --- without a flow ------------------------------------------------------- */

static void commands_sent_before_the_connection_is_up_are_answered_in_order(void **state)
{
	(void)state;
	for (int i = 0; i < 1000; i++)
		redis_send(r, on_reply, NULL, REDIS_ARGV("INCR", "n"));
	run_until(base, &replies, 1000);
	assert_int_equal(losses, 0);
	assert_int_equal(last_integer, 1000);
	assert_true(redis_is_up(r));
}

static void what_is_told_and_forgotten_arrives_even_if_we_leave_at_once(void **state)
{
	(void)state;
	run_until(base, &ups, 1);
	redis_send(r, NULL, NULL, REDIS_ARGV("SET", "last", "words"));
	redis_close(r);
	r = NULL;
	assert_int_equal(redis_server_ask(server, "EXISTS last"), 1);
}

static void pending_commands_are_answered_with_null_at_close(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++)
		redis_send(r, on_reply, NULL, REDIS_ARGV("INCR", "n"));
	redis_close(r);
	r = NULL;
	assert_int_equal(replies, 10);
	assert_int_equal(losses, 10);
}

static void close_from_reply(void *arg, const redisReply *reply)
{
	(void)arg;
	on_reply(NULL, reply);
	redis_close(r);
	r = NULL;
}

static void closing_inside_a_reply_is_allowed(void **state)
{
	(void)state;
	redis_send(r, close_from_reply, NULL, REDIS_ARGV("INCR", "n"));
	redis_send(r, on_reply, NULL, REDIS_ARGV("INCR", "n"));
	run_until(base, &replies, 2);
	assert_int_equal(losses, 1);
	assert_null(r);
}

static void closing_when_told_of_the_loss_is_allowed(void **state)
{
	(void)state;
	run_until(base, &ups, 1);
	redis_server_freeze(server);
	redis_send(r, close_from_reply, NULL, REDIS_ARGV("INCR", "n"));
	redis_send(r, on_reply, NULL, REDIS_ARGV("INCR", "n"));
	redis_server_kill(server);
	run_until(base, &replies, 2);
	assert_int_equal(losses, 2);
	assert_null(r);
	redis_server_revive(server);
}

static void a_server_that_comes_back_is_found_again(void **state)
{
	(void)state;
	run_until(base, &ups, 1);
	redis_server_kill(server);
	redis_send(r, on_reply, NULL, REDIS_ARGV("INCR", "n"));
	run_until(base, &replies, 1);
	assert_int_equal(losses, 1);
	assert_false(redis_is_up(r));
	redis_send(r, on_reply, NULL, REDIS_ARGV("INCR", "n")); /* no connection: at once */
	assert_int_equal(losses, 2);
	redis_server_revive(server);
	run_until(base, &ups, 2);
	redis_send(r, on_reply, NULL, REDIS_ARGV("INCR", "n"));
	run_until(base, &replies, 3);
	assert_int_equal(losses, 2);
	assert_int_equal(last_integer, 1);
}

static void a_silent_server_is_left_after_two_seconds(void **state)
{
	int64_t began;

	(void)state;
	run_until(base, &ups, 1);
	redis_server_freeze(server);
	began = clock_mono_ms();
	redis_send(r, on_reply, NULL, REDIS_ARGV("INCR", "n"));
	run_until(base, &replies, 1);
	assert_int_equal(losses, 1);
	assert_true(clock_mono_ms() - began >= 1900);
	redis_server_thaw(server);
	run_until(base, &ups, 2);
}

static void replies_of_any_shape_and_size_come_through(void **state)
{
	char *big = calloc(1, 300001);

	(void)state;
	memset(big, 'x', 300000);
	redis_send(r, NULL, NULL, REDIS_ARGV("SET", "big", big));
	redis_send(r, on_reply, NULL, REDIS_ARGV("STRLEN", "big"));
	redis_send(r, on_reply, NULL, REDIS_ARGV("GET", "big"));
	redis_send(r, on_reply, NULL, REDIS_ARGV("GET", "nothing"));
	run_until(base, &replies, 3);
	assert_int_equal(losses, 0);
	free(big);
}

static void output_that_nobody_reads_is_bounded(void **state)
{
	char *big = calloc(1, 1 << 20);

	(void)state;
	memset(big, 'x', (1 << 20) - 1);
	run_until(base, &ups, 1);
	redis_server_freeze(server);
	for (int i = 0; i < 64; i++)
		redis_send(r, on_reply, NULL, REDIS_ARGV("SET", "big", big));
	assert_true(losses > 40);
	redis_server_thaw(server);
	run_until(base, &replies, 64);
	assert_true(losses < 64);
	free(big);
}

/* --- logging in ----------------------------------------------------------- */

static void the_password_and_the_database_are_sent_first(void **state)
{
	struct redis_server *locked = redis_server_start("--requirepass", "open sesame");
	char url[256];

	(void)state;
	redis_close(r);
	snprintf(url, sizeof url, "%s?db=3&password=open%%20sesame", redis_server_url(locked));
	open_redis(url);
	redis_send(r, NULL, NULL, REDIS_ARGV("SET", "x", "1"));
	redis_send(r, on_reply, NULL, REDIS_ARGV("CLIENT", "INFO"));
	run_until(base, &replies, 1);
	assert_non_null(strstr(last_text, " db=3 "));
	redis_close(r);
	r = NULL;
	redis_server_stop(locked);
}

static void a_wrong_password_never_counts_as_up(void **state)
{
	struct redis_server *locked = redis_server_start("--requirepass", "open sesame");
	char url[256];

	(void)state;
	redis_close(r);
	snprintf(url, sizeof url, "%s?password=wrong", redis_server_url(locked));
	open_redis(url);
	redis_send(r, on_reply, NULL, REDIS_ARGV("GET", "x"));
	run_until(base, &replies, 1);
	run_for(base, 500);
	assert_false(redis_is_up(r));
	assert_int_equal(ups, 0);
	redis_close(r);
	r = NULL;
	redis_server_stop(locked);
}

static void an_absent_server_is_not_an_error_and_a_bad_url_is(void **state)
{
	struct err e;

	(void)state;
	redis_close(r);
	assert_null(redis_open(base, "http://x", &e));
	assert_int_equal(e.kind, ERR_PERM);
	open_redis("unix:/tmp/there-is-no-such-socket");
	run_for(base, 300);
	assert_false(redis_is_up(r));
	redis_close(r);
	open_redis("redis://127.0.0.1:1");
	run_for(base, 300);
	assert_false(redis_is_up(r));
}

/* --- scripts -------------------------------------------------------------- */

static struct redis_script add_script = {
	.text = "return redis.call('INCRBY', KEYS[1], ARGV[1])",
	.keys = 1,
};

static void scripts_run_also_after_the_server_forgot_them(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		redis_eval_send(r, on_reply, NULL, &add_script, REDIS_ARGV("sum", "2"));
	run_until(base, &replies, 3);
	assert_int_equal(last_integer, 6);
	redis_server_ask(server, "SCRIPT FLUSH");
	for (int i = 0; i < 3; i++)
		redis_eval_send(r, on_reply, NULL, &add_script, REDIS_ARGV("sum", "2"));
	run_until(base, &replies, 6);
	assert_int_equal(last_integer, 12);
	redis_server_kill(server);
	redis_server_revive(server);
	run_until(base, &ups, 2);
	redis_eval_send(r, on_reply, NULL, &add_script, REDIS_ARGV("sum", "5"));
	run_until(base, &replies, 7);
	assert_int_equal(last_integer, 5);
	assert_int_equal(losses, 0);
}

static void scripts_under_way_at_close_are_answered_with_null(void **state)
{
	(void)state;
	redis_eval_send(r, on_reply, NULL, &add_script, REDIS_ARGV("sum", "2"));
	redis_eval_send(r, on_reply, NULL, &add_script, REDIS_ARGV("sum", "2"));
	redis_close(r);
	r = NULL;
	assert_int_equal(losses, 2);
	assert_int_equal(replies, 2);
}

/* --- from a flow ---------------------------------------------------------- */

struct asker {
	struct flow flow;
	const redisReply *reply;
	int done, failed;
	enum err_kind kind;
	char text[64];
};

static void asker_failed(void *self)
{
	struct asker *a = self;

	a->kind = a->flow.err.kind;
	a->failed = 1;
	flow_done(&a->flow);
}

static void asker_release(void *self)
{
	((struct asker *)self)->done = 1;
}

static const struct flow_class asker_class = { "asker", asker_failed, asker_release };

static void read_list(void *self)
{
	struct asker *a = self;

	snprintf(a->text, sizeof a->text, "%zu %s", a->reply->elements,
		 a->reply->element[1]->str);
	flow_done(&a->flow);
}

static void ask_list(void *self)
{
	struct asker *a = self;

	redis_cmd(r, &a->flow, read_list, &a->reply, REDIS_ARGV("LRANGE", "list", "0", "-1"));
}

static void fill_list(void *self)
{
	struct asker *a = self;

	redis_cmd(r, &a->flow, ask_list, NULL, REDIS_ARGV("RPUSH", "list", "a", "b"));
}

static void misuse(void *self)
{
	struct asker *a = self;

	redis_cmd(r, &a->flow, read_list, &a->reply, REDIS_ARGV("LPUSH", "list"));
}

static void sum_up(void *self)
{
	struct asker *a = self;

	snprintf(a->text, sizeof a->text, "%lld", a->reply->integer);
	flow_done(&a->flow);
}

static void ask_sum(void *self)
{
	struct asker *a = self;

	redis_eval(r, &a->flow, sum_up, &a->reply, &add_script, REDIS_ARGV("sum", "9"));
}

static void flows_get_copies_of_replies(void **state)
{
	struct asker list = { 0 }, sum = { 0 };

	(void)state;
	flow_begin(&list.flow, &asker_class, &list, "t", 5000, fill_list);
	flow_begin(&sum.flow, &asker_class, &sum, "t", 5000, ask_sum);
	run_until(base, &list.done, 1);
	run_until(base, &sum.done, 1);
	assert_false(list.failed || sum.failed);
	assert_string_equal(list.text, "2 b");
	assert_string_equal(sum.text, "9");
}

static void error_replies_and_lost_connections_fail_flows_for_now(void **state)
{
	struct asker wrong = { 0 }, late = { 0 };

	(void)state;
	flow_begin(&wrong.flow, &asker_class, &wrong, "t", 5000, misuse);
	run_until(base, &wrong.done, 1);
	assert_true(wrong.failed);
	assert_int_equal(wrong.kind, ERR_TEMP);
	redis_server_kill(server);
	flow_begin(&late.flow, &asker_class, &late, "t", 5000, fill_list);
	run_until(base, &late.done, 1);
	assert_true(late.failed);
	assert_int_equal(late.kind, ERR_TEMP);
	redis_server_revive(server);
}

static void an_interrupted_flow_leaves_the_order_of_replies_intact(void **state)
{
	struct asker gone = { 0 };

	(void)state;
	run_until(base, &ups, 1);
	redis_server_freeze(server);
	flow_begin(&gone.flow, &asker_class, &gone, "t", 100, fill_list);
	run_until(base, &gone.done, 1); /* by its deadline; the reply is still owed */
	redis_send(r, on_reply, NULL, REDIS_ARGV("INCRBY", "n", "42"));
	redis_server_thaw(server);
	run_until(base, &replies, 1);
	assert_int_equal(last_integer, 42);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(commands_sent_before_the_connection_is_up_are_answered_in_order),
		TEST(what_is_told_and_forgotten_arrives_even_if_we_leave_at_once),
		TEST(pending_commands_are_answered_with_null_at_close),
		TEST(closing_inside_a_reply_is_allowed),
		TEST(closing_when_told_of_the_loss_is_allowed),
		TEST(a_server_that_comes_back_is_found_again),
		TEST(a_silent_server_is_left_after_two_seconds),
		TEST(replies_of_any_shape_and_size_come_through),
		TEST(output_that_nobody_reads_is_bounded),
		TEST(the_password_and_the_database_are_sent_first),
		TEST(a_wrong_password_never_counts_as_up),
		TEST(an_absent_server_is_not_an_error_and_a_bad_url_is),
		TEST(scripts_run_also_after_the_server_forgot_them),
		TEST(scripts_under_way_at_close_are_answered_with_null),
		TEST(flows_get_copies_of_replies),
		TEST(error_replies_and_lost_connections_fail_flows_for_now),
		TEST(an_interrupted_flow_leaves_the_order_of_replies_intact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

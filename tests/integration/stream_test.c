#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/redis/redis.h"
#include "common/redis/stream.h"
#include "common/redis/sweeping.h"
#include "tests/integration/redis_server.h"

enum { WINDOW = 10, IDS = 512 };

static struct redis_server *server;
static struct event_base *base;
static struct redis *r;
static struct stream *stream;

static int received, settled, settles_at_once;
static char payloads[IDS][64];

static void on_entry(void *arg, const char *id, const char *payload)
{
	(void)arg, (void)id;
	snprintf(payloads[received++], sizeof *payloads, "%s", payload);
	if (settles_at_once) {
		stream_settle(stream);
		settled++;
	}
}

static struct stream *open_stream(const char *consumer)
{
	struct stream_conf conf = {
		.url = redis_server_url(server),
		.redis = r,
		.key = "jobs",
		.group = "workers",
		.consumer = consumer,
		.window = WINDOW,
	};
	struct err e;

	return stream_open(base, &conf, on_entry, NULL, &e);
}

static void add(int n)
{
	char text[32];

	for (int i = 0; i < n; i++) {
		snprintf(text, sizeof text, "bell %d", i);
		redis_send(r, NULL, NULL, REDIS_ARGV("XADD", "jobs", "*", "e", text));
	}
}

static void settle_all(void)
{
	for (; settled < received; settled++)
		stream_settle(stream);
}

static long long pending(void)
{
	return redis_server_ask(server,
				"EVAL return(redis.call('XPENDING','jobs','workers')[1]) 0");
}

static int set_up(void **state)
{
	struct err e;

	(void)state;
	received = settled = settles_at_once = 0;
	server = redis_server_start(NULL, NULL);
	base = event_base_new();
	flow_open(base);
	r = redis_open(base, redis_server_url(server), &e);
	assert_non_null(r);
	stream = open_stream("w1");
	assert_non_null(stream);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	stream_close(stream);
	redis_close(r);
	flow_close();
	event_base_free(base);
	redis_server_stop(server);
	return 0;
}

/* --- reading and settling ------------------------------------------------- */

static void entries_added_before_the_group_existed_are_read(void **state)
{
	(void)state;
	add(3);
	run_until(base, &received, 3);
	assert_string_equal(payloads[0], "bell 0");
	assert_string_equal(payloads[2], "bell 2");
	assert_int_equal(stream_in_hand(stream), 3);
}

static void the_window_is_never_exceeded(void **state)
{
	(void)state;
	add(35);
	run_until(base, &received, WINDOW);
	run_for(base, 100);
	assert_int_equal(received, WINDOW);
	stream_settle(stream);
	stream_settle(stream);
	run_until(base, &received, WINDOW + 2);
	run_for(base, 100);
	assert_int_equal(received, WINDOW + 2);
	assert_int_equal(stream_in_hand(stream), WINDOW);
}

static void redis_keeps_no_account_of_what_was_read(void **state)
{
	(void)state;
	settles_at_once = 1;
	add(300);
	run_until(base, &received, 300);
	assert_int_equal(stream_in_hand(stream), 0);
	settles_at_once = 0;
	add(5);
	run_until(base, &received, 305);
	assert_int_equal(stream_in_hand(stream), 5);
	assert_int_equal(pending(), 0);
}

static void an_entry_without_payload_takes_no_place(void **state)
{
	(void)state;
	redis_send(r, NULL, NULL, REDIS_ARGV("XADD", "jobs", "*", "other", "x"));
	add(1);
	run_until(base, &received, 1);
	assert_string_equal(payloads[0], "bell 0");
	assert_int_equal(stream_in_hand(stream), 1);
}

static void nothing_is_handed_out_after_a_pause(void **state)
{
	(void)state;
	add(2);
	run_until(base, &received, 2);
	stream_pause(stream);
	run_for(base, 200); /* until the server has noticed: else it may give one to nobody */
	add(2);
	run_for(base, 200);
	assert_int_equal(received, 2);
	settle_all();
	assert_int_equal(stream_in_hand(stream), 0);
}

/* --- when Redis breaks ---------------------------------------------------- */

static void reading_goes_on_after_flushall(void **state)
{
	(void)state;
	add(2);
	run_until(base, &received, 2);
	redis_server_ask(server, "FLUSHALL");
	add(2);
	run_until(base, &received, 4);
	settle_all(); /* two of them are unknown now: harmless */
	assert_int_equal(stream_in_hand(stream), 0);
}

static void reading_goes_on_after_a_restart(void **state)
{
	(void)state;
	add(2);
	run_until(base, &received, 2);
	redis_server_kill(server);
	run_for(base, 100);
	redis_server_revive(server);
	while (!redis_is_up(r))
		run_for(base, 10);
	add(2);
	run_until(base, &received, 4);
}

static void a_frozen_server_is_left_and_found_again(void **state)
{
	(void)state;
	add(1);
	run_until(base, &received, 1);
	redis_server_freeze(server);
	run_for(base, 4600); /* longer than a blocked read may take */
	redis_server_thaw(server);
	run_for(base, 500); /* until the server has noticed that the old reader left */
	add(1);
	run_until(base, &received, 2);
}

/* --- sweeping ------------------------------------------------------------- */

static int swept;
static long long trimmed;

static void on_swept(void *arg, const redisReply *reply)
{
	(void)arg;
	assert_non_null(reply);
	swept++;
	if (reply->type == REDIS_REPLY_ERROR)
		fail_msg("%s", reply->str);
	trimmed = reply->integer;
}

/* As the module does every 30 s, with shorter patience. */
static void sweep(const char *silent_ms)
{
	trimmed = -1;
	redis_eval_send(r, on_swept, NULL, stream_sweep_script(),
			REDIS_ARGV("jobs", "turn", "workers", "w1", "1", silent_ms));
	run_until(base, &swept, swept + 1);
	run_for(base, 10); /* the turn is over */
}

static void entries_that_were_read_are_cut_away_and_waiting_ones_stay(void **state)
{
	(void)state;
	settles_at_once = 1;
	add(400);
	run_until(base, &received, 400);
	settles_at_once = 0;
	add(250);
	run_until(base, &received, 400 + WINDOW);
	sweep("3600000");
	assert_true(trimmed >= 300); /* whole nodes only */
	assert_true(redis_server_ask(server, "XLEN jobs") >= 250 - WINDOW);
}

static void silent_consumers_without_entries_are_forgotten(void **state)
{
	static const char consumers[] =
		"EVAL return(#redis.call('XINFO','CONSUMERS','jobs','workers')) 0";

	(void)state;
	redis_send(r, NULL, NULL,
		   REDIS_ARGV("XGROUP", "CREATE", "jobs", "workers", "0", "MKSTREAM"));
	redis_send(r, NULL, NULL,
		   REDIS_ARGV("XGROUP", "CREATECONSUMER", "jobs", "workers", "idler"));
	add(1);
	run_until(base, &received, 1);
	assert_int_equal(redis_server_ask(server, consumers), 2);
	sweep("3600000");
	assert_int_equal(redis_server_ask(server, consumers), 2);
	run_for(base, 50);
	sweep("20");
	assert_int_equal(redis_server_ask(server, consumers), 1);
}

static void sweeping_what_is_not_there_does_nothing(void **state)
{
	(void)state;
	stream_pause(stream);
	redis_server_ask(server, "FLUSHALL");
	sweep("1");
	assert_int_equal(trimmed, 0);
	redis_send(r, NULL, NULL, REDIS_ARGV("XADD", "jobs", "*", "e", "x"));
	sweep("1"); /* a stream without our group */
	assert_int_equal(trimmed, 0);
	assert_int_equal(redis_server_ask(server, "XLEN jobs"), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(entries_added_before_the_group_existed_are_read),
		TEST(the_window_is_never_exceeded),
		TEST(redis_keeps_no_account_of_what_was_read),
		TEST(an_entry_without_payload_takes_no_place),
		TEST(nothing_is_handed_out_after_a_pause),
		TEST(reading_goes_on_after_flushall),
		TEST(reading_goes_on_after_a_restart),
		TEST(a_frozen_server_is_left_and_found_again),
		TEST(entries_that_were_read_are_cut_away_and_waiting_ones_stay),
		TEST(silent_consumers_without_entries_are_forgotten),
		TEST(sweeping_what_is_not_there_does_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

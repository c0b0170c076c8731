#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "common/flow/flow.h"
#include "tests/integration/redis_server.h"
#include "tests/integration/web_world.h"

/* Slow and silent clients, and those who listen. */

enum { LONG = 20 << 20 };

/* --- slow and silent clients ---------------------------------------------- */

static void a_request_that_drips_is_cut(void **state)
{
	struct peer *p = visit();

	(void)state;
	for (int i = 0; i < 100 && !peer_has_ended(p); i++) {
		peer_say(p, "a", 1);
		run_for(world.base, 50);
	}
	assert_true(peer_has_ended(p));
	peer_close(p);
}

static void a_body_that_drips_is_cut(void **state)
{
	static const char head[] =
		"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\n";
	struct peer *p = visit();

	(void)state;
	peer_say(p, head, sizeof head - 1);
	for (int i = 0; i < 100 && !peer_has_ended(p); i++) {
		peer_say(p, "{", 1);
		run_for(world.base, 50);
	}
	assert_true(peer_has_ended(p));
	peer_close(p);
}

static void a_later_request_that_drips_is_cut_as_soon(void **state)
{
	struct peer *p = visit();

	(void)state;
	peer_say(p, "GET /client HTTP/1.1\r\nHost: a\r\n\r\n", 33);
	peer_wait(p, "200 OK");
	run_for(world.base, REQUEST_MS * 2); /* silence is no offence */
	assert_false(peer_has_ended(p));
	for (int i = 0; i < 100 && !peer_has_ended(p); i++) {
		peer_say(p, "a", 1);
		run_for(world.base, 50);
	}
	assert_true(peer_has_ended(p));
	peer_close(p);
}

/* Those who may stay longer came first, and those who are late are found behind them. */
static void who_drips_does_not_hide_behind_the_idle(void **state)
{
	static const char *const bytes[] = { "GET /client HTTP/1.1\r\nHost: a\r\n\r\n", "a",
					     "b" };
	struct peer *peers[3];

	(void)state;
	for (int i = 0; i < 3; i++) {
		peers[i] = visit();
		peer_say(peers[i], bytes[i], strlen(bytes[i]));
		run_for(world.base, 50);
	}
	peer_wait(peers[0], "200 OK");
	for (int i = 0; i < 100 && !peer_has_ended(peers[1]); i++)
		run_for(world.base, 50);
	run_for(world.base, 600);
	assert_true(peer_has_ended(peers[1]) && peer_has_ended(peers[2]));
	assert_false(peer_has_ended(peers[0]));
	for (int i = 0; i < 3; i++)
		peer_close(peers[i]);
}

static void our_own_slowness_is_not_held_against_the_client(void **state)
{
	struct peer *p = visit();

	(void)state;
	world.kept = NULL;
	peer_say(p, "GET /keep/me HTTP/1.1\r\nHost: a\r\n\r\n", 34);
	run_for(world.base, REQUEST_MS * 2);
	assert_false(peer_has_ended(p));
	assert_string_equal(web_rest(world.kept), "me");
	web_reply(world.kept, 200, "text/plain", "late", 4);
	peer_wait(p, "late");
	peer_close(p);
}

static void a_reply_to_nobody_is_dropped(void **state)
{
	struct peer *p = visit();

	(void)state;
	world.kept = NULL;
	peer_say(p, "GET /keep/me HTTP/1.1\r\nHost: a\r\n\r\n", 34);
	while (!world.kept)
		event_base_loop(world.base, EVLOOP_ONCE);
	peer_close(p);
	run_for(world.base, 20);
	web_problem(world.kept, 503, "late", "nobody hears this");
	run_for(world.base, 20);
	SENT(ask("GET /client HTTP/1.1\r\nHost: a\r\n\r\n", "\r\n\r\n"), "200");
}

static void count_one(void *arg)
{
	++*(int *)arg;
}

static void who_leaves_before_the_reply_is_noticed(void **state)
{
	struct peer *p = visit();
	int left = 0;

	(void)state;
	world.kept = NULL;
	peer_say(p, "GET /keep/me HTTP/1.1\r\nHost: a\r\n\r\n", 34);
	while (!world.kept)
		event_base_loop(world.base, EVLOOP_ONCE);
	web_on_leave(world.kept, count_one, &left);
	peer_close(p);
	run_until(world.base, &left, 1);
	web_reply(world.kept, 200, "text/plain", "late", 4);
	run_for(world.base, 20);
	assert_int_equal(left, 1);
}

static void connections_are_counted(void **state)
{
	struct peer *peers[30];

	(void)state;
	for (int i = 0; i < 30; i++)
		peers[i] = visit();
	run_for(world.base, 50);
	for (int i = 0; i < 30; i++)
		peer_say(peers[i], "GET /client HTTP/1.1\r\nHost: a\r\n\r\n", 33);
	run_for(world.base, 100);
	for (int i = 0; i < 20; i++)
		peer_wait(peers[i], "200 OK");
	assert_string_equal(peer_heard(peers[29]), ""); /* waits outside */
	for (int i = 0; i < 20; i++)
		peer_close(peers[i]);
	for (int i = 20; i < 30; i++) {
		peer_wait(peers[i], "200 OK");
		peer_close(peers[i]);
	}
	run_for(world.base, 20);
}

/* --- long answers --------------------------------------------------------- */

/* More than the system takes at once, asked for by one who takes so much a second. */
static struct peer *long_answer(size_t bytes_per_s, int *sent)
{
	static char body[LONG];
	struct peer *p = visit();

	*sent = 0;
	world.kept = NULL;
	peer_read_slowly(p, bytes_per_s);
	peer_say(p, "GET /keep/me HTTP/1.1\r\nHost: a\r\n\r\n", 34);
	while (!world.kept)
		event_base_loop(world.base, EVLOOP_ONCE);
	web_on_sent(world.kept, count_one, sent);
	web_reply(world.kept, 200, "text/plain", body, sizeof body);
	return p;
}

static void who_takes_a_long_answer_slowly_gets_all_of_it(void **state)
{
	int64_t begun_ms = clock_mono_ms();
	int sent;
	struct peer *p = long_answer(LONG / 6, &sent);

	(void)state;
	assert_int_equal(sent, 0);
	while (peer_heard_len(p) < LONG && !peer_has_ended(p))
		run_for(world.base, 50);
	assert_true(peer_heard_len(p) > LONG);
	assert_true(clock_mono_ms() - begun_ms > INT64_C(2) * (IDLE_MS + REQUEST_MS));
	assert_int_equal(sent, 1);
	peer_say(p, "GET /client HTTP/1.1\r\nHost: a\r\n\r\n",
		 33); /* the silence counts from here */
	run_for(world.base, REQUEST_MS * 2);
	assert_false(peer_has_ended(p));
	peer_close(p);
	run_for(world.base, 20);
	assert_int_equal(sent, 1);
}

static void who_takes_nothing_of_an_answer_is_cut(void **state)
{
	int64_t begun_ms = clock_mono_ms();
	int sent;
	struct peer *p = long_answer(10, &sent);

	(void)state;
	run_until(world.base, &sent, 1);
	assert_in_range(clock_mono_ms() - begun_ms, IDLE_MS, IDLE_MS + 3 * REQUEST_MS);
	peer_close(p);
}

static void an_answer_to_who_leaves_is_over(void **state)
{
	int sent;
	struct peer *p = long_answer(10, &sent);

	(void)state;
	run_for(world.base, 50);
	assert_int_equal(sent, 0);
	peer_close(p);
	run_until(world.base, &sent, 1);
}

/* Nothing more is read of it, not even that it has ended. */
static void who_fills_the_buffer_without_an_end_gives_its_place_back(void **state)
{
	static const char head[] =
		"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
	static char size[256 << 10];
	struct peer *peers[20];

	(void)state;
	memset(size, '0', sizeof size);
	for (int i = 0; i < 20; i++) {
		peers[i] = visit();
		peer_say(peers[i], head, sizeof head - 1);
		peer_say(peers[i], size, sizeof size);
	}
	run_for(world.base, REQUEST_MS * 3);
	for (int i = 0; i < 20; i++)
		peer_close(peers[i]);
	SENT(ask("GET /client HTTP/1.1\r\nHost: a\r\n\r\n", "\r\n\r\n"), "200");
}

/* --- streams -------------------------------------------------------------- */

static struct peer *listener(void)
{
	struct peer *p = visit();

	peer_say(p, "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n", 33);
	peer_wait(p, "data: lines\n\n");
	return p;
}

static void events_have_ids_names_and_lines(void **state)
{
	struct peer *p = listener();

	(void)state;
	assert_non_null(strstr(peer_heard(p), "Content-Type: text/event-stream\r\n"));
	assert_non_null(
		strstr(peer_heard(p), "id: 7\nevent: message\ndata: two\ndata: lines\n\n"));
	web_stream_comment(world.stream, "beat");
	peer_wait(p, ": beat\n\n");
	run_for(world.base, REQUEST_MS * 2); /* no deadline for streams */
	assert_false(peer_has_ended(p));
	web_stream_end(world.stream);
	world.stream = NULL;
	peer_wait(p, "0\r\n\r\n");
	peer_close(p);
}

static void a_listener_that_leaves_is_noticed(void **state)
{
	struct peer *p = listener();

	(void)state;
	world.gone = 0;
	peer_close(p);
	run_until(world.base, &world.gone, 1);
	assert_null(world.stream);
}

static void a_listener_that_does_not_read_is_dropped(void **state)
{
	static char event[10000];
	struct peer *p = listener();

	(void)state;
	world.gone = 0;
	peer_stop_reading(p);
	memset(event, 'x', sizeof event);
	for (int i = 0; i < 2000 && world.stream; i++) {
		web_stream_send(world.stream, NULL, "big", event, sizeof event);
		event_base_loop(world.base, EVLOOP_NONBLOCK);
		if (world.stream)
			assert_true(web_stream_unsent(world.stream) < 300000);
	}
	run_until(world.base, &world.gone, 1);
	peer_close(p);
}

static void a_listener_that_talks_is_not_read(void **state)
{
	static char noise[10000];
	struct peer *p = listener();

	(void)state;
	memset(noise, 'x', sizeof noise);
	for (int i = 0; i < 2000; i++) {
		peer_say(p, noise, sizeof noise);
		event_base_loop(world.base, EVLOOP_NONBLOCK);
	}
	assert_true(peer_unsent(p) > 10000000); /* it stays on their side */
	world.gone = 0;
	peer_close(p);
	while (world.stream) { /* noticed when we say something, at the latest */
		web_stream_comment(world.stream, "beat");
		run_for(world.base, 10);
	}
	assert_int_equal(world.gone, 1);
}

static void closing_ends_everything_under_way(void **state)
{
	struct peer *p = listener(), *q = visit();
	struct web_request *late;

	(void)state;
	world.gone = 0;
	world.kept = NULL;
	peer_say(q, "GET /keep/me HTTP/1.1\r\nHost: a\r\n\r\n", 34);
	while (!world.kept)
		event_base_loop(world.base, EVLOOP_ONCE);
	late = world.kept;
	web_close(world.web);
	assert_int_equal(world.gone, 1);
	web_reply(late, 200, "text/plain", "late", 4);
	peer_close(p);
	peer_close(q);
	flow_close();
	event_base_free(world.base);
	assert_int_equal(web_world_open(NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_that_drips_is_cut),
		cmocka_unit_test(a_body_that_drips_is_cut),
		cmocka_unit_test(a_later_request_that_drips_is_cut_as_soon),
		cmocka_unit_test(who_drips_does_not_hide_behind_the_idle),
		cmocka_unit_test(our_own_slowness_is_not_held_against_the_client),
		cmocka_unit_test(a_reply_to_nobody_is_dropped),
		cmocka_unit_test(who_leaves_before_the_reply_is_noticed),
		cmocka_unit_test(connections_are_counted),
		cmocka_unit_test(who_takes_a_long_answer_slowly_gets_all_of_it),
		cmocka_unit_test(who_takes_nothing_of_an_answer_is_cut),
		cmocka_unit_test(an_answer_to_who_leaves_is_over),
		cmocka_unit_test(who_fills_the_buffer_without_an_end_gives_its_place_back),
		cmocka_unit_test(events_have_ids_names_and_lines),
		cmocka_unit_test(a_listener_that_leaves_is_noticed),
		cmocka_unit_test(a_listener_that_does_not_read_is_dropped),
		cmocka_unit_test(a_listener_that_talks_is_not_read),
		cmocka_unit_test(closing_ends_everything_under_way),
	};

	return cmocka_run_group_tests(tests, web_world_open, web_world_close);
}

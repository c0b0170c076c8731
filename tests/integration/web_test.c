#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/flow/flow.h"
#include "common/web/web.h"
#include "tests/integration/peer.h"
#include "tests/integration/redis_server.h"

/* Hostile and careless clients against the real server, both in one loop. */

enum { REQUEST_MS = 600, BODY_MAX = 100 };

static struct event_base *base;
static struct web *web;
static struct web_stream *stream;
static struct web_request *kept;
static int gone;

/* --- the service ---------------------------------------------------------- */

static void echo(void *arg, struct web_request *req)
{
	json_t *body = web_json(req);

	(void)arg;
	if (body)
		web_reply_json(req, 200, body);
}

static void tell_client(void *arg, struct web_request *req)
{
	(void)arg;
	web_reply(req, 200, "text/plain", web_client(req), strlen(web_client(req)));
}

static void keep(void *arg, struct web_request *req)
{
	(void)arg;
	kept = req;
}

static void on_gone(void *arg)
{
	(void)arg;
	stream = NULL;
	gone++;
}

static void listen_in(void *arg, struct web_request *req)
{
	stream = web_stream_begin(req, on_gone, arg);
	web_stream_send(stream, "7", "message", "two\nlines", 9);
}

static int allow_good(void *arg, const char *origin)
{
	(void)arg;
	return strcmp(origin, "https://good.example") == 0;
}

static const struct web_route routes[] = {
	{ "POST", "/echo", echo, 1, BODY_MAX },
	{ "GET", "/client", tell_client, 0, 0 },
	{ "GET", "/keep/*", keep, 0, 0 },
	{ "GET", "/stream", listen_in, 1, 0 },
	{ 0 },
};

static int open_all(void **state)
{
	static const char *const trusted[] = { "127.0.0.1", NULL };
	struct web_conf conf = { .listen = "127.0.0.1:0",
				 .max_connections = 20,
				 .request_ms = REQUEST_MS,
				 .trusted_proxies = trusted,
				 .origin_allowed = allow_good,
				 .routes = routes };
	struct err e;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	base = event_base_new();
	flow_open(base);
	web = web_open(base, &conf, &e);
	if (!web)
		print_error("%s\n", e.text);
	return web ? 0 : -1;
}

static int close_all(void **state)
{
	(void)state;
	web_close(web);
	flow_close();
	event_base_free(base);
	return 0;
}

/* --- asking --------------------------------------------------------------- */

static struct peer *visit(void)
{
	return peer_open(base, web_port(web));
}

/* The answer to one request, until it holds `until`; "" for the end of the connection. */
static const char *ask(const char *text, const char *until)
{
	static char answer[65536];
	struct peer *p = visit();

	peer_say(p, text, strlen(text));
	peer_wait(p, until);
	snprintf(answer, sizeof answer, "%s", peer_heard(p));
	peer_close(p);
	return answer;
}

#define JSON                 "Content-Type: application/json\r\n"
#define SENT(answer, status) assert_non_null(strstr(answer, "HTTP/1.1 " status))

static void refusals_have_exact_statuses_and_are_problems(void **state)
{
	static const struct {
		const char *request, *status, *code;
	} cases[] = {
		{ "GET /nowhere HTTP/1.1\r\n\r\n", "404", "not_found" },
		{ "GET /echo HTTP/1.1\r\n\r\n", "405", "method_not_allowed" },
		{ "PATCH /echo HTTP/1.1\r\n\r\n", "405", "method_not_allowed" },
		{ "POST /echo HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", "415", "not_json" },
		{ "POST /echo HTTP/1.1\r\n" JSON "Content-Length: 2\r\n\r\n{]", "400",
		  "bad_json" },
		{ "POST /echo HTTP/1.1\r\n" JSON "Content-Length: 2\r\n\r\n[]", "400",
		  "bad_json" },
		{ "POST /echo HTTP/1.1\r\n" JSON "Content-Length: 13\r\n\r\n{\"a\":1,\"a\":2}",
		  "400", "bad_json" },
		{ "POST /echo HTTP/1.1\r\n" JSON
		  "Content-Length: 14\r\n\r\n{\"a\":\"\\u0000\"}",
		  "400", "bad_json" },
		{ "POST /echo HTTP/1.1\r\n" JSON "Content-Length: 9\r\n\r\n{\"a\":\"\xff\"}",
		  "400", "bad_json" },
		{ "POST /echo HTTP/1.1\r\n" JSON
		  "Content-Length: 2\r\nContent-Length: 5\r\n\r\n{}",
		  "400", "two_lengths" },
		{ "GET /%00 HTTP/1.1\r\n\r\n", "400", "bad_path" },
		{ "GET /%ff HTTP/1.1\r\n\r\n", "400", "bad_path" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *answer = ask(cases[i].request, "\"trace\":\"");
		char line[32];

		snprintf(line, sizeof line, "HTTP/1.1 %s ", cases[i].status);
		assert_non_null(strstr(answer, line));
		assert_non_null(strstr(answer, "application/problem+json"));
		assert_non_null(strstr(answer, cases[i].code));
		assert_null(strstr(answer, "Server:"));
	}
}

static void deep_json_is_refused_unread(void **state)
{
	char request[300], body[BODY_MAX];

	(void)state;
	memset(body, '[', sizeof body);
	snprintf(request, sizeof request,
		 "POST /echo HTTP/1.1\r\n" JSON "Content-Length: %d\r\n\r\n%.*s", BODY_MAX,
		 BODY_MAX, body);
	assert_non_null(strstr(ask(request, "\"trace\""), "nested too deeply"));
}

static void bodies_and_heads_have_bounds(void **state)
{
	static char request[200000];
	int len =
		sprintf(request, "POST /echo HTTP/1.1\r\n" JSON "Content-Length: 101\r\n\r\n");

	(void)state;
	memset(request + len, ' ', 101);
	request[len + 101] = 0;
	SENT(ask(request, "\"trace\""), "413");
	SENT(ask("POST /echo HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", "\"trace\""),
	     "413");
	len = sprintf(request, "GET /client HTTP/1.1\r\nX: ");
	memset(request + len, 'x', 100000);
	request[len + 100000] = 0;
	SENT(ask(request, "\"trace\""), "4");
	len = sprintf(request, "GET /");
	memset(request + len, 'x', 100000);
	request[len + 100000] = 0;
	SENT(ask(request, "\"trace\""), "4");
}

static void no_request_at_all_is_a_problem_too(void **state)
{
	static const char *const cases[] = { "HELO smtp\r\n\r\n", "GET / HTTP/9.9.9\r\n\r\n",
					     "\x16\x03\x01 HTTP/1.1\r\n\r\n",
					     "GET / HTTP/1.1\r\nno colon\r\n\r\n" };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *answer = ask(cases[i], "\"trace\"");

		SENT(answer, "4");
		assert_non_null(strstr(answer, "application/problem+json"));
		assert_null(strstr(answer, "<HTML>"));
	}
}

static void a_client_that_waits_for_leave_gets_it(void **state)
{
	static const char head[] = "POST /echo HTTP/1.1\r\n" JSON
				   "Expect: 100-continue\r\nContent-Length: 7\r\n\r\n";
	struct peer *p = visit();

	(void)state;
	peer_say(p, head, sizeof head - 1);
	peer_wait(p, "HTTP/1.1 100 Continue\r\n\r\n");
	peer_say(p, "{\"a\":1}", 7);
	peer_wait(p, "{\"a\":1}");
	peer_close(p);
}

static void chunked_bodies_are_read(void **state)
{
	const char *answer = ask("POST /echo HTTP/1.1\r\n" JSON
				 "Transfer-Encoding: chunked\r\n\r\n4\r\n{\"a\"\r\n3\r\n:1}\r\n"
				 "0\r\n\r\n",
				 "{\"a\":1}");

	(void)state;
	SENT(answer, "200");
}

static void requests_may_come_in_one_packet(void **state)
{
	struct peer *p = visit();

	(void)state;
	for (int i = 0; i < 3; i++)
		peer_say(p, "GET /client HTTP/1.1\r\n\r\n", 24);
	peer_wait_count(p, "HTTP/1.1 200", 3);
	peer_close(p);
}

static void head_has_a_length_and_no_body(void **state)
{
	const char *answer = ask("HEAD /client HTTP/1.1\r\n\r\n", "\r\n\r\n");

	(void)state;
	assert_non_null(strstr(answer, "Content-Length: 9\r\n"));
	assert_string_equal(strstr(answer, "\r\n\r\n"), "\r\n\r\n");
}

static void the_address_is_that_behind_our_proxy(void **state)
{
	(void)state;
	assert_non_null(strstr(ask("GET /client HTTP/1.1\r\nX-Forwarded-For: 6.6.6.6, "
				   "198.51.100.7\r\n\r\n",
				   "7"),
			       "198.51.100.7"));
}

/* --- other sites' pages --------------------------------------------------- */

static void only_allowed_origins_see_answers(void **state)
{
	static const char good[] =
		"OPTIONS /echo HTTP/1.1\r\nOrigin: https://good.example\r\n\r\n";
	static const char bad[] =
		"OPTIONS /echo HTTP/1.1\r\nOrigin: https://bad.example\r\n\r\n";
	const char *answer = ask(good, "\r\n\r\n");

	(void)state;
	SENT(answer, "204");
	assert_non_null(
		strstr(answer, "Access-Control-Allow-Origin: https://good.example\r\n"));
	assert_non_null(strstr(answer, "Access-Control-Allow-Methods: POST\r\n"));
	answer = ask(bad, "\"trace\"");
	SENT(answer, "403");
	assert_null(strstr(answer, "Access-Control-Allow-Origin"));
}

/* --- slow and silent clients ---------------------------------------------- */

static void a_request_that_drips_is_cut(void **state)
{
	struct peer *p = visit();

	(void)state;
	for (int i = 0; i < 100 && !peer_has_ended(p); i++) {
		peer_say(p, "a", 1);
		run_for(base, 50);
	}
	assert_true(peer_has_ended(p));
	peer_close(p);
}

static void a_body_that_drips_is_cut(void **state)
{
	static const char head[] = "POST /echo HTTP/1.1\r\nContent-Length: 99\r\n\r\n";
	struct peer *p = visit();

	(void)state;
	peer_say(p, head, sizeof head - 1);
	for (int i = 0; i < 100 && !peer_has_ended(p); i++) {
		peer_say(p, "{", 1);
		run_for(base, 50);
	}
	assert_true(peer_has_ended(p));
	peer_close(p);
}

static void our_own_slowness_is_not_held_against_the_client(void **state)
{
	struct peer *p = visit();

	(void)state;
	kept = NULL;
	peer_say(p, "GET /keep/me HTTP/1.1\r\n\r\n", 25);
	run_for(base, REQUEST_MS * 2);
	assert_false(peer_has_ended(p));
	assert_string_equal(web_rest(kept), "me");
	web_reply(kept, 200, "text/plain", "late", 4);
	peer_wait(p, "late");
	peer_close(p);
}

static void a_reply_to_nobody_is_dropped(void **state)
{
	struct peer *p = visit();

	(void)state;
	kept = NULL;
	peer_say(p, "GET /keep/me HTTP/1.1\r\n\r\n", 25);
	while (!kept)
		event_base_loop(base, EVLOOP_ONCE);
	peer_close(p);
	run_for(base, 20);
	web_problem(kept, 503, "late", "nobody hears this");
	run_for(base, 20);
	SENT(ask("GET /client HTTP/1.1\r\n\r\n", "\r\n\r\n"), "200");
}

static void connections_are_counted(void **state)
{
	struct peer *peers[30];

	(void)state;
	for (int i = 0; i < 30; i++)
		peers[i] = visit();
	run_for(base, 50);
	for (int i = 0; i < 30; i++)
		peer_say(peers[i], "GET /client HTTP/1.1\r\n\r\n", 24);
	run_for(base, 100);
	for (int i = 0; i < 20; i++)
		peer_wait(peers[i], "200 OK");
	assert_string_equal(peer_heard(peers[29]), ""); /* waits outside */
	for (int i = 0; i < 20; i++)
		peer_close(peers[i]);
	for (int i = 20; i < 30; i++) {
		peer_wait(peers[i], "200 OK");
		peer_close(peers[i]);
	}
	run_for(base, 20);
}

/* --- streams -------------------------------------------------------------- */

static struct peer *listener(void)
{
	struct peer *p = visit();

	peer_say(p, "GET /stream HTTP/1.1\r\n\r\n", 24);
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
	web_stream_comment(stream, "beat");
	peer_wait(p, ": beat\n\n");
	run_for(base, REQUEST_MS * 2); /* no deadline for streams */
	assert_false(peer_has_ended(p));
	web_stream_end(stream);
	stream = NULL;
	peer_wait(p, "0\r\n\r\n");
	peer_close(p);
}

static void a_listener_that_leaves_is_noticed(void **state)
{
	struct peer *p = listener();

	(void)state;
	gone = 0;
	peer_close(p);
	run_until(base, &gone, 1);
	assert_null(stream);
}

static void a_listener_that_does_not_read_is_dropped(void **state)
{
	static char event[10000];
	struct peer *p = listener();

	(void)state;
	gone = 0;
	peer_stop_reading(p);
	memset(event, 'x', sizeof event);
	for (int i = 0; i < 2000 && stream; i++) {
		web_stream_send(stream, NULL, "big", event, sizeof event);
		event_base_loop(base, EVLOOP_NONBLOCK);
		if (stream)
			assert_true(web_stream_unsent(stream) < 300000);
	}
	run_until(base, &gone, 1);
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
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
	assert_true(peer_unsent(p) > 10000000); /* it stays on their side */
	gone = 0;
	peer_close(p);
	while (stream) { /* noticed when we say something, at the latest */
		web_stream_comment(stream, "beat");
		run_for(base, 10);
	}
	assert_int_equal(gone, 1);
}

static void closing_ends_everything_under_way(void **state)
{
	struct peer *p = listener(), *q = visit();
	struct web_request *late;

	(void)state;
	gone = 0;
	kept = NULL;
	peer_say(q, "GET /keep/me HTTP/1.1\r\n\r\n", 25);
	while (!kept)
		event_base_loop(base, EVLOOP_ONCE);
	late = kept;
	web_close(web);
	assert_int_equal(gone, 1);
	web_reply(late, 200, "text/plain", "late", 4);
	peer_close(p);
	peer_close(q);
	flow_close();
	event_base_free(base);
	assert_int_equal(open_all(NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refusals_have_exact_statuses_and_are_problems),
		cmocka_unit_test(deep_json_is_refused_unread),
		cmocka_unit_test(bodies_and_heads_have_bounds),
		cmocka_unit_test(no_request_at_all_is_a_problem_too),
		cmocka_unit_test(a_client_that_waits_for_leave_gets_it),
		cmocka_unit_test(chunked_bodies_are_read),
		cmocka_unit_test(requests_may_come_in_one_packet),
		cmocka_unit_test(head_has_a_length_and_no_body),
		cmocka_unit_test(the_address_is_that_behind_our_proxy),
		cmocka_unit_test(only_allowed_origins_see_answers),
		cmocka_unit_test(a_request_that_drips_is_cut),
		cmocka_unit_test(a_body_that_drips_is_cut),
		cmocka_unit_test(our_own_slowness_is_not_held_against_the_client),
		cmocka_unit_test(a_reply_to_nobody_is_dropped),
		cmocka_unit_test(connections_are_counted),
		cmocka_unit_test(events_have_ids_names_and_lines),
		cmocka_unit_test(a_listener_that_leaves_is_noticed),
		cmocka_unit_test(a_listener_that_does_not_read_is_dropped),
		cmocka_unit_test(a_listener_that_talks_is_not_read),
		cmocka_unit_test(closing_ends_everything_under_way),
	};

	return cmocka_run_group_tests(tests, open_all, close_all);
}

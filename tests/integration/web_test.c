#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/integration/web_world.h"

/* Hostile and careless requests. */

static void refusals_have_exact_statuses_and_are_problems(void **state)
{
	static const struct {
		const char *request, *status, *code;
	} cases[] = {
		{ "GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n", "404", "not_found" },
		{ "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n", "405", "method_not_allowed" },
		{ "PATCH /echo HTTP/1.1\r\nHost: a\r\n\r\n", "405", "method_not_allowed" },
		{ "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}", "415",
		  "not_json" },
		{ "POST /echo HTTP/1.1\r\nHost: a\r\n" JSON "Content-Length: 2\r\n\r\n{]",
		  "400", "bad_json" },
		{ "POST /echo HTTP/1.1\r\nHost: a\r\n" JSON "Content-Length: 2\r\n\r\n[]",
		  "400", "bad_json" },
		{ "POST /echo HTTP/1.1\r\nHost: a\r\n" JSON
		  "Content-Length: 13\r\n\r\n{\"a\":1,\"a\":2}",
		  "400", "bad_json" },
		{ "POST /echo HTTP/1.1\r\nHost: a\r\n" JSON
		  "Content-Length: 14\r\n\r\n{\"a\":\"\\u0000\"}",
		  "400", "bad_json" },
		{ "POST /echo HTTP/1.1\r\nHost: a\r\n" JSON
		  "Content-Length: 9\r\n\r\n{\"a\":\"\xff\"}",
		  "400", "bad_json" },
		{ "POST /echo HTTP/1.1\r\nHost: a\r\n" JSON
		  "Content-Length: 2\r\nContent-Length: 5\r\n\r\n{}",
		  "400", "two_lengths" },
		{ "GET /client HTTP/1.1\r\n\r\n", "400", "bad_head" },
		{ "GET /client HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "400", "bad_head" },
		{ "GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", "400", "bad_path" },
		{ "GET /%ff HTTP/1.1\r\nHost: a\r\n\r\n", "400", "bad_path" },
		{ "GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n", "400", "bad_path" },
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
		 "POST /echo HTTP/1.1\r\nHost: a\r\n" JSON "Content-Length: %d\r\n\r\n%.*s",
		 BODY_MAX, BODY_MAX, body);
	assert_non_null(strstr(ask(request, "\"trace\""), "nested too deeply"));
}

static void bodies_and_heads_have_bounds(void **state)
{
	static char request[200000];
	int len = sprintf(request, "POST /echo HTTP/1.1\r\nHost: a\r\n" JSON
				   "Content-Length: 101\r\n\r\n");

	(void)state;
	memset(request + len, ' ', 101);
	request[len + 101] = 0;
	SENT(ask(request, "\"trace\""), "413");
	SENT(ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n",
		 "\"trace\""),
	     "413");
	len = sprintf(request, "GET /client HTTP/1.1\r\nHost: a\r\nX: ");
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
					     "\x16\x03\x01 HTTP/1.1\r\nHost: a\r\n\r\n",
					     "GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n" };

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
	static const char head[] = "POST /echo HTTP/1.1\r\nHost: a\r\n" JSON
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
	const char *answer = ask("POST /echo HTTP/1.1\r\nHost: a\r\n" JSON
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
		peer_say(p, "GET /client HTTP/1.1\r\nHost: a\r\n\r\n", 33);
	peer_wait_count(p, "HTTP/1.1 200", 3);
	peer_close(p);
}

static void head_has_a_length_and_no_body(void **state)
{
	const char *answer = ask("HEAD /client HTTP/1.1\r\nHost: a\r\n\r\n", "\r\n\r\n");

	(void)state;
	assert_non_null(strstr(answer, "Content-Length: 9\r\n"));
	assert_string_equal(strstr(answer, "\r\n\r\n"), "\r\n\r\n");
}

static void the_address_is_that_behind_our_proxy(void **state)
{
	(void)state;
	assert_non_null(
		strstr(ask("GET /client HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 6.6.6.6, "
			   "198.51.100.7\r\n\r\n",
			   "7"),
		       "198.51.100.7"));
}

/* A proxy may add a line instead of lengthening the one that came. */
static void what_a_proxy_adds_below_counts_first(void **state)
{
	(void)state;
	assert_non_null(
		strstr(ask("GET /client HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 6.6.6.6\r\n"
			   "x-forwarded-for: 198.51.100.7\r\n\r\n",
			   "\r\n\r\n"),
		       "198.51.100.7"));
}

/* --- other sites' pages --------------------------------------------------- */

static void only_allowed_origins_see_answers(void **state)
{
	static const char good[] =
		"OPTIONS /echo HTTP/1.1\r\nHost: a\r\nOrigin: https://good.example\r\n\r\n";
	static const char bad[] =
		"OPTIONS /echo HTTP/1.1\r\nHost: a\r\nOrigin: https://bad.example\r\n\r\n";
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
		cmocka_unit_test(what_a_proxy_adds_below_counts_first),
		cmocka_unit_test(only_allowed_origins_see_answers),
	};

	return cmocka_run_group_tests(tests, web_world_open, web_world_close);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <curl/curl.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/http/http.h"
#include "tests/integration/caller.h"
#include "tests/integration/redis_server.h"
#include "tests/integration/rude_server.h"

static struct event_base *base;
static struct rude_server *server;
static struct http *http;
static struct caller caller;
static struct http_response response;

static int open_all(void **state)
{
	(void)state;
	curl_global_init(CURL_GLOBAL_DEFAULT);
	base = event_base_new();
	flow_open(base);
	server = rude_server_open(base);
	http = http_open(base, &(struct http_conf){ 0 });
	caller_begin(base, &caller);
	return 0;
}

static int close_all(void **state)
{
	(void)state;
	caller_end(&caller);
	assert_int_equal(http_in_flight(http), 0);
	http_close(http);
	rude_server_close(server);
	flow_close();
	event_base_free(base);
	curl_global_cleanup();
	return 0;
}

static int request(struct http_request req)
{
	http_send(http, &caller.flow, caller_next, &response, &req);
	return caller_wait(base, &caller);
}

static int get(const char *path)
{
	return request(
		(struct http_request){ .url = rude_url(server, path), .timeout_ms = 5000 });
}

/* --- answers -------------------------------------------------------------- */

static void answers_of_any_status_succeed(void **state)
{
	static const struct {
		const char *path;
		long status;
		const char *body;
	} cases[] = {
		{ "/hello", 200, "hello" }, { "/until-close", 200, "hello" },
		{ "/error", 500, "hello" }, { "/seconds", 429, "" },
		{ "/nowhere", 404, "" },    { "/redirect", 302, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(get(cases[i].path), 0);
		assert_int_equal(response.status, cases[i].status);
		assert_string_equal(response.body, cases[i].body);
		assert_int_equal(response.len, strlen(cases[i].body));
		assert_int_equal(response.stage, HTTP_ANSWERED);
	}
}

static void what_is_sent_is_what_was_asked_for(void **state)
{
	static const char *const headers[] = { "Content-Type: application/json", "X-A: b",
					       NULL };

	(void)state;
	assert_int_equal(request((struct http_request){ .url = rude_url(server, "/hello"),
							.headers = headers,
							.body = "{\"a\":1}",
							.body_len = 7 }),
			 0);
	assert_non_null(strstr(rude_last_request(server), "POST /hello HTTP/1.1\r\n"));
	assert_non_null(strstr(rude_last_request(server), "\r\nX-A: b\r\n"));
	assert_non_null(strstr(rude_last_request(server), "\r\nAccept-Encoding: gzip\r\n"));
	assert_non_null(strstr(rude_last_request(server), "\r\n\r\n{\"a\":1}"));
	assert_null(strstr(rude_last_request(server), "Expect"));
	assert_int_equal(get("/hello"), 0); /* nothing of it is left for the next one */
	assert_non_null(strstr(rude_last_request(server), "GET /hello HTTP/1.1\r\n"));
	assert_null(strstr(rude_last_request(server), "X-A"));
	assert_null(strstr(rude_last_request(server), "Content-"));
}

static void retry_after_is_read_in_all_its_forms(void **state)
{
	static const struct {
		const char *path;
		int ms;
	} cases[] = {
		{ "/seconds", 7000 },   { "/part-seconds", 500 }, { "/past", 0 },
		{ "/future", INT_MAX }, { "/nonsense", -1 },      { "/hello", -1 },
		{ "/ms", 1500 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(get(cases[i].path), 0);
		assert_int_equal(response.retry_after_ms, cases[i].ms);
	}
	assert_int_equal(response.should_retry, 0);
	assert_string_equal(response.request_id, "req-1");
}

/* --- stages --------------------------------------------------------------- */

static void a_failure_says_how_far_the_request_came(void **state)
{
	static const struct {
		const char *path;
		enum http_stage stage;
		const char *text;
	} cases[] = {
		{ "/reset", HTTP_SENT, NULL },
		{ "/cut", HTTP_ANSWERED, NULL },
		{ "/cut-chunk", HTTP_ANSWERED, NULL },
		{ "/cut-head", HTTP_SENT, NULL },
		{ "/garbage", HTTP_SENT, NULL },
		{ "/silence", HTTP_SENT, "no first byte for 60 ms" },
		{ "/continue", HTTP_SENT, "no first byte for 60 ms" },
		{ "/head-then-silence", HTTP_ANSWERED, "no first byte for 60 ms" },
		{ "/bytes-then-silence", HTTP_ANSWERED, "no data for 40 ms" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct http_request req = { .url = rude_url(server, cases[i].path),
					    .body = "x",
					    .body_len = 1,
					    .first_byte_ms = 60,
					    .idle_ms = 40 };

		assert_int_equal(request(req), -1);
		assert_int_equal(caller.err.kind, ERR_TEMP);
		assert_int_equal(response.stage, cases[i].stage);
		if (cases[i].text)
			assert_non_null(strstr(caller.err.text, cases[i].text));
	}
}

static void what_could_not_connect_was_not_sent(void **state)
{
	static const struct {
		const char *url;
		enum err_kind kind;
	} cases[] = {
		{ "http://127.0.0.1:1/bot1:secret/send", ERR_TEMP },
		{ "https://127.0.0.1:1/bot1:secret/send", ERR_TEMP },
		{ "http://no-such-host.invalid/bot1:secret", ERR_TEMP },
		{ "ftp://127.0.0.1/bot1:secret", ERR_PERM },
		{ "nonsense://bot1:secret", ERR_PERM },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(request((struct http_request){ .url = cases[i].url,
								.timeout_ms = 5000 }),
				 -1);
		assert_int_equal(caller.err.kind, cases[i].kind);
		assert_int_equal(response.stage, HTTP_NOT_SENT);
		assert_null(strstr(caller.err.text, "secret"));
	}
}

/* A large request over TLS to somebody who speaks none: nothing of it left. */
static void a_handshake_that_fails_sends_nothing(void **state)
{
	static char body[100000];
	char url[300];

	(void)state;
	snprintf(url, sizeof url, "https%s", rude_url(server, "/silence") + 4);
	memset(body, 'x', sizeof body);
	assert_int_equal(request((struct http_request){ .url = url,
							.body = body,
							.body_len = sizeof body,
							.first_byte_ms = 150 }),
			 -1);
	assert_int_equal(response.stage, HTTP_NOT_SENT);
}

/* curl would send it again by itself, on a new connection. */
static void a_request_is_never_repeated_once_it_left(void **state)
{
	int before;

	(void)state;
	assert_int_equal(get("/second"), 0);
	before = rude_requests(server);
	assert_int_equal(request((struct http_request){ .url = rude_url(server, "/second"),
							.body = "pay",
							.body_len = 3,
							.timeout_ms = 5000 }),
			 -1);
	assert_int_equal(rude_requests(server), before + 1);
	assert_int_equal(response.stage, HTTP_SENT);
	assert_int_equal(caller.err.kind, ERR_TEMP);
}

static void connections_are_kept(void **state)
{
	int before;

	(void)state;
	assert_int_equal(get("/hello"), 0);
	before = rude_connections(server);
	for (int i = 0; i < 5; i++)
		assert_int_equal(get("/hello"), 0);
	assert_int_equal(rude_connections(server), before);
}

/* --- the last word ---------------------------------------------------------- */

static int asked, allowed;

static int gate(void *arg)
{
	(void)arg;
	asked++;
	return allowed-- > 0;
}

/* On a new connection and on kept ones: nothing of what may not leave does. */
static void every_request_is_asked_for_right_before_it_leaves(void **state)
{
	struct http_request req = {
		.url = rude_url(server, "/hello"), .body = "x", .body_len = 1, .may_leave = gate
	};
	int before = rude_requests(server);

	(void)state;
	for (int i = 0; i < 6; i++) {
		asked = 0;
		allowed = i % 2;
		assert_int_equal(request(req), i % 2 ? 0 : -1);
		assert_int_equal(asked, 1);
		assert_int_equal(response.stage, i % 2 ? HTTP_ANSWERED : HTTP_NOT_SENT);
	}
	assert_int_equal(rude_requests(server), before + 3);
	assert_int_equal(get("/hello"), 0);
}

/* Of a large file the server has had much, but never its end. */
static void a_file_may_stop_on_its_way(void **state)
{
	static char bytes[1 << 20];
	FILE *file = tmpfile();
	struct http_part part = { .name = "f", .file = file, .len = sizeof bytes };
	struct http_request req = { .url = rude_url(server, "/hello"),
				    .parts = &part,
				    .part_count = 1,
				    .may_leave = gate };
	int before = rude_requests(server);

	(void)state;
	assert_int_equal(fwrite(bytes, 1, sizeof bytes, file), sizeof bytes);
	rewind(file);
	allowed = 4;
	assert_int_equal(request(req), -1);
	assert_int_equal(response.stage, HTTP_NOT_SENT);
	assert_int_equal(rude_requests(server), before);
	rewind(file);
	allowed = INT_MAX;
	assert_int_equal(request(req), 0);
	assert_int_equal(rude_requests(server), before + 1);
	fclose(file);
}

/* --- readers and bounds --------------------------------------------------- */

struct reading {
	char text[64];
	size_t len, refuse_at;
};

static int read_some(void *arg, const char *data, size_t len)
{
	struct reading *r = arg;

	if (r->refuse_at && r->len + len > r->refuse_at)
		return -1;
	memcpy(r->text + r->len, data, len);
	r->len += len;
	return 0;
}

static void a_reader_gets_the_body_of_a_good_answer_only(void **state)
{
	struct reading r = { 0 };
	struct http_request req = { .url = rude_url(server, "/hello"),
				    .reader = read_some,
				    .reader_arg = &r };

	(void)state;
	assert_int_equal(request(req), 0);
	assert_string_equal(r.text, "hello");
	assert_string_equal(response.body, "");
	req.url = rude_url(server, "/error");
	assert_int_equal(request(req), 0);
	assert_int_equal(r.len, 5);
	assert_string_equal(response.body, "hello");
}

static void a_reader_may_refuse(void **state)
{
	struct reading r = { .refuse_at = 3 };
	struct http_request req = { .url = rude_url(server, "/endless"),
				    .reader = read_some,
				    .reader_arg = &r };

	(void)state;
	assert_int_equal(request(req), -1);
	assert_int_equal(caller.err.kind, ERR_PERM);
	assert_non_null(strstr(caller.err.text, "refused by reader"));
}

static void an_answer_that_is_too_long_is_given_up(void **state)
{
	struct http_request req = { .url = rude_url(server, "/endless"), .max_body = 6 };

	(void)state;
	assert_int_equal(request(req), -1);
	assert_int_equal(caller.err.kind, ERR_PERM);
	assert_int_equal(response.stage, HTTP_ANSWERED);
}

static void the_whole_transfer_has_a_deadline(void **state)
{
	struct http_request req = { .url = rude_url(server, "/endless"), .timeout_ms = 80 };

	(void)state;
	assert_int_equal(request(req), -1);
	assert_int_equal(caller.err.kind, ERR_TEMP);
	assert_int_equal(response.stage, HTTP_ANSWERED);
}

/* A server that is not of our loop: it answers when the test does. */
static int listen_anywhere(char *url, size_t size)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&at, len), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	snprintf(url, size, "http://127.0.0.1:%d/", ntohs(at.sin_port));
	return fd;
}

/* The process was stopped for longer than the request may take. */
static void what_came_while_we_were_stopped_is_heard(void **state)
{
	static const char hello[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
	char url[40], heard[200];
	int fd = listen_anywhere(url, sizeof url), client;
	struct http_request req = { .url = url, .timeout_ms = 300, .first_byte_ms = 250 };

	(void)state;
	http_send(http, &caller.flow, caller_next, &response, &req);
	for (int i = 0; i < 30; i++) {
		event_base_loop(base, EVLOOP_NONBLOCK);
		usleep(1000);
	}
	client = accept(fd, NULL, NULL);
	assert_true(recv(client, heard, sizeof heard, 0) > 0);
	assert_int_equal(send(client, hello, sizeof hello - 1, 0), sizeof hello - 1);
	usleep(500000);
	assert_int_equal(caller_wait(base, &caller), 0);
	assert_int_equal(response.status, 200);
	assert_string_equal(response.body, "hello");
	close(client);
	close(fd);
}

/* --- cancelling and crowds ------------------------------------------------ */

static void a_flow_may_leave_in_mid_transfer(void **state)
{
	struct http_request req = { .url = rude_url(server, "/bytes-then-silence") };
	int before = rude_requests(server);

	(void)state;
	http_send(http, &caller.flow, caller_next, &response, &req);
	while (rude_requests(server) == before)
		event_base_loop(base, EVLOOP_ONCE);
	flow_interrupt(&caller.flow, ERR_CANCELLED, "enough");
	assert_int_equal(caller_wait(base, &caller), -1);
	assert_int_equal(caller.err.kind, ERR_CANCELLED);
	assert_true(response.stage >= HTTP_SENT);
	assert_int_equal(http_in_flight(http), 0);
	assert_int_equal(get("/hello"), 0);
}

static void a_flow_that_leaves_at_once_sent_nothing(void **state)
{
	struct http_request req = { .url = rude_url(server, "/hello") };

	(void)state;
	assert_int_equal(get("/hello"), 0); /* what was sent before is not taken for it */
	http_send(http, &caller.flow, caller_next, &response, &req);
	flow_interrupt(&caller.flow, ERR_CANCELLED, "enough");
	assert_int_equal(caller_wait(base, &caller), -1);
	assert_int_equal(response.stage, HTTP_NOT_SENT);
}

enum { CROWD = 500 };

static struct caller crowd[CROWD];
static struct http_response answers[CROWD];

static void a_crowd_is_served_at_once(void **state)
{
	struct http_request req = { .url = rude_url(server, "/hello"), .timeout_ms = 20000 };

	(void)state;
	for (int i = 0; i < CROWD; i++)
		caller_begin(base, &crowd[i]);
	for (int i = 0; i < CROWD; i++)
		http_send(http, &crowd[i].flow, caller_next, &answers[i], &req);
	assert_int_equal(http_in_flight(http), CROWD);
	for (int i = 0; i < CROWD; i++) {
		assert_int_equal(caller_wait(base, &crowd[i]), 0);
		assert_int_equal(answers[i].status, 200);
		caller_end(&crowd[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_of_any_status_succeed),
		cmocka_unit_test(what_is_sent_is_what_was_asked_for),
		cmocka_unit_test(retry_after_is_read_in_all_its_forms),
		cmocka_unit_test(a_failure_says_how_far_the_request_came),
		cmocka_unit_test(what_could_not_connect_was_not_sent),
		cmocka_unit_test(a_handshake_that_fails_sends_nothing),
		cmocka_unit_test(a_request_is_never_repeated_once_it_left),
		cmocka_unit_test(connections_are_kept),
		cmocka_unit_test(every_request_is_asked_for_right_before_it_leaves),
		cmocka_unit_test(a_file_may_stop_on_its_way),
		cmocka_unit_test(a_reader_gets_the_body_of_a_good_answer_only),
		cmocka_unit_test(a_reader_may_refuse),
		cmocka_unit_test(an_answer_that_is_too_long_is_given_up),
		cmocka_unit_test(the_whole_transfer_has_a_deadline),
		cmocka_unit_test(what_came_while_we_were_stopped_is_heard),
		cmocka_unit_test(a_flow_may_leave_in_mid_transfer),
		cmocka_unit_test(a_flow_that_leaves_at_once_sent_nothing),
		cmocka_unit_test(a_crowd_is_served_at_once),
	};

	return cmocka_run_group_tests(tests, open_all, close_all);
}

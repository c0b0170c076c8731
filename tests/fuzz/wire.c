/*
 * Whatever arrives at the port, through evhttp and all its guards: every byte
 * is answered or refused, and no connection stays behind.
 *
 * The listener is left out: what evhttp would be told of a new connection it is
 * told by us, with one end of a pair of sockets.
 */

#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/flow/flow.h"
#include "common/web/internal.h"
#include "tests/fuzz/fuzz.h"

enum { ROUNDS = 64 };

static struct event_base *base;
static struct web *web;
static evconnlistener_cb on_connection;
static void *on_connection_arg;

void evconnlistener_set_cb(struct evconnlistener *listener, evconnlistener_cb cb, void *arg)
{
	void (*real)(struct evconnlistener *, evconnlistener_cb, void *);

	*(void **)&real = dlsym(RTLD_NEXT, "evconnlistener_set_cb");
	on_connection = cb;
	on_connection_arg = arg;
	real(listener, cb, arg);
}

static void echo(void *arg, struct web_request *req)
{
	json_t *body = web_json(req);

	(void)arg;
	if (body)
		web_reply_json(req, 200, body);
}

static void describe(void *arg, struct web_request *req)
{
	const char *a = web_query(req, "a");
	json_auto_t *body =
		json_pack("{ss ss ss ss* ss}", "client", web_client(req), "rest", web_rest(req),
			  "path", web_path(req), "a", a, "trace", web_trace(req));

	(void)arg;
	demand_utf8(web_path(req));
	demand(strlen(web_trace(req)) == 32);
	if (body)
		web_reply_json(req, 200, body);
	else /* the query is whatever it is */
		web_problem(req, 400, "bad_query", "not UTF-8");
}

static void on_closed(void *arg)
{
	(void)arg;
}

static void stream(void *arg, struct web_request *req)
{
	struct web_stream *s = web_stream_begin(req, on_closed, arg);

	web_stream_send(s, "7", "message", "two\nlines", 9);
	if (web_query(req, "end"))
		web_stream_end(s);
}

static int allow_good(void *arg, const char *origin)
{
	(void)arg;
	return strcmp(origin, "https://good.example") == 0;
}

static void open_all(void)
{
	static const char *const trusted[] = { "127.0.0.1", "::1", NULL };
	static const struct web_route routes[] = {
		{ "POST", "/echo", echo, 1, 100 },
		{ "GET", "/d/*", describe, 1, 0 },
		{ "GET", "/stream", stream, 1, 0 },
		{ 0 },
	};
	static const struct web_conf conf = { .listen = "127.0.0.1:0",
					      .trusted_proxies = trusted,
					      .origin_allowed = allow_good,
					      .routes = routes };
	struct err e;

	base = event_base_new();
	flow_open(base);
	web = web_open(base, &conf, &e);
	demand(web && on_connection);
}

/* What we are told begins like HTTP, and never holds a page of evhttp's own. */
static void check_answer(const char *answer, size_t len)
{
	demand(len < 5 || memcmp(answer, "HTTP/", 5) == 0);
	demand(!memmem(answer, len, "\r\n\r\n<HTML>", 10));
}

static void visit(int fd, const uint8_t *data, size_t len)
{
	static char answer[65536];
	size_t heard = 0;
	ssize_t n;

	demand(len == 0 || write(fd, data, len) == (ssize_t)len);
	shutdown(fd, SHUT_WR);
	for (int i = 0; i < ROUNDS && web->guard.count; i++) {
		event_base_loop(base, EVLOOP_NONBLOCK);
		n = read(fd, answer + heard, sizeof answer - heard);
		heard += n > 0 ? (size_t)n : 0;
	}
	check_answer(answer, heard);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct sockaddr_in from = { .sin_family = AF_INET, .sin_port = 999 };
	int pair[2];

	if (!base)
		open_all();
	from.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	demand(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) == 0);
	on_connection(web->listener, pair[0], (struct sockaddr *)&from, sizeof from,
		      on_connection_arg);
	visit(pair[1], data, len);
	close(pair[1]);
	for (int i = 0; i < ROUNDS && web->guard.count; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
	demand(web->guard.count == 0 && TAILQ_EMPTY(&web->requests));
	return 0;
}

#include "tests/integration/web_world.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/flow/flow.h"

struct web_world world;

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
	world.kept = req;
}

static void on_gone(void *arg)
{
	(void)arg;
	world.stream = NULL;
	world.gone++;
}

static void listen_in(void *arg, struct web_request *req)
{
	world.stream = web_stream_begin(req, on_gone, arg);
	web_stream_send(world.stream, "7", "message", "two\nlines", 9);
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

int web_world_open(void **state)
{
	static const char *const trusted[] = { "127.0.0.1", NULL };
	struct web_conf conf = { .listen = "127.0.0.1:0",
				 .max_connections = 20,
				 .request_ms = REQUEST_MS,
				 .idle_ms = IDLE_MS,
				 .trusted_proxies = trusted,
				 .origin_allowed = allow_good,
				 .routes = routes };
	struct err e;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	world.base = event_base_new();
	flow_open(world.base);
	world.web = web_open(world.base, &conf, &e);
	if (!world.web)
		print_error("%s\n", e.text);
	return world.web ? 0 : -1;
}

int web_world_close(void **state)
{
	(void)state;
	web_close(world.web);
	flow_close();
	event_base_free(world.base);
	return 0;
}

/* --- asking --------------------------------------------------------------- */

struct peer *visit(void)
{
	return peer_open(world.base, web_port(world.web));
}

const char *ask(const char *text, const char *until)
{
	static char answer[65536];
	struct peer *p = visit();

	peer_say(p, text, strlen(text));
	peer_wait(p, until);
	snprintf(answer, sizeof answer, "%s", peer_heard(p));
	peer_close(p);
	return answer;
}

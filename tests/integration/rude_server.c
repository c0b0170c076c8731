#include "tests/integration/rude_server.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>

struct guest {
	TAILQ_ENTRY(guest) link;
	struct rude_server *server;
	struct bufferevent *bev;
	int served;
};

struct rude_server {
	struct event_base *base;
	struct evconnlistener *listener;
	TAILQ_HEAD(, guest) guests;
	char url[300], last[4096];
	int port, requests, connections;
};

static void leave(struct guest *g)
{
	TAILQ_REMOVE(&g->server->guests, g, link);
	bufferevent_free(g->bev);
	free(g);
}

static void reset(struct guest *g)
{
	struct linger now = { 1, 0 };

	setsockopt(bufferevent_getfd(g->bev), SOL_SOCKET, SO_LINGER, &now, sizeof now);
	leave(g);
}

static void say(struct guest *g, const char *text)
{
	bufferevent_write(g->bev, text, strlen(text));
}

static void on_said(struct bufferevent *bev, void *arg)
{
	(void)bev;
	leave(arg);
}

static void close_when_said(struct guest *g)
{
	bufferevent_setcb(g->bev, NULL, on_said, NULL, g);
}

#define OK      "HTTP/1.1 200 OK\r\n"
#define HELLO   "Content-Length: 5\r\n\r\nhello"
#define REFUSED "HTTP/1.1 429 Too Many Requests\r\n"
#define NOTHING "Content-Length: 0\r\n\r\n"

static const struct {
	const char *path, *answer;
	enum { STAYS, CLOSES } then;
} manners[] = {
	{ "/hello", OK HELLO, STAYS },
	{ "/until-close", OK "\r\nhello", CLOSES },
	{ "/cut", OK "Content-Length: 100\r\n\r\nhello", CLOSES },
	{ "/cut-chunk", OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n9\r\nwor", CLOSES },
	{ "/cut-head", "HTTP/1.1 200 O", CLOSES },
	{ "/garbage", "220 smtp.example ESMTP\r\n", CLOSES },
	{ "/silence", "", STAYS },
	{ "/head-then-silence", OK "Content-Length: 5\r\n\r\n", STAYS },
	{ "/bytes-then-silence", OK "Content-Length: 9\r\n\r\nhello", STAYS },
	{ "/continue", "HTTP/1.1 100 Continue\r\n\r\n", STAYS },
	{ "/seconds", REFUSED "Retry-After: 7\r\n" NOTHING, STAYS },
	{ "/part-seconds", REFUSED "Retry-After: 0.5\r\n" NOTHING, STAYS },
	{ "/past", REFUSED "Retry-After: Mon, 01 Jan 2024 00:00:00 GMT\r\n" NOTHING, STAYS },
	{ "/future", REFUSED "Retry-After: Mon, 01 Jan 2125 00:00:00 GMT\r\n" NOTHING, STAYS },
	{ "/nonsense", REFUSED "Retry-After: soon\r\n" NOTHING, STAYS },
	{ "/ms",
	  REFUSED "Retry-After: 9\r\nretry-after-ms: 1500\r\nx-should-retry: false\r\n"
		  "x-request-id: req-1\r\n" NOTHING,
	  STAYS },
	{ "/error", "HTTP/1.1 500 Oh\r\n" HELLO, STAYS },
	{ "/endless", OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n5\r\nhello\r\n",
	  STAYS },
	{ "/redirect", "HTTP/1.1 302 Found\r\nLocation: /hello\r\n" NOTHING, STAYS },
};

static void behave(struct guest *g, const char *path)
{
	g->served++;
	if (strcmp(path, "/reset") == 0 || (strcmp(path, "/second") == 0 && g->served > 1)) {
		reset(g);
		return;
	}
	if (strcmp(path, "/second") == 0)
		path = "/hello";
	for (size_t i = 0; i < sizeof manners / sizeof *manners; i++) {
		if (strcmp(manners[i].path, path) != 0)
			continue;
		say(g, manners[i].answer);
		if (manners[i].then == CLOSES)
			close_when_said(g);
		return;
	}
	say(g, "HTTP/1.1 404 Not Found\r\n" NOTHING);
}

/* Of len bytes that came, head are the first. */
static int is_complete(const char *head, size_t len)
{
	const char *end = strstr(head, "\r\n\r\n"),
		   *length = strcasestr(head, "content-length:");
	size_t body = length && length < end ? strtoul(length + 15, NULL, 10) : 0;

	return end && len - (size_t)(end + 4 - head) >= body;
}

static void on_data(struct bufferevent *bev, void *arg)
{
	struct guest *g = arg;
	struct rude_server *s = g->server;
	struct evbuffer *in = bufferevent_get_input(bev);
	char path[100];
	size_t len = evbuffer_get_length(in);
	size_t kept = len < sizeof s->last ? len : sizeof s->last - 1;

	evbuffer_copyout(in, s->last, kept);
	s->last[kept] = 0;
	if (!is_complete(s->last, len) || sscanf(s->last, "%*s %99s", path) != 1)
		return;
	evbuffer_drain(in, evbuffer_get_length(in));
	s->requests++;
	behave(g, path);
}

static void on_end(struct bufferevent *bev, short what, void *arg)
{
	(void)bev, (void)what;
	leave(arg);
}

static void on_guest(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *at, int len,
		     void *arg)
{
	struct rude_server *s = arg;
	struct guest *g = calloc(1, sizeof *g);

	(void)l, (void)at, (void)len;
	g->server = s;
	g->bev = bufferevent_socket_new(s->base, fd, BEV_OPT_CLOSE_ON_FREE);
	bufferevent_setcb(g->bev, on_data, NULL, on_end, g);
	bufferevent_enable(g->bev, EV_READ | EV_WRITE);
	TAILQ_INSERT_TAIL(&s->guests, g, link);
	s->connections++;
}

struct rude_server *rude_server_open(struct event_base *base)
{
	struct rude_server *s = calloc(1, sizeof *s);
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof at;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->base = base;
	TAILQ_INIT(&s->guests);
	s->listener = evconnlistener_new_bind(base, on_guest, s, LEV_OPT_CLOSE_ON_FREE, 1024,
					      (struct sockaddr *)&at, sizeof at);
	getsockname(evconnlistener_get_fd(s->listener), (struct sockaddr *)&at, &len);
	s->port = ntohs(at.sin_port);
	return s;
}

void rude_server_close(struct rude_server *s)
{
	struct guest *g, *next;

	for (g = TAILQ_FIRST(&s->guests); g; g = next) {
		next = TAILQ_NEXT(g, link);
		leave(g);
	}
	evconnlistener_free(s->listener);
	free(s);
}

const char *rude_url(struct rude_server *s, const char *path)
{
	snprintf(s->url, sizeof s->url, "http://127.0.0.1:%d%s", s->port, path);
	return s->url;
}

int rude_requests(const struct rude_server *s)
{
	return s->requests;
}

int rude_connections(const struct rude_server *s)
{
	return s->connections;
}

const char *rude_last_request(const struct rude_server *s)
{
	return s->last;
}

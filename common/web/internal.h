#pragma once

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <sys/queue.h>

#include "common/metrics/metrics.h"
#include "common/web/address.h"
#include "common/web/web.h"

/* Private to common/web. */

enum { HEAD_MAX = 16 << 10, BODY_DEFAULT = 64 << 10 };

/* The bytes of a head as they arrive. */
struct head_watch {
	char last;
	int has_begun, in_line, is_over, is_odd;
};

/*
 * What evhttp does not know of a connection.  While we are the ones who take
 * time (it is among the busy) no deadline counts: evhttp then reads nothing.
 */
struct conn {
	TAILQ_ENTRY(conn) link, odd_link;
	struct conn_list *in; /* one of the guard's */
	struct web *web;
	struct bufferevent *bev;
	int fd;
	int64_t deadline_ms;
	size_t unsent;    /* of an answer, at the last look that found enough taken */
	int64_t taken_ms; /* when that was */
	void (*sent)(void *arg);
	void *sent_arg;
	struct web_request *req;         /* being worked on, or a stream */
	struct evbuffer_cb_entry *watch; /* on what is said outside of requests */
	int is_odd;                      /* something was */
	struct head_watch head;          /* of the request that is arriving */
};

TAILQ_HEAD(conn_list, conn);
TAILQ_HEAD(web_request_list, web_request);

struct guard {
	struct conn_list fresh, odd;
	struct conn_list sending, silent, leaving, busy; /* all but busy by deadlines */
	struct conn **by_fd;
	int by_fd_size;
	struct event *adopt, *sweep, *breath;
	int count, most, has_left, max, request_ms, idle_ms, closing;
	size_t input_max;
};

struct web {
	struct web_conf conf;
	struct event_base *base;
	struct evhttp *http;
	struct evconnlistener *listener;
	struct guard guard;
	struct web_request_list requests;
	struct network *trusted;
	int trusted_count, paused;
	size_t body_max;
};

struct web_request {
	const char *lang; /* asked for; NULL: as Accept-Language says */
	TAILQ_ENTRY(web_request) link;
	struct web *web;
	struct conn *conn;
	struct evhttp_request *ev; /* NULL: the client has left */
	const struct web_route *route;
	const char *path, *rest, *client;
	struct evkeyvalq query;
	int has_query, has_odd_head;
	int64_t begun_us;
	char trace[33];
	struct arena arena;
	struct web_stream *stream;
	struct event *leaving;
	void (*left)(void *arg), (*sent)(void *arg);
	void *left_arg, *sent_arg;
};

/* --- guard.c -------------------------------------------------------------- */

void guard_open(struct web *w);
void guard_set_paused(struct web *w); /* after w->paused changed */
void guard_close(struct web *w);
/* Bytes of a request, on a connection where none was under way. */
void guard_request_arrives(struct conn *c);
/* The connection of a request that has been received completely. */
struct conn *guard_request_begun(struct web *w, struct evhttp_request *ev);
/* Its answer leaves, and then the next request has to arrive within its time. */
void guard_request_over(struct conn *c);
void guard_hang_up(struct conn *c);

/* --- head.c --------------------------------------------------------------- */

void head_watch(struct conn *c);
/* A request has been received: whether its head was odd.  The next one's is watched from here.
 */
int head_next(struct conn *c);
/* -1: the reply has been sent. */
int head_check(struct web_request *req);

/* --- odd.c ---------------------------------------------------------------- */

void odd_watch(struct conn *c);
void odd_look_away(struct conn *c);
void odd_forget(struct conn *c);
void odd_resolve(struct guard *g);

/* --- request.c, reply.c --------------------------------------------------- */

struct web_request *request_create(struct web *w, struct evhttp_request *ev);
void request_free(struct web_request *req);
void request_look_away(struct web_request *req); /* nobody needs to know who leaves */
/* -1: the reply has been sent. */
int request_check_head(struct web_request *req);
int request_check_body(struct web_request *req);
/* The body is in evhttp's output buffer. */
void reply_send(struct web_request *req, int status);
const char *reply_reason(int status);

/* --- cors.c --------------------------------------------------------------- */

void cors_add_headers(struct web_request *req);
void cors_preflight(struct web_request *req, const char *methods);

/* --- stream.c ------------------------------------------------------------- */

/* The client has gone. */
void stream_lost(struct web_stream *s);

/* --- access.c ------------------------------------------------------------- */

void access_count(const struct web_request *req, int status);
void access_connections(int change);
void access_streams(int change);

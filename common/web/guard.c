#include <limits.h>
#include <linux/sockios.h>
#include <malloc.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/timer.h"
#include "common/web/internal.h"

/*
 * evhttp's time-out is re-armed with each byte, so a client that drips may stay
 * for ever, and runs out for one who only takes a long answer; evhttp reads
 * without bound what a client sends during a reply; it counts no connections;
 * and without descriptors it spins.  So it is given no time-out.  Here each
 * connection has a deadline by which its request must be complete, a rate at
 * which answers must be taken, a bound on what is read ahead, and a place in a
 * count.
 */

enum {
	SWEEP_MS = 250,
	BREATH_MS = 100,
	CONNECTIONS = 20000,
	REQUEST_MS = 10000,
	IDLE_MS = 60000,
	LOOKS = 6,             /* at an answer that leaves, within idle_ms */
	TAKEN_MIN = 256 << 10, /* of it, within idle_ms */
	SPARE_FILES = 256,
	CROWD = 1000,
	LEAVING_SWEEPS = 4
};

/* Some descriptors are kept for PostgreSQL, Redis and files, whatever the crowd outside. */
static int affordable(int wanted)
{
	struct rlimit limit;
	int files;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur > INT_MAX)
		return wanted;
	files = (int)limit.rlim_cur;
	if (files - SPARE_FILES >= wanted)
		return wanted;
	wanted = files / 2 > SPARE_FILES ? files - SPARE_FILES : files / 2;
	log_warn("the limit of open files allows connections=%d", wanted);
	return wanted;
}

static void set_accepting(struct web *w)
{
	struct guard *g = &w->guard;

	if (g->closing)
		return;
	if (w->paused || g->count >= g->max)
		evconnlistener_disable(w->listener);
	else
		evconnlistener_enable(w->listener);
}

/* --- the life of a connection --------------------------------------------- */

/* What waits in one list waits equally long, so the first of it is due first. */
static void move_to(struct conn *c, struct conn_list *to, int patience_ms)
{
	TAILQ_REMOVE(c->in, c, link);
	TAILQ_INSERT_TAIL(to, c, link);
	c->in = to;
	c->deadline_ms = clock_mono_ms() + patience_ms;
}

/* All of it has been handed to the system, or never will be. */
static void answer_over(struct conn *c)
{
	void (*sent)(void *arg) = c->sent;

	c->sent = NULL;
	if (sent)
		sent(c->sent_arg);
}

/* evhttp is about to free the connection and, if nobody works on it, its request. */
static void on_close(struct evhttp_connection *evcon, void *arg)
{
	struct conn *c = arg;
	struct web *w = c->web;
	struct web_request *req = c->req;

	(void)evcon;
	w->guard.by_fd[c->fd] = NULL;
	TAILQ_REMOVE(c->in, c, link);
	odd_forget(c);
	w->guard.count--;
	access_connections(-1);
	if (w->guard.count == w->guard.max - 1)
		set_accepting(w);
	answer_over(c);
	free(c);
	if (!req)
		return;
	request_look_away(req);
	req->conn = NULL;
	if (w->guard.closing)
		req->ev = NULL; /* goes with the connection */
	if (req->stream)
		stream_lost(req->stream);
}

static struct bufferevent *on_accept(struct event_base *base, void *arg)
{
	struct web *w = arg;
	struct conn *c = calloc(1, sizeof *c);

	if (!c || !(c->bev = bufferevent_socket_new(base, -1, 0)))
		abort();
	bufferevent_setwatermark(c->bev, EV_READ, 0, w->guard.input_max);
	head_watch(c);
	c->web = w;
	c->in = &w->guard.fresh;
	TAILQ_INSERT_TAIL(c->in, c, link);
	w->guard.count++;
	access_connections(1);
	if (w->guard.count >= w->guard.max)
		set_accepting(w);
	event_active(w->guard.adopt, 0, 0);
	return c->bev;
}

static void remember(struct guard *g, struct conn *c)
{
	c->fd = bufferevent_getfd(c->bev);
	if (c->fd >= g->by_fd_size) {
		int size = c->fd + 1 > 2 * g->by_fd_size ? c->fd + 1 : 2 * g->by_fd_size;

		g->by_fd = realloc(g->by_fd, (size_t)size * sizeof(struct conn *));
		if (!g->by_fd)
			abort();
		g->by_fd_size = size;
	}
	g->by_fd[c->fd] = c;
}

/*
 * evhttp tells about a new connection before it knows the connection itself.
 * A moment later it does: evhttp is then the argument of the buffer's callbacks.
 */
static void on_adopt(evutil_socket_t fd, short what, void *arg)
{
	struct web *w = arg;
	struct conn *c;

	(void)fd, (void)what;
	while ((c = TAILQ_FIRST(&w->guard.fresh))) {
		void *evcon = NULL;

		bufferevent_getcb(c->bev, NULL, NULL, NULL, &evcon);
		remember(&w->guard, c);
		setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
		evhttp_connection_set_closecb(evcon, on_close, c);
		odd_watch(c);
		move_to(c, &w->guard.sending, w->guard.request_ms);
		if (!evtimer_pending(w->guard.sweep, NULL))
			timer_set(w->guard.sweep, SWEEP_MS);
	}
	odd_resolve(&w->guard);
}

void guard_hang_up(struct conn *c)
{
	bufferevent_setwatermark(c->bev, EV_READ, 0, 0); /* who is full reads no end either */
	shutdown(c->fd, SHUT_RDWR);                      /* evhttp notices and frees */
}

/* A crowd has left: what it took goes back to the system. */
static void give_back(struct guard *g)
{
	if (g->count > g->most)
		g->most = g->count;
	if (g->most < CROWD || g->count > g->most / 4)
		return;
	if (g->has_left++ < LEAVING_SWEEPS) /* libevent frees a little later */
		return;
	malloc_trim(0);
	g->most = g->has_left = 0;
}

/* No further than to the first in time: ten thousand idle ones are no work. */
static void hang_up_late(const struct conn_list *list)
{
	int64_t now = clock_mono_ms();
	struct conn *c;

	for (c = TAILQ_FIRST(list); c && c->deadline_ms < now; c = TAILQ_NEXT(c, link))
		guard_hang_up(c);
}

/* What the client has not acknowledged: ours, and what the system holds. */
static size_t unsent(const struct conn *c)
{
	int queued = 0;

	ioctl(c->fd, SIOCOUTQ, &queued);
	return evbuffer_get_length(bufferevent_get_output(c->bev)) + (size_t)queued;
}

static void look_at_answer(struct conn *c)
{
	struct guard *g = &c->web->guard;
	size_t now_unsent = unsent(c);

	move_to(c, &g->leaving, g->idle_ms / LOOKS);
	if (now_unsent + TAKEN_MIN <= c->unsent) {
		c->unsent = now_unsent;
		c->taken_ms = clock_mono_ms();
	} else if (clock_mono_ms() - c->taken_ms >= g->idle_ms) {
		guard_hang_up(c);
	}
}

static void look_at_answers(struct guard *g)
{
	int64_t now = clock_mono_ms();
	struct conn *c;

	while ((c = TAILQ_FIRST(&g->leaving)) && c->deadline_ms < now)
		look_at_answer(c);
}

static void on_sweep(evutil_socket_t fd, short what, void *arg)
{
	struct web *w = arg;
	struct guard *g = &w->guard;

	(void)fd, (void)what;
	hang_up_late(&g->sending);
	hang_up_late(&g->silent);
	look_at_answers(g);
	give_back(g);
	if (g->count || g->has_left)
		timer_set(g->sweep, SWEEP_MS);
}

/* --- requests ------------------------------------------------------------- */

struct conn *guard_request_begun(struct web *w, struct evhttp_request *ev)
{
	struct evhttp_connection *evcon = evhttp_request_get_connection(ev);
	int fd = bufferevent_getfd(evhttp_connection_get_bufferevent(evcon));
	struct conn *c = w->guard.by_fd[fd];

	move_to(c, &w->guard.busy, 0);
	odd_look_away(c);
	return c;
}

/* Its deadline counts from its first byte, unless our last answer is still leaving. */
void guard_request_arrives(struct conn *c)
{
	struct guard *g = &c->web->guard;

	if (c->in == &g->silent)
		move_to(c, &g->sending, g->request_ms);
}

/* The system has all of the answer. */
static void on_sent(struct evhttp_request *ev, void *arg)
{
	struct conn *c = arg;
	struct guard *g = &c->web->guard;

	(void)ev;
	move_to(c, &g->silent, g->idle_ms + g->request_ms);
	if (evbuffer_get_length(bufferevent_get_input(c->bev)) > 0)
		guard_request_arrives(c);
	answer_over(c);
}

/* The first look finds that much was taken: what the system took at once. */
void guard_request_over(struct conn *c)
{
	struct web_request *req = c->req;

	c->sent = req->sent;
	c->sent_arg = req->sent_arg;
	c->unsent = SIZE_MAX;
	req->sent = NULL;
	c->req = NULL;
	move_to(c, &c->web->guard.leaving, c->web->guard.idle_ms / LOOKS);
	evhttp_request_set_on_complete_cb(req->ev, on_sent, c);
}

/* --- accepting ------------------------------------------------------------ */

void guard_set_paused(struct web *w)
{
	set_accepting(w);
}

static void on_breath(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	set_accepting(arg);
}

/* Out of descriptors, most likely: evhttp would try again at once, for ever. */
static void on_accept_error(struct evconnlistener *listener, void *arg)
{
	struct web *w = arg;

	log_warn("cannot accept connections: %s",
		 evutil_socket_error_to_string(EVUTIL_SOCKET_ERROR()));
	evconnlistener_disable(listener);
	timer_set(w->guard.breath, BREATH_MS);
}

void guard_open(struct web *w)
{
	struct guard *g = &w->guard;

	TAILQ_INIT(&g->sending);
	TAILQ_INIT(&g->silent);
	TAILQ_INIT(&g->leaving);
	TAILQ_INIT(&g->busy);
	TAILQ_INIT(&g->fresh);
	TAILQ_INIT(&g->odd);
	g->max = affordable(w->conf.max_connections ? w->conf.max_connections : CONNECTIONS);
	g->request_ms = w->conf.request_ms ? w->conf.request_ms : REQUEST_MS;
	g->idle_ms = w->conf.idle_ms ? w->conf.idle_ms : IDLE_MS;
	g->input_max = w->body_max + 2UL * HEAD_MAX;
	g->adopt = event_new(w->base, -1, 0, on_adopt, w);
	g->sweep = evtimer_new(w->base, on_sweep, w);
	g->breath = evtimer_new(w->base, on_breath, w);
	if (!g->adopt || !g->sweep || !g->breath)
		abort();
	evhttp_set_bevcb(w->http, on_accept, w);
	evconnlistener_set_error_cb(w->listener, on_accept_error);
}

void guard_close(struct web *w)
{
	struct guard *g = &w->guard;
	struct conn *c;

	event_free(g->adopt);
	event_free(g->sweep);
	event_free(g->breath);
	while ((c = TAILQ_FIRST(&g->fresh))) {
		TAILQ_REMOVE(&g->fresh, c, link);
		free(c);
	}
	free(g->by_fd);
}

#include "common/redis/redis.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/util.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/timer.h"
#include "common/metrics/metrics.h"
#include "common/redis/connection.h"
#include "common/redis/lookup.h"
#include "common/redis/url.h"

/*
 * Bytes travel through a bufferevent, hiredis parses replies.  Replies come in
 * the order of the commands, so those that are owed stand in one queue; each is
 * answered exactly once, with NULL if the connection is lost first.
 */

enum { FIRST_DELAY_MS = 100, LONGEST_DELAY_MS = 1000, SILENCE_MS = 2000 };
enum { READ_SIZE = 64 * 1024, WRITE_SIZE = 16 * 1024, UNSENT_MAX = 16 * 1024 * 1024 };

struct owed {
	TAILQ_ENTRY(owed) link;
	redis_reply_fn *fn;
	void *arg;
};
TAILQ_HEAD(owed_list, owed);

struct redis {
	struct event_base *base;
	struct redis_url url;
	struct redis_habits habits;
	struct lookup *lookup; /* of the server's address, which may be another each time */

	struct bufferevent *bev; /* NULL while there is no connection */
	redisReader *reader;
	struct owed_list owed;
	int64_t heard_ms; /* when the server last said something, or began to owe */
	unsigned incarnation;
	int is_up; /* logged in, and the server is ready */

	struct event *retry, *look, *round; /* round: the end of this one of the loop */
	int delay_ms;
	void (*up)(void *arg);
	void *up_arg;

	int inside; /* calls of our callers' functions under way */
	int is_closed;
};

static struct metric losses = METRIC(METRIC_COUNTER, "tandem_redis_losses_total", "",
				     "Connections to Redis that failed or were lost.");

/* --- the end of a connection ---------------------------------------------- */

/*
 * A caller's function may close us; then the outermost call frees.  So whatever
 * calls such functions is inside: what the loop calls, and redis_close().
 */
static void leave(struct redis *r)
{
	if (--r->inside == 0 && r->is_closed)
		free(r);
}

static void disconnect(struct redis *r)
{
	struct owed *o;

	if (!r->bev)
		return;
	bufferevent_free(r->bev);
	redisReaderFree(r->reader);
	r->bev = NULL;
	r->reader = NULL;
	r->is_up = 0;
	event_del(r->look);
	while ((o = TAILQ_FIRST(&r->owed))) { /* without a connection no more is owed */
		TAILQ_REMOVE(&r->owed, o, link);
		if (o->fn)
			o->fn(o->arg, NULL);
		free(o);
	}
}

static const char *server_name(const struct redis *r)
{
	return *r->url.path ? r->url.path : r->url.host;
}

static void note_loss(struct redis *r, const char *why)
{
	log_warn("redis lost server=%s why=%s", server_name(r), why);
	metric_add(&losses, 1);
}

static void try_later(struct redis *r)
{
	timer_back_off(r->retry, &r->delay_ms, LONGEST_DELAY_MS);
}

static void lose(struct redis *r, const char *why)
{
	if (!r->bev)
		return;
	note_loss(r, why);
	disconnect(r);
	if (!r->is_closed)
		try_later(r);
}

/*
 * hiredis has no time-outs of its own.  Replies only leave a time stamp: when the
 * first one looked after could be overdue, this looks, and again for those behind it.
 */
static void on_look(evutil_socket_t fd, short what, void *arg)
{
	struct redis *r = arg;
	int64_t left = r->heard_ms + r->habits.silence_ms - clock_mono_ms();

	(void)fd, (void)what;
	if (TAILQ_EMPTY(&r->owed))
		return;
	r->inside++;
	if (left > 0)
		timer_set(r->look, left);
	else
		lose(r, "silent");
	leave(r);
}

/* --- replies -------------------------------------------------------------- */

static int is_message(const redisReply *reply)
{
	return reply->type == REDIS_REPLY_ARRAY && reply->elements == 3 &&
	       reply->element[0]->type == REDIS_REPLY_STRING &&
	       strcmp(reply->element[0]->str, "message") == 0;
}

static void hand_over(struct redis *r, const redisReply *reply)
{
	struct owed *o = TAILQ_FIRST(&r->owed);

	if (r->habits.push && is_message(reply)) {
		r->habits.push(r->habits.arg, reply);
		return;
	}
	if (!o) { /* e.g. "max number of clients reached", before we asked anything */
		lose(r, reply->type == REDIS_REPLY_ERROR ? reply->str : "unasked reply");
		return;
	}
	TAILQ_REMOVE(&r->owed, o, link);
	if (o->fn)
		o->fn(o->arg, reply);
	free(o);
}

/* A function we call may lose, close and even reopen the connection: look each time. */
static void hand_over_all(struct redis *r, struct bufferevent *bev)
{
	void *reply;

	while (r->bev == bev) {
		if (redisReaderGetReply(r->reader, &reply) != REDIS_OK) {
			lose(r, r->reader->errstr);
			return;
		}
		if (!reply)
			return;
		hand_over(r, reply);
		freeReplyObject(reply);
	}
}

static void on_read(struct bufferevent *bev, void *arg)
{
	struct evbuffer *in = bufferevent_get_input(bev);
	struct redis *r = arg;

	r->heard_ms = clock_mono_ms();
	for (size_t n; (n = evbuffer_get_contiguous_space(in)) > 0; evbuffer_drain(in, n))
		redisReaderFeed(r->reader, (char *)evbuffer_pullup(in, (ev_ssize_t)n), n);
	r->inside++;
	hand_over_all(r, bev);
	leave(r);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	int code = EVUTIL_SOCKET_ERROR();
	struct redis *r = arg;

	(void)bev;
	if (what & BEV_EVENT_CONNECTED)
		return; /* the greeting is on its way already */
	r->inside++;
	if (what & BEV_EVENT_EOF)
		lose(r, "closed by the server");
	else
		lose(r, code ? evutil_socket_error_to_string(code) : "cannot connect");
	leave(r);
}

/* --- the beginning of a connection ---------------------------------------- */

static void on_greeting(void *arg, const redisReply *reply)
{
	struct redis *r = arg;

	if (reply && reply->type == REDIS_REPLY_ERROR)
		lose(r, reply->str);
}

/*
 * What gathered in a round of the loop is written at its end, without asking
 * epoll first: only what the socket does not take waits for that.
 */
static void write_now(struct redis *r)
{
	struct evbuffer *out;

	if (!r->is_up)
		return;
	out = bufferevent_get_output(r->bev);
	evbuffer_unfreeze(out, 1);
	(void)!evbuffer_write(out, bufferevent_getfd(r->bev));
	evbuffer_freeze(out, 1);
	(evbuffer_get_length(out) ? bufferevent_enable : bufferevent_disable)(r->bev, EV_WRITE);
}

static void on_round(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	write_now(arg);
}

/* Only this reply says that the server has loaded its data and obeys us. */
static void on_pong(void *arg, const redisReply *reply)
{
	struct redis *r = arg;

	on_greeting(r, reply);
	if (!reply || reply->type == REDIS_REPLY_ERROR)
		return;
	log_info("redis up server=%s", server_name(r));
	r->is_up = 1;
	event_active(r->round, 0, 0);
	r->delay_ms = FIRST_DELAY_MS;
	if (r->up)
		r->up(r->up_arg);
}

static void greet(struct redis *r)
{
	const struct redis_url *url = &r->url;
	char database[12];

	snprintf(database, sizeof database, "%d", url->database);
	if (*url->user)
		redis_send(r, on_greeting, r, REDIS_ARGV("AUTH", url->user, url->password));
	else if (*url->password)
		redis_send(r, on_greeting, r, REDIS_ARGV("AUTH", url->password));
	if (url->database)
		redis_send(r, on_greeting, r, REDIS_ARGV("SELECT", database));
	redis_send(r, on_pong, r, REDIS_ARGV("PING"));
}

static void connect_to(struct redis *r, const struct sockaddr *address, socklen_t len)
{
	static unsigned incarnations;
	int fd = redis_url_socket(address->sa_family);
	struct bufferevent *bev;

	if (fd < 0) { /* out of descriptors */
		note_loss(r, "no socket");
		try_later(r);
		return;
	}
	r->bev = bev = bufferevent_socket_new(r->base, fd, BEV_OPT_CLOSE_ON_FREE);
	r->reader = redisReaderCreate();
	r->incarnation = ++incarnations;
	if (!bev || !r->reader)
		abort();
	bufferevent_setcb(bev, on_read, NULL, on_event, r);
	bufferevent_set_max_single_read(bev, READ_SIZE);
	bufferevent_enable(bev, EV_READ | EV_WRITE);
	greet(r);
	if (bufferevent_socket_connect(bev, address, (int)len) < 0)
		lose(r, "cannot connect");
}

static void go_there(struct redis *r, const struct lookup_found *found)
{
	if (found->status == 0) {
		connect_to(r, (const struct sockaddr *)&found->address, found->len);
	} else {
		note_loss(r, gai_strerror(found->status));
		try_later(r);
	}
}

static void on_found(void *arg, const struct lookup_found *found)
{
	struct redis *r = arg;

	r->lookup = NULL;
	r->inside++;
	go_there(r, found);
	leave(r);
}

/* A server that moved, as a container that was made anew, is found where it is now. */
static void connect_now(struct redis *r)
{
	struct lookup_found found;
	struct sockaddr_un local;

	if (*r->url.path) {
		redis_url_local(&r->url, &local);
		connect_to(r, (const struct sockaddr *)&local, sizeof local);
		return;
	}
	lookup_literal(&found, r->url.host, r->url.port);
	if (found.status == 0) {
		go_there(r, &found);
		return;
	}
	r->lookup = lookup_begin(r->base, r->url.host, r->url.port, on_found, r);
	if (!r->lookup) {
		note_loss(r, "no thread to look it up");
		try_later(r);
	}
}

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
	struct redis *r = arg;

	(void)fd, (void)what;
	r->inside++;
	connect_now(r);
	leave(r);
}

/* --- for callers ---------------------------------------------------------- */

struct redis *redis_open_with(struct event_base *base, const char *url,
			      const struct redis_habits *habits, struct err *e)
{
	struct redis *r = calloc(1, sizeof *r);

	if (!r)
		abort();
	if (redis_url_parse(&r->url, url, e) < 0) {
		free(r);
		return NULL;
	}
	r->base = base;
	r->habits = *habits;
	r->delay_ms = FIRST_DELAY_MS;
	TAILQ_INIT(&r->owed);
	r->retry = evtimer_new(base, on_retry, r);
	r->look = evtimer_new(base, on_look, r);
	r->round = event_new(base, -1, 0, on_round, r);
	if (!r->retry || !r->look || !r->round)
		abort();
	connect_now(r);
	return r;
}

struct redis *redis_open(struct event_base *base, const char *url, struct err *e)
{
	return redis_open_with(base, url, &(struct redis_habits){ .silence_ms = SILENCE_MS },
			       e);
}

void redis_close(struct redis *r)
{
	if (!r)
		return;
	r->is_closed = 1;
	r->inside++;
	write_now(r); /* what was told and forgotten just now should still leave */
	disconnect(r);
	lookup_cancel(r->lookup);
	event_free(r->retry);
	event_free(r->look);
	event_free(r->round);
	leave(r);
}

int redis_is_up(const struct redis *r)
{
	return r->is_up;
}

unsigned redis_incarnation(const struct redis *r)
{
	return r->bev ? r->incarnation : 0;
}

void redis_on_up(struct redis *r, void (*fn)(void *arg), void *arg)
{
	r->up = fn;
	r->up_arg = arg;
}

static void owe(struct redis *r, redis_reply_fn *fn, void *arg)
{
	struct owed *o = malloc(sizeof *o);

	if (!o)
		abort();
	*o = (struct owed){ .fn = fn, .arg = arg };
	if (TAILQ_EMPTY(&r->owed))
		r->heard_ms = clock_mono_ms();
	if (!event_pending(r->look, EV_TIMEOUT, NULL))
		timer_set(r->look, r->habits.silence_ms);
	TAILQ_INSERT_TAIL(&r->owed, o, link);
}

/* A round is long where ten thousand sockets are ready: much does not wait for its end. */
static void add_bytes(struct redis *r, const char *bytes, size_t len)
{
	size_t had = evbuffer_get_length(bufferevent_get_output(r->bev));

	if (r->is_up)
		event_active(r->round, 0, 0);
	bufferevent_write(r->bev, bytes, len);
	if (had / WRITE_SIZE != (had + len) / WRITE_SIZE)
		write_now(r);
}

void redis_send(struct redis *r, redis_reply_fn *fn, void *arg, int argc,
		const char *const argv[])
{
	char small[1024], *bytes;
	size_t len;

	if (!r->bev || evbuffer_get_length(bufferevent_get_output(r->bev)) > UNSENT_MAX) {
		if (fn)
			fn(arg, NULL);
		return;
	}
	bytes = command_format(small, sizeof small, argc, argv, &len);
	add_bytes(r, bytes, len);
	if (bytes != small)
		free(bytes);
	owe(r, fn, arg);
}

#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "common/web/internal.h"

enum { UNSENT_MAX = 256 << 10, INPUT_MAX = 4096, WRITE_S = 30, PEER_GONE_MS = 45000 };

struct web_stream {
	struct web_request *req;
	void (*closed)(void *arg);
	void *arg;
	struct evbuffer *chunk;
	int is_dead; /* the connection is being torn down */
};

/*
 * A stream reads nothing: what the client sends is bounded, and the time-out
 * for reading would end the stream.  A peer that vanished without a word is
 * noticed when our heart-beats are not acknowledged.
 */
static void set_connection(struct conn *c)
{
	bufferevent_setwatermark(c->bev, EV_READ, 0, INPUT_MAX);
	bufferevent_set_timeouts(c->bev, NULL, &(struct timeval){ .tv_sec = WRITE_S });
	setsockopt(c->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &(unsigned){ PEER_GONE_MS },
		   sizeof(unsigned));
}

struct web_stream *web_stream_begin(struct web_request *req, void (*closed)(void *arg),
				    void *arg)
{
	struct web_stream *s = calloc(1, sizeof *s);

	if (!s || !(s->chunk = evbuffer_new()))
		abort();
	s->req = req;
	s->closed = closed;
	s->arg = arg;
	req->stream = s;
	access_streams(1);
	if (!req->ev || !req->conn)
		abort();
	access_count(req, 200);
	set_connection(req->conn);
	if (req->route->cors)
		cors_add_headers(req);
	web_set_header(req, "Content-Type", "text/event-stream");
	web_set_header(req, "Cache-Control", "no-store");
	web_set_header(req, "X-Accel-Buffering", "no"); /* nginx would hold events back */
	web_set_header(req, "X-Content-Type-Options", "nosniff");
	web_set_header(req, "Connection", "close");
	evhttp_send_reply_start(req->ev, 200, "OK");
	return s;
}

static void ignore(void *arg)
{
	(void)arg;
}

static void stream_free(struct web_stream *s)
{
	access_streams(-1);
	evbuffer_free(s->chunk);
	request_free(s->req);
	free(s);
}

/* Called while evhttp frees the connection; the request is ours to free. */
void stream_lost(struct web_stream *s)
{
	struct evhttp_request *ev = s->req->ev;

	s->is_dead = 1;
	s->closed(s->arg);
	if (ev)
		evhttp_request_free(ev);
	stream_free(s);
}

size_t web_stream_unsent(const struct web_stream *s)
{
	if (!s->req->conn)
		return 0;
	return evbuffer_get_length(bufferevent_get_output(s->req->conn->bev));
}

static void flush(struct web_stream *s)
{
	if (s->is_dead) {
		evbuffer_drain(s->chunk, evbuffer_get_length(s->chunk));
		return;
	}
	if (web_stream_unsent(s) + evbuffer_get_length(s->chunk) > UNSENT_MAX) {
		s->is_dead = 1;
		guard_hang_up(s->req->conn);
		return;
	}
	evhttp_send_reply_chunk(s->req->ev, s->chunk);
}

static void add_data(struct evbuffer *out, const char *data, size_t len)
{
	for (;;) {
		const char *end = len ? memchr(data, '\n', len) : NULL;
		size_t n = end ? (size_t)(end - data) : len;

		evbuffer_add(out, "data: ", 6);
		evbuffer_add(out, data, n);
		evbuffer_add(out, "\n", 1);
		if (!end)
			return;
		data += n + 1;
		len -= n + 1;
	}
}

void web_stream_send(struct web_stream *s, const char *id, const char *event, const char *data,
		     size_t len)
{
	if (id)
		evbuffer_add_printf(s->chunk, "id: %s\n", id);
	if (event)
		evbuffer_add_printf(s->chunk, "event: %s\n", event);
	add_data(s->chunk, data, len);
	evbuffer_add(s->chunk, "\n", 1);
	flush(s);
}

void web_stream_comment(struct web_stream *s, const char *text)
{
	evbuffer_add_printf(s->chunk, ": %s\n\n", text);
	flush(s);
}

void web_stream_end(struct web_stream *s)
{
	struct evhttp_request *ev = s->req->ev;

	if (s->is_dead) { /* the connection will end it, but nobody wants to know */
		s->closed = ignore;
		return;
	}
	if (s->req->conn)
		guard_request_over(s->req->conn);
	stream_free(s);
	evhttp_send_reply_end(ev);
}

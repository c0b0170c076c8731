#include "tests/integration/peer.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/base/buf.h"
#include "common/base/clock.h"
#include "tests/integration/redis_server.h"

enum { PATIENCE_MS = 60000 };

struct peer {
	struct event_base *base;
	struct bufferevent *bev;
	struct ev_token_bucket_cfg *rate;
	struct buf heard;
	int has_ended;
};

static void on_data(struct bufferevent *bev, void *arg)
{
	struct peer *p = arg;
	char chunk[4096];
	size_t len;

	while ((len = bufferevent_read(bev, chunk, sizeof chunk)) > 0)
		buf_add(&p->heard, chunk, len);
}

static void on_end(struct bufferevent *bev, short what, void *arg)
{
	struct peer *p = arg;

	(void)bev;
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		p->has_ended = 1;
}

struct peer *peer_open(struct event_base *base, int port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	struct peer *p = calloc(1, sizeof *p);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	p->base = base;
	p->bev = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
	bufferevent_setcb(p->bev, on_data, NULL, on_end, p);
	bufferevent_enable(p->bev, EV_READ | EV_WRITE);
	assert_int_equal(bufferevent_socket_connect(p->bev, (struct sockaddr *)&at, sizeof at),
			 0);
	return p;
}

void peer_close(struct peer *p)
{
	bufferevent_free(p->bev);
	if (p->rate)
		ev_token_bucket_cfg_free(p->rate);
	buf_free(&p->heard);
	free(p);
}

void peer_say(struct peer *p, const char *data, size_t len)
{
	bufferevent_write(p->bev, data, len);
}

void peer_stop_reading(struct peer *p)
{
	bufferevent_disable(p->bev, EV_READ);
}

void peer_read_slowly(struct peer *p, size_t bytes_per_s)
{
	const struct timeval tick = { .tv_usec = 100000 };

	p->rate = ev_token_bucket_cfg_new(bytes_per_s / 10, bytes_per_s / 10, EV_RATE_LIMIT_MAX,
					  EV_RATE_LIMIT_MAX, &tick);
	assert_int_equal(bufferevent_set_rate_limit(p->bev, p->rate), 0);
}

static int count(const struct peer *p, const char *text)
{
	int n = 0;

	for (const char *at = buf_str(&p->heard); (at = strstr(at, text)); at++)
		n++;
	return n;
}

void peer_wait_count(struct peer *p, const char *text, int wanted)
{
	int64_t deadline = clock_mono_ms() + PATIENCE_MS;

	while (count(p, text) < wanted) {
		if (clock_mono_ms() > deadline)
			fail_msg("waited for \"%s\", heard \"%s\"", text, buf_str(&p->heard));
		run_for(p->base, 2);
	}
}

void peer_wait(struct peer *p, const char *text)
{
	peer_wait_count(p, text, 1);
}

const char *peer_heard(const struct peer *p)
{
	return buf_str(&p->heard);
}

size_t peer_heard_len(const struct peer *p)
{
	return p->heard.len;
}

int peer_has_ended(const struct peer *p)
{
	return p->has_ended;
}

size_t peer_unsent(const struct peer *p)
{
	return evbuffer_get_length(bufferevent_get_output(p->bev));
}

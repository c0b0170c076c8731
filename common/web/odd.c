#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/crypto/crypto.h"
#include "common/web/internal.h"

/*
 * What is not even a request (too long, no HTTP) evhttp refuses by itself, with
 * a page of HTML.  We notice that something is said on a connection where no
 * request is under way, and say it our way before it leaves.
 */

static void on_output(struct evbuffer *out, const struct evbuffer_cb_info *info, void *arg)
{
	struct conn *c = arg;

	(void)out;
	if (info->n_added == 0 || c->is_odd)
		return;
	c->is_odd = 1;
	TAILQ_INSERT_TAIL(&c->web->guard.odd, c, odd_link);
	event_active(c->web->guard.adopt, 0, 0);
}

void odd_watch(struct conn *c)
{
	struct evbuffer *out = bufferevent_get_output(c->bev);

	if (!c->watch)
		c->watch = evbuffer_add_cb(out, on_output, c);
	else
		evbuffer_cb_set_flags(out, c->watch, EVBUFFER_CB_ENABLED);
}

void odd_look_away(struct conn *c)
{
	evbuffer_cb_clear_flags(bufferevent_get_output(c->bev), c->watch, EVBUFFER_CB_ENABLED);
}

static const char *code_of(int status)
{
	if (status == 413)
		return "too_large";
	return status == 417 ? "bad_expectation" : "bad_request";
}

static void replace(struct evbuffer *out, int status)
{
	char trace[33], body[400];
	int len;

	crypto_random_hex(trace, 32);
	len = snprintf(
		body, sizeof body,
		"{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,\"code\":\"%s\","
		"\"detail\":\"This is not a request we accept.\",\"trace\":\"%s\"}",
		reply_reason(status), status, code_of(status), trace);
	evbuffer_drain(out, evbuffer_get_length(out));
	evbuffer_add_printf(out,
			    "HTTP/1.1 %d %s\r\nContent-Type: application/problem+json\r\n"
			    "Connection: close\r\nContent-Length: %d\r\n\r\n%s",
			    status, reply_reason(status), len, body);
}

void odd_forget(struct conn *c)
{
	if (c->is_odd)
		TAILQ_REMOVE(&c->web->guard.odd, c, odd_link);
	c->is_odd = 0;
}

/* "100 Continue" is evhttp's to say. */
static void resolve(struct conn *c)
{
	struct evbuffer *out = bufferevent_get_output(c->bev);
	char line[16] = "";
	int status = 0;

	evbuffer_unfreeze(out,
			  1); /* the connection keeps its front to itself, even from eyes */
	evbuffer_copyout(out, line, sizeof line - 1);
	if (sscanf(line, "HTTP/%*d.%*d %d", &status) == 1 && status >= 400)
		replace(out, status);
	evbuffer_freeze(out, 1);
}

void odd_resolve(struct guard *g)
{
	struct conn *c;

	while ((c = TAILQ_FIRST(&g->odd))) {
		resolve(c); /* still odd: what we say ourselves is not looked at */
		odd_forget(c);
	}
}

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/buf.h"
#include "common/base/clock.h"
#include "common/base/utf8.h"
#include "common/crypto/crypto.h"
#include "common/web/internal.h"

/* --- life ----------------------------------------------------------------- */

struct web_request *request_create(struct web *w, struct evhttp_request *ev)
{
	struct web_request *req = calloc(1, sizeof *req);

	if (!req)
		abort();
	req->web = w;
	req->ev = ev;
	req->begun_us = clock_mono_us();
	req->conn = guard_request_begun(w, ev);
	req->conn->req = req;
	req->has_odd_head = head_next(req->conn);
	req->rest = "";
	TAILQ_INSERT_TAIL(&w->requests, req, link);
	return req;
}

void request_free(struct web_request *req)
{
	if (req->web)
		TAILQ_REMOVE(&req->web->requests, req, link);
	request_look_away(req);
	if (req->has_query)
		evhttp_clear_headers(&req->query);
	if (req->sent)
		req->sent(req->sent_arg);
	arena_free(&req->arena);
	free(req);
}

/* --- who leaves ----------------------------------------------------------- */

static void on_closed(evutil_socket_t fd, short what, void *arg)
{
	struct web_request *req = arg;

	(void)fd, (void)what;
	req->left(req->left_arg);
}

void request_look_away(struct web_request *req)
{
	if (req->leaving)
		event_free(req->leaving);
	req->leaving = NULL;
}

/* evhttp reads nothing until the reply, so it would not notice. */
void web_on_leave(struct web_request *req, void (*left)(void *arg), void *arg)
{
	request_look_away(req);
	if (!req->conn)
		return;
	req->left = left;
	req->left_arg = arg;
	req->leaving = event_new(req->web->base, req->conn->fd, EV_CLOSED, on_closed, req);
	if (!req->leaving || event_add(req->leaving, NULL))
		abort();
}

void web_on_sent(struct web_request *req, void (*sent)(void *arg), void *arg)
{
	req->sent = sent;
	req->sent_arg = arg;
}

/* --- what was asked ------------------------------------------------------- */

const char *web_method(const struct web_request *req)
{
	switch (req->ev ? evhttp_request_get_command(req->ev) : EVHTTP_REQ_GET) {
	case EVHTTP_REQ_GET:
		return "GET";
	case EVHTTP_REQ_POST:
		return "POST";
	case EVHTTP_REQ_HEAD:
		return "HEAD";
	case EVHTTP_REQ_PUT:
		return "PUT";
	case EVHTTP_REQ_DELETE:
		return "DELETE";
	case EVHTTP_REQ_OPTIONS:
		return "OPTIONS";
	case EVHTTP_REQ_PATCH:
		return "PATCH";
	case EVHTTP_REQ_TRACE:
		return "TRACE";
	case EVHTTP_REQ_CONNECT:
		return "CONNECT";
	}
	return "?";
}

const char *web_path(const struct web_request *req)
{
	return req->path;
}

const char *web_rest(const struct web_request *req)
{
	return req->rest;
}

const char *web_header(const struct web_request *req, const char *name)
{
	return req->ev ? evhttp_find_header(evhttp_request_get_input_headers(req->ev), name)
		       : NULL;
}

const char *web_query(const struct web_request *req, const char *key)
{
	struct web_request *r = (struct web_request *)req; /* parsed on first use */
	const char *text;

	if (!r->has_query) {
		TAILQ_INIT(&r->query);
		r->has_query = 1;
		text = r->ev ? evhttp_uri_get_query(evhttp_request_get_evhttp_uri(r->ev))
			     : NULL;
		if (text && evhttp_parse_query_str(text, &r->query) < 0)
			TAILQ_INIT(&r->query);
	}
	return evhttp_find_header(&r->query, key);
}

/* A proxy may add a line below the client's own: all of them are one list (RFC 9110, 5.3). */
static const char *forwarded_for(struct web_request *req)
{
	const struct evkeyval *h;
	struct buf list = { 0 };
	const char *out;

	TAILQ_FOREACH (h, evhttp_request_get_input_headers(req->ev), next)
		if (strcasecmp(h->key, "X-Forwarded-For") == 0)
			buf_printf(&list, "%s%s", list.len ? "," : "", h->value);
	out = arena_dup(&req->arena, buf_str(&list), list.len);
	buf_free(&list);
	return out;
}

const char *web_client(const struct web_request *req)
{
	struct web_request *r = (struct web_request *)req; /* found on first use */
	struct address peer, client;
	char text[ADDRESS_TEXT], *host = NULL;
	ev_uint16_t port;

	if (r->client || !r->conn)
		return r->client ? r->client : "";
	evhttp_connection_get_peer(evhttp_request_get_connection(r->ev), &host, &port);
	if (!host || address_parse(&peer, host) < 0)
		return r->client = "";
	address_of_client(&client, &peer, forwarded_for(r), r->web->trusted,
			  r->web->trusted_count);
	r->client = arena_str(&r->arena, address_print(text, &client));
	return r->client;
}

const char *web_body(const struct web_request *req, size_t *len)
{
	struct evbuffer *in = req->ev ? evhttp_request_get_input_buffer(req->ev) : NULL;

	*len = in ? evbuffer_get_length(in) : 0;
	return *len ? (const char *)evbuffer_pullup(in, -1) : "";
}

void web_forget_body(struct web_request *req)
{
	struct evbuffer *in = req->ev ? evhttp_request_get_input_buffer(req->ev) : NULL;

	if (in)
		evbuffer_drain(in, evbuffer_get_length(in));
}

/* "00-<32 hex>-<16 hex>-<2 hex>", W3C Trace Context. */
static int read_traceparent(char trace[33], const char *header)
{
	static const char digits[] = "0123456789abcdef";

	if (!header || strlen(header) < 55 || strspn(header, digits) != 2 ||
	    strncmp(header, "ff", 2) == 0 || header[2] != '-')
		return -1;
	if (strspn(header + 3, digits) != 32 || header[35] != '-' ||
	    strspn(header + 3, "0") == 32)
		return -1;
	memcpy(trace, header + 3, 32);
	trace[32] = 0;
	return 0;
}

const char *web_trace(const struct web_request *req)
{
	struct web_request *r = (struct web_request *)req; /* made on first use */

	if (!*r->trace && read_traceparent(r->trace, web_header(r, "traceparent")) < 0)
		crypto_random_hex(r->trace, 32);
	return r->trace;
}

struct arena *web_arena(struct web_request *req)
{
	return &req->arena;
}

/* --- what is refused at once ---------------------------------------------- */

/* What an address means; NULL unless that is UTF-8 without U+0000. */
static const char *decode(struct web_request *req, const char *text)
{
	size_t len = strlen(text);
	char *decoded;

	if (strchr(text, '%')) {
		decoded = evhttp_uridecode(text, 0, &len);
		if (!decoded)
			return NULL;
		text = arena_dup(&req->arena, decoded, len);
		free(decoded);
	}
	return strlen(text) == len && utf8_valid_prefix(text, len) == len ? text : NULL;
}

static int read_address(struct web_request *req)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req->ev);
	const char *path = uri ? evhttp_uri_get_path(uri) : NULL;
	const char *query = uri ? evhttp_uri_get_query(uri) : NULL;

	req->path = decode(req, path && *path ? path : "/");
	return req->path && (!query || decode(req, query)) ? 0 : -1;
}

int request_check_head(struct web_request *req)
{
	if (read_address(req) < 0) {
		req->path = "";
		web_refuse(req, 400, "bad_path", TEXT_PROBLEM_BAD_ADDRESS);
		return -1;
	}
	return head_check(req);
}

int request_check_body(struct web_request *req)
{
	size_t max = req->route->max_body ? req->route->max_body : BODY_DEFAULT;

	if (evbuffer_get_length(evhttp_request_get_input_buffer(req->ev)) <= max)
		return 0;
	web_refuse(req, 413, "too_large", TEXT_PROBLEM_TOO_LARGE, max);
	return -1;
}

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "common/web/internal.h"

#include <event2/http_struct.h> /* after sys/queue.h, which it would hide */

/*
 * evhttp reads heads leniently: a NUL ends a value unseen, a single LF ends a
 * line, names may hold blanks, "+5" is a length, and a Transfer-Encoding it does
 * not know counts for nothing.  A proxy that reads the same bytes differently
 * lets one request be smuggled inside of another.  So the bytes of each head are
 * watched as they arrive, what evhttp made of them is checked again, and a
 * connection on which there was a doubt, or chunks, serves no further request.
 */

/* --- the bytes ------------------------------------------------------------ */

/* A line's end is CR LF, and neither stands by itself. */
static void take_end(struct head_watch *h)
{
	h->is_odd |= h->last != '\r';
	h->is_over = h->has_begun && !h->in_line;
	h->in_line = 0;
	h->last = '\n';
}

/* Part of a line, without its end: a CR may only be its last byte. */
static void take_part(struct head_watch *h, const char *part, size_t len)
{
	const char *cr = memchr(part, '\r', len);

	if (len == 0)
		return;
	h->is_odd |= h->last == '\r' || (cr && cr < part + len - 1) || memchr(part, 0, len);
	if (cr != part || len > 1)
		h->in_line = h->has_begun = 1;
	h->last = part[len - 1];
}

/* Bytes of a head; where it ends, what follows is the body. */
static void take_bytes(struct head_watch *h, const char *bytes, size_t len)
{
	while (len > 0 && !h->is_over) {
		const char *lf = memchr(bytes, '\n', len);
		size_t part = lf ? (size_t)(lf - bytes) : len;

		take_part(h, bytes, part);
		if (lf)
			take_end(h);
		bytes += part + (lf != NULL);
		len -= part + (lf != NULL);
	}
}

static void watch_bytes(struct head_watch *h, struct evbuffer *in, size_t from)
{
	struct evbuffer_ptr at;
	struct evbuffer_iovec piece;

	while (!h->is_over && from < evbuffer_get_length(in)) {
		evbuffer_ptr_set(in, &at, from, EVBUFFER_PTR_SET);
		if (evbuffer_peek(in, -1, &at, &piece, 1) < 1)
			return;
		take_bytes(h, piece.iov_base, piece.iov_len);
		from += piece.iov_len;
	}
}

static void on_input(struct evbuffer *in, const struct evbuffer_cb_info *info, void *arg)
{
	struct conn *c = arg;

	if (info->n_added == 0)
		return;
	guard_request_arrives(c);
	if (!c->head.is_over)
		watch_bytes(&c->head, in, info->orig_size);
}

void head_watch(struct conn *c)
{
	evbuffer_add_cb(bufferevent_get_input(c->bev), on_input, c);
}

int head_next(struct conn *c)
{
	int is_odd = c->head.is_odd;

	c->head = (struct head_watch){ 0 };
	watch_bytes(&c->head, bufferevent_get_input(c->bev), 0);
	return is_odd;
}

/* --- what evhttp made of them --------------------------------------------- */

static int is_token(const char *name)
{
	for (const char *p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("!#$%&'*+-.^_`|~", *p))
			return 0;
	return *name != 0;
}

static int is_value(const char *value)
{
	for (const char *p = value; *p; p++)
		if (((unsigned char)*p < ' ' && *p != '\t') || *p == 0x7f)
			return 0;
	return 1;
}

static int is_length(const char *value)
{
	return *value && strlen(value) <= 18 && value[strspn(value, "0123456789")] == 0;
}

struct framing {
	int lengths, codings, hosts, is_bad_length, is_bad_coding;
};

static int is_http_1_1(const struct evhttp_request *ev)
{
	return ev->major == 1 && ev->minor >= 1;
}

static int read_framing(struct framing *f, const struct evkeyvalq *headers)
{
	const struct evkeyval *h;

	*f = (struct framing){ 0 };
	TAILQ_FOREACH (h, headers, next) {
		if (!is_token(h->key) || !is_value(h->value))
			return -1;
		if (strcasecmp(h->key, "Content-Length") == 0) {
			f->lengths++;
			f->is_bad_length |= !is_length(h->value);
		} else if (strcasecmp(h->key, "Transfer-Encoding") == 0) {
			f->codings++;
			f->is_bad_coding |= strcasecmp(h->value, "chunked") != 0;
		} else if (strcasecmp(h->key, "Host") == 0) {
			f->hosts++;
		}
	}
	return 0;
}

/* Whom HTTP/1.1 asks must be said (RFC 9112, 3.2), by an older client it may be. */
static int is_bad_host(const struct framing *f, const struct evhttp_request *ev)
{
	return f->hosts > 1 || (f->hosts == 0 && is_http_1_1(ev));
}

static int refuse(struct web_request *req, int status, const char *code, const char *why)
{
	web_set_header(req, "Connection", "close");
	web_problem(req, status, code, "%s", why);
	return -1;
}

int head_check(struct web_request *req)
{
	struct framing f;

	if (req->has_odd_head ||
	    read_framing(&f, evhttp_request_get_input_headers(req->ev)) < 0 ||
	    is_bad_host(&f, req->ev))
		return refuse(req, 400, "bad_head", "The head of the request is malformed.");
	if (f.lengths > 1 || (f.lengths && f.codings))
		return refuse(req, 400, "two_lengths", "One Content-Length, please.");
	if (f.is_bad_length)
		return refuse(req, 400, "bad_length", "Content-Length is a number.");
	if (f.codings > 1 || f.is_bad_coding || (f.codings && !is_http_1_1(req->ev)))
		return refuse(req, 501, "bad_coding",
			      "Only Transfer-Encoding: chunked is known.");
	if (f.codings)
		web_set_header(req, "Connection", "close");
	return 0;
}

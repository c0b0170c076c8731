#pragma once

#include <stdio.h>

#include "common/flow/flow.h"

/*
 * Outgoing HTTP/1.1 with keep-alive: one libcurl multi handle, driven by the
 * event loop.  URLs may hold tokens: neither they nor bodies are ever logged,
 * and errors name the host only.
 */

struct http;

struct http_conf {
	int max_host_connections; /* 0: 256 */
	int max_connections;      /* kept open when idle; 0: 256 */
};

/*
 * Bytes of a response body as they arrive (status is known by then).  Return 0,
 * or -1 to give up: the operation then fails as ERR_PERM with "refused by
 * reader", and the reader knows why.  It must not end the flow.
 */
typedef int http_reader(void *arg, const char *data, size_t len);

/* One field of a form (multipart/form-data): a value, or a file read from its beginning. */
struct http_part {
	const char *name;
	const char *value; /* len bytes */
	FILE *file;        /* instead: len bytes of it; borrowed until the operation ends;
			      one in a form */
	size_t len;
	const char *filename, *type; /* NULL: none */
};

/*
 * The last word before a request is written, to a new connection or a kept one, and before
 * each piece of a file.  0: it is not, and the operation fails as ERR_TEMP, not sent.  It
 * must not end the flow.
 */
typedef int http_gate(void *arg);

struct http_request {
	const char *url;
	const char *const *headers; /* NULL-terminated, or NULL */
	const char *body;           /* POST if not NULL; borrowed until the operation ends */
	size_t body_len;
	const struct http_part
		*parts; /* POST of a form, instead of a body; copied but for files */
	int part_count;
	int timeout_ms;         /* of the whole transfer; 0: none (streams) */
	int connect_timeout_ms; /* 0: 5000 */
	int first_byte_ms;      /* silence before the first body byte; 0: none */
	int idle_ms;            /* silence between body bytes; 0: none */
	size_t max_body;        /* 0: 1 MiB */
	http_reader *reader;    /* called for bodies of status 200 instead of collecting them */
	void *reader_arg;
	http_gate *may_leave; /* NULL: always */
	void *may_leave_arg;
};

enum http_stage {
	HTTP_NOT_SENT, /* nothing of the request was written, or never its end: repeating
			  it is safe */
	HTTP_SENT,     /* the request may have arrived; no answer */
	HTTP_ANSWERED, /* a status line came */
};

struct http_response {
	long status;           /* 0 if none */
	enum http_stage stage; /* also set when the operation fails */
	const char *body; /* NUL-terminated, in the flow's arena; "" when a reader took it */
	size_t len;
	int retry_after_ms;  /* -1 if the header is absent; also from retry-after-ms */
	int should_retry;    /* header x-should-retry: 1, 0, or -1 if absent */
	char request_id[64]; /* header x-request-id, or "" */
};

struct http *http_open(struct event_base *base, const struct http_conf *conf);
void http_close(struct http *h); /* no flow may still wait for it */

/* Succeeds for any status; fails as ERR_TEMP when no complete answer came. */
void http_send(struct http *h, struct flow *f, flow_step *next, struct http_response *out,
	       const struct http_request *req);

int http_in_flight(const struct http *h);

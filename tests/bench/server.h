#pragma once

#include <event2/event.h>
#include <stddef.h>

/*
 * HTTP for the fakes, as light as it can be made, because they share processors
 * with what is measured: one read a request, one write an answer.  Nobody who
 * asks here pipelines.
 */

struct server;
struct line; /* a connection */

struct server_events {
	/* head begins with the method and ends with NUL; body_len bytes of body follow. */
	void (*request)(struct line *l, const char *head, const char *body, size_t body_len);
	void (*gone)(struct line *l); /* may be NULL */
};

/* Serves at 127.0.0.1 from now on, over TLS if cert and key are given; exits if it cannot. */
void server_open(struct event_base *base, int port, const char *cert, const char *key,
		 const struct server_events *events);

/* What the socket does not take now leaves later, in order. */
void line_write(struct line *l, const char *data, size_t len);
int line_is_full(const struct line *l);

/* A whole answer. */
void line_reply(struct line *l, const char *type, const char *body, size_t len);

/* The fake's own; NULL at first. */
void **line_own(struct line *l);

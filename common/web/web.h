#pragma once

#include <event2/event.h>
#include <jansson.h>
#include <stddef.h>

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/i18n/i18n.h"

/*
 * Incoming HTTP.  A handler may reply at once or keep the request and reply
 * later, from a step; it must reply exactly once.  If the client has left in
 * the meantime the reply is dropped.
 *
 * Guards that evhttp lacks live here: an absolute deadline for receiving a
 * request, a rate at which a reply must be taken, a bound on connections and on
 * what a client may send during a reply, and a bound on unsent output of streams.
 * Heads are read strictly (head.c): no NUL, lone CR or lone LF, names are tokens,
 * one Host, and one length, by Content-Length or by chunks; a connection that
 * sent chunks serves no further request, so nothing can be smuggled behind them.
 * Errors leave as application/problem+json (RFC 9457).
 */

struct web;
struct web_request;

typedef void web_handler(void *arg, struct web_request *req);

struct web_route {
	const char *method; /* "GET", "POST"; HEAD is served by GET */
	const char *path;   /* "/api/v1/messages", or "/telegram/" + "*": a rest that web_rest
			       gives */
	web_handler *handle;
	int cors;        /* answers preflights; see web_conf.origin_allowed */
	size_t max_body; /* 0: 64 KiB; a longer body is 413 */
};

struct web_conf {
	const char *listen;  /* "127.0.0.1:8080", "[::1]:0" */
	int max_connections; /* 0: 20000; fewer if the limit of open files is lower */
	int request_ms;      /* to receive a request completely; 0: 10000 */
	int idle_ms;         /* without anything sent or taken; 0: 60000 */
	const char *const *trusted_proxies; /* NULL-terminated addresses or CIDRs whose
					       X-Forwarded-For counts */
	int (*origin_allowed)(void *arg, const char *origin);
	const struct web_route
		*routes; /* ends with a NULL path; "*" as path catches the rest */
	void *arg;
};

/* NULL with *e if the address cannot be bound. */
struct web *web_open(struct event_base *base, const struct web_conf *conf, struct err *e);
void web_pause(struct web *w); /* accept no new connections */
void web_close(struct web *w);
int web_port(const struct web *w); /* the one bound, when 0 was asked for */

/* The request; everything is borrowed until the reply. */
const char *web_method(const struct web_request *req);
const char *web_path(const struct web_request *req); /* decoded, without the query */
const char *web_rest(const struct web_request *req); /* what "*" matched */
const char *web_query(const struct web_request *req, const char *key); /* NULL if absent */
const char *web_header(const struct web_request *req, const char *name);
const char *web_client(const struct web_request *req); /* address behind trusted proxies */
const char *web_body(const struct web_request *req, size_t *len);
void web_forget_body(struct web_request *req);        /* its memory is free for the next one */
const char *web_trace(const struct web_request *req); /* new, or from a valid traceparent */
struct arena *web_arena(struct web_request *req);     /* dies with the request */

/* `left` is called once if the client leaves before the reply; it must not reply itself. */
void web_on_leave(struct web_request *req, void (*left)(void *arg), void *arg);

/*
 * `sent` is called once, when the bytes of the answer have left us or nobody is there to take
 * them.  Asked for before the reply; it may be called during it.
 */
void web_on_sent(struct web_request *req, void (*sent)(void *arg), void *arg);

/*
 * The body as a JSON object: 415 unless the type is JSON, 400 unless it is an
 * object of valid UTF-8 without duplicate keys, at most 32 deep.  On failure
 * the reply has been sent and NULL is returned.  The arena owns the object.
 */
json_t *web_json(struct web_request *req);

/* Add a header before replying; instead of one of that name, or beside it. */
void web_set_header(struct web_request *req, const char *name, const char *value);
void web_add_header(struct web_request *req, const char *name, const char *value);

void web_reply(struct web_request *req, int status, const char *type, const char *body,
	       size_t len);
void web_reply_json(struct web_request *req, int status, const json_t *body);

/*
 * {"type","title","status","code","detail","trace"}.  `code` is for programs,
 * `detail` for people.
 */
void web_problem(struct web_request *req, int status, const char *code, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* The same with a text that people may see, in the language of the request. */
void web_refuse(struct web_request *req, int status, const char *code, enum text_id id, ...);

/* "ru" or "en": the one set before, else by Accept-Language. */
const char *web_lang(struct web_request *req);
void web_speak(struct web_request *req, const char *lang);

/* 429 with Retry-After. */
void web_too_many(struct web_request *req, int retry_after_s);

/* --- event streams -------------------------------------------------------- */

struct web_stream;

/*
 * Turn the request into a stream of server-sent events.  `closed` is called
 * once when it ended by itself: client gone, or more than 256 KiB unsent (a
 * client that does not read is dropped).  The stream is freed after `closed`
 * returned.  The request's arena lives as long as the stream.
 */
struct web_stream *web_stream_begin(struct web_request *req, void (*closed)(void *arg),
				    void *arg);

/* id and event may be NULL; data is split at newlines. */
void web_stream_send(struct web_stream *s, const char *id, const char *event, const char *data,
		     size_t len);
void web_stream_comment(struct web_stream *s, const char *text); /* heart-beat */
size_t web_stream_unsent(const struct web_stream *s);
void web_stream_end(struct web_stream *s); /* `closed` is not called */

/* --- static files --------------------------------------------------------- */

/*
 * A folder loaded into memory at open: path -> bytes, type, ETag, gzip variant.
 * Paths are those below the folder; "" serves index.html.
 */
struct web_files;

struct web_files *web_files_open(const char *folder, struct err *e);
void web_files_close(struct web_files *files);
/* Replies with the file, 304 or 404.  Pages get a policy, unless the caller has set one. */
void web_files_serve(const struct web_files *files, struct web_request *req, const char *path);

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/web/internal.h"

const char *reply_reason(int status)
{
	static const struct {
		int status;
		const char *text;
	} known[] = {
		{ 200, "OK" },
		{ 201, "Created" },
		{ 202, "Accepted" },
		{ 204, "No Content" },
		{ 206, "Partial Content" },
		{ 304, "Not Modified" },
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 409, "Conflict" },
		{ 410, "Gone" },
		{ 413, "Content Too Large" },
		{ 416, "Range Not Satisfiable" },
		{ 417, "Expectation Failed" },
		{ 415, "Unsupported Media Type" },
		{ 429, "Too Many Requests" },
		{ 500, "Internal Server Error" },
		{ 501, "Not Implemented" },
		{ 502, "Bad Gateway" },
		{ 503, "Service Unavailable" },
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (known[i].status == status)
			return known[i].text;
	return status < 400 ? "OK" : "Error";
}

void web_set_header(struct web_request *req, const char *name, const char *value)
{
	struct evkeyvalq *headers;

	if (!req->ev)
		return;
	headers = evhttp_request_get_output_headers(req->ev);
	evhttp_remove_header(headers, name);
	evhttp_add_header(headers, name, value);
}

void web_add_header(struct web_request *req, const char *name, const char *value)
{
	if (req->ev)
		evhttp_add_header(evhttp_request_get_output_headers(req->ev), name, value);
}

/* evhttp sends no body for HEAD only if there is none; the length is told all the same. */
static void drop_body_of_head(struct web_request *req, struct evbuffer *out)
{
	char length[24];

	if (evhttp_request_get_command(req->ev) != EVHTTP_REQ_HEAD)
		return;
	snprintf(length, sizeof length, "%zu", evbuffer_get_length(out));
	web_set_header(req, "Content-Length", length);
	evbuffer_drain(out, evbuffer_get_length(out));
}

/*
 * What the socket takes at once need not be watched for; evhttp hears that it
 * has left as it always does, a little later.
 */
static void write_now(struct conn *c)
{
	struct evbuffer *out = bufferevent_get_output(c->bev);

	evbuffer_unfreeze(out, 1);
	(void)!evbuffer_write(out, c->fd);
	evbuffer_freeze(out, 1);
	if (evbuffer_get_length(out) > 0)
		return;
	bufferevent_disable(c->bev, EV_WRITE);
	bufferevent_trigger(c->bev, EV_WRITE, BEV_OPT_DEFER_CALLBACKS);
}

/* The body is in the output buffer. */
void reply_send(struct web_request *req, int status)
{
	struct evhttp_request *ev = req->ev;
	struct conn *conn = req->conn;

	if (!ev) {
		request_free(req);
		return;
	}
	access_count(req, status);
	if (req->route && req->route->cors)
		cors_add_headers(req);
	web_set_header(req, "X-Content-Type-Options", "nosniff");
	drop_body_of_head(req, evhttp_request_get_output_buffer(ev));
	if (conn)
		guard_request_over(conn);
	request_free(req);
	evhttp_send_reply(ev, status, reply_reason(status), NULL);
	if (!conn)
		return;
	write_now(conn);
	odd_watch(conn);
}

void web_reply(struct web_request *req, int status, const char *type, const char *body,
	       size_t len)
{
	if (req->ev && type)
		web_set_header(req, "Content-Type", type);
	if (req->ev && len)
		evbuffer_add(evhttp_request_get_output_buffer(req->ev), body, len);
	reply_send(req, status);
}

void web_reply_json(struct web_request *req, int status, const json_t *body)
{
	char *text = json_dumps(body, JSON_COMPACT);

	if (!text)
		abort();
	web_set_header(req, "Cache-Control", "no-store");
	web_reply(req, status, "application/json", text, strlen(text));
	free(text);
}

const char *web_lang(struct web_request *req)
{
	const char *accepted = req->ev ? web_header(req, "Accept-Language") : NULL;

	if (!req->lang)
		req->lang = i18n_lang(
			accepted ? arena_dup(&req->arena, accepted, strcspn(accepted, ",;"))
				 : NULL);
	return req->lang;
}

void web_speak(struct web_request *req, const char *lang)
{
	req->lang = i18n_lang(lang);
}

static void reply_problem(struct web_request *req, int status, const char *code,
			  const char *fmt, va_list ap)
{
	char detail[400], *text;
	json_auto_t *body = NULL;

	vsnprintf(detail, sizeof detail, fmt, ap);
	body = json_pack("{ss ss si ss ss* ss}", "type", "about:blank", "title",
			 reply_reason(status), "status", status, "code", code, "detail", detail,
			 "trace", web_trace(req));
	text = body ? json_dumps(body, JSON_COMPACT) : NULL;
	web_set_header(req, "Cache-Control", "no-store");
	web_reply(req, status, "application/problem+json", text ? text : "{}",
		  text ? strlen(text) : 2);
	free(text);
}

void web_problem(struct web_request *req, int status, const char *code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	reply_problem(req, status, code, fmt, ap);
	va_end(ap);
}

void web_refuse(struct web_request *req, int status, const char *code, enum text_id id, ...)
{
	va_list ap;

	va_start(ap, id);
	reply_problem(req, status, code, i18n_text(id, web_lang(req)), ap);
	va_end(ap);
}

void web_too_many(struct web_request *req, int retry_after_s)
{
	int wait = retry_after_s > 0 ? retry_after_s : 1;
	char seconds[16];

	snprintf(seconds, sizeof seconds, "%d", wait);
	web_set_header(req, "Retry-After", seconds);
	web_refuse(req, 429, "too_many", TEXT_PROBLEM_TOO_MANY, wait);
}

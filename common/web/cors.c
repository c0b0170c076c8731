#include <string.h>

#include "common/web/internal.h"

/*
 * Which other sites' pages may call us (Fetch standard, "CORS protocol").  The
 * service decides by origin; without its answer a browser keeps our replies
 * from the page.
 */

static int is_allowed(const struct web_request *req, const char *origin)
{
	const struct web_conf *conf = &req->web->conf;

	return conf->origin_allowed && conf->origin_allowed(conf->arg, origin);
}

void cors_add_headers(struct web_request *req)
{
	const char *origin = web_header(req, "Origin");

	web_set_header(req, "Vary", "Origin");
	if (!origin || !is_allowed(req, origin))
		return;
	web_set_header(req, "Access-Control-Allow-Origin", origin);
	web_set_header(req, "Access-Control-Expose-Headers", "Retry-After");
}

void cors_preflight(struct web_request *req, const char *methods)
{
	const char *origin = web_header(req, "Origin");

	if (!origin || !is_allowed(req, origin)) {
		web_refuse(req, 403, "origin_not_allowed", TEXT_PROBLEM_ORIGIN_ADDRESS);
		return;
	}
	web_set_header(req, "Access-Control-Allow-Methods", methods);
	web_set_header(req, "Access-Control-Allow-Headers",
		       "Authorization, Content-Type, Last-Event-ID, chat-token, traceparent");
	web_set_header(req, "Access-Control-Max-Age", "600");
	web_reply(req, 204, NULL, NULL, 0);
}

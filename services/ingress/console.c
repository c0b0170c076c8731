#include "services/ingress/console.h"

#include <stdlib.h>
#include <string.h>

#include "services/ingress/buckets.h"
#include "services/ingress/hasher.h"
#include "services/ingress/origin.h"
#include "services/ingress/routes.h"

/* A request of the console: authenticate -> admit -> the route's step */

enum { JSON_MAX = 64 << 10 };

static flow_step authenticate, admit, cannot_serve, call_release;
static const struct flow_class call_class = { "console", cannot_serve, call_release };

/* --- routes --------------------------------------------------------------- */

static int64_t *next_number(struct console_call *c)
{
	return !c->id ? &c->id : !c->second ? &c->second : &c->third;
}

/* One "{id}" against digits; the end of them, or NULL. */
static const char *match_number(const char *path, int64_t *out)
{
	size_t digits = strspn(path, "0123456789");

	if (digits < 1 || digits > 18)
		return NULL;
	*out = strtoll(path, NULL, 10);
	return path + digits;
}

static int matches(struct console_call *c, const char *pattern, const char *path)
{
	c->id = c->second = c->third = 0;
	while (*pattern && path) {
		if (strncmp(pattern, "{id}", 4) == 0) {
			path = match_number(path, next_number(c));
			pattern += 4;
		} else if (*pattern++ != *path++) {
			return 0;
		}
	}
	return path && !*path;
}

/* HEAD is answered as GET.  `allowed`: what the path knows. */
static const struct console_route *find(struct console_call *c, const char *method,
					const char *path, const char **allowed)
{
	const char *wanted = strcmp(method, "HEAD") == 0 ? "GET" : method;

	*allowed = "";
	for (const struct console_route *r = console_routes; r->path; r++) {
		if (!matches(c, r->path, path))
			continue;
		if (strcmp(r->method, wanted) == 0)
			return r;
		*allowed = arena_printf(web_arena(c->req), "%s%s%s", *allowed,
					**allowed ? ", " : "", r->method);
	}
	return NULL;
}

/* --- the way in ----------------------------------------------------------- */

static void set_headers(struct web_request *req)
{
	web_set_header(req, "Content-Security-Policy",
		       "default-src 'none'; frame-ancestors 'none'");
	web_set_header(req, "X-Frame-Options", "DENY");
	web_set_header(req, "Referrer-Policy", "no-referrer");
	web_set_header(req, "Cache-Control", "no-store");
	web_set_header(req, "Cross-Origin-Resource-Policy", "same-origin");
}

static struct console_call *create(struct ingress *in, struct web_request *req)
{
	struct console_call *c = calloc(1, sizeof *c);

	if (!c)
		abort();
	c->in = in;
	c->store = &in->desk_store;
	c->req = req;
	console_token_hash(req, c->token_hash);
	return c;
}

static void refuse_address(struct web_request *req, const char *allowed)
{
	if (!*allowed) {
		web_refuse(req, 404, "not_found", TEXT_PROBLEM_NOT_FOUND);
		return;
	}
	web_set_header(req, "Allow", allowed);
	web_refuse(req, 405, "method_not_allowed", TEXT_PROBLEM_NOT_ALLOWED, allowed);
}

/* A page of somebody else's, or a form, cannot make a browser send this. */
static int is_forged(struct ingress *in, struct web_request *req)
{
	const char *site = web_header(req, "Sec-Fetch-Site");

	return !origin_is_own(in, req) ||
	       (site && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0);
}

/* Visitors at the same address have one of their own. */
static const char *bucket_of(struct web_request *req)
{
	return arena_printf(web_arena(req), "console:%s", ingress_network(req));
}

void console_serve(void *arg, struct web_request *req)
{
	static const struct limit limit = { .per_minute = 1800, .burst = 600 };
	struct ingress *in = arg;
	struct console_call *c = create(in, req);
	const char *allowed;

	set_headers(req);
	c->route = find(c, web_method(req), web_rest(req), &allowed);
	if (!c->route) {
		refuse_address(req, allowed);
	} else if (strcmp(c->route->method, "GET") != 0 && is_forged(in, req)) {
		web_refuse(req, 403, "origin_not_allowed", TEXT_PROBLEM_ORIGIN_ADDRESS);
	} else if (ingress_must_be_ready(in, req) == 0 &&
		   ingress_limit_key(in, req, LIMIT_READS, bucket_of(req), &limit) == 0) {
		flow_begin(&c->flow, &call_class, c, web_trace(req), CONSOLE_MS,
			   c->route->door == FOR_ANYBODY ? c->route->step : authenticate);
		return;
	}
	free(c);
}

static void authenticate(void *self)
{
	struct console_call *c = self;

	if (!*c->token_hash)
		console_refuse(c, 401, "sign_in", TEXT_PROBLEM_SIGN_IN);
	else
		store_session(c->store, &c->flow, admit, &c->who, c->token_hash);
}

static void admit(void *self)
{
	struct console_call *c = self;
	const char *csrf = web_header(c->req, "X-CSRF-Token");

	if (!c->who.id) {
		console_refuse(c, 401, "sign_in", TEXT_PROBLEM_SIGN_IN);
		return;
	}
	web_speak(c->req, c->who.lang);
	if (strcmp(c->route->method, "GET") != 0 && (!csrf || !crypto_equal(csrf, c->who.csrf)))
		console_refuse(c, 403, "csrf", TEXT_PROBLEM_FORGED);
	else if (c->route->door == FOR_ADMINS && !c->who.is_admin)
		console_refuse(c, 403, "admin_only", TEXT_PROBLEM_ADMIN_ONLY);
	else
		c->route->step(c);
}

static void cannot_serve(void *self)
{
	struct console_call *c = self;

	ingress_reply_failure(c->req, &c->flow.err);
	flow_done(&c->flow);
}

static void call_release(void *self)
{
	free(self);
}

/* --- ends ----------------------------------------------------------------- */

void console_reply(struct console_call *c, int status, json_t *body)
{
	if (!body)
		abort();
	web_reply_json(c->req, status, body);
	json_decref(body);
	flow_done(&c->flow);
}

void console_reply_text(struct console_call *c, const char *json)
{
	web_reply(c->req, 200, "application/json", json, strlen(json));
	flow_done(&c->flow);
}

void console_reply_empty(struct console_call *c)
{
	web_reply(c->req, 204, NULL, NULL, 0);
	flow_done(&c->flow);
}

void console_refuse(struct console_call *c, int status, const char *code, enum text_id text)
{
	web_refuse(c->req, status, code, text);
	flow_done(&c->flow);
}

void console_refuse_fields(struct console_call *c, const char *fields)
{
	web_refuse(c->req, 400, "bad_request", TEXT_PROBLEM_FIELDS, fields);
	flow_done(&c->flow);
}

void console_reply_read(void *self)
{
	struct console_call *c = self;

	if (c->json)
		console_reply_text(c, c->json);
	else
		console_refuse(c, 404, "not_found", TEXT_PROBLEM_NOT_FOUND);
}

/* --- reading -------------------------------------------------------------- */

json_t *console_body(struct console_call *c)
{
	json_t *body = NULL;
	size_t len;

	web_body(c->req, &len); /* only pieces of files may be longer */
	if (len > JSON_MAX)
		web_refuse(c->req, 413, "too_large", TEXT_PROBLEM_TOO_LARGE, (size_t)JSON_MAX);
	else
		body = web_json(c->req);
	if (!body)
		flow_done(&c->flow);
	return body;
}

json_t *console_parse(const char *json)
{
	json_t *value = json_loads(json, JSON_DECODE_ANY, NULL);

	if (!value)
		abort();
	return value;
}

int console_number(struct console_call *c, const char *name, int64_t preset, int64_t max,
		   int64_t *out)
{
	const char *text = web_query(c->req, name);
	char *end;

	*out = preset;
	if (!text)
		return 0;
	*out = strtoll(text, &end, 10);
	if (end != text && !*end && *out >= 0 && *out <= max)
		return 0;
	web_refuse(c->req, 400, "bad_request", TEXT_PROBLEM_PARAMETER, name);
	flow_done(&c->flow);
	return -1;
}

static void on_leave(void *arg)
{
	struct console_call *c = arg;

	hasher_forget(c->in->hasher, &c->flow);
}

void console_mind_leaving(struct console_call *c)
{
	web_on_leave(c->req, on_leave, c);
}

const char *console_address(struct console_call *c)
{
	return ingress_network(c->req);
}

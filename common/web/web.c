#include "common/web/web.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/web/internal.h"

enum { BACKLOG = 1024 };

/* --- routes --------------------------------------------------------------- */

/* What the pattern's "*" matches, or NULL. */
static const char *match(const char *pattern, const char *path)
{
	size_t len = strlen(pattern);

	if (len > 0 && pattern[len - 1] == '*')
		return strncmp(pattern, path, len - 1) == 0 ? path + len - 1 : NULL;
	return strcmp(pattern, path) == 0 ? path + strlen(path) : NULL;
}

static int serves(const struct web_route *route, const char *method)
{
	return strcmp(route->method, method) == 0 ||
	       (strcmp(method, "HEAD") == 0 && strcmp(route->method, "GET") == 0);
}

/* The methods this path knows, for Allow; "" if nobody knows the path. */
static const char *allowed(struct web_request *req, int *cors)
{
	const char *list = "";

	*cors = 0;
	for (const struct web_route *r = req->web->conf.routes; r->path; r++) {
		if (strcmp(r->path, "*") == 0 || !match(r->path, req->path))
			continue;
		*cors |= r->cors;
		list = arena_printf(&req->arena, "%s%s%s", list, *list ? ", " : "", r->method);
		if (!req->route && r->cors)
			req->route = r;
	}
	return list;
}

static void refuse(struct web_request *req)
{
	int cors;
	const char *methods = allowed(req, &cors);

	if (!*methods) {
		web_refuse(req, 404, "not_found", TEXT_PROBLEM_NOT_FOUND);
	} else if (cors && strcmp(web_method(req), "OPTIONS") == 0) {
		cors_preflight(req, methods);
	} else {
		web_set_header(req, "Allow", methods);
		web_refuse(req, 405, "method_not_allowed", TEXT_PROBLEM_NOT_ALLOWED, methods);
	}
}

static const struct web_route *find_route(struct web_request *req, const char *method)
{
	const struct web_route *rest = NULL;
	int known = 0;

	for (const struct web_route *r = req->web->conf.routes; r->path; r++) {
		const char *matched = match(r->path, req->path);

		if (!matched)
			continue;
		if (strcmp(r->path, "*") == 0) {
			rest = serves(r, method) ? r : rest;
			continue;
		}
		known = 1;
		if (!serves(r, method))
			continue;
		req->rest = matched;
		return r;
	}
	if (rest && !known)
		req->rest = req->path;
	return known ? NULL : rest;
}

static void on_request(struct evhttp_request *ev, void *arg)
{
	struct web_request *req = request_create(arg, ev);

	if (request_check_head(req) < 0)
		return;
	req->route = find_route(req, web_method(req));
	if (!req->route)
		refuse(req);
	else if (request_check_body(req) == 0)
		req->route->handle(req->web->conf.arg, req);
}

/* --- open ----------------------------------------------------------------- */

static int parse_trusted(struct web *w, struct err *e)
{
	const char *const *list = w->conf.trusted_proxies;
	int n = 0;

	while (list && list[n])
		n++;
	w->trusted = calloc((size_t)n + 1, sizeof *w->trusted);
	if (!w->trusted)
		abort();
	for (int i = 0; i < n; i++)
		if (network_parse(&w->trusted[i], list[i]) < 0)
			return err_set(e, ERR_PERM, "not an address or network: %s", list[i]);
	w->trusted_count = n;
	return 0;
}

/* "127.0.0.1:8080", "[::1]:0": libevent's parser knows no port 0. */
static int parse_listen(struct sockaddr_storage *at, int *len, const char *text)
{
	const char *colon = strrchr(text, ':');
	char host[80], *end;
	long port;

	if (!colon || (size_t)(colon - text) >= sizeof host)
		return -1;
	port = strtol(colon + 1, &end, 10);
	if (end == colon + 1 || *end || port < 0 || port > 65535)
		return -1;
	snprintf(host, sizeof host, "%.*s", (int)(colon - text), text);
	if (evutil_parse_sockaddr_port(host, (struct sockaddr *)at, len) < 0)
		return -1;
	if (at->ss_family == AF_INET6)
		((struct sockaddr_in6 *)at)->sin6_port = htons((uint16_t)port);
	else
		((struct sockaddr_in *)at)->sin_port = htons((uint16_t)port);
	return 0;
}

static int listen_at(struct web *w, struct err *e)
{
	struct sockaddr_storage at;
	int len = sizeof at;
	unsigned flags = LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE |
			 LEV_OPT_REUSEABLE_PORT;

	if (parse_listen(&at, &len, w->conf.listen) < 0)
		return err_set(e, ERR_PERM, "not an address with a port: %s", w->conf.listen);
	w->listener = evconnlistener_new_bind(w->base, NULL, NULL, flags, BACKLOG,
					      (struct sockaddr *)&at, len);
	if (!w->listener)
		return err_set(e, ERR_TEMP, "cannot listen at %s: %s", w->conf.listen,
			       evutil_socket_error_to_string(EVUTIL_SOCKET_ERROR()));
	return 0;
}

static void set_limits(struct web *w)
{
	w->body_max = BODY_DEFAULT;
	for (const struct web_route *r = w->conf.routes; r->path; r++)
		if (r->max_body > w->body_max)
			w->body_max = r->max_body;
	evhttp_set_max_headers_size(w->http, HEAD_MAX);
	evhttp_set_max_body_size(w->http, (ev_ssize_t)w->body_max);
	/* Every method reaches us: what we do not know is ours to refuse. */
	evhttp_set_allowed_methods(w->http, 0xffff);
	evhttp_set_default_content_type(w->http, NULL);
}

struct web *web_open(struct event_base *base, const struct web_conf *conf, struct err *e)
{
	struct web *w = calloc(1, sizeof *w);

	if (!w)
		abort();
	w->base = base;
	w->conf = *conf;
	TAILQ_INIT(&w->requests);
	if (parse_trusted(w, e) < 0 || listen_at(w, e) < 0) {
		free(w->trusted);
		free(w);
		return NULL;
	}
	w->http = evhttp_new(base);
	if (!w->http || !evhttp_bind_listener(w->http, w->listener))
		abort();
	set_limits(w);
	guard_open(w);
	evhttp_set_gencb(w->http, on_request, w);
	return w;
}

void web_pause(struct web *w)
{
	w->paused = 1;
	guard_set_paused(w);
}

/* Whoever still works on a request may reply later: into nothing. */
void web_close(struct web *w)
{
	struct web_request *req, *next;

	if (!w)
		return;
	w->guard.closing = 1;
	evhttp_free(w->http); /* and the listener and the connections */
	for (req = TAILQ_FIRST(&w->requests); req; req = next) {
		next = TAILQ_NEXT(req, link);
		TAILQ_REMOVE(&w->requests, req, link);
		req->web = NULL;
	}
	guard_close(w);
	free(w->trusted);
	free(w);
}

int web_port(const struct web *w)
{
	struct sockaddr_storage at;
	socklen_t len = sizeof at;

	memset(&at, 0, sizeof at);
	if (getsockname(evconnlistener_get_fd(w->listener), (struct sockaddr *)&at, &len) < 0)
		return 0;
	if (at.ss_family == AF_INET6)
		return ntohs(((struct sockaddr_in6 *)&at)->sin6_port);
	return ntohs(((struct sockaddr_in *)&at)->sin_port);
}

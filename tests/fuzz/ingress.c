#include "tests/fuzz/ingress.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/log.h"
#include "common/flow/flow.h"
#include "common/web/internal.h"
#include "services/ingress/buckets.h"
#include "services/ingress/origin.h"
#include "services/ingress/session.h"

#include <event2/http_struct.h> /* after sys/queue.h, which it would hide */

static struct ingress ingress;
static struct web web;
static struct registry *registry;
static const char *token;

/* --- doubles of what is behind --------------------------------------------- */

/* Declared as what they stand for, so that they cannot differ. */
__typeof__(bots_registry) __wrap_bots_registry;
__typeof__(pg_is_up) __wrap_pg_is_up;
__typeof__(pg_waiting) __wrap_pg_waiting;
__typeof__(redis_send) __wrap_redis_send;

const struct registry *__wrap_bots_registry(const struct bots *b)
{
	(void)b;
	return registry;
}

int __wrap_pg_is_up(const struct pg *pg)
{
	(void)pg;
	return 1;
}

int __wrap_pg_waiting(const struct pg *pg)
{
	(void)pg;
	return 0;
}

void __wrap_redis_send(struct redis *r, redis_reply_fn *fn, void *arg, int argc,
		       const char *const argv[])
{
	(void)r, (void)fn, (void)arg;
	for (int i = 0; i < argc; i++)
		demand_utf8(argv[i]);
}

/* --- requests --------------------------------------------------------------- */

struct ingress *fuzz_ingress(const char *bots)
{
	static struct arena forever;
	struct err e;

	registry = registry_parse(bots, &forever, &e);
	demand(registry != NULL);
	ingress.base = event_base_new();
	flow_open(ingress.base);
	log_open("fuzz", 1);
	TAILQ_INIT(&web.requests);
	web.conf.routes = ingress_routes;
	web.conf.arg = &ingress;
	web.conf.origin_allowed = origin_known;
	ingress.limits = limits_open(64);
	token = session_sign(&ingress, &forever, "w", "wchat", INT64_MAX / 2000);
	return &ingress;
}

const char *fuzz_person(void)
{
	return token;
}

const struct web_route *fuzz_route(const char *method, const char *path)
{
	for (const struct web_route *r = ingress_routes; r->path; r++)
		if (strcmp(r->method, method) == 0 && strcmp(r->path, path) == 0)
			return r;
	abort();
}

struct evhttp_request *fuzz_request(const char *method, const char *path)
{
	struct evhttp_request *ev = evhttp_request_new(NULL, NULL);

	if (!ev)
		abort();
	ev->kind = EVHTTP_REQUEST;
	ev->type = strcmp(method, "POST") == 0 ? EVHTTP_REQ_POST : EVHTTP_REQ_GET;
	ev->uri_elems = evhttp_uri_parse_with_flags(path, EVHTTP_URI_NONCONFORMANT);
	return ev;
}

void fuzz_serve(struct evhttp_request *ev, const struct web_route *route, const char *rest,
		const struct fuzz_input *in)
{
	struct web_request *req;

	if (!ev->uri_elems) { /* evhttp would not have passed it on */
		evhttp_request_free(ev);
		return;
	}
	if (!(req = calloc(1, sizeof *req)))
		abort();
	*req = (struct web_request){ .web = &web, .ev = ev, .route = route, .rest = rest };
	evbuffer_add(ev->input_buffer, in->data, in->len);
	TAILQ_INSERT_TAIL(&web.requests, req, link);
	if (request_check_head(req) == 0 && request_check_body(req) == 0)
		route->handle(&ingress, req);
	while (flow_count() > 0)
		event_base_loop(ingress.base, EVLOOP_NONBLOCK);
	demand(TAILQ_EMPTY(&web.requests));
}

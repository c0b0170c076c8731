#include "common/service/pages.h"

#include <string.h>

#include "common/metrics/metrics.h"

void pages_health(void *arg, struct web_request *req)
{
	(void)arg;
	web_reply(req, 200, "text/plain; charset=utf-8", "ok\n", 3);
}

static void show_readiness(void *arg, struct web_request *req)
{
	const struct pages *p = arg;
	const struct service *s = p->service;
	const char *why = p->stopping ? "stopping" : s->unready ? s->unready(s->self) : NULL;

	if (why)
		web_problem(req, 503, "not_ready", "%s", why);
	else
		web_reply(req, 200, "text/plain; charset=utf-8", "ready\n", 6);
}

void pages_metrics(void *arg, struct web_request *req)
{
	struct buf page = { 0 };

	(void)arg;
	metrics_print(&page);
	web_reply(req, 200, "text/plain; version=0.0.4; charset=utf-8", buf_str(&page),
		  page.len);
	buf_free(&page);
}

static const struct web_route routes[] = {
	{ "GET", "/healthz", .handle = pages_health },
	{ "GET", "/readyz", .handle = show_readiness },
	{ "GET", "/metrics", .handle = pages_metrics },
	{ 0 },
};

int pages_open(struct pages *p, struct event_base *base, const struct service *service,
	       const char *listen, struct err *e)
{
	struct web_conf conf = {
		.listen = listen, .max_connections = 64, .routes = routes, .arg = p
	};

	*p = (struct pages){ .service = service };
	if (!listen)
		return 0;
	p->web = web_open(base, &conf, e);
	return p->web ? 0 : -1;
}

void pages_close(struct pages *p)
{
	if (p->web)
		web_close(p->web);
	p->web = NULL;
}

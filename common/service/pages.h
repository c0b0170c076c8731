#pragma once

#include "common/service/service.h"
#include "common/web/web.h"

/*
 * The pages every process serves for those who look after it: /healthz (the loop
 * turns), /readyz (it can do its work, else 503 and why) and /metrics.
 */

struct pages {
	const struct service *service;
	int stopping;
	struct web *web;
};

/* 0, or -1 with *e.  listen NULL: nothing is served. */
int pages_open(struct pages *p, struct event_base *base, const struct service *service,
	       const char *listen, struct err *e);
void pages_close(struct pages *p);

/* For those who serve them among pages of their own. */
web_handler pages_health, pages_metrics;

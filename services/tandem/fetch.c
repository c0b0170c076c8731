#include "services/tandem/fetch.h"

#include <stdlib.h>
#include <string.h>

enum { PATIENCE_MS = 10000 };

struct fetching {
	struct flow flow;
	struct event_base *base;
	struct http *http;
	struct http_request request;
	struct arena *arena;
	struct http_response *out;
	struct err *err;
	int failed;
};

static flow_step ask, take, fetch_failed, fetch_release;
static const struct flow_class fetch_class = { "fetch", fetch_failed, fetch_release };

static void ask(void *self)
{
	struct fetching *f = self;

	http_send(f->http, &f->flow, take, f->out, &f->request);
}

static void take(void *self)
{
	struct fetching *f = self;

	f->out->body = arena_dup(f->arena, f->out->body, f->out->len);
	flow_done(&f->flow);
}

static void fetch_failed(void *self)
{
	struct fetching *f = self;

	f->failed = 1;
	*f->err = f->flow.err;
	flow_done(&f->flow);
}

static void fetch_release(void *self)
{
	struct fetching *f = self;

	event_base_loopbreak(f->base);
}

const char *ingress_url(struct arena *a)
{
	const char *url = getenv("TANDEM_URL"), *listen = getenv("LISTEN");

	if (url && *url)
		return url;
	return arena_printf(a, "http://%s", listen && *listen ? listen : "127.0.0.1:8080");
}

int fetch(struct arena *a, struct http_response *out, struct err *e, const char *url,
	  const char *const *headers, const char *body)
{
	struct fetching f = { .arena = a, .out = out, .err = e };

	f.request = (struct http_request){ .url = url,
					   .headers = headers,
					   .body = body,
					   .body_len = body ? strlen(body) : 0,
					   .timeout_ms = PATIENCE_MS };
	f.base = event_base_new();
	if (!f.base)
		abort();
	flow_open(f.base);
	f.http = http_open(f.base, &(struct http_conf){ 0 });
	flow_begin(&f.flow, &fetch_class, &f, "", PATIENCE_MS + 1000, ask);
	event_base_dispatch(f.base);
	http_close(f.http);
	flow_close();
	event_base_free(f.base);
	return f.failed ? -1 : 0;
}

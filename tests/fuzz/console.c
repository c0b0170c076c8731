/*
 * The routes of the console, of integrators and of a person's calls for humans, with the
 * parsers of their bodies, addresses and parameters.  What PostgreSQL is asked is checked and
 * answered with rows that say little.
 *
 * The first byte chooses the route, the second what PostgreSQL answers.
 */

#include <event2/http.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/log.h"
#include "common/flow/flow.h"
#include "common/pg/pg.h"
#include "common/store/console.h"
#include "common/web/internal.h"
#include "services/ingress/buckets.h"
#include "services/ingress/console.h"
#include "services/ingress/hasher.h"
#include "services/ingress/routes.h"
#include "services/ingress/session.h"
#include "tests/fuzz/fuzz.h"

#include <event2/http_struct.h> /* after sys/queue.h, which it would hide */

#define KEY "a key of sixteen bytes"

enum { COLUMNS = 24 };

static struct ingress ingress;
static struct event_base *base;
static struct web web;
static struct registry *registry;
static char *token;
static uint8_t answer; /* which rows PostgreSQL gives */

/* --- doubles of what is behind --------------------------------------------- */

__typeof__(bots_registry) __wrap_bots_registry;
__typeof__(pg_is_up) __wrap_pg_is_up;
__typeof__(pg_waiting) __wrap_pg_waiting;
__typeof__(pg_call) __wrap_pg_call;
__typeof__(redis_send) __wrap_redis_send;
__typeof__(store_session) __wrap_store_session;
__typeof__(hasher_match) __wrap_hasher_match;
__typeof__(hasher_make) __wrap_hasher_make;
flow_step __wrap_console_events, __wrap_console_file;

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

/* JSON, as PostgreSQL makes it, or the status of an order; read as a number it is 0 or 1. */
static PGresult *make_row(const char *name)
{
	static const char *const values[] = { "{}", "1", "[]" };
	static const char *const ends[] = { "ok", "taken", "again", "full" };
	static PGresAttDesc columns[COLUMNS];
	int is_order = strcmp(name, "desk") == 0;
	const char *value = is_order ? ends[answer & 3] : values[answer % 3];
	PGresult *rows = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);

	for (int i = 0; i < COLUMNS; i++)
		columns[i].name = (char *)(uintptr_t) "x";
	demand(rows && PQsetResultAttrs(rows, COLUMNS, columns));
	for (int i = 0; i < COLUMNS; i++)
		demand(PQsetvalue(rows, 0, i, (char *)(uintptr_t)value, (int)strlen(value)));
	return rows;
}

void __wrap_pg_call(struct pg *pg, struct flow *f, flow_step *next, const struct pg_call *call)
{
	PGresult *rows = make_row(call->stmt->name);

	(void)pg;
	for (int i = 0; i < call->n; i++)
		demand_utf8(call->argv[i]);
	if (call->decode && call->out)
		call->decode(call->out, rows, 0, &f->arena);
	PQclear(rows);
	flow_sleep(f, next, 0);
}

void __wrap_store_session(struct store *s, struct flow *f, flow_step *next,
			  struct session_operator *out, const char *token_hash)
{
	(void)s;
	demand(strlen(token_hash) == 64);
	*out = (struct session_operator){ .id = 1,
					  .is_admin = !(answer & 64),
					  .csrf = "c",
					  .lang = "en",
					  .name = "Ann",
					  .json = "{}",
					  .left_ms = 1000 };
	flow_sleep(f, next, 0);
}

void __wrap_hasher_match(struct hasher *h, struct flow *f, flow_step *next, int *out,
			 const char *kept, const char *password)
{
	(void)h, (void)kept;
	demand_utf8(password);
	*out = !(answer & 32);
	flow_sleep(f, next, 0);
}

void __wrap_hasher_make(struct hasher *h, struct flow *f, flow_step *next,
			char out[PASSWORD_TEXT], const char *password)
{
	(void)h;
	demand_utf8(password);
	snprintf(out, PASSWORD_TEXT, "kept");
	flow_sleep(f, next, 0);
}

void __wrap_console_events(void *self)
{
	console_reply_empty(self);
}

void __wrap_console_file(void *self)
{
	console_reply_empty(self);
}

/* --- requests --------------------------------------------------------------- */

static const char bots[] =
	"[{\"id\":1,\"name\":\"b\",\"revision\":1,\"spec\":{\"title\":{\"en\":\"B\"},"
	"\"prompt\":{\"en\":\"P\"},\"handoff\":{},\"providers\":[{\"name\":\"k\",\"kind\":"
	"\"knowledge\"}]},\"channels\":[{\"id\":2,\"kind\":\"widget\",\"name\":\"w\","
	"\"delivery\":0,\"spec\":{\"origins\":[]}}]}]";

static const struct web_route *route_at(const char *method, const char *path)
{
	for (const struct web_route *r = ingress_routes; r->path; r++)
		if (strcmp(r->method, method) == 0 && strcmp(r->path, path) == 0)
			return r;
	abort();
}

static void open_all(void)
{
	static struct arena forever;
	struct err e;

	registry = registry_parse(bots, &forever, &e);
	demand(registry != NULL);
	base = event_base_new();
	flow_open(base);
	log_open("fuzz", 1);
	TAILQ_INIT(&web.requests);
	web.conf.routes = ingress_routes;
	web.conf.arg = &ingress;
	ingress.base = base;
	ingress.limits = limits_open(64);
	ingress.integration_key = KEY;
	token = session_sign(&ingress, &forever, "w", "wchat", INT64_MAX / 2000);
}

/* With numbers of the input where a route wants some. */
static const char *fill(struct arena *a, const char *path, const char *id)
{
	const char *at = strstr(path, "{id}");

	return at ? arena_printf(a, "%.*s%s%s", (int)(at - path), path, id, fill(a, at + 4, id))
		  : path;
}

struct asked {
	const struct web_route *route;
	const char *method, *rest, *bearer;
};

static struct asked choose(struct fuzz_input *in, struct arena *a)
{
	static const char *const own[] = { "/api/v1/operator", "/api/v1/return",
					   "/api/v1/typing", "/api/v1/rating" };
	const struct console_route *r = console_routes;
	unsigned which = fuzz_byte(in), n = 0;

	answer = fuzz_byte(in);
	while (console_routes[n].path)
		n++;
	which %= n + 5;
	if (which < 4)
		return (struct asked){ route_at("POST", own[which]), "POST", "", token };
	if (which == 4)
		return (struct asked){ route_at("POST", "/api/v1/conversations/*"), "POST",
				       fuzz_clean(in, a), KEY };
	r += which - 5;
	return (struct asked){ route_at(r->method, "/console/api/*"), r->method,
			       fill(a, r->path, fuzz_clean(in, a)), "" };
}

static void add_headers(struct evhttp_request *ev, const struct asked *q, struct arena *a)
{
	evhttp_add_header(ev->input_headers, "Content-Type", "application/json");
	evhttp_add_header(ev->input_headers, "Cookie", "tandem_session=abc");
	evhttp_add_header(ev->input_headers, "X-CSRF-Token", "c");
	evhttp_add_header(ev->input_headers, "Authorization",
			  arena_printf(a, "Bearer %s", q->bearer));
}

static void ask(struct fuzz_input *in, struct arena *a)
{
	struct evhttp_request *ev = evhttp_request_new(NULL, NULL);
	struct web_request *req = calloc(1, sizeof *req);
	struct asked q = choose(in, a);

	if (!ev || !req)
		abort();
	ev->kind = EVHTTP_REQUEST;
	ev->type = strcmp(q.method, "POST") == 0 ? EVHTTP_REQ_POST : EVHTTP_REQ_GET;
	ev->uri_elems = evhttp_uri_parse_with_flags(arena_printf(a, "/x?%s", fuzz_text(in, a)),
						    EVHTTP_URI_NONCONFORMANT);
	add_headers(ev, &q, a);
	evbuffer_add(ev->input_buffer, in->data, in->len);
	if (!ev->uri_elems) {
		evhttp_request_free(ev);
		free(req);
		return;
	}
	*req = (struct web_request){ .web = &web, .ev = ev, .route = q.route, .rest = q.rest };
	TAILQ_INSERT_TAIL(&web.requests, req, link);
	if (request_check_head(req) == 0 && request_check_body(req) == 0)
		q.route->handle(&ingress, req);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct fuzz_input in = { data, len };
	struct arena a = { 0 };

	if (!base)
		open_all();
	ask(&in, &a);
	while (flow_count() > 0)
		event_base_loop(base, EVLOOP_NONBLOCK);
	demand(TAILQ_EMPTY(&web.requests));
	arena_free(&a);
	return 0;
}

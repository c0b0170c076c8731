/*
 * Every route of ingress with the parsers behind it: JSON bodies, queries,
 * headers, tokens, updates.  evhttp's reading is left out (that is the target
 * wire), and so is everything behind the store.
 *
 * The first byte chooses the route, the second what stands in the headers.
 */

#include <event2/http.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/log.h"
#include "common/flow/flow.h"
#include "common/web/internal.h"
#include "services/ingress/buckets.h"
#include "services/ingress/hub.h"
#include "services/ingress/line.h"
#include "services/ingress/origin.h"
#include "services/ingress/routes.h"
#include "services/ingress/session.h"
#include "tests/fuzz/fuzz.h"

#include <event2/http_struct.h> /* after sys/queue.h, which it would hide */

static struct ingress ingress;
static struct event_base *base;
static struct web web;
static struct registry *registry;
static struct line line = { .channel_id = 1, .secret = "s" };
static char *token;

/* --- doubles of what is behind --------------------------------------------- */

/* Declared as what they stand for, so that they cannot differ. */
__typeof__(bots_registry) __wrap_bots_registry;
__typeof__(pg_is_up) __wrap_pg_is_up;
__typeof__(pg_waiting) __wrap_pg_waiting;
__typeof__(lines_named) __wrap_lines_named;
__typeof__(store_accept) __wrap_store_accept;
__typeof__(store_messages) __wrap_store_messages;
__typeof__(store_fetch) __wrap_store_fetch;
__typeof__(hub_join) __wrap_hub_join;
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

struct line *__wrap_lines_named(struct lines *l, const char *name)
{
	(void)l;
	return strcmp(name, "t") == 0 ? &line : NULL;
}

void __wrap_redis_send(struct redis *r, redis_reply_fn *fn, void *arg, int argc,
		       const char *const argv[])
{
	(void)r, (void)fn, (void)arg;
	for (int i = 0; i < argc; i++)
		demand_utf8(argv[i]);
}

void __wrap_store_accept(struct store *s, struct flow *f, flow_step *next, struct accepted *out,
			 const struct place *place, const struct inbound *event)
{
	(void)s;
	demand(event->key && place->channel_id > 0);
	demand(event->chat || event->action == INBOUND_IGNORE);
	demand_utf8(event->key);
	demand_utf8(event->chat);
	demand_utf8(event->text);
	demand_utf8(event->user_name);
	demand_utf8(event->reply);
	*out = (struct accepted){ .conversation_id = 3, .seq = 1, .turn_job = 1 };
	out->duplicate = event->text && strstr(event->text, "twice");
	flow_sleep(f, next, 0);
}

static void give_page(struct flow *f, flow_step *next, struct message_page *out)
{
	static struct message said = {
		.seq = 1, .author = AUTHOR_BOT, .body = "*hi*", .created_at = "2026-11-21"
	};

	*out = (struct message_page){ .last_seq = 1, .n = 1, .messages = &said };
	flow_sleep(f, next, 0);
}

void __wrap_store_messages(struct store *s, struct flow *f, flow_step *next,
			   struct message_page *out, const struct messages_wanted *wanted)
{
	(void)s;
	demand(wanted->limit > 0 && wanted->limit <= 200 && wanted->after >= -1);
	demand_utf8(wanted->chat_key);
	give_page(f, next, out);
}

void __wrap_store_fetch(struct store *s, struct flow *f, flow_step *next,
			struct message_page *out, int channel_id, const char *chat_key,
			int limit)
{
	(void)s, (void)channel_id, (void)limit;
	demand_utf8(chat_key);
	give_page(f, next, out);
}

void __wrap_hub_join(struct hub *h, struct web_request *req, int channel_id, const char *chat,
		     int64_t after, int64_t expires_ms)
{
	(void)h, (void)channel_id, (void)expires_ms;
	demand(after >= 0);
	demand_utf8(chat);
	web_reply(req, 200, NULL, NULL, 0);
}

/* --- requests --------------------------------------------------------------- */

static const char bots[] =
	"[{\"id\":1,\"name\":\"b\",\"revision\":1,\"spec\":{\"title\":{\"en\":\"B\"},"
	"\"greeting\":{\"en\":\"Hi\"},\"prompt\":{\"en\":\"P\"},\"popular\":[{\"title\":"
	"{\"en\":\"A\"},\"questions\":[{\"en\":\"Q?\"}]}],\"providers\":[{\"name\":\"k\","
	"\"kind\":\"knowledge\"}]},\"channels\":["
	"{\"id\":1,\"kind\":\"telegram\",\"name\":\"t\",\"delivery\":1,\"spec\":{}},"
	"{\"id\":2,\"kind\":\"widget\",\"name\":\"w\",\"delivery\":0,\"spec\":{\"origins\":"
	"[\"https://*.x.y\"]}},"
	"{\"id\":3,\"kind\":\"vink\",\"name\":\"v\",\"delivery\":2,\"spec\":{\"origins\":"
	"[\"*\"]}}]}]";

static void open_all(void)
{
	static struct arena forever;
	struct err e;

	registry = registry_parse(bots, &forever, &e);
	demand(registry && registry->channel_count == 3);
	base = event_base_new();
	flow_open(base);
	log_open("fuzz", 1);
	TAILQ_INIT(&web.requests);
	web.conf.routes = ingress_routes;
	web.conf.arg = &ingress;
	web.conf.origin_allowed = origin_known;
	ingress.limits = limits_open(64);
	token = session_sign(&ingress, &forever, "w", "wchat", INT64_MAX / 2000);
}

static enum evhttp_cmd_type type_of(const struct web_route *route)
{
	return strcmp(route->method, "POST") == 0 ? EVHTTP_REQ_POST : EVHTTP_REQ_GET;
}

/* As evhttp would: no header holds a line's end. */
static void add_header(struct evhttp_request *ev, const char *name, const char *value)
{
	if (*value)
		evhttp_add_header(ev->input_headers, name, value);
}

/* Which headers are there is in the bits; what they say is the input's. */
static void add_headers(struct evhttp_request *ev, struct fuzz_input *in, struct arena *a,
			uint8_t bits)
{
	static const char *const names[] = { "Origin", "Accept-Language", "Last-Event-ID",
					     "traceparent", "chat-token" };

	if (bits & 1)
		add_header(ev, "Authorization", arena_printf(a, "Bearer %s", token));
	else
		add_header(ev, "Authorization", fuzz_text(in, a));
	add_header(ev, "Content-Type", bits & 2 ? "application/json" : fuzz_text(in, a));
	add_header(ev, "X-Telegram-Bot-Api-Secret-Token", "s");
	for (int i = 0; i < 5; i++)
		if (bits >> (i + 2) & 1)
			add_header(ev, names[i], fuzz_text(in, a));
}

static struct web_request *make_request(struct evhttp_request *ev,
					const struct web_route *route)
{
	struct web_request *req = calloc(1, sizeof *req);

	if (!req)
		abort();
	req->web = &web;
	req->ev = ev;
	req->route = route;
	req->rest = "t";
	TAILQ_INSERT_TAIL(&web.requests, req, link);
	return req;
}

static void ask(const struct web_route *route, struct fuzz_input *in, struct arena *a)
{
	struct evhttp_request *ev = evhttp_request_new(NULL, NULL);
	struct web_request *req;
	uint8_t bits = fuzz_byte(in);

	if (!ev)
		abort();
	ev->kind = EVHTTP_REQUEST;
	ev->type = type_of(route);
	ev->uri_elems = evhttp_uri_parse_with_flags(
		arena_printf(a, "%s?%s", route->path, fuzz_text(in, a)),
		EVHTTP_URI_NONCONFORMANT);
	add_headers(ev, in, a, bits);
	evbuffer_add(ev->input_buffer, in->data, in->len);
	if (!ev->uri_elems) {
		evhttp_request_free(ev);
		return;
	}
	req = make_request(ev, route);
	if (request_check_head(req) == 0 && request_check_body(req) == 0)
		route->handle(&ingress, req);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	enum { ROUTES = 9 };
	struct fuzz_input in = { data, len };
	struct arena a = { 0 };

	if (!base)
		open_all();
	ask(&ingress_routes[fuzz_byte(&in) % ROUTES], &in, &a);
	while (flow_count() > 0)
		event_base_loop(base, EVLOOP_NONBLOCK);
	demand(TAILQ_EMPTY(&web.requests));
	arena_free(&a);
	return 0;
}

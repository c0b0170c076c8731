/*
 * Every route of ingress with the parsers behind it: JSON bodies, queries,
 * headers, tokens, updates.  evhttp's reading is left out (that is the target
 * wire), and so is everything behind the store.
 *
 * The first byte chooses the route, the second what stands in the headers.
 */

#include <event2/http.h>
#include <string.h>

#include "common/flow/flow.h"
#include "services/ingress/hub.h"
#include "services/ingress/line.h"
#include "tests/fuzz/ingress.h"

static struct line line = { .channel_id = 1, .secret = "s" };

/* --- doubles of what is behind --------------------------------------------- */

__typeof__(lines_named) __wrap_lines_named;
__typeof__(store_accept) __wrap_store_accept;
__typeof__(store_messages) __wrap_store_messages;
__typeof__(store_fetch) __wrap_store_fetch;
__typeof__(hub_join) __wrap_hub_join;

struct line *__wrap_lines_named(struct lines *l, const char *name)
{
	(void)l;
	return strcmp(name, "t") == 0 ? &line : NULL;
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

/* As evhttp would: no header holds a line's end. */
static void add_header(struct evhttp_request *ev, const char *name, const char *value)
{
	if (*value)
		evhttp_add_header(evhttp_request_get_input_headers(ev), name, value);
}

/* Which headers are there is in the bits; what they say is the input's. */
static void add_headers(struct evhttp_request *ev, struct fuzz_input *in, struct arena *a,
			uint8_t bits)
{
	static const char *const names[] = { "Origin", "Accept-Language", "Last-Event-ID",
					     "traceparent", "chat-token" };

	if (bits & 1)
		add_header(ev, "Authorization", arena_printf(a, "Bearer %s", fuzz_person()));
	else
		add_header(ev, "Authorization", fuzz_text(in, a));
	add_header(ev, "Content-Type", bits & 2 ? "application/json" : fuzz_text(in, a));
	add_header(ev, "X-Telegram-Bot-Api-Secret-Token", "s");
	for (int i = 0; i < 5; i++)
		if (bits >> (i + 2) & 1)
			add_header(ev, names[i], fuzz_text(in, a));
}

static const struct web_route *choose(uint8_t which)
{
	static const char *const asked[][2] = {
		{ "POST", "/telegram/*" },      { "POST", "/api/v1/sessions" },
		{ "POST", "/api/v1/messages" }, { "GET", "/api/v1/messages" },
		{ "GET", "/api/v1/events" },    { "GET", "/api/v1/popular" },
		{ "POST", "/api/v1/stop" },     { "POST", "/api/v1/gpt" },
		{ "GET", "/api/v1/message" },   { "GET", "/api/v1/transcript" },
	};
	const char *const *one = asked[which % (sizeof asked / sizeof *asked)];

	return fuzz_route(one[0], one[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct ingress *ingress;
	struct fuzz_input in = { data, len };
	struct arena a = { 0 };
	const struct web_route *route;
	struct evhttp_request *ev;
	uint8_t bits;

	if (!ingress)
		ingress = fuzz_ingress(bots);
	route = choose(fuzz_byte(&in));
	bits = fuzz_byte(&in);
	ev = fuzz_request(route->method,
			  arena_printf(&a, "%s?%s", route->path, fuzz_text(&in, &a)));
	add_headers(ev, &in, &a, bits);
	fuzz_serve(ev, route, "t", &in);
	arena_free(&a);
	return 0;
}

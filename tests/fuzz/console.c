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

#include "common/flow/flow.h"
#include "common/store/console.h"
#include "services/ingress/console.h"
#include "services/ingress/hasher.h"
#include "services/ingress/routes.h"
#include "tests/fuzz/ingress.h"

#define KEY "a key of sixteen bytes"

enum { COLUMNS = 24 };

static uint8_t answer; /* which rows PostgreSQL gives */

/* --- doubles of what is behind --------------------------------------------- */

__typeof__(pg_call) __wrap_pg_call;
__typeof__(store_session) __wrap_store_session;
__typeof__(hasher_match) __wrap_hasher_match;
__typeof__(hasher_make) __wrap_hasher_make;
flow_step __wrap_console_events, __wrap_console_file;

/*
 * JSON, as PostgreSQL makes it, or the status of an order; read as a number it is 0 or 1.
 * What was accepted is one value, the text of a row.
 */
static const char *choose_value(const char *name)
{
	static const char *const values[] = { "{}", "1", "[]" };
	static const char *const ends[] = { "ok", "taken", "again", "full" };
	static const char *const accepted[] = { "(f,3,1,,7,,0,f,,1)", "(t,3,1,,,,1,f,,1)",
						"(f,3,1,2,,8,1,f,9,2)", "(f,,,,,,,,,)" };

	if (strcmp(name, "accept") == 0)
		return accepted[answer & 3];
	return strcmp(name, "desk") == 0 ? ends[answer & 3] : values[answer % 3];
}

static PGresult *make_row(const char *value)
{
	static PGresAttDesc columns[COLUMNS];
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
	PGresult *rows = make_row(choose_value(call->stmt->name));

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
		return (struct asked){ fuzz_route("POST", own[which]), "POST", "",
				       fuzz_person() };
	if (which == 4)
		return (struct asked){ fuzz_route("POST", "/api/v1/conversations/*"), "POST",
				       fuzz_clean(in, a), KEY };
	r += which - 5;
	return (struct asked){ fuzz_route(r->method, "/console/api/*"), r->method,
			       fill(a, r->path, fuzz_clean(in, a)), "" };
}

static void add_headers(struct evhttp_request *ev, const struct asked *q, struct arena *a)
{
	evhttp_add_header(evhttp_request_get_input_headers(ev), "Content-Type",
			  "application/json");
	evhttp_add_header(evhttp_request_get_input_headers(ev), "Cookie", "tandem_session=abc");
	evhttp_add_header(evhttp_request_get_input_headers(ev), "X-CSRF-Token", "c");
	evhttp_add_header(evhttp_request_get_input_headers(ev), "Authorization",
			  arena_printf(a, "Bearer %s", q->bearer));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct ingress *ingress;
	struct fuzz_input in = { data, len };
	struct arena a = { 0 };
	struct evhttp_request *ev;
	struct asked q;

	if (!ingress) {
		ingress = fuzz_ingress(bots);
		ingress->integration_key = KEY;
	}
	q = choose(&in, &a);
	ev = fuzz_request(q.method, arena_printf(&a, "/x?%s", fuzz_text(&in, &a)));
	add_headers(ev, &q, &a);
	fuzz_serve(ev, q.route, q.rest, &in);
	arena_free(&a);
	return 0;
}

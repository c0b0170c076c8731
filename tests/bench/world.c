/*
 * The outside world for measurements: a model that answers at once, and a
 * Telegram that takes every message.
 *
 *   bench-world PORT
 *
 * GET /count tells how many messages were sent, GET /secret the webhook's, GET
 * /arrivals when the first of each chat came since it was asked last: "CHAT TIME"
 * a line, in microseconds of the monotonic clock.
 */

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/tools.h"

static const char answer[] =
	"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Delivery takes two days "
	"\"}}]}\n\n"
	"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"and is free.\"},"
	"\"finish_reason\":\"stop\"}]}\n\n"
	"data: {\"choices\":[],\"usage\":{\"prompt_tokens\":50,\"completion_tokens\":9,"
	"\"total_tokens\":59}}\n\n"
	"data: [DONE]\n\n";

enum { FIRST_CHAT = 1000000, CHATS = 4000000 };

static long long sent;
static int64_t *arrivals;
static int chats_seen;
static char secret[300];

static void reply(struct evhttp_request *req, const char *type, const char *body)
{
	struct evbuffer *out = evhttp_request_get_output_buffer(req);

	evhttp_add_header(evhttp_request_get_output_headers(req), "Content-Type", type);
	evbuffer_add(out, body, strlen(body));
	evhttp_send_reply(req, 200, "OK", NULL);
}

static void keep_secret(struct evhttp_request *req)
{
	struct evbuffer *in = evhttp_request_get_input_buffer(req);
	size_t len = evbuffer_get_length(in);
	json_auto_t *body = json_loadb((const char *)evbuffer_pullup(in, -1), len, 0, NULL);
	const char *token = json_string_value(json_object_get(body, "secret_token"));

	if (token)
		snprintf(secret, sizeof secret, "%s", token);
}

static void note_arrival(struct evhttp_request *req)
{
	struct evbuffer *in = evhttp_request_get_input_buffer(req);
	struct evbuffer_ptr at = evbuffer_search(in, "\"chat_id\":", 10, NULL);
	char digits[24] = "", *number = digits;
	long chat;

	if (at.pos < 0 || evbuffer_ptr_set(in, &at, 10, EVBUFFER_PTR_ADD) != 0)
		return;
	evbuffer_copyout_from(in, &at, digits, sizeof digits - 1);
	number += strspn(number, " \"");
	chat = atol(number) - FIRST_CHAT;
	if (chat < 0 || chat >= CHATS || arrivals[chat])
		return;
	arrivals[chat] = now_us();
	chats_seen = chat >= chats_seen ? (int)chat + 1 : chats_seen;
}

static void tell_arrivals(struct evhttp_request *req)
{
	struct evbuffer *out = evhttp_request_get_output_buffer(req);

	for (int i = 0; i < chats_seen; i++)
		if (arrivals[i])
			evbuffer_add_printf(out, "%d %lld\n", FIRST_CHAT + i,
					    (long long)arrivals[i]);
	memset(arrivals, 0, (size_t)chats_seen * sizeof *arrivals);
	chats_seen = 0;
	evhttp_send_reply(req, 200, "OK", NULL);
}

static void telegram(struct evhttp_request *req, const char *method)
{
	char body[160];

	if (strcmp(method, "setWebhook") == 0)
		keep_secret(req);
	if (strcmp(method, "sendMessage") == 0) {
		sent++;
		note_arrival(req);
	}
	snprintf(body, sizeof body,
		 "{\"ok\":true,\"result\":{\"message_id\":%lld,\"id\":9,\"is_bot\":true,"
		 "\"username\":\"bench_bot\",\"url\":\"\",\"pending_update_count\":0}}",
		 sent);
	reply(req, "application/json", body);
}

static void on_request(struct evhttp_request *req, void *arg)
{
	const char *path = evhttp_uri_get_path(evhttp_request_get_evhttp_uri(req));
	char number[32];

	(void)arg;
	if (strstr(path, "/chat/completions")) {
		reply(req, "text/event-stream", answer);
	} else if (strncmp(path, "/bot", 4) == 0 && strrchr(path, '/') > path) {
		telegram(req, strrchr(path, '/') + 1);
	} else if (strcmp(path, "/arrivals") == 0) {
		tell_arrivals(req);
	} else if (strcmp(path, "/secret") == 0) {
		reply(req, "text/plain", secret);
	} else {
		snprintf(number, sizeof number, "%lld", sent);
		reply(req, "text/plain", number);
	}
}

int main(int argc, char **argv)
{
	struct event_base *base = event_base_new();
	struct evhttp *http = base ? evhttp_new(base) : NULL;

	arrivals = calloc(CHATS, sizeof *arrivals);
	if (argc != 2 || !http || !arrivals) {
		fprintf(stderr, "usage: bench-world PORT\n");
		return 64;
	}
	signal(SIGPIPE, SIG_IGN);
	evhttp_set_gencb(http, on_request, NULL);
	evhttp_set_allowed_methods(http, EVHTTP_REQ_GET | EVHTTP_REQ_POST);
	if (evhttp_bind_socket(http, "127.0.0.1", (unsigned short)atoi(argv[1])) != 0)
		return 69;
	event_base_dispatch(base);
	return 0;
}

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
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/server.h"
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

static void keep_secret(const char *body, size_t len)
{
	json_auto_t *json = json_loadb(body, len, 0, NULL);
	const char *token = json_string_value(json_object_get(json, "secret_token"));

	if (token)
		snprintf(secret, sizeof secret, "%s", token);
}

/* --- arrivals ------------------------------------------------------------------- */

/* The body ends with a NUL. */
static void note_arrival(const char *body)
{
	const char *at = strstr(body, "\"chat_id\":");
	long chat;

	if (!at)
		return;
	at += strlen("\"chat_id\":");
	chat = strtol(at + strspn(at, " \""), NULL, 10) - FIRST_CHAT;
	if (chat < 0 || chat >= CHATS || arrivals[chat])
		return;
	arrivals[chat] = now_us();
	chats_seen = chat >= chats_seen ? (int)chat + 1 : chats_seen;
}

static void tell_arrivals(struct line *l)
{
	struct evbuffer *out = evbuffer_new();
	size_t len;

	for (int i = 0; i < chats_seen; i++)
		if (arrivals[i])
			evbuffer_add_printf(out, "%d %lld\n", FIRST_CHAT + i,
					    (long long)arrivals[i]);
	memset(arrivals, 0, (size_t)chats_seen * sizeof *arrivals);
	chats_seen = 0;
	len = evbuffer_get_length(out);
	line_reply(l, "text/plain", len ? (const char *)evbuffer_pullup(out, -1) : "", len);
	evbuffer_free(out);
}

/* --- requests ------------------------------------------------------------------- */

static void telegram(struct line *l, const char *method, const char *body, size_t len)
{
	char result[160];
	int n;

	if (strncmp(method, "setWebhook ", 11) == 0)
		keep_secret(body, len);
	if (strncmp(method, "sendMessage ", 12) == 0) {
		sent++;
		note_arrival(body);
	}
	n = snprintf(result, sizeof result,
		     "{\"ok\":true,\"result\":{\"message_id\":%lld,\"id\":9,\"is_bot\":true,"
		     "\"username\":\"bench_bot\",\"url\":\"\",\"pending_update_count\":0}}",
		     sent);
	line_reply(l, "application/json", result, (size_t)n);
}

static void on_request(struct line *l, const char *head, const char *body, size_t len)
{
	const char *path = strchr(head, ' ') ? strchr(head, ' ') + 1 : head;
	const char *method = strncmp(path, "/bot", 4) == 0 ? strchr(path + 1, '/') : NULL;
	char number[32];

	if (method) {
		telegram(l, method + 1, body, len);
	} else if (strncmp(head, "POST ", 5) == 0) {
		line_reply(l, "text/event-stream", answer, sizeof answer - 1);
	} else if (strncmp(path, "/arrivals ", 10) == 0) {
		tell_arrivals(l);
	} else if (strncmp(path, "/secret ", 8) == 0) {
		line_reply(l, "text/plain", secret, strlen(secret));
	} else {
		snprintf(number, sizeof number, "%lld", sent);
		line_reply(l, "text/plain", number, strlen(number));
	}
}

int main(int argc, char **argv)
{
	static const struct server_events events = { .request = on_request };
	struct event_base *base = event_base_new();

	arrivals = calloc(CHATS, sizeof *arrivals);
	if (argc != 2 || !base || !arrivals) {
		fprintf(stderr, "usage: bench-world PORT\n");
		return 64;
	}
	server_open(base, atoi(argv[1]), NULL, NULL, &events);
	event_base_dispatch(base);
	free(arrivals);
	return 0;
}

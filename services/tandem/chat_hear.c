/* What is heard in a chat, and how it is shown. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "common/llm/sse.h"
#include "services/tandem/chat.h"

enum { FOR_EVER_MS = 24 * 3600 * 1000, RETRY_MS = 1000, EVENT_MAX = 1 << 20 };

/* --- what is seen ---------------------------------------------------------- */

void chat_prompt(const struct chat *c)
{
	if (!c->is_over && isatty(STDIN_FILENO))
		fputs("\n> ", stdout);
	fflush(stdout);
}

/* The part of the text that is not on the screen yet; all of it if the screen shows another. */
static void show_rest(struct chat *c, const char *text)
{
	size_t known = c->shown.len;

	if (known > strlen(text) || strncmp(text, buf_str(&c->shown), known) != 0) {
		putchar('\n');
		known = 0;
	}
	fputs(text + known, stdout);
	buf_cut(&c->shown, 0);
}

static const char *name_in(const json_t *object)
{
	return json_string_value(json_object_get(object, "name"));
}

static void show_message(struct chat *c, const json_t *m)
{
	const char *author = json_string_value(json_object_get(m, "author"));
	const char *text = json_string_value(json_object_get(m, "text"));
	long long seq = json_integer_value(json_object_get(m, "seq"));

	if (seq <= c->last_seq || !author || !text)
		return;
	c->last_seq = seq;
	if (strcmp(author, "person") == 0)
		return;
	if (strcmp(author, "operator") == 0)
		printf("%s: ", name_in(m) ? name_in(m) : "operator");
	show_rest(c, text);
	putchar('\n');
	chat_prompt(c);
	chat_leave_if_answered(c);
}

static void show_delta(struct chat *c, const json_t *delta)
{
	const char *text = json_string_value(json_object_get(delta, "text"));
	size_t at = (size_t)json_integer_value(json_object_get(delta, "at"));

	if (!text)
		return;
	if (at == 0 && c->shown.len > 0)
		putchar('\n');
	if (at < c->shown.len)
		buf_cut(&c->shown, at);
	else if (at > c->shown.len)
		return; /* something was missed: the message will say it all */
	buf_puts(&c->shown, text);
	fputs(text, stdout);
	fflush(stdout);
}

/* Who answers from now on, unless that is as before. */
static void show_state(struct chat *c, const json_t *state)
{
	const char *responder = json_string_value(json_object_get(state, "responder"));
	const char *name = name_in(json_object_get(state, "operator"));
	const json_t *queue = json_object_get(state, "queue");
	char line[200];

	if (strcmp(responder, "operator") == 0)
		snprintf(line, sizeof line, "%s answers", name ? name : "an operator");
	else if (strcmp(responder, "waiting") == 0 && json_is_object(queue))
		snprintf(line, sizeof line, "waiting for a human, number %d in the queue",
			 (int)json_integer_value(json_object_get(queue, "place")));
	else
		snprintf(line, sizeof line, "%s",
			 strcmp(responder, "bot") == 0 ? "the bot answers"
						       : "waiting for a human");
	if (strcmp(line, c->state) == 0)
		return;
	if (*c->state || strcmp(responder, "bot") != 0) {
		printf("-- %s --\n", line);
		chat_prompt(c);
	}
	snprintf(c->state, sizeof c->state, "%s", line);
}

static int on_event(void *arg, const char *data, size_t len)
{
	json_auto_t *e = json_loadb(data, len, 0, NULL);

	if (json_object_get(e, "seq"))
		show_message(arg, e);
	else if (json_is_string(json_object_get(e, "responder")))
		show_state(arg, e);
	else if (json_object_get(e, "at"))
		show_delta(arg, e);
	return 0;
}

/* --- listening:  listen -> (over) -> listen -------------------------------- */

struct listening {
	struct flow flow;
	struct chat *chat;
	struct buf pending;
	struct sse sse;
	struct http_response response;
};

static flow_step listen_on, listen_again, listen_failed, listen_release;
static const struct flow_class listen_class = { "listen", listen_failed, listen_release };

static int on_bytes(void *arg, const char *data, size_t len)
{
	struct listening *l = arg;

	return sse_feed(&l->sse, data, len, EVENT_MAX, on_event, l->chat) ? -1 : 0;
}

static void listen_on(void *self)
{
	struct listening *l = self;
	struct chat *c = l->chat;
	const char *const headers[] = { c->auth, "Accept: text/event-stream", NULL };

	flow_extend(&l->flow, FOR_EVER_MS);
	buf_cut(&l->pending, 0);
	l->sse = (struct sse){ .buf = &l->pending };
	http_send(c->http, &l->flow, listen_again, &l->response,
		  &(struct http_request){ .url = arena_printf(&l->flow.arena,
							      "%s/api/v1/events?after=%lld",
							      c->url, c->last_seq),
					  .headers = headers,
					  .idle_ms = 60000,
					  .reader = on_bytes,
					  .reader_arg = l });
}

static void listen_again(void *self)
{
	struct listening *l = self;

	flow_sleep(&l->flow, listen_on, RETRY_MS);
}

static void listen_failed(void *self)
{
	struct listening *l = self;

	if (l->chat->is_over) {
		flow_done(&l->flow);
		return;
	}
	flow_recover(&l->flow, FOR_EVER_MS);
	flow_sleep(&l->flow, listen_on, RETRY_MS);
}

static void listen_release(void *self)
{
	struct listening *l = self;
	struct chat *c = l->chat;

	buf_free(&l->pending);
	free(l);
	c->listening = NULL;
	chat_leave_if_idle(c);
}

void chat_hear(struct chat *c)
{
	struct listening *l = calloc(1, sizeof *l);

	if (!l)
		abort();
	l->chat = c;
	c->listening = l;
	flow_begin(&l->flow, &listen_class, l, "", FOR_EVER_MS, listen_on);
}

void chat_hear_no_more(struct chat *c)
{
	if (c->listening)
		flow_interrupt(&c->listening->flow, ERR_CANCELLED, "the chat is over");
}

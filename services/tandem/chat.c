/*
 * tandem chat: a conversation in the terminal, through the widget's API.
 *
 *   open -> (greeting) -> hear for ever, and say what is typed
 */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <curl/curl.h>
#include <jansson.h>

#include "common/crypto/crypto.h"
#include "services/tandem/chat.h"
#include "services/tandem/commands.h"
#include "services/tandem/fetch.h"

enum { USAGE = 64, UNAVAILABLE = 69, CALL_MS = 15000, RETRY_MS = 1000 };

void chat_leave_if_idle(struct chat *c)
{
	if (c->is_over && flow_count() == 0)
		event_base_loopbreak(c->base);
}

/* --- one request:  post -> done -------------------------------------------- */

struct post {
	struct flow flow;
	struct chat *chat;
	const char *path;
	char *body;
	int tries;
	void (*answered)(struct chat *c, const json_t *answer);
	struct http_response response;
};

static void say_typed(struct chat *c);
static flow_step post_send, post_done, post_failed, post_release;
static const struct flow_class post_class = { "post", post_failed, post_release };

static void quit(struct chat *c, int status)
{
	if (c->is_over)
		return;
	c->is_over = 1;
	c->status = status;
	event_del(c->input);
	chat_hear_no_more(c);
	chat_leave_if_idle(c);
}

static void leave(evutil_socket_t fd, short what, void *arg)
{
	struct chat *c = arg;

	(void)fd, (void)what;
	quit(c, c->status);
}

/* Not at once: what would be interrupted may be what calls. */
void chat_leave_if_answered(struct chat *c)
{
	int is_answered = !c->asked || c->last_seq > c->asked;

	if (c->is_ending && !c->posting && c->line.len == 0 && is_answered)
		event_base_once(c->base, -1, EV_TIMEOUT, leave, c, NULL);
}

/* Of the last words: were they accepted? */
static void note_refused(struct chat *c)
{
	c->status = UNAVAILABLE;
	if (!c->auth)
		quit(c, UNAVAILABLE);
}

static void post_send(void *self)
{
	struct post *p = self;
	const char *const headers[] = { "Content-Type: application/json", p->chat->auth, NULL };

	http_send(p->chat->http, &p->flow, post_done, &p->response,
		  &(struct http_request){
			  .url = arena_printf(&p->flow.arena, "%s%s", p->chat->url, p->path),
			  .headers = headers,
			  .body = p->body,
			  .body_len = strlen(p->body),
			  .timeout_ms = CALL_MS });
}

static void post_done(void *self)
{
	struct post *p = self;
	json_auto_t *answer = json_loadb(p->response.body, p->response.len, 0, NULL);
	const char *detail = json_string_value(json_object_get(answer, "detail"));

	if (p->response.status >= 500 && !p->chat->is_over && ++p->tries < 5) {
		flow_sleep(&p->flow, post_send, RETRY_MS);
		return;
	}
	if (p->response.status >= 400) {
		fprintf(stderr, "%s (%ld)\n", detail ? detail : "refused", p->response.status);
		note_refused(p->chat);
	} else if (p->answered) {
		p->answered(p->chat, answer);
	}
	flow_done(&p->flow);
}

/* The same message may be sent again: its id makes it arrive once. */
static void post_failed(void *self)
{
	struct post *p = self;

	if (++p->tries < 5 && !p->chat->is_over) {
		flow_recover(&p->flow, CALL_MS);
		flow_sleep(&p->flow, post_send, RETRY_MS);
		return;
	}
	fprintf(stderr, "cannot reach %s\n", p->chat->url);
	note_refused(p->chat);
	flow_done(&p->flow);
}

static void post_release(void *self)
{
	struct post *p = self;
	struct chat *c = p->chat;

	free(p->body);
	free(p);
	c->posting--;
	say_typed(c);
	chat_leave_if_answered(c);
	chat_leave_if_idle(c);
}

static void post_begin(struct chat *c, const char *path, json_t *body,
		       void (*answered)(struct chat *c, const json_t *answer))
{
	struct post *p = calloc(1, sizeof *p);

	if (!p || !(p->body = json_dumps(body, JSON_COMPACT)))
		abort();
	json_decref(body);
	p->chat = c;
	p->path = path;
	p->answered = answered;
	c->posting++;
	flow_begin(&p->flow, &post_class, p, "", CALL_MS * 6, post_send);
}

/* --- what is typed --------------------------------------------------------- */

static void note_said(struct chat *c, const json_t *answer)
{
	long long seq = json_integer_value(json_object_get(answer, "seq"));

	c->status = EXIT_SUCCESS;
	if (seq > c->asked)
		c->asked = seq;
}

static void say(struct chat *c, const char *text)
{
	char id[25];

	if (strcmp(text, "/quit") == 0) {
		quit(c, EXIT_SUCCESS);
		return;
	}
	if (text[strspn(text, " \t\r")] == 0)
		return;
	crypto_random_hex(id, sizeof id - 1);
	post_begin(
		c, "/api/v1/messages",
		c->lang ? json_pack("{s:s, s:s, s:s}", "id", id, "text", text, "lang", c->lang)
			: json_pack("{s:s, s:s}", "id", id, "text", text),
		note_said);
}

static void say_typed(struct chat *c)
{
	char *end;

	while (!c->is_over && !c->posting &&
	       (end = memchr(buf_str(&c->line), '\n', c->line.len))) {
		*end = 0;
		say(c, buf_str(&c->line));
		buf_drop(&c->line, (size_t)(end + 1 - c->line.data));
	}
}

/* Who sits at a terminal and ends it wants to leave; who has piped a question in waits for its
 * answer. */
static void end_input(struct chat *c)
{
	if (isatty(STDIN_FILENO)) {
		quit(c, EXIT_SUCCESS);
		return;
	}
	event_del(c->input);
	if (c->line.len > 0)
		buf_puts(&c->line, "\n");
	c->is_ending = 1;
	say_typed(c);
	chat_leave_if_answered(c);
}

static void on_input(evutil_socket_t fd, short what, void *arg)
{
	struct chat *c = arg;
	char block[4096];
	ssize_t n = read(fd, block, sizeof block);

	(void)what;
	if (n <= 0) {
		end_input(c);
		return;
	}
	buf_add(&c->line, block, (size_t)n);
	say_typed(c);
}

/* Ctrl-C: stop the answer; when there is none, leave. */
static void on_interrupt(evutil_socket_t sig, short what, void *arg)
{
	struct chat *c = arg;

	(void)sig, (void)what;
	if (c->shown.len == 0)
		quit(c, EXIT_SUCCESS);
	else
		post_begin(c, "/api/v1/stop", json_object(), NULL);
}

static void on_session(struct chat *c, const json_t *answer)
{
	const char *token = json_string_value(json_object_get(answer, "token"));
	const json_t *bot = json_object_get(answer, "bot");
	const char *greeting = json_string_value(json_object_get(bot, "greeting"));

	if (token && asprintf(&c->auth, "Authorization: Bearer %s", token) < 0)
		abort();
	if (!token) {
		fprintf(stderr, "%s did not open a session\n", c->url);
		quit(c, UNAVAILABLE);
		return;
	}
	printf("%s\n", greeting ? greeting : "");
	chat_prompt(c);
	chat_hear(c);
	event_add(c->input, NULL);
}

/* --- the command ----------------------------------------------------------- */

static int usage(FILE *out, int status)
{
	fprintf(out, "usage: tandem chat [--url URL] [--site NAME] [--lang ru|en]\n"
		     "  --url   of ingress (default: $TANDEM_URL, or http://$LISTEN, "
		     "127.0.0.1:8080)\n"
		     "  --site  a widget channel (default: shop-site)\n"
		     "Ctrl-C stops an answer; /operator calls a human; /quit leaves.\n"
		     "At the end of a pipe it leaves when all is answered.\n");
	return status;
}

static int parse_options(struct chat *c, int argc, char **argv)
{
	for (int i = 1; i < argc; i += 2) {
		const char **into = strcmp(argv[i], "--url") == 0    ? &c->url
				    : strcmp(argv[i], "--site") == 0 ? &c->site
				    : strcmp(argv[i], "--lang") == 0 ? &c->lang
								     : NULL;

		if (!into || i + 1 == argc)
			return -1;
		*into = argv[i + 1];
	}
	return 0;
}

static void open_chat(struct chat *c)
{
	signal(SIGPIPE, SIG_IGN);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	c->base = event_base_new();
	if (!c->base)
		abort();
	flow_open(c->base);
	c->http = http_open(c->base, &(struct http_conf){ 0 });
	c->input = event_new(c->base, STDIN_FILENO, EV_READ | EV_PERSIST, on_input, c);
	c->interrupt = evsignal_new(c->base, SIGINT, on_interrupt, c);
	event_add(c->interrupt, NULL);
}

static void close_chat(struct chat *c)
{
	http_close(c->http);
	event_free(c->input);
	event_free(c->interrupt);
	flow_close();
	event_base_free(c->base);
	buf_free(&c->line);
	buf_free(&c->shown);
	free(c->auth);
	curl_global_cleanup();
	libevent_global_shutdown();
}

int tandem_chat(int argc, char **argv)
{
	struct arena arena = { 0 };
	struct chat c = { .site = "shop-site" };

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		return usage(stdout, 0);
	if (parse_options(&c, argc, argv) != 0)
		return usage(stderr, USAGE);
	if (!c.url)
		c.url = ingress_url(&arena);
	open_chat(&c);
	post_begin(&c, "/api/v1/sessions",
		   c.lang ? json_pack("{s:s, s:s}", "site", c.site, "lang", c.lang)
			  : json_pack("{s:s}", "site", c.site),
		   on_session);
	event_base_dispatch(c.base);
	close_chat(&c);
	arena_free(&arena);
	putchar('\n');
	return c.status;
}

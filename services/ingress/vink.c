#include <stdlib.h>
#include <string.h>

#include "common/base/utf8.h"
#include "common/i18n/i18n.h"
#include "common/telegram/telegram.h"
#include "services/ingress/accept.h"
#include "services/ingress/buckets.h"
#include "services/ingress/commands.h"
#include "services/ingress/files.h"
#include "services/ingress/origin.h"
#include "services/ingress/routes.h"

/*
 * The interface of the Vink support chat, so that a front end made for it works
 * unchanged.  The browser makes up its own token and shows it in the header
 * chat-token; errors are {"message": "..."}.  There is one such channel.
 *
 *   POST /api/v1/gpt      {"message"}  201 {"message":"Успех"}
 *   GET  /api/v1/message               200 {"messages":[{"message","date_create","user"}]}
 *
 * What GET has given it does not give again.
 */

enum { TOKEN_MAX = 200, FETCH_MS = 5000, FETCH_MAX = 50 };

static void reply_message(struct web_request *req, int status, const char *text)
{
	json_auto_t *body = json_pack("{ss}", "message", text);

	web_reply_json(req, status, body);
}

static const struct channel *find_channel(struct ingress *in)
{
	const struct registry *r = bots_registry(in->bots);

	for (int i = 0; r && i < r->channel_count; i++)
		if (strcmp(r->channels[i].kind, "vink") == 0)
			return &r->channels[i];
	return NULL;
}

/* The channel and the token; NULL: the reply has been sent. */
static const struct channel *admit(struct ingress *in, struct web_request *req,
				   const char **token)
{
	const struct channel *channel;

	*token = web_header(req, "chat-token");
	if (ingress_must_be_ready(in, req) < 0)
		return NULL;
	channel = find_channel(in);
	if (!channel)
		reply_message(req, 404, "Канал не настроен");
	else if (!origin_allowed(in, req, channel))
		reply_message(req, 403, "Этому сайту доступ не разрешён");
	else if (!*token || !**token)
		reply_message(req, 400, "Токен не был передан в заголовках");
	else if (strlen(*token) > TOKEN_MAX ||
		 utf8_valid_prefix(*token, strlen(*token)) != strlen(*token))
		reply_message(req, 400, "Недопустимый токен");
	else
		return channel;
	return NULL;
}

/* --- POST /api/v1/gpt ----------------------------------------------------- */

struct utterance {
	const char *token, *text;
	char key[33]; /* this interface has no ids: nothing is ever sent twice */
};

static int prepare_utterance(struct acceptance *a, const struct channel *channel)
{
	const struct utterance *u = a->arg;

	a->event = (struct inbound){ .action = INBOUND_MESSAGE,
				     .key = u->key,
				     .chat = u->token,
				     .user = u->token,
				     .text = u->text };
	commands_recognise(&a->event, &a->scratch);
	commands_resolve(&a->event, channel->bot, &a->scratch);
	return 0;
}

static void answer_success(struct acceptance *a)
{
	reply_message(a->req, 201, "Успех");
}

static void answer_failure(struct acceptance *a, const struct err *e)
{
	ingress_reply_failure(a->req, e);
}

static const struct front vink_front = { "vink", prepare_utterance, answer_success,
					 answer_failure };

void vink_say(void *arg, struct web_request *req)
{
	struct utterance *u = arena_alloc(web_arena(req), sizeof *u);
	struct ingress *in = arg;
	const struct channel *channel = admit(in, req, &u->token);
	const char *text;
	json_t *body;

	if (!channel)
		return;
	body = web_json(req);
	if (!body)
		return;
	text = json_string_value(json_object_get(body, "message"));
	if (!text || !text[strspn(text, " \t\r\n")]) {
		reply_message(req, 400, "Сообщение не передано");
		return;
	}
	if (ingress_limit_words(in, req, channel, u->token) < 0)
		return;
	u->text = text;
	crypto_random_hex(u->key, sizeof u->key - 1);
	accept_begin(in, &vink_front, channel->id, req, u);
}

/* --- GET /api/v1/message -------------------------------------------------- */

struct fetching {
	struct flow flow;
	struct web_request *req;
	struct ingress *in;
	const char *token;
	int channel_id;
	struct message_page page;
};

static flow_step fetch, hand_over, cannot_fetch, fetching_release;
static const struct flow_class fetching_class = { "fetch", cannot_fetch, fetching_release };

void vink_fetch(void *arg, struct web_request *req)
{
	static const struct limit limit = { .per_minute = 600, .burst = 200 };
	struct ingress *in = arg;
	struct fetching *f;
	const char *token;
	const struct channel *channel = admit(in, req, &token);

	if (!channel || ingress_limit(in, req, LIMIT_READS, &limit) < 0)
		return;
	if (strcmp(web_method(req), "HEAD") == 0) { /* asks, but does not take */
		web_reply(req, 200, "application/json", NULL, 0);
		return;
	}
	f = calloc(1, sizeof *f);
	if (!f)
		abort();
	f->req = req;
	f->in = in;
	f->token = token;
	f->channel_id = channel->id;
	flow_begin(&f->flow, &fetching_class, f, web_trace(req), FETCH_MS, fetch);
}

static void fetch(void *self)
{
	struct fetching *f = self;

	store_fetch(&f->in->store, &f->flow, hand_over, &f->page, f->channel_id, f->token,
		    FETCH_MAX);
}

/* The words alone: the front end knows no Markdown. */
static const char *in_words(struct arena *a, const char *markdown)
{
	struct telegram_parts parts;
	const char *text = "";

	telegram_render(&parts, a, markdown);
	for (int i = 0; i < parts.n; i++)
		text = arena_printf(a, "%s%s%s", text, *text ? "\n\n" : "",
				    parts.items[i].plain);
	return text;
}

/*
 * The front end knows two voices, and asks for more until the last of what it got
 * was GPT's.  So the platform speaks with the bot's voice, but not to somebody who
 * waits for a human, and nothing that comes last may be the bot's while one is due.
 */
static const char *voice_of(const struct fetching *f, int i)
{
	const struct message *m = &f->page.messages[i];
	int is_due = f->page.responder != RESPONDER_BOT;

	if (m->author == AUTHOR_OPERATOR)
		return "OPERATOR";
	return is_due && (m->author == AUTHOR_PLATFORM || i == f->page.n - 1) ? "OPERATOR"
									      : "GPT";
}

/* These words, in this language, end the chat for the front end; it does not show them. */
static const char *words_of(struct fetching *f, const struct message *m, const json_t *extra,
			    int is_end)
{
	if (is_end)
		return i18n_text(TEXT_HUMAN_CLOSED, "ru");
	return json_is_true(json_object_get(extra, "plain"))
		       ? m->body
		       : in_words(&f->flow.arena, m->body);
}

/* Where each file can be had; the front end shows words only. */
static const char *with_files(struct fetching *f, const struct message *m, const json_t *extra,
			      const char *words)
{
	struct arena *a = &f->flow.arena;
	const char *root = f->in->public_url ? f->in->public_url : "";
	const json_t *attachment;
	size_t i;

	json_array_foreach (json_object_get(extra, "attachments"), i, attachment) {
		const char *name = json_string_value(json_object_get(attachment, "name"));
		const char *kind = json_string_value(json_object_get(attachment, "kind"));

		if (file_can_be_had(attachment))
			words = arena_printf(
				a, "%s%s📎 %s: %s%s", words, *words ? "\n\n" : "",
				name ? name : i18n_kind(kind ? kind : "document", "ru"), root,
				file_link(f->in, a, f->page.conversation_id, m->seq, i));
	}
	return words;
}

static json_t *as_shown(struct fetching *f, int i)
{
	const struct message *m = &f->page.messages[i];
	json_auto_t *extra = m->extra ? json_loads(m->extra, 0, NULL) : NULL;
	const char *event = json_string_value(json_object_get(extra, "event"));
	int is_end = event && strcmp(event, "closed") == 0;

	return json_pack("{ss ss ss}", "message",
			 with_files(f, m, extra, words_of(f, m, extra, is_end)), "date_create",
			 m->created_at, "user", is_end ? "OPERATOR" : voice_of(f, i));
}

static void hand_over(void *self)
{
	struct fetching *f = self;
	json_t *list = json_array();
	json_auto_t *body = json_pack("{so}", "messages", list);

	for (int i = 0; i < f->page.n; i++)
		json_array_append_new(list, as_shown(f, i));
	web_reply_json(f->req, 200, body);
	flow_done(&f->flow);
}

static void cannot_fetch(void *self)
{
	struct fetching *f = self;

	ingress_reply_failure(f->req, &f->flow.err);
	flow_done(&f->flow);
}

static void fetching_release(void *self)
{
	free(self);
}

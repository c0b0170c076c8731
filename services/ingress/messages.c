#include <stdlib.h>
#include <string.h>

#include "common/i18n/i18n.h"
#include "services/ingress/accept.h"
#include "services/ingress/buckets.h"
#include "services/ingress/commands.h"
#include "services/ingress/message.h"
#include "services/ingress/routes.h"
#include "services/ingress/session.h"

enum { READ_MS = 5000, PAGE = 50, PAGE_MAX = 200 };

/* What a browser said; in the request's arena. */
struct said {
	const char *chat, *id, *text, *lang;
	enum inbound_action action;
};

/* --- POST /api/v1/messages ------------------------------------------------ */

static void fill_event(struct acceptance *a, const struct said *said)
{
	a->event = (struct inbound){
		.action = said->action,
		.key = arena_printf(&a->scratch, "%s:%s", said->chat, said->id),
		.chat = said->chat,
		.lang = said->lang,
		.user = said->chat,
		.external_id = said->id,
		.text = said->text,
	};
}

static int prepare_message(struct acceptance *a, const struct channel *channel)
{
	const struct said *said = a->arg;

	fill_event(a, said);
	commands_recognise(&a->event, &a->scratch);
	commands_resolve(&a->event, channel->bot, &a->scratch);
	if (a->event.action != INBOUND_REFUSED)
		return 0;
	web_problem(a->req, 413, "too_long", "%s",
		    a->event.reply); /* browsers see it at once */
	return -1;
}

static void reply_seq(struct web_request *req, int status, const struct accepted *r)
{
	json_auto_t *body =
		json_pack("{sI sb sI}", "seq", (json_int_t)r->seq, "duplicate", r->duplicate,
			  "conversation", (json_int_t)r->conversation_id);

	web_reply_json(req, status, body);
}

static void compare_begin(struct acceptance *a);

static void answer_message(struct acceptance *a)
{
	if (a->result.duplicate && a->result.seq)
		compare_begin(a);
	else
		reply_seq(a->req, a->result.duplicate ? 200 : 201, &a->result);
}

static void answer_failure(struct acceptance *a, const struct err *e)
{
	ingress_reply_failure(a->req, e);
}

static const struct front message_front = { "widget", prepare_message, answer_message,
					    answer_failure };

/* -1: the reply has been sent. */
static int read_message(struct web_request *req, struct said *said)
{
	json_t *body = web_json(req);

	if (!body)
		return -1;
	if (json_unpack(body, "{ss ss s?s}", "id", &said->id, "text", &said->text, "lang",
			&said->lang) < 0) {
		web_refuse(req, 400, "bad_request", TEXT_PROBLEM_EXPECTED,
			   "{\"id\", \"text\", \"lang\"?}");
		return -1;
	}
	ingress_lang(req, said->lang);
	if (!ingress_is_key(said->id)) {
		web_refuse(req, 400, "bad_id", TEXT_PROBLEM_BAD_ID);
		return -1;
	}
	if (ingress_is_blank(said->text)) {
		web_refuse(req, 400, "empty", TEXT_PROBLEM_EMPTY);
		return -1;
	}
	return 0;
}

void message_create(void *arg, struct web_request *req)
{
	struct said *said = arena_alloc(web_arena(req), sizeof *said);
	struct ingress *in = arg;
	struct session session;

	if (session_of(in, req, &session) < 0 || read_message(req, said) < 0 ||
	    ingress_limit_words(in, req, session.channel, session.chat) < 0)
		return;
	said->chat = session.chat;
	said->action = INBOUND_MESSAGE;
	accept_begin(in, &message_front, session.channel->id, req, said);
}

/* --- the same id again: the same message, or a mistake of the client's? --- */

struct comparison {
	struct flow flow;
	struct web_request *req;
	struct ingress *in;
	const struct said *said;
	int channel_id;
	struct accepted first;
	struct message_page page;
};

static flow_step read_first, compare, cannot_compare, comparison_release;
static const struct flow_class comparison_class = { "compare", cannot_compare,
						    comparison_release };

static void compare_begin(struct acceptance *a)
{
	struct comparison *c = calloc(1, sizeof *c);

	if (!c)
		abort();
	c->req = a->req;
	c->in = a->in;
	c->said = a->arg;
	c->channel_id = a->channel_id;
	c->first = a->result;
	flow_begin(&c->flow, &comparison_class, c, a->flow.trace, READ_MS, read_first);
}

static void read_first(void *self)
{
	struct comparison *c = self;

	store_messages(&c->in->store, &c->flow, compare, &c->page,
		       &(struct messages_wanted){ .channel_id = c->channel_id,
						  .chat_key = c->said->chat,
						  .after = c->first.seq - 1,
						  .limit = 1 });
}

static void compare(void *self)
{
	struct comparison *c = self;
	const struct message *first = c->page.n ? &c->page.messages[0] : NULL;

	if (first && first->seq == c->first.seq && strcmp(first->body, c->said->text) != 0)
		web_refuse(c->req, 409, "id_reused", TEXT_PROBLEM_ID_REUSED);
	else
		reply_seq(c->req, 200, &c->first);
	flow_done(&c->flow);
}

static void cannot_compare(void *self)
{
	struct comparison *c = self;

	reply_seq(c->req, 200, &c->first); /* it was accepted, that much is sure */
	flow_done(&c->flow);
}

static void comparison_release(void *self)
{
	free(self);
}

/* --- POST /api/v1/stop ---------------------------------------------------- */

static int prepare_stop(struct acceptance *a, const struct channel *channel)
{
	(void)channel;
	fill_event(a, a->arg);
	return 0;
}

static void answer_stopped(struct acceptance *a)
{
	int stopped = a->result.stopped;
	enum text_id text = stopped ? TEXT_STOPPED : TEXT_NOTHING_TO_STOP;
	json_auto_t *body = json_pack("{sb ss}", "stopped", stopped, "text",
				      i18n_text(text, ingress_lang(a->req, NULL)));

	web_reply_json(a->req, 202, body);
}

static const struct front stop_front = { "stop", prepare_stop, answer_stopped, answer_failure };

void answer_stop(void *arg, struct web_request *req)
{
	struct said *said = arena_alloc(web_arena(req), sizeof *said);
	struct ingress *in = arg;
	struct session session;
	char random[33];

	if (session_of(in, req, &session) < 0 ||
	    ingress_limit_words(in, req, session.channel, session.chat) < 0)
		return;
	crypto_random_hex(random, sizeof random - 1);
	*said = (struct said){ .chat = session.chat,
			       .id = arena_printf(web_arena(req), "stop-%s", random),
			       .action =
				       INBOUND_STOP }; /* without words: a button was pressed */
	accept_begin(in, &stop_front, session.channel->id, req, said);
}

/* --- GET /api/v1/messages ------------------------------------------------- */

struct listing {
	struct flow flow;
	struct web_request *req;
	struct ingress *in;
	struct messages_wanted wanted;
	struct message_page page;
};

static flow_step read_page, reply_page, cannot_list, listing_release;
static const struct flow_class listing_class = { "list", cannot_list, listing_release };

static int read_number(const char *text, int64_t preset, int64_t min, int64_t max, int64_t *out)
{
	char *end;

	*out = preset;
	if (!text)
		return 0;
	*out = strtoll(text, &end, 10);
	return end != text && *end == 0 && *out >= min && *out <= max ? 0 : -1;
}

void message_list(void *arg, struct web_request *req)
{
	static const struct limit limit = { .per_minute = 600, .burst = 200 };
	struct ingress *in = arg;
	struct session session;
	struct listing *l;
	int64_t after, count;

	if (session_of(in, req, &session) < 0 ||
	    ingress_limit(in, req, LIMIT_READS, &limit) < 0)
		return;
	if (read_number(web_query(req, "after"), -1, 0, INT64_MAX / 2, &after) < 0 ||
	    read_number(web_query(req, "limit"), PAGE, 1, PAGE_MAX, &count) < 0) {
		web_refuse(req, 400, "bad_request", TEXT_PROBLEM_BAD_PAGE, PAGE_MAX);
		return;
	}
	l = calloc(1, sizeof *l);
	if (!l)
		abort();
	l->req = req;
	l->in = in;
	l->wanted = (struct messages_wanted){ .channel_id = session.channel->id,
					      .chat_key = session.chat,
					      .after = after,
					      .limit = (int)count };
	flow_begin(&l->flow, &listing_class, l, web_trace(req), READ_MS, read_page);
}

static void read_page(void *self)
{
	struct listing *l = self;

	store_messages(&l->in->store, &l->flow, reply_page, &l->page, &l->wanted);
}

static void reply_page(void *self)
{
	struct listing *l = self;
	json_t *messages = json_array();
	json_auto_t *body = NULL;

	for (int i = 0; i < l->page.n; i++)
		json_array_append_new(messages, message_shown(l->in, &l->flow.arena,
							      l->page.conversation_id,
							      &l->page.messages[i]));
	body = state_json(&l->page);
	json_object_set_new(body, "messages", messages);
	json_object_set_new(body, "last_seq", json_integer(l->page.last_seq));
	json_object_set_new(body, "conversation",
			    l->page.conversation_id ? json_integer(l->page.conversation_id)
						    : json_null());
	web_reply_json(l->req, 200, body);
	flow_done(&l->flow);
}

static void cannot_list(void *self)
{
	struct listing *l = self;

	ingress_reply_failure(l->req, &l->flow.err);
	flow_done(&l->flow);
}

static void listing_release(void *self)
{
	free(self);
}

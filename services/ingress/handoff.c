#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/desk/desk.h"
#include "common/i18n/i18n.h"
#include "common/json/jvalue.h"
#include "services/ingress/buckets.h"
#include "services/ingress/routes.h"
#include "services/ingress/session.h"

/*
 * Calls a human, or gives a conversation back to its bot, in the platform's name:
 * for programs of the deployment, which show its key, and for persons who do not
 * want to wait any longer.
 *
 *   POST /api/v1/conversations/{id}/handoff {"reason"?}   order -> answer
 *   POST /api/v1/conversations/{id}/return                order -> answer
 *   POST /api/v1/return                                   find -> order -> answer
 */

enum { ORDER_MS = 10000, REASON_MAX = 500 };

struct ordering {
	struct flow flow;
	struct ingress *in;
	struct web_request *req;
	const char *verb;
	int64_t conversation;
	json_t *args; /* in the flow's arena */
	int is_person;
	struct messages_wanted wanted;
	struct message_page page;
	struct desk_done done;
};

static flow_step find, found, order, answer, cannot_order, ordering_release;
static const struct flow_class ordering_class = { "ordering", cannot_order, ordering_release };

static struct ordering *create(struct ingress *in, struct web_request *req, const char *verb,
			       json_t *args)
{
	struct ordering *o = calloc(1, sizeof *o);

	if (!o || !args)
		abort();
	o->in = in;
	o->req = req;
	o->verb = verb;
	o->args = jown(web_arena(req), args);
	return o;
}

/* --- programs ------------------------------------------------------------- */

static int has_key(const struct ingress *in, const struct web_request *req)
{
	const char *header = web_header(req, "Authorization");

	return header && strncasecmp(header, "Bearer ", 7) == 0 &&
	       crypto_equal(header + 7 + strspn(header + 7, " "), in->integration_key);
}

/* -1: the reply has been sent. */
static int admit(struct ingress *in, struct web_request *req)
{
	static const struct limit limit = { .per_minute = 600, .burst = 200 };

	if (!in->integration_key) {
		web_refuse(req, 404, "not_configured", TEXT_PROBLEM_NO_KEY_SET);
		return -1;
	}
	if (ingress_must_be_ready(in, req) < 0 ||
	    ingress_limit(in, req, LIMIT_CALLS, &limit) < 0)
		return -1;
	if (has_key(in, req))
		return 0;
	web_set_header(req, "WWW-Authenticate", "Bearer");
	web_refuse(req, 401, "bad_key", TEXT_PROBLEM_BAD_KEY);
	return -1;
}

/* "17/handoff" -> call, "17/return" -> return; NULL: there is no such place. */
static const char *read_path(const char *rest, int64_t *conversation)
{
	size_t digits = strspn(rest, "0123456789");

	if (digits == 0 || digits > 18)
		return NULL;
	*conversation = strtoll(rest, NULL, 10);
	if (strcmp(rest + digits, "/handoff") == 0)
		return "call";
	return strcmp(rest + digits, "/return") == 0 ? "return" : NULL;
}

/* NULL: the reply has been sent. */
static json_t *read_reason(struct web_request *req)
{
	const char *reason = NULL;
	size_t len;
	json_t *body;

	web_body(req, &len);
	if (len == 0)
		return json_object();
	body = web_json(req);
	if (!body)
		return NULL;
	if (json_unpack(body, "{s?s}", "reason", &reason) == 0 &&
	    (!reason || strlen(reason) <= REASON_MAX))
		return json_pack("{ss*}", "detail", reason);
	web_refuse(req, 400, "bad_request", TEXT_PROBLEM_EXPECTED, "{\"reason\"?}");
	return NULL;
}

void conversation_order(void *arg, struct web_request *req)
{
	struct ingress *in = arg;
	struct ordering *o;
	const char *verb;
	int64_t conversation;
	json_t *args;

	if (admit(in, req) < 0)
		return;
	verb = read_path(web_rest(req), &conversation);
	if (!verb) {
		web_refuse(req, 404, "not_found", TEXT_PROBLEM_NOT_FOUND);
		return;
	}
	args = read_reason(req);
	if (!args)
		return;
	o = create(in, req, verb, args);
	o->conversation = conversation;
	flow_begin(&o->flow, &ordering_class, o, web_trace(req), ORDER_MS, order);
}

/* --- persons -------------------------------------------------------------- */

void person_return(void *arg, struct web_request *req)
{
	static const struct limit limit = { .per_minute = 20, .burst = 10 };
	struct ingress *in = arg;
	struct session session;
	struct ordering *o;

	if (session_of(in, req, &session) < 0 ||
	    ingress_limit_key(in, req, LIMIT_CALLS, session.chat, &limit) < 0)
		return;
	o = create(in, req, "return", json_pack("{sb}", "if_waiting", 1));
	o->is_person = 1;
	o->wanted = (struct messages_wanted){ .channel_id = session.channel->id,
					      .chat_key = session.chat,
					      .limit = 1,
					      .after = -1 };
	flow_begin(&o->flow, &ordering_class, o, web_trace(req), ORDER_MS, find);
}

static void find(void *self)
{
	struct ordering *o = self;

	store_messages(&o->in->store, &o->flow, found, &o->page, &o->wanted);
}

static void found(void *self)
{
	struct ordering *o = self;

	o->conversation = o->page.conversation_id;
	if (o->conversation) {
		order(self);
		return;
	}
	web_refuse(o->req, 409, "not_waiting", TEXT_PROBLEM_NOT_WAITING);
	flow_done(&o->flow);
}

/* --- both ----------------------------------------------------------------- */

static void order(void *self)
{
	struct ordering *o = self;

	store_desk(&o->in->store, &o->flow, answer, &o->done,
		   &(struct desk_order){
			   .verb = o->verb, .conversation = o->conversation, .args = o->args });
}

static void refuse(struct ordering *o)
{
	if (!o->done.conversation_id)
		web_refuse(o->req, 404, "no_conversation", TEXT_PROBLEM_NO_CONVERSATION);
	else if (o->done.status == DESK_DISABLED)
		web_refuse(o->req, 409, "no_operators", TEXT_NO_OPERATORS);
	else
		web_refuse(o->req, 409, "not_waiting", TEXT_PROBLEM_NOT_WAITING);
}

static void answer(void *self)
{
	struct ordering *o = self;
	const struct desk_done *done = &o->done;
	json_auto_t *body = NULL;

	if (done->status != DESK_OK) {
		refuse(o);
		flow_done(&o->flow);
		return;
	}
	desk_tell(o->in->redis, done, o->verb, o->flow.trace);
	if (o->is_person) {
		web_reply(o->req, 204, NULL, NULL, 0);
	} else {
		body = json_pack("{sI sI ss si}", "conversation",
				 (json_int_t)done->conversation_id, "handoff",
				 (json_int_t)done->handoff_id, "responder",
				 responder_name(done->responder), "epoch", done->epoch);
		web_reply_json(o->req, strcmp(o->verb, "call") == 0 ? 202 : 200, body);
	}
	flow_done(&o->flow);
}

static void cannot_order(void *self)
{
	struct ordering *o = self;

	ingress_reply_failure(o->req, &o->flow.err);
	flow_done(&o->flow);
}

static void ordering_release(void *self)
{
	free(self);
}

#include <stdlib.h>
#include <string.h>

#include "common/i18n/i18n.h"
#include "common/store/person.h"
#include "services/ingress/accept.h"
#include "services/ingress/buckets.h"
#include "services/ingress/routes.h"
#include "services/ingress/session.h"

/* What a person can do beside writing: call a human, be seen typing, say how it was. */

enum { RATE_MS = 5000, SCORE_MAX = 5, COMMENT_MAX = 2000 };

/* --- POST /api/v1/operator ------------------------------------------------ */

static int prepare_call(struct acceptance *a, const struct channel *channel)
{
	const char *chat = a->arg;
	char random[33];

	if (!channel->bot->handoff.enabled) {
		web_refuse(a->req, 409, "no_operators", TEXT_NO_OPERATORS);
		return -1;
	}
	crypto_random_hex(random, sizeof random - 1);
	a->event = (struct inbound){ .action = INBOUND_OPERATOR,
				     .text = "/operator", /* the same as the command */
				     .key = arena_printf(&a->flow.arena, "%s:operator-%s", chat,
							 random),
				     .chat = chat,
				     .user = chat };
	return 0;
}

static void answer_called(struct acceptance *a)
{
	json_auto_t *body = json_object();

	web_reply_json(a->req, 202, body);
}

static void answer_failure(struct acceptance *a, const struct err *e)
{
	ingress_reply_failure(a->req, e);
}

static const struct front call_front = { "call", prepare_call, answer_called, answer_failure };

void operator_call(void *arg, struct web_request *req)
{
	static const struct limit limit = { .per_minute = 20, .burst = 10 };
	struct ingress *in = arg;
	struct session session;

	if (session_of(in, req, &session) < 0 ||
	    ingress_limit_key(in, req, LIMIT_CALLS, session.chat, &limit) < 0)
		return;
	accept_begin(in, &call_front, session.channel->id, req,
		     arena_str(web_arena(req), session.chat));
}

/* --- POST /api/v1/typing -------------------------------------------------- */

void typing_tell(void *arg, struct web_request *req)
{
	static const struct limit limit = { .per_minute = 120, .burst = 30 };
	struct ingress *in = arg;
	struct session session;
	char topic[LIVE_TOPIC_SIZE];

	if (session_of(in, req, &session) < 0 ||
	    ingress_limit_key(in, req, LIMIT_TYPING, session.chat, &limit) < 0)
		return;
	live_topic(topic, session.channel->id, session.chat);
	live_typing(in->redis, topic, "person", NULL);
	web_reply(req, 204, NULL, NULL, 0);
}

/* --- POST /api/v1/rating -------------------------------------------------- */

struct rate {
	struct flow flow;
	struct ingress *in;
	struct web_request *req;
	struct rating rating;
	enum rated result;
};

static flow_step keep_rating, answer_rated, cannot_keep, rate_release;
static const struct flow_class rate_class = { "rate", cannot_keep, rate_release };

static int is_comment(const char *comment)
{
	return !comment || strlen(comment) <= COMMENT_MAX;
}

/* -1: the reply has been sent. */
static int read_rating(struct web_request *req, struct rating *out)
{
	json_t *body = web_json(req);
	json_int_t handoff = 0, score = 0;
	const char *comment = NULL;

	if (!body)
		return -1;
	if (json_unpack(body, "{sI sI s?s}", "handoff", &handoff, "score", &score, "comment",
			&comment) < 0 ||
	    handoff < 1 || score < 1 || score > SCORE_MAX || !is_comment(comment)) {
		web_refuse(req, 400, "bad_rating", TEXT_PROBLEM_BAD_RATING, COMMENT_MAX);
		return -1;
	}
	*out = (struct rating){ .handoff = handoff,
				.score = (int)score,
				.comment = comment && *comment ? comment : NULL };
	return 0;
}

void rating_create(void *arg, struct web_request *req)
{
	static const struct limit limit = { .per_minute = 20, .burst = 10 };
	struct ingress *in = arg;
	struct session session;
	struct rating rating;
	struct rate *r;

	if (session_of(in, req, &session) < 0 || read_rating(req, &rating) < 0 ||
	    ingress_limit_key(in, req, LIMIT_CALLS, session.chat, &limit) < 0)
		return;
	r = calloc(1, sizeof *r);
	if (!r)
		abort();
	r->in = in;
	r->req = req;
	r->rating = rating;
	r->rating.channel_id = session.channel->id;
	r->rating.chat_key = session.chat;
	flow_begin(&r->flow, &rate_class, r, web_trace(req), RATE_MS, keep_rating);
}

static void keep_rating(void *self)
{
	struct rate *r = self;

	store_rate(&r->in->store, &r->flow, answer_rated, &r->result, &r->rating);
}

/* Other windows of theirs need not ask again. */
static void tell_others(const struct rate *r)
{
	char topic[LIVE_TOPIC_SIZE];

	live_topic(topic, r->rating.channel_id, r->rating.chat_key);
	live_seq(r->in->redis, topic, 1); /* look again */
}

static void answer_rated(void *self)
{
	struct rate *r = self;

	if (r->result == RATED_UNKNOWN) {
		web_refuse(r->req, 404, "no_handoff", TEXT_PROBLEM_NO_HANDOFF);
	} else if (r->result == RATED_BEFORE) {
		web_refuse(r->req, 409, "rated", TEXT_RATED_BEFORE);
	} else {
		tell_others(r);
		web_reply(r->req, 204, NULL, NULL, 0);
	}
	flow_done(&r->flow);
}

static void cannot_keep(void *self)
{
	struct rate *r = self;

	ingress_reply_failure(r->req, &r->flow.err);
	flow_done(&r->flow);
}

static void rate_release(void *self)
{
	free(self);
}

#include <string.h>

#include "common/base/clock.h"
#include "common/live/live.h"
#include "services/ingress/buckets.h"
#include "services/ingress/console.h"
#include "services/ingress/line.h"

/*
 * POST /console/api/conversations/{id}/typing: the person sees that somebody writes.  Nothing
 * waits for Telegram: find_place -> show -> (reply) -> tell_telegram
 */

enum { TELEGRAM_MS = 3000 };

struct typing {
	struct held_place place;
	struct http_response response;
};

static flow_step show;

void console_typing(void *self)
{
	struct console_call *c = self;
	struct typing *t = c->own = arena_alloc(&c->flow.arena, sizeof *t);

	store_held_place(c->store, &c->flow, show, &t->place, c->id, c->who.id);
}

static void over(void *self)
{
	struct console_call *c = self;

	console_reply_empty(c);
}

/* Telegram shows it for five seconds; keys are pressed oftener. */
static int is_too_soon(struct console_call *c, const struct typing *t)
{
	static const struct limit limit = { .per_minute = 15, .burst = 1 };
	const char *key = arena_printf(&c->flow.arena, "typing:%d:%s", t->place.channel_id,
				       t->place.chat);

	return limits_take(c->in->limits, LIMIT_NOTICE, key, &limit, clock_mono_ms()) > 0;
}

static void tell_telegram(struct console_call *c, struct typing *t)
{
	const struct channel *channel =
		registry_channel(bots_registry(c->in->bots), t->place.channel_id);
	struct http_request request = {
		.headers = (const char *const[]){ "Content-Type: application/json", NULL },
		.timeout_ms = TELEGRAM_MS,
	};

	if (!channel || !channel->token || is_too_soon(c, t)) {
		console_reply_empty(c);
		return;
	}
	request.url = telegram_url(&c->flow.arena, c->in->telegram_api_root, channel->token,
				   "sendChatAction");
	request.body = telegram_action_body(&c->flow.arena, t->place.chat, "typing");
	request.body_len = strlen(request.body);
	http_send(c->in->http, &c->flow, over, &t->response, &request);
}

static void show(void *self)
{
	struct console_call *c = self;
	struct typing *t = c->own;
	char topic[LIVE_TOPIC_SIZE];

	if (!t->place.chat) {
		console_refuse(c, 409, "not_yours", TEXT_PROBLEM_NOT_YOURS);
		return;
	}
	live_typing(c->in->redis, live_topic(topic, t->place.channel_id, t->place.chat),
		    "operator", c->who.name);
	if (strcmp(t->place.kind, "telegram") == 0)
		tell_telegram(c, t);
	else
		console_reply_empty(c);
}

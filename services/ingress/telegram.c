#include <string.h>

#include "common/base/clock.h"
#include "common/i18n/i18n.h"
#include "services/ingress/buckets.h"
#include "services/ingress/commands.h"
#include "services/ingress/desk.h"
#include "services/ingress/line.h"
#include "services/ingress/routes.h"
#include "services/ingress/team.h"

/* Updates of Telegram, pushed to us; also what pulled ones have in common. */

static const struct limit notice_limit = { .per_minute = 1, .burst = 1 };

static int asks_for_something(const struct inbound *event)
{
	return event->action == INBOUND_MESSAGE || event->action == INBOUND_COMMAND ||
	       event->action == INBOUND_RESET || event->action == INBOUND_STOP ||
	       event->action == INBOUND_OPERATOR || event->action == INBOUND_WORDLESS;
}

/* A chat that floods is told so once a minute, and is otherwise refused in silence. */
static void apply_limit(struct acceptance *a, const struct bot *bot, const char *chat_id)
{
	struct limit limit = { bot->per_minute, bot->burst ? bot->burst : bot->per_minute };
	struct limits *l = a->in->limits;
	int64_t now = clock_mono_ms();
	int wait;

	if (!a->in->rate_limits || bot->per_minute <= 0)
		return;
	wait = limits_take(l, LIMIT_CHAT, chat_id, &limit, now);
	if (wait == 0)
		return;
	if (limits_take(l, LIMIT_NOTICE, chat_id, &notice_limit, now) > 0) {
		commands_refuse(&a->event);
		return;
	}
	commands_refuse_with(&a->event, &a->scratch, TEXT_TOO_FAST, (wait + 999) / 1000);
}

/* At the operators' desk: whoever does not work there.  Colleagues in a group are not
 * bothered with words about it. */
static void limit_stranger(struct acceptance *a, const struct channel *channel)
{
	const char *who = a->event.user ? a->event.user : a->event.chat;

	apply_limit(a, channel->bot, arena_printf(&a->scratch, "%d:%s", channel->id, who));
	if (a->event.action == INBOUND_REFUSED && a->event.is_group)
		commands_refuse(&a->event);
}

/* A file's id is good for the bot that got it, and no other. */
static void note_owner(struct inbound *event, const struct channel *channel)
{
	json_t *attachment;
	size_t i;

	json_array_foreach (json_object_get(event->extra, "attachments"), i, attachment)
		json_object_set_new(attachment, "channel", json_integer(channel->id));
}

/* Whom a group means, and whether a desk has topics, is known once Telegram has told who we
 * are. */
static int must_know_us(const struct inbound *event, const struct channel *channel)
{
	return desk_is(channel) ||
	       (event->is_group && !event->is_addressed && asks_for_something(event));
}

int telegram_prepare(struct acceptance *a, const struct channel *channel, struct line *line,
		     const char *json, size_t len, struct err *e)
{
	const struct telegram_me *me = line && line->me.username ? &line->me : NULL;
	struct arena *arena = &a->scratch;

	if (telegram_parse_update(&a->event, arena, me, json, len, e) < 0)
		return -1;
	if (!me && must_know_us(&a->event, channel))
		return err_set(e, ERR_TEMP, "who we are is not known yet");
	if (line)
		line->last_update_ms = clock_wall_ms();
	note_owner(&a->event, channel);
	if (desk_is(channel)) {
		desk_resolve(&a->event, arena, line && line->has_topics);
		if (a->event.action == INBOUND_MESSAGE &&
		    !team_knows(a->in->team, channel->id, a->event.user))
			limit_stranger(a, channel);
		return 0;
	}
	commands_resolve(&a->event, channel->bot, arena);
	if (asks_for_something(&a->event))
		apply_limit(a, channel->bot,
			    arena_printf(arena, "%d:%s", channel->id, a->event.chat));
	return 0;
}

/* --- the webhook ---------------------------------------------------------- */

static int prepare_body(struct acceptance *a, const struct channel *channel)
{
	struct err e;
	size_t len;
	const char *body = web_body(a->req, &len);
	struct line *line = lines_named(a->in->lines, channel->name);

	if (telegram_prepare(a, channel, line, body, len, &e) == 0) {
		web_forget_body(a->req);
		return 0;
	}
	if (e.kind == ERR_TEMP)
		ingress_reply_failure(a->req, &e);
	else
		web_problem(a->req, 400, "bad_update", "This is not an update: %s", e.text);
	return -1;
}

static void answer_ok(struct acceptance *a)
{
	web_reply(a->req, 200, "application/json", "{}", 2);
}

static void answer_failure(struct acceptance *a, const struct err *e)
{
	ingress_reply_failure(a->req, e);
}

const struct front telegram_webhook_front = { "telegram", prepare_body, answer_ok,
					      answer_failure };

void telegram_webhook(void *arg, struct web_request *req)
{
	struct ingress *in = arg;
	const char *secret = web_header(req, "X-Telegram-Bot-Api-Secret-Token");
	struct line *line;

	if (ingress_must_be_ready(in, req) < 0)
		return;
	line = lines_named(in->lines, web_rest(req));
	if (!line) {
		web_problem(req, 404, "no_channel", "There is no such channel.");
	} else if (!secret || !crypto_equal(secret, line->secret)) {
		web_problem(req, 401, "bad_secret", "The secret token is wrong or missing.");
	} else {
		accept_begin(in, &telegram_webhook_front, line->channel_id, req, NULL);
	}
}

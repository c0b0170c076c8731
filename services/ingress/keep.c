#include <string.h>

#include "common/base/log.h"
#include "services/ingress/commands.h"
#include "services/ingress/desk.h"
#include "services/ingress/line.h"

/*
 * What both ways of hearing from Telegram share: rounds with pauses between
 * them, calls of the Bot API, and the bot's introduction.  A round is a flow,
 * so that what it read is forgotten with it.
 */

enum { ROUND_MS = 60000, PAUSE_MIN_MS = 1000, PAUSE_MAX_MS = 60000, CALL_MS = 15000 };

/* --- rounds --------------------------------------------------------------- */

static void rest(void *self)
{
	struct line *line = self;

	flow_extend(&line->flow, line->pause_ms + ROUND_MS);
	flow_sleep(&line->flow, line->keeper->round, line->pause_ms);
}

void line_keep(struct line *line)
{
	line->is_keeping = 1;
	flow_begin(&line->flow, &line->keeper->class, line, NULL, ROUND_MS, rest);
}

void line_rest(struct line *line, int ms)
{
	line->pause_ms = ms;
	flow_done(&line->flow);
}

void line_round_failed(void *self)
{
	struct line *line = self;
	int pause = PAUSE_MIN_MS << (line->failures < 2 ? line->failures : 2);

	if (line->flow.err.kind != ERR_CANCELLED) {
		line->failures++;
		line_trouble(line, line->flow.err.text);
		log_warn("telegram line broken channel=%s failures=%d: %s", line->name,
			 line->failures, line->flow.err.text);
	}
	if (line->pause_ms < pause)
		line->pause_ms = pause;
	if (line->pause_ms > PAUSE_MAX_MS)
		line->pause_ms = PAUSE_MAX_MS;
	flow_done(&line->flow);
}

void line_round_over(void *self)
{
	struct line *line = self;

	if (!line_is_over(line)) {
		line_keep(line);
		return;
	}
	if (line->keeper->given_up)
		line->keeper->given_up(line);
	line_kept(line);
}

/* --- calls ---------------------------------------------------------------- */

void line_call(struct line *line, flow_step *next, const char *method, const char *body,
	       int timeout_ms)
{
	static const char *const headers[] = { "Content-Type: application/json", NULL };
	struct arena *a = &line->flow.arena;
	const char *json = body ? arena_str(a, body) : "{}";
	struct http_request req = { .url = telegram_url(a, line->in->telegram_api_root,
							line->token, method),
				    .headers = headers,
				    .body = json,
				    .body_len = strlen(json),
				    .timeout_ms = timeout_ms,
				    .max_body = 16 << 20 };

	flow_extend(&line->flow, timeout_ms + ROUND_MS);
	http_send(line->in->http, &line->flow, next, &line->response, &req);
}

/* What does not get better by asking again soon. */
static int pause_for(const struct telegram_reply *reply)
{
	if (reply->retry_after_ms > 0)
		return reply->retry_after_ms;
	return reply->verdict == TELEGRAM_UNAUTHORIZED ? PAUSE_MAX_MS : 0;
}

int line_read(struct line *line)
{
	const struct telegram_reply *reply = &line->reply;

	telegram_read_reply(&line->reply, &line->flow.arena, line->response.status,
			    line->response.body, line->response.len);
	if (reply->verdict == TELEGRAM_OK)
		return 0;
	line->pause_ms = pause_for(reply);
	flow_fail(&line->flow, ERR_TEMP, "Telegram: %ld %s", line->response.status,
		  reply->description ? reply->description : "not an answer of Telegram's");
	return -1;
}

/* --- introduction: ask_name -> set_menu -> set_russian_menu -> introduced -- */

static flow_step ask_name, read_name, set_menu, set_russian_menu, introduced;

static void ask_name(void *self)
{
	struct line *line = self;

	line_call(line, read_name, "getMe", NULL, CALL_MS);
}

static void read_name(void *self)
{
	struct line *line = self;
	const char *name;

	if (line_read(line) < 0)
		return;
	name = json_string_value(json_object_get(line->reply.result, "username"));
	snprintf(line->username, sizeof line->username, "%s", name ? name : "");
	line->me.id = json_integer_value(json_object_get(line->reply.result, "id"));
	line->me.username = line->username;
	line->has_topics =
		json_is_true(json_object_get(line->reply.result, "has_topics_enabled"));
	line->is_named = 1;
	log_info("telegram bot known channel=%s username=%s", line->name, line->username);
	set_menu(self);
}

static const struct bot *bot_of(const struct line *line)
{
	const struct registry *r = bots_registry(line->in->bots);
	const struct channel *channel = r ? registry_channel(r, line->channel_id) : NULL;

	return channel ? channel->bot : NULL;
}

static int64_t revision_of(const struct line *line)
{
	const struct bot *bot = bot_of(line);

	return bot ? bot->revision : 0;
}

static const char *menu_of(struct line *line, const char *lang, int with_code)
{
	if (line->is_desk)
		return desk_menu(&line->flow.arena, lang, with_code);
	return commands_menu(&line->flow.arena, bot_of(line), lang, with_code);
}

static void set_menu(void *self)
{
	struct line *line = self;

	line->has_menu = 0;
	line->menu_revision = revision_of(line);
	line_call(line, set_russian_menu, "setMyCommands", menu_of(line, "en", 0), CALL_MS);
}

static void set_russian_menu(void *self)
{
	struct line *line = self;

	line_call(line, introduced, "setMyCommands", menu_of(line, "ru", 1), CALL_MS);
}

/* A menu that was refused is no reason not to talk. */
static void introduced(void *self)
{
	struct line *line = self;

	if (line->response.status != 200)
		log_warn("telegram menu refused channel=%s status=%ld", line->name,
			 line->response.status);
	line->has_menu = 1;
	line->introduced(self);
}

void line_introduce(struct line *line, flow_step *next)
{
	line->introduced = next;
	if (!line->is_named)
		ask_name(line);
	else if (!line->has_menu || line->menu_revision != revision_of(line))
		set_menu(line);
	else
		next(line);
}

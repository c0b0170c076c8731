#include "services/ingress/session.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/clock.h"
#include "common/i18n/i18n.h"
#include "services/ingress/buckets.h"
#include "services/ingress/origin.h"
#include "services/ingress/popular.h"
#include "services/ingress/routes.h"

static const int64_t day_ms = 24LL * 3600 * 1000;

/* --- tokens --------------------------------------------------------------- */

char *session_sign(struct ingress *in, struct arena *a, const char *site, const char *chat,
		   int64_t expires_ms)
{
	json_t *payload = json_pack("{ss ss sI}", "site", site, "chat", chat, "exp",
				    (json_int_t)(expires_ms / 1000));
	char *text = json_dumps(payload, JSON_COMPACT), *token;

	json_decref(payload);
	if (!text)
		abort();
	token = crypto_token_sign(a, in->session_key, text);
	free(text);
	return token;
}

int session_open(struct ingress *in, struct arena *a, struct session *out, const char *token,
		 const char *site)
{
	const char *payload = crypto_token_open(a, in->session_key, token);
	json_auto_t *claims = payload ? json_loads(payload, 0, NULL) : NULL;
	const char *of_site, *chat;
	json_int_t end;

	if (!claims ||
	    json_unpack(claims, "{ss ss sI}", "site", &of_site, "chat", &chat, "exp", &end) < 0)
		return -1;
	if ((site && strcmp(site, of_site) != 0) || end * 1000 < clock_wall_ms())
		return -1;
	out->channel = ingress_channel(in, "widget", of_site);
	out->chat = arena_str(a, chat);
	out->expires_ms = end * 1000;
	return out->channel ? 0 : -1;
}

static const char *bearer(const struct web_request *req)
{
	const char *header = web_header(req, "Authorization");

	if (header && strncasecmp(header, "Bearer ", 7) == 0)
		return header + 7 + strspn(header + 7, " ");
	return header ? NULL : web_query(req, "token");
}

int session_of(struct ingress *in, struct web_request *req, struct session *out)
{
	const char *token = bearer(req);

	if (ingress_must_be_ready(in, req) < 0)
		return -1;
	if (!token || session_open(in, web_arena(req), out, token, NULL) < 0) {
		web_set_header(req, "WWW-Authenticate", "Bearer");
		web_refuse(req, 401, "bad_token", TEXT_PROBLEM_BAD_TOKEN);
		return -1;
	}
	if (!origin_allowed(in, req, out->channel)) {
		web_refuse(req, 403, "origin_not_allowed", TEXT_PROBLEM_ORIGIN_CHANNEL);
		return -1;
	}
	return 0;
}

/* --- POST /api/v1/sessions ------------------------------------------------ */

static json_t *describe_bot(const struct bot *bot, const char *lang)
{
	const char *title = text_in(&bot->title, lang);
	const char *greeting = text_in(&bot->greeting, lang);

	return json_pack("{ss ss* ss* sb}", "name", bot->name, "title", title, "greeting",
			 greeting, "human", bot->handoff.enabled);
}

static void grant(struct ingress *in, struct web_request *req, const struct channel *channel,
		  const char *lang, const char *chat)
{
	int64_t end = clock_wall_ms() + SESSION_DAYS * day_ms;
	char at[CLOCK_ISO_SIZE];
	json_auto_t *body = json_pack(
		"{ss ss so so ss}", "token",
		session_sign(in, web_arena(req), channel->name, chat, end), "lang", lang, "bot",
		describe_bot(channel->bot, lang), "popular",
		popular_questions(channel->bot, lang), "expires_at", clock_iso(at, end));

	web_reply_json(req, 201, body);
}

static const char *new_chat(struct arena *a)
{
	char random[33];

	crypto_random_hex(random, 32);
	return arena_printf(a, "w%s", random);
}

void session_create(void *arg, struct web_request *req)
{
	static const struct limit limit = { .per_minute = 30, .burst = 20 };
	const char *site = NULL, *lang = NULL, *old = NULL;
	const struct channel *channel;
	struct ingress *in = arg;
	struct session session;
	json_t *body = web_json(req);

	if (!body || ingress_must_be_ready(in, req) < 0 ||
	    ingress_limit(in, req, LIMIT_SESSIONS, &limit) < 0)
		return;
	if (json_unpack(body, "{ss s?s s?s}", "site", &site, "lang", &lang, "token", &old) <
	    0) {
		web_refuse(req, 400, "bad_request", TEXT_PROBLEM_EXPECTED,
			   "{\"site\", \"lang\"?, \"token\"?}");
		return;
	}
	lang = ingress_lang(req, lang);
	channel = ingress_channel(in, "widget", site);
	if (!channel) {
		web_refuse(req, 404, "no_site", TEXT_PROBLEM_NO_SITE);
	} else if (!origin_allowed(in, req, channel)) {
		web_refuse(req, 403, "origin_not_allowed", TEXT_PROBLEM_ORIGIN_CHANNEL);
	} else {
		int resumed = old && session_open(in, web_arena(req), &session, old, site) == 0;

		grant(in, req, channel, lang,
		      resumed ? session.chat : new_chat(web_arena(req)));
	}
}

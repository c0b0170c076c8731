#include <stdlib.h>
#include <string.h>

#include "common/telegram/telegram.h"
#include "services/tandem/doctor.h"
#include "services/tandem/fetch.h"

/* --- providers ------------------------------------------------------------- */

static void judge_provider(struct doctor *d, const char *name, const struct http_response *r)
{
	if (r->status == 200)
		doctor_say(d, OK, name, "reached, and the key is good");
	else if (r->status == 401 || r->status == 403)
		doctor_say(d, FAIL, name, "refuses the key (status %ld): is it current?",
			   r->status);
	else
		doctor_say(d, WARN, name, "answered with status %ld", r->status);
}

static void check_openai(struct doctor *d, const struct provider *p, struct arena *a)
{
	const char *auth =
		arena_printf(a, "Authorization: Bearer %s", p->key ? p->key : "none");
	const char *const headers[] = { auth, NULL };
	struct http_response r;
	struct err e;

	if (fetch(a, &r, &e,
		  arena_printf(a, "%s/models",
			       p->base_url ? p->base_url : "https://api.openai.com/v1"),
		  headers, NULL) == 0)
		judge_provider(d, p->name, &r);
	else
		doctor_say(d, FAIL, p->name, "%s: is its base URL right?", e.text);
}

/* Counting tokens costs nothing. */
static void check_yandexgpt(struct doctor *d, const struct provider *p, struct arena *a)
{
	const char *auth =
		arena_printf(a, "Authorization: %s %s",
			     strncmp(p->key, "t1.", 3) == 0 ? "Bearer" : "Api-Key", p->key);
	const char *const headers[] = { auth, "Content-Type: application/json", NULL };
	const char *body = arena_printf(
		a, "{\"modelUri\":\"gpt://%s/yandexgpt/latest\",\"text\":\"ok\"}", p->folder);
	struct http_response r;
	struct err e;

	if (fetch(a, &r, &e,
		  arena_printf(a, "%s/foundationModels/v1/tokenize",
			       p->base_url ? p->base_url : "https://llm.api.cloud.yandex.net"),
		  headers, body) == 0)
		judge_provider(d, p->name, &r);
	else
		doctor_say(d, FAIL, p->name, "%s", e.text);
}

static void check_provider(struct doctor *d, const struct provider *p)
{
	struct arena arena = { 0 };

	if (strcmp(p->kind, "openai") == 0)
		check_openai(d, p, &arena);
	else if (strcmp(p->kind, "yandexgpt") == 0)
		check_yandexgpt(d, p, &arena);
	arena_free(&arena);
}

void doctor_check_providers(struct doctor *d, const struct registry *registry)
{
	for (int i = 0; i < registry->bot_count; i++) {
		const struct bot *bot = &registry->bots[i];

		if (bot->provider_count == 0)
			doctor_say(
				d, FAIL, bot->name,
				"has no usable provider: set a key, or add 'knowledge' to its "
				"providers");
		else
			doctor_say(d, OK, bot->name, "answers by %s first",
				   bot->providers[0]->name);
		for (int k = 0; k < bot->provider_count; k++)
			check_provider(d, bot->providers[k]);
	}
}

/* --- Telegram -------------------------------------------------------------- */

int doctor_call(struct arena *a, struct telegram_reply *reply, struct err *e,
		const struct bot_call *call)
{
	static const char *const json[] = { "Content-Type: application/json", NULL };
	const char *root = getenv("TELEGRAM_API_ROOT");
	struct http_response r;

	if (!root || !*root)
		root = "https://api.telegram.org";
	if (fetch(a, &r, e, telegram_url(a, root, call->token, call->method),
		  call->body ? json : NULL, call->body) != 0)
		return -1;
	telegram_read_reply(reply, a, r.status, r.body, r.len);
	return 0;
}

static void judge_webhook(struct doctor *d, const char *name, const json_t *info)
{
	const char *public_url = getenv("PUBLIC_URL");
	const char *url = json_string_value(json_object_get(info, "url"));
	const char *error = json_string_value(json_object_get(info, "last_error_message"));

	if (!public_url || !*public_url)
		doctor_say(d, url && *url ? WARN : OK, name, "%s",
			   url && *url ? "a webhook is set, but PUBLIC_URL is not: it will be "
					 "removed, and Telegram polled"
				       : "polled (PUBLIC_URL is not set)");
	else if (!url || strncmp(url, public_url, strlen(public_url)) != 0)
		doctor_say(d, WARN, name,
			   "the webhook does not point to PUBLIC_URL: ingress sets it");
	else
		doctor_say(d, error ? WARN : OK, name, "webhook set%s%s",
			   error ? "; Telegram's last error: " : "", error ? error : "");
}

static void check_webhook(struct doctor *d, const struct channel *ch, struct arena *a)
{
	struct telegram_reply reply;
	struct err e;

	if (doctor_call(a, &reply, &e,
			&(struct bot_call){ ch->token, "getWebhookInfo", NULL }) == 0)
		judge_webhook(d, ch->name, reply.result);
}

static void check_channel(struct doctor *d, const struct channel *ch)
{
	struct arena arena = { 0 };
	struct telegram_reply reply;
	struct err e;

	if (!ch->token) {
		doctor_say(d, WARN, ch->name,
			   "its token is not set here: this channel is idle");
	} else if (doctor_call(&arena, &reply, &e,
			       &(struct bot_call){ ch->token, "getMe", NULL }) != 0) {
		doctor_say(d, FAIL, ch->name, "%s: is Telegram reachable from here?", e.text);
	} else if (reply.verdict != TELEGRAM_OK) {
		doctor_say(d, FAIL, ch->name, "Telegram refuses the token: %s",
			   reply.description);
	} else {
		check_webhook(d, ch, &arena);
		doctor_check_topics(d, ch, reply.result);
	}
	arena_free(&arena);
}

void doctor_check_telegram(struct doctor *d, const struct registry *registry)
{
	for (int i = 0; i < registry->channel_count; i++)
		if (strcmp(registry->channels[i].kind, "telegram") == 0 ||
		    strcmp(registry->channels[i].kind, "desk") == 0)
			check_channel(d, &registry->channels[i]);
}

/* --- ingress --------------------------------------------------------------- */

void doctor_check_ingress(struct doctor *d)
{
	struct arena arena = { 0 };
	const char *url = ingress_url(&arena);
	struct http_response r;
	struct err e;

	if (fetch(&arena, &r, &e, arena_printf(&arena, "%s/readyz", url), NULL, NULL) != 0)
		doctor_say(d, WARN, "ingress", "not reached at %s (TANDEM_URL): %s", url,
			   e.text);
	else
		doctor_say(d, r.status == 200 ? OK : WARN, "ingress", "%s at %s",
			   r.status == 200 ? "ready" : "not ready", url);
	arena_free(&arena);
}

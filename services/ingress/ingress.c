#include "services/ingress/ingress.h"

#include <arpa/inet.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/i18n/i18n.h"
#include "services/ingress/buckets.h"

enum { BUSY_CALLS = 6000, KEY_MIN = 8, KEY_MAX = 64 };

const struct channel *ingress_channel(struct ingress *in, const char *kind, const char *name)
{
	const struct registry *r = bots_registry(in->bots);
	const struct channel *c = r ? registry_channel_named(r, name) : NULL;

	return c && strcmp(c->kind, kind) == 0 ? c : NULL;
}

static void reply_busy(struct web_request *req, enum text_id why)
{
	web_set_header(req, "Retry-After", "2");
	web_refuse(req, 503, "unavailable", why);
}

int ingress_must_be_ready(struct ingress *in, struct web_request *req)
{
	if (!bots_registry(in->bots))
		reply_busy(req, TEXT_PROBLEM_STARTING);
	else if (!pg_is_up(in->store.durable))
		reply_busy(req, TEXT_PROBLEM_NO_DATABASE);
	else if (pg_waiting(in->store.durable) > BUSY_CALLS)
		reply_busy(req, TEXT_PROBLEM_OVERLOADED);
	else
		return 0;
	return -1;
}

void ingress_reply_failure(struct web_request *req, const struct err *e)
{
	if (e->kind == ERR_PERM)
		web_refuse(req, 500, "internal", TEXT_PROBLEM_INTERNAL);
	else
		reply_busy(req, TEXT_PROBLEM_NOT_NOW);
}

const char *ingress_lang(struct web_request *req, const char *asked)
{
	if (asked && *asked)
		web_speak(req, asked);
	return web_lang(req);
}

int ingress_is_key(const char *id)
{
	size_t len = strlen(id);

	return len >= KEY_MIN && len <= KEY_MAX &&
	       strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") ==
		       len;
}

int ingress_is_blank(const char *text)
{
	return text[strspn(text, " \t\r\n")] == 0;
}

/* --- limits --------------------------------------------------------------- */

/* A household has one IPv4 address, or one /64 of IPv6. */
const char *ingress_network(struct web_request *req)
{
	const char *client = web_client(req);
	char text[INET6_ADDRSTRLEN];
	struct in6_addr address;

	if (!strchr(client, ':') || inet_pton(AF_INET6, client, &address) != 1)
		return client;
	memset(address.s6_addr + 8, 0, 8);
	inet_ntop(AF_INET6, &address, text, sizeof text);
	return arena_str(web_arena(req), text);
}

int ingress_limit_key(struct ingress *in, struct web_request *req, int kind, const char *key,
		      const struct limit *limit)
{
	int wait;

	if (!in->rate_limits || limit->per_minute <= 0)
		return 0;
	wait = limits_take(in->limits, (enum limit_kind)kind, key, limit, clock_mono_ms());
	if (wait == 0)
		return 0;
	web_too_many(req, (wait + 999) / 1000);
	return -1;
}

int ingress_limit(struct ingress *in, struct web_request *req, int kind,
		  const struct limit *limit)
{
	return ingress_limit_key(in, req, kind, ingress_network(req), limit);
}

/* Some browsers name their chat themselves: without the channel it could be the name of
 * somebody else's, whose bucket would be emptied. */
int ingress_limit_words(struct ingress *in, struct web_request *req,
			const struct channel *channel, const char *chat)
{
	static const struct limit of_address = { .per_minute = 240, .burst = 80 };
	const struct bot *bot = channel->bot;
	struct limit own = { bot->per_minute, bot->burst ? bot->burst : bot->per_minute };
	const char *key = arena_printf(web_arena(req), "%d:%s", channel->id, chat);

	if (ingress_limit(in, req, LIMIT_MESSAGES, &of_address) < 0)
		return -1;
	return ingress_limit_key(in, req, LIMIT_CHAT, key, &own);
}

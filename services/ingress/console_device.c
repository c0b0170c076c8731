#include <stdio.h>

#include "common/base/clock.h"
#include "services/ingress/console.h"

/*
 * A browser in which somebody has signed in keeps a signed cookie that says so, also after
 * they signed out.  It opens nothing; but their attempts there are counted apart from
 * everybody else's, so who knows a login cannot lock its owner out.
 */

#define COOKIE "tandem_device"

enum { DAYS = 180, DAY_S = 86400, NONCE = 32 };

struct device console_device(struct console_call *c)
{
	struct arena *a = &c->flow.arena;
	const char *token = console_cookie(c->req, COOKIE);
	const char *what = token ? crypto_token_open(a, c->in->device_key, token) : NULL;
	char nonce[NONCE + 1];
	long long until;
	int id, end = 0;

	if (!what || sscanf(what, "%d.%32[0-9a-f].%lld%n", &id, nonce, &until, &end) != 3 ||
	    what[end] || id < 1 || until * 1000 < clock_wall_ms())
		return (struct device){ 0 };
	return (struct device){ id, arena_str(a, nonce) };
}

void console_remember_device(struct console_call *c)
{
	struct arena *a = &c->flow.arena;
	char nonce[NONCE + 1];
	int64_t until = clock_wall_ms() / 1000 + (int64_t)DAYS * DAY_S;
	const char *what;

	crypto_random_hex(nonce, NONCE);
	what = arena_printf(a, "%d.%s.%lld", c->who.id, nonce, (long long)until);
	console_set_cookie(c, COOKIE, crypto_token_sign(a, c->in->device_key, what),
			   DAYS * DAY_S);
}

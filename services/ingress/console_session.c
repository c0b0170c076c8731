#include <stdio.h>
#include <string.h>

#include "common/base/log.h"
#include "services/ingress/console_desk.h"
#include "services/ingress/hasher.h"

/* Signing in and out, and what operators change of themselves. */

enum { TOKEN_SIZE = 32, LOGIN_MAX = 64, NAME_MAX_BYTES = 200, COOKIE_S = 30 * 24 * 3600 };

#define COOKIE "tandem_session"

/* --- the cookie ----------------------------------------------------------- */

static void hash_token(struct arena *a, const char *token, size_t len, char hash[TOKEN_HASH])
{
	uint8_t digest[32];

	crypto_sha256(digest, token, len);
	snprintf(hash, TOKEN_HASH, "%s", crypto_hex(a, digest, sizeof digest));
}

const char *console_cookie(struct web_request *req, const char *name)
{
	const char *at = web_header(req, "Cookie");
	size_t len = strlen(name);

	for (; at && *at; at += strcspn(at, ";"), at += *at == ';') {
		at += strspn(at, " ");
		if (strncmp(at, name, len) == 0 && at[len] == '=')
			return arena_dup(web_arena(req), at + len + 1,
					 strcspn(at + len + 1, "; "));
	}
	return NULL;
}

void console_token_hash(struct web_request *req, char hash[TOKEN_HASH])
{
	const char *token = console_cookie(req, COOKIE);

	*hash = 0;
	if (token)
		hash_token(web_arena(req), token, strlen(token), hash);
}

void console_set_cookie(struct console_call *c, const char *name, const char *value,
			int seconds)
{
	const char *url = c->in->public_url;
	int is_secure = url && strncmp(url, "https://", 8) == 0;

	web_add_header(c->req, "Set-Cookie",
		       arena_printf(&c->flow.arena,
				    "%s=%s; Path=/console; Max-Age=%d; HttpOnly; "
				    "SameSite=Strict%s",
				    name, value, seconds, is_secure ? "; Secure" : ""));
}

/* --- POST /console/api/login ------------------------------------------------
 * console_login -> compare -> decide -> welcome | turn_away
 */

struct login {
	const char *password;
	struct signin_try attempt;
	struct signin signin;
	int matches, is_in;
	char token[64], csrf[65], hash[TOKEN_HASH];
};

static flow_step compare, decide, find_out, welcome, turn_away;

/* -1: the reply has been sent. */
static int read_login(struct console_call *c, struct login *l)
{
	json_t *body = console_body(c);

	if (!body)
		return -1;
	if (json_unpack(body, "{ss ss}", "login", &l->attempt.login, "password",
			&l->password) == 0)
		return 0;
	console_refuse_fields(c, "{\"login\", \"password\"}");
	return -1;
}

void console_login(void *self)
{
	struct console_call *c = self;
	struct login *l = c->own = arena_alloc(&c->flow.arena, sizeof *l);

	if (read_login(c, l) < 0)
		return;
	if (!*l->attempt.login || strlen(l->attempt.login) > LOGIN_MAX ||
	    strlen(l->password) > PASSWORD_MAX)
		l->attempt.login = l->password = ""; /* nobody's; it counts as an attempt */
	l->attempt.address = console_address(c);
	l->attempt.device = console_device(c);
	store_signin_begin(c->store, &c->flow, compare, &l->signin, &l->attempt);
}

/* A login that nobody has takes as long as any. */
static void compare(void *self)
{
	struct console_call *c = self;
	struct login *l = c->own;
	char seconds[16];

	if (l->signin.wait_s == 0) {
		console_mind_leaving(c);
		hasher_match(c->in->hasher, &c->flow, decide, &l->matches, l->signin.password,
			     l->password);
		return;
	}
	snprintf(seconds, sizeof seconds, "%d", l->signin.wait_s);
	web_set_header(c->req, "Retry-After", seconds);
	web_refuse(c->req, 429, "locked", TEXT_PROBLEM_LOCKED, l->signin.wait_s);
	flow_done(&c->flow);
}

static void make_session(struct console_call *c, struct login *l)
{
	uint8_t random[TOKEN_SIZE];

	crypto_random(random, sizeof random);
	snprintf(l->token, sizeof l->token, "%s",
		 crypto_base64url(&c->flow.arena, random, sizeof random));
	explicit_bzero(random, sizeof random);
	hash_token(&c->flow.arena, l->token, strlen(l->token), l->hash);
	crypto_random_hex(l->csrf, 64);
}

static void decide(void *self)
{
	struct console_call *c = self;
	struct login *l = c->own;

	if (!l->matches) {
		store_signin_failed(c->store, &c->flow, turn_away, &l->attempt);
		return;
	}
	make_session(c, l);
	store_signin_end(c->store, &c->flow, find_out, &l->is_in,
			 &(struct session_new){ .operator_id = l->signin.operator_id,
						.device = l->attempt.device,
						.password = l->signin.password,
						.address = console_address(c),
						.token_hash = l->hash,
						.csrf = l->csrf });
}

static void find_out(void *self)
{
	struct console_call *c = self;
	struct login *l = c->own;

	if (l->is_in)
		store_session(c->store, &c->flow, welcome, &c->who, l->hash);
	else
		turn_away(c);
}

static void welcome(void *self)
{
	struct console_call *c = self;
	struct login *l = c->own;

	if (!c->who.id) {
		turn_away(c);
		return;
	}
	log_info("signed in operator=%d", c->who.id);
	console_set_cookie(c, COOKIE, l->token, COOKIE_S);
	console_remember_device(c);
	console_reply(c, 200,
		      json_pack("{so ss}", "operator", console_parse(c->who.json), "csrf",
				c->who.csrf));
}

static void turn_away(void *self)
{
	struct console_call *c = self;

	log_warn("sign-in failed");
	console_refuse(c, 401, "bad_password", TEXT_PROBLEM_BAD_PASSWORD);
}

/* --- POST /console/api/logout -----------------------------------------------
 * console_logout -> signed_out (-> went_off_duty)
 */

struct logout {
	int is_gone;
	struct desk_done done;
};

static flow_step signed_out, went_off_duty;

void console_logout(void *self)
{
	struct console_call *c = self;
	struct logout *l = c->own = arena_alloc(&c->flow.arena, sizeof *l);

	store_session_end(c->store, &c->flow, signed_out, &l->is_gone, c->token_hash,
			  console_address(c));
}

/* Who can be reached nowhere else is not on duty any more. */
static void signed_out(void *self)
{
	struct console_call *c = self;
	struct logout *l = c->own;

	console_set_cookie(c, COOKIE, "", 0);
	if (l->is_gone)
		console_set_duty(c, went_off_duty, &l->done, c->who.id, 0);
	else
		console_reply_empty(c);
}

static void went_off_duty(void *self)
{
	struct console_call *c = self;
	struct logout *l = c->own;

	desk_tell(c->in->redis, &l->done, "duty", c->flow.trace);
	console_tell_operator(c->in, c->who.id);
	console_reply_empty(c);
}

/* --- GET /console/api/me ------------------------------------------------------ */

static void show_me(void *self)
{
	struct console_call *c = self;

	console_reply(c, 200,
		      json_pack("{so ss so}", "operator", console_parse(c->who.json), "csrf",
				c->who.csrf, "bots", console_parse(c->json)));
}

void console_me(void *self)
{
	struct console_call *c = self;

	store_console_bots(c->store, &c->flow, show_me, &c->json);
}

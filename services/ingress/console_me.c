#include <stdlib.h>
#include <string.h>

#include "services/ingress/console_desk.h"
#include "services/ingress/hasher.h"

/*
 * POST /console/api/me: what operators change of themselves.
 *   console_change_me -> (look_up -> compare -> make ->) (duty ->) change -> show
 * A new password asks for the old one, which is guarded against guessing as at the door.
 */

struct change {
	const char *lang, *name, *password, *old_password, *login;
	int has_duty, on_duty, matches;
	struct signin_try attempt;
	struct signin signin;
	char kept[PASSWORD_TEXT];
	struct desk_done done;
};

static flow_step compare, make, set_duty, change, show;

static int is_sound(const struct change *g)
{
	return (!g->lang || strcmp(g->lang, "ru") == 0 || strcmp(g->lang, "en") == 0) &&
	       (!g->name || console_is_name(g->name)) && !g->password == !g->old_password;
}

/* -1: the reply has been sent. */
static int read_change(struct console_call *c, struct change *g)
{
	json_t *body = console_body(c);

	if (!body)
		return -1;
	g->has_duty = json_object_get(body, "on_duty") != NULL;
	if (json_unpack(body, "{s?b s?s s?s s?s s?s}", "on_duty", &g->on_duty, "lang", &g->lang,
			"name", &g->name, "password", &g->password, "old_password",
			&g->old_password) == 0 &&
	    is_sound(g))
		return 0;
	console_refuse_fields(c, "{\"on_duty\"?: true|false, \"lang\"?: \"ru\"|\"en\", "
				 "\"name\"?, \"password\"? and \"old_password\"}");
	return -1;
}

static const char *own_login(struct console_call *c)
{
	json_auto_t *me = json_loads(c->who.json, 0, NULL);

	return arena_str(&c->flow.arena, json_string_value(json_object_get(me, "login")));
}

void console_change_me(void *self)
{
	struct console_call *c = self;
	struct change *g = c->own = arena_alloc(&c->flow.arena, sizeof *g);

	if (read_change(c, g) < 0)
		return;
	if (!g->password) {
		set_duty(c);
		return;
	}
	g->login = own_login(c);
	g->attempt = (struct signin_try){ .login = g->login ? g->login : "",
					  .address = console_address(c),
					  .device = console_device(c) };
	if (console_check_password(c, g->password, g->login) == 0)
		store_signin_begin(c->store, &c->flow, compare, &g->signin, &g->attempt);
}

static void compare(void *self)
{
	struct console_call *c = self;
	struct change *g = c->own;

	if (g->signin.wait_s > 0) {
		web_too_many(c->req, g->signin.wait_s);
		flow_done(&c->flow);
		return;
	}
	console_mind_leaving(c);
	hasher_match(c->in->hasher, &c->flow, make, &g->matches, g->signin.password,
		     g->old_password);
}

static void refuse_old(void *self)
{
	struct console_call *c = self;

	console_refuse(c, 403, "old_password", TEXT_PROBLEM_OLD_PASSWORD);
}

static void make(void *self)
{
	struct console_call *c = self;
	struct change *g = c->own;

	if (g->matches)
		hasher_make(c->in->hasher, &c->flow, set_duty, g->kept, g->password);
	else
		store_signin_failed(c->store, &c->flow, refuse_old, &g->attempt);
}

static void set_duty(void *self)
{
	struct console_call *c = self;
	struct change *g = c->own;

	if (g->has_duty)
		console_set_duty(c, change, &g->done, c->who.id, g->on_duty);
	else
		change(c);
}

static void change(void *self)
{
	struct console_call *c = self;
	struct change *g = c->own;

	if (g->has_duty)
		desk_tell(c->in->redis, &g->done, "duty", c->flow.trace);
	store_change_self(c->store, &c->flow, show, &c->json,
			  &(struct self_change){ .operator_id = c->who.id,
						 .name = g->name,
						 .lang = g->lang,
						 .password = *g->kept ? g->kept : NULL,
						 .token_hash = c->token_hash,
						 .address = console_address(c) });
}

static void show(void *self)
{
	struct console_call *c = self;
	json_t *operator= c->json ? json_loads(c->json, 0, NULL) : NULL;

	if (!operator) {
		console_refuse(c, 404, "not_found", TEXT_PROBLEM_NOT_FOUND);
		return;
	}
	console_tell_operator(c->in, c->who.id);
	console_reply(c, 200, json_pack("{so}", "operator", operator));
}

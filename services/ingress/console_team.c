#include <string.h>

#include "common/jobs/jobs.h"
#include "common/json/jvalue.h"
#include "services/ingress/console.h"
#include "services/ingress/console_desk.h"
#include "services/ingress/hasher.h"

/* Administrators: operators, the audit, and jobs that died. */

enum { LOGIN_MAX = 64, NAME_BYTES = 400, CAPACITY_MAX = 100, DEAD_MAX = 200 };

void console_operators(void *self)
{
	struct console_call *c = self;

	store_operators(c->store, &c->flow, console_reply_read, &c->json);
}

/* GET /console/api/operators/gaps: whom bots would call, and who is not there. */
void console_gaps(void *self)
{
	struct console_call *c = self;

	store_gaps(c->store, &c->flow, console_reply_read, &c->json);
}

void console_audit(void *self)
{
	struct console_call *c = self;
	int64_t before;

	if (console_number(c, "before", -1, INT64_MAX / 2, &before) == 0)
		store_audit(c->store, &c->flow, console_reply_read, &c->json, before, 100);
}

int console_is_name(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len <= NAME_BYTES && name[strspn(name, " \t\r\n")];
}

/* --- POST /console/api/operators ------------------------------------------------ */

struct adding {
	const char *login, *name, *password, *role;
	char kept[PASSWORD_TEXT];
};

static flow_step put, show_added;

static int is_login(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && len <= LOGIN_MAX &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789._-@") == len;
}

/* -1: the reply has been sent. */
static int read_adding(struct console_call *c, struct adding *a)
{
	json_t *body = console_body(c);

	if (!body)
		return -1;
	if (json_unpack(body, "{ss ss ss ss}", "login", &a->login, "name", &a->name, "password",
			&a->password, "role", &a->role) < 0 ||
	    !console_is_name(a->name) ||
	    (strcmp(a->role, "admin") != 0 && strcmp(a->role, "operator") != 0)) {
		console_refuse_fields(c, "{\"login\", \"name\", \"password\", \"role\": "
					 "\"operator\"|\"admin\"}");
		return -1;
	}
	if (!is_login(a->login)) {
		console_refuse(c, 400, "bad_login", TEXT_PROBLEM_BAD_LOGIN);
		return -1;
	}
	return console_check_password(c, a->password, a->login);
}

int console_check_password(struct console_call *c, const char *password, const char *login)
{
	if (password_is_fair(password, login))
		return 0;
	web_refuse(c->req, 400, "weak_password", TEXT_PROBLEM_WEAK_PASSWORD, PASSWORD_MIN,
		   PASSWORD_MAX);
	flow_done(&c->flow);
	return -1;
}

void console_add_operator(void *self)
{
	struct console_call *c = self;
	struct adding *a = c->own = arena_alloc(&c->flow.arena, sizeof *a);

	if (read_adding(c, a) < 0)
		return;
	console_mind_leaving(c);
	hasher_make(c->in->hasher, &c->flow, put, a->kept, a->password);
}

static void put(void *self)
{
	struct console_call *c = self;
	struct adding *a = c->own;

	store_add_operator(c->store, &c->flow, show_added, &c->json,
			   &(struct operator_new){ .by = c->who.id,
						   .login = a->login,
						   .name = a->name,
						   .password = a->kept,
						   .address = console_address(c),
						   .is_admin = *a->role == 'a' });
}

static void show_added(void *self)
{
	struct console_call *c = self;
	json_t *operator;

	if (!c->json) {
		console_refuse(c, 409, "login_taken", TEXT_PROBLEM_LOGIN_TAKEN);
		return;
	}
	operator= console_parse(c->json);
	console_tell_operator(c->in, (int)json_integer_value(json_object_get(operator, "id")));
	console_reply(c, 201, json_pack("{so}", "operator", operator));
}

/* --- POST /console/api/operators/{id} -------------------------------------------
 * console_change_operator -> show_changed
 */

static flow_step show_changed;

static int is_change(const json_t *body)
{
	const json_t *enabled = json_object_get(body, "enabled");
	const json_t *capacity = json_object_get(body, "capacity");
	const json_t *name = json_object_get(body, "name"),
		     *role = json_object_get(body, "role");
	const char *role_text = json_string_value(role);

	return (!enabled || json_is_boolean(enabled)) &&
	       (!capacity || (json_is_integer(capacity) && json_integer_value(capacity) >= 1 &&
			      json_integer_value(capacity) <= CAPACITY_MAX)) &&
	       (!name || (json_is_string(name) && console_is_name(json_string_value(name)))) &&
	       (!role || (role_text && (strcmp(role_text, "admin") == 0 ||
					strcmp(role_text, "operator") == 0)));
}

static json_t *pick(struct arena *a, const json_t *body)
{
	static const char *const names[] = { "enabled", "role", "capacity", "name" };
	json_t *out = json_object();

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (json_object_get(body, names[i]))
			json_object_set(out, names[i], json_object_get(body, names[i]));
	return jown(a, out);
}

/* Only what may be changed: the audit keeps it.  Who is disabled thereby goes off duty, and
 * their chats back to the queue.
 */
void console_change_operator(void *self)
{
	struct console_call *c = self;
	json_t *body = console_body(c), *picked;

	if (!body)
		return;
	picked = pick(&c->flow.arena, body);
	if (c->id > INT32_MAX)
		console_refuse(c, 404, "not_found", TEXT_PROBLEM_NOT_FOUND);
	else if (!is_change(picked))
		console_refuse_fields(c, "{\"enabled\"?: true|false, \"role\"?, \"capacity\"?: "
					 "1..100, \"name\"?}");
	else
		store_change_operator(
			c->store, &c->flow, show_changed, &c->json,
			&(struct operator_change){ .by = c->who.id,
						   .id = c->id,
						   .change = jdump(&c->flow.arena, picked),
						   .address = console_address(c) });
}

static void show_changed(void *self)
{
	struct console_call *c = self;

	if (!c->json) {
		console_refuse(c, 404, "not_found", TEXT_PROBLEM_NOT_FOUND);
	} else if (strcmp(c->json, "\"last\"") == 0) {
		console_refuse(c, 409, "last_admin", TEXT_PROBLEM_LAST_ADMIN);
	} else {
		console_tell_operator(c->in, (int)c->id);
		console_reply(c, 200, json_pack("{so}", "operator", console_parse(c->json)));
	}
}

/* --- jobs ----------------------------------------------------------------------- */

void console_dead_jobs(void *self)
{
	struct console_call *c = self;

	store_dead_jobs(c->store, &c->flow, console_reply_read, &c->json, DEAD_MAX);
}

static void announce(void *self)
{
	struct console_call *c = self;
	const struct revived *r = c->own;
	struct doorbell bell = { .job = r->job,
				 .conversation = r->conversation_id,
				 .kind = r->kind };

	if (!r->job) {
		console_refuse(c, 404, "not_found", TEXT_PROBLEM_NOT_FOUND);
		return;
	}
	snprintf(bell.trace, sizeof bell.trace, "%s", r->trace);
	jobs_announce(c->in->redis, r->queue, &bell);
	console_reply_empty(c);
}

void console_retry_job(void *self)
{
	struct console_call *c = self;
	struct revived *r = c->own = arena_alloc(&c->flow.arena, sizeof *r);

	store_revive_job(c->store, &c->flow, announce, r, c->who.id, c->id, console_address(c));
}

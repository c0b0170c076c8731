#pragma once

#include "common/store/console.h"
#include "services/ingress/ingress.h"

/*
 * The console's interface, /console/api: for operators who have signed in.
 *
 * Every request is one flow: who asks, may they, then the route's own step.  What all of it has
 * in common is in console.c: the session's cookie, the token against forged requests, the
 * origin, the role, and the language of what is said.
 */

enum { CONSOLE_MS = 10000, CONSOLE_PAGE = 50, CONSOLE_PAGE_MAX = 200, TOKEN_HASH = 65 };

enum console_door { FOR_ANYBODY, FOR_OPERATORS, FOR_ADMINS };

struct console_route {
	const char *method, *path; /* below /console/api/; "{id}" is a number */
	flow_step *step;           /* self is the struct console_call */
	enum console_door door;
};

extern const struct console_route console_routes[];

struct console_call {
	struct flow flow;
	struct ingress *in;
	struct store *store;
	struct web_request *req;
	const struct console_route *route;
	int64_t id, second, third;   /* of the path, in their order; 0 if there is none */
	char token_hash[TOKEN_HASH]; /* "" without a cookie */
	struct session_operator who;
	const char *json; /* what was read */
	void *own;        /* the route's */
};

/* --- ends: each of them replies, and ends the flow ------------------------ */

void console_reply(struct console_call *c, int status, json_t *body); /* takes over body */
void console_reply_text(struct console_call *c, const char *json);
void console_reply_empty(struct console_call *c);
void console_refuse(struct console_call *c, int status, const char *code, enum text_id text);
/* 400; `fields` as in the contract: {"a", "b"?}. */
void console_refuse_fields(struct console_call *c, const char *fields);
/* For steps after a read: what was read, or 404. */
flow_step console_reply_read;

/* --- reading requests ----------------------------------------------------- */

/* The body, or NULL: the flow has ended. */
json_t *console_body(struct console_call *c);
/* A number of the query; absent: preset.  -1: out of bounds, 400 was sent and the flow has
 * ended. */
int console_number(struct console_call *c, const char *name, int64_t preset, int64_t max,
		   int64_t *out);
/* What PostgreSQL has made; the caller's, never NULL. */
json_t *console_parse(const char *json);
const char *console_address(struct console_call *c); /* of who asks: one IPv4, or a /64 */
/* Before a password is worked on: if the client leaves until then, it is not. */
void console_mind_leaving(struct console_call *c);

/* --- sessions (console_session.c) ----------------------------------------- */

/* The hash of the cookie's token; "" if there is none. */
void console_token_hash(struct web_request *req, char hash[TOKEN_HASH]);

/* NULL: the browser has none of that name. */
const char *console_cookie(struct web_request *req, const char *name);
void console_set_cookie(struct console_call *c, const char *name, const char *value,
			int seconds);

/* What this browser was told when somebody signed in there (console_device.c). */
struct device console_device(struct console_call *c);
void console_remember_device(struct console_call *c);

flow_step console_login, console_logout, console_me, console_change_me;

/* --- routes ---------------------------------------------------------------- */

flow_step console_inbox, console_client, console_history, console_order, console_typing;
flow_step console_operators, console_gaps, console_add_operator, console_change_operator,
	console_audit;
flow_step console_dead_jobs, console_retry_job, console_events, console_file;
flow_step console_begin_file, console_put_piece, console_drop_file; /* console_upload.c */

/* A message as we show it, from PostgreSQL's JSON: with safe HTML, and links to its files. */
void console_dress_message(json_t *message, int64_t conversation_id, struct arena *a);

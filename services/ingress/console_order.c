#include <string.h>

#include "common/json/jvalue.h"
#include "common/store/file.h"
#include "services/ingress/buckets.h"
#include "services/ingress/console_desk.h"
#include "services/ingress/hub.h"

/*
 * POST /console/api/conversations/{id}/orders: what an operator does to a conversation.  It is
 * checked here as far as its shape goes; whether it may be done, the one command layer knows.
 */

enum { TEXT_MAX = 16000 };

/* What a verb needs: t text, w text, files or something said before, s seq, g suggestion.  What
 * it may have is up to the command layer.
 */
static const struct {
	const char *verb, *needs;
} verbs[] = {
	{ "take", "" },     { "say", "w" },  { "edit", "ts" },   { "note", "t" },
	{ "return", "" },   { "close", "" }, { "transfer", "" }, { "use", "g" },
	{ "discard", "g" }, { "read", "s" }, { "skip", "" },
};

struct ordering {
	const char *id, *verb, *text;
	json_int_t seq, operator_id, suggestion, again, reply_to;
	int force;
	json_t *files; /* of console_upload.c: their numbers */
	json_t *args;
	struct desk_done done;
};

static flow_step show_result;

/* --- reading --------------------------------------------------------------- */

static const char *needs_of(const char *verb)
{
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (strcmp(verb, verbs[i].verb) == 0)
			return verbs[i].needs;
	return NULL;
}

static int are_files(const json_t *files)
{
	const json_t *file;
	size_t i;

	if (!files)
		return 1;
	json_array_foreach (files, i, file)
		if (!json_is_integer(file) || json_integer_value(file) < 1)
			return 0;
	return i > 0 && i <= FILES_AT_ONCE;
}

static int has_needed(const struct ordering *o, const char *needs)
{
	return are_files(o->files) && o->operator_id >= 0 && o->operator_id <= INT32_MAX &&
	       o->again >= 0 && o->reply_to >= 0 && !(strchr(needs, 't') && !o->text) &&
	       !(strchr(needs, 'w') && !o->text && !o->files && !o->again) &&
	       !(strchr(needs, 's') && o->seq < 1) &&
	       !(strchr(needs, 'g') && o->suggestion < 1);
}

/* -1: the reply has been sent. */
static int read_order(struct console_call *c, struct ordering *o)
{
	json_t *body = console_body(c);
	const char *needs = NULL;

	if (!body)
		return -1;
	if (json_unpack(body, "{ss ss s?s s?I s?I s?I s?b s?o s?I s?I}", "id", &o->id, "verb",
			&o->verb, "text", &o->text, "seq", &o->seq, "operator", &o->operator_id,
			"suggestion", &o->suggestion, "force", &o->force, "files", &o->files,
			"again", &o->again, "reply_to", &o->reply_to) == 0)
		needs = needs_of(o->verb);
	if (!needs || !has_needed(o, needs)) {
		console_refuse_fields(c, "{\"id\", \"verb\", \"text\"?, \"seq\"?: N, "
					 "\"operator\"?: N, \"suggestion\"?: N, \"force\"?, "
					 "\"files\"?: [N], \"again\"?: N, \"reply_to\"?: N}");
		return -1;
	}
	if (!ingress_is_key(o->id)) {
		console_refuse(c, 400, "bad_id", TEXT_PROBLEM_BAD_ID);
		return -1;
	}
	if (o->text && ingress_is_blank(o->text)) {
		console_refuse(c, 400, "empty", TEXT_PROBLEM_EMPTY);
		return -1;
	}
	if (o->text && strlen(o->text) > TEXT_MAX) {
		web_refuse(c->req, 413, "too_long", TEXT_TOO_LONG, TEXT_MAX / 2);
		flow_done(&c->flow);
		return -1;
	}
	return 0;
}

static json_t *args_of(struct console_call *c, const struct ordering *o)
{
	json_t *args = json_pack("{ss}", "id", o->id);

	if (o->text)
		json_object_set_new(args, "text", json_string(o->text));
	if (o->seq)
		json_object_set_new(args, "seq", json_integer(o->seq));
	if (o->operator_id)
		json_object_set_new(args, "operator", json_integer(o->operator_id));
	if (o->suggestion)
		json_object_set_new(args, "suggestion", json_integer(o->suggestion));
	if (o->files)
		json_object_set(args, "files", o->files);
	if (o->again)
		json_object_set_new(args, "again", json_integer(o->again));
	if (o->reply_to)
		json_object_set_new(args, "reply_to", json_pack("{s:I}", "seq", o->reply_to));
	if (o->force)
		json_object_set_new(args, "force", json_true());
	return jown(&c->flow.arena, args);
}

void console_order(void *self)
{
	static const struct limit limit = { .per_minute = 300, .burst = 100 };
	struct console_call *c = self;
	struct ordering *o = c->own = arena_alloc(&c->flow.arena, sizeof *o);

	if (read_order(c, o) < 0)
		return;
	if (ingress_limit_key(c->in, c->req, LIMIT_CALLS,
			      arena_printf(&c->flow.arena, "operator:%d", c->who.id),
			      &limit) < 0) {
		flow_done(&c->flow);
		return;
	}
	store_desk(
		&c->in->store, &c->flow, show_result, &o->done,
		&(struct desk_order){ .operator_id = c->who.id,
				      .verb = o->verb,
				      .conversation = c->id,
				      .key = arena_printf(&c->flow.arena, "console:%s", o->id),
				      .args = args_of(c, o) });
}

/* --- answering -------------------------------------------------------------- */

static enum text_id why_not(enum desk_status status)
{
	static const enum text_id texts[] = {
		[DESK_TAKEN] = TEXT_PROBLEM_TAKEN,
		[DESK_NOT_YOURS] = TEXT_PROBLEM_NOT_YOURS,
		[DESK_NO_CHAT] = TEXT_PROBLEM_BAD_ORDER,
		[DESK_FULL] = TEXT_PROBLEM_FULL,
		[DESK_OFF_DUTY] = TEXT_PROBLEM_OFF_DUTY,
		[DESK_COLLEAGUE_FULL] = TEXT_PROBLEM_COLLEAGUE_FULL,
		[DESK_COLLEAGUE_OFF] = TEXT_PROBLEM_COLLEAGUE_OFF,
		[DESK_DISABLED] = TEXT_PROBLEM_DISABLED,
		[DESK_NO_MESSAGE] = TEXT_PROBLEM_NO_MESSAGE,
		[DESK_BAD] = TEXT_PROBLEM_BAD_ORDER,
	};

	return texts[status];
}

/* A problem that also says who has the chat, if that is the problem. */
static void refuse_order(struct console_call *c, const struct desk_done *done)
{
	int is_elsewhere = done->status == DESK_TAKEN || done->status == DESK_NOT_YOURS;
	const char *name = done->holder ? done->holder : "?";
	const char *fmt = i18n_text(why_not(done->status), web_lang(c->req));
	const char *place = strstr(fmt, "%s");
	const char *detail = place ? arena_printf(&c->flow.arena, "%.*s%s%s",
						  (int)(place - fmt), fmt, name, place + 2)
				   : fmt;
	json_auto_t *body =
		json_pack("{ss ss si ss ss ss so}", "type", "about:blank", "title", "Conflict",
			  "status", 409, "code", desk_status_name(done->status), "detail",
			  detail, "trace", web_trace(c->req), "holder",
			  done->holder && is_elsewhere
				  ? json_pack("{si ss}", "id", done->holder_id, "name", name)
				  : json_null());
	const char *text = jdump(&c->flow.arena, body);

	web_reply(c->req, 409, "application/problem+json", text, strlen(text));
	flow_done(&c->flow);
}

static void show_result(void *self)
{
	struct console_call *c = self;
	struct ordering *o = c->own;
	const struct desk_done *done = &o->done;

	if (done->status == DESK_NO_CHAT && !done->conversation_id) {
		console_refuse(c, 404, "not_found", TEXT_PROBLEM_NOT_FOUND);
		return;
	}
	if (done->status > DESK_AGAIN) {
		refuse_order(c, done);
		return;
	}
	if (done->status == DESK_OK)
		desk_tell(c->in->redis, done, o->verb, c->flow.trace);
	console_reply(c, 200,
		      json_pack("{ss so si ss}", "status", desk_status_name(done->status),
				"seq", done->seq ? json_integer(done->seq) : json_null(),
				"epoch", done->epoch, "state",
				responder_name(done->responder)));
}

/* --- duty ------------------------------------------------------------------- */

void console_set_duty(struct console_call *c, flow_step *next, struct desk_done *out,
		      int operator_id, int on)
{
	json_t *args = jown(&c->flow.arena, json_pack("{sb}", "on", on));

	store_desk(&c->in->store, &c->flow, next, out,
		   &(struct desk_order){
			   .operator_id = operator_id, .verb = "duty", .args = args });
}

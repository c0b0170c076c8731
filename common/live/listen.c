#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json/jvalue.h"
#include "common/live/live.h"

/* --- messages ------------------------------------------------------------- */

static int parse_type(const char *name)
{
	static const char *const names[] = {
		[LIVE_SEQ] = "seq",         [LIVE_DELTA] = "delta",   [LIVE_END] = "end",
		[LIVE_STATE] = "state",     [LIVE_STOP] = "stop",     [LIVE_RESET] = "reset",
		[LIVE_MESSAGE] = "message", [LIVE_TYPING] = "typing", [LIVE_EDIT] = "edit",
		[LIVE_DESK] = "desk",
	};

	for (int i = 0; name && i < (int)(sizeof names / sizeof *names); i++)
		if (strcmp(name, names[i]) == 0)
			return i;
	return -1;
}

static int is_complete(const struct live_event *ev)
{
	switch (ev->type) {
	case LIVE_SEQ:
	case LIVE_MESSAGE:
	case LIVE_EDIT:
		return ev->seq > 0;
	case LIVE_DELTA:
		return ev->answer && ev->text;
	case LIVE_END:
		return ev->answer != NULL;
	case LIVE_STATE:
		return ev->responder != NULL;
	case LIVE_TYPING:
		return ev->who != NULL;
	case LIVE_DESK:
		return ev->desk.what != NULL;
	default:
		return 1;
	}
}

int live_parse(struct live_event *out, struct arena *a, const char *data, size_t len)
{
	json_t *json = jown(a, json_loadb(data, len, 0, NULL));
	json_int_t at = json_integer_value(json_object_get(json, "at"));
	int type = parse_type(json_string_value(json_object_get(json, "t")));

	if (type < 0 || at < 0)
		return -1;
	*out = (struct live_event){
		.type = (enum live_type)type,
		.seq = json_integer_value(json_object_get(json, "n")),
		.answer = json_string_value(json_object_get(json, "a")),
		.at = (size_t)at,
		.text = json_string_value(json_object_get(json, "s")),
		.len = json_string_length(json_object_get(json, "s")),
		.topic = json_string_value(json_object_get(json, "topic")),
		.responder = json_string_value(json_object_get(json, "responder")),
		.epoch = (int)json_integer_value(json_object_get(json, "epoch")),
		.who = json_string_value(json_object_get(json, "who")),
		.name = json_string_value(json_object_get(json, "name")),
		.desk = { .what = json_string_value(json_object_get(json, "what")),
			  .conversation =
				  json_integer_value(json_object_get(json, "conversation")),
			  .seq = json_integer_value(json_object_get(json, "n")),
			  .operator_id =
				  (int)json_integer_value(json_object_get(json, "operator")) },
	};
	return is_complete(out) ? 0 : -1;
}

/* --- the draft ------------------------------------------------------------ */

struct reading {
	struct op op; /* op.flow is NULL once cancelled */
	struct live_draft *out;
};

static void reading_cancel(struct op *op)
{
	op->flow = NULL;
}

/* "answer\ntext" */
static void take_draft(struct reading *g, const redisReply *reply)
{
	size_t len = (size_t)reply->len;
	const char *end = reply->str ? memchr(reply->str, '\n', len) : NULL;
	char *copy;

	*g->out = (struct live_draft){ 0 };
	if (!end)
		return;
	copy = arena_dup(&g->op.flow->arena, reply->str, len);
	copy[end - reply->str] = 0;
	g->out->answer = copy;
	g->out->text = copy + (end - reply->str) + 1;
	g->out->len = len - (size_t)(end - reply->str) - 1;
}

static void on_draft(void *arg, const redisReply *reply)
{
	struct reading *g = arg;

	if (!g->op.flow) {
		;
	} else if (!reply) {
		op_fail(&g->op, ERR_TEMP, "live: no connection to redis");
	} else if (reply->type == REDIS_REPLY_ERROR) {
		op_fail(&g->op, ERR_TEMP, "live: %s", reply->str);
	} else {
		take_draft(g, reply);
		op_succeed(&g->op);
	}
	free(g);
}

void live_read_draft(struct redis *r, struct flow *f, flow_step *next, struct live_draft *out,
		     const char *topic)
{
	struct reading *g = calloc(1, sizeof *g);
	char key[LIVE_TOPIC_SIZE + 8];

	if (!g)
		abort();
	op_start(&g->op, f, next, reading_cancel);
	g->out = out;
	snprintf(key, sizeof key, "draft:%s", topic);
	redis_send(r, on_draft, g, REDIS_ARGV("GET", key));
}

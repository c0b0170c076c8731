#include <stdlib.h>
#include <string.h>

#include "common/redis/connection.h"

struct command {
	struct op op; /* op.flow is NULL once cancelled */
	const redisReply **out;
};

static redisReply *reply_copy(struct arena *a, const redisReply *reply)
{
	redisReply *copy = arena_alloc(a, sizeof *copy);

	*copy = *reply;
	if (reply->str)
		copy->str = arena_dup(a, reply->str, (size_t)reply->len);
	if (reply->elements)
		copy->element = arena_alloc(a, reply->elements * sizeof(redisReply *));
	for (size_t i = 0; i < reply->elements; i++)
		copy->element[i] = reply_copy(a, reply->element[i]);
	return copy;
}

/* The reply still comes and must be taken; nobody will look at it. */
static void command_cancel(struct op *op)
{
	op->flow = NULL;
}

static void on_command(void *arg, const redisReply *reply)
{
	struct command *c = arg;

	if (!c->op.flow) {
		;
	} else if (!reply) {
		op_fail(&c->op, ERR_TEMP, "redis: no connection");
	} else if (reply->type == REDIS_REPLY_ERROR) {
		op_fail(&c->op, ERR_TEMP, "redis: %s", reply->str);
	} else {
		if (c->out)
			*c->out = reply_copy(&c->op.flow->arena, reply);
		op_succeed(&c->op);
	}
	free(c);
}

static struct command *command_create(struct flow *f, flow_step *next, const redisReply **reply)
{
	struct command *c = calloc(1, sizeof *c);

	if (!c)
		abort();
	op_start(&c->op, f, next, command_cancel);
	c->out = reply;
	return c;
}

void redis_cmd(struct redis *r, struct flow *f, flow_step *next, const redisReply **reply,
	       int argc, const char *const argv[])
{
	redis_send(r, on_command, command_create(f, next, reply), argc, argv);
}

void redis_eval(struct redis *r, struct flow *f, flow_step *next, const redisReply **reply,
		struct redis_script *script, int argc, const char *const argv[])
{
	redis_eval_send(r, on_command, command_create(f, next, reply), script, argc, argv);
}

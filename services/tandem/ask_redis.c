#include "services/tandem/ask_redis.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/log.h"
#include "common/flow/flow.h"
#include "common/redis/redis.h"

enum { PATIENCE_MS = 1000, POLL_MS = 10 };

struct asking {
	struct flow flow;
	struct event_base *base;
	struct redis *redis;
	struct arena *arena; /* of the asker: the reply outlives the flow */
	const redisReply *reply, **out;
	struct err *err;
	int argc, failed;
	const char *const *argv;
};

static flow_step wait_connected, take_reply, ask_failed, ask_release;
static const struct flow_class ask_class = { "ask redis", ask_failed, ask_release };

static void wait_connected(void *self)
{
	struct asking *a = self;

	if (redis_is_up(a->redis))
		redis_cmd(a->redis, &a->flow, take_reply, &a->reply, a->argc, a->argv);
	else
		flow_sleep(&a->flow, wait_connected, POLL_MS);
}

/* The flow's arena goes over to the asker, and with it the reply. */
static void release_arena(void *arena)
{
	arena_free(arena);
	free(arena);
}

static void take_reply(void *self)
{
	struct asking *a = self;
	struct arena *kept = malloc(sizeof *kept);

	if (!kept)
		abort();
	*kept = a->flow.arena;
	a->flow.arena = (struct arena){ 0 };
	arena_own(a->arena, kept, release_arena);
	*a->out = a->reply;
	flow_done(&a->flow);
}

static void ask_failed(void *self)
{
	struct asking *a = self;

	a->failed = 1;
	*a->err = a->flow.err;
	flow_done(&a->flow);
}

static void ask_release(void *self)
{
	struct asking *a = self;

	event_base_loopbreak(a->base);
}

int ask_redis(struct arena *arena, const redisReply **reply, struct err *e, int argc,
	      const char *const argv[])
{
	const char *url = getenv("REDIS_URL");
	struct asking a = {
		.arena = arena, .out = reply, .err = e, .argc = argc, .argv = argv
	};

	log_open("tandem", 1);
	a.base = event_base_new();
	if (!a.base)
		abort();
	flow_open(a.base);
	a.redis = redis_open(a.base, url && *url ? url : "redis://127.0.0.1:6379", e);
	a.failed = !a.redis;
	if (a.redis) {
		flow_begin(&a.flow, &ask_class, &a, "", PATIENCE_MS, wait_connected);
		event_base_dispatch(a.base);
	}
	redis_close(a.redis);
	flow_close();
	event_base_free(a.base);
	return a.failed ? -1 : 0;
}

/* XINFO gives names and values in turn. */
static long long field(const redisReply *group, const char *name)
{
	for (size_t i = 0; i + 1 < group->elements; i += 2)
		if (group->element[i]->str && strcmp(group->element[i]->str, name) == 0)
			return group->element[i + 1]->type == REDIS_REPLY_INTEGER
				       ? group->element[i + 1]->integer
				       : -1;
	return -1;
}

void ask_stream(const char *queue, long long *length, long long *lag)
{
	struct arena arena = { 0 };
	const redisReply *reply;
	struct err e;
	char key[32];

	*length = *lag = -1;
	snprintf(key, sizeof key, "jobs:%s", queue);
	if (ask_redis(&arena, &reply, &e, REDIS_ARGV("XLEN", key)) == 0)
		*length = reply->integer;
	if (*length > 0 &&
	    ask_redis(&arena, &reply, &e, REDIS_ARGV("XINFO", "GROUPS", key)) == 0 &&
	    reply->elements > 0)
		*lag = field(reply->element[0], "lag");
	arena_free(&arena);
}

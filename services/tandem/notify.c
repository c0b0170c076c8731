#include "services/tandem/notify.h"

#include <stdlib.h>

#include "common/flow/flow.h"
#include "common/redis/redis.h"

enum { PATIENCE_MS = 1000, POLL_MS = 10 };

struct notice {
	struct flow flow;
	struct event_base *base;
	struct redis *redis;
	const char *topic, *text;
};

static flow_step wait_connected, published, notice_release;
static const struct flow_class notice_class = { "notice", published, notice_release };

static void wait_connected(void *self)
{
	struct notice *n = self;

	if (redis_is_up(n->redis))
		redis_cmd(n->redis, &n->flow, published, NULL,
			  REDIS_ARGV("PUBLISH", n->topic, n->text));
	else
		flow_sleep(&n->flow, wait_connected, POLL_MS);
}

static void published(void *self)
{
	struct notice *n = self;

	flow_done(&n->flow);
}

static void notice_release(void *self)
{
	struct notice *n = self;

	event_base_loopbreak(n->base);
}

void notify(const char *topic, const char *text)
{
	const char *url = getenv("REDIS_URL");
	struct notice n = { .topic = topic, .text = text };
	struct err e;

	n.base = event_base_new();
	if (!n.base)
		abort();
	flow_open(n.base);
	n.redis = redis_open(n.base, url && *url ? url : "redis://127.0.0.1:6379", &e);
	if (n.redis) {
		struct event_base *base = n.base;

		flow_begin(&n.flow, &notice_class, &n, "", PATIENCE_MS, wait_connected);
		event_base_dispatch(base);
	}
	redis_close(n.redis);
	flow_close();
	event_base_free(n.base);
}

#include "tests/integration/caller.h"

#include "tests/integration/redis_server.h"

enum { FLOW_MS = 60000 };

void caller_next(void *self)
{
	struct caller *c = self;

	c->ended++;
}

static void on_failed(void *self)
{
	struct caller *c = self;

	c->err = c->flow.err;
	c->is_failed = 1;
	c->ended++;
	flow_recover(&c->flow, FLOW_MS);
}

static void on_release(void *self)
{
	(void)self;
}

static const struct flow_class caller_class = { "caller", on_failed, on_release };

void caller_begin(struct event_base *base, struct caller *c)
{
	*c = (struct caller){ 0 };
	flow_begin(&c->flow, &caller_class, c, "0123456789abcdef0123456789abcdef", FLOW_MS,
		   caller_next);
	run_until(base, &c->ended, 1);
	c->ended = 0;
}

void caller_end(struct caller *c)
{
	flow_done(&c->flow);
}

int caller_wait(struct event_base *base, struct caller *c)
{
	run_until(base, &c->ended, 1);
	c->ended = 0;
	if (!c->is_failed)
		return 0;
	c->is_failed = 0;
	return -1;
}

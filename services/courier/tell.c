/*
 * Operators hear how a sending ended.  Usually settling has asked for their
 * look already; where that would have had to wait, it is asked for here, with
 * nothing held: look -> ring.
 */

#include <stdio.h>
#include <stdlib.h>

#include "common/base/log.h"
#include "common/store/desk.h"
#include "services/courier/courier.h"

enum { DEADLINE_MS = 10000 };

struct telling {
	struct flow flow;
	struct courier *courier;
	int64_t conversation, job;
};

static flow_step look, ring, missed, telling_release;
static const struct flow_class telling_class = { "tell", missed, telling_release };

static void announce(struct courier *c, int64_t job, int64_t conversation, const char *trace)
{
	struct doorbell bell = { .job = job,
				 .conversation = conversation,
				 .kind = OPERATOR_CASE };

	if (job <= 0)
		return;
	snprintf(bell.trace, sizeof bell.trace, "%s", trace);
	jobs_announce(c->redis, QUEUE_OPERATOR, &bell);
}

static void look(void *self)
{
	struct telling *t = self;

	store_look_again(&t->courier->store, &t->flow, ring, &t->job, t->conversation);
}

static void ring(void *self)
{
	struct telling *t = self;

	announce(t->courier, t->job, t->conversation, t->flow.trace);
	flow_done(&t->flow);
}

/* They look by themselves, only later. */
static void missed(void *self)
{
	struct telling *t = self;

	log_warn("operators not told conversation=%lld: %s", (long long)t->conversation,
		 t->flow.err.text);
	flow_done(&t->flow);
}

static void telling_release(void *self)
{
	free(self);
}

void tell_operators(struct courier *c, const struct delivery_settled *settled,
		    const char *trace)
{
	struct telling *t;

	if (settled->operator_job >= 0) {
		announce(c, settled->operator_job, settled->operator_conversation,
			 trace ? trace : "");
		return;
	}
	t = calloc(1, sizeof *t);
	if (!t)
		abort();
	t->courier = c;
	t->conversation = settled->operator_conversation;
	flow_begin(&t->flow, &telling_class, t, trace, DEADLINE_MS, look);
}

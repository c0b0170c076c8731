#pragma once

#include "common/flow/flow.h"

/*
 * A flow that a test drives from outside: start an operation on it with
 * caller_next as the next step, then wait for it.
 */

struct caller {
	struct flow flow;
	int ended; /* operations, well or not */
	int is_failed;
	struct err err; /* of the last one */
};

extern flow_step caller_next;

void caller_begin(struct event_base *base, struct caller *c);
void caller_end(struct caller *c);

/* Run the loop until the operation under way has ended: 0, or -1 with c->err. */
int caller_wait(struct event_base *base, struct caller *c);

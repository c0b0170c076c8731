#pragma once

#include <event2/event.h>
#include <sys/queue.h>

#include "common/bots/bots.h"
#include "common/flow/flow.h"
#include "common/llm/llm.h"
#include "common/metrics/metrics.h"

/*
 * The way to one provider: at most max_in_flight turns pass at a time, the
 * others wait in the order in which they came.  A breaker keeps everybody away
 * for a while from a provider that cannot help: at once when money, key or
 * model are at fault, after a row of failures otherwise.  Then one turn is let
 * through to see whether it is well again.
 */

struct gates;
struct gate;

struct gates *gates_open(struct event_base *base);
void gates_close(struct gates *g);

/* The provider's gate, made on first use; lives as long as the gates. */
struct gate *gate_of(struct gates *g, const struct provider *p);

/* 0: stay away for now. */
int gate_is_open(const struct gate *gate);

/* 1: the way is free and now the flow's; it leaves it with gate_leave(). */
int gate_enter(struct gate *gate, const struct flow *f);

/*
 * Wait for a place.  *granted is 1 if it is now taken, 0 if the breaker opened
 * or GATE_PATIENCE_MS have passed.
 */
enum { GATE_PATIENCE_MS = 60000 };
void gate_wait(struct gate *gate, struct flow *f, flow_step *next, int *granted);

void gate_leave(struct gate *gate, const struct flow *f);

/* What became of a request. */
void gate_succeeded(struct gate *gate);
void gate_failed(struct gate *gate, enum llm_failure failure);
/* The provider asked for a pause. */
void gate_pause(struct gate *gate, int ms);

int gate_busy(const struct gate *gate);

#pragma once

#include <event2/event.h>
#include <event2/event_struct.h>
#include <sys/queue.h>

#include "common/base/arena.h"
#include "common/base/err.h"

/*
 * A flow is one piece of work that outlives a callback: one accepted event, one
 * turn, one delivery.  It is a chain of steps, written in the order in which
 * they run.  Every step ends in exactly one of three ways: it starts an
 * operation and names the step that follows, or it calls flow_done(), or it
 * calls flow_fail().
 *
 * Promises to the writer of steps:
 *   - a step is always entered from the event loop, never from inside the call
 *     that started the operation, and never from inside a library;
 *   - a step is entered only if the operation succeeded; otherwise the flow's
 *     `failed` step is entered instead, with flow->err filled in;
 *   - results are allocated in flow->arena and live as long as the flow.
 */

typedef void flow_step(void *self);

struct flow_class {
	const char *name;
	flow_step *failed;  /* must end the flow; may start operations first */
	flow_step *release; /* frees self; the flow is already gone */
};

/* An operation in flight.  Modules embed it as the first member of theirs. */
struct op {
	struct flow *flow;
	void (*cancel)(struct op *op); /* forget the flow; free yourself when you can */
};

enum { FLOW_TRACE_SIZE = 33 };

struct flow {
	const struct flow_class *class;
	void *self;
	struct arena arena;
	struct err err;
	char trace[FLOW_TRACE_SIZE];

	/* private */
	TAILQ_ENTRY(flow) ready;
	struct event deadline;
	struct op *op;
	flow_step *next;
	int is_ready, failing;
};

/* Once per process, by the service skeleton (and by tests), around everything else here. */
void flow_open(struct event_base *base);
void flow_close(void);

/*
 * Start at `first`, from the event loop.  `self` embeds the flow.  After
 * timeout_ms the flow fails with ERR_TEMP, but an operation that has just ended
 * is heard first; its `failed` step has ten seconds of its own.
 */
void flow_begin(struct flow *f, const struct flow_class *class, void *self, const char *trace,
		int timeout_ms, flow_step *first);

void flow_done(struct flow *f);
void flow_fail(struct flow *f, enum err_kind kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Enter `next` after ms (0: in the next round of the loop). */
void flow_sleep(struct flow *f, flow_step *next, int ms);

/*
 * From outside the flow: cancel what is in flight and fail.  Without effect on
 * a flow that is failing already.  Never from inside one of its own steps.
 */
void flow_interrupt(struct flow *f, enum err_kind kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Set the deadline anew, from now. */
void flow_extend(struct flow *f, int timeout_ms);

/*
 * In the `failed` step: the failure is dealt with (a retry, a fallback) and the
 * flow goes on like any other, with a new deadline.  flow->err is cleared.
 */
void flow_recover(struct flow *f, int timeout_ms);

/* Flows begun and not yet done. */
int flow_count(void);

/* For modules: the three moments in the life of an operation. */
void op_start(struct op *op, struct flow *f, flow_step *next, void (*cancel)(struct op *));
void op_succeed(struct op *op);
void op_fail(struct op *op, enum err_kind kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#include "common/flow/flow.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/log.h"
#include "common/base/timer.h"

enum { FAILED_STEP_MS = 10000 };

/*
 * Flows whose next step may run wait in one list, emptied by one event.  A
 * round of the loop runs those that were ready when it began, so that a flow
 * which keeps itself ready cannot starve the sockets.
 */
static TAILQ_HEAD(flow_list, flow) ready = TAILQ_HEAD_INITIALIZER(ready);
static struct event_base *loop;
static struct event *wake;
static int ready_count, alive;

static void run_step(struct flow *f)
{
	flow_step *step = f->next;

	f->next = NULL;
	log_scope(f->trace);
	step(f->self); /* f may be gone now */
	log_scope(NULL);
}

static void on_wake(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	for (int left = ready_count; left > 0 && ready_count > 0; left--) {
		struct flow *f = TAILQ_FIRST(&ready);

		TAILQ_REMOVE(&ready, f, ready);
		ready_count--;
		f->is_ready = 0;
		run_step(f);
	}
	if (ready_count > 0)
		event_active(wake, 0, 0);
}

void flow_open(struct event_base *base)
{
	loop = base;
	wake = event_new(base, -1, 0, on_wake, NULL);
	if (!wake)
		abort();
}

void flow_close(void)
{
	if (wake)
		event_free(wake);
	wake = NULL;
	loop = NULL;
}

int flow_count(void)
{
	return alive;
}

static void make_ready(struct flow *f, flow_step *next)
{
	assert(!f->op && !f->is_ready);
	f->next = next;
	f->is_ready = 1;
	TAILQ_INSERT_TAIL(&ready, f, ready);
	if (ready_count++ == 0)
		event_active(wake, 0, 0);
}

/* Whatever the flow was about to do, it will not. */
static void halt(struct flow *f)
{
	struct op *op = f->op;

	f->op = NULL;
	f->next = NULL;
	if (f->is_ready) {
		TAILQ_REMOVE(&ready, f, ready);
		ready_count--;
		f->is_ready = 0;
	}
	if (op)
		op->cancel(op);
}

static void enter_failure(struct flow *f)
{
	if (f->failing) {
		log_warn("%s failed while failing: %s", f->class->name, f->err.text);
		flow_done(f);
		return;
	}
	f->failing = 1;
	timer_set(&f->deadline, FAILED_STEP_MS);
	make_ready(f, f->class->failed);
}

static void on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct flow *f = arg;

	(void)fd, (void)what;
	if (f->is_ready) { /* as after a stop: what came meanwhile is heard, and no more waited
			      for */
		timer_set(&f->deadline, 0);
		return;
	}
	log_scope(f->trace);
	halt(f);
	err_set(&f->err, ERR_TEMP, "%s: deadline passed", f->class->name);
	enter_failure(f);
	log_scope(NULL);
}

void flow_begin(struct flow *f, const struct flow_class *class, void *self, const char *trace,
		int timeout_ms, flow_step *first)
{
	*f = (struct flow){ .class = class, .self = self };
	alive++;
	if (trace)
		memcpy(f->trace, trace, strnlen(trace, sizeof f->trace - 1));
	evtimer_assign(&f->deadline, loop, on_deadline, f);
	timer_set(&f->deadline, timeout_ms);
	make_ready(f, first);
}

void flow_extend(struct flow *f, int timeout_ms)
{
	timer_set(&f->deadline, timeout_ms);
}

void flow_recover(struct flow *f, int timeout_ms)
{
	assert(f->failing && !f->op && !f->is_ready);
	f->failing = 0;
	f->err = (struct err){ 0 };
	timer_set(&f->deadline, timeout_ms);
}

void flow_done(struct flow *f)
{
	const struct flow_class *class = f->class;
	void *self = f->self;

	assert(!f->op && !f->is_ready);
	event_del(&f->deadline);
	arena_free(&f->arena);
	alive--;
	class->release(self);
}

static void fail_with(struct flow *f, enum err_kind kind, const char *fmt, va_list ap)
{
	f->err.kind = kind;
	vsnprintf(f->err.text, sizeof f->err.text, fmt, ap);
	enter_failure(f);
}

void flow_fail(struct flow *f, enum err_kind kind, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fail_with(f, kind, fmt, ap);
	va_end(ap);
}

void flow_interrupt(struct flow *f, enum err_kind kind, const char *fmt, ...)
{
	va_list ap;

	if (f->failing)
		return;
	halt(f);
	va_start(ap, fmt);
	fail_with(f, kind, fmt, ap);
	va_end(ap);
}

/* --- operations ---------------------------------------------------------- */

void op_start(struct op *op, struct flow *f, flow_step *next, void (*cancel)(struct op *))
{
	assert(!f->op && !f->is_ready);
	*op = (struct op){ .flow = f, .cancel = cancel };
	f->op = op;
	f->next = next;
}

void op_succeed(struct op *op)
{
	struct flow *f = op->flow;

	f->op = NULL;
	make_ready(f, f->next);
}

void op_fail(struct op *op, enum err_kind kind, const char *fmt, ...)
{
	struct flow *f = op->flow;
	va_list ap;

	f->op = NULL;
	f->next = NULL;
	va_start(ap, fmt);
	fail_with(f, kind, fmt, ap);
	va_end(ap);
}

struct nap {
	struct op op;
	struct event timer;
};

static void nap_cancel(struct op *op)
{
	struct nap *n = (struct nap *)op;

	event_del(&n->timer);
	free(n);
}

static void on_nap_over(evutil_socket_t fd, short what, void *arg)
{
	struct nap *n = arg;

	(void)fd, (void)what;
	op_succeed(&n->op);
	free(n);
}

void flow_sleep(struct flow *f, flow_step *next, int ms)
{
	struct nap *n = calloc(1, sizeof *n);

	if (!n)
		abort();
	op_start(&n->op, f, next, nap_cancel);
	evtimer_assign(&n->timer, loop, on_nap_over, n);
	timer_set(&n->timer, ms);
}

#include "tests/flow/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ROUNDS_MAX = 20000 };

struct stage stage;

void stage_open(void)
{
	stage = (struct stage){ .fail_kind = ERR_TEMP, .now_ms = 1000000 };
	stage.base = event_base_new();
	flow_open(stage.base);
}

void stage_close(void)
{
	flow_close();
	event_base_free(stage.base);
}

void stage_run(void)
{
	for (int i = 0; i < ROUNDS_MAX && flow_count() > 0; i++)
		event_base_loop(stage.base, EVLOOP_ONCE);
	assert_int_equal(flow_count(), 0);
}

int stage_fails(void)
{
	return ++stage.operations == stage.fail_at && stage.failing != STOP_BEFORE &&
	       stage.failing != STOP_AFTER;
}

void stage_stop(enum failing when)
{
	if (stage.operations == stage.fail_at && stage.failing == when)
		stage.stopped();
}

/* --- operations ------------------------------------------------------------------ */

static void forget(struct op *op)
{
	struct operation *d = (struct operation *)op;

	event_del(&d->timer);
	free(d);
}

static void run(struct operation *d)
{
	int fails = stage_fails();

	stage_stop(STOP_BEFORE);
	if (!fails || stage.failing != FAIL_BEFORE) {
		d->effect(d);
		if (d->visible)
			d->visible(d->flow->self);
	}
	stage_stop(STOP_AFTER);
	stage_stop(STOP_UNHEARD);
	if (fails)
		op_fail(&d->op, stage.fail_kind, "as asked");
	else
		op_succeed(&d->op);
}

static void on_due(evutil_socket_t fd, short what, void *arg)
{
	struct operation *d = arg;

	(void)fd, (void)what;
	d->run(d);
	free(d);
}

struct operation *operation_begin(struct flow *f, flow_step *next,
				  void (*effect)(struct operation *d), void *out)
{
	struct operation *d = calloc(1, sizeof *d);

	assert_non_null(d);
	op_start(&d->op, f, next, forget);
	d->run = run;
	d->effect = effect;
	d->out = out;
	d->flow = f;
	evtimer_assign(&d->timer, stage.base, on_due, d);
	event_add(&d->timer, &(struct timeval){ 0 });
	return d;
}

void operation_without_effect(struct operation *d)
{
	(void)d;
}

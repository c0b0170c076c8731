#include <stdlib.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/store/file.h"
#include "services/ingress/console_index.h"

/*
 * The inbox's order and its search are brought up to date in small batches, for ever:
 * index_some -> sweep -> rest -> index_some.  Of one connection's time it takes a tenth at
 * most. Now and then old files are swept out.
 */

enum {
	BATCH = 1000,
	BATCH_MS = 20000,
	REST_MS = 1000,
	REST_MIN_MS = 20,
	REST_PARTS = 9,
	SWEEP_MS = 5000,
	TROUBLE_MS = 10000
};

struct console_index {
	struct flow flow;
	struct ingress *in;
	struct event *timer;
	int more, is_busy, is_paused, is_closing;
	int gone;
	int64_t begun_ms, swept_ms;
};

static flow_step index_some, sweep, rest, cannot_index, index_release;
static const struct flow_class index_class = { "index", cannot_index, index_release };

static void wait_ms(struct console_index *x, int64_t ms)
{
	event_add(x->timer,
		  &(struct timeval){ .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 });
}

static void on_time(evutil_socket_t fd, short what, void *arg)
{
	struct console_index *x = arg;

	(void)fd, (void)what;
	x->is_busy = 1;
	x->begun_ms = clock_mono_ms();
	flow_begin(&x->flow, &index_class, x, NULL, BATCH_MS, index_some);
}

static void index_some(void *self)
{
	struct console_index *x = self;

	store_console_index(&x->in->desk_store, &x->flow, sweep, &x->more, BATCH);
}

static void sweep(void *self)
{
	struct console_index *x = self;

	if (x->begun_ms - x->swept_ms < SWEEP_MS) {
		rest(x);
		return;
	}
	x->swept_ms = x->begun_ms;
	store_sweep_files(&x->in->desk_store, &x->flow, rest, &x->gone, x->in->file_days);
}

static void rest(void *self)
{
	struct console_index *x = self;
	int64_t ms = (clock_mono_ms() - x->begun_ms) * REST_PARTS;
	int64_t least = x->more ? REST_MIN_MS : REST_MS;

	if (!x->is_paused)
		wait_ms(x, ms > least ? ms : least);
	flow_done(&x->flow);
}

static void cannot_index(void *self)
{
	struct console_index *x = self;

	log_warn("not indexed: %s", x->flow.err.text);
	if (!x->is_paused)
		wait_ms(x, TROUBLE_MS);
	flow_done(&x->flow);
}

static void index_free(struct console_index *x)
{
	event_free(x->timer);
	free(x);
}

static void index_release(void *self)
{
	struct console_index *x = self;

	x->is_busy = 0;
	if (x->is_closing)
		index_free(x);
}

struct console_index *console_index_open(struct ingress *in)
{
	struct console_index *x = calloc(1, sizeof *x);

	if (!x)
		abort();
	x->in = in;
	x->timer = event_new(in->base, -1, 0, on_time, x);
	if (!x->timer)
		abort();
	wait_ms(x, REST_MS);
	return x;
}

void console_index_pause(struct console_index *x)
{
	if (!x)
		return;
	x->is_paused = 1;
	event_del(x->timer);
}

void console_index_close(struct console_index *x)
{
	if (!x)
		return;
	x->is_paused = x->is_closing = 1;
	if (!x->is_busy)
		index_free(x);
}

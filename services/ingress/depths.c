#include "services/ingress/depths.h"

#include <stdlib.h>

#include "common/base/log.h"
#include "common/base/timer.h"
#include "common/metrics/metrics.h"

enum { PERIOD_MS = 2000, ASK_MS = 5000, QUEUES = 6 };

struct depth_watch {
	struct flow flow;
	struct ingress *in;
	struct event *timer;
	struct depths depths;
	int is_asking;
};

#define QUEUE_METRICS(queue_)                                                                  \
	{                                                                                      \
		METRIC(METRIC_GAUGE, "tandem_queue_ready", "queue=\"" queue_ "\"",             \
		       "Jobs that wait for a worker."),                                        \
			METRIC(METRIC_GAUGE, "tandem_queue_running", "queue=\"" queue_ "\"",   \
			       "Jobs in the hands of workers."),                               \
			METRIC(METRIC_GAUGE, "tandem_queue_dead", "queue=\"" queue_ "\"",      \
			       "Jobs that failed for good."),                                  \
			METRIC(METRIC_GAUGE, "tandem_queue_workers", "queue=\"" queue_ "\"",   \
			       "Worker processes alive."),                                     \
			METRIC(METRIC_GAUGE, "tandem_queue_oldest_seconds",                    \
			       "queue=\"" queue_ "\"", "Age of the oldest job that is due."),  \
	}

static struct queue_metrics {
	struct metric ready, running, dead, workers, oldest;
} gauges[QUEUES] = {
	[QUEUE_LLM] = QUEUE_METRICS("llm"),
	[QUEUE_DELIVERY] = QUEUE_METRICS("delivery"),
	[QUEUE_OPERATOR] = QUEUE_METRICS("operator"),
	[QUEUE_GRADER] = QUEUE_METRICS("grader"),
	[QUEUE_GOOGLE] = QUEUE_METRICS("google"),
};

static struct metric pending =
	METRIC(METRIC_GAUGE, "tandem_deliveries_pending", "", "Messages that wait to be sent.");
static struct metric uncertain = METRIC(METRIC_GAUGE, "tandem_deliveries_uncertain", "",
					"Messages that may or may not have been sent.");

static struct metric waiting =
	METRIC(METRIC_GAUGE, "tandem_people_waiting", "", "People who wait for a human.");
static struct metric waiting_oldest =
	METRIC(METRIC_GAUGE, "tandem_people_waiting_oldest_seconds", "",
	       "How long the first of them has waited.");
static struct metric held =
	METRIC(METRIC_GAUGE, "tandem_chats_held", "", "Chats that operators have.");
static struct metric on_duty =
	METRIC(METRIC_GAUGE, "tandem_operators_on_duty", "", "Operators on duty.");
static struct metric with_room = METRIC(METRIC_GAUGE, "tandem_operators_free", "",
					"Operators on duty who have room for a chat.");

static flow_step ask, note, cannot_ask, answered;
static const struct flow_class depths_class = { "depths", cannot_ask, answered };

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct depth_watch *d = arg;

	(void)fd, (void)what;
	if (d->is_asking || !pg_is_up(d->in->store.relaxed))
		return;
	d->is_asking = 1;
	flow_begin(&d->flow, &depths_class, d, NULL, ASK_MS, ask);
}

static void ask(void *self)
{
	struct depth_watch *d = self;

	store_depths(&d->in->store, &d->flow, note, &d->depths);
}

static void note(void *self)
{
	struct depth_watch *d = self;

	for (int i = 0; i < d->depths.n; i++) {
		const struct queue_depth *q = &d->depths.items[i];
		struct queue_metrics *m = &gauges[(int)q->queue < QUEUES ? q->queue : 0];

		if (!m->ready.name)
			continue;
		metric_set(&m->ready, (double)q->ready);
		metric_set(&m->running, (double)q->running);
		metric_set(&m->dead, (double)q->dead);
		metric_set(&m->workers, (double)q->workers);
		metric_set(&m->oldest, q->oldest_s);
	}
	metric_set(&pending, (double)d->depths.deliveries_pending);
	metric_set(&uncertain, (double)d->depths.deliveries_uncertain);
	metric_set(&waiting, (double)d->depths.waiting);
	metric_set(&waiting_oldest, d->depths.waiting_oldest_s);
	metric_set(&held, (double)d->depths.held);
	metric_set(&on_duty, (double)d->depths.on_duty);
	metric_set(&with_room, (double)d->depths.free);
	flow_done(&d->flow);
}

static void cannot_ask(void *self)
{
	struct depth_watch *d = self;

	log_warn("cannot ask for the depth of queues: %s", d->flow.err.text);
	flow_done(&d->flow);
}

static void answered(void *self)
{
	struct depth_watch *d = self;

	d->is_asking = 0;
}

struct depth_watch *depths_open(struct ingress *in)
{
	struct depth_watch *d = calloc(1, sizeof *d);

	if (!d)
		abort();
	d->in = in;
	d->timer = timer_every(in->base, PERIOD_MS, on_timer, d);
	return d;
}

void depths_pause(struct depth_watch *d)
{
	event_del(d->timer);
}

void depths_close(struct depth_watch *d)
{
	if (!d)
		return;
	event_free(d->timer);
	free(d);
}

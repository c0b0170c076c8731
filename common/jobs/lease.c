#include "common/jobs/lease.h"

#include <stdlib.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/timer.h"
#include "common/metrics/metrics.h"

enum { CALL_MS = 3000, LEAVE_MS = 60000, LEAVE_POLL_MS = 50, FIRST_MS = 50 };

static struct metric lost = METRIC(METRIC_COUNTER, "tandem_leases_lost_total", "",
				   "Leases that ran out before they were renewed");

struct lease {
	struct lease_conf conf;
	struct event *timer;
	int worker;      /* our row; 0: none */
	int64_t renewed; /* asked for, on the monotonic clock: it lasts from then at least */
	int64_t since;   /* it has never run out */
	int working;     /* a renewal is under way */
};

/* --- renewing:  renew (or take) -> note ------------------------------------ */

struct renewal {
	struct flow flow;
	struct lease *lease;
	int known, worker;
	int64_t asked;
};

static flow_step renew, note_renewed, note_taken, renewal_failed, renewal_release;
static const struct flow_class renewal_class = { "renewal", renewal_failed, renewal_release };

static void take(struct renewal *r)
{
	const struct lease_conf *conf = &r->lease->conf;

	r->asked = clock_mono_ms();
	store_register_worker(conf->store, &r->flow, note_taken, &r->worker, conf->queue,
			      conf->name, conf->ttl_ms);
}

static void renew(void *self)
{
	struct renewal *r = self;
	const struct lease_conf *conf = &r->lease->conf;

	r->asked = clock_mono_ms();
	if (r->lease->worker)
		store_renew_worker(conf->store, &r->flow, note_renewed, &r->known,
				   r->lease->worker, conf->ttl_ms, conf->in_hand(conf->arg));
	else
		take(r);
}

static int is_younger(const struct lease *l, int ms)
{
	return l->worker && clock_mono_ms() - l->renewed < ms;
}

static void note_given(struct renewal *r)
{
	struct lease *l = r->lease;

	if (!is_younger(l, l->conf.ttl_ms))
		l->since = clock_mono_ms();
	l->renewed = r->asked;
}

static void note_renewed(void *self)
{
	struct renewal *r = self;

	if (r->known) {
		note_given(r);
		flow_done(&r->flow);
		return;
	}
	log_warn("lost the lease worker=%d", r->lease->worker);
	metric_add(&lost, 1);
	take(r);
}

static void note_taken(void *self)
{
	struct renewal *r = self;

	r->lease->worker = 0; /* what was held for the one before is anybody's */
	note_given(r);
	r->lease->worker = r->worker;
	log_info("took a lease queue=%s worker=%d", queue_name(r->lease->conf.queue),
		 r->worker);
	r->lease->conf.leased(r->lease->conf.arg);
	flow_done(&r->flow);
}

static void renewal_failed(void *self)
{
	struct renewal *r = self;

	log_warn("cannot renew the lease: %s", r->flow.err.text);
	flow_done(&r->flow);
}

static void renewal_release(void *self)
{
	struct renewal *r = self;

	r->lease->working = 0;
	free(r);
}

/*
 * Impatient until there is a lease, and when it is overdue, as after a time
 * without PostgreSQL: what we claim then is anybody's who looks for the dead.
 */
static void arm(struct lease *l)
{
	timer_set(l->timer, is_younger(l, l->conf.ttl_ms / 2) ? l->conf.ttl_ms / 3 : FIRST_MS);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct lease *l = arg;
	struct renewal *r;

	(void)fd, (void)what;
	arm(l);
	if (l->working || !pg_is_up(l->conf.store->relaxed))
		return;
	r = calloc(1, sizeof *r);
	if (!r)
		abort();
	l->working = 1;
	r->lease = l;
	flow_begin(&r->flow, &renewal_class, r, "", CALL_MS, renew);
}

/* --- leaving:  wait until idle -> give back -------------------------------- */

struct leaving {
	struct flow flow;
	struct lease *lease;
};

static flow_step wait_idle, gone, leaving_release;
static const struct flow_class leaving_class = { "leaving", gone, leaving_release };

static void wait_idle(void *self)
{
	struct leaving *v = self;
	struct lease *l = v->lease;

	if (l->working || l->conf.in_hand(l->conf.arg) > 0) {
		flow_sleep(&v->flow, wait_idle, LEAVE_POLL_MS);
		return;
	}
	event_del(l->timer);
	if (l->worker)
		store_release_worker(l->conf.store, &v->flow, gone, l->worker);
	else
		flow_done(&v->flow);
}

static void gone(void *self)
{
	struct leaving *v = self;

	v->lease->worker = 0;
	flow_done(&v->flow);
}

static void leaving_release(void *self)
{
	free(self);
}

void lease_leave(struct lease *l)
{
	struct leaving *v = calloc(1, sizeof *v);

	if (!v)
		abort();
	v->lease = l;
	flow_begin(&v->flow, &leaving_class, v, "", LEAVE_MS, wait_idle);
}

/* --- interface ------------------------------------------------------------- */

struct lease *lease_open(struct event_base *base, const struct lease_conf *conf)
{
	struct lease *l = calloc(1, sizeof *l);

	if (!l)
		abort();
	l->conf = *conf;
	l->timer = evtimer_new(base, on_timer, l);
	if (!l->timer)
		abort();
	arm(l);
	return l;
}

void lease_close(struct lease *l)
{
	if (!l)
		return;
	event_free(l->timer);
	free(l);
}

int lease_worker(const struct lease *l)
{
	return l->worker;
}

int lease_has_held(const struct lease *l, int64_t since)
{
	return is_younger(l, l->conf.ttl_ms) && l->since <= since;
}

#include "common/jobs/jobs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include "common/base/log.h"
#include "common/base/timer.h"
#include "common/crypto/crypto.h"
#include "common/jobs/lease.h"
#include "common/metrics/metrics.h"
#include "common/redis/stream.h"

enum { LEASE_MS = 4000, SWEEP_MS = 500, MAX_ATTEMPTS = 8, SWEEP_LIMIT = 1000, CALL_MS = 3000 };

static struct metric handed = METRIC(METRIC_COUNTER, "tandem_jobs_handed_total", "",
				     "Jobs handed to this worker by its stream");
static struct metric in_hand =
	METRIC(METRIC_GAUGE, "tandem_jobs_in_hand", "", "Jobs this worker holds");
static struct metric announced_again =
	METRIC(METRIC_COUNTER, "tandem_jobs_swept_total", "", "Jobs the sweep announced again");
static struct metric buried = METRIC(METRIC_COUNTER, "tandem_jobs_buried_total", "",
				     "Jobs given up because their workers kept dying");

/* A doorbell that rang early. */
struct early {
	LIST_ENTRY(early) link;
	struct jobs *jobs;
	struct event timer;
	struct doorbell bell;
};

struct jobs {
	struct event_base *base;
	struct jobs_conf conf;
	char key[32], consumer[64];
	jobs_handler *handler;
	void *arg;
	struct stream *stream;
	struct lease *lease;
	struct event *sweep_timer;
	LIST_HEAD(, early) early;
	int sweeping, paused;
};

/* --- doorbells ------------------------------------------------------------- */

static void hand(struct jobs *j, const struct doorbell *bell)
{
	metric_add(&handed, 1);
	j->handler(j->arg, bell);
}

static void early_free(struct early *e)
{
	LIST_REMOVE(e, link);
	event_del(&e->timer);
	free(e);
}

static void on_due(evutil_socket_t fd, short what, void *arg)
{
	struct early *e = arg;

	(void)fd, (void)what;
	hand(e->jobs, &e->bell);
	early_free(e);
}

static void hold(struct jobs *j, const struct doorbell *bell)
{
	struct early *e = calloc(1, sizeof *e);

	if (!e)
		abort();
	e->jobs = j;
	e->bell = *bell;
	evtimer_assign(&e->timer, j->base, on_due, e);
	timer_set(&e->timer, bell->wait_ms);
	LIST_INSERT_HEAD(&j->early, e, link);
}

static void on_entry(void *arg, const char *entry_id, const char *payload)
{
	struct jobs *j = arg;
	struct doorbell bell;
	struct err e;

	(void)entry_id;
	metric_set(&in_hand, stream_in_hand(j->stream));
	if (doorbell_parse(&bell, payload, &e) != 0) {
		log_warn("dropped a doorbell queue=%s: %s", queue_name(j->conf.queue), e.text);
		stream_settle(j->stream);
	} else if (bell.wait_ms > 0) {
		hold(j, &bell);
	} else {
		hand(j, &bell);
	}
}

/* --- the sweep:  look -> announce ------------------------------------------ */

struct sweep {
	struct flow flow;
	struct jobs *jobs;
	struct swept swept;
};

static flow_step look, announce, sweep_failed, sweep_release;
static const struct flow_class sweep_class = { "sweep", sweep_failed, sweep_release };

static void look(void *self)
{
	struct sweep *s = self;
	const struct jobs_conf *conf = &s->jobs->conf;

	store_sweep(conf->store, &s->flow, announce, &s->swept, conf->queue, SWEEP_LIMIT,
		    conf->max_attempts);
}

static void announce(void *self)
{
	struct sweep *s = self;
	const struct jobs_conf *conf = &s->jobs->conf;

	for (int i = 0; i < s->swept.n; i++) {
		const struct swept_job *job = &s->swept.jobs[i];
		struct doorbell bell = { .job = job->id,
					 .conversation = job->conversation_id,
					 .kind = job->kind };

		if (job->buried) {
			log_error("buried job=%lld: its workers kept dying",
				  (long long)job->id);
			continue;
		}
		snprintf(bell.trace, sizeof bell.trace, "%s", job->trace ? job->trace : "");
		jobs_announce(conf->redis, conf->queue, &bell);
	}
	metric_add(&announced_again, s->swept.n - s->swept.buried);
	metric_add(&buried, s->swept.buried);
	flow_done(&s->flow);
}

static void sweep_failed(void *self)
{
	struct sweep *s = self;

	log_warn("sweep failed queue=%s: %s", queue_name(s->jobs->conf.queue),
		 s->flow.err.text);
	flow_done(&s->flow);
}

static void sweep_release(void *self)
{
	struct sweep *s = self;

	s->jobs->sweeping = 0;
	free(s);
}

/* Who could announce nothing, or take nothing, leaves it to the others. */
static int may_sweep(const struct jobs *j)
{
	return pg_is_up(j->conf.store->relaxed) && redis_is_up(j->conf.redis) &&
	       jobs_worker(j) && jobs_in_hand(j) < j->conf.window;
}

static void on_sweep(evutil_socket_t fd, short what, void *arg)
{
	struct jobs *j = arg;
	struct sweep *s;

	(void)fd, (void)what;
	if (j->sweeping || j->paused || !may_sweep(j))
		return;
	s = calloc(1, sizeof *s);
	if (!s)
		abort();
	j->sweeping = 1;
	s->jobs = j;
	flow_begin(&s->flow, &sweep_class, s, "", CALL_MS, look);
}

/* --- interface ------------------------------------------------------------- */

static int count_in_hand(void *arg)
{
	return jobs_in_hand(arg);
}

/*
 * The stream is opened when there is a lease, or we could not hold what comes, and
 * when its worker knows what it has to, or it could not tell what is wrong with it.
 */
void jobs_begin(struct jobs *j)
{
	struct stream_conf conf = {
		.url = j->conf.redis_url,
		.redis = j->conf.redis,
		.key = j->key,
		.group = "workers",
		.consumer = j->consumer,
		.window = j->conf.window,
	};
	struct err e;

	if (j->stream || j->paused || !jobs_worker(j) ||
	    (j->conf.is_ready && !j->conf.is_ready(j->arg)))
		return;
	j->stream = stream_open(j->base, &conf, on_entry, j, &e);
	if (!j->stream)
		log_error("cannot read %s: %s", j->key, e.text);
}

static void on_leased(void *arg)
{
	jobs_begin(arg);
}

static void name_consumer(struct jobs *j)
{
	char host[33] = "", salt[9];

	gethostname(host, sizeof host - 1);
	crypto_random_hex(salt, sizeof salt - 1);
	snprintf(j->consumer, sizeof j->consumer, "%s-%d-%s", host, (int)getpid(), salt);
}

struct jobs *jobs_open(struct event_base *base, const struct jobs_conf *conf,
		       jobs_handler *handler, void *arg, struct err *e)
{
	struct jobs *j = calloc(1, sizeof *j);

	(void)e;
	if (!j)
		abort();
	j->base = base;
	j->conf = *conf;
	j->conf.lease_ms = conf->lease_ms ? conf->lease_ms : LEASE_MS;
	j->conf.sweep_ms = conf->sweep_ms ? conf->sweep_ms : SWEEP_MS;
	j->conf.max_attempts = conf->max_attempts ? conf->max_attempts : MAX_ATTEMPTS;
	j->handler = handler;
	j->arg = arg;
	LIST_INIT(&j->early);
	snprintf(j->key, sizeof j->key, "jobs:%s", queue_name(conf->queue));
	name_consumer(j);
	j->lease = lease_open(base, &(struct lease_conf){ .store = conf->store,
							  .queue = conf->queue,
							  .name = j->consumer,
							  .ttl_ms = j->conf.lease_ms,
							  .in_hand = count_in_hand,
							  .leased = on_leased,
							  .arg = j });
	j->sweep_timer = timer_every(base, j->conf.sweep_ms, on_sweep, j);
	return j;
}

void jobs_pause(struct jobs *j)
{
	struct early *e, *next;

	if (!j || j->paused)
		return;
	j->paused = 1;
	event_del(j->sweep_timer);
	if (j->stream)
		stream_pause(j->stream);
	for (e = LIST_FIRST(&j->early); e; e = next) {
		next = LIST_NEXT(e, link);
		stream_settle(j->stream); /* the next worker's sweep finds it */
		early_free(e);
	}
	lease_leave(j->lease);
}

void jobs_close(struct jobs *j)
{
	struct early *e, *next;

	if (!j)
		return;
	for (e = LIST_FIRST(&j->early); e; e = next) {
		next = LIST_NEXT(e, link);
		early_free(e);
	}
	stream_close(j->stream);
	lease_close(j->lease);
	event_free(j->sweep_timer);
	free(j);
}

void jobs_settle(struct jobs *j)
{
	stream_settle(j->stream);
	metric_set(&in_hand, stream_in_hand(j->stream));
}

int jobs_worker(const struct jobs *j)
{
	return lease_worker(j->lease);
}

int jobs_in_hand(const struct jobs *j)
{
	return j->stream ? stream_in_hand(j->stream) : 0;
}

int jobs_held_since(const struct jobs *j, int64_t since)
{
	return lease_has_held(j->lease, since);
}

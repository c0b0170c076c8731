#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/log.h"
#include "services/operator-relay/relay.h"

/*
 * An operator has become free, or has left:
 *
 *   claim -> examine -> look (at one case after the other) -> settle -> settled
 */

struct duty {
	struct flow flow;
	struct relay *relay;
	int64_t job, look_job;

	struct duty_claim claim;
	json_t *cases;
	size_t at;
	int is_claimed, is_unsure, failures, next_ready, is_given_up, is_fenced;
};

static flow_step claim, examine, look, looked, settle, settled, put_back, failed, release;
static const struct flow_class duty_class = { "duty", failed, release };

void duty_begin(void *arg, const struct doorbell *bell)
{
	struct duty *d = calloc(1, sizeof *d);

	if (!d)
		abort();
	d->relay = arg;
	d->job = bell->job;
	flow_begin(&d->flow, &duty_class, d, bell->trace, RELAY_MS, claim);
}

static void end(struct duty *d)
{
	jobs_settle(d->relay->jobs);
	flow_done(&d->flow);
}

static void claim(void *self)
{
	struct duty *d = self;

	flow_extend(&d->flow, RELAY_MS);
	store_claim_duty(relay_lane(d->relay, d->job), &d->flow, examine, &d->claim, d->job,
			 jobs_worker(d->relay->jobs), d->is_unsure);
}

static void examine(void *self)
{
	struct duty *d = self;

	if (d->claim.status == CLAIM_BUSY) {
		flow_sleep(&d->flow, claim, RELAY_BUSY_MS);
		return;
	}
	if (d->claim.status != CLAIM_OK) {
		end(d);
		return;
	}
	d->is_claimed = 1;
	d->cases = d->claim.cases ? json_loads(d->claim.cases, 0, NULL) : NULL;
	look(d);
}

static void look(void *self)
{
	struct duty *d = self;

	flow_extend(&d->flow, RELAY_MS);
	if (d->at < json_array_size(d->cases))
		store_look_again(relay_lane(d->relay, d->job), &d->flow, looked, &d->look_job,
				 json_integer_value(json_array_get(d->cases, d->at)));
	else
		settle(d);
}

static void looked(void *self)
{
	struct duty *d = self;

	relay_ring(d->relay, QUEUE_OPERATOR, d->look_job, OPERATOR_CASE,
		   json_integer_value(json_array_get(d->cases, d->at)), d->claim.trace);
	d->at++;
	look(d);
}

static void settle(void *self)
{
	struct duty *d = self;

	store_finish_duty(relay_lane(d->relay, d->job), &d->flow, settled, &d->next_ready,
			  d->job, &d->claim);
}

static void settled(void *self)
{
	struct duty *d = self;

	if (d->next_ready)
		relay_ring(d->relay, QUEUE_OPERATOR, d->job, OPERATOR_DUTY, 0, d->claim.trace);
	end(d);
}

static void put_back(void *self)
{
	end(self);
}

static void failed(void *self)
{
	struct duty *d = self;
	struct err why = d->flow.err;

	log_warn("could not follow duty job=%lld error=\"%s\"", (long long)d->job, why.text);
	flow_recover(&d->flow, RELAY_MS);
	d->failures++;
	if (why.kind != ERR_PERM) {
		d->is_unsure = !d->is_claimed;
		flow_sleep(&d->flow, d->is_claimed ? look : claim,
			   relay_backoff_ms(d->failures));
	} else if (d->is_claimed && !d->is_given_up) {
		d->is_given_up = 1; /* asked once; then the lease decides */
		store_retry_job(
			relay_lane(d->relay, d->job), &d->flow, put_back, &d->is_fenced, d->job,
			&(struct job_retry){ d->claim.attempt, relay_backoff_ms(RELAY_FAILURES),
					     why.text });
	} else {
		end(d);
	}
}

static void release(void *self)
{
	struct duty *d = self;

	json_decref(d->cases);
	free(d);
}

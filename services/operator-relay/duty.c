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
	int is_claimed, is_unsure, failures, next_ready, is_fenced;
	flow_step *again;  /* after a failure that passes */
	const char *error; /* that does not */
};

static flow_step claim, examine, look, looked, settle, settled, put_back, end, failed, release;
static const struct flow_class duty_class = { "duty", failed, release };

void duty_begin(void *arg, const struct doorbell *bell)
{
	struct duty *d = calloc(1, sizeof *d);

	if (!d)
		abort();
	d->relay = arg;
	d->job = bell->job;
	d->again = claim;
	flow_begin(&d->flow, &duty_class, d, bell->trace, RELAY_MS, claim);
}

static void end(void *self)
{
	struct duty *d = self;

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
	d->again = look;
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
	struct duty *d = self;

	store_retry_job(relay_lane(d->relay, d->job), &d->flow, end, &d->is_fenced, d->job,
			&(struct job_retry){ d->claim.attempt, relay_backoff_ms(RELAY_FAILURES),
					     d->error });
}

static void failed(void *self)
{
	struct duty *d = self;
	struct err why = d->flow.err;

	log_warn("could not follow duty job=%lld error=\"%s\"", (long long)d->job, why.text);
	flow_recover(&d->flow, RELAY_MS);
	d->failures++;
	d->is_unsure = !d->is_claimed;
	if (why.kind == ERR_PERM && !d->is_claimed) {
		end(d);
		return;
	}
	if (why.kind == ERR_PERM && d->again != put_back) {
		d->again = put_back;
		d->error = arena_str(&d->flow.arena, why.text);
	}
	/* Never given up: while our lease lives, nobody else would take it. */
	flow_sleep(&d->flow, d->again, relay_backoff_ms(d->failures));
}

static void release(void *self)
{
	struct duty *d = self;

	json_decref(d->cases);
	free(d);
}

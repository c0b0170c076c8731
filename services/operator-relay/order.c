#include <stdio.h>
#include <stdlib.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/desk/desk.h"
#include "common/json/jvalue.h"
#include "common/metrics/metrics.h"
#include "common/store/order.h"
#include "services/operator-relay/plan.h"
#include "services/operator-relay/relay.h"

/*
 * What an operator says in their desk, event by event:
 *
 *   claim -> examine -> (give -> given ...) -> record -> recorded -> claim ...
 *
 * The order has the event's key, so it happens once, however often this is
 * begun; what the operator is told is recorded with the event being over.  Who was
 * stopped for so long that others may have dealt with it looks again first.
 */

static struct metric orders = METRIC(METRIC_COUNTER, "tandem_desk_events_total", "",
				     "Events of operators in Telegram that were dealt with");

struct order {
	struct flow flow;
	struct relay *relay;
	int64_t job;

	struct order_claim claim;
	struct plan plan;
	struct desk_done done;
	struct order_finished finished;
	int is_claimed, is_unsure, failures, fenced;
	int64_t held_since; /* before PostgreSQL said so */
};

static flow_step claim, examine, give, given, record, recorded, put_back, leave, failed,
	release;
static const struct flow_class order_class = { "order", failed, release };

void order_begin(void *arg, const struct doorbell *bell)
{
	struct order *o = calloc(1, sizeof *o);

	if (!o)
		abort();
	o->relay = arg;
	o->job = bell->job;
	flow_begin(&o->flow, &order_class, o, bell->trace, RELAY_MS, claim);
}

static void claim(void *self)
{
	struct order *o = self;

	flow_extend(&o->flow, RELAY_MS);
	o->is_claimed = 0;
	o->held_since = clock_mono_ms();
	store_claim_order(&o->relay->store, &o->flow, examine, &o->claim, o->job,
			  jobs_worker(o->relay->jobs), o->is_unsure);
}

/* Mostly for what the event answers to arrive. */
static void wait_until_due(struct order *o)
{
	if (o->claim.wait_ms <= RELAY_HOLD_MS)
		flow_sleep(&o->flow, claim, o->claim.wait_ms);
	else
		leave(o);
}

/* Hopeless: those behind it go on.  It may be the making of its plan that kills us. */
static void give_up(struct order *o, const json_t *work)
{
	log_error("gave up an operator's event conversation=%lld",
		  (long long)o->claim.conversation_id);
	o->plan = (struct plan){ .event = json_object_get(work, "event"),
				 .actions = jown(&o->flow.arena, json_array()) };
	record(o);
}

static void examine(void *self)
{
	struct order *o = self;
	json_t *work;

	if (o->claim.status == CLAIM_BUSY) {
		flow_sleep(&o->flow, claim, RELAY_BUSY_MS);
		return;
	}
	if (o->claim.status == CLAIM_EARLY) {
		wait_until_due(o);
		return;
	}
	if (o->claim.status != CLAIM_OK) {
		leave(o);
		return;
	}
	o->is_claimed = 1;
	o->is_unsure = 0;
	work = jown(&o->flow.arena,
		    json_loads(o->claim.work ? o->claim.work : "{}", JSON_ALLOW_NUL, NULL));
	if (o->claim.failures >= RELAY_FAILURES) {
		give_up(o, work);
		return;
	}
	plan_make(&o->plan, &o->flow.arena, work);
	give(o);
}

/* An order has its key once it was obeyed: one that was refused, and told so by others while
 * we were stopped, might be obeyed now. */
static void make_sure(struct order *o)
{
	log_warn("held an operator's event for too long job=%lld", (long long)o->job);
	o->is_unsure = 1;
	flow_sleep(&o->flow, claim, RELAY_BUSY_MS);
}

static void give(void *self)
{
	struct order *o = self;
	const struct plan *p = &o->plan;

	if (!p->verb) {
		plan_finish(&o->plan, NULL);
		record(o);
		return;
	}
	if (!jobs_held_since(o->relay->jobs, o->held_since)) {
		make_sure(o);
		return;
	}
	store_desk(&o->relay->store, &o->flow, given, &o->done,
		   &(struct desk_order){ .operator_id = (int)jnumber(p->operator, "id"),
					 .verb = p->verb,
					 .conversation = p->conversation,
					 .key = p->key,
					 .args = p->args });
}

static void given(void *self)
{
	struct order *o = self;

	desk_tell(o->relay->redis, &o->done, o->plan.verb, o->claim.trace);
	plan_finish(&o->plan, &o->done);
	if (plan_follow(&o->plan))
		give(o);
	else
		record(o);
}

static void record(void *self)
{
	struct order *o = self;
	const struct plan *p = &o->plan;
	struct order_end end = { .seq = jnumber(p->event, "seq"),
				 .edited = jstring(p->event, "edited"),
				 .actions = p->actions };

	store_finish_order(&o->relay->store, &o->flow, recorded, &o->finished, o->job,
			   &o->claim, &end);
}

static void ring_lines(struct order *o)
{
	json_auto_t *lines = o->finished.lines ? json_loads(o->finished.lines, 0, NULL) : NULL;
	json_t *line;
	size_t i;

	json_array_foreach (lines, i, line)
		relay_ring(o->relay, QUEUE_DELIVERY,
			   json_integer_value(json_array_get(line, 1)), 1,
			   json_integer_value(json_array_get(line, 0)), o->claim.trace);
}

static void recorded(void *self)
{
	struct order *o = self;

	ring_lines(o);
	metric_add(&orders, 1);
	log_info(
		"dealt with an operator's event conversation=%lld order=%s status=%s fenced=%d",
		(long long)o->claim.conversation_id, o->plan.verb ? o->plan.verb : "none",
		o->plan.verb ? desk_status_name(o->done.status) : "none", o->finished.fenced);
	if (o->finished.fenced)
		leave(o);
	else
		claim(o);
}

static void leave(void *self)
{
	struct order *o = self;

	jobs_settle(o->relay->jobs);
	flow_done(&o->flow);
}

static void put_back(void *self)
{
	struct order *o = self;

	store_retry_job(&o->relay->store, &o->flow, leave, &o->fenced, o->job,
			&(struct job_retry){ o->claim.attempt,
					     relay_backoff_ms(o->claim.failures), "failed" });
}

static void failed(void *self)
{
	struct order *o = self;
	struct err why = o->flow.err;

	log_warn("an operator's event is not dealt with job=%lld: %s", (long long)o->job,
		 why.text);
	flow_recover(&o->flow, RELAY_MS);
	o->failures++;
	if (why.kind == ERR_PERM) {
		if (o->is_claimed)
			flow_sleep(&o->flow, put_back, relay_backoff_ms(o->failures));
		else
			leave(o);
		return;
	}
	/* Never given up: while our lease lives, nobody else would take it. */
	o->is_unsure = 1;
	flow_sleep(&o->flow, claim, relay_backoff_ms(o->failures));
}

static void release(void *self)
{
	free(self);
}

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/metrics/metrics.h"
#include "services/operator-relay/relay.h"

/*
 * A look at a client's conversation:
 *
 *   claim -> examine -> record -> announce
 *
 * The claim moves the case on (timers, invitations, words to the person); what
 * operators are to see is made here, and recorded by the finish together with
 * its deliveries.  Until then every claim finds it again.  The finish is on disk
 * before anybody is told, and with it the claim.
 */

static struct metric looks = METRIC(METRIC_COUNTER, "tandem_case_looks_total", "",
				    "Conversations with humans that were looked at");
static struct metric shown = METRIC(METRIC_HISTOGRAM, "tandem_case_seconds", "",
				    "From the doorbell to what operators see being on its way");
static struct metric alone = METRIC(METRIC_COUNTER, "tandem_case_alone_total", "",
				    "Calls for a human with nobody enabled to be asked");

struct look {
	struct flow flow;
	struct relay *relay;
	int64_t job;
	int64_t began;

	struct case_claim claim;
	struct case_finished finished;
	int is_claimed, is_unsure, is_rung, failures, is_fenced;
	flow_step *again;  /* after a failure that passes */
	const char *error; /* that does not */
};

static flow_step claim, examine, record, ring_couriers, announce, bury, put_back, end, failed,
	release;
static const struct flow_class look_class = { "case", failed, release };

void case_begin(void *arg, const struct doorbell *bell)
{
	struct look *l = calloc(1, sizeof *l);

	if (!l)
		abort();
	l->relay = arg;
	l->job = bell->job;
	l->began = clock_mono_ms();
	l->again = claim;
	metric_add(&looks, 1);
	flow_begin(&l->flow, &look_class, l, bell->trace, RELAY_MS, claim);
}

static void end(void *self)
{
	struct look *l = self;

	jobs_settle(l->relay->jobs);
	flow_done(&l->flow);
}

static void claim(void *self)
{
	struct look *l = self;

	flow_extend(&l->flow, RELAY_MS);
	store_claim_case(relay_lane(l->relay, l->job), &l->flow, examine, &l->claim, l->job,
			 jobs_worker(l->relay->jobs), l->is_unsure);
}

/* What the claim itself has changed. */
static void tell(struct look *l)
{
	const struct case_claim *c = &l->claim;
	struct relay *r = l->relay;
	char topic[LIVE_TOPIC_SIZE];

	relay_ring(r, QUEUE_LLM, c->llm_job, 1, c->conversation_id, c->trace);
	relay_ring(r, QUEUE_LLM, c->suggestion_job, LLM_SUGGESTION, c->conversation_id,
		   c->trace);
	relay_ring(r, QUEUE_OPERATOR, c->duty_job, OPERATOR_DUTY, 0, c->trace);
	live_topic(topic, c->channel_id, c->chat_key);
	live_state(r->redis, topic, responder_name(c->responder), c->epoch);
	live_seq(r->redis, topic, c->last_seq);
	live_desk(r->redis, &(struct live_desk){ .what = "case",
						 .conversation = c->conversation_id,
						 .seq = c->last_seq });
}

static void wait_until_due(struct look *l)
{
	if (l->claim.wait_ms <= RELAY_HOLD_MS)
		flow_sleep(&l->flow, claim, l->claim.wait_ms);
	else
		end(l);
}

static void complain_of_nobody(const struct look *l)
{
	if (!l->claim.is_alone)
		return;
	metric_add(&alone, 1);
	log_warn("called nobody conversation=%lld: no operator is enabled whom the bot's "
		 "handoff would ask; tandem doctor tells more",
		 (long long)l->claim.conversation_id);
}

static void examine(void *self)
{
	struct look *l = self;

	switch (l->claim.status) {
	case CLAIM_BUSY:
		flow_sleep(&l->flow, claim, RELAY_BUSY_MS);
		return;
	case CLAIM_EARLY:
		wait_until_due(l);
		return;
	case CLAIM_GONE:
		end(l);
		return;
	case CLAIM_VOID:
		tell(l);
		end(l);
		return;
	case CLAIM_OK:
		break;
	}
	l->is_claimed = 1;
	l->is_unsure = 0;
	complain_of_nobody(l);
	l->again = l->claim.failures < RELAY_FAILURES ? record : bury;
	l->again(l);
}

static void record(void *self)
{
	struct look *l = self;
	const struct case_claim *c = &l->claim;
	const char *notes = notes_make(&l->flow.arena, c->work, c->channel_id, c->chat_key);

	flow_extend(&l->flow, RELAY_MS);
	store_finish_case(relay_lane(l->relay, l->job), &l->flow, announce, &l->finished,
			  l->job, c, &(struct case_notes){ notes, ring_couriers });
}

/* As soon as they can see it: what they send waits for the disk by itself. */
static void ring_couriers(void *self)
{
	struct look *l = self;
	const struct case_claim *c = &l->claim;
	json_auto_t *lines = l->finished.lines ? json_loads(l->finished.lines, 0, NULL) : NULL;
	json_t *line;
	size_t i;

	if (l->is_rung)
		return;
	l->is_rung = 1;
	relay_ring(l->relay, QUEUE_DELIVERY, c->delivery_job, 1, c->conversation_id, c->trace);
	json_array_foreach (lines, i, line)
		relay_ring(l->relay, QUEUE_DELIVERY,
			   json_integer_value(json_array_get(line, 1)), 1,
			   json_integer_value(json_array_get(line, 0)), c->trace);
}

static void announce(void *self)
{
	struct look *l = self;

	ring_couriers(l);
	tell(l);
	if (l->finished.next_ready)
		relay_ring(l->relay, QUEUE_OPERATOR, l->job, OPERATOR_CASE,
			   l->claim.conversation_id, l->claim.trace);
	log_info("looked conversation=%lld responder=%s status=%d",
		 (long long)l->claim.conversation_id, responder_name(l->claim.responder),
		 (int)l->finished.status);
	metric_observe_ms(&shown, (double)(clock_mono_ms() - l->began));
	end(l);
}

/* --- when it cannot be shown, or PostgreSQL will not ------------------------------ */

/* The next look begins anew. */
static void bury(void *self)
{
	struct look *l = self;

	store_bury_job(relay_lane(l->relay, l->job), &l->flow, end, &l->is_fenced, l->job,
		       l->claim.attempt, "too many attempts");
}

static void put_back(void *self)
{
	struct look *l = self;

	store_retry_job(relay_lane(l->relay, l->job), &l->flow, end, &l->is_fenced, l->job,
			&(struct job_retry){ l->claim.attempt, relay_backoff_ms(RELAY_FAILURES),
					     l->error });
}

static void failed(void *self)
{
	struct look *l = self;
	struct err why = l->flow.err;

	log_warn("could not look job=%lld error=\"%s\"", (long long)l->job, why.text);
	flow_recover(&l->flow, RELAY_MS);
	l->failures++;
	l->is_unsure = !l->is_claimed;
	if (why.kind == ERR_PERM && !l->is_claimed) {
		end(l);
		return;
	}
	if (why.kind == ERR_PERM && l->again != put_back) {
		l->again = put_back;
		l->error = arena_str(&l->flow.arena, why.text);
	}
	/* Never given up: while our lease lives, nobody else would take it. */
	flow_sleep(&l->flow, l->again, relay_backoff_ms(l->failures));
}

static void release(void *self)
{
	free(self);
}

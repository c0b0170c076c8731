#include "services/ingress/accept.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/crypto/crypto.h"
#include "common/jobs/jobs.h"
#include "common/metrics/metrics.h"
#include "services/ingress/hub.h"

/* The life of an inbound event: prepare -> store -> announce */

enum { ACCEPT_MS = 10000 };

static flow_step prepare, store, ring_bells, announce, give_up, acceptance_release;
static const struct flow_class acceptance_class = { "accept", give_up, acceptance_release };

static struct metric accepted_count = METRIC(METRIC_COUNTER, "tandem_accepted_total",
					     "result=\"new\"", "Inbound events committed.");
static struct metric duplicate_count =
	METRIC(METRIC_COUNTER, "tandem_accepted_total", "result=\"duplicate\"", "");
static struct metric failed_count =
	METRIC(METRIC_COUNTER, "tandem_accepted_total", "result=\"failed\"", "");
static struct metric poison_count =
	METRIC(METRIC_COUNTER, "tandem_accepted_total", "result=\"poison\"", "");

static struct acceptance *create(struct ingress *in, const struct front *front, int channel_id)
{
	struct acceptance *a = calloc(1, sizeof *a);

	if (!a)
		abort();
	a->in = in;
	a->front = front;
	a->channel_id = channel_id;
	return a;
}

void accept_begin(struct ingress *in, const struct front *front, int channel_id,
		  struct web_request *req, void *arg)
{
	struct acceptance *a = create(in, front, channel_id);

	a->req = req;
	a->arg = arg;
	flow_begin(&a->flow, &acceptance_class, a, web_trace(req), ACCEPT_MS, prepare);
}

void accept_begin_bytes(struct ingress *in, const struct front *front, int channel_id,
			void *arg, const char *source, size_t len)
{
	struct acceptance *a = create(in, front, channel_id);
	char trace[FLOW_TRACE_SIZE];

	a->arg = arg;
	a->source = source;
	a->source_len = len;
	crypto_random_hex(trace, FLOW_TRACE_SIZE - 1);
	flow_begin(&a->flow, &acceptance_class, a, trace, ACCEPT_MS, prepare);
}

static void prepare(void *self)
{
	struct acceptance *a = self;
	const struct registry *r = bots_registry(a->in->bots);
	const struct channel *channel = r ? registry_channel(r, a->channel_id) : NULL;

	if (!channel) {
		flow_fail(&a->flow, ERR_TEMP, "the channel is not known any more");
		return;
	}
	if (a->front->prepare(a, channel) < 0) {
		flow_done(&a->flow);
		return;
	}
	a->place = (struct place){ .channel_id = channel->id,
				   .bot_id = channel->bot->id,
				   .mode = channel->mode,
				   .quiet_ms = channel->bot->quiet_ms,
				   .quiet_max_ms = channel->bot->quiet_max_ms,
				   .is_desk = strcmp(channel->kind, "desk") == 0 };
	/* Who reads from us must not see what a crash might undo; who is written to does not,
	 * because couriers wait for the disk before they send. */
	if (channel->mode == DELIVERY_COURIER)
		a->place.visible = ring_bells;
	store(self);
}

/*
 * Hundreds wait for PostgreSQL at once: what is freed now is still in the
 * processor's cache, and what comes next will be put in its place.
 */
static void forget_words(struct acceptance *a)
{
	struct arena *arena = &a->flow.arena;

	a->event = (struct inbound){ .action = a->event.action,
				     .key = arena_str(arena, a->event.key),
				     .chat = arena_str(arena, a->event.chat) };
	arena_free(&a->scratch);
}

static void store(void *self)
{
	struct acceptance *a = self;

	store_accept(&a->in->store, &a->flow, announce, &a->result, &a->place, &a->event);
	forget_words(a);
}

static int kind_of(const struct acceptance *a, enum queue queue)
{
	if (queue == QUEUE_OPERATOR)
		return a->place.is_desk ? OPERATOR_ORDER : OPERATOR_CASE;
	return 1;
}

static void ring(struct acceptance *a, enum queue queue, int64_t job, int wait_ms)
{
	struct doorbell bell = { .job = job,
				 .conversation = a->result.conversation_id,
				 .kind = kind_of(a, queue),
				 .wait_ms = wait_ms };

	if (!job)
		return;
	snprintf(bell.trace, sizeof bell.trace, "%s", a->flow.trace);
	jobs_announce(a->in->redis, queue, &bell);
}

static void ring_bells(void *self)
{
	struct acceptance *a = self;

	if (a->is_rung || a->result.duplicate)
		return;
	a->is_rung = 1;
	ring(a, QUEUE_LLM, a->result.turn_job, a->place.quiet_ms);
	ring(a, QUEUE_DELIVERY, a->result.delivery_job, 0);
	ring(a, QUEUE_OPERATOR, a->result.operator_job, 0);
}

/* What whoever looks at the conversation, or answers in it, has to hear at once. */
static void tell(struct acceptance *a)
{
	const struct accepted *r = &a->result;
	int64_t newest = r->reply_seq ? r->reply_seq : r->seq;
	char topic[LIVE_TOPIC_SIZE];

	if (!a->event.chat)
		return;
	live_topic(topic, a->channel_id, a->event.chat);
	if (a->event.action == INBOUND_STOP)
		live_stop(a->in->redis, topic);
	else if (a->event.action == INBOUND_RESET)
		live_reset(a->in->redis, topic);
	else if (a->event.action == INBOUND_MESSAGE && !r->turn_job)
		live_person_message(a->in->redis, topic, r->seq); /* somebody is answering */
	else if (a->event.action == INBOUND_OPERATOR)
		live_state(a->in->redis, topic, responder_name(r->responder), r->epoch);
	if (!newest || a->place.mode != DELIVERY_NONE)
		return;
	if (a->in->hub)
		hub_expect(a->in->hub, topic); /* should our word get lost */
	live_seq(a->in->redis, topic, newest);
}

static void announce(void *self)
{
	struct acceptance *a = self;

	if (a->is_poison)
		metric_add(&poison_count, 1);
	metric_add(a->result.duplicate ? &duplicate_count : &accepted_count, 1);
	ring_bells(a);
	if (!a->result.duplicate)
		tell(a);
	log_info("accepted channel=%d action=%s duplicate=%d seq=%lld", a->channel_id,
		 inbound_action_name(a->event.action), a->result.duplicate,
		 (long long)a->result.seq);
	a->front->accepted(a);
	flow_done(&a->flow);
}

/*
 * What PostgreSQL will never take would be sent to us again for a day, with its
 * chat waiting behind it.  Its key alone is harmless, and then it is on record.
 */
static int keep_key_only(struct acceptance *a)
{
	struct inbound poor = { .action = INBOUND_IGNORE, .key = a->event.key };

	if (a->flow.err.kind != ERR_PERM || !poor.key || a->is_poison)
		return 0;
	log_error("refused by PostgreSQL channel=%d: %s", a->channel_id, a->flow.err.text);
	a->is_poison = 1;
	a->event = poor;
	flow_recover(&a->flow, ACCEPT_MS);
	store(a);
	return 1;
}

static void give_up(void *self)
{
	struct acceptance *a = self;

	if (keep_key_only(a))
		return;
	metric_add(&failed_count, 1);
	log_warn("not accepted channel=%d: %s", a->channel_id, a->flow.err.text);
	a->front->failed(a, &a->flow.err);
	flow_done(&a->flow);
}

static void acceptance_release(void *self)
{
	struct acceptance *a = self;

	arena_free(&a->scratch);
	free(a);
}

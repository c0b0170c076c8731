/*
 * How a sending ended: what Telegram's answer, or its absence, means for the
 * line.  Until PostgreSQL knows, nothing else of the line is sent.
 */

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/metrics/metrics.h"
#include "services/courier/deliver.h"

enum { RETRY_MIN_MS = 200 };

#define ENDED(result)                                                                          \
	METRIC(METRIC_COUNTER, "tandem_deliveries_total", "result=\"" result "\"",             \
	       "Deliveries by how they ended")

static struct metric sent = ENDED("sent"), failed = ENDED("failed"),
		     uncertain = ENDED("uncertain");
static struct metric waits = METRIC(METRIC_COUNTER, "tandem_delivery_waits_total", "",
				    "Deliveries put back to wait (limits, failures)");
static struct metric send_time = METRIC(METRIC_HISTOGRAM, "tandem_delivery_send_seconds", "",
					"From request to answer of one sending");

static flow_step move, renew_topic, note_topic, note_settled, note_put_back, look_ahead;

void deliver_note_uncertain(int n)
{
	metric_add(&uncertain, n);
}

void deliver_end_head(struct deliver *d, enum delivery_state state, const char *error)
{
	d->state = state;
	d->error = arena_str(&d->flow.arena, error);
	deliver_settle(d);
}

/* --- what came of it ------------------------------------------------------- */

void deliver_act(struct deliver *d, const struct decision *decision)
{
	d->wait_ms = decision->wait_ms;
	d->counts = decision->counts;
	switch (decision->deed) {
	case DEED_SENT:
		deliver_end_head(d, DELIVERY_SENT, NULL);
		return;
	case DEED_FAILED:
	case DEED_UNCERTAIN:
		deliver_end_head(
			d, decision->deed == DEED_FAILED ? DELIVERY_FAILED : DELIVERY_UNCERTAIN,
			d->error);
		return;
	case DEED_PLAIN:
		d->is_plain = 1;
		deliver_take_place(d);
		return;
	case DEED_WORDS:
		if (!parcel_as_document(d))
			parcel_give_up(d);
		deliver_take_place(d);
		return;
	case DEED_TOPIC:
		renew_topic(d);
		return;
	case DEED_MOVE:
		move(d);
		return;
	case DEED_UNREACHABLE:
		d->state = DELIVERY_FAILED;
		store_set_reachable(&d->courier->store, &d->flow, deliver_settle, &d->claim, 0);
		return;
	case DEED_WAIT:
		deliver_put_back(d);
	}
}

void deliver_judge(void *self)
{
	struct deliver *d = self;
	struct attempt attempt = { .stage = d->response.stage,
				   .is_answered = 1,
				   .reply = &d->reply,
				   .failures = deliver_failures(d),
				   .is_plain = d->is_plain,
				   .has_file = d->message.attachment != NULL,
				   .is_about_topic = message_is_about_topic(&d->message) };
	struct decision decision;

	d->is_sending = 0;
	metric_observe_ms(&send_time, (double)(clock_mono_us() - d->asked) / 1000);
	courier_read_reply(&d->reply, &d->flow.arena, &d->response);
	decision = decide(&attempt);
	d->error = decision.deed == DEED_SENT ? NULL : d->reply.description;
	if (d->reply.error_code == 429 && deliver_channel(d))
		rates_flooded(d->courier->rates, deliver_channel(d), d->claim.chat_key,
			      attempt.is_about_topic ? 0 : decision.wait_ms);
	if (d->reply.verdict == TELEGRAM_UNAUTHORIZED)
		log_error("Telegram refuses the token channel=%d", d->claim.channel_id);
	else if (decision.deed != DEED_SENT)
		log_warn("not sent delivery=%lld status=%ld: %s", (long long)d->head.id,
			 d->response.status, d->error ? d->error : "");
	deliver_act(d, &decision);
}

/* A group became a supergroup. */
static void move(void *self)
{
	struct deliver *d = self;
	const char *from = d->claim.chat_key;

	d->claim.chat_key = d->reply.migrate_to;
	store_move_chat(&d->courier->store, &d->flow, deliver_take_place, d->claim.channel_id,
			from, d->reply.migrate_to);
}

/* Somebody deleted the forum's topic; ours are made again. */
static void renew_topic(void *self)
{
	struct deliver *d = self;

	store_renew_topic(&d->courier->store, &d->flow, note_topic, &d->topic, &d->held);
}

static void note_topic(void *self)
{
	struct deliver *d = self;

	if (d->topic.status == TOPIC_FENCED) {
		deliver_give_to_others(d);
		return;
	}
	if (d->topic.status == TOPIC_FOREIGN) {
		deliver_end_head(d, DELIVERY_FAILED, d->error);
		return;
	}
	d->claim.chat_key = d->topic.chat_key;
	d->head = d->topic.head;
	deliver_prepare(d);
}

void deliver_settle(void *self)
{
	struct deliver *d = self;
	struct delivery_result result = { .state = d->state,
					  .error = d->error,
					  .may_move = d->head.kind == DELIVERY_CALL,
					  .visible = look_ahead };

	if (d->state == DELIVERY_SENT)
		result.external_id = d->reply.message_id;
	d->is_settling = 1;
	d->held_since = clock_mono_ms();
	store_settle_delivery(&d->courier->store, &d->flow, note_settled, &d->settled, &d->held,
			      &result);
}

/* When nothing follows, nobody waits for the disk. */
static void look_ahead(void *self)
{
	struct deliver *d = self;

	if (d->settled.head.id == 0)
		return;
	store_flush(&d->courier->store);
	if (!d->settled.chat_key)
		deliver_foresee(d, &d->settled.head);
}

static struct metric *ended_as(enum delivery_state state)
{
	return state == DELIVERY_SENT ? &sent : state == DELIVERY_FAILED ? &failed : &uncertain;
}

static void note_settled(void *self)
{
	struct deliver *d = self;

	d->is_settling = 0;
	d->retry_ms = RETRY_MIN_MS;
	metric_add(ended_as(d->state), 1);
	log_info("settled delivery=%lld %s us=%lld", (long long)d->head.id,
		 ended_as(d->state)->labels, (long long)(clock_mono_us() - d->asked));
	tell_operators(d->courier, &d->settled, d->head.trace);
	if (d->settled.chat_key)
		d->claim.chat_key = d->settled.chat_key;
	if (d->claim.is_group && d->state == DELIVERY_SENT && !d->message.method &&
	    deliver_channel(d))
		preview_close(d->courier, deliver_channel(d), d->claim.chat_key);
	if (d->settled.fenced) {
		deliver_give_to_others(d);
		return;
	}
	if (d->settled.head.id == 0) {
		flow_done(&d->flow);
		return;
	}
	d->head = d->settled.head;
	d->claim.failures = 0;
	deliver_prepare(d);
}

void deliver_put_back(void *self)
{
	struct deliver *d = self;
	struct delivery_wait wait = { d->wait_ms, .failed = d->counts, .error = d->error };

	metric_add(&waits, !d->is_put_back);
	d->is_put_back = 1;
	store_release_delivery(&d->courier->store, &d->flow, note_put_back, &d->fenced,
			       &d->held, &wait);
}

static void note_given(void *self)
{
	struct deliver *d = self;

	flow_done(&d->flow);
}

/* Whoever took the line holds for uncertain what we had of it, also by a call whose answer was
 * lost: but we know that it never left. */
void deliver_give_to_others(void *self)
{
	struct deliver *d = self;

	if (!d->is_given)
		log_warn("lost a line job=%lld", (long long)d->held.job);
	d->is_given = 1;
	store_return_delivery(&d->courier->store, &d->flow, note_given, d->conversation,
			      d->claimant, "the line was lost before it was sent");
}

static void note_put_back(void *self)
{
	struct deliver *d = self;

	if (d->fenced)
		deliver_give_to_others(d);
	else /* what a topic shows has let pass what is behind it */
		deliver_wait_in_line(d, message_is_about_topic(&d->message) ? 0 : d->wait_ms);
}

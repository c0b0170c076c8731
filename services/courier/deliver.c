/*
 * The life of a delivery job: one conversation's line.
 *
 *   claim -> prepare -> (split) -> take_place -> transmit -> judge -> settle
 *   -> prepare the next ...
 *
 * `sending` is committed (by claim or settle) before the bytes leave.  What is
 * known not to have left is put back; what may have arrived is uncertain.
 */

#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/metrics/metrics.h"
#include "services/courier/courier.h"
#include "services/courier/message.h"

enum { DEADLINE_MS = 60000, SEND_MS = 30000, BUSY_MS = 5, UNCONFIGURED_MS = 30000 };
enum { RETRY_MIN_MS = 200, RETRY_MAX_MS = 2000 };
enum {
	SHORT_WAIT_MS = 300, /* held here; a longer wait goes back into the line */
	HOLD_MS = 2000,      /* a longer wait is left to the sweep */
};

#define ENDED(result)                                                                          \
	METRIC(METRIC_COUNTER, "tandem_deliveries_total", "result=\"" result "\"",             \
	       "Deliveries by how they ended")

static struct metric sent = ENDED("sent"), failed = ENDED("failed"),
		     uncertain = ENDED("uncertain");
static struct metric waits = METRIC(METRIC_COUNTER, "tandem_delivery_waits_total", "",
				    "Deliveries put back to wait (limits, failures)");
static struct metric send_time = METRIC(METRIC_HISTOGRAM, "tandem_delivery_send_seconds", "",
					"From request to answer of one sending");

struct deliver {
	struct flow flow;
	struct courier *courier;
	char entry[48];

	struct delivery_claim claim;
	struct delivery_held held; /* our job, the head and the claim */
	struct outgoing head;      /* being sent */
	struct message_out message;
	int is_claimed; /* the job is ours, and its head is marked as sending */

	int is_plain, wait_ms, retry_ms;
	int64_t asked, claimant;
	struct http_response response;
	struct telegram_reply reply;
	struct delivery_settled settled;

	/* how the head ended, kept until PostgreSQL has it */
	enum delivery_state state;
	const char *error;
	int fenced, counts, is_sending, is_settling, is_unsure;
};

static flow_step claim, examine, prepare, note_split, take_place, check_place, transmit, judge,
	move, settle, note_settled, put_back, note_put_back, went_wrong, deliver_release;

static const struct flow_class deliver_class = { "deliver", went_wrong, deliver_release };

void deliver_begin(void *arg, const struct doorbell *bell, const char *entry_id)
{
	struct deliver *d = calloc(1, sizeof *d);

	if (!d)
		abort();
	d->courier = arg;
	d->claimant = ++d->courier->claimants;
	d->held = (struct delivery_held){ .job = bell->job, .claim = &d->claim };
	d->retry_ms = RETRY_MIN_MS;
	snprintf(d->entry, sizeof d->entry, "%s", entry_id);
	flow_begin(&d->flow, &deliver_class, d, bell->trace, DEADLINE_MS, claim);
}

static const struct channel *channel_of(const struct deliver *d)
{
	return registry_channel(bots_registry(d->courier->bots), d->claim.channel_id);
}

/* --- claiming -------------------------------------------------------------- */

static void claim(void *self)
{
	struct deliver *d = self;
	struct delivery_wanted wanted = { d->held.job, d->claimant,
					  jobs_worker(d->courier->jobs), d->is_unsure };

	store_claim_delivery(&d->courier->store, &d->flow, examine, &d->claim, &wanted);
}

static void wait_in_line(struct deliver *d, int ms)
{
	d->is_claimed = d->is_unsure = 0;
	if (ms <= HOLD_MS)
		flow_sleep(&d->flow, claim, ms);
	else
		flow_done(&d->flow);
}

static void examine(void *self)
{
	struct deliver *d = self;

	d->retry_ms = RETRY_MIN_MS;
	switch (d->claim.status) {
	case CLAIM_BUSY:
		flow_sleep(&d->flow, claim, BUSY_MS);
		return;
	case CLAIM_EARLY:
		wait_in_line(d, d->claim.wait_ms);
		return;
	case CLAIM_GONE:
	case CLAIM_VOID:
		flow_done(&d->flow);
		return;
	case CLAIM_OK:
		break;
	}
	if (d->claim.uncertain > 0)
		log_warn("found deliveries of a dead courier uncertain=%d conversation=%lld",
			 d->claim.uncertain, (long long)d->claim.conversation_id);
	metric_add(&uncertain, d->claim.uncertain);
	d->is_claimed = 1;
	d->is_unsure = 0;
	d->head = d->claim.head;
	prepare(d);
}

/* --- making the message ---------------------------------------------------- */

static void end_head(struct deliver *d, enum delivery_state state, const char *error)
{
	d->state = state;
	d->error = arena_str(&d->flow.arena, error);
	settle(d);
}

static void prepare(void *self)
{
	struct deliver *d = self;

	flow_extend(&d->flow, DEADLINE_MS);
	d->is_plain = 0;
	d->held.delivery = d->head.id;
	message_make(&d->message, &d->flow.arena, &d->head);
	if (!channel_of(d) || !channel_of(d)->token) {
		log_error("cannot deliver: channel=%d has no token here", d->claim.channel_id);
		d->wait_ms = UNCONFIGURED_MS;
		d->counts = 0;
		d->error = "the channel is not configured here";
		put_back(d);
	} else if (d->message.callback) {
		transmit(d);
	} else if (!d->message.part.plain) {
		end_head(d, DELIVERY_FAILED, "nothing to send");
	} else if (d->message.parts) {
		store_split_delivery(&d->courier->store, &d->flow, note_split, &d->fenced,
				     &d->held, d->message.parts);
	} else {
		take_place(d);
	}
}

static void note_split(void *self)
{
	struct deliver *d = self;

	if (d->fenced)
		flow_done(&d->flow);
	else
		take_place(d);
}

/* --- sending --------------------------------------------------------------- */

static void take_place(void *self)
{
	struct deliver *d = self;

	rates_take(d->courier->rates, &d->flow, check_place, &d->wait_ms, channel_of(d),
		   d->claim.chat_key, d->claim.is_group);
}

static void check_place(void *self)
{
	struct deliver *d = self;

	if (d->wait_ms == 0) {
		transmit(d);
	} else if (d->wait_ms <= SHORT_WAIT_MS) {
		flow_sleep(&d->flow, take_place, d->wait_ms);
	} else {
		d->error = "rate";
		d->counts = 0;
		put_back(d);
	}
}

static void transmit(void *self)
{
	struct deliver *d = self;
	const struct channel *ch = channel_of(d);

	if (!ch || !ch->token) { /* somebody changed the bots meanwhile */
		prepare(d);
		return;
	}
	d->asked = clock_mono_us();
	d->is_sending = 1;
	courier_call(d->courier, &d->flow, judge, &d->response,
		     &(struct call){ .channel = ch,
				     .method = message_method(&d->message),
				     .body = message_body(&d->flow.arena, &d->message,
							  d->claim.chat_key, d->is_plain),
				     .timeout_ms = SEND_MS });
}

/* --- what came of it ------------------------------------------------------- */

static void act(struct deliver *d, const struct decision *decision)
{
	d->wait_ms = decision->wait_ms;
	d->counts = decision->counts;
	switch (decision->deed) {
	case DEED_SENT:
		end_head(d, DELIVERY_SENT, NULL);
		return;
	case DEED_FAILED:
	case DEED_UNCERTAIN:
		end_head(d,
			 decision->deed == DEED_FAILED ? DELIVERY_FAILED : DELIVERY_UNCERTAIN,
			 d->error);
		return;
	case DEED_PLAIN:
		d->is_plain = 1;
		take_place(d);
		return;
	case DEED_MOVE:
		move(d);
		return;
	case DEED_UNREACHABLE:
		d->state = DELIVERY_FAILED;
		store_set_reachable(&d->courier->store, &d->flow, settle, &d->claim, 0);
		return;
	case DEED_WAIT:
		put_back(d);
	}
}

static void judge(void *self)
{
	struct deliver *d = self;
	struct attempt attempt = { .stage = d->response.stage,
				   .is_answered = 1,
				   .reply = &d->reply,
				   .failures = d->claim.failures,
				   .is_plain = d->is_plain };
	struct decision decision;

	d->is_sending = 0;
	metric_observe_ms(&send_time, (double)(clock_mono_us() - d->asked) / 1000);
	telegram_read_reply(&d->reply, &d->flow.arena, d->response.status, d->response.body,
			    d->response.len);
	decision = decide(&attempt);
	d->error = decision.deed == DEED_SENT ? NULL : d->reply.description;
	if (d->reply.error_code == 429 && channel_of(d))
		rates_flooded(d->courier->rates, channel_of(d));
	if (d->reply.verdict == TELEGRAM_UNAUTHORIZED)
		log_error("Telegram refuses the token channel=%d", d->claim.channel_id);
	else if (decision.deed != DEED_SENT)
		log_warn("not sent delivery=%lld status=%ld: %s", (long long)d->head.id,
			 d->response.status, d->error ? d->error : "");
	act(d, &decision);
}

/* A group became a supergroup. */
static void move(void *self)
{
	struct deliver *d = self;
	const char *from = d->claim.chat_key;

	d->claim.chat_key = d->reply.migrate_to;
	store_move_chat(&d->courier->store, &d->flow, take_place, d->claim.channel_id, from,
			d->reply.migrate_to);
}

static void settle(void *self)
{
	struct deliver *d = self;
	struct delivery_result result = { .state = d->state, .error = d->error };

	if (d->state == DELIVERY_SENT)
		result.external_id = d->reply.message_id;
	d->is_settling = 1;
	store_settle_delivery(&d->courier->store, &d->flow, note_settled, &d->settled, &d->held,
			      &result);
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
	if (d->claim.is_group && d->state == DELIVERY_SENT && !d->message.callback &&
	    channel_of(d))
		preview_close(d->courier, channel_of(d), d->claim.chat_key);
	if (d->settled.fenced || d->settled.head.id == 0) {
		flow_done(&d->flow);
		return;
	}
	d->head = d->settled.head;
	d->claim.failures = 0;
	prepare(d);
}

static void put_back(void *self)
{
	struct deliver *d = self;
	struct delivery_wait wait = { d->wait_ms, .failed = d->counts, .error = d->error };

	metric_add(&waits, 1);
	store_release_delivery(&d->courier->store, &d->flow, note_put_back, &d->fenced,
			       &d->held, &wait);
}

static void note_put_back(void *self)
{
	struct deliver *d = self;

	if (d->fenced)
		flow_done(&d->flow);
	else
		wait_in_line(d, d->wait_ms);
}

/* --- failures -------------------------------------------------------------- */

/*
 * PostgreSQL is away.  While our lease is alive nobody else works on this line,
 * so it is never given up: what happened is told when the server is back.
 */
static void tell_later(struct deliver *d, flow_step *step)
{
	log_warn("will try again job=%lld: %s", (long long)d->held.job, d->flow.err.text);
	flow_recover(&d->flow, DEADLINE_MS);
	flow_sleep(&d->flow, step, d->retry_ms);
	d->retry_ms = d->retry_ms * 2 > RETRY_MAX_MS ? RETRY_MAX_MS : d->retry_ms * 2;
}

static void lost_answer(struct deliver *d)
{
	struct attempt attempt = { .stage = d->response.stage, .failures = d->claim.failures };
	struct decision decision = decide(&attempt);

	d->is_sending = 0;
	d->error = arena_str(&d->flow.arena, d->flow.err.text);
	log_warn("no answer delivery=%lld: %s", (long long)d->head.id, d->error);
	flow_recover(&d->flow, DEADLINE_MS);
	act(d, &decision);
}

static void went_wrong(void *self)
{
	struct deliver *d = self;

	if (d->is_sending) {
		lost_answer(d);
	} else if (d->is_settling) {
		tell_later(d, settle);
	} else if (d->is_claimed) {
		d->wait_ms = d->retry_ms;
		d->counts = 0;
		tell_later(d, put_back);
	} else { /* the claim may have succeeded */
		d->is_unsure = 1;
		tell_later(d, claim);
	}
}

static void deliver_release(void *self)
{
	struct deliver *d = self;

	jobs_settle(d->courier->jobs, d->entry);
	free(d);
}

/*
 * The life of a delivery job: one conversation's line.
 *
 *   claim -> prepare -> (split) -> take_place -> (fetch) -> transmit -> judge -> settle
 *   -> prepare the next ...
 *
 * `sending` is on disk (by claim or deliver_settle) before the bytes leave.  While
 * the disk works, a place is asked for and the message is made.  What is known not
 * to have left is put back; what may have arrived is uncertain.  Who was stopped for
 * so long that others may have gone on with the line sends nothing more of it.
 */

#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/metrics/metrics.h"
#include "services/courier/deliver.h"

enum {
	DEADLINE_MS = 60000,
	SEND_MS = 30000,
	TOPIC_MS = 5000, /* it may be asked again, and words wait behind it */
	UPLOAD_MS = 120000,
	BUSY_MS = 5,
	UNCONFIGURED_MS = 30000,
	LEASE_WAIT_MS = 100
};
enum { RETRY_MIN_MS = 200, RETRY_MAX_MS = 2000 };
enum { FETCHES_MAX = 3, FETCH_AGAIN_MS = 500 };
enum {
	SHORT_WAIT_MS = 300, /* held here; a longer wait goes back into the line */
	HOLD_MS = 2000,      /* a longer wait is left to the sweep */
};

static flow_step claim, foresee, examine, note_split, check_place, went_wrong, deliver_release;

static const struct flow_class deliver_class = { "deliver", went_wrong, deliver_release };

void deliver_begin(void *arg, const struct doorbell *bell)
{
	struct deliver *d = calloc(1, sizeof *d);

	if (!d)
		abort();
	d->courier = arg;
	d->claimant = ++d->courier->claimants;
	d->conversation = bell->conversation;
	d->held = (struct delivery_held){ .job = bell->job, .claim = &d->claim };
	d->retry_ms = RETRY_MIN_MS;
	flow_begin(&d->flow, &deliver_class, d, bell->trace, DEADLINE_MS, claim);
}

const struct channel *deliver_channel(const struct deliver *d)
{
	return registry_channel(bots_registry(d->courier->bots), d->claim.channel_id);
}

int deliver_failures(const struct deliver *d)
{
	return message_is_about_topic(&d->message) ? d->message.tries : d->claim.failures;
}

/* --- claiming -------------------------------------------------------------- */

/* A line may never drain: nothing of an earlier round is needed, and none of it kept. */
static void forget_round(struct deliver *d)
{
	d->error = NULL;
	d->piece.room = NULL;
	arena_free(&d->flow.arena);
}

static void claim(void *self)
{
	struct deliver *d = self;
	struct delivery_wanted wanted = { .job = d->held.job,
					  .claimant = d->claimant,
					  .worker = jobs_worker(d->courier->jobs),
					  .unsure = d->is_unsure,
					  .visible = foresee };

	forget_round(d);
	d->held_since = clock_mono_ms();
	store_claim_delivery(&d->courier->store, &d->flow, examine, &d->claim, &wanted);
}

static void forget_place(struct deliver *d)
{
	if (d->taking)
		rates_forget(d->taking);
	d->taking = NULL;
}

/* A place that will not be needed after all is no great loss. */
static void ask_place(struct deliver *d, const struct outgoing *head)
{
	const struct channel *ch = deliver_channel(d);

	forget_place(d);
	if (head->id && head->seq && ch && ch->token)
		d->taking =
			rates_ask(d->courier->rates, ch, d->claim.chat_key, d->claim.is_group);
}

/* The place first: that question travels while the message is made. */
void deliver_foresee(struct deliver *d, const struct outgoing *head)
{
	ask_place(d, head);
	message_make(&d->next, &d->flow.arena, head);
	d->made = head->id;
	d->body = d->next.fault || d->next.attachment
			  ? NULL
			  : message_body(&d->flow.arena, &d->next, d->claim.chat_key, 0);
}

static void foresee(void *self)
{
	struct deliver *d = self;

	if (d->claim.status == CLAIM_OK)
		deliver_foresee(d, &d->claim.head);
}

void deliver_wait_in_line(struct deliver *d, int ms)
{
	d->is_claimed = d->is_unsure = d->is_put_back = 0;
	if (ms <= HOLD_MS)
		flow_sleep(&d->flow, claim, ms);
	else
		flow_done(&d->flow);
}

/* If it was ours by a claim whose answer was lost. */
static int is_lost(enum claim status)
{
	return status == CLAIM_GONE || status == CLAIM_EARLY;
}

static void examine(void *self)
{
	struct deliver *d = self;

	d->retry_ms = RETRY_MIN_MS;
	if (d->is_unsure && is_lost(d->claim.status)) {
		deliver_give_to_others(d);
		return;
	}
	switch (d->claim.status) {
	case CLAIM_BUSY:
		flow_sleep(&d->flow, claim, BUSY_MS);
		return;
	case CLAIM_EARLY:
		deliver_wait_in_line(d, d->claim.wait_ms);
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
	deliver_note_uncertain(d->claim.uncertain);
	d->is_claimed = 1;
	d->is_unsure = 0;
	d->head = d->claim.head;
	deliver_prepare(d);
}

/* --- making the message ---------------------------------------------------- */

static const char *kind_of(const struct message_out *m)
{
	return json_string_value(json_object_get(m->attachment, "kind"));
}

/* Acknowledging a button counts towards no limit, and cannot wait. */
static int is_free(const struct message_out *m)
{
	return m->method && strcmp(m->method, "answerCallbackQuery") == 0;
}

static void take_message(struct deliver *d)
{
	if (d->made && d->made == d->head.id) {
		d->message = d->next;
	} else {
		message_make(&d->message, &d->flow.arena, &d->head);
		d->body = NULL;
	}
	d->made = 0;
}

void deliver_prepare(void *self)
{
	struct deliver *d = self;

	flow_extend(&d->flow, DEADLINE_MS);
	d->is_plain = 0;
	d->held.delivery = d->head.id;
	parcel_drop(d);
	take_message(d);
	if (d->message.attachment && !telegram_media(kind_of(&d->message)))
		parcel_give_up(d);
	if (!deliver_channel(d) || !deliver_channel(d)->token) {
		log_error("cannot deliver: channel=%d has no token here", d->claim.channel_id);
		d->wait_ms = UNCONFIGURED_MS;
		d->counts = 0;
		d->error = "the channel is not configured here";
		deliver_put_back(d);
	} else if (d->message.is_void) {
		d->reply = (struct telegram_reply){ 0 };
		deliver_end_head(d, DELIVERY_SENT, NULL);
	} else if (d->message.fault) {
		deliver_end_head(d, DELIVERY_FAILED, d->message.fault);
	} else if (is_free(&d->message)) {
		deliver_transmit(d);
	} else if (d->message.parts) {
		store_split_delivery(&d->courier->store, &d->flow, note_split, &d->fenced,
				     &d->held, d->message.parts);
	} else {
		deliver_take_place(d);
	}
}

static void note_split(void *self)
{
	struct deliver *d = self;

	if (d->fenced)
		deliver_give_to_others(d);
	else
		deliver_take_place(d);
}

/* --- sending --------------------------------------------------------------- */

void deliver_take_place(void *self)
{
	struct deliver *d = self;
	struct taking *asked = d->taking;

	d->taking = NULL;
	if (asked)
		rates_hear(asked, &d->flow, check_place, &d->wait_ms);
	else
		rates_take(d->courier->rates, &d->flow, check_place, &d->wait_ms,
			   deliver_channel(d), d->claim.chat_key, d->claim.is_group);
}

static void check_place(void *self)
{
	struct deliver *d = self;

	if (d->wait_ms == 0 && parcel_is_foreign(d)) {
		parcel_fetch(d);
	} else if (d->wait_ms == 0) {
		deliver_transmit(d);
	} else if (d->wait_ms <= SHORT_WAIT_MS) {
		flow_sleep(&d->flow, deliver_take_place, d->wait_ms);
	} else {
		d->error = "rate";
		d->counts = 0;
		deliver_put_back(d);
	}
}

/* It is put back, unless somebody has taken it. */
static void give_up_line(struct deliver *d)
{
	log_warn("held a line for too long job=%lld", (long long)d->held.job);
	d->error = "the lease ran out";
	d->wait_ms = LEASE_WAIT_MS;
	d->counts = 0;
	deliver_put_back(d);
}

int deliver_may_send(void *arg)
{
	const struct deliver *d = arg;

	return jobs_held_since(d->courier->jobs, d->held_since);
}

/* A connection may take its time, so it is asked again when there is one. */
void deliver_transmit(void *self)
{
	struct deliver *d = self;
	const struct channel *ch = deliver_channel(d);
	const char *body = d->body;

	if (!deliver_may_send(d)) {
		give_up_line(d);
		return;
	}
	if (!ch || !ch->token) { /* somebody changed the bots meanwhile */
		deliver_prepare(d);
		return;
	}
	d->body = NULL;
	d->asked = clock_mono_us();
	d->is_sending = 1;
	flow_extend(&d->flow, DEADLINE_MS); /* the place may have been long in coming */
	if (parcel_is_upload(d)) {
		parcel_upload(d, deliver_judge, UPLOAD_MS);
		return;
	}
	courier_call(
		d->courier, &d->flow, deliver_judge, &d->response,
		&(struct call){ .channel = ch,
				.method = message_method(&d->message),
				.body = body ? body
					     : message_body(&d->flow.arena, &d->message,
							    d->claim.chat_key, d->is_plain),
				.timeout_ms = message_is_about_topic(&d->message) ? TOPIC_MS
										  : SEND_MS,
				.may_leave = deliver_may_send,
				.may_leave_arg = d });
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
	struct attempt attempt = { .stage = d->response.stage,
				   .failures = deliver_failures(d),
				   .is_about_topic = message_is_about_topic(&d->message) };
	struct decision decision = decide(&attempt);

	d->is_sending = 0;
	d->error = arena_str(&d->flow.arena, d->flow.err.text);
	log_warn("no answer delivery=%lld: %s", (long long)d->head.id, d->error);
	flow_recover(&d->flow, DEADLINE_MS);
	if (attempt.stage == HTTP_NOT_SENT && !deliver_may_send(d))
		give_up_line(d);
	else
		deliver_act(d, &decision);
}

/* The bot that has the file, or the way to it, is in trouble: not for long, or not with us. */
static void lost_file(struct deliver *d)
{
	int is_sure = parcel_is_ours(d) && !d->has_no_room; /* PostgreSQL comes back */
	int is_hopeless = d->flow.err.kind == ERR_PERM ||
			  (!is_sure && d->claim.failures >= FETCHES_MAX - 1);

	log_warn("file not fetched delivery=%lld: %s", (long long)d->head.id, d->flow.err.text);
	d->error = arena_str(&d->flow.arena, d->flow.err.text);
	flow_recover(&d->flow, DEADLINE_MS);
	parcel_drop(d);
	if (is_hopeless) {
		parcel_give_up(d);
		deliver_transmit(d);
		return;
	}
	d->wait_ms = is_sure ? FETCH_AGAIN_MS : FETCH_AGAIN_MS << d->claim.failures;
	d->counts = !is_sure;
	deliver_put_back(d);
}

static void went_wrong(void *self)
{
	struct deliver *d = self;

	forget_place(d);
	d->made = 0;
	if (d->is_sending) {
		lost_answer(d);
	} else if (d->is_fetching) {
		lost_file(d);
	} else if (d->is_settling) {
		tell_later(d, deliver_settle);
	} else if (d->is_given) {
		tell_later(d, deliver_give_to_others);
	} else if (d->is_put_back) {
		tell_later(d, deliver_put_back);
	} else if (d->is_claimed) {
		d->wait_ms = d->retry_ms;
		d->counts = 0;
		tell_later(d, deliver_put_back);
	} else { /* the claim may have succeeded */
		d->is_unsure = 1;
		tell_later(d, claim);
	}
}

static void deliver_release(void *self)
{
	struct deliver *d = self;

	parcel_drop(d);
	forget_place(d);
	jobs_settle(d->courier->jobs);
	free(d);
}

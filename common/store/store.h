#pragma once

#include <jansson.h>
#include <stdint.h>

#include "common/inbound/inbound.h"
#include "common/pg/pg.h"
#include "common/store/codes.h"

/*
 * Everything we know, by subject.  Each function is one call of one SQL
 * function (schema/), complete in itself; the flow goes on at `next` with *out
 * filled in, its strings in the flow's arena.
 *
 * `durable` is for what must survive a crash of the server; `relaxed` for
 * claims and reads, which may be lost because they can be done again.
 *
 * Where there is a `visible`, it is called when *out is filled in and others can
 * see what was done, although a crash may still undo it (struct pg_call): the
 * moment for doorbells, but not for anything that people are told.  It may be
 * left out: then the next step comes first.
 */

struct store {
	struct pg *durable, *relaxed;
};

/*
 * Where a group of calls locks rows it does so in the order of this key: a hash
 * of the conversation's place, known to everyone who touches it.  Who still goes
 * by the place a chat has just moved away from may be out of order for that
 * moment; should two then block each other, the server undoes one group, whose
 * calls are sent again one by one.
 */
uint64_t store_order(int channel_id, const char *chat_key);

/* --- accept --------------------------------------------------------------- */

struct accepted {
	int duplicate;           /* seen before: nothing was done; seq is the first time's */
	int64_t conversation_id; /* 0 if the event concerns none */
	int64_t seq;             /* of the person's message, 0 if none was stored */
	int64_t reply_seq;       /* of the platform's answer, 0 if none */
	int64_t turn_job;        /* to be announced on QUEUE_LLM; 0: nothing to announce */
	int64_t delivery_job;    /* to be announced on QUEUE_DELIVERY; 0 */
	int64_t operator_job;    /* to be announced on QUEUE_OPERATOR; 0 */
	enum responder responder;
	int epoch;
	int stopped; /* INBOUND_STOP: there was something to stop */
};

struct place { /* of an event: from the registry of bots */
	int channel_id, bot_id;
	enum delivery_mode mode;
	int quiet_ms, quiet_max_ms; /* the pause that ends a person's thought, and its bound */
	int is_desk;                /* operators talk to us there */
	flow_step *visible;         /* or NULL */
};

void store_accept(struct store *s, struct flow *f, flow_step *next, struct accepted *out,
		  const struct place *place, const struct inbound *event);

/* --- turns ---------------------------------------------------------------- */

enum claim { CLAIM_OK = 0, CLAIM_GONE = 1, CLAIM_BUSY = 2, CLAIM_EARLY = 3, CLAIM_VOID = 4 };

struct turn_claim {
	enum claim status;
	int wait_ms; /* for CLAIM_EARLY */
	int attempt, failures, epoch;
	int64_t conversation_id, first_seq, last_seq;
	int channel_id, bot_id, is_group, stop, lang_chosen;
	const char *chat_key, *lang, *title; /* lang and title may be NULL */
	const char *trace;
	const char *history; /* JSON [[seq, author, body, extra|null], ...], oldest first; NULL
				if void */
};

/*
 * attempt: CLAIM_NEW; or the holder's, which asks for what came since; or
 * CLAIM_UNSURE after a new claim whose answer was lost: it may have succeeded,
 * and nobody else would ever work on it.
 */
enum { CLAIM_NEW = 0, CLAIM_UNSURE = -1 };

struct turn_wanted {
	int64_t job;
	int attempt, worker, history_messages;
};

void store_claim_turn(struct store *s, struct flow *f, flow_step *next, struct turn_claim *out,
		      const struct turn_wanted *wanted);

struct turn_result {
	enum turn_outcome outcome;
	const char *body;                            /* Markdown; NULL publishes nothing */
	const char *extra;                           /* JSON text or NULL */
	const char *provider, *model, *error;        /* NULL if none */
	int tokens_in, tokens_out, tokens_estimated; /* -1: unknown */
	int first_token_ms, total_ms;                /* -1: unknown */
	/* TURN_HANDED: why (schema/0012_desk.sql), and in whose words.  The body is then what
	 * the bot says if there are no operators; without one the turn goes on. */
	const char *handoff_reason, *handoff_detail;
	flow_step *visible; /* or NULL; with it nobody hurries for the end */
};

enum turn_end {
	TURN_PUBLISHED = 0,
	TURN_FENCED = 1,
	TURN_DROPPED = 2,
	TURN_KEPT = 3,
	TURN_HANDED_OVER = 4,
	TURN_ALONE = 5 /* there are no operators: the turn is still ours */
};

struct turn_finished {
	enum turn_end status;
	int64_t reply_seq;    /* 0 if nothing was published */
	int64_t delivery_job; /* to be announced; 0 */
	int next_ready;       /* the same job is ready again: announce it */
	int64_t operator_job; /* to be announced on QUEUE_OPERATOR; 0 */
};

void store_finish_turn(struct store *s, struct flow *f, flow_step *next,
		       struct turn_finished *out, int64_t job, const struct turn_claim *claim,
		       const struct turn_result *result);

/* --- deliveries ----------------------------------------------------------- */

struct outgoing {
	int64_t id; /* 0: nothing left, and the job is gone */
	enum delivery_kind kind;
	int64_t seq;
	enum author author;
	const char *body;    /* Markdown, for DELIVERY_MESSAGE */
	const char *extra;   /* JSON text of the message, or NULL */
	const char *payload; /* JSON text, or NULL */
	const char *trace;
};

struct delivery_claim {
	enum claim status; /* CLAIM_VOID: nothing to send, and the job is gone */
	int wait_ms, attempt, failures;
	int64_t conversation_id;
	int channel_id, is_group;
	int uncertain; /* deliveries the last holder took to its grave */
	const char *chat_key, *lang;
	struct outgoing head; /* marked as sending */
};

struct delivery_wanted {
	int64_t job, claimant; /* claimant: a flow's number, that no other has */
	int worker, unsure; /* unsure: after a claim whose answer was lost; see CLAIM_UNSURE */
	flow_step *visible; /* or NULL */
};

void store_claim_delivery(struct store *s, struct flow *f, flow_step *next,
			  struct delivery_claim *out, const struct delivery_wanted *wanted);

struct delivery_held { /* what the calls below are about; fenced by the claim's attempt */
	int64_t job, delivery;
	const struct delivery_claim *claim;
};

struct delivery_result {
	enum delivery_state state; /* DELIVERY_SENT, _FAILED or _UNCERTAIN */
	const char *external_id;   /* NULL if none */
	const char *error;         /* NULL if none */
	int may_move;              /* the line may get another key */
	flow_step *visible;        /* or NULL; with it nobody hurries for the end, but who then
				      finds that there is a head asks for it: store_flush() */
};

struct delivery_settled {
	int fenced;
	const char *chat_key; /* the line goes on under this key; NULL: as before */
	int64_t operator_job; /* to be announced on QUEUE_OPERATOR; 0; -1: look again */
	int64_t operator_conversation; /* which that job is about */
	struct outgoing head;          /* the next one, marked as sending */
};

void store_settle_delivery(struct store *s, struct flow *f, flow_step *next,
			   struct delivery_settled *out, const struct delivery_held *held,
			   const struct delivery_result *result);

struct delivery_wait {
	int delay_ms;
	int failed; /* counts as a failure of the job */
	const char *error;
};

/* Nothing was sent: the line waits. */
void store_release_delivery(struct store *s, struct flow *f, flow_step *next, int *fenced,
			    const struct delivery_held *held, const struct delivery_wait *wait);

/* The line is another's by now, but nothing of the claimant's is under way: what it had is sent
 * after all, unless something newer was faster; then it has failed, of `error`. */
void store_return_delivery(struct store *s, struct flow *f, flow_step *next,
			   int64_t conversation, int64_t claimant, const char *error);

/* parts: JSON array; the first becomes this delivery's payload, the others follow it. */
void store_split_delivery(struct store *s, struct flow *f, flow_step *next, int *fenced,
			  const struct delivery_held *held, const char *parts);

enum topic_end { TOPIC_RENEWED = 0, TOPIC_FOREIGN = 1, TOPIC_FENCED = 2 };

struct topic_renewed {
	enum topic_end status;
	const char *chat_key;
	struct outgoing head; /* the call that makes the topic, marked as sending */
};

/* The topic of the line was deleted: what was refused is put back, and waits for a new one. */
void store_renew_topic(struct store *s, struct flow *f, flow_step *next,
		       struct topic_renewed *out, const struct delivery_held *held);

/* The person blocked us (0) or is back (1). */
void store_set_reachable(struct store *s, struct flow *f, flow_step *next,
			 const struct delivery_claim *claim, int reachable);

/* The chat goes on under another key. */
void store_move_chat(struct store *s, struct flow *f, flow_step *next, int channel_id,
		     const char *from, const char *to);

/* --- jobs and workers ----------------------------------------------------- */

void store_register_worker(struct store *s, struct flow *f, flow_step *next, int *worker,
			   enum queue queue, const char *name, int ttl_ms);
void store_renew_worker(struct store *s, struct flow *f, flow_step *next, int *known,
			int worker, int ttl_ms, int in_flight);
void store_release_worker(struct store *s, struct flow *f, flow_step *next, int worker);
void store_bury_job(struct store *s, struct flow *f, flow_step *next, int *fenced, int64_t job,
		    int attempt, const char *error);

struct swept {
	int n, buried;
	struct swept_job {
		int64_t id, conversation_id;
		int kind, buried;
		const char *trace;
	} * jobs;
};

void store_sweep(struct store *s, struct flow *f, flow_step *next, struct swept *out,
		 enum queue queue, int limit, int max_attempts);

/* Whatever can be seen is wanted on disk now. */
void store_flush(struct store *s);

/* --- reading -------------------------------------------------------------- */

struct message {
	int64_t seq;
	enum author author;
	const char *body, *extra, *created_at; /* ISO 8601, UTC */
	const char *external_id;               /* the channel's, of a person's message */
};

struct message_page {
	int64_t conversation_id; /* 0: nobody has written there yet */
	int64_t last_seq;
	int epoch;
	enum responder responder;
	const char *state; /* JSON text of person_state(), or NULL */
	int n;
	struct message *messages; /* oldest first */
};

struct messages_wanted {
	int channel_id;
	const char *chat_key;
	int64_t after; /* messages with a greater seq, the oldest of them; < 0: the newest */
	int limit;
};

void store_messages(struct store *s, struct flow *f, flow_step *next, struct message_page *out,
		    const struct messages_wanted *wanted);

/* Channels of DELIVERY_FETCH: what was not fetched yet, each once. */
void store_fetch(struct store *s, struct flow *f, flow_step *next, struct message_page *out,
		 int channel_id, const char *chat_key, int limit);

struct passage {
	const char *slug, *lang, *title, *body, *url;
	double rank;
};

struct passages {
	int n;
	struct passage *items; /* best first */
};

struct passages_wanted {
	int bot_id;
	const char *lang; /* "ru" or "en" is preferred, the other may answer too */
	const char *text;
	int limit;
};

/* Full-text search over the bot's articles. */
void store_search(struct store *s, struct flow *f, flow_step *next, struct passages *out,
		  const struct passages_wanted *wanted);

struct queue_depth {
	enum queue queue;
	int64_t ready, running, dead, workers;
	double oldest_s; /* age of the oldest ready job that is due */
};

struct depths {
	int n;
	struct queue_depth items[8];
	int64_t deliveries_pending, deliveries_uncertain;
	int64_t waiting, held, on_duty, free; /* as desk_load() in schema/0014_relay.sql */
	double waiting_oldest_s;
};

void store_depths(struct store *s, struct flow *f, flow_step *next, struct depths *out);

/* All bots and channels, as one JSON text:
 * [{"id","name","revision","spec","channels":[{"id","kind","name","delivery","spec"}]}] */
void store_bots(struct store *s, struct flow *f, flow_step *next, const char **json);

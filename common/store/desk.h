#pragma once

#include "common/store/store.h"

/*
 * What operators order (schema/0019_orders.sql), and what operator-relay asks
 * (0020_looks.sql).  An order is complete in itself and happens once: the
 * console and the desk in Telegram give the same ones, by this one call.
 * Whoever made it tells the others with desk_tell() (common/desk/desk.h).
 */

enum desk_status {
	DESK_OK,
	DESK_AGAIN,     /* the same order was given before; its results then */
	DESK_TAKEN,     /* somebody else has the chat: `holder` */
	DESK_NOT_YOURS, /* likewise, and only they may do this */
	DESK_NO_CHAT,   /* no such conversation, or nobody called a human there */
	DESK_FULL,      /* as many chats as they can have */
	DESK_OFF_DUTY,
	DESK_COLLEAGUE_FULL, /* whom it was to be handed to */
	DESK_COLLEAGUE_OFF,
	DESK_DISABLED,   /* an administrator has to enable them first */
	DESK_NO_MESSAGE, /* what it answers is not in this conversation, or nobody's words */
	DESK_BAD         /* there is nothing that this could be about */
};

/* "ok", "taken", ...: as APIs say it. */
const char *desk_status_name(enum desk_status status);

/*
 * verb and args:
 *   take {"force"?}   skip {}   return {}   close {}   transfer {"operator"?}
 *   say {"text", "extra"?, "reply_to"?: {"seq"}}   edit {"seq","text"}   note {"text"}
 *   say {"files", "text"?}   say {"again": seq}: a message of theirs once more, with its files
 *   use {"suggestion","text"?,"reply_to"?}   discard {"suggestion"}   read {"seq"}   select {}
 *   duty {"on"}: conversation 0   call {"detail"?}: the platform's API alone
 * extra: {"via":"telegram"} says that they see it there already; else it is relayed to their
 * desk.
 */
struct desk_order {
	int operator_id; /* 0: the platform's own API, which may call, return and close */
	const char *verb;
	int64_t conversation; /* the client's */
	const char
		*key; /* the order's own id, unique for the operator; NULL: may happen twice */
	const json_t *args; /* borrowed until the call returns; NULL: {} */
};

struct desk_done {
	enum desk_status status;
	int64_t conversation_id, handoff_id; /* 0: none */
	int64_t seq; /* of the newest message it made, or the note's id; 0: none */
	int epoch, channel_id, holder_id;
	enum responder responder;
	const char *holder, *chat_key; /* holder: whose chat it is now; NULL: nobody's */
	int64_t delivery_job, operator_job, llm_job, duty_job; /* to be announced; 0 */
};

void store_desk(struct store *s, struct flow *f, flow_step *next, struct desk_done *out,
		const struct desk_order *order);

/* --- operator-relay ---------------------------------------------------------- */

struct case_claim {
	enum claim status; /* CLAIM_VOID: nothing to show, and the job is at rest */
	int wait_ms, attempt, failures, epoch, channel_id, place;
	int64_t conversation_id, last_seq;
	const char *chat_key, *operator_name; /* the name NULL: nobody's */
	enum responder responder;
	int64_t delivery_job, llm_job, duty_job, suggestion_job; /* to be announced; 0 */
	int is_alone; /* there was nobody who could have been asked: they were told so */
	const char *trace, *work; /* work: JSON, as case_work() in 0020_looks.sql has it */
};

/* Moves the case on: timers, invitations, what the person is told. */
void store_claim_case(struct store *s, struct flow *f, flow_step *next, struct case_claim *out,
		      int64_t job, int worker, int unsure);

enum case_end { CASE_SHOWN = 0, CASE_FENCED = 1, CASE_CHANGED = 2 };

struct case_finished {
	enum case_end status;
	int next_ready;    /* the same job is ready again: announce it */
	const char *lines; /* JSON [[conversation, job], ...]: deliveries to be announced */
};

struct case_notes {
	const char *json;   /* as finish_handoff() wants them */
	flow_step *visible; /* or NULL: see store.h */
};

void store_finish_case(struct store *s, struct flow *f, flow_step *next,
		       struct case_finished *out, int64_t job, const struct case_claim *claim,
		       const struct case_notes *notes);

struct duty_claim {
	enum claim status;
	int attempt;
	const char *cases; /* JSON [conversation, ...]: to be looked at again */
	const char *trace;
};

void store_claim_duty(struct store *s, struct flow *f, flow_step *next, struct duty_claim *out,
		      int64_t job, int worker, int unsure);
/* *job: to be announced, or 0. */
void store_look_again(struct store *s, struct flow *f, flow_step *next, int64_t *job,
		      int64_t conversation);
void store_finish_duty(struct store *s, struct flow *f, flow_step *next, int *next_ready,
		       int64_t job, const struct duty_claim *claim);

struct job_retry {
	int attempt, delay_ms;
	const char *error;
};

/* Put a job back, to be tried again. */
void store_retry_job(struct store *s, struct flow *f, flow_step *next, int *fenced, int64_t job,
		     const struct job_retry *retry);

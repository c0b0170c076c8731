#include "common/store/desk.h"

#include <string.h>

#include "common/desk/words.h"
#include "common/store/calls.h"

static const struct pg_stmt desk_stmt = {
	"desk", "select status, conversation_id, handoff_id, epoch, responder, seq, "
		"delivery_job, operator_job, llm_job, free_job, holder_id, holder, channel_id, "
		"chat_key from desk($1, $2, $3, $4, $5, $6)"
};
static const struct pg_stmt claim_stmt = {
	"claim_handoff",
	"select status, wait_ms, attempt, failures, conversation_id, epoch, channel_id, "
	"chat_key, responder, last_seq, operator, place, delivery_job, llm_job, free_job, "
	"suggestion_job, alone, trace, work from claim_handoff($1, $2, $3, $4)"
};
static const struct pg_stmt finish_stmt = {
	"finish_handoff",
	"select f.status, f.next_ready, (select json_agg(json_build_array(l.line, l.job)) from "
	"unnest(f.lines, f.jobs) l (line, job)) from finish_handoff($1, $2, $3, $4, $5) f"
};
static const struct pg_stmt claim_duty_stmt = {
	"claim_duty", "select status, attempt, array_to_json(cases), trace from "
		      "claim_duty($1, $2, $3)"
};
static const struct pg_stmt look_stmt = { "look_again", "select look_again($1, $2)" };
static const struct pg_stmt finish_duty_stmt = { "finish_duty",
						 "select next_ready from finish_duty($1, $2)" };
static const struct pg_stmt retry_stmt = { "retry_job",
					   "select fenced from retry_job($1, $2, $3, $4)" };

static const char *const statuses[] = {
	[DESK_OK] = "ok",
	[DESK_AGAIN] = "again",
	[DESK_TAKEN] = "taken",
	[DESK_NOT_YOURS] = "not_yours",
	[DESK_NO_CHAT] = "no_chat",
	[DESK_FULL] = "full",
	[DESK_OFF_DUTY] = "off_duty",
	[DESK_COLLEAGUE_FULL] = "colleague_full",
	[DESK_COLLEAGUE_OFF] = "colleague_off_duty",
	[DESK_DISABLED] = "disabled",
	[DESK_NO_MESSAGE] = "no_message",
	[DESK_BAD] = "bad",
};

const char *desk_status_name(enum desk_status status)
{
	return statuses[status];
}

static enum desk_status read_status(const char *text)
{
	for (int i = DESK_OK; i < DESK_BAD; i++)
		if (strcmp(text, statuses[i]) == 0)
			return (enum desk_status)i;
	return DESK_BAD;
}

static void decode_done(void *out, const PGresult *rows, int row, struct arena *a)
{
	*(struct desk_done *)out = (struct desk_done){
		.status = read_status(PQgetvalue(rows, row, 0)),
		.conversation_id = pg_int(rows, row, 1),
		.handoff_id = pg_int(rows, row, 2),
		.epoch = (int)pg_int(rows, row, 3),
		.responder = (enum responder)pg_int(rows, row, 4),
		.seq = pg_int(rows, row, 5),
		.delivery_job = pg_int(rows, row, 6),
		.operator_job = pg_int(rows, row, 7),
		.llm_job = pg_int(rows, row, 8),
		.duty_job = pg_int(rows, row, 9),
		.holder_id = (int)pg_int(rows, row, 10),
		.holder = store_copy(a, rows, row, 11),
		.channel_id = (int)pg_int(rows, row, 12),
		.chat_key = store_copy(a, rows, row, 13),
	};
}

/* Alone: it locks operators, whom many conversations share. */
void store_desk(struct store *s, struct flow *f, flow_step *next, struct desk_done *out,
		const struct desk_order *order)
{
	json_auto_t *args = order->args ? json_copy((json_t *)order->args) : json_object();

	json_object_set_new(args, "texts", desk_words());
	STORE_CALL(s->durable, f, next, &desk_stmt, PG_ALONE, decode_done, out,
		   store_optional(f, order->operator_id), order->verb,
		   store_optional(f, order->conversation), order->key, store_json(f, args),
		   f->trace);
}

/* --- cases --------------------------------------------------------------------- */

static void decode_claim(void *out, const PGresult *rows, int row, struct arena *a)
{
	*(struct case_claim *)out = (struct case_claim){
		.status = (enum claim)pg_int(rows, row, 0),
		.wait_ms = (int)pg_int(rows, row, 1),
		.attempt = (int)pg_int(rows, row, 2),
		.failures = (int)pg_int(rows, row, 3),
		.conversation_id = pg_int(rows, row, 4),
		.epoch = (int)pg_int(rows, row, 5),
		.channel_id = (int)pg_int(rows, row, 6),
		.chat_key = store_copy(a, rows, row, 7),
		.responder = (enum responder)pg_int(rows, row, 8),
		.last_seq = pg_int(rows, row, 9),
		.operator_name = store_copy(a, rows, row, 10),
		.place = (int)pg_int(rows, row, 11),
		.delivery_job = pg_int(rows, row, 12),
		.llm_job = pg_int(rows, row, 13),
		.duty_job = pg_int(rows, row, 14),
		.suggestion_job = pg_int(rows, row, 15),
		.is_alone = pg_bool(rows, row, 16),
		.trace = store_copy(a, rows, row, 17),
		.work = store_copy(a, rows, row, 18),
	};
}

void store_claim_case(struct store *s, struct flow *f, flow_step *next, struct case_claim *out,
		      int64_t job, int worker, int unsure)
{
	json_auto_t *words = desk_words();

	STORE_CALL(s->relaxed, f, next, &claim_stmt, PG_ALONE, decode_claim, out,
		   store_int(f, job), store_int(f, worker), store_bool(unsure),
		   store_json(f, words));
}

static void decode_finished(void *out, const PGresult *rows, int row, struct arena *a)
{
	*(struct case_finished *)out = (struct case_finished){
		.status = (enum case_end)pg_int(rows, row, 0),
		.next_ready = pg_bool(rows, row, 1),
		.lines = store_copy(a, rows, row, 2),
	};
}

void store_finish_case(struct store *s, struct flow *f, flow_step *next,
		       struct case_finished *out, int64_t job, const struct case_claim *claim,
		       const struct case_notes *notes)
{
	STORE_TELL(s->durable, f, next, &finish_stmt, NULL, PG_ALONE, decode_finished, out,
		   notes->visible, 0, store_int(f, job), store_int(f, claim->attempt),
		   store_int(f, claim->epoch), notes->json,
		   claim->trace ? claim->trace : f->trace);
}

/* --- duty ---------------------------------------------------------------------- */

static void decode_duty(void *out, const PGresult *rows, int row, struct arena *a)
{
	*(struct duty_claim *)out = (struct duty_claim){
		.status = (enum claim)pg_int(rows, row, 0),
		.attempt = (int)pg_int(rows, row, 1),
		.cases = store_copy(a, rows, row, 2),
		.trace = store_copy(a, rows, row, 3),
	};
}

void store_claim_duty(struct store *s, struct flow *f, flow_step *next, struct duty_claim *out,
		      int64_t job, int worker, int unsure)
{
	STORE_CALL(s->relaxed, f, next, &claim_duty_stmt, PG_ALONE, decode_duty, out,
		   store_int(f, job), store_int(f, worker), store_bool(unsure));
}

static void decode_job(void *out, const PGresult *rows, int row, struct arena *a)
{
	(void)a;
	*(int64_t *)out = pg_int(rows, row, 0);
}

void store_look_again(struct store *s, struct flow *f, flow_step *next, int64_t *job,
		      int64_t conversation)
{
	STORE_CALL(s->durable, f, next, &look_stmt, PG_ALONE, decode_job, job,
		   store_int(f, conversation), f->trace);
}

void store_finish_duty(struct store *s, struct flow *f, flow_step *next, int *next_ready,
		       int64_t job, const struct duty_claim *claim)
{
	STORE_CALL(s->durable, f, next, &finish_duty_stmt, PG_ALONE, store_decode_bool,
		   next_ready, store_int(f, job), store_int(f, claim->attempt));
}

void store_retry_job(struct store *s, struct flow *f, flow_step *next, int *fenced, int64_t job,
		     const struct job_retry *retry)
{
	STORE_CALL(s->durable, f, next, &retry_stmt, PG_ALONE, store_decode_bool, fenced,
		   store_int(f, job), store_int(f, retry->attempt),
		   store_int(f, retry->delay_ms), retry->error);
}

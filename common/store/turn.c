#include "common/store/calls.h"

static const struct pg_stmt claim_stmt = { "claim_turn",
					   "select * from claim_turn($1, $2, $3, $4)" };

static const struct pg_stmt finish_stmt = {
	"finish_turn",
	"select * from finish_turn($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, "
	"$12, $13, $14, $15, $16, $17, $18, $19, $20)"
};

static const struct pg_stmt claim_many = { "claim_turn_many",
					   "select * from claim_turn_many($1, $2, $3, $4)" };

static const struct pg_stmt finish_many = {
	"finish_turn_many",
	"select * from finish_turn_many($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, "
	"$12, $13, $14, $15, $16, $17, $18, $19, $20)"
};

static void decode_claim(void *out, const PGresult *rows, int row, struct arena *a)
{
	struct turn_claim *claim = out;

	*claim = (struct turn_claim){
		.status = (enum claim)pg_int(rows, row, 0),
		.wait_ms = (int)pg_int(rows, row, 1),
		.attempt = (int)pg_int(rows, row, 2),
		.failures = (int)pg_int(rows, row, 3),
		.conversation_id = pg_int(rows, row, 4),
		.epoch = (int)pg_int(rows, row, 5),
		.channel_id = (int)pg_int(rows, row, 6),
		.chat_key = store_copy(a, rows, row, 7),
		.bot_id = (int)pg_int(rows, row, 8),
		.lang = store_copy(a, rows, row, 9),
		.lang_chosen = pg_bool(rows, row, 10),
		.title = store_copy(a, rows, row, 11),
		.is_group = pg_bool(rows, row, 12),
		.first_seq = pg_int(rows, row, 13),
		.last_seq = pg_int(rows, row, 14),
		.stop = pg_bool(rows, row, 15),
		.trace = store_copy(a, rows, row, 16),
		.history = store_copy(a, rows, row, 17),
	};
}

void store_claim_turn(struct store *s, struct flow *f, flow_step *next, struct turn_claim *out,
		      const struct turn_wanted *wanted)
{
	STORE_JOIN(s->relaxed, f, next, &claim_stmt, &claim_many, STORE_LAST, decode_claim, out,
		   store_int(f, wanted->job), store_optional(f, wanted->attempt),
		   store_int(f, wanted->worker), store_int(f, wanted->history_messages));
}

static void decode_finished(void *out, const PGresult *rows, int row, struct arena *a)
{
	(void)a;
	*(struct turn_finished *)out = (struct turn_finished){
		.status = (enum turn_end)pg_int(rows, row, 0),
		.reply_seq = pg_int(rows, row, 1),
		.delivery_job = pg_int(rows, row, 2),
		.next_ready = pg_bool(rows, row, 3),
		.operator_job = pg_int(rows, row, 4),
	};
}

/* -1 stands for unknown. */
static const char *known(struct flow *f, int n)
{
	return n < 0 ? NULL : store_int(f, n);
}

void store_finish_turn(struct store *s, struct flow *f, flow_step *next,
		       struct turn_finished *out, int64_t job, const struct turn_claim *claim,
		       const struct turn_result *r)
{
	STORE_TELL(s->durable, f, next, &finish_stmt, &finish_many,
		   store_order(claim->channel_id, claim->chat_key), decode_finished, out,
		   r->visible, 1, store_int(f, job), store_int(f, claim->attempt),
		   store_int(f, claim->conversation_id), store_int(f, claim->epoch),
		   store_int(f, claim->first_seq), store_int(f, claim->last_seq),
		   store_int(f, r->outcome), r->body, r->extra, r->provider, r->model,
		   known(f, r->tokens_in), known(f, r->tokens_out),
		   store_bool(r->tokens_estimated), known(f, r->first_token_ms),
		   known(f, r->total_ms), r->error, claim->trace ? claim->trace : f->trace,
		   r->handoff_reason, r->handoff_detail);
}

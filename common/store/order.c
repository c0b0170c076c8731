#include "common/store/order.h"

#include "common/store/calls.h"

static const struct pg_stmt claim_stmt = {
	"claim_order",
	"select status, wait_ms, attempt, failures, channel_id, conversation_id, "
	"chat_key, trace, work from claim_order($1, $2, $3)"
};
static const struct pg_stmt finish_stmt = {
	"finish_order",
	"select f.fenced, (select json_agg(json_build_array(l.line, l.job)) from "
	"unnest(f.lines, f.jobs) l (line, job)) from finish_order($1, $2, $3, $4, $5, $6) f"
};

static const struct pg_stmt people_stmt = { "desk_people", "select desk_people()" };

static void decode_people(void *out, const PGresult *rows, int row, struct arena *a)
{
	*(const char **)out = store_copy(a, rows, row, 0);
}

void store_desk_people(struct store *s, struct flow *f, flow_step *next, const char **json)
{
	pg_call(s->relaxed, f, next,
		&(struct pg_call){
			.stmt = &people_stmt, .decode = decode_people, .out = json });
}

static void decode_claim(void *out, const PGresult *rows, int row, struct arena *a)
{
	*(struct order_claim *)out = (struct order_claim){
		.status = (enum claim)pg_int(rows, row, 0),
		.wait_ms = (int)pg_int(rows, row, 1),
		.attempt = (int)pg_int(rows, row, 2),
		.failures = (int)pg_int(rows, row, 3),
		.channel_id = (int)pg_int(rows, row, 4),
		.conversation_id = pg_int(rows, row, 5),
		.chat_key = store_copy(a, rows, row, 6),
		.trace = store_copy(a, rows, row, 7),
		.work = store_copy(a, rows, row, 8),
	};
}

/* Durable: a stranger is registered here, and administrators are told of the number. */
void store_claim_order(struct store *s, struct flow *f, flow_step *next,
		       struct order_claim *out, int64_t job, int worker, int unsure)
{
	STORE_CALL(s->durable, f, next, &claim_stmt, PG_ALONE, decode_claim, out,
		   store_int(f, job), store_int(f, worker), store_bool(unsure));
}

static void decode_finished(void *out, const PGresult *rows, int row, struct arena *a)
{
	*(struct order_finished *)out = (struct order_finished){
		.fenced = pg_bool(rows, row, 0),
		.lines = store_copy(a, rows, row, 1),
	};
}

void store_finish_order(struct store *s, struct flow *f, flow_step *next,
			struct order_finished *out, int64_t job,
			const struct order_claim *claim, const struct order_end *end)
{
	STORE_CALL(s->durable, f, next, &finish_stmt, PG_ALONE, decode_finished, out,
		   store_int(f, job), store_int(f, claim->attempt), store_int(f, end->seq),
		   end->edited, store_json(f, end->actions),
		   claim->trace ? claim->trace : f->trace);
}

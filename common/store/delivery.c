#include "common/store/calls.h"

#define HEAD_COLUMNS                                                                           \
	"(r.head).delivery_id, (r.head).kind, (r.head).seq, (r.head).author, (r.head).body, "  \
	"(r.head).extra, (r.head).payload, (r.head).trace"

#define CLAIM_COLUMNS                                                                          \
	HEAD_COLUMNS ", r.status, r.wait_ms, r.attempt, r.failures, r.conversation_id, "       \
		     "r.channel_id, r.chat_key, r.is_group, r.lang, r.uncertain"

#define SETTLED_COLUMNS                                                                        \
	HEAD_COLUMNS ", r.fenced, r.chat_key, r.operator_job, r.operator_conversation"

static const struct pg_stmt claim_stmt = { "claim_delivery",
					   "select " CLAIM_COLUMNS
					   " from claim_delivery($1, $2, $3, $4) r" };

static const struct pg_stmt claim_many = { "claim_delivery_many",
					   "select " CLAIM_COLUMNS
					   " from claim_delivery_many($1, $2, $3, $4) r" };

static const struct pg_stmt settle_stmt = { "settle_delivery",
					    "select " SETTLED_COLUMNS
					    " from settle_delivery($1, $2, $3, $4, $5, $6) r" };

static const struct pg_stmt settle_many = {
	"settle_delivery_many",
	"select " SETTLED_COLUMNS " from settle_delivery_many($1, $2, $3, $4, $5, $6) r"
};

static const struct pg_stmt release_stmt = {
	"release_delivery", "select fenced from release_delivery($1, $2, $3, $4, $5, $6)"
};

static const struct pg_stmt return_stmt = { "return_delivery",
					    "select return_delivery($1, $2, $3)" };

static const struct pg_stmt split_stmt = {
	"split_delivery", "select fenced from split_delivery($1, $2, $3, $4)"
};

static const struct pg_stmt topic_stmt = {
	"renew_topic",
	"select " HEAD_COLUMNS ", r.status, r.chat_key from renew_topic($1, $2, $3) r"
};

static const struct pg_stmt fetch_stmt = {
	"fetch_deliveries",
	"select seq, author, body, extra, to_char(created_at at time zone "
	"'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"'), responder, conversation_id "
	"from fetch_deliveries($1, $2, $3)"
};

static const struct pg_stmt reachable_stmt = { "set_reachable",
					       "select set_reachable($1, $2, $3)" };
static const struct pg_stmt move_stmt = { "move_chat", "select move_chat($1, $2, $3)" };

static void read_head(struct outgoing *head, const PGresult *rows, int row, struct arena *a)
{
	*head = (struct outgoing){
		.id = pg_int(rows, row, 0),
		.kind = (enum delivery_kind)pg_int(rows, row, 1),
		.seq = pg_int(rows, row, 2),
		.author = (enum author)pg_int(rows, row, 3),
		.body = store_copy(a, rows, row, 4),
		.extra = store_copy(a, rows, row, 5),
		.payload = store_copy(a, rows, row, 6),
		.trace = store_copy(a, rows, row, 7),
	};
}

static void decode_claim(void *out, const PGresult *rows, int row, struct arena *a)
{
	struct delivery_claim *claim = out;

	*claim = (struct delivery_claim){
		.status = (enum claim)pg_int(rows, row, 8),
		.wait_ms = (int)pg_int(rows, row, 9),
		.attempt = (int)pg_int(rows, row, 10),
		.failures = (int)pg_int(rows, row, 11),
		.conversation_id = pg_int(rows, row, 12),
		.channel_id = (int)pg_int(rows, row, 13),
		.chat_key = store_copy(a, rows, row, 14),
		.is_group = pg_bool(rows, row, 15),
		.lang = store_copy(a, rows, row, 16),
		.uncertain = (int)pg_int(rows, row, 17),
	};
	read_head(&claim->head, rows, row, a);
}

static void decode_settled(void *out, const PGresult *rows, int row, struct arena *a)
{
	struct delivery_settled *settled = out;

	read_head(&settled->head, rows, row, a);
	settled->fenced = pg_bool(rows, row, 8);
	settled->chat_key = store_copy(a, rows, row, 9);
	settled->operator_job = pg_int(rows, row, 10);
	settled->operator_conversation = pg_int(rows, row, 11);
}

static void decode_topic(void *out, const PGresult *rows, int row, struct arena *a)
{
	struct topic_renewed *renewed = out;

	read_head(&renewed->head, rows, row, a);
	renewed->status = (enum topic_end)pg_int(rows, row, 8);
	renewed->chat_key = store_copy(a, rows, row, 9);
}

void store_claim_delivery(struct store *s, struct flow *f, flow_step *next,
			  struct delivery_claim *out, const struct delivery_wanted *w)
{
	STORE_TELL(s->durable, f, next, &claim_stmt, &claim_many, STORE_LAST, decode_claim, out,
		   w->visible, 0, store_int(f, w->job), store_int(f, w->worker),
		   store_int(f, w->claimant), store_bool(w->unsure));
}

static uint64_t order_of(const struct delivery_held *held)
{
	return store_order(held->claim->channel_id, held->claim->chat_key);
}

void store_settle_delivery(struct store *s, struct flow *f, flow_step *next,
			   struct delivery_settled *out, const struct delivery_held *held,
			   const struct delivery_result *result)
{
	/* Where a line moves, its conversation is locked; where operators are told, a job of
	 * operator-relay's. */
	int is_unusual = result->may_move || result->state != DELIVERY_SENT;

	STORE_TELL(s->durable, f, next, &settle_stmt, is_unusual ? NULL : &settle_many,
		   is_unusual ? PG_ALONE : order_of(held), decode_settled, out, result->visible,
		   1, store_int(f, held->job), store_int(f, held->claim->attempt),
		   store_int(f, held->delivery), store_int(f, result->state),
		   result->external_id, result->error);
}

void store_release_delivery(struct store *s, struct flow *f, flow_step *next, int *fenced,
			    const struct delivery_held *held, const struct delivery_wait *wait)
{
	STORE_CALL(s->durable, f, next, &release_stmt, order_of(held), store_decode_bool,
		   fenced, store_int(f, held->job), store_int(f, held->claim->attempt),
		   store_int(f, held->delivery), store_int(f, wait->delay_ms),
		   store_bool(wait->failed), wait->error);
}

void store_return_delivery(struct store *s, struct flow *f, flow_step *next,
			   int64_t conversation, int64_t claimant, const char *error)
{
	STORE_CALL(s->durable, f, next, &return_stmt, PG_ALONE, NULL, NULL,
		   store_int(f, conversation), store_int(f, claimant), error);
}

void store_split_delivery(struct store *s, struct flow *f, flow_step *next, int *fenced,
			  const struct delivery_held *held, const char *parts)
{
	STORE_CALL(s->durable, f, next, &split_stmt, order_of(held), store_decode_bool, fenced,
		   store_int(f, held->job), store_int(f, held->claim->attempt),
		   store_int(f, held->delivery), parts);
}

void store_renew_topic(struct store *s, struct flow *f, flow_step *next,
		       struct topic_renewed *out, const struct delivery_held *held)
{
	STORE_CALL(s->durable, f, next, &topic_stmt, PG_ALONE, decode_topic, out,
		   store_int(f, held->job), store_int(f, held->claim->attempt),
		   store_int(f, held->delivery));
}

void store_fetch(struct store *s, struct flow *f, flow_step *next, struct message_page *out,
		 int channel_id, const char *chat_key, int limit)
{
	STORE_CALL(s->durable, f, next, &fetch_stmt, store_order(channel_id, chat_key),
		   store_decode_page, out, store_int(f, channel_id), chat_key,
		   store_int(f, limit));
}

void store_set_reachable(struct store *s, struct flow *f, flow_step *next,
			 const struct delivery_claim *claim, int reachable)
{
	/* Alone, because its neighbours would be of couriers: they hold jobs, which come after
	 * every conversation of a group. */
	STORE_CALL(s->durable, f, next, &reachable_stmt, PG_ALONE, NULL, NULL,
		   store_int(f, claim->conversation_id), store_bool(reachable), f->trace);
}

void store_move_chat(struct store *s, struct flow *f, flow_step *next, int channel_id,
		     const char *from, const char *to)
{
	STORE_CALL(s->durable, f, next, &move_stmt, PG_ALONE, NULL, NULL,
		   store_int(f, channel_id), from, to);
}

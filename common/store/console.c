#include "common/store/console.h"

#include "common/desk/words.h"
#include "common/store/calls.h"

static void decode_text(void *out, const PGresult *rows, int row, struct arena *a)
{
	*(const char **)out = PQntuples(rows) ? store_copy(a, rows, row, 0) : NULL;
}

/* < 0: null. */
static const char *given(struct flow *f, int64_t n)
{
	return n < 0 ? NULL : store_int(f, n);
}

/*
 * Many conversations share an operator: whoever locks one goes alone (PG_ALONE), so that it
 * waits for no conversation then.
 */

/* --- sessions ------------------------------------------------------------- */

static void decode_signin(void *out, const PGresult *rows, int row, struct arena *a)
{
	*(struct signin *)out = (struct signin){
		.wait_s = (int)pg_int(rows, row, 0),
		.operator_id = (int)pg_int(rows, row, 1),
		.password = store_copy(a, rows, row, 2),
	};
}

void store_signin_begin(struct store *s, struct flow *f, flow_step *next, struct signin *out,
			const struct signin_try *attempt)
{
	static const struct pg_stmt stmt = { "signin_begin",
					     "select wait_s, operator_id, password"
					     " from signin_begin($1, $2, $3, $4::int)" };

	STORE_CALL(s->durable, f, next, &stmt, 0, decode_signin, out, attempt->login,
		   attempt->address, attempt->device.nonce,
		   store_optional(f, attempt->device.operator_id));
}

void store_signin_end(struct store *s, struct flow *f, flow_step *next, int *ok,
		      const struct session_new *session)
{
	static const struct pg_stmt stmt = {
		"signin_end",
		"select signin_end($1::int, $2, $3, decode($4, 'hex'), $5, $6, $7::int)"
	};

	STORE_CALL(s->durable, f, next, &stmt, PG_ALONE, store_decode_bool, ok,
		   store_int(f, session->operator_id), session->password, session->address,
		   session->token_hash, session->csrf, session->device.nonce,
		   store_optional(f, session->device.operator_id));
}

void store_signin_failed(struct store *s, struct flow *f, flow_step *next,
			 const struct signin_try *attempt)
{
	static const struct pg_stmt stmt = { "signin_failed",
					     "select signin_failed($1, $2, $3, $4::int)" };

	STORE_CALL(s->durable, f, next, &stmt, 0, NULL, NULL, attempt->login, attempt->address,
		   attempt->device.nonce, store_optional(f, attempt->device.operator_id));
}

static void decode_session(void *out, const PGresult *rows, int row, struct arena *a)
{
	struct session_operator *o = out;

	*o = (struct session_operator){ 0 };
	if (PQntuples(rows) == 0)
		return;
	*o = (struct session_operator){
		.id = (int)pg_int(rows, row, 0),
		.is_admin = pg_int(rows, row, 1) == 2,
		.csrf = store_copy(a, rows, row, 2),
		.lang = store_copy(a, rows, row, 3),
		.name = store_copy(a, rows, row, 4),
		.json = store_copy(a, rows, row, 5),
		.left_ms = pg_int(rows, row, 6),
	};
}

void store_session(struct store *s, struct flow *f, flow_step *next,
		   struct session_operator *out, const char *token_hash)
{
	static const struct pg_stmt stmt = {
		"session_operator", "select id, role, csrf, lang, name, operator, left_ms"
				    " from session_operator(decode($1, 'hex'))"
	};

	STORE_CALL(s->relaxed, f, next, &stmt, 0, decode_session, out, token_hash);
}

void store_session_end(struct store *s, struct flow *f, flow_step *next, int *is_gone,
		       const char *token_hash, const char *address)
{
	static const struct pg_stmt stmt = { "session_end",
					     "select session_end(decode($1, 'hex'), $2)" };

	STORE_CALL(s->durable, f, next, &stmt, 0, store_decode_bool, is_gone, token_hash,
		   address);
}

/* --- pages ---------------------------------------------------------------- */

void store_inbox(struct store *s, struct flow *f, flow_step *next, const char **json,
		 const struct inbox_wanted *wanted)
{
	static const struct pg_stmt stmt = {
		"console_inbox",
		"select console_inbox($1::int, $2, $3, $4::bigint, $5::bigint, $6::int)"
	};

	STORE_CALL(s->relaxed, f, next, &stmt, 0, decode_text, json,
		   store_int(f, wanted->operator_id), wanted->folder, wanted->query,
		   wanted->after_at, wanted->after_id, store_int(f, wanted->limit));
}

void store_client(struct store *s, struct flow *f, flow_step *next, const char **json,
		  int64_t conversation_id, int operator_id)
{
	static const struct pg_stmt stmt = { "console_conversation",
					     "select console_conversation($1, $2::int)" };

	STORE_CALL(s->relaxed, f, next, &stmt, 0, decode_text, json,
		   store_int(f, conversation_id), store_int(f, operator_id));
}

void store_history(struct store *s, struct flow *f, flow_step *next, const char **json,
		   const struct history_wanted *wanted)
{
	static const struct pg_stmt stmt = {
		"console_messages",
		"select console_messages($1, $2::bigint, $3::bigint, $4::int)"
	};

	STORE_CALL(s->relaxed, f, next, &stmt, 0, decode_text, json,
		   store_int(f, wanted->conversation_id), given(f, wanted->after),
		   given(f, wanted->before), store_int(f, wanted->limit));
}

void store_news(struct store *s, struct flow *f, flow_step *next, const char **json,
		const struct news_wanted *wanted)
{
	static const struct pg_stmt stmt = {
		"console_news", "select console_news($1, $2::int[], $3::bigint, $4::bigint)"
	};

	STORE_CALL(s->relaxed, f, next, &stmt, 0, decode_text, json,
		   store_int(f, wanted->conversation_id), wanted->operators,
		   given(f, wanted->seq), given(f, wanted->note));
}

void store_console_bots(struct store *s, struct flow *f, flow_step *next, const char **json)
{
	static const struct pg_stmt stmt = { "console_bots", "select console_bots()" };

	pg_call(s->relaxed, f, next,
		&(struct pg_call){ .stmt = &stmt, .decode = decode_text, .out = json });
}

/* --- the team ------------------------------------------------------------- */

void store_operators(struct store *s, struct flow *f, flow_step *next, const char **json)
{
	static const struct pg_stmt stmt = { "console_operators",
					     "select console_operators()" };

	pg_call(s->relaxed, f, next,
		&(struct pg_call){ .stmt = &stmt, .decode = decode_text, .out = json });
}

void store_gaps(struct store *s, struct flow *f, flow_step *next, const char **json)
{
	static const struct pg_stmt stmt = { "console_gaps", "select console_gaps()" };

	pg_call(s->relaxed, f, next,
		&(struct pg_call){ .stmt = &stmt, .decode = decode_text, .out = json });
}

void store_change_self(struct store *s, struct flow *f, flow_step *next, const char **json,
		       const struct self_change *change)
{
	static const struct pg_stmt stmt = {
		"change_self", "select change_self($1::int, $2, $3, $4, decode($5, 'hex'), $6)"
	};

	STORE_CALL(s->durable, f, next, &stmt, PG_ALONE, decode_text, json,
		   store_int(f, change->operator_id), change->name, change->lang,
		   change->password, change->token_hash, change->address);
}

void store_add_operator(struct store *s, struct flow *f, flow_step *next, const char **json,
			const struct operator_new *operator)
{
	static const struct pg_stmt stmt = {
		"add_operator", "select add_operator($1::int, $2, $3, $4::smallint, $5, $6)"
	};

	STORE_CALL(s->durable, f, next, &stmt, 0, decode_text, json,
		   store_int(f, operator->by),
		   operator->login, operator->name, operator->is_admin ? "2" : "1",
						    operator->password, operator->address);
}

void store_change_operator(struct store *s, struct flow *f, flow_step *next, const char **json,
			   const struct operator_change *change)
{
	static const struct pg_stmt stmt = {
		"change_operator",
		"select change_operator($1::int, $2::int, $3::jsonb, $4, $5::jsonb)"
	};
	json_auto_t *words = desk_words();

	STORE_CALL(s->durable, f, next, &stmt, PG_ALONE, decode_text, json,
		   store_int(f, change->by), store_int(f, change->id), change->change,
		   change->address, store_json(f, words));
}

void store_audit(struct store *s, struct flow *f, flow_step *next, const char **json,
		 int64_t before, int limit)
{
	static const struct pg_stmt stmt = { "console_audit",
					     "select console_audit($1::bigint, $2::int)" };

	STORE_CALL(s->relaxed, f, next, &stmt, 0, decode_text, json, given(f, before),
		   store_int(f, limit));
}

/* --- other ---------------------------------------------------------------- */

void store_dead_jobs(struct store *s, struct flow *f, flow_step *next, const char **json,
		     int limit)
{
	static const struct pg_stmt stmt = { "dead_jobs", "select dead_jobs($1::int)" };

	STORE_CALL(s->relaxed, f, next, &stmt, 0, decode_text, json, store_int(f, limit));
}

static void decode_revived(void *out, const PGresult *rows, int row, struct arena *a)
{
	struct revived *r = out;

	*r = (struct revived){ 0 };
	if (PQntuples(rows) == 0)
		return;
	*r = (struct revived){
		.job = pg_int(rows, row, 0),
		.queue = (enum queue)pg_int(rows, row, 1),
		.kind = (int)pg_int(rows, row, 2),
		.conversation_id = pg_int(rows, row, 3),
		.trace = store_copy(a, rows, row, 4),
	};
}

void store_revive_job(struct store *s, struct flow *f, flow_step *next, struct revived *out,
		      int by, int64_t job, const char *address)
{
	static const struct pg_stmt stmt = {
		"revive_job", "select job_id, queue, kind, conversation_id, trace"
			      " from revive_job($1::int, $2, $3)"
	};

	STORE_CALL(s->durable, f, next, &stmt, PG_ALONE, decode_revived, out, store_int(f, by),
		   store_int(f, job), address);
}

static void decode_place(void *out, const PGresult *rows, int row, struct arena *a)
{
	struct held_place *p = out;

	*p = (struct held_place){ 0 };
	if (PQntuples(rows) == 0)
		return;
	p->channel_id = (int)pg_int(rows, row, 0);
	p->chat = store_copy(a, rows, row, 1);
	p->kind = store_copy(a, rows, row, 2);
}

void store_held_place(struct store *s, struct flow *f, flow_step *next, struct held_place *out,
		      int64_t conversation_id, int operator_id)
{
	static const struct pg_stmt stmt = {
		"held_place", "select channel_id, chat_key, kind from held_place($1, $2::int)"
	};

	STORE_CALL(s->relaxed, f, next, &stmt, 0, decode_place, out,
		   store_int(f, conversation_id), store_int(f, operator_id));
}

static void decode_attachment(void *out, const PGresult *rows, int row, struct arena *a)
{
	struct attachment *t = out;

	*t = (struct attachment){ 0 };
	if (PQntuples(rows) == 0)
		return;
	t->json = store_copy(a, rows, row, 0);
	t->channel_id = (int)pg_int(rows, row, 1);
}

void store_attachment(struct store *s, struct flow *f, flow_step *next, struct attachment *out,
		      int64_t conversation_id, int64_t seq, int index)
{
	static const struct pg_stmt stmt = {
		"attachment_of",
		"select attachment, channel_id from attachment_of($1, $2, $3::int)"
	};

	STORE_CALL(s->relaxed, f, next, &stmt, 0, decode_attachment, out,
		   store_int(f, conversation_id), store_int(f, seq), store_int(f, index));
}

static void decode_states(void *out, const PGresult *rows, int row, struct arena *a)
{
	struct console_states *states = out;

	(void)row;
	*states = (struct console_states){ .n = PQntuples(rows) };
	states->items = arena_alloc(a, (size_t)(states->n + 1) * sizeof *states->items);
	for (int i = 0; i < states->n; i++)
		states->items[i] = (struct console_state){
			.conversation_id = pg_int(rows, i, 0),
			.last_seq = pg_int(rows, i, 1),
			.epoch = (int)pg_int(rows, i, 2),
			.has_open = pg_bool(rows, i, 3),
		};
}

void store_console_states(struct store *s, struct flow *f, flow_step *next,
			  struct console_states *out, const char *ids)
{
	static const struct pg_stmt stmt = {
		"console_states",
		"select id, last_seq, epoch, has_open from console_states($1::bigint[])"
	};

	STORE_CALL(s->relaxed, f, next, &stmt, 0, decode_states, out, ids);
}

void store_sessions_alive(struct store *s, struct flow *f, flow_step *next, const char **out,
			  const char *token_hashes)
{
	static const struct pg_stmt stmt = { "sessions_alive",
					     "select sessions_alive($1::text[])" };

	STORE_CALL(s->relaxed, f, next, &stmt, 0, decode_text, out, token_hashes);
}

void store_console_index(struct store *s, struct flow *f, flow_step *next, int *more, int size)
{
	static const struct pg_stmt stmt = { "console_index", "select console_index($1::int)" };

	STORE_CALL(s->relaxed, f, next, &stmt, PG_ALONE, store_decode_bool, more,
		   store_int(f, size));
}

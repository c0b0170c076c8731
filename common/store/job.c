#include "common/store/calls.h"

static const struct pg_stmt register_stmt = { "register_worker",
					      "select register_worker($1, $2, $3)" };
static const struct pg_stmt renew_stmt = { "renew_worker", "select renew_worker($1, $2, $3)" };
static const struct pg_stmt release_stmt = { "release_worker", "select release_worker($1)" };
static const struct pg_stmt bury_stmt = { "bury_job",
					  "select fenced from bury_job($1, $2, $3)" };
static const struct pg_stmt sweep_stmt = {
	"sweep", "select job_id, kind, conversation_id, trace, buried from sweep($1, $2, $3)"
};

static void decode_worker(void *out, const PGresult *rows, int row, struct arena *a)
{
	(void)a;
	*(int *)out = (int)pg_int(rows, row, 0);
}

void store_register_worker(struct store *s, struct flow *f, flow_step *next, int *worker,
			   enum queue queue, const char *name, int ttl_ms)
{
	/* Durable, because after a crash its number could be given to another as well, whose
	 * renewals would then keep alive what a dead one held. */
	STORE_CALL(s->durable, f, next, &register_stmt, STORE_LAST, decode_worker, worker,
		   store_int(f, queue), name, store_int(f, ttl_ms));
}

void store_renew_worker(struct store *s, struct flow *f, flow_step *next, int *known,
			int worker, int ttl_ms, int in_flight)
{
	STORE_CALL(s->relaxed, f, next, &renew_stmt, STORE_LAST, store_decode_bool, known,
		   store_int(f, worker), store_int(f, ttl_ms), store_int(f, in_flight));
}

void store_release_worker(struct store *s, struct flow *f, flow_step *next, int worker)
{
	STORE_CALL(s->relaxed, f, next, &release_stmt, STORE_LAST, NULL, NULL,
		   store_int(f, worker));
}

void store_bury_job(struct store *s, struct flow *f, flow_step *next, int *fenced, int64_t job,
		    int attempt, const char *error)
{
	STORE_CALL(s->durable, f, next, &bury_stmt, STORE_LAST, store_decode_bool, fenced,
		   store_int(f, job), store_int(f, attempt), error);
}

static void decode_swept(void *out, const PGresult *rows, int row, struct arena *a)
{
	struct swept *swept = out;

	(void)row;
	*swept = (struct swept){ .n = PQntuples(rows) };
	swept->jobs = arena_alloc(a, sizeof *swept->jobs * (size_t)(swept->n + 1));
	for (int i = 0; i < swept->n; i++) {
		swept->jobs[i] = (struct swept_job){
			.id = pg_int(rows, i, 0),
			.kind = (int)pg_int(rows, i, 1),
			.conversation_id = pg_int(rows, i, 2),
			.trace = store_copy(a, rows, i, 3),
			.buried = pg_bool(rows, i, 4),
		};
		swept->buried += swept->jobs[i].buried;
	}
}

void store_sweep(struct store *s, struct flow *f, flow_step *next, struct swept *out,
		 enum queue queue, int limit, int max_attempts)
{
	STORE_CALL(s->relaxed, f, next, &sweep_stmt, STORE_LAST, decode_swept, out,
		   store_int(f, queue), store_int(f, limit), store_int(f, max_attempts));
}

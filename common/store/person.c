#include "common/store/person.h"

#include "common/store/calls.h"

static const struct pg_stmt rate_stmt = { "rate_handoff",
					  "select rate_handoff($1, $2, $3, $4, $5)" };

static const struct pg_stmt places_stmt = { "queue_places", "select queue_places()" };

static void decode_rated(void *out, const PGresult *rows, int row, struct arena *a)
{
	(void)a;
	*(enum rated *)out = (enum rated)pg_int(rows, row, 0);
}

void store_rate(struct store *s, struct flow *f, flow_step *next, enum rated *out,
		const struct rating *rating)
{
	STORE_CALL(s->durable, f, next, &rate_stmt, STORE_LAST, decode_rated, out,
		   store_int(f, rating->channel_id), rating->chat_key,
		   store_int(f, rating->handoff), store_int(f, rating->score), rating->comment);
}

static void decode_places(void *out, const PGresult *rows, int row, struct arena *a)
{
	*(const char **)out = store_copy(a, rows, row, 0);
}

void store_places(struct store *s, struct flow *f, flow_step *next, const char **json)
{
	pg_call(s->relaxed, f, next,
		&(struct pg_call){
			.stmt = &places_stmt, .decode = decode_places, .out = json });
}

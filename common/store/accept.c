#include <stdlib.h>
#include <string.h>

#include "common/store/calls.h"

static const struct pg_stmt accept_stmt = {
	"accept", "select accept($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, "
		  "$14, $15, $16, $17, $18, $19, $20, $21, $22, $23)"
};

/* What usually comes: somebody says something, and a turn answers. */
static const struct pg_stmt many_stmt = {
	"accept_many", "select accept_many($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, "
		       "$13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)"
};

static int is_usual(const struct place *place, const struct inbound *in)
{
	return !place->is_desk && in->action == INBOUND_MESSAGE && in->chat && in->text &&
	       !in->reply && !in->callback && !in->versions && !in->choice &&
	       !(in->lang && in->is_lang_hint);
}

/* "~en": only where no language is known yet. */
static const char *language(struct flow *f, const struct inbound *in)
{
	return in->lang && in->is_lang_hint ? arena_printf(&f->arena, "~%s", in->lang)
					    : in->lang;
}

/*
 * The text of a row of numbers and booleans, "(f,12,1,,7,,0)"; null, or missing, is 0.  One
 * value instead of a row of columns, because that spares the server a scan of
 * the function's result.
 */
static void read_fields(const char *row, int64_t fields[], int n)
{
	row += *row == '(';
	for (int i = 0; i < n; i++) {
		fields[i] = *row == 't' ? 1 : strtoll(row, NULL, 10);
		row += strcspn(row, ",)");
		row += *row != 0;
	}
}

static void decode_accepted(void *out, const PGresult *rows, int row, struct arena *a)
{
	int64_t field[10];

	(void)a;
	read_fields(PQgetvalue(rows, row, 0), field, 10);
	*(struct accepted *)out = (struct accepted){
		.duplicate = (int)field[0],
		.conversation_id = field[1],
		.seq = field[2],
		.reply_seq = field[3],
		.turn_job = field[4],
		.delivery_job = field[5],
		.responder = (enum responder)field[6],
		.stopped = (int)field[7],
		.operator_job = field[8],
		.epoch = (int)field[9],
	};
}

void store_accept(struct store *s, struct flow *f, flow_step *next, struct accepted *out,
		  const struct place *place, const struct inbound *in)
{
	uint64_t order = in->action == INBOUND_MIGRATED
				 ? PG_ALONE
				 : store_order(place->channel_id, in->chat);

	STORE_TELL(s->durable, f, next, &accept_stmt, is_usual(place, in) ? &many_stmt : NULL,
		   order, decode_accepted, out, place->visible, 0,
		   store_int(f, place->channel_id), store_int(f, place->bot_id),
		   store_int(f, place->mode), in->key, f->trace, store_int(f, in->action),
		   in->chat, store_bool(in->is_group), in->title, language(f, in), in->user,
		   in->user_name, in->external_id, in->text, store_json(f, in->extra),
		   in->reply, store_json(f, in->reply_extra), store_json(f, in->versions),
		   in->choice, in->callback, store_int(f, place->quiet_ms),
		   store_int(f, place->quiet_max_ms), store_bool(place->is_desk));
}

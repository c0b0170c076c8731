#include "common/store/calls.h"

static const struct pg_stmt accept_stmt = {
	"accept",
	"select * from accept($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, "
	"$14, $15, $16, $17, $18, $19, $20)"
};

static void decode_accepted(void *out, const PGresult *rows, struct arena *a)
{
	struct accepted *accepted = out;

	(void)a;
	*accepted = (struct accepted){
		.duplicate = pg_bool(rows, 0, 0),
		.conversation_id = pg_int(rows, 0, 1),
		.seq = pg_int(rows, 0, 2),
		.reply_seq = pg_int(rows, 0, 3),
		.turn_job = pg_int(rows, 0, 4),
		.delivery_job = pg_int(rows, 0, 5),
		.responder = (enum responder)pg_int(rows, 0, 6),
	};
}

void store_accept(struct store *s, struct flow *f, flow_step *next, struct accepted *out,
		  const struct place *place, const struct inbound *in)
{
	STORE_CALL(s->durable, f, next, &accept_stmt, store_order(place->channel_id, in->chat),
		   decode_accepted, out, store_int(f, place->channel_id),
		   store_int(f, place->bot_id), store_int(f, place->mode), in->key, f->trace,
		   store_int(f, in->action), in->chat, store_bool(in->is_group), in->title,
		   in->lang, in->user, in->user_name, in->external_id, in->text,
		   store_json(f, in->extra), in->reply, store_json(f, in->reply_extra),
		   in->callback, store_int(f, place->quiet_ms),
		   store_int(f, place->quiet_max_ms));
}

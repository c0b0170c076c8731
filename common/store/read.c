#include <stdlib.h>

#include "common/store/calls.h"

static const struct pg_stmt page_stmt = {
	"messages_page", "select seq, author, body, extra, created_at, conversation_id, "
			 "last_seq, epoch, responder, external_id "
			 "from messages_page($1, $2, $3, $4)"
};
static const struct pg_stmt depths_stmt = {
	"queue_depths",
	"select q.queue, q.ready, q.running, q.dead, q.workers, q.oldest_s, "
	"d.pending, d.uncertain, l.waiting, l.oldest_s, l.held, l.on_duty, l.free "
	"from queue_depths() q, deliveries_open() d, desk_load() l"
};
static const struct pg_stmt bots_stmt = { "bots_json", "select bots_json()" };

static void read_message(struct message *m, const PGresult *rows, int row, struct arena *a)
{
	*m = (struct message){
		.seq = pg_int(rows, row, 0),
		.author = (enum author)pg_int(rows, row, 1),
		.body = store_copy(a, rows, row, 2),
		.extra = store_copy(a, rows, row, 3),
		.created_at = store_copy(a, rows, row, 4),
	};
}

void store_decode_page(void *out, const PGresult *rows, int row, struct arena *a)
{
	struct message_page *page = out;
	int n = PQntuples(rows);

	(void)row;
	*page = (struct message_page){ .messages = arena_alloc(a, sizeof(struct message) *
									  (size_t)(n + 1)) };
	for (int i = 0; i < n; i++)
		read_message(&page->messages[page->n++], rows, i, a);
	if (n > 0) {
		page->responder = (enum responder)pg_int(rows, 0, 5);
		page->conversation_id = pg_int(rows, 0, 6);
	}
}

/* The first row tells of the conversation, the others are its messages. */
static void decode_conversation_page(void *out, const PGresult *rows, int row, struct arena *a)
{
	struct message_page *page = out;
	int n = PQntuples(rows);

	(void)row;
	*page = (struct message_page){ .messages = arena_alloc(a, sizeof(struct message) *
									  (size_t)(n + 1)) };
	if (n == 0)
		return;
	page->conversation_id = pg_int(rows, 0, 5);
	page->last_seq = pg_int(rows, 0, 6);
	page->epoch = (int)pg_int(rows, 0, 7);
	page->responder = (enum responder)pg_int(rows, 0, 8);
	page->state = store_copy(a, rows, 0, 3);
	for (int i = 1; i < n; i++) {
		struct message *m = &page->messages[page->n++];

		read_message(m, rows, i, a);
		m->external_id = store_copy(a, rows, i, 9);
	}
}

void store_messages(struct store *s, struct flow *f, flow_step *next, struct message_page *out,
		    const struct messages_wanted *wanted)
{
	STORE_CALL(s->relaxed, f, next, &page_stmt, 0, decode_conversation_page, out,
		   store_int(f, wanted->channel_id), wanted->chat_key,
		   store_int(f, wanted->after), store_int(f, wanted->limit));
}

static void decode_depths(void *out, const PGresult *rows, int row, struct arena *a)
{
	struct depths *depths = out;
	int n = PQntuples(rows);

	(void)row;
	(void)a;
	*depths = (struct depths){ 0 };
	for (int i = 0; i < n && depths->n < 8; i++)
		depths->items[depths->n++] = (struct queue_depth){
			.queue = (enum queue)pg_int(rows, i, 0),
			.ready = pg_int(rows, i, 1),
			.running = pg_int(rows, i, 2),
			.dead = pg_int(rows, i, 3),
			.workers = pg_int(rows, i, 4),
			.oldest_s = strtod(PQgetvalue(rows, i, 5), NULL),
		};
	if (n > 0) {
		depths->deliveries_pending = pg_int(rows, 0, 6);
		depths->deliveries_uncertain = pg_int(rows, 0, 7);
		depths->waiting = pg_int(rows, 0, 8);
		depths->waiting_oldest_s = strtod(PQgetvalue(rows, 0, 9), NULL);
		depths->held = pg_int(rows, 0, 10);
		depths->on_duty = pg_int(rows, 0, 11);
		depths->free = pg_int(rows, 0, 12);
	}
}

void store_depths(struct store *s, struct flow *f, flow_step *next, struct depths *out)
{
	pg_call(s->relaxed, f, next,
		&(struct pg_call){ .stmt = &depths_stmt, .decode = decode_depths, .out = out });
}

static void decode_bots(void *out, const PGresult *rows, int row, struct arena *a)
{
	*(const char **)out = store_copy(a, rows, row, 0);
}

void store_bots(struct store *s, struct flow *f, flow_step *next, const char **json)
{
	pg_call(s->relaxed, f, next,
		&(struct pg_call){ .stmt = &bots_stmt, .decode = decode_bots, .out = json });
}

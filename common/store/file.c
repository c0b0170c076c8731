#include "common/store/file.h"

#include <string.h>

#include "common/crypto/crypto.h"
#include "common/store/calls.h"

static void decode_begun(void *out, const PGresult *rows, int row, struct arena *a)
{
	(void)a;
	*(struct file_begun *)out = (struct file_begun){
		.status = (enum file_status)pg_int(rows, row, 0),
		.id = pg_int(rows, row, 1),
		.have = (int)pg_int(rows, row, 2),
	};
}

void store_begin_file(struct store *s, struct flow *f, flow_step *next, struct file_begun *out,
		      const struct file_new *file)
{
	static const struct pg_stmt stmt = {
		"begin_file", "select status, id, have"
			      " from begin_file($1::int, $2, $3::bigint, $4, $5, $6::int)"
	};

	/* Alone: it locks the operator, as an order does that has a conversation. */
	STORE_CALL(s->durable, f, next, &stmt, PG_ALONE, decode_begun, out,
		   store_int(f, file->operator_id), file->key,
		   store_int(f, file->conversation_id), file->name, file->mime,
		   store_int(f, file->size));
}

static void decode_told(void *out, const PGresult *rows, int row, struct arena *a)
{
	struct file_told *told = out;

	*told = (struct file_told){ 0 };
	if (PQntuples(rows) == 0)
		return;
	told->mime = store_copy(a, rows, row, 0);
	told->size = (int)pg_int(rows, row, 1);
}

void store_file_told(struct store *s, struct flow *f, flow_step *next, struct file_told *out,
		     int operator_id, int64_t file)
{
	static const struct pg_stmt stmt = {
		"file_of", "select mime, size from file_of($1::int, $2::bigint)"
	};

	STORE_CALL(s->durable, f, next, &stmt, 0, decode_told, out, store_int(f, operator_id),
		   store_int(f, file));
}

static void decode_have(void *out, const PGresult *rows, int row, struct arena *a)
{
	(void)a;
	*(int *)out = pg_text(rows, row, 0) ? (int)pg_int(rows, row, 0) : -1;
}

void store_add_piece(struct store *s, struct flow *f, flow_step *next, int *have,
		     const struct file_piece *piece)
{
	static const struct pg_stmt stmt = {
		"add_piece",
		"select add_piece($1::int, $2::bigint, $3::int, decode($4, 'hex'), $5, $6)"
	};

	STORE_CALL(s->durable, f, next, &stmt, 0, decode_have, have,
		   store_int(f, piece->operator_id), store_int(f, piece->file),
		   store_int(f, piece->at),
		   crypto_hex(&f->arena, (const uint8_t *)piece->bytes, piece->len),
		   piece->mime, piece->kind);
}

void store_drop_file(struct store *s, struct flow *f, flow_step *next, int operator_id,
		     int64_t file)
{
	static const struct pg_stmt stmt = { "drop_file",
					     "select drop_file($1::int, $2::bigint)" };

	STORE_CALL(s->durable, f, next, &stmt, 0, NULL, NULL, store_int(f, operator_id),
		   store_int(f, file));
}

static void decode_bytes(void *out, const PGresult *rows, int row, struct arena *a)
{
	struct file_bytes *bytes = out;
	const char *text = pg_text(rows, row, 0);
	unsigned char *data;
	size_t len;

	(void)a;
	bytes->len = 0;
	data = text ? PQunescapeBytea((const unsigned char *)text, &len) : NULL;
	if (!data)
		return;
	bytes->len = len < FILE_PIECE ? len : FILE_PIECE;
	memcpy(bytes->room, data, bytes->len);
	PQfreemem(data);
}

void store_read_piece(struct store *s, struct flow *f, flow_step *next, struct file_bytes *out,
		      int64_t file, size_t at)
{
	static const struct pg_stmt stmt = { "read_piece",
					     "select read_piece($1::bigint, $2::int)" };

	STORE_CALL(s->durable, f, next, &stmt, 0, decode_bytes, out, store_int(f, file),
		   store_int(f, (int64_t)at));
}

static void decode_count(void *out, const PGresult *rows, int row, struct arena *a)
{
	(void)a;
	*(int *)out = (int)pg_int(rows, row, 0);
}

void store_sweep_files(struct store *s, struct flow *f, flow_step *next, int *gone, int days)
{
	static const struct pg_stmt stmt = { "sweep_files", "select sweep_files($1::int)" };

	STORE_CALL(s->durable, f, next, &stmt, 0, decode_count, gone, store_int(f, days));
}

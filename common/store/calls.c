#include "common/store/calls.h"

#include "common/json/jvalue.h"

const char *store_int(struct flow *f, int64_t n)
{
	return arena_int(&f->arena, n);
}

const char *store_optional(struct flow *f, int64_t n)
{
	return n ? arena_int(&f->arena, n) : NULL;
}

const char *store_bool(int value)
{
	return value ? "t" : "f";
}

const char *store_copy(struct arena *a, const PGresult *rows, int row, int column)
{
	return PQgetisnull(rows, row, column)
		       ? NULL
		       : arena_dup(a, PQgetvalue(rows, row, column),
				   (size_t)PQgetlength(rows, row, column));
}

const char *store_json(struct flow *f, const json_t *value)
{
	return value ? jdump(&f->arena, value) : NULL;
}

void store_decode_bool(void *out, const PGresult *rows, int row, struct arena *a)
{
	(void)a;
	if (out)
		*(int *)out = pg_bool(rows, row, 0);
}

/* FNV-1a: cheap, and the same in every process. */
uint64_t store_order(int channel_id, const char *chat_key)
{
	uint64_t h = 14695981039346656037u ^ (uint64_t)channel_id;

	for (; chat_key && *chat_key; chat_key++)
		h = (h ^ (unsigned char)*chat_key) * 1099511628211u;
	return h;
}

void store_flush(struct store *s)
{
	pg_flush(s->durable);
}

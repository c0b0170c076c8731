#include <stdlib.h>

#include "common/store/calls.h"

static void decode_passages(void *out, const PGresult *rows, int row, struct arena *arena)
{
	struct passages *passages = out;

	(void)row;
	*passages = (struct passages){ .n = PQntuples(rows) };
	passages->items = arena_alloc(arena, (size_t)passages->n * sizeof *passages->items);
	for (int i = 0; i < passages->n; i++)
		passages->items[i] = (struct passage){
			.slug = arena_str(arena, pg_text(rows, i, 0)),
			.lang = arena_str(arena, pg_text(rows, i, 1)),
			.title = arena_str(arena, pg_text(rows, i, 2)),
			.body = arena_str(arena, pg_text(rows, i, 3)),
			.url = arena_str(arena, pg_text(rows, i, 4)),
			.rank = strtod(PQgetvalue(rows, i, 5), NULL),
		};
}

void store_search(struct store *s, struct flow *f, flow_step *next, struct passages *out,
		  const struct passages_wanted *wanted)
{
	static const struct pg_stmt stmt = {
		"search_articles", "select slug, lang, title, body, url, rank"
				   " from search_articles($1::int, $2::text, $3::text, $4::int)"
	};

	STORE_CALL(s->relaxed, f, next, &stmt, 0, decode_passages, out,
		   store_int(f, wanted->bot_id), wanted->lang, wanted->text,
		   store_int(f, wanted->limit));
}

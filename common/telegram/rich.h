#pragma once

#include <stddef.h>

#include "common/base/arena.h"
#include "common/base/buf.h"
#include "common/telegram/telegram.h"

/*
 * Text with styles, as Telegram thinks of it: words, and spans over them.  Spans
 * nest, at most one of each style at a place, so nesting is bounded however
 * deep the Markdown was.  Private to common/telegram.
 *
 *   table.c     tables in Markdown -> code blocks, for the core of libcmark has none
 *   markdown.c  Markdown -> rich
 *   split.c     rich -> parts
 *   html.c      a stretch of rich -> HTML
 */

enum style {
	STYLE_BOLD,
	STYLE_ITALIC,
	STYLE_STRIKE,
	STYLE_CODE,
	STYLE_LINK,
	STYLE_PRE,
	STYLE_QUOTE,
	STYLE_COUNT
};

struct span {
	enum style style;
	size_t from, to;
	const char *value; /* a link's address, a code block's language; else NULL */
};

struct rich {
	struct arena *arena;
	struct buf text;
	struct span *spans; /* by `from`, outer ones first */
	size_t count, capacity;

	/* while it is written */
	size_t open[STYLE_COUNT];
	int depth, gap, indent;
	int has[STYLE_COUNT];
};

/* Words; what Telegram would drop is dropped here.  '\n' is a line's end. */
void rich_add(struct rich *r, const char *text, size_t len);
/* Before the next words: at least that many line ends. */
void rich_gap(struct rich *r, int lines);
/* A style begins.  0: it is there already, or may not be here; do not close it then. */
int rich_begin(struct rich *r, enum style style, const char *value);
void rich_end(struct rich *r, enum style style);
void rich_finish(struct rich *r);

/* --- table.c, markdown.c ------------------------------------------------------ */

/* The same with tables turned into code blocks; `markdown` itself if it has none. */
const char *tables_to_code(struct arena *a, const char *markdown, size_t *len);
void markdown_read(struct rich *r, const char *markdown, size_t len);

/* --- html.c ------------------------------------------------------------------- */

/* A place in rich text: where, which spans are open, and which comes next. */
struct place_in {
	size_t at, next;
	size_t open[STYLE_COUNT];
	int depth;
};

/* Forget spans that end here or before. */
void place_close(struct place_in *p, const struct rich *r);
size_t html_tag_bytes(const struct span *s); /* of both tags */
size_t html_char_bytes(char c);

/* HTML of [p->at, to); p moves there.  Open spans are opened again and closed at the end. */
void html_write(struct buf *out, const struct rich *r, struct place_in *p, size_t to);

/* --- split.c ------------------------------------------------------------------ */

void rich_split(struct telegram_parts *out, struct arena *a, const struct rich *r,
		size_t first_max);

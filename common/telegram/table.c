/*
 * Tables.  The core of libcmark knows none and Telegram has none, so a table
 * becomes a code block with its columns aligned, before libcmark reads it.
 */

#include <cmark.h>
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <uniwidth.h>

#include "common/telegram/rich.h"

enum { COLUMNS_MAX = 20, WIDTH_MAX = 30 };

static const char fence[] = "~~~~~~~~~~~~";

struct line {
	const char *text;
	size_t len;
};

struct cells {
	int n;
	struct line items[COLUMNS_MAX];
};

struct scan {
	const char *at, *end;
	char fence; /* inside a code block: '`' or '~' */
	size_t fence_len;
};

/* --- lines ----------------------------------------------------------------- */

static int next_line(struct scan *s, struct line *out)
{
	const char *stop;

	if (s->at >= s->end)
		return 0;
	stop = memchr(s->at, '\n', (size_t)(s->end - s->at));
	out->text = s->at;
	out->len = (size_t)((stop ? stop : s->end) - s->at);
	s->at = stop ? stop + 1 : s->end;
	return 1;
}

/* What stands before the words: indentation and marks of quotes. */
static size_t prefix_of(const struct line *line)
{
	size_t n = 0;

	while (n < line->len && strchr(" \t>", line->text[n]) && line->text[n])
		n++;
	return n;
}

static int is_blank(const struct line *line, size_t from)
{
	while (from < line->len && isspace((unsigned char)line->text[from]))
		from++;
	return from == line->len;
}

/* 1: the line belongs to a code block, or begins or ends one. */
static int is_code(struct scan *s, const struct line *line)
{
	size_t from = prefix_of(line), n = 0;
	char c = 0;

	if (from < line->len)
		c = line->text[from];
	while (from + n < line->len && line->text[from + n] == c)
		n++;
	if (s->fence) {
		if (c == s->fence && n >= s->fence_len && is_blank(line, from + n))
			s->fence = 0;
		return 1;
	}
	if ((c != '`' && c != '~') || n < 3 ||
	    (c == '`' && memchr(line->text + from + n, '`', line->len - from - n)))
		return 0;
	s->fence = c;
	s->fence_len = n;
	return 1;
}

/* --- rows ------------------------------------------------------------------ */

static struct line trimmed(const char *from, const char *to)
{
	while (from < to && isspace((unsigned char)*from))
		from++;
	while (to > from && isspace((unsigned char)to[-1]))
		to--;
	return (struct line){ from, (size_t)(to - from) };
}

/* 0 if there is no bar in the line: no row of a table then. */
static int read_row(struct cells *out, const struct line *line)
{
	size_t prefix = prefix_of(line);
	struct line row = trimmed(line->text + prefix, line->text + line->len);
	const char *end = row.text + row.len, *from, *p;
	int bars = 0;

	out->n = 0;
	from = row.len > 0 && *row.text == '|' ? row.text + 1 : row.text;
	bars = from > row.text;
	for (p = from; p < end && out->n < COLUMNS_MAX; p++) {
		if (*p == '\\' && p + 1 < end) {
			p++;
		} else if (*p == '|') {
			out->items[out->n++] = trimmed(from, p);
			from = p + 1;
			bars++;
		}
	}
	if (out->n < COLUMNS_MAX && from < end)
		out->items[out->n++] = trimmed(from, end);
	return bars > 0 && out->n > 0;
}

static int is_rule(const struct line *cell)
{
	size_t at = 0, dashes = 0;

	at += cell->len > 0 && cell->text[0] == ':';
	while (at < cell->len && cell->text[at] == '-') {
		at++;
		dashes++;
	}
	at += at < cell->len && cell->text[at] == ':';
	return dashes > 0 && at == cell->len;
}

/* "|---|:-:|" under a header of as many columns. */
static int is_delimiter(const struct cells *header, const struct line *line)
{
	struct cells rules;

	if (!read_row(&rules, line) || rules.n != header->n)
		return 0;
	for (int i = 0; i < rules.n; i++)
		if (!is_rule(&rules.items[i]))
			return 0;
	return 1;
}

/* --- cells as plain words -------------------------------------------------- */

static int has_markup(const struct line *cell)
{
	static const char signs[] = { '*', '_', '`', '[', '~', '<', '\\', '&' };

	for (size_t i = 0; i < cell->len; i++)
		if (memchr(signs, cell->text[i], sizeof signs))
			return 1;
	return 0;
}

static struct line plain_cell(struct arena *a, const struct line *cell)
{
	struct rich words = { .arena = a };
	struct buf text = { 0 };
	struct line out;

	if (!has_markup(cell))
		return *cell;
	for (size_t i = 0; i < cell->len; i++)
		if (cell->text[i] != '\\' || i + 1 == cell->len || cell->text[i + 1] != '|')
			buf_putc(&text, cell->text[i]);
	markdown_read(&words, buf_str(&text), text.len);
	for (size_t i = 0; i < words.text.len; i++)
		if (words.text.data[i] == '\n')
			words.text.data[i] = ' ';
	out.len = words.text.len;
	out.text = arena_dup(a, buf_str(&words.text), words.text.len);
	buf_free(&words.text);
	buf_free(&text);
	free(words.spans);
	return out;
}

struct table {
	struct line prefix;
	struct cells *rows;
	int n, capacity;
	int width[COLUMNS_MAX];
};

static int width_of(const struct line *cell)
{
	int width = u8_width((const uint8_t *)cell->text, cell->len, "UTF-8");

	return width < 0 ? 0 : width;
}

static void add_row(struct table *t, struct arena *a, const struct cells *row)
{
	struct cells *to;

	if (t->n == t->capacity) {
		t->capacity = t->capacity ? 2 * t->capacity : 16;
		t->rows = reallocarray(t->rows, (size_t)t->capacity, sizeof *t->rows);
		if (!t->rows)
			abort();
	}
	to = &t->rows[t->n++];
	to->n = row->n;
	for (int i = 0; i < row->n; i++) {
		to->items[i] = plain_cell(a, &row->items[i]);
		if (width_of(&to->items[i]) > t->width[i])
			t->width[i] = width_of(&to->items[i]);
		if (t->width[i] > WIDTH_MAX)
			t->width[i] = WIDTH_MAX;
	}
}

static void repeat(struct buf *out, const char *text, int n)
{
	while (n-- > 0)
		buf_puts(out, text);
}

static void write_row(struct buf *out, const struct table *t, const struct cells *row)
{
	buf_add(out, t->prefix.text, t->prefix.len);
	for (int i = 0; i < row->n; i++) {
		buf_puts(out, i > 0 ? " \xe2\x94\x82 " : "");
		buf_add(out, row->items[i].text, row->items[i].len);
		if (i + 1 < row->n)
			repeat(out, " ", t->width[i] - width_of(&row->items[i]));
	}
	buf_putc(out, '\n');
}

static void write_rule(struct buf *out, const struct table *t)
{
	buf_add(out, t->prefix.text, t->prefix.len);
	for (int i = 0; i < t->rows[0].n; i++) {
		buf_puts(out, i > 0 ? "\xe2\x94\x80\xe2\x94\xbc\xe2\x94\x80" : "");
		repeat(out, "\xe2\x94\x80", t->width[i]);
	}
	buf_putc(out, '\n');
}

/* The blank lines keep paragraphs before and behind apart. */
static void write_fence(struct buf *out, const struct table *t)
{
	buf_add(out, t->prefix.text, t->prefix.len);
	buf_puts(out, fence);
	buf_putc(out, '\n');
}

static void write_table(struct buf *out, const struct table *t)
{
	buf_add(out, t->prefix.text, t->prefix.len);
	buf_putc(out, '\n');
	write_fence(out, t);
	for (int i = 0; i < t->n; i++) {
		write_row(out, t, &t->rows[i]);
		if (i == 0)
			write_rule(out, t);
	}
	write_fence(out, t);
}

/* --- the whole ------------------------------------------------------------- */

/* If `line` is a table's header: writes the table, and the scan goes on behind it. */
static int convert_table(struct buf *out, struct arena *a, struct scan *s,
			 const struct line *line)
{
	struct scan ahead = *s;
	struct line next;
	struct cells header, row;
	struct table t = { .prefix = { line->text, prefix_of(line) } };

	if (!read_row(&header, line) || !next_line(&ahead, &next) ||
	    !is_delimiter(&header, &next))
		return 0;
	add_row(&t, a, &header);
	*s = ahead;
	while (next_line(&ahead, &next) && read_row(&row, &next)) {
		if (row.n > header.n)
			row.n = header.n;
		add_row(&t, a, &row);
		*s = ahead;
	}
	write_table(out, &t);
	free(t.rows);
	return 1;
}

const char *tables_to_code(struct arena *a, const char *markdown, size_t *len)
{
	struct scan s = { .at = markdown, .end = markdown + *len };
	struct buf out = { 0 };
	struct line line;
	const char *text;

	if (!memchr(markdown, '|', *len))
		return markdown;
	while (next_line(&s, &line)) {
		if (!is_code(&s, &line) && convert_table(&out, a, &s, &line))
			continue;
		buf_add(&out, line.text, line.len);
		buf_putc(&out, '\n');
	}
	*len = out.len;
	text = arena_dup(a, buf_str(&out), out.len);
	buf_free(&out);
	return text;
}

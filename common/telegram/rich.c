#include "common/telegram/rich.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/utf8.h"

/* Telegram drops or rewrites these; what we count must be what it counts. */
static int is_dropped(uint32_t code)
{
	return (code < 0x20 && code != '\n' && code != '\t') || code == 0x7f ||
	       (code >= 0x2028 && code <= 0x202e) || code == 0x333 || code == 0x33f ||
	       code == 0x30a || code == 0xfeff;
}

static size_t line_ends_behind(const struct rich *r)
{
	size_t n = 0;

	while (n < r->text.len && r->text.data[r->text.len - n - 1] == '\n')
		n++;
	return n;
}

static void indent(struct rich *r)
{
	if (r->indent > 0 && !r->has[STYLE_PRE] && line_ends_behind(r) > 0)
		for (int i = 0; i < r->indent; i++)
			buf_putc(&r->text, ' ');
}

/* Written late, so that nothing empty leaves empty lines behind. */
static void write_gap(struct rich *r)
{
	size_t there = line_ends_behind(r);

	while (r->text.len > 0 && there < (size_t)r->gap) {
		buf_putc(&r->text, '\n');
		there++;
	}
	r->gap = 0;
}

static void add_line(struct rich *r, const char *text, size_t len)
{
	size_t at = 0, from = 0;

	while (at < len) {
		size_t before = at;

		if (!is_dropped(utf8_next(text, len, &at)))
			continue;
		buf_add(&r->text, text + from, before - from);
		from = at;
	}
	buf_add(&r->text, text + from, len - from);
}

void rich_add(struct rich *r, const char *text, size_t len)
{
	const char *end = text + len, *stop;

	if (len == 0)
		return;
	write_gap(r);
	for (; text < end; text = stop) {
		stop = memchr(text, '\n', (size_t)(end - text));
		if (stop != text) {
			indent(r);
			add_line(r, text, (size_t)((stop ? stop : end) - text));
		}
		if (!stop)
			return;
		buf_putc(&r->text, '\n');
		stop++;
	}
}

void rich_gap(struct rich *r, int lines)
{
	if (lines > r->gap)
		r->gap = lines;
}

int rich_begin(struct rich *r, enum style style, const char *value)
{
	if (r->has[style] || r->has[STYLE_PRE] || r->has[STYLE_CODE])
		return 0;
	write_gap(r);
	if (style != STYLE_PRE)
		indent(r);
	if (r->count == r->capacity) {
		r->capacity = r->capacity ? r->capacity * 2 : 16;
		r->spans = reallocarray(r->spans, r->capacity, sizeof *r->spans);
		if (!r->spans)
			abort();
	}
	r->spans[r->count] =
		(struct span){ .style = style, .from = r->text.len, .value = value };
	r->open[r->depth++] = r->count++;
	r->has[style] = 1;
	return 1;
}

/* Spans end in the order opposite to their beginning. */
void rich_end(struct rich *r, enum style style)
{
	r->spans[r->open[--r->depth]].to = r->text.len;
	r->has[style] = 0;
}

/* Spans over nothing are left out. */
void rich_finish(struct rich *r)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->count; i++)
		if (r->spans[i].from < r->spans[i].to)
			r->spans[kept++] = r->spans[i];
	r->count = kept;
}

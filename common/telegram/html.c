/* Rich text as Telegram's HTML. */

#include <string.h>

#include "common/telegram/rich.h"

static const struct {
	const char *open, *close;
} tags[STYLE_COUNT] = {
	[STYLE_BOLD] = { "<b>", "</b>" },
	[STYLE_ITALIC] = { "<i>", "</i>" },
	[STYLE_STRIKE] = { "<s>", "</s>" },
	[STYLE_CODE] = { "<code>", "</code>" },
	[STYLE_PRE] = { "<pre>", "</pre>" },
	[STYLE_QUOTE] = { "<blockquote>", "</blockquote>" },
	[STYLE_LINK] = { "<a>", "</a>" },
};

static const char *escape(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	default:
		return NULL;
	}
}

static void add_escaped(struct buf *out, const char *text, size_t len)
{
	const char *entity;
	size_t from = 0;

	for (size_t i = 0; i < len; i++) {
		entity = escape(text[i]);
		if (!entity)
			continue;
		buf_add(out, text + from, i - from);
		buf_puts(out, entity);
		from = i + 1;
	}
	buf_add(out, text + from, len - from);
}

size_t html_char_bytes(char c)
{
	const char *entity = escape(c);

	return entity ? strlen(entity) : 1;
}

static void open_tag(struct buf *out, const struct span *s)
{
	if (!s->value) {
		buf_puts(out, tags[s->style].open);
		return;
	}
	buf_puts(out, s->style == STYLE_LINK ? "<a href=\"" : "<pre><code class=\"language-");
	add_escaped(out, s->value, strlen(s->value));
	buf_puts(out, "\">");
}

static void close_tag(struct buf *out, const struct span *s)
{
	if (s->style == STYLE_PRE && s->value)
		buf_puts(out, "</code>");
	buf_puts(out, tags[s->style].close);
}

size_t html_tag_bytes(const struct span *s)
{
	size_t bytes = strlen("<pre><code class=\"language-\"></code></pre>");

	for (const char *p = s->value; p && *p; p++)
		bytes += html_char_bytes(*p);
	return bytes;
}

/* Styles nest, so those that end are the innermost. */
void place_close(struct place_in *p, const struct rich *r)
{
	while (p->depth > 0 && r->spans[p->open[p->depth - 1]].to <= p->at)
		p->depth--;
}

/* The next place at which a tag stands, at most `to`. */
static size_t next_tag(const struct place_in *p, const struct rich *r, size_t to)
{
	size_t at = to;

	if (p->next < r->count && r->spans[p->next].from < at)
		at = r->spans[p->next].from;
	if (p->depth > 0 && r->spans[p->open[p->depth - 1]].to < at)
		at = r->spans[p->open[p->depth - 1]].to;
	return at;
}

static void close_ended(struct buf *out, const struct rich *r, struct place_in *p)
{
	while (p->depth > 0 && r->spans[p->open[p->depth - 1]].to <= p->at)
		close_tag(out, &r->spans[p->open[--p->depth]]);
}

static void open_begun(struct buf *out, const struct rich *r, struct place_in *p)
{
	while (p->next < r->count && r->spans[p->next].from <= p->at) {
		if (r->spans[p->next].to > p->at) {
			open_tag(out, &r->spans[p->next]);
			p->open[p->depth++] = p->next;
		}
		p->next++;
	}
}

void html_write(struct buf *out, const struct rich *r, struct place_in *p, size_t to)
{
	place_close(p, r);
	for (int i = 0; i < p->depth; i++)
		open_tag(out, &r->spans[p->open[i]]);
	while (p->at < to) {
		size_t stop;

		close_ended(out, r, p);
		open_begun(out, r, p);
		stop = next_tag(p, r, to);
		add_escaped(out, r->text.data + p->at, stop - p->at);
		p->at = stop;
	}
	for (int i = p->depth; i-- > 0;)
		close_tag(out, &r->spans[p->open[i]]);
}

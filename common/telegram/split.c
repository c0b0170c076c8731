/* Rich text to messages of a size that Telegram takes. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unigbrk.h>

#include "common/base/utf8.h"
#include "common/telegram/rich.h"

enum {
	UNITS_MAX = 4096,
	ENTITIES_MAX = 100,
	BYTES_MAX = 32000, /* Telegram's own is 32768 */
};

enum cut { CUT_GRAPHEME, CUT_WORD, CUT_LINE, CUT_PARAGRAPH, CUT_COUNT };

struct fill {
	struct place_in place;
	size_t units, bytes, entities, units_max;
	size_t best[CUT_COUNT]; /* where a cut is possible; 0: nowhere */
};

struct splitter {
	const struct rich *rich;
	const char *text;
	size_t len;
	char *graphemes; /* 1 before each */
	struct place_in place;
	size_t units_max; /* of the next part */
};

/* A style may be cut by those inside it, so each counts once for itself and once for each
 * around. */
static void count_span(struct fill *f, const struct span *s, int depth)
{
	f->entities += 1 + (size_t)depth;
	f->bytes += html_tag_bytes(s);
}

static void count_begun(struct fill *f, const struct rich *r)
{
	struct place_in *p = &f->place;

	place_close(p, r);
	while (p->next < r->count && r->spans[p->next].from <= p->at) {
		if (r->spans[p->next].to > p->at) {
			count_span(f, &r->spans[p->next], p->depth);
			p->open[p->depth++] = p->next;
		}
		p->next++;
	}
}

static int is_full(const struct fill *f)
{
	return f->units > f->units_max || f->bytes > BYTES_MAX || f->entities > ENTITIES_MAX;
}

static void note_cut(struct fill *f, const struct splitter *s)
{
	size_t at = f->place.at;

	if (at >= s->len || !s->graphemes[at])
		return;
	f->best[CUT_GRAPHEME] = at;
	if (s->text[at - 1] == ' ')
		f->best[CUT_WORD] = at;
	if (s->text[at - 1] != '\n')
		return;
	f->best[CUT_LINE] = at;
	if (at > 1 && s->text[at - 2] == '\n')
		f->best[CUT_PARAGRAPH] = at;
}

/* The next character; 0 if it does not fit any more. */
static int take_character(struct fill *f, const struct splitter *s)
{
	size_t from = f->place.at, to = from;

	count_begun(f, s->rich);
	f->units += utf8_next(s->text, s->len, &to) >= 0x10000 ? 2 : 1;
	for (size_t i = from; i < to; i++)
		f->bytes += html_char_bytes(s->text[i]);
	if (is_full(f))
		return 0;
	f->place.at = to;
	return 1;
}

/* The best cut that leaves a part of decent size. */
static size_t choose(const struct fill *f, size_t start)
{
	size_t least = start + (f->place.at - start) / 3;

	for (int cut = CUT_PARAGRAPH; cut > CUT_GRAPHEME; cut--)
		if (f->best[cut] > least)
			return f->best[cut];
	return f->best[CUT_GRAPHEME] > start ? f->best[CUT_GRAPHEME] : f->place.at;
}

static size_t part_end(const struct splitter *s)
{
	struct fill f = { .place = s->place, .units_max = s->units_max };

	for (int i = 0; i < f.place.depth; i++)
		count_span(&f, &s->rich->spans[f.place.open[i]], i);
	while (f.place.at < s->len && take_character(&f, s))
		note_cut(&f, s);
	return f.place.at == s->len ? s->len : choose(&f, s->place.at);
}

static int is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t';
}

static int is_code(const struct splitter *s)
{
	const struct place_in *p = &s->place;
	const struct rich *r = s->rich;

	if (p->depth > 0 && r->spans[p->open[p->depth - 1]].style == STYLE_PRE)
		return 1;
	for (size_t i = p->next; i < r->count && r->spans[i].from <= p->at; i++)
		if (r->spans[i].style == STYLE_PRE && r->spans[i].to > p->at)
			return 1;
	return 0;
}

/* Between parts space is dropped; in code only the line's end, for indentation has meaning. */
static void skip_space(struct splitter *s)
{
	while (s->place.at < s->len && is_space(s->text[s->place.at])) {
		place_close(&s->place, s->rich);
		if (s->text[s->place.at] != '\n' && is_code(s))
			return;
		s->place.at++;
	}
	place_close(&s->place, s->rich);
}

static int is_invisible(uint32_t code)
{
	return code <= 0x20 || code == 0xa0 || code == 0xad || code == 0x34f || code == 0x61c ||
	       code == 0x115f || code == 0x1160 || code == 0x1680 || code == 0x180e ||
	       (code >= 0x2000 && code <= 0x200f) || (code >= 0x2028 && code <= 0x202f) ||
	       (code >= 0x205f && code <= 0x206f) || code == 0x2800 || code == 0x3000 ||
	       code == 0x3164 || code == 0xffa0 || code == 0xfeff ||
	       (code >= 0xfe00 && code <= 0xfe0f) || (code >= 0xe0000 && code <= 0xe0fff);
}

static int is_visible(const char *text, size_t len)
{
	size_t at = 0;

	while (at < len)
		if (!is_invisible(utf8_next(text, len, &at)))
			return 1;
	return 0;
}

static void add_part(struct telegram_parts *out, struct arena *a, const char *html,
		     const char *plain)
{
	struct telegram_part *items;

	if ((out->n & (out->n - 1)) == 0) { /* a power of two: full */
		items = arena_alloc(a, (size_t)(out->n ? 2 * out->n : 1) * sizeof *items);
		if (out->n)
			memcpy(items, out->items, (size_t)out->n * sizeof *items);
		out->items = items;
	}
	out->items[out->n++] = (struct telegram_part){ html, plain };
}

static void cut_part(struct splitter *s, struct telegram_parts *out, struct arena *a)
{
	size_t from = s->place.at, cut = part_end(s), to = cut;
	struct buf html = { 0 };

	while (to > from && is_space(s->text[to - 1]))
		to--;
	if (is_visible(s->text + from, to - from)) {
		html_write(&html, s->rich, &s->place, to);
		add_part(out, a, arena_dup(a, buf_str(&html), html.len),
			 arena_dup(a, s->text + from, to - from));
		s->units_max = UNITS_MAX;
		buf_free(&html);
	}
	s->place.at = cut;
}

void rich_split(struct telegram_parts *out, struct arena *a, const struct rich *r,
		size_t first_max)
{
	struct splitter s = { .rich = r,
			      .text = buf_str(&r->text),
			      .len = r->text.len,
			      .units_max = first_max ? first_max : UNITS_MAX };

	*out = (struct telegram_parts){ 0 };
	s.graphemes = malloc(s.len + 1);
	if (!s.graphemes)
		abort();
	u8_grapheme_breaks((const uint8_t *)s.text, s.len, s.graphemes);
	skip_space(&s);
	while (s.place.at < s.len) {
		cut_part(&s, out, a);
		skip_space(&s);
	}
	free(s.graphemes);
}

/* Text -> words, with what stands between them: quotes, code, ends of sentences. */

#include "common/handoff/words.h"

#include <string.h>

#include "common/base/utf8.h"

enum { SLICE = 1500 }; /* bytes of a long text that are read at either end */

enum quote { Q_ANGLE, Q_CURLY, Q_LOW, Q_STRAIGHT, Q_SINGLE, Q_CORNER, Q_CODE, QUOTES };

struct reading {
	struct words *out;
	const char *text;
	size_t len, at;
	int sentence;            /* where it began */
	int quoted_from[QUOTES]; /* index of the first word within + 1; 0: not open */
	int open;                /* the last word still grows */
	uint32_t before;         /* the character read before this one */
	struct word next;        /* gap and flags of the word to come */
};

static struct word *last(struct reading *r)
{
	return r->out->n > 0 ? &r->out->items[r->out->n - 1] : NULL;
}

/* --- one word --------------------------------------------------------------- */

static void squeeze(struct word *w)
{
	size_t n = 0;

	for (size_t i = 0, run; i < w->len; i += run) {
		for (run = 1; i + run < w->len && w->letters[i + run] == w->letters[i];)
			run++;
		for (size_t k = 0; k < (run > 2 ? 1 : run); k++)
			w->letters[n++] = w->letters[i];
	}
	w->len = (uint8_t)n;
}

/* A word of two alphabets was typed with letters that only look right. */
static void unmix(struct word *w)
{
	static const char latin[] = "aceopxykmhtb";
	static const uint16_t cyrillic[] = { u'а', u'с', u'е', u'о', u'р', u'х',
					     u'у', u'к', u'м', u'н', u'т', u'в' };
	int of[2] = { 0 };

	for (int i = 0; i < w->len; i++)
		of[w->letters[i] >= 0x0400]++;
	for (int i = 0; i < w->len; i++)
		for (size_t k = 0; k < sizeof cyrillic / sizeof *cyrillic; k++)
			if (of[1] >= of[0] && w->letters[i] == latin[k])
				w->letters[i] = cyrillic[k];
			else if (of[1] < of[0] && w->letters[i] == cyrillic[k])
				w->letters[i] = (uint8_t)latin[k];
	w->script = of[1] >= of[0] ? SCRIPT_CYRILLIC : SCRIPT_LATIN;
}

static void close_word(struct reading *r)
{
	struct word *w = last(r);
	int cyrillic = 0, latin = 0, digits = 0;

	if (!r->open)
		return;
	r->open = 0;
	for (int i = 0; i < w->len; i++) {
		digits += w->letters[i] < 0x3A;
		latin += w->letters[i] >= 'a' && w->letters[i] <= 'z';
		cyrillic += w->letters[i] >= 0x0400 && w->letters[i] <= 0x052F;
	}
	if (digits) {
		w->flags |= WORD_NUMBER;
		return;
	}
	if (latin && cyrillic)
		unmix(w);
	squeeze(w);
}

/* Of too many words the first and the last stay. */
static void drop_middle(struct reading *r)
{
	enum { KEPT = WORDS_MAX / 2, DROPPED = WORDS_MAX / 4 };
	struct word *from = &r->out->items[KEPT];

	memmove(from, from + DROPPED, (WORDS_MAX - KEPT - DROPPED) * sizeof *from);
	r->out->n -= DROPPED;
	from->gap = GAP_STOP;
	r->sentence = r->sentence > KEPT + DROPPED ? r->sentence - DROPPED : KEPT;
	for (int q = 0; q < QUOTES; q++)
		if (r->quoted_from[q] > KEPT + DROPPED)
			r->quoted_from[q] -= DROPPED;
		else if (r->quoted_from[q] > KEPT)
			r->quoted_from[q] = KEPT + 1;
}

static void add_letter(struct reading *r, uint32_t folded, uint32_t raw)
{
	enum script script = letter_script(folded);
	struct word *w;

	if (!r->open || script == SCRIPT_HAN) {
		close_word(r);
		if (r->out->n == WORDS_MAX)
			drop_middle(r);
		w = &r->out->items[r->out->n++];
		*w = r->next;
		r->next = (struct word){ 0 };
		w->script = (uint8_t)script;
		w->flags |= raw != folded ? WORD_CASED : 0;
		r->open = script != SCRIPT_HAN;
	}
	w = last(r);
	if (w->len < WORD_LETTERS)
		w->letters[w->len++] = (uint16_t)folded;
}

/* --- between words ---------------------------------------------------------- */

static void set_gap(struct reading *r, enum word_gap gap)
{
	if (gap > r->next.gap)
		r->next.gap = (uint8_t)gap;
	if (gap == GAP_STOP)
		r->sentence = r->out->n;
}

static void mark(struct reading *r, int from, enum word_flag flag)
{
	for (int i = from; i < r->out->n; i++)
		r->out->items[i].flags |= (uint8_t)flag;
}

static void open_quote(struct reading *r, enum quote q)
{
	r->quoted_from[q] = r->out->n + 1;
	set_gap(r, GAP_COMMA);
}

/* One quoted word is emphasis or a name, and a message wholly in quotes is the message. */
static void close_quote(struct reading *r, enum quote q)
{
	int from = r->quoted_from[q] - 1;

	r->quoted_from[q] = 0;
	if (from < 0)
		return;
	if (q == Q_CODE)
		mark(r, from, WORD_CODE);
	else if (r->out->n - from > 1)
		mark(r, from, WORD_QUOTED);
	else if (r->out->n - from == 1 && r->out->items[from].gap == GAP_COMMA)
		r->out->items[from].gap = GAP_NONE;
	else
		return;
	if (r->out->n - from > 1)
		set_gap(r, GAP_COMMA);
}

static void toggle_quote(struct reading *r, enum quote q)
{
	if (r->quoted_from[q])
		close_quote(r, q);
	else
		open_quote(r, q);
}

static int on_quote(struct reading *r, uint32_t c, uint32_t after)
{
	int inside = letter_fold(r->before) > ' ' && letter_fold(after) > ' ';

	if (c == 0xAB || c == 0x300A)
		open_quote(r, Q_ANGLE);
	else if (c == 0xBB || c == 0x300B)
		close_quote(r, Q_ANGLE);
	else if (c == 0x201E)
		open_quote(r, Q_LOW);
	else if (c == 0x201C && r->quoted_from[Q_LOW])
		close_quote(r, Q_LOW);
	else if (c == 0x201C)
		open_quote(r, Q_CURLY);
	else if (c == 0x201D)
		close_quote(r, r->quoted_from[Q_LOW] ? Q_LOW : Q_CURLY);
	else if (c == 0x300C || c == 0x300E)
		open_quote(r, Q_CORNER);
	else if (c == 0x300D || c == 0x300F)
		close_quote(r, Q_CORNER);
	else if (c == '"')
		toggle_quote(r, Q_STRAIGHT);
	else if (c == '`')
		toggle_quote(r, Q_CODE);
	else if ((c == '\'' || c == 0x2018 || c == 0x2019) && !inside)
		toggle_quote(r, Q_SINGLE);
	else
		return 0;
	return 1;
}

static enum word_gap gap_of(uint32_t c)
{
	switch (c) {
	case '.':
	case '!':
	case '?':
	case ';':
	case '\n':
	case 0x2026:
	case 0x3002:
	case 0xFF01:
	case 0xFF1F:
	case 0xFF1B:
	case 0x061F:
	case 0x061B:
		return GAP_STOP;
	case ':':
	case 0xFF1A:
		return GAP_COLON;
	case ',':
	case '(':
	case ')':
	case 0x2013:
	case 0x2014:
	case 0x3001:
	case 0xFF0C:
	case 0x060C:
		return GAP_COMMA;
	default:
		return GAP_NONE;
	}
}

/* The French, Italian and Catalan article before an apostrophe is a word of its own. */
static int is_elision(const struct word *w)
{
	static const char one[] = "ldjmtscn";

	if (w->len == 1)
		return strchr(one, w->letters[0]) != NULL;
	return w->len <= 5 && w->script == SCRIPT_LATIN &&
	       ((w->letters[0] == 'q' && w->letters[1] == 'u') ||
		w->letters[w->len - 1] == 'l' ||
		(w->len == 2 && w->letters[0] == 'u' && w->letters[1] == 'n'));
}

static void on_sign(struct reading *r, uint32_t c, uint32_t after)
{
	int was_open = r->open;
	int joined = was_open && letter_fold(after) > ' ' && after > ' ';

	if ((c == '\'' || c == 0x2019 || c == 0x02BC) && joined && !is_elision(last(r)))
		return; /* don't, зв'яжіть: one word */
	close_word(r);
	if (c == ' ')
		return;
	if (on_quote(r, c, after))
		return;
	if (c == '-' && joined)
		r->next.flags |= WORD_HYPHEN;
	else if (c == '-' && r->before == ' ' && after == ' ')
		set_gap(r, GAP_COMMA);
	if (was_open && c < 0x80 && strchr("([{=<>_$@\\&|", (int)c))
		last(r)->flags |= WORD_CODE;
	if (c < 0x80 && strchr("_$@=\\", (int)c) && letter_fold(after) > ' ')
		r->next.flags |= WORD_CODE;
	if ((c == '?' || c == 0xFF1F || c == 0x061F))
		mark(r, r->sentence, WORD_ASKED);
	set_gap(r, gap_of(c));
}

static void skip_address(struct reading *r)
{
	while (r->at < r->len && (unsigned char)r->text[r->at] > ' ')
		r->at++;
	if (last(r))
		last(r)->flags |= WORD_CODE;
}

static void read_slice(struct reading *r, const char *text, size_t len)
{
	r->text = text, r->len = len, r->at = 0, r->before = ' ';
	while (r->at < len) {
		uint32_t c = utf8_next(text, len, &r->at), folded = letter_fold(c);
		size_t peek = r->at;

		if (folded > ' ')
			add_letter(r, folded, c);
		else if (folded == ' ' && c == ':' && peek < len && text[peek] == '/')
			skip_address(r);
		else if (folded == ' ')
			on_sign(r, c, peek < len ? utf8_next(text, len, &peek) : ' ');
		r->before = c;
	}
	close_word(r);
}

void words_read(struct words *out, const char *text, size_t len)
{
	struct reading r = { .out = out };

	out->n = 0;
	if (len <= (size_t)2 * SLICE) {
		read_slice(&r, text, len);
	} else {
		size_t tail = utf8_floor(text, len, len - SLICE);

		read_slice(&r, text, utf8_floor(text, len, SLICE));
		for (int q = 0; q < QUOTES; q++) /* what was not closed yet may go on */
			if (r.quoted_from[q] && q != Q_SINGLE)
				mark(&r, r.quoted_from[q] - 1, WORD_QUOTED);
		set_gap(&r, GAP_STOP);
		read_slice(&r, text + tail, len - tail);
	}
	if (out->n > 0 && (out->items[0].flags & WORD_QUOTED)) {
		int all = 1;

		for (int i = 0; i < out->n; i++)
			all &= out->items[i].flags & WORD_QUOTED;
		for (int i = 0; all && i < out->n; i++)
			out->items[i].flags &= (uint8_t)~WORD_QUOTED;
	}
}

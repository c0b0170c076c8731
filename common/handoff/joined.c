/* Words typed letter by letter ("H U M A N"), and sentences typed without spaces
 * ("talktoahuman"). */

#include <string.h>

#include "common/handoff/lexicon.h"

enum {
	SPELLED_MIN = 4, /* letters that stand alone, in a row */
	GLUED_MIN = 8,   /* letters of a sentence without spaces */
	GLUED_WORDS = 6, /* of a message in which one is sought */
	PARTS_MAX = 10,
};

/* --- letter by letter -------------------------------------------------------- */

static int is_letter(const struct word *w)
{
	return w->len == 1 && !(w->flags & (WORD_NUMBER | WORD_QUOTED)) &&
	       (w->script == SCRIPT_LATIN || w->script == SCRIPT_CYRILLIC);
}

static int letters_in_a_row(const struct words *w, int from)
{
	int n = 0;

	while (from + n < w->n && n < WORD_LETTERS && is_letter(&w->items[from + n]) &&
	       w->items[from + n].script == w->items[from].script)
		n++;
	return n;
}

void words_spell(struct words *w)
{
	int to = 0;

	for (int from = 0, n; from<w->n; from += n> 0 ? n : 1) {
		n = letters_in_a_row(w, from);
		if (to != from)
			w->items[to] = w->items[from];
		if (n < SPELLED_MIN)
			n = 0;
		for (int i = 1; i < n; i++)
			w->items[to].letters[i] = w->items[from + i].letters[0];
		if (n > 0)
			w->items[to].len = (uint8_t)n;
		to++;
	}
	w->n = to;
}

/* --- without spaces ---------------------------------------------------------- */

struct gluing {
	const struct word *word;
	uint8_t ends[PARTS_MAX]; /* of the parts */
	int parts;
};

/* The fewest words that make up the whole: 1, or 0 if none do. */
static int split(struct gluing *g)
{
	uint8_t count[WORD_LETTERS + 1] = { 0 }, before[WORD_LETTERS + 1] = { 0 };
	int len = g->word->len;

	for (int at = 0; at < len; at++) {
		uint64_t ends = at == 0 || count[at] ? lexicon_beginnings(g->word, at) : 0;

		for (int n = 1; n <= len - at; n++) {
			if (!(ends >> n & 1) ||
			    (count[at + n] && count[at + n] <= count[at] + 1))
				continue;
			count[at + n] = (uint8_t)(count[at] + 1);
			before[at + n] = (uint8_t)at;
		}
	}
	if (count[len] == 0 || count[len] > PARTS_MAX)
		return 0;
	g->parts = count[len];
	for (int end = len, k = g->parts; k > 0; end = before[end])
		g->ends[--k] = (uint8_t)end;
	return 1;
}

static struct word part_of(const struct word *whole, int from, int to)
{
	struct word part = { .len = (uint8_t)(to - from), .script = whole->script };

	memcpy(part.letters, whole->letters + from, (size_t)(to - from) * sizeof *part.letters);
	part.flags =
		(uint8_t)(whole->flags & ~WORD_NUMBER) & (WORD_QUOTED | WORD_CODE | WORD_ASKED);
	if (from == 0)
		part.gap = whole->gap, part.flags = whole->flags & (uint8_t)~WORD_NUMBER;
	return part;
}

/* Only what names somebody, and says more than that, was a sentence. */
static int is_sentence(const struct gluing *g)
{
	int named = 0, asked = 0;

	for (int i = 0, from = 0; i < g->parts; from = g->ends[i++]) {
		struct word part = part_of(g->word, from, g->ends[i]);
		uint64_t of[LANGUAGES] = { 0 }, all = 0;

		lexicon_look(&part, of);
		for (int l = 0; l < LANGUAGES; l++)
			all |= of[l];
		if (part.len > 3 && all & TARGET)
			named = 1;
		else
			asked |= (all & (REQUEST | LIVE | PLEASE)) != 0;
	}
	return named && (asked || g->parts > 2);
}

static void unglue(struct words *w, int at)
{
	struct word whole = w->items[at], parts[PARTS_MAX];
	int n = 0;
	struct gluing g = { .word = &whole };

	if (!split(&g) || g.parts < 2 || !is_sentence(&g))
		return;
	for (int i = 0, from = 0; i < g.parts; from = g.ends[i++])
		if (whole.letters[from] >= 'a') /* "talk2me": the digit is a preposition */
			parts[n++] = part_of(&whole, from, g.ends[i]);
	memmove(&w->items[at + n], &w->items[at + 1], (size_t)(w->n - at - 1) * sizeof whole);
	memcpy(&w->items[at], parts, (size_t)n * sizeof whole);
	w->n += n - 1;
}

void words_unglue(struct words *w)
{
	if (w->n > GLUED_WORDS)
		return;
	for (int i = w->n - 1; i >= 0; i--) {
		const struct word *it = &w->items[i];
		uint64_t of[LANGUAGES] = { 0 }, all = 0;

		if (it->len < GLUED_MIN ||
		    (it->script != SCRIPT_LATIN && it->script != SCRIPT_CYRILLIC))
			continue;
		lexicon_look(it, of);
		for (int l = 0; l < LANGUAGES; l++)
			all |= of[l];
		if (!all)
			unglue(w, i);
	}
}

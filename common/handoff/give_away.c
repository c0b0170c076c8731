/* Does an answer say that it comes from a bot, or that the bot cannot help? */

#include <string.h>

#include "common/handoff/phrases.h"

static int same_word(const struct word *a, const struct word *b)
{
	return a->len == b->len &&
	       memcmp(a->letters, b->letters, a->len * sizeof *a->letters) == 0;
}

static int is_word(const struct word *w, const char *text)
{
	uint16_t letters[WORD_LETTERS];
	size_t n = letters_fold(letters, WORD_LETTERS, text, strlen(text));

	return w->len == n && memcmp(w->letters, letters, n * sizeof *letters) == 0;
}

/* "I cannot but note", "не могу не отметить", "as an AI-based stove": only half of a phrase. */
static int goes_on(const struct words *w, int at)
{
	const struct word *next = at < w->n ? &w->items[at] : NULL;

	if (!next || next->gap == GAP_STOP)
		return 0;
	return next->flags & WORD_HYPHEN || is_word(next, "не") || is_word(next, "but");
}

static int stands_at(const struct words *w, int at, const struct phrase *phrase)
{
	if (at + phrase->n > w->n)
		return 0;
	for (int i = 0; i < phrase->n; i++)
		if (!same_word(&w->items[at + i], &phrase->words[i]) ||
		    (i > 0 && w->items[at + i].gap == GAP_STOP))
			return 0;
	return !goes_on(w, at + phrase->n);
}

static int gives_up_at(const struct words *w, int at, const struct handoff_phrases *phrases)
{
	const struct word *first = &w->items[at];

	if (!phrases_may_begin(phrases->begin_words, first->letters[0]) ||
	    first->flags & (WORD_QUOTED | WORD_CODE))
		return 0;
	for (int i = 0; i < phrases->n; i++)
		if (stands_at(w, at, &phrases->items[i]))
			return 1;
	return 0;
}

int handoff_gives_up(const char *answer, const struct handoff_phrases *phrases)
{
	struct words said;

	phrases = phrases_or_presets(phrases);
	words_read(&said, answer, strlen(answer));
	for (int i = 0; i < said.n; i++)
		if (gives_up_at(&said, i, phrases))
			return 1;
	return 0;
}

/* How much of an answer that is still being written gives nothing away. */

#include "common/base/utf8.h"
#include "common/handoff/phrases.h"

static int is_apostrophe(uint32_t c)
{
	return c == '\'' || c == 0x2019 || c == 0x02BC;
}

uint32_t letters_next(struct letters *l)
{
	while (l->at < l->len) {
		uint32_t c = utf8_next(l->text, l->len, &l->at), folded = letter_fold(c);

		if (folded > ' ') {
			l->is_between = 0;
			return folded;
		}
		if (folded == ' ' && !is_apostrophe(c) && !l->is_between) {
			l->is_between = 1;
			return ' ';
		}
	}
	return 0;
}

enum match { MATCH_NO, MATCH_SO_FAR, MATCH_WHOLE };

/* The words of `phrase`, and behind them the end of the last one. */
static enum match match_words(struct letters *l, const uint16_t *phrase)
{
	for (;; phrase++) {
		uint32_t letter = letters_next(l);

		if (!letter)
			return MATCH_SO_FAR;
		if (letter != (*phrase ? *phrase : ' '))
			return MATCH_NO;
		if (!*phrase)
			return MATCH_WHOLE;
	}
}

/* "I cannot but ...", "не могу не ...": only half of a phrase. */
static int is_harmless(const struct letters *behind)
{
	struct letters russian = *behind, english = *behind;

	return match_words(&russian, u"не") == MATCH_WHOLE ||
	       match_words(&english, u"but") == MATCH_WHOLE;
}

static int may_become(const char *text, size_t len, const struct phrase *phrase)
{
	struct letters l = { .text = text, .len = len, .is_between = 1 };
	enum match match = match_words(&l, phrase->letters);

	return match == MATCH_SO_FAR || (match == MATCH_WHOLE && !is_harmless(&l));
}

static int may_begin(const char *text, size_t len, uint32_t letter,
		     const struct handoff_phrases *phrases)
{
	if (!phrases_may_begin(phrases->begin_letters, letter))
		return 0;
	for (int i = 0; i < phrases->n; i++)
		if (phrases->items[i].letters[0] == letter &&
		    may_become(text, len, &phrases->items[i]))
			return 1;
	return 0;
}

static uint32_t letter_before(const char *text, size_t len, size_t at)
{
	size_t start = at > 0 ? utf8_floor(text, len, at - 1) : 0;

	return at > 0 ? letter_fold(utf8_next(text, len, &start)) : ' ';
}

/* A word that begins no phrase now never will: what was looked at needs no second look. */
size_t handoff_presentable(const char *text, size_t len, size_t before,
			   const struct handoff_phrases *phrases)
{
	uint32_t last = letter_before(text, len, before);
	size_t at = before;

	phrases = phrases_or_presets(phrases);
	while (at < len) {
		size_t start = at;
		uint32_t folded = letter_fold(utf8_next(text, len, &at));

		if (folded > ' ' && last <= ' ' &&
		    may_begin(text + start, len - start, folded, phrases))
			return start;
		last = folded;
	}
	return len;
}

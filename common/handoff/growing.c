/* How much of an answer that is still being written gives nothing away. */

#include <string.h>

#include "common/base/utf8.h"
#include "common/handoff/handoff.h"
#include "common/handoff/words.h"

/* A text read letter by letter, as words hold them; all between two words is one space. */
struct letters {
	const char *text;
	size_t len, at;
	int is_between; /* the last one was no letter */
};

static int is_apostrophe(uint32_t c)
{
	return c == '\'' || c == 0x2019 || c == 0x02BC;
}

/* 0 behind the end. */
static uint32_t next_letter(struct letters *l)
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
static enum match match_words(struct letters *l, const char *phrase)
{
	struct letters p = { .text = phrase, .len = strlen(phrase), .is_between = 1 };

	for (;;) {
		uint32_t wanted = next_letter(&p), letter = next_letter(l);

		if (!letter)
			return MATCH_SO_FAR;
		if (!wanted || wanted == ' ') {
			if (letter != ' ')
				return MATCH_NO;
			if (!wanted)
				return MATCH_WHOLE;
		} else if (letter != wanted) {
			return MATCH_NO;
		}
	}
}

/* "I cannot but ...", "не могу не ...": only half of a phrase. */
static enum match match_phrase(const char *text, size_t len, const char *phrase)
{
	static const char *const harmless[] = { "не", "but" };
	struct letters l = { .text = text, .len = len, .is_between = 1 };
	enum match match = match_words(&l, phrase);

	for (size_t i = 0; match == MATCH_WHOLE && i < 2; i++) {
		struct letters rest = l;
		enum match more = match_words(&rest, harmless[i]);

		if (more == MATCH_WHOLE)
			return MATCH_NO;
	}
	return match;
}

static int may_begin(const char *text, size_t len, const char *const *phrases)
{
	for (const char *const *p = phrases; *p; p++)
		if (match_phrase(text, len, *p) != MATCH_NO)
			return 1;
	return 0;
}

size_t handoff_presentable(const char *text, size_t len, size_t shown,
			   const char *const *phrases)
{
	uint32_t before = ' ';
	size_t at = shown;

	if (!phrases)
		phrases = handoff_give_away;
	while (at < len) {
		size_t start = at;
		uint32_t folded = letter_fold(utf8_next(text, len, &at));

		if (folded > ' ' && before <= ' ' &&
		    may_begin(text + start, len - start, phrases))
			return start;
		before = folded;
	}
	return len;
}

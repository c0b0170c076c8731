/* Answers in which a bot says that it is one, or that it cannot. */

#include <string.h>

#include "common/handoff/handoff.h"
#include "common/handoff/words.h"

enum { PHRASE_WORDS = 12 };

const char *const handoff_give_away[] = {
	"я не могу",
	"я не в состоянии",
	"не могу ответить на этот вопрос",
	"не могу помочь с этим",
	"не могу предоставить",
	"как искусственный интеллект",
	"как языковая модель",
	"как ии",
	"я всего лишь бот",
	"я всего лишь программа",
	"я языковая модель",
	"у меня нет доступа",
	"у меня нет такой информации",
	"у меня нет информации",
	"обратитесь к оператору",
	"as an ai",
	"as a language model",
	"as an artificial intelligence",
	"i am an ai",
	"im an ai",
	"i am just a bot",
	"im just a bot",
	"i am only a bot",
	"i am unable to",
	"im unable to",
	"i cannot help",
	"i cant help",
	"i cannot answer",
	"i cant answer",
	"i cannot provide",
	"i cant provide",
	"i dont have access",
	"i do not have access",
	"i dont have information",
	"i do not have information",
	NULL,
};

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

static int stands_at(const struct words *w, int at, const struct words *phrase)
{
	if (at + phrase->n > w->n || w->items[at].flags & (WORD_QUOTED | WORD_CODE))
		return 0;
	for (int i = 0; i < phrase->n; i++)
		if (!same_word(&w->items[at + i], &phrase->items[i]) ||
		    (i > 0 && w->items[at + i].gap == GAP_STOP))
			return 0;
	return !goes_on(w, at + phrase->n);
}

int handoff_gives_up(const char *answer, const char *const *phrases)
{
	struct words said, phrase;

	words_read(&said, answer, strlen(answer));
	for (const char *const *p = phrases ? phrases : handoff_give_away; *p; p++) {
		words_read(&phrase, *p, strlen(*p));
		if (phrase.n == 0 || phrase.n > PHRASE_WORDS)
			continue;
		for (int i = 0; i < said.n; i++)
			if (stands_at(&said, i, &phrase))
				return 1;
	}
	return 0;
}

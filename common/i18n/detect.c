/* Which language words show.  Addresses, names of things and numbers show none. */

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/utf8.h"
#include "common/i18n/i18n.h"

enum { WORD_MAX = 12, SHARE = 40 /* per cent of an English text are such words */ };

/* Words that make sentences; sorted. */
static const char *const english[] = {
	"a",      "about", "after", "all",    "am",     "an",    "and",     "any",    "are",
	"as",     "at",    "be",    "been",   "before", "but",   "by",      "can",    "can't",
	"cannot", "could", "did",   "didn't", "do",     "does",  "doesn't", "don't",  "for",
	"from",   "get",   "give",  "good",   "had",    "has",   "have",    "he",     "hello",
	"help",   "her",   "here",  "hey",    "hi",     "his",   "how",     "i",      "i'd",
	"i'm",    "i've",  "if",    "in",     "is",     "isn't", "it",      "it's",   "just",
	"know",   "like",  "long",  "many",   "may",    "me",    "more",    "much",   "must",
	"my",     "need",  "not",   "of",     "on",     "or",    "our",     "please", "she",
	"should", "so",    "some",  "still",  "tell",   "thank", "thanks",  "that",   "the",
	"their",  "them",  "there", "these",  "they",   "this",  "to",      "very",   "want",
	"was",    "we",    "were",  "what",   "when",   "where", "which",   "who",    "why",
	"will",   "with",  "won't", "would",  "yes",    "you",   "your",
};

struct seen {
	int cyrillic, latin; /* letters */
	int words, english;  /* in Latin letters */
};

static int is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static int is_latin(uint32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0x24F);
}

/* Of a letter that we have words with; '~' for others. */
static char lower(uint32_t c)
{
	if (c == '\'' || c == 0x2019)
		return '\'';
	if (c < 'A' || c > 'z')
		return '~';
	return "abcdefghijklmnopqrstuvwxyz"[(c | 0x20) - 'a'];
}

static int compare(const void *word, const void *item)
{
	return strcmp(word, *(const char *const *)item);
}

static int is_english(const char *word)
{
	return bsearch(word, english, sizeof english / sizeof *english, sizeof *english,
		       compare) != NULL;
}

static void end_word(struct seen *s, char word[WORD_MAX + 2], size_t *len)
{
	if (*len == 0)
		return;
	word[*len < WORD_MAX ? *len : 0] = 0; /* a longer one is none of ours */
	s->words++;
	s->english += is_english(word);
	*len = 0;
}

/* Letters between two blanks; within an address or a number they say nothing. */
static void read_piece(struct seen *s, const char *text, size_t len)
{
	char word[WORD_MAX + 2];
	size_t at = 0, n = 0;

	for (; len > 0 && ispunct((unsigned char)text[len - 1]); len--)
		;
	for (; len > 0 && ispunct((unsigned char)*text); len--)
		text++;
	for (size_t i = 0; i < len; i++)
		if (!isalpha((unsigned char)text[i]) && strchr("@/\\_.:=&#0123456789", text[i]))
			return;
	while (at < len) {
		uint32_t c = utf8_next(text, len, &at);

		s->cyrillic += c >= 0x400 && c <= 0x52F;
		s->latin += is_latin(c);
		if (!is_latin(c) && !(n > 0 && (c == '\'' || c == 0x2019)))
			end_word(s, word, &n);
		else if (n++ < WORD_MAX)
			word[n - 1] = lower(c);
	}
	end_word(s, word, &n);
}

static struct seen look(const char *text)
{
	struct seen s = { 0 };

	while (*text) {
		size_t len = 0;

		while (is_space(*text))
			text++;
		while (text[len] && !is_space(text[len]))
			len++;
		read_piece(&s, text, len);
		text += len;
	}
	return s;
}

const char *i18n_shown(const char *text)
{
	struct seen s = look(text);
	int says_english = s.english > 0 && s.english * 100 >= s.words * SHARE;

	if (s.cyrillic > 0 && (s.cyrillic >= s.latin || !says_english))
		return "ru";
	return says_english ? "en" : NULL;
}

const char *i18n_detect(const char *text, const char *hint)
{
	const char *shown = i18n_shown(text);

	if (shown || hint)
		return shown ? shown : hint;
	return look(text).latin > 0 ? "en" : NULL;
}

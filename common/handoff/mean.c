/* Words -> concepts: phrases, tables, typos, and which languages they are in. */

#include <string.h>

#include "common/handoff/lexicon.h"

enum { GUESSES_A_MESSAGE = 16 };

#define LATIN_LANGUAGES                                                                        \
	(1u << LANG_EN | 1u << LANG_DE | 1u << LANG_ES | 1u << LANG_FR | 1u << LANG_PT |       \
	 1u << LANG_TR | 1u << LANG_IT | 1u << LANG_PL)
#define CYRILLIC_LANGUAGES (1u << LANG_RU | 1u << LANG_UK | 1u << LANG_KK)
/* Where a verb may follow what it wants. */
#define FINAL_LANGUAGES                                                                        \
	(CYRILLIC_LANGUAGES | 1u << LANG_DE | 1u << LANG_TR | 1u << LANG_PL | 1u << LANG_ZH)

struct meaning {
	struct words *w;
	int guesses; /* typos that may be looked for still: they take most of the time */
	uint64_t of[WORDS_MAX][LANGUAGES];
	unsigned chosen[2]; /* of Latin, of Cyrillic words: sets of languages */
};

/* --- Russian in Latin letters ------------------------------------------------ */

static const struct spelling {
	const char *latin;
	uint16_t cyrillic;
} spellings[] = {
	{ "shch", u'щ' }, { "sch", u'щ' }, { "zh", u'ж' }, { "ch", u'ч' },
	{ "sh", u'ш' },   { "kh", u'х' },  { "ts", u'ц' }, { "yu", u'ю' },
	{ "ju", u'ю' },   { "ya", u'я' },  { "ja", u'я' }, { "yo", u'е' },
	{ "jo", u'е' },   { "ye", u'е' },  { "je", u'е' }, { "iy", u'и' },
};
static const char begin_many[] = "szcktyji";                   /* one of those */
static const uint16_t alone[] = u"абцдефгхииклмнопкрстуввхыз"; /* a to z */

static size_t spelled_together(const struct word *w, size_t at, uint16_t *letter)
{
	for (size_t k = 0; k < sizeof spellings / sizeof *spellings; k++) {
		const char *s = spellings[k].latin;
		size_t n = 0;

		while (s[n] && at + n < w->len && w->letters[at + n] == (uint8_t)s[n])
			n++;
		if (!s[n]) {
			*letter = spellings[k].cyrillic;
			return n;
		}
	}
	return 0;
}

static size_t spelled(const struct word *w, size_t at, uint16_t *letter)
{
	uint16_t first = w->letters[at];
	size_t n;

	if (first < 'a' || first > 'z')
		return 0;
	n = strchr(begin_many, first) ? spelled_together(w, at, letter) : 0;
	if (n > 0)
		return n;
	*letter = alone[first - 'a'];
	return 1;
}

static int is_unknown(const uint64_t of[LANGUAGES])
{
	uint64_t any = 0;

	for (int i = 0; i < LANGUAGES; i++)
		any |= of[i];
	return any == 0;
}

/* People leave the soft sign out, so a word is also looked for with it. */
static void look_transliterated(const struct word *w, int may_guess, uint64_t of[LANGUAGES])
{
	struct word russian = { .script = SCRIPT_CYRILLIC };
	uint64_t found[LANGUAGES] = { 0 };
	uint16_t letter;

	for (size_t at = 0, n; at < w->len; at += n) {
		n = spelled(w, at, &letter);
		if (n == 0)
			return;
		if (letter == u'ы' && russian.len > 0 &&
		    (russian.letters[russian.len - 1] == u'о' ||
		     russian.letters[russian.len - 1] == u'а' ||
		     russian.letters[russian.len - 1] == u'у' ||
		     russian.letters[russian.len - 1] == u'и'))
			letter = u'и';
		russian.letters[russian.len++] = letter;
	}
	lexicon_look(&russian, found);
	if (russian.len > 3 && russian.len < WORD_LETTERS &&
	    (russian.letters[russian.len - 1] == u'т' || is_unknown(found))) {
		russian.letters[russian.len++] = u'ь';
		lexicon_look(&russian, found);
		russian.len--;
	}
	if (may_guess && is_unknown(found) && russian.len >= 4)
		lexicon_guess(&russian, found);
	of[LANG_RU] |= found[LANG_RU];
}

/* --- one word --------------------------------------------------------------- */

/* Where many words are of no Latin language, they may be Russian; else this costs nothing. */
static void look_russian(struct meaning *m)
{
	int latin = 0, unknown = 0;

	for (int i = 0; i < m->w->n; i++) {
		int is_latin = m->w->items[i].script == SCRIPT_LATIN &&
			       !(m->w->items[i].flags & WORD_NUMBER);

		latin += is_latin;
		unknown += is_latin && is_unknown(m->of[i]);
	}
	if (unknown * 4 < latin || unknown == 0)
		return;
	for (int i = 0; i < m->w->n; i++)
		if (m->w->items[i].script == SCRIPT_LATIN)
			look_transliterated(&m->w->items[i], m->guesses > 0, m->of[i]);
}

static void guess_unknown(struct meaning *m)
{
	for (int i = 0; i < m->w->n && m->guesses > 0; i++) {
		const struct word *w = &m->w->items[i];

		if (w->len < 4 || w->flags & WORD_NUMBER || !is_unknown(m->of[i]))
			continue;
		m->guesses--;
		lexicon_guess(w, m->of[i]);
	}
}

/* Words of a phrase become one, in place. */
static void look_all(struct meaning *m)
{
	struct words *w = m->w;
	int to = 0;

	for (int from = 0; from < w->n;) {
		int n = lexicon_phrase(&w->items[from], w->n - from, m->of[to]);

		if (to != from)
			w->items[to] = w->items[from];
		if (n == 0) {
			memset(m->of[to], 0, sizeof m->of[to]);
			lexicon_look(&w->items[to], m->of[to]);
		} else /* a hyphen behind the phrase stays with the next word */
			w->items[to].flags &= (uint8_t)~WORD_HYPHEN;
		from += n > 0 ? n : 1;
		to++;
	}
	w->n = to;
}

/* --- languages -------------------------------------------------------------- */

static void choose(struct meaning *m, enum script script, unsigned languages)
{
	int score[LANGUAGES] = { 0 }, best = 1;
	unsigned *chosen = &m->chosen[script == SCRIPT_CYRILLIC];

	for (int i = 0; i < m->w->n; i++)
		for (int l = 0; m->w->items[i].script == script && l < LANGUAGES; l++)
			score[l] += m->of[i][l] != 0;
	*chosen = 0;
	for (int l = 0; l < LANGUAGES; l++)
		if (languages >> l & 1 && score[l] > best)
			best = score[l];
	for (int l = 0; l < LANGUAGES; l++)
		if (languages >> l & 1 && score[l] == best)
			*chosen |= 1u << l;
	if (script == SCRIPT_CYRILLIC && score[LANG_RU] == best)
		*chosen = 1u << LANG_RU | (*chosen & 1u << LANG_UK);
	if (script == SCRIPT_LATIN && (score[LANG_RU] > best || *chosen == 0))
		*chosen = 1u << LANG_RU;
}

/* What other languages may add to a word that the chosen ones do not know. */
static uint64_t foreign(const struct word *w, const uint64_t of[LANGUAGES])
{
	uint64_t all = 0;

	for (int l = 0; l < LANGUAGES; l++)
		all |= of[l];
	return w->script == SCRIPT_LATIN ? all & (TARGET | BOT | PLEASE | TRANSLATE) : all;
}

static void conclude(struct meaning *m, int i)
{
	struct word *w = &m->w->items[i];
	unsigned chosen = w->script == SCRIPT_LATIN      ? m->chosen[0]
			  : w->script == SCRIPT_CYRILLIC ? m->chosen[1]
							 : 1u << LANG_ZH | 1u << LANG_AR;

	w->means = 0;
	for (int l = 0; l < LANGUAGES; l++) {
		if (!(chosen >> l & 1))
			continue;
		w->means |= m->of[i][l];
		if (m->of[i][l] & REQUEST && FINAL_LANGUAGES >> l & 1)
			w->flags |= WORD_FINAL;
	}
	if (!w->means) {
		w->means = foreign(w, m->of[i]);
		if (w->script == SCRIPT_CYRILLIC && w->means & REQUEST)
			w->flags |= WORD_FINAL;
	}
}

static void mean(struct words *w, int guesses)
{
	struct meaning m;

	m.w = w;
	m.guesses = guesses;
	words_spell(w);
	words_unglue(w);
	look_all(&m);
	look_russian(&m);
	guess_unknown(&m);
	choose(&m, SCRIPT_LATIN, LATIN_LANGUAGES);
	choose(&m, SCRIPT_CYRILLIC, CYRILLIC_LANGUAGES);
	for (int i = 0; i < w->n; i++)
		conclude(&m, i);
}

void words_mean(struct words *w)
{
	mean(w, GUESSES_A_MESSAGE);
}

void words_mean_as_written(struct words *w)
{
	mean(w, 0);
}

/* The tables of all languages as one hash table, made when first needed and never changed. */

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/handoff/lexicon.h"

enum {
	SLOTS = 32768,
	FILTER = 65536,
	GUESSES = 2048,
	LETTERS = 32, /* as in letters_signature() */
	TAIL_MAX = 6,
	KEY_MAX = 48,
	PHRASE_MAX = 6
};

struct slot {
	uint64_t hash, means; /* means 0: free */
	uint8_t language, tail;
};

struct guess {
	uint64_t means;
	uint16_t letters[WORD_LETTERS];
	uint8_t len, tail, language, script;
};

static const struct {
	enum language language;
	const struct lexeme *lexemes;
} tables[] = {
	{ LANG_EN, lexicon_en },      { LANG_DE, lexicon_de }, { LANG_ES, lexicon_es },
	{ LANG_FR, lexicon_fr },      { LANG_PT, lexicon_pt }, { LANG_TR, lexicon_tr },
	{ LANG_IT, lexicon_it },      { LANG_PL, lexicon_pl }, { LANG_RU, lexicon_ru },
	{ LANG_RU, lexicon_ru_more }, { LANG_UK, lexicon_uk }, { LANG_KK, lexicon_kk },
	{ LANG_ZH, lexicon_zh },      { LANG_AR, lexicon_ar },
};

static pthread_once_t made = PTHREAD_ONCE_INIT;
static struct {
	struct slot slots[SLOTS];
	uint64_t filter[FILTER / 64];  /* which hashes may be there: most prefixes are not */
	uint64_t phrases[FILTER / 64]; /* which may be the first words of a phrase */
	struct guess guesses[GUESSES];
	uint32_t signatures[GUESSES]; /* of the guesses: most are refused by these alone */
	uint64_t first[LETTERS][GUESSES / 64],
		second[LETTERS][GUESSES / 64]; /* who has it there */
	int guess_count;
	int from[SCRIPT_OTHER + 1], to[SCRIPT_OTHER + 1]; /* where those of a script stand */
} index_of;

/* --- making ----------------------------------------------------------------- */

static uint64_t hash_step(uint64_t hash, uint16_t letter)
{
	hash = (hash ^ letter) * UINT64_C(0x9E3779B97F4A7C15);
	return hash ^ hash >> 29;
}

static int may_be(const uint64_t filter[FILTER / 64], uint64_t hash)
{
	return (filter[hash % FILTER / 64] >> hash % 64 & 1) != 0;
}

static void may_become(uint64_t filter[FILTER / 64], uint64_t hash)
{
	filter[hash % FILTER / 64] |= UINT64_C(1) << hash % 64;
}

/* Russian writes what is heard as one vowel in several ways. */
static uint16_t heard(uint16_t letter)
{
	return letter == u'а' ? u'о' : letter == u'е' || letter == u'я' ? u'и' : letter;
}

static void add_guess(const struct slot *s, const uint16_t *letters, size_t n)
{
	struct guess *g = &index_of.guesses[index_of.guess_count];

	if (index_of.guess_count == GUESSES || n < 4 || n > WORD_LETTERS)
		return;
	*g = (struct guess){
		.means = s->means,
		.len = (uint8_t)n,
		.tail = s->tail,
		.language = s->language,
		.script = (uint8_t)letter_script(letters[0]),
	};
	for (size_t i = 0; i < n; i++)
		g->letters[i] = heard(letters[i]);
	index_of.guess_count++;
}

/* One key without braces. */
static void add_key(const struct slot *s, const char *key, size_t len, int typos)
{
	uint16_t letters[KEY_MAX];
	size_t n = 0;
	struct slot new = *s;
	uint64_t at;

	while (len > 0 && key[len - 1] == '*')
		len--, new.tail += 3;
	for (size_t i = 0, part; i < len; i += part + 1) {
		const char *end = memchr(key + i, '_', len - i);

		part = end ? (size_t)(end - key) - i : len - i;
		if (n > 0 && n < KEY_MAX)
			letters[n++] = ' ';
		n += letters_fold(letters + n, KEY_MAX - n, key + i, part);
	}
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && (letters[i] == ' ' || letter_script(letters[i]) == SCRIPT_HAN))
			may_become(index_of.phrases, new.hash);
		new.hash = hash_step(new.hash, letters[i]);
	}
	for (at = new.hash % SLOTS; index_of.slots[at].means;)
		at = (at + 1) % SLOTS;
	index_of.slots[at] = new;
	may_become(index_of.filter, new.hash);
	if (typos)
		add_guess(&new, letters, n);
}

/* A key as the tables write it: ~stem{one,two}. */
static void add_keys(const struct slot *s, const char *key, size_t len, int typos)
{
	char plain[KEY_MAX * 6];
	const char *open = memchr(key, '{', len), *close = memchr(key, '}', len);
	size_t head, tail;

	if (!open || !close) {
		add_key(s, key, len, typos);
		return;
	}
	head = (size_t)(open - key), tail = len - (size_t)(close + 1 - key);
	for (const char *p = open + 1, *end; p <= close; p = end + 1) {
		for (end = p; *end != ',' && *end != '}';)
			end++;
		assert(head + (size_t)(end - p) + tail <= sizeof plain);
		memcpy(plain, key, head);
		memcpy(plain + head, p, (size_t)(end - p));
		memcpy(plain + head + (end - p), close + 1, tail);
		add_keys(s, plain, head + (size_t)(end - p) + tail, typos);
	}
}

/* By script, the shorter first: the order in which lexicon_guess may stop early. */
static int by_length(const void *a, const void *b)
{
	const struct guess *one = a, *two = b;

	if (one->script != two->script)
		return one->script - two->script;
	if (one->len != two->len)
		return one->len - two->len;
	if (one->language != two->language)
		return one->language - two->language;
	return memcmp(one->letters, two->letters, one->len * sizeof *one->letters);
}

static void sort_guesses(void)
{
	qsort(index_of.guesses, (size_t)index_of.guess_count, sizeof *index_of.guesses,
	      by_length);
	for (int i = 0; i < index_of.guess_count; i++) {
		const struct guess *g = &index_of.guesses[i];

		index_of.signatures[i] = letters_signature(g->letters, g->len);
		index_of.first[g->letters[0] % LETTERS][i / 64] |= UINT64_C(1) << i % 64;
		index_of.second[g->letters[1] % LETTERS][i / 64] |= UINT64_C(1) << i % 64;
		if (index_of.to[g->script] == 0)
			index_of.from[g->script] = i;
		index_of.to[g->script] = i + 1;
	}
}

static void add_lexeme(const struct lexeme *l, enum language language)
{
	struct slot s = { .means = l->means, .language = (uint8_t)language };

	for (const char *p = l->words; *p;) {
		size_t len = strcspn(p, " ");

		if (len > 0)
			add_keys(&s, p + (*p == '~'), len - (*p == '~'), *p == '~');
		p += len + (p[len] == ' ');
	}
}

static void make(void)
{
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		for (const struct lexeme *l = tables[i].lexemes; l->means; l++)
			add_lexeme(l, tables[i].language);
	sort_guesses();
}

/* --- asking ----------------------------------------------------------------- */

static int probe(uint64_t hash, size_t left, uint64_t of[LANGUAGES])
{
	int found = 0;

	if (!may_be(index_of.filter, hash))
		return 0;
	for (uint64_t at = hash % SLOTS; index_of.slots[at].means; at = (at + 1) % SLOTS) {
		const struct slot *s = &index_of.slots[at];

		if (s->hash == hash && left <= s->tail) {
			of[s->language] |= s->means;
			found = 1;
		}
	}
	return found;
}

static int look(const uint16_t *letters, size_t n, uint64_t of[LANGUAGES])
{
	uint64_t hash = 0;
	int found = 0;

	for (size_t i = 0; i < n; i++) {
		hash = hash_step(hash, letters[i]);
		if (n - i - 1 <= TAIL_MAX)
			found |= probe(hash, n - i - 1, of);
	}
	return found;
}

uint64_t lexicon_beginnings(const struct word *w, int at)
{
	uint64_t hash = 0, found = 0;

	for (int n = 1; at + n <= w->len; n++) {
		hash = hash_step(hash, w->letters[at + n - 1]);
		if (!may_be(index_of.filter, hash))
			continue;
		for (uint64_t k = hash % SLOTS; index_of.slots[k].means; k = (k + 1) % SLOTS)
			if (index_of.slots[k].hash == hash)
				found |= ((UINT64_C(2) << index_of.slots[k].tail) - 1) << n;
	}
	return found & ((UINT64_C(2) << (w->len - at)) - 1);
}

/* Arabic joins "and", "with", "to" and the article to the word. */
static void look_arabic(const struct word *w, uint64_t of[LANGUAGES])
{
	const uint16_t *p = w->letters;
	size_t n = w->len;
	int found = look(p, n, of);

	if (!found && n > 3 && (p[0] == u'و' || p[0] == u'ف'))
		p++, n--, found = look(p, n, of);
	if (!found && n > 3 && p[0] == u'ل' && p[1] == u'ل')
		p += 2, n -= 2, found = look(p, n, of);
	if (!found && n > 3 && (p[0] == u'ب' || p[0] == u'ل' || p[0] == u'ك'))
		p++, n--, found = look(p, n, of);
	if (!found && n > 3 && p[0] == u'ا' && p[1] == u'ل')
		look(p + 2, n - 2, of);
}

void lexicon_look(const struct word *w, uint64_t of[LANGUAGES])
{
	pthread_once(&made, make);
	if (w->script == SCRIPT_ARABIC)
		look_arabic(w, of);
	else
		look(w->letters, w->len, of);
}

/* Goes on with one more word of a phrase.  A longer phrase takes the place of a shorter one. */
static int probe_phrase(uint64_t *hash, const struct word *w, uint64_t of[LANGUAGES])
{
	uint64_t here[LANGUAGES] = { 0 };
	int found = 0;

	for (int i = 0, left = w->len - 1; left >= 0; i++, left--) {
		*hash = hash_step(*hash, w->letters[i]);
		if (left <= TAIL_MAX)
			found |= probe(*hash, (size_t)left, here);
	}
	if (found)
		memcpy(of, here, sizeof here);
	return found;
}

static uint64_t hash_word(const struct word *w)
{
	uint64_t hash = 0;

	for (int i = 0; i < w->len; i++)
		hash = hash_step(hash, w->letters[i]);
	return hash;
}

int lexicon_phrase(const struct word *w, int n, uint64_t of[LANGUAGES])
{
	uint64_t hash;
	int longest = 0;

	pthread_once(&made, make);
	hash = hash_word(w);
	for (int k = 1; k < n && k < PHRASE_MAX; k++) {
		if (w[k].gap != GAP_NONE || w[k].script != w->script ||
		    !may_be(index_of.phrases, hash))
			break;
		if (w->script != SCRIPT_HAN)
			hash = hash_step(hash, ' ');
		if (probe_phrase(&hash, &w[k], of))
			longest = k + 1;
	}
	return longest;
}

/* --- typos ------------------------------------------------------------------ */

static int ends_agree(const struct guess *g, const struct word *w)
{
	uint16_t key = g->letters[g->len - 1], end = w->letters[w->len - 1];
	int first = g->letters[0] == w->letters[0] ||
		    (g->letters[0] == w->letters[1] && g->letters[1] == w->letters[0]) ||
		    (g->len >= 7 && g->letters[1] == w->letters[0] &&
		     g->letters[2] == w->letters[1]) || /* "ператор" */
		    (g->len >= 6 && g->letters[1] == w->letters[1] &&
		     g->letters[2] == w->letters[2]);

	if (g->means & REQUEST && w->len > 4 && end == heard(u'я') &&
	    w->letters[w->len - 3] == u'л')
		return 0; /* дозвонился is no дозвониться */
	/* another ending of a verb is another tense, or another person */
	return first &&
	       (!(g->means & REQUEST) || g->tail > 0 || key == end ||
		(key == u'ь' && end == g->letters[g->len - 2]) || (key == u'н' && end == u'т'));
}

/* Short words are never guessed: too many others are one letter away. */
static int allowed_edits(const struct guess *g, const struct word *w, int has_all)
{
	int len = g->len < w->len ? g->len : w->len;

	if (g->len == 4 && w->len == 4) /* only a swap: "tlak" */
		return g->letters[3] == w->letters[3] && has_all;
	return len >= 8 ? 2 : len >= 4 && w->len + g->len >= 9 ? 1 : 0;
}

/* The edits between them; more than 2 if they are another word. */
static int edits(int i, const struct word *w, uint32_t signature)
{
	const struct guess *g = &index_of.guesses[i];
	int lacks = letters_lacking(index_of.signatures[i], signature), max, d;

	if (lacks > 2 || g->script != w->script || !ends_agree(g, w))
		return 3;
	max = allowed_edits(g, w, index_of.signatures[i] == signature);
	if (max == 0 || lacks > max || w->len + max < g->len || w->len > g->len + g->tail + max)
		return 3;
	d = letters_distance(g->letters, g->len, w, g->tail);
	return d <= max ? d : 3;
}

/* Those of 64 guesses whose beginnings may agree with the word's: see ends_agree(). */
static uint64_t may_agree(const struct word *w, int of_64)
{
	int one = w->letters[0] % LETTERS, two = w->letters[1] % LETTERS;

	return index_of.first[one][of_64] | index_of.second[one][of_64] |
	       index_of.second[two][of_64];
}

int lexicon_guess(const struct word *as_written, uint64_t of[LANGUAGES])
{
	struct word w = *as_written;
	const struct guess *found = NULL;
	uint32_t signature;
	int best = 3;

	for (int i = 0; i < w.len; i++)
		w.letters[i] = heard(w.letters[i]);
	signature = letters_signature(w.letters, w.len);
	for (int k = index_of.from[w.script] / 64; k * 64 < index_of.to[w.script]; k++) {
		for (uint64_t left = may_agree(&w, k); left; left &= left - 1) {
			int i = k * 64 + __builtin_ctzll(left), d = edits(i, &w, signature);

			if (d < best)
				best = d, found = &index_of.guesses[i];
		}
	}
	if (found)
		of[found->language] |= found->means;
	return found != NULL;
}

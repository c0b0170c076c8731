/* Does a question come back?  Words are compared, not order; courtesy does not count. */

#include <string.h>

#include "common/handoff/handoff.h"
#include "common/handoff/lexicon.h"

enum { COMPARED = 64, ALIKE_PERCENT = 75 };

#define COURTESY (PLEASE | HELLO | THANKS)

struct question_words {
	struct words all;
	const struct word *items[COMPARED];
	uint32_t signatures[COMPARED];
	int n, weight, refusals;
};

/* Little words hardly tell two questions apart. */
static int weight_of(const struct word *w)
{
	return w->flags & WORD_NUMBER ? 6 : w->len <= 2 ? 1 : w->len <= 4 ? 3 : 6;
}

static void read_question(struct question_words *q, const char *text)
{
	int courtesy_too = 0;

	words_read(&q->all, text, strlen(text));
	words_mean_as_written(&q->all); /* a typo of courtesy counts as a word */
	do {
		q->n = q->weight = q->refusals = 0;
		for (int i = 0; i < q->all.n && q->n < COMPARED; i++) {
			const struct word *w = &q->all.items[i];

			if (w->means & COURTESY && !(w->means & REQUEST) && !courtesy_too)
				continue;
			q->signatures[q->n] = letters_signature(w->letters, w->len);
			q->items[q->n++] = w;
			q->weight += weight_of(w);
			q->refusals += (w->means & NOT) != 0;
		}
	} while (q->n == 0 && !courtesy_too++);
}

/* Another ending of the same word. */
static int is_form(const struct word *a, const struct word *b)
{
	int longer = a->len > b->len ? a->len : b->len, common = 0;

	while (common < a->len && common < b->len && a->letters[common] == b->letters[common])
		common++;
	return common >= 4 && common * 3 >= longer * 2 && longer - common <= 3;
}

static int is_slip(const struct question_words *q, int i, const struct question_words *r, int k)
{
	const struct word *a = q->items[i], *b = r->items[k];
	int shorter = a->len < b->len ? a->len : b->len, edits = shorter >= 8 ? 2 : 1;

	return shorter >= 5 && a->len + b->len - 2 * shorter <= 2 &&
	       letters_lacking(q->signatures[i], r->signatures[k]) <= edits &&
	       letters_lacking(r->signatures[k], q->signatures[i]) <= edits &&
	       letters_distance(a->letters, a->len, b, 0) <= edits;
}

/* The same word, or nearly. */
static int is_alike(const struct question_words *q, int i, const struct question_words *r,
		    int k)
{
	const struct word *a = q->items[i], *b = r->items[k];

	if (a->len == b->len &&
	    memcmp(a->letters, b->letters, a->len * sizeof *a->letters) == 0)
		return 1;
	if ((a->flags | b->flags) & WORD_NUMBER || a->script != b->script)
		return 0;
	return is_form(a, b) || is_slip(q, i, r, k);
}

/* The weight of the words of a that b has too; 0 if a number is missing there. */
static int weight_in(const struct question_words *a, const struct question_words *b)
{
	uint8_t taken[COMPARED] = { 0 };
	int weight = 0;

	for (int i = 0; i < a->n; i++) {
		int k = 0;

		while (k < b->n && (taken[k] || !is_alike(a, i, b, k)))
			k++;
		if (k < b->n) {
			taken[k] = 1;
			weight += weight_of(a->items[i]) + weight_of(b->items[k]);
		} else if (a->items[i]->flags & WORD_NUMBER) {
			return 0;
		}
	}
	return weight;
}

static int is_same(const struct question_words *first, const struct question_words *second)
{
	int weight;

	if (first->n == 0 || second->n == 0 || first->refusals != second->refusals ||
	    weight_in(second, first) == 0)
		return 0;
	weight = weight_in(first, second);
	return weight * 100 >= (first->weight + second->weight) * ALIKE_PERCENT;
}

int handoff_times_asked(const char *question, const char *const *before, int n)
{
	struct question_words now, then;
	int times = 0;

	if (n == 0)
		return 0;
	read_question(&now, question);
	for (int i = 0; i < n; i++) {
		read_question(&then, before[i]);
		times += is_same(&then, &now);
	}
	return times;
}

int handoff_same_question(const char *a, const char *b)
{
	return handoff_times_asked(b, &a, 1);
}

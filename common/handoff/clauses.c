/* Where a request begins in what was typed without punctuation: "не помогло позовите
 * оператора". */

#include "common/handoff/lexicon.h"

#define REPORTS (TEXT | SAY | MEAN | TRANSLATE | WRITE | LANGNAME | TOPIC)
#define LEADS   (NOT | NO | IF | CAN | THAT | LET | HOW | WHAT | WHERE | ABOUT | OR | WANT)

static int ends_with(const struct word *w, uint16_t before, uint16_t end)
{
	return w->len > 2 && w->letters[w->len - 1] == end &&
	       (!before || w->letters[w->len - 2] == before);
}

/* "позовите", "переключи", "дай": an order to us, and no infinitive. */
static int is_order(const struct words *w, int i)
{
	const struct word *it = &w->items[i];
	int gives = it->means & WANT && it->letters[0] == u'д' && it->letters[1] == u'а';

	if (it->script != SCRIPT_CYRILLIC || !(it->means & (CALL | CONNECT) || gives) ||
	    it->means & (FILLER | SPEAK))
		return 0;
	if (it->means & TRANSLATE && words_find(w, i + 1, i + 5, TARGET | SOMEBODY) < 0)
		return 0;
	return ends_with(it, 0, u'и') || ends_with(it, u'т', u'е') ||
	       (ends_with(it, 0, u'ь') && !ends_with(it, u'т', u'ь'));
}

/* "get me", "connect me", "let me" */
static int is_order_for_me(const struct words *w, int i)
{
	const struct word *it = &w->items[i];
	int lets = it->means & WANT && it->len == 3 && it->letters[0] == 'l' &&
		   it->letters[1] == 'e';

	if (lets || (it->means & WANT && it->len == 4 && it->letters[0] == 'g' &&
		     it->letters[2] == 'v'))
		return it->script == SCRIPT_LATIN; /* one word with "me" */
	return it->script == SCRIPT_LATIN && it->means & (CALL | CONNECT) &&
	       !(it->means & (FILLER | SPEAK | HELP)) &&
	       (it->means & ME || (i + 1 < w->n && w->items[i + 1].means & ME));
}

/* Whom the order is about and courtesy may stand before it. */
static int request_begin(const struct words *w, int i)
{
	uint64_t belongs = TARGET | ALONE | LIVE | ME | PLEASE;

	if (w->items[i].script == SCRIPT_LATIN)
		belongs = PLEASE;
	while (i > 0 && w->items[i].gap == GAP_NONE && w->items[i - 1].means & belongs &&
	       !(w->items[i - 1].means & (NOM | LEADS)))
		i--;
	return i;
}

/* Does another clause stand before it, that is no report and does not lead to it? */
static int is_after_another(const struct words *w, int i)
{
	int begin = clause_begin(w, i), strange = 0;
	int refused = words_find(w, begin, i, NOT | NONEED) >= 0;
	uint64_t before = i > begin ? w->items[i - 1].means : LEADS;

	if (before & LEADS && !(before & (HELP | BOT)))
		return 0;
	if (w->items[i].script == SCRIPT_LATIN && before &&
	    !(before & (HELP | BOT | STOP | WORK)))
		return 0;
	for (int k = begin; k < i; k++) {
		uint64_t m = w->items[k].means;

		if (m & (refused ? REPORTS & ~TEXT : REPORTS) || (m & WANTS && !(m & HELP)))
			return 0;
		strange |= !m || m & (NOT | NONEED | BOT | STOP | HELP);
	}
	return strange && i - begin > 1;
}

void words_part(struct words *w)
{
	for (int i = 1; i < w->n; i++) {
		int from;

		if (!is_order(w, i) && !is_order_for_me(w, i))
			continue;
		from = request_begin(w, i);
		if (from > 0 && w->items[from].gap == GAP_NONE && is_after_another(w, from))
			w->items[from].gap = GAP_COMMA;
	}
}

/* Words whose meaning hangs on their neighbours, and messages that are about text. */

#include "common/handoff/lexicon.h"

#define ASIDE (PLEASE | FILLER | HELLO)
#define ADDRESS                                                                                \
	(ASIDE | CAN | YOU | ME | SELF | WANT | HELP | THE | PREP | SAY | LET | HOW | WHAT |   \
	 BE | CALL)
#define REPORTED (THEY | WANTS | SAY | TEXT | WRITE | MEAN | TRANSLATE)

int words_find(const struct words *w, int from, int to, uint64_t means)
{
	for (int i = from < 0 ? 0 : from; i < to && i < w->n; i++)
		if (w->items[i].means & means)
			return i;
	return -1;
}

int sentence_begin(const struct words *w, int i)
{
	while (i > 0 && w->items[i].gap != GAP_STOP)
		i--;
	return i;
}

int sentence_end(const struct words *w, int i)
{
	for (i++; i < w->n && w->items[i].gap != GAP_STOP;)
		i++;
	return i;
}

int clause_begin(const struct words *w, int i)
{
	while (i > 0 && w->items[i].gap == GAP_NONE)
		i--;
	return i;
}

int clause_end(const struct words *w, int i)
{
	for (i++; i < w->n && w->items[i].gap == GAP_NONE;)
		i++;
	return i;
}

/* --- neighbours -------------------------------------------------------------- */

/* Russian has one verb for handing a person over and for translating a text. */
static void settle_transfer(struct words *w, int i)
{
	int end = i + 7 < sentence_end(w, i) ? i + 7 : sentence_end(w, i);
	int target = words_find(w, i + 1, end, TARGET | SUPPORT | ALONE | SOMEBODY);
	int text = words_find(w, i + 1, end, LANGNAME | TEXT);
	int colon = i + 1;

	while (colon < end && w->items[colon].gap != GAP_COLON)
		colon++;
	if (target < 0 && text < 0)
		target = words_find(w, i - 3, i, TARGET | SUPPORT | ALONE);
	if (target < 0 && words_find(w, i + 1, i + 3, ME) >= 0 && text < 0)
		target = i + 1;
	if (target >= 0 && (text < 0 || text > target) && colon > target &&
	    !(w->items[target].flags & WORD_QUOTED))
		w->items[i].means &= ~TRANSLATE;
	else
		w->items[i].means &= ~CONNECT;
}

/* "human-like", "человеко-часы", "2-person" are no humans; "оператора-то" is one. */
static void settle_hyphen(struct words *w, int i)
{
	struct word *a = &w->items[i - 1], *b = &w->items[i];
	uint64_t fine = TARGET | OFFICE | FILLER | LIVE | SOMEBODY | SUPPORT | PLEASE;

	if (!(b->means & fine) || !(a->means & fine)) {
		a->means &= ~(TARGET | ALONE);
		b->means &= ~(TARGET | ALONE);
	}
}

/* People who are counted are not called. */
static void settle_count(struct words *w, int i)
{
	int before = i - 1;

	while (before >= 0 && w->items[before].means & LIVE && before > i - 3)
		before--;
	if (before < 0 || w->items[i].gap != GAP_NONE)
		return;
	if (w->items[before].means & (COUNT | HOWMUCH) || w->items[before].flags & WORD_NUMBER)
		w->items[i].means &= ~(PERSON | SOMEBODY | LIVE | ALONE);
}

/* A live service is asked for like a human: "human support", "живое общение". */
static void settle_service(struct words *w, int i)
{
	struct word *it = &w->items[i];
	int before = i > 0 && it->gap == GAP_NONE && w->items[i - 1].means & LIVE;
	int behind =
		i + 1 < w->n && w->items[i + 1].gap == GAP_NONE && w->items[i + 1].means & LIVE;

	if (before || behind)
		it->means |= ROLE;
	else if (it->means & FILLER)
		it->means &= ~SUPPORT;
}

/* "talk to an actual banker": whatever is live and talked to is a human. */
static void settle_live(struct words *w, int i)
{
	struct word *next = i + 1 < w->n ? &w->items[i + 1] : NULL;

	if (next && next->gap == GAP_NONE && !next->means && !next->flags &&
	    (i + 2 == w->n || w->items[i + 2].gap != GAP_NONE) &&
	    words_find(w, i - 3, i, SPEAK) >= clause_begin(w, i) &&
	    words_find(w, i - 2, i, PREP) >= 0)
		next->means |= ROLE;
}

/* "скажите оператору", "tell an operator": the message is for them. */
static void settle_tell(struct words *w, int i)
{
	int next = i + 1;

	if (w->items[i].script == SCRIPT_LATIN && w->items[i].len == 3)
		return; /* one says a thing, not a person */
	while (next < w->n && next < i + 3 && w->items[next].means & THE)
		next++;
	if (next < w->n && w->items[next].means & ROLE && w->items[next].gap == GAP_NONE &&
	    !(w->items[next - 1].means & MINE))
		w->items[i].means |= CALL;
}

/* "того, кто отвечает": who is described is somebody. */
static void settle_described(struct words *w, int i)
{
	struct word *it = &w->items[i], *next = &w->items[i + 1];

	if (next->gap == GAP_COMMA && next->means & THAT && !(next->means & LET) &&
	    it->script == SCRIPT_CYRILLIC && it->len >= 3)
		it->means |= SOMEBODY;
}

/* "I would be grateful if a person answered": no condition. */
static void settle_courtesy(struct words *w, int i)
{
	int begin = i - 3 > sentence_begin(w, i) ? i - 3 : sentence_begin(w, i);

	if (words_find(w, begin, i, THANKS) < 0)
		return;
	w->items[i].means = LET;
	if (w->items[i].gap == GAP_COMMA)
		w->items[i].gap = GAP_NONE;
}

/* "нужен не бот а человек": there ends what is not wanted. */
static int is_not_bot(const struct words *w, int i)
{
	int bot = words_find(w, clause_begin(w, i), i, BOT);

	return bot > 0 && words_find(w, bot - 2, bot, NOT) >= 0;
}

/* "я трижды просил оператора": what one has asked for oneself, one wants. */
static void settle_asked(struct words *w, int i)
{
	int self = i - 1;

	while (self >= 0 && self > i - 4 && w->items[self].means & FILLER)
		self--;
	if (self >= clause_begin(w, i) && w->items[self].means & SELF &&
	    words_find(w, i + 1, clause_end(w, i), TARGET) == clause_end(w, i) - 1)
		w->items[i].means = WANT;
}

static void settle_word(struct words *w, int i)
{
	struct word *it = &w->items[i];

	if (it->means & TRANSLATE && it->means & CONNECT)
		settle_transfer(w, i);
	if (i > 0 && it->flags & WORD_HYPHEN)
		settle_hyphen(w, i);
	if (it->means & (PERSON | SOMEBODY))
		settle_count(w, i);
	if (it->means & SOMEBODY && it->means & THEY && i > 0 && it->gap == GAP_NONE &&
	    w->items[i - 1].means & WANT)
		it->means &= ~THEY; /* who is needed does nothing */
	if (it->means & SAY ||
	    (it->means & WRITE && i + 2 < w->n && w->items[i + 2].means & LET))
		settle_tell(w, i);
	if (it->means & LIVE)
		settle_live(w, i);
	if (it->means & YOU && it->means & THE && i + 1 < w->n &&
	    w->items[i + 1].means & (TARGET | OFFICE))
		it->means &= ~YOU; /* "your manager" */
	if ((it->means & ASKS) == ASKS && i > 0 && it->script == SCRIPT_CYRILLIC)
		settle_asked(w, i);
	if (it->means & IF && i > 0)
		settle_courtesy(w, i);
	if (it->means & SUPPORT)
		settle_service(w, i);
	if (it->flags & WORD_CODE)
		it->means &= ~(TARGET | ALONE | REQUEST);
	if (it->means & BUT && it->gap == GAP_NONE && i > 0)
		it->gap = GAP_COMMA;
	if (it->len == 1 && it->letters[0] == u'а' && it->gap == GAP_NONE && is_not_bot(w, i))
		it->gap = GAP_COMMA;
	if (it->means & THAT && it->gap == GAP_COMMA)
		it->gap = GAP_NONE;
	if (it->gap == GAP_COMMA && it->means & PREP && i > 0 && i + 1 < w->n &&
	    w->items[i - 1].means & (TARGET | SOMEBODY) &&
	    w->items[i + 1].means & (THAT | THE | WHAT)) /* "somebody, with whom" */
		it->gap = GAP_NONE;
}

/* "живой оператор, пожалуйста, а то ...": somebody, and nothing else, was asked for before. */
static int is_all_said(const struct words *w, int aside)
{
	int begin = clause_begin(w, aside), who = words_find(w, begin, aside, TARGET);

	return w->items[aside].means & PLEASE && begin < aside && aside - begin <= 3 &&
	       who >= 0 && words_find(w, begin, aside, REQUEST | CAN) < 0;
}

/* "connect me, please, with a human": commas around an aside are none. */
static void join_asides(struct words *w)
{
	for (int from = 0, to; from < w->n; from = to) {
		int aside = 1;

		to = clause_end(w, from);
		for (int i = from; i < to; i++)
			aside &= (w->items[i].means & ASIDE) != 0;
		if (!aside)
			continue;
		if (from > 0 && w->items[from].gap == GAP_COMMA)
			w->items[from].gap = GAP_NONE;
		if (to < w->n && w->items[to].gap == GAP_COMMA && !is_all_said(w, from))
			w->items[to].gap = GAP_NONE;
	}
}

void words_settle(struct words *w)
{
	words_part(w);
	for (int i = 0; i + 1 < w->n; i++)
		if (w->items[i].means & THAT)
			settle_described(w, i);
	for (int i = 0; i < w->n; i++)
		settle_word(w, i);
	join_asides(w);
}

/* --- frames ------------------------------------------------------------------ */

/* Is the verb at i an order to us, and not told about: only an address stands before it. */
static int is_ordered(const struct words *w, int i)
{
	for (int k = clause_begin(w, i); k < i; k++)
		if (!(w->items[k].means & ADDRESS) || w->items[k].means & NOT)
			return 0;
	return 1;
}

static const char *frame_at(const struct words *w, int i)
{
	int end = sentence_end(w, i), next = i + 1;
	uint64_t means = w->items[i].means;
	int quoted = 0;

	for (int k = i + 1; k < end && k < i + 8; k++)
		quoted |= w->items[k].flags & WORD_QUOTED;
	while (next < end && next < i + 4 && w->items[next].gap != GAP_COLON)
		next++;
	if (next == i + 4 || next == end)
		next = -1;
	if (means & TRANSLATE &&
	    (is_ordered(w, i) || i + 1 == end || w->items[i].flags & WORD_ASKED))
		return "translation";
	if (means & LANGNAME && i + 1 < end && w->items[i + 1].gap == GAP_COLON)
		return "translation";
	if (means & WRITE && is_ordered(w, i) && words_find(w, i + 1, i + 9, TEXT) >= 0)
		return "story";
	if (means & WRITE && i + 1 >= end - 1 &&
	    words_find(w, sentence_begin(w, i), i, TEXT) >= 0)
		return "story";
	if (means & (SAY | WRITE) && is_ordered(w, i) && (quoted || next > 0))
		return "quoted";
	return NULL;
}

static int means_all(const struct words *w, int i, uint64_t kind)
{
	return i >= 0 && (w->items[i].means & kind) == kind;
}

/* "говорю гоблину: ...": to somebody who is not of here, what stands before i. */
static int is_said_to_another(const struct words *w, int i)
{
	return i > 1 && means_all(w, i - 2, SAID) && !w->items[i - 1].means &&
	       w->items[i - 1].len > 3 && w->items[i - 1].gap == GAP_NONE;
}

/* "out of character: ..." */
static int is_left(const struct words *w, int i)
{
	int begin = sentence_begin(w, i), left = 0;

	for (int k = begin; k < i; k++)
		left |= means_all(w, k, LEAVE);
	return left && words_find(w, begin, i, THEY | WANTS) < 0;
}

/* What somebody is said to have said, behind a colon. */
static void quote_reported(struct words *w)
{
	for (int i = 1; i < w->n; i++) {
		if (w->items[i].gap != GAP_COLON || is_left(w, i) ||
		    (words_find(w, i > 4 ? i - 4 : 0, i, REPORTED) < 0 &&
		     !is_said_to_another(w, i)) ||
		    words_find(w, sentence_begin(w, i), i, NOT) >= 0)
			continue;
		for (int end = sentence_end(w, i); i < end; i++)
			w->items[i].flags |= WORD_QUOTED;
	}
}

const char *words_frame(struct words *w)
{
	for (int i = 0; i < w->n; i++) {
		const char *frame = NULL;

		if (!(w->items[i].flags & (WORD_QUOTED | WORD_CODE)) &&
		    w->items[i].means & (TRANSLATE | WRITE | SAY | LANGNAME))
			frame = frame_at(w, i);
		if (!frame && w->items[i].means & LANGNAME && i > 0 &&
		    !(w->items[i - 1].means & (SPEAK | WANTS | THAT)) &&
		    words_find(w, sentence_begin(w, i), sentence_end(w, i),
			       SAY | MEAN | WHAT) >= 0)
			frame = "translation";
		if (frame)
			return frame;
	}
	quote_reported(w);
	return NULL;
}

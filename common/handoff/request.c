/* Does a target ask?  A verb that reaches it, or it stands alone; and nothing takes it back. */

#include "common/handoff/lexicon.h"

#define AROUND                                                                                 \
	(FILLER | PLEASE | ME | SELF | YOU | THE | PREP | LIVE | ALONE | SUPPORT | BOT | NOT | \
	 NO | REQUEST | CAN | HELP | TARGET | SOMEBODY | HELLO | HERE | OR | THAT | LET |      \
	 STOP | HOW | WHY | IFHOW)
#define BARE                                                                                   \
	(FILLER | PLEASE | ME | THE | PREP | LIVE | ALONE | SUPPORT | BOT | NOT | NO |         \
	 REQUEST | TARGET | HELLO | HERE | CAN | STOP | HELP | WITHOUT | NONEED)
#define NEVER_BARE                                                                             \
	(SELF | YOU | THEY | BE | OR | IF | HAVE | WHAT | HOWMUCH | ABOUT | WANTS | PAST)

struct target {
	const struct words *w;
	int at, from, to; /* the word, its clause */
	int verb;         /* the word that asks for it, -1 */
	const char *why;
};

static uint64_t means(const struct target *t, int i)
{
	return i >= t->from && i < t->to ? t->w->items[i].means : 0;
}

static int find(const struct target *t, int from, int to, uint64_t what)
{
	return words_find(t->w, from > t->from ? from : t->from, to < t->to ? to : t->to, what);
}

static int no(struct target *t, const char *why)
{
	t->why = why;
	return 0;
}

static int yes(struct target *t, const char *why)
{
	t->why = why;
	return 1;
}

/* --- the verb ---------------------------------------------------------------- */

/* How many words of other things may stand between a verb and the target. */
static int reach(uint64_t verb)
{
	return verb & CONNECT ? 3 : verb & (CALL | SPEAK) ? 1 : 0;
}

static int find_left(const struct target *t)
{
	for (int i = t->at - 1, other = 0; i >= t->from && other <= 3; i--) {
		uint64_t m = means(t, i);

		if (m & REQUEST && other <= reach(m))
			return i;
		if (m & IFHOW && find(t, t->from, i, HOW | WHERE) >= 0)
			return i;
		if (m & ABOUT && !(m & (PREP | FILLER | THE)))
			return -1;
		other += !(m & AROUND);
	}
	return -1;
}

/* "оператора позовите"; "is there somebody I can talk to". */
static int find_right(const struct target *t)
{
	for (int i = t->at + 1, other = 0; i < t->to && other <= 1; i++) {
		uint64_t m = means(t, i);

		if (m & REQUEST && t->w->items[i].flags & WORD_FINAL &&
		    other <= (m & WANT ? 0 : 1))
			return i;
		if (m & SPEAK && find(t, t->from, i, CAN | PREP) >= 0 &&
		    find(t, t->from, t->at, HAVE | WHERE | WANT | CAN | BE) >= 0)
			return i;
		other += !(m & AROUND);
	}
	return -1;
}

/* --- what takes a request back ------------------------------------------------ */

/* "not a bot", "why can't I", "couldn't you": no refusal of a human. */
static int is_excused(const struct target *t, int i)
{
	int next = i + 1;

	while (means(t, next) & (FILLER | THE | PREP | REQUEST | ME | LIVE) &&
	       !(means(t, next) & (TARGET | BOT)) && next < i + 5)
		next++;
	if (means(t, next) & BOT || find(t, i, t->at, BOT) >= 0)
		return 1;
	if (means(t, i) & CAN || find(t, t->from, i, WHY) >= 0)
		return 1;
	return means(t, i + 1) & CAN && t->w->items[i].flags & WORD_ASKED;
}

/* "no" begins an answer; before a human it refuses one. */
static int is_interjection(const struct target *t, int i)
{
	return means(t, i) & NO && i == t->from &&
	       !(means(t, i + 1) & (TARGET | LIVE | THE | WANT)) && i + 1 != t->at;
}

static int is_negated(const struct target *t)
{
	int low = t->at, high = t->at;

	if (t->verb >= 0 && t->verb < low)
		low = t->verb;
	if (t->verb > high)
		high = t->verb;
	if (find(t, t->from, t->to, NONEED) >= 0 && find(t, t->from, t->to, BOT) < 0)
		return 1;
	for (int i = t->at - 1; i >= t->from && i >= t->at - 3; i--)
		if (means(t, i) & WITHOUT)
			return 1;
	for (int i = low - 3 > t->from ? low - 3 : t->from; i <= high; i++) {
		if (means(t, i) & NONEED && !is_excused(t, i))
			return 1;
		if (means(t, i) & (NOT | NO) && !is_excused(t, i) && !is_interjection(t, i))
			return 1;
	}
	return means(t, high + 1) & (NOT | NONEED) && !(means(t, high + 2) & BOT) &&
	       !(means(t, high + 3) & BOT) && !(means(t, high + 1) & CAN);
}

/* "operator? no, thanks": the next clause refuses and says nothing else. */
static int is_refused_next(const struct target *t)
{
	int end = t->to < t->w->n ? clause_end(t->w, t->to) : t->to;
	int refuses = words_find(t->w, t->to, end, NO | NOT | NONEED) >= 0;

	for (int i = t->to; i < end; i++)
		if (!(t->w->items[i].means &
		      (NO | NOT | NONEED | WANT | THANKS | FILLER | PLEASE)) ||
		    t->w->items[i].means & (BOT | TARGET))
			return 0;
	return refuses;
}

/* Nouns and trades beside it: an operator of something else. */
static int is_topic(const struct target *t)
{
	int seen = 0;

	if (find(t, t->at - 2, t->at, TOPIC) >= 0)
		return 1;
	for (int i = t->at + 1; i < t->to && seen < 2; i++) {
		if (means(t, i) & TOPIC)
			return 1;
		seen += !(means(t, i) & (PREP | THE | LIVE));
	}
	return 0;
}

static int ends_as_genitive(const struct word *w)
{
	uint16_t last = w->len > 0 ? w->letters[w->len - 1] : 0;

	return last == u'а' || last == u'я' || last == u'ы' || last == u'и' || last == u'в';
}

/* "нужен оператор станка", "I need human hair": a word behind it makes it another thing. */
static int is_compound(const struct target *t)
{
	const struct word *next = t->at + 1 < t->to ? &t->w->items[t->at + 1] : NULL;

	if (!next || !(means(t, t->verb) & WANT) || t->verb > t->at || next->means ||
	    next->flags & WORD_NUMBER)
		return 0;
	if (next->script == SCRIPT_CYRILLIC)
		return t->at + 3 >= t->to && ends_as_genitive(next);
	return next->script == SCRIPT_LATIN;
}

static int is_others(const struct target *t)
{
	const struct word *before = t->verb > t->from ? &t->w->items[t->verb - 1] : NULL;

	for (int i = t->verb - 1; i >= t->from; i--) {
		uint64_t m = means(t, i);

		if (m & (THEY | WANTS))
			return 1;
		if (m & YOU && means(t, t->verb) & SPEAK &&
		    !(means(t, t->verb) & ~SPEAK & REQUEST))
			return find(t, t->from, t->verb, ME | SELF) < 0;
		if (m & (SELF | ME))
			return 0;
	}
	return before && before->means == 0 && before->len > 3 &&
	       before->letters[before->len - 1] == 's' && means(t, t->verb) & (WANT | SPEAK) &&
	       t->verb - 1 == t->from;
}

static int is_hypothetical(const struct target *t)
{
	int i = find(t, t->from, t->verb, IF);

	return i >= 0 && !(means(t, i + 1) & (CAN | PLEASE)) && !(means(t, i + 2) & CAN);
}

/* "was able to talk to a human": verbs without a person of their own tell of the past. */
static int is_past(const struct target *t)
{
	int past = -1;

	for (int i = t->from; i < t->verb; i++)
		past = means(t, i) & PAST ? i : past;
	if (past < 0 || find(t, past, t->verb, WANT | CAN | NOT | BOT) >= 0)
		return 0;
	if (means(t, t->verb) & WANT)
		return 0;
	return means(t, t->verb) & SPEAK || means(t, t->verb - 1) & PREP;
}

/* "хватит звать оператора" */
static int is_stopped(const struct target *t)
{
	const struct word *verb = &t->w->items[t->verb];

	return verb->script == SCRIPT_CYRILLIC && verb->len > 2 &&
	       verb->letters[verb->len - 1] == u'ь' && verb->letters[verb->len - 2] == u'т' &&
	       means(t, t->verb - 1) & STOP;
}

/* --- the patterns ------------------------------------------------------------- */

static int by_verb(struct target *t)
{
	int first = t->verb < t->at ? t->verb : t->at;

	if (is_negated(t) || is_stopped(t) || is_refused_next(t))
		return no(t, "negated");
	if (is_topic(t) || is_compound(t))
		return no(t, "about-operators");
	if (is_others(t))
		return no(t, "third-person");
	if (is_hypothetical(t))
		return no(t, "hypothetical");
	if (is_past(t))
		return no(t, "past");
	if (find(t, t->from, first, HOWMUCH) >= 0)
		return no(t, "about-operators");
	return yes(t, "ask-for-operator");
}

/* "can a human help me", "пусть оператор перезвонит" */
static int by_help(struct target *t)
{
	int ask = find(t, t->at - 4, t->at, CAN | LET | WANT);
	int help = find(t, t->at + 1, t->at + 5, HELP);
	int later = find(t, t->at + 1, t->at + 3, CAN | LET);

	if (help < 0 || (ask < 0 && (later < 0 || !(t->w->items[t->at].flags & WORD_ASKED))))
		return 0;
	for (int i = ask < 0 ? t->at : ask; i < help; i++)
		if (!(means(t, i) & AROUND))
			return 0;
	if (find(t, t->from, t->at, HOWMUCH | IF | THEY | WHAT) >= 0 || is_topic(t))
		return no(t, "about-operators");
	if (is_negated(t))
		return no(t, "negated");
	return yes(t, "let-a-human-help");
}

static int is_all(const struct target *t, int from, int to, uint64_t allowed, uint64_t never)
{
	for (int i = from; i < to; i++)
		if (!(means(t, i) & allowed) || means(t, i) & never)
			return 0;
	return 1;
}

/* A clause that is a request by itself beside others: only where no other reading is near. */
static int may_stand_beside(const struct target *t, int begin, int end)
{
	uint64_t told = THEY | THANKS | PAST | WANTS | MEAN | WORK | TOPIC | HELLO;

	if (t->from != begin && t->to != end)
		return 0;
	if (words_find(t->w, begin, t->from, told | YOU | IF | COUNT | HOWMUCH) >= 0 ||
	    words_find(t->w, t->to, end, told) >= 0)
		return words_find(t->w, t->from, t->to, PLEASE) >= 0;
	if (t->w->items[t->at].means & NOM || t->from == begin)
		return words_find(t->w, t->from, t->to, PLEASE | ME | ALONE) >= 0 ||
		       words_find(t->w, begin, end, STOP) >= 0;
	return words_find(t->w, begin, t->from, SELF) < 0 ||
	       words_find(t->w, begin, t->from, REQUEST | STOP) >= 0;
}

static int alone(struct target *t)
{
	int begin = sentence_begin(t->w, t->at), end = sentence_end(t->w, t->at);
	int greeting = find(t, t->from, t->to, HELLO) >= 0;

	if (!is_all(t, t->from, t->to, BARE, NEVER_BARE))
		return 0;
	if (is_negated(t) || is_refused_next(t))
		return no(t, "negated");
	if (is_topic(t))
		return no(t, "about-operators");
	if (find(t, t->from, t->to, BOT) >= 0 &&
	    find(t, t->from, t->to, NOT | STOP | NO | NONEED) < 0)
		return 0;
	if (greeting && means(t, t->at) & (PERSON | NOM) &&
	    find(t, t->from, t->to, PLEASE | ME | CAN) < 0)
		return 0;
	if ((t->from != begin || t->to != end) && !may_stand_beside(t, begin, end))
		return 0;
	return yes(t, find(t, t->from, t->to, BOT) >= 0 ? "not-the-bot" : "single-word");
}

/* "where is the operator", "is any real person here" */
static int by_absence(struct target *t)
{
	uint64_t around = BARE | BE | YOU | WHERE | SOMEBODY | HAVE;

	if (!is_all(t, t->from, t->to, around, OR | IF | HOWMUCH | PAST | SELF | NOT) ||
	    is_topic(t))
		return 0;
	if (find(t, t->from, t->at, WHERE) >= 0)
		return yes(t, "where-is");
	if (find(t, t->from, t->to, LIVE) >= 0 && find(t, t->from, t->to, HAVE | HERE) >= 0 &&
	    means(t, t->at) & (PERSON | SOMEBODY | ALONE) &&
	    find(t, t->from, t->to, YOU | BOT) < 0)
		return yes(t, "anyone-there");
	return 0;
}

/* "... useless bot human please": courtesy at the end makes a noun a request. */
static int by_courtesy(struct target *t)
{
	int end = sentence_end(t->w, t->at), before = t->at - 1;

	if (t->to != end || t->at + 1 >= end || !is_all(t, t->at + 1, end, PLEASE, 0))
		return 0;
	while (means(t, before) & (LIVE | SUPPORT))
		before--;
	if (means(t, before) & (PREP | THE | ABOUT | TOPIC | COUNT | NOT | NO | WITHOUT | YOU))
		return 0;
	if (is_negated(t) || is_topic(t) ||
	    find(t, t->from, t->at, TEXT | WHAT | HOW | HOWMUCH) >= 0)
		return 0;
	return yes(t, "polite");
}

/* People in general, and a support desk, are asked for only by a verb that fits them. */
static int is_weak(const struct target *t)
{
	uint64_t m = means(t, t->at);
	uint64_t verb = t->verb >= 0 ? means(t, t->verb) : 0;

	if (m & (TARGET | ALONE))
		return 0;
	if (m & SUPPORT)
		return !(verb & (CALL | CONNECT | SPEAK)) && !(means(t, t->at - 1) & LIVE);
	return !(verb & (SPEAK | CONNECT)) && find(t, t->at - 2, t->at + 3, LIVE) < 0;
}

int words_request(const struct words *w, int at, const char **reason)
{
	struct target t = { .w = w, .at = at, .why = NULL, .verb = -1 };
	int answer = 0;

	t.from = clause_begin(w, at);
	t.to = clause_end(w, at);
	if (w->items[at].flags & WORD_QUOTED) {
		*reason = "quoted";
		return 0;
	}
	if (words_find(w, sentence_begin(w, at), sentence_end(w, at), MEAN) >= 0) {
		*reason = "about-operators";
		return 0;
	}
	t.verb = find_left(&t);
	if (t.verb < 0)
		t.verb = find_right(&t);
	if (!is_weak(&t)) {
		if (t.verb >= 0)
			answer = by_verb(&t);
		if (!answer && !t.why)
			answer = alone(&t) || (!t.why && (by_help(&t) || by_courtesy(&t)));
	}
	if (!answer && !t.why)
		answer = by_absence(&t);
	if (t.why)
		*reason = t.why;
	else
		*reason = find(&t, t.from, at, YOU | SELF | BE) >= 0 ? "identity" : "mention";
	return answer;
}

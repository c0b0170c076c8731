/* Requests that name nobody: connect me, call me back, what is your number, anybody here? */

#include "common/handoff/request.h"

#define TOLD (IF | WHAT | HOWMUCH | THEY | PAST | WHY | NOT | NONEED | TEXT | TOPIC)

int target_is_all(const struct target *t, int from, int to, uint64_t allowed, uint64_t never)
{
	for (int i = from; i < to; i++)
		if (!(t->w->items[i].means & allowed) || t->w->items[i].means & never)
			return 0;
	return 1;
}

/* In the sentence before, or further back where the message is short. */
static int is_named_before(const struct target *t)
{
	int begin = t->from <= 12 ? 0 : sentence_begin(t->w, t->from - 1);

	if (words_find(t->w, begin, t->from, BOT) >= 0 &&
	    words_find(t->w, begin, t->from, NOT | STOP) >= 0)
		return words_find(t->w, begin, t->from, THEY | WORK) < 0;
	return words_find(t->w, begin, t->from, TARGET | SOMEBODY | DESK) >= 0 &&
	       words_find(t->w, begin, t->from, THEY | WORK) < 0;
}

/* "yes, transfer please": nothing but the verb, an answer to who offered it. */
static int is_all_of_it(const struct target *t)
{
	enum { LEAST = 7 }; /* shorter verbs mean too much */

	if (t->w->n > 4 || t->w->items[t->at].len < LEAST)
		return 0;
	for (int i = 0; i < t->w->n; i++)
		if (i != t->at && !(means(t, i) & (PLEASE | FILLER | CAN | WANT)))
			return 0;
	return 1;
}

/* "connect me, please": to whom need not be said. */
static int is_connect(const struct target *t)
{
	uint64_t verb = means(t, t->at);
	int named = (verb & TARGET) != 0; /* "escalate" says it all */

	if (verb & (FILLER | SPEAK) ||
	    (verb & CALL && t->w->items[t->at].script == SCRIPT_LATIN))
		return 0;
	if ((verb & PUT) == PUT &&
	    words_find(t->w, sentence_begin(t->w, t->at), t->at, IF) >= 0)
		return 0;
	if (t->from > 0 && find(t, t->from, t->to, HELLO) < 0)
		named |= is_named_before(t);
	if (t->from == 0 && t->to == t->w->n && t->w->n <= 4 && verb & CALL &&
	    !(verb & (VIA | KNOWN)) && find(t, 0, t->to, ME | TARGET | SOMEBODY | BOT) < 0)
		named = 1; /* "так зовите же" */
	if (t->from == 0 && t->to == t->w->n && verb & CONNECT && is_all_of_it(t))
		named = 1;
	if (!named && (!(verb & CONNECT) || find(t, t->from, t->to, ME) < 0))
		return 0;
	if (target_is_negated(t) || target_is_stopped(t))
		return 0;
	if (verb & TARGET && t->w->items[t->at].script == SCRIPT_LATIN &&
	    means(t, t->at + 1 + ((means(t, t->at + 1) & FILLER) != 0)) & PREP &&
	    find(t, t->from, t->at, HOW | TOLD) < 0)
		return 1; /* "escalate to the next level" */
	if (verb & TARGET && find(t, t->from, t->at, HOW | WANT | CAN) >= 0)
		return target_is_all(t, t->from, t->to, AROUND | BARE, TOLD | BOT | OR);
	return target_is_all(t, t->from, t->to, BARE | YOU,
			     SELF | THEY | IF | OR | BOT | NOT | TEXT);
}

/* "call me back about the bill", not "call me a taxi" */
static int is_ring(const struct target *t)
{
	uint64_t goes_on = PREP | PLEASE | ME | ABOUT | HERE | LATER | FILLER | CAN | YOU |
			   TARGET | SOMEBODY | OFFICE | LIVE;
	uint64_t named = TEXT | VIA; /* "call me by this name" */
	int next = t->at + 1;

	while (means(t, next) & THE && means(t, next + 1) & (TARGET | SOMEBODY | OFFICE | LIVE))
		next++;
	if (!target_is_all(t, t->from, t->at, AROUND | RING | WANTS, TOLD))
		return 0;
	if (t->w->items[t->at].script == SCRIPT_ARABIC && means(t, t->at - 1) & TARGET &&
	    find(t, t->from, t->at, LET) < 0)
		return 0; /* the verb behind its subject tells what was */
	if (t->to < t->w->n && t->w->items[t->to].means & IF &&
	    words_find(t->w, t->to + 1, t->to + 3, CAN) < 0)
		return 0; /* "call me, if the flight is late" */
	if (means(t, t->at) & HELP && find(t, t->from, t->to, ME | LET) < 0)
		return 0;
	return next >= t->to ||
	       (means(t, next) & goes_on && !(means(t, next) & (IF | NOT | named)));
}

/* "what is the number of customer service" */
static int is_number(const struct target *t)
{
	uint64_t ask = WHAT | WHERE | HAVE | WANT | CAN | PLEASE | CALL;
	uint64_t allowed = AROUND | WHAT | WHERE | HAVE | BE | ABOUT;
	int desk = find(t, t->from, t->to, SUPPORT) >= 0;

	if (!desk && (find(t, t->from, t->to, YOU | HAVE) < 0 ||
		      find(t, t->from, t->to, CALL | SPEAK) < 0))
		return 0;
	if (!target_is_all(t, t->from, t->to, allowed,
			   (TOLD & ~WHAT) | WANTS | MINE | TARGET | SAY))
		return 0;
	return t->to - t->from <= 4 || find(t, t->from, t->to, ask) >= 0;
}

static int is_free(const struct word *w)
{
	return !(w->flags & (WORD_QUOTED | WORD_CODE));
}

int words_implied(const struct words *w, const char **reason)
{
	for (int i = 0; i < w->n; i++) {
		uint64_t m = w->items[i].means;
		struct target t = { .w = w, .at = i, .verb = i };

		if (!(m & (CONNECT | CALL | RING | NUMBER)) || !is_free(&w->items[i]))
			continue;
		t.from = clause_begin(w, i), t.to = clause_end(w, i);
		*reason = "connect-me";
		if (m & (CONNECT | CALL) && is_connect(&t))
			return 1;
		t.from = sentence_begin(w, i), t.to = sentence_end(w, i);
		*reason = "a-number";
		if (m & NUMBER && is_number(&t))
			return 1;
		t.from = clause_begin(w, i), t.to = clause_end(w, i);
		*reason = "call-me";
		if (m & RING && is_ring(&t))
			return 1;
	}
	*reason = "none";
	return 0;
}

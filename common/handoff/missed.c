/* Where is the operator, is anybody there, somebody answer: who is missed is asked for. */

#include "common/handoff/request.h"

/* "do you have people, or is it all AI": whether there are any, not one of them */
static int is_whether(const struct target *t)
{
	const struct words *w = t->w;
	int end = t->to < w->n ? clause_end(w, t->to) : t->to;

	return t->to < end && w->items[t->to].means & OR &&
	       words_find(w, t->to + 1, t->to + 3, BE) > 0 &&
	       words_find(w, t->to, end, BOT) > 0 && find(t, t->from, t->to, HERE) < 0 &&
	       words_find(w, t->to, end, HERE | SELF) < 0;
}

/* "where is the operator", "is any real person here" */
static int by_absence(struct target *t)
{
	uint64_t live = find(t, t->from, t->to, LIVE) >= 0 ? WORK : 0;
	uint64_t around = BARE | BE | YOU | WHERE | SOMEBODY | HAVE | THAT | live;
	int others = (means(t, t->at) & SOMEBODY) != 0;
	int here = find(t, t->from, t->to, HERE) >= 0;
	int begins = (means(t, t->from) & OR) != 0; /* a word that asks, in some languages */

	if (is_whether(t) ||
	    !target_is_all(t, t->from + begins, t->to, around,
			   OR | IF | HOWMUCH | PAST | SELF | NOT) ||
	    target_is_topic(t))
		return 0;
	if (means(t, t->from) & WHAT && means(t, t->at) & ROLE && means(t, t->at) & NOM)
		return 0; /* "кто здесь оператор?" */
	if (find(t, t->from, t->w->items[t->at].script == SCRIPT_CYRILLIC ? t->to : t->at,
		 WHERE) >= 0)
		return yes(t, "where-is");
	if (t->w->items[t->at].script == SCRIPT_CYRILLIC && t->w->n <= 3 &&
	    means(t, t->at) & ROLE && find(t, 0, t->w->n, HAVE) >= 0 && t->to == t->w->n)
		return yes(t, "anyone-there"); /* "оператор есть?" */
	here |= others && !(means(t, t->at) & PEOPLE) && find(t, t->from, t->to, HELLO) >= 0;
	others |= means(t, t->at) & PERSON && here;
	others |= means(t, t->at) & ROLE && here && t->w->items[t->at].flags & WORD_ASKED;
	if ((others || live) && (here || find(t, t->from, t->to, HAVE) >= 0) &&
	    means(t, t->at) & (here ? TARGET | SOMEBODY | ALONE : PERSON | SOMEBODY | ALONE) &&
	    (find(t, t->from, t->to, YOU | BOT) < 0 || find(t, t->from, t->to, WITHOUT) >= 0))
		return yes(t, "anyone-there");
	return 0;
}

/* "operator, where are you" */
static int by_absence_in_sentence(struct target *t)
{
	struct target whole = *t;

	whole.from = sentence_begin(t->w, t->at);
	whole.to = sentence_end(t->w, t->at);
	if (find(&whole, whole.from, whole.to, WHERE) < 0 ||
	    !target_is_all(&whole, whole.from, whole.to, BARE | BE | YOU | WHERE | THEY,
			   OR | IF | NOT) ||
	    target_is_topic(&whole))
		return 0;
	return yes(t, "where-is");
}

/* "do you have anybody who can help?" */
static int by_offer(struct target *t)
{
	int next = t->at + 1;

	if (!(means(t, t->at) & SOMEBODY) || !(t->w->items[t->at].flags & WORD_ASKED) ||
	    !(means(t, next) & (THAT | WHAT)) || !(means(t, next + 1) & CAN) ||
	    find(t, t->from, t->at, HAVE) < 0 || find(t, next + 2, next + 4, HELP) < 0 ||
	    find(t, t->from, t->at, IF | NOT | THEY | PAST) >= 0)
		return 0;
	return yes(t, "anyone-there");
}

int target_is_missed(struct target *t)
{
	return by_offer(t) || by_absence(t) || by_absence_in_sentence(t);
}

/* "ответьте кто-нибудь", "can somebody help" and nothing else */
int target_is_begged(struct target *t)
{
	int asked = t->w->items[t->at].flags & WORD_ASKED;
	int help = find(t, t->at - 2, t->at + 6, HELP);

	if (!(means(t, t->at) & SOMEBODY) || help < 0 || t->to - t->from > (asked ? 8 : 6) ||
	    !target_is_all(t, t->from, t->to, BARE | HERE, NEVER_BARE | NOT | NO | NONEED))
		return 0;
	return yes(t, "let-a-human-help");
}

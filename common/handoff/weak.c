/* Who is a target only beside a verb that fits: somebody, people, a part of the house. */

#include "common/handoff/request.h"

/* "get me someone who ...": what somebody is to know or do may be said behind. */
static int known_until(const struct target *t)
{
	int next = t->at + 1;
	int goes_on = (means(t, next) & (THAT | WHAT | CAN | LET)) != 0;
	int asked = find(t, t->from, t->verb, CAN) >= 0 && find(t, t->from, t->verb, SELF) >= 0;

	if (means(t, t->at) & THAT)
		return next; /* "того, кто" is one word here */
	if (means(t, next) & THAT && means(t, t->verb) & WANT && t->verb < t->at &&
	    t->w->items[t->at].script == SCRIPT_CYRILLIC)
		return next; /* "кого-то, кто разбирается" */
	if (!(means(t, t->verb) & CALL) || t->verb > t->at || !goes_on)
		return t->to;
	if (t->w->items[t->at].script == SCRIPT_LATIN && find(t, t->verb, t->at, ME) < 0 &&
	    !asked && t->verb != t->from)
		return t->to;
	return next;
}

/* Where a request begins in a clause without commas: "my code is right can you call ..." */
static int asked_from(const struct target *t)
{
	for (int i = t->verb - 2; i > t->from; i--)
		if (means(t, i) & CAN && means(t, i + 1) & YOU)
			return i;
	return t->from;
}

/* People in general, and parts of the house, are asked for only by a verb that fits them. */
int target_is_weak(const struct target *t)
{
	uint64_t m = means(t, t->at);
	uint64_t verb = t->verb >= 0 ? means(t, t->verb) : 0;

	if (m & (TARGET | ALONE))
		return 0;
	if (m & SOMEBODY && (means(t, t->at - 1) & WITH) == WITH &&
	    target_is_all(t, t->from, t->to, BARE, NEVER_BARE | WITHOUT) &&
	    find(t, t->from, t->at, CAN) >= 0)
		return 0; /* "можно с кем-нибудь?" */
	if (m & SOMEBODY && verb & WANT && target_is_not_bot_next(t))
		return 0; /* "I need someone to explain my bill, not a bot" */
	if (m & PEOPLE && verb & (CALL | WANT) && t->to - t->from <= 4 &&
	    !(t->w->items[t->at].flags & WORD_ASKED) &&
	    !(verb & WANT && means(t, t->at + 1) & PREP) &&
	    target_is_all(t, t->from, t->to, BARE, NEVER_BARE))
		return 0; /* "зови людей", not "нужны люди в команду" */
	if ((m & TRADE) == TRADE && find(t, t->at, t->to, WITHOUT) >= 0)
		return 1;
	if ((m & TRADE) == TRADE)
		return !(verb & (SPEAK | CONNECT)) &&
		       (!(verb & CALL) || (verb & ORDER) == ORDER);
	if (m & (SOMEBODY | OFFICE) && !(m & PEOPLE) && verb & (CALL | WANT) &&
	    target_is_all(t, asked_from(t), known_until(t), AROUND, NEVER_BARE & ~(SELF | YOU)))
		return 0;
	if (m & OFFICE && t->w->n == 1)
		return 0;
	if (m & OFFICE && target_is_all(t, t->from, t->to, BARE, NEVER_BARE) &&
	    find(t, t->from, t->to, PLEASE | LIVE | CAN | ME) >= 0)
		return 0;
	if (m & SUPPORT &&
	    target_is_all(t, sentence_begin(t->w, t->at), t->to, BARE, NEVER_BARE))
		return 0;
	if (m & SUPPORT)
		return !(verb & (CALL | CONNECT | SPEAK)) && !(means(t, t->at - 1) & LIVE);
	return !(verb & (SPEAK | CONNECT | IFHOW)) &&
	       find(t, t->at - 2, t->at + 3, LIVE | SUPPORT) < 0;
}

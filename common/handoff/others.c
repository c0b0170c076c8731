/* Does somebody else want a human, or is one told of? */

#include "common/handoff/request.h"

/* "do you need operators?" */
static int is_your_want(const struct target *t)
{
	int cyrillic = t->w->items[t->verb].script == SCRIPT_CYRILLIC;

	if (cyrillic && t->verb < t->at && t->verb == sentence_begin(t->w, t->at) &&
	    t->to == sentence_end(t->w, t->at) && t->w->items[t->at].flags & WORD_ASKED &&
	    means(t, t->at) & NOM && (means(t, t->verb) & REQUEST) == WANT &&
	    find(t, t->from, t->to, ME | PLEASE) < 0)
		return 1; /* "нужны сотрудники?" */
	return t->verb < t->at && t->w->items[t->at].flags & WORD_ASKED &&
	       !(means(t, t->verb) & ~WANT & REQUEST) &&
	       find(t, t->verb - 1, t->verb + (cyrillic ? 3 : 0), YOU) >= 0 &&
	       find(t, t->from, t->verb, CAN | WHY) < 0;
}

/* "can your bot transfer chats to a human?", "бот может позвать оператора?": and not me */
static int is_bots_skill(const struct target *t, int bot)
{
	const struct word *next = bot + 1 < t->verb ? &t->w->items[bot + 1] : NULL;
	int skilled = next && next->means & CAN && next->script == SCRIPT_CYRILLIC &&
		      next->letters[next->len - 1] == u'т';

	if (means(t, bot - 1) & (THE | YOU | MINE) && means(t, bot - 2) & CAN)
		skilled = 1;
	return skilled && bot < t->verb && find(t, t->from, t->to, ME | PLEASE) < 0;
}

/* "let him talk to a human", "make her call an operator" */
static int is_anothers(const struct target *t)
{
	const struct word *who = t->verb > t->from ? &t->w->items[t->verb - 1] : NULL;

	return who && (who->means & PRONOUN) == PRONOUN && who->script == SCRIPT_LATIN &&
	       who->letters[0] == 'h' && means(t, t->verb - 2) & (LET | WRITE) &&
	       !(means(t, t->verb + 1) & ME);
}

int target_is_others(const struct target *t)
{
	int previous = t->from > 0 ? clause_begin(t->w, t->from - 1) : 0;
	const struct word *before = t->verb > t->from ? &t->w->items[t->verb - 1] : NULL;

	int bot = find(t, t->from, t->verb, BOT);

	if (is_your_want(t) || (bot > t->from && means(t, bot - 1) & MINE))
		return 1; /* "our bot should call a human" */
	if (is_anothers(t) || (bot >= t->from && is_bots_skill(t, bot)))
		return 1;
	if (means(t, t->from) & (WHAT | THAT) && t->w->items[t->from].gap == GAP_COMMA &&
	    words_find(t->w, previous, t->from, WANTS) >= 0)
		return 1; /* "my wife says that ..." */
	for (int i = t->verb + 1; i < t->at; i++)
		if (means(t, i) & WANTS && !(means(t, i) & (REQUEST | HELP)))
			return 1; /* "to write a bot that calls an operator" */
	for (int i = t->verb - 1; i >= t->from; i--) {
		uint64_t m = means(t, i);

		if (m & (THEY | WANTS))
			return 1;
		if (m & YOU && means(t, t->verb) & SPEAK &&
		    !(means(t, t->verb) & ~SPEAK & REQUEST) &&
		    find(t, i, t->verb, CONNECT | CALL) < 0)
			return find(t, t->from, t->verb, ME | SELF) < 0;
		if (m & (SELF | ME))
			return 0;
	}
	if (before && before->means == 0 && before->script == SCRIPT_LATIN &&
	    means(t, t->verb - 2) & THE && means(t, t->verb) & WANT)
		return 1; /* "does a shop need a manager" */
	return before && before->means == 0 && before->len > 3 &&
	       before->letters[before->len - 1] == 's' && means(t, t->verb) & (WANT | SPEAK) &&
	       t->verb - 1 == t->from;
}

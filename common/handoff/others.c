/* Does somebody else want a human, or is one told of? */

#include "common/handoff/request.h"

/* "do you need operators?" */
static int is_your_want(const struct target *t)
{
	int cyrillic = t->w->items[t->verb].script == SCRIPT_CYRILLIC;

	if (!cyrillic && t->verb > 1 && means(t, t->verb - 1) & SELF &&
	    means(t, t->verb) & WANT && t->w->items[t->verb - 2].len == 2 &&
	    t->w->items[t->verb - 2].letters[0] == 'd' &&
	    find(t, t->from, t->verb, HOW | WHERE | WHY) < 0)
		return 1; /* "do I need a second person" */
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

	if (means(t, bot - 1) & (THE | YOU | MINE) &&
	    (means(t, bot - 2) & CAN || bot + 1 == t->verb ||
	     (bot + 2 == t->verb && means(t, bot + 1) & PREP)))
		skilled = t->w->items[bot].script == SCRIPT_LATIN &&
			  (means(t, bot - 2) & CAN || !(means(t, t->verb) & WANT));
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

/* "my bot is to write to an admin when the user asks for a human" */
static int is_when_asked(const struct target *t)
{
	int when = find(t, t->at + 1, t->to, HOWMUCH | IF);
	int who = when > 0 ? find(t, when + 1, when + 4, THEY) : -1;

	return who > 0 && find(t, who + 1, who + 3, WANTS) > 0 &&
	       find(t, t->from, t->at, BOT) >= 0;
}

/* "I wanted to say that your agent was brilliant" */
static int is_praise(const struct target *t)
{
	return t->verb < t->at && (means(t, t->verb) & REQUEST) == WANT &&
	       find(t, t->verb + 1, t->at, SAY) > 0 && find(t, t->at + 1, t->to, PAST | BE) > 0;
}

int target_is_others(const struct target *t)
{
	int previous = t->from > 0 ? clause_begin(t->w, t->from - 1) : 0;
	const struct word *before = t->verb > t->from ? &t->w->items[t->verb - 1] : NULL;

	int bot = find(t, t->from, t->verb, BOT);

	if (is_your_want(t) || (bot > t->from && means(t, bot - 1) & MINE))
		return 1; /* "our bot should call a human" */
	if (is_praise(t) || is_when_asked(t))
		return 1;
	if (is_anothers(t) || (bot >= t->from && bot != t->at && is_bots_skill(t, bot)))
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
	if (before && (before->means == 0 || before->means & TEXT) &&
	    before->script == SCRIPT_LATIN && means(t, t->verb - 2) & THE &&
	    means(t, t->verb) & WANT)
		return 1; /* "does a shop need a manager" */
	return before && before->means == 0 && before->len > 3 &&
	       before->letters[before->len - 1] == 's' && means(t, t->verb) & (WANT | SPEAK) &&
	       t->verb - 1 == t->from;
}

/* "оператор уже подключился": what one has done, not what one is to do. */
int target_is_done(const struct target *t)
{
	int help = find(t, t->at + 1, t->to, HELP);
	const struct word *it = help > 0 ? &t->w->items[help] : NULL;
	int n = it ? it->len : 0;

	if (n < 5 || it->script != SCRIPT_CYRILLIC || !(means(t, t->at) & NOM) ||
	    it->flags & WORD_ASKED ||
	    find(t, t->from, t->to, LET | WANT | CAN | WHY | NOT) >= 0)
		return 0;
	if (it->letters[n - 1] == u'ь' || it->letters[n - 1] == u'я')
		n -= 2; /* the reflexive end */
	return it->letters[n - 1] == u'л' ||
	       (it->letters[n - 2] == u'л' && it->letters[n - 1] != u'е');
}

/* "operator: duties and pay", "оператор ?? в JavaScript" */
int target_is_heading(const struct target *t)
{
	const struct words *w = t->w;

	if (t->to >= w->n)
		return 0;
	if (w->items[t->to].gap == GAP_COLON && t->from == 0)
		return words_find(w, t->to, w->n, SELF | ME | MINE | NOT | PLEASE | BOT) < 0;
	return t->from == 0 && t->at + 1 == t->to &&
	       words_find(w, t->to, t->to + 3, TOPIC) >= 0;
}

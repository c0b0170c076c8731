/* Who refuses to talk to a bot asks for somebody else. */

#include "common/handoff/request.h"

/* "let somebody answer who is not a bot", "no bots, please" */
static int is_other_wanted(const struct target *t)
{
	int begin = sentence_begin(t->w, t->at), end = sentence_end(t->w, t->at),
	    none = t->at - 1;
	struct target whole = { .w = t->w, .at = t->at, .from = begin, .to = end };

	while (means(t, none) & (THE | LIVE | PREP))
		none--;
	if (means(t, none) & NONEED && begin == 0 && end == t->w->n && end <= 4 &&
	    t->at + 1 == end)
		return 1; /* "I don't want a bot" */
	if (!(means(t, none) & (NOT | NO | WITHOUT)) || t->w->items[t->at].flags & WORD_ASKED)
		return 0;
	if (find(&whole, none + 1, end, REQUEST | HELP) >= 0)
		return 0;
	return target_is_all(&whole, begin, end, AROUND | WITHOUT,
			     (NEVER_BARE & ~WANTS) | TARGET) &&
	       (find(&whole, begin, none, WANT | CALL | CONNECT | LET | HELP) >= 0 ||
		end - begin <= 3);
}

/* "can we do it without the bot?", "how do I get past this bot" */
static int is_passed_by(const struct target *t)
{
	int end = sentence_end(t->w, t->at), none = t->at - 1;
	struct target whole = { .w = t->w, .from = sentence_begin(t->w, t->at), .to = end };

	while (means(t, none) & (THE | FILLER | PREP | LIVE) && !(means(t, none) & WITHOUT))
		none--;
	return means(t, none) & (WITHOUT | NOT) &&
	       find(t, t->from, t->at, CAN | HOW | LET) >= 0 &&
	       find(t, t->from, t->at, YOU | BE) < 0 &&
	       target_is_all(&whole, whole.from, t->at, AROUND | WITHOUT | HOW,
			     (NEVER_BARE & ~SELF) | TARGET) &&
	       target_is_all(&whole, t->at + 1, end, PLEASE | FILLER | HERE, BOT | HELP);
}

/* "I don't want to talk to a bot" */
int words_refuse_bot(const struct words *w)
{
	for (int i = 0; i < w->n; i++) {
		int from = clause_begin(w, i), to = clause_end(w, i);
		struct target t = { .w = w, .at = i, .from = from, .to = to, .verb = -1 };

		if (!(w->items[i].means & BOT) || w->items[i].flags & (WORD_QUOTED | WORD_CODE))
			continue;
		if (is_other_wanted(&t) || is_passed_by(&t))
			return 1;
		t.verb = target_verb_before(&t);
		if (t.verb < 0 || !(means(&t, t.verb) & SPEAK))
			t.verb = target_verb_behind(&t);
		if (t.verb < 0 || !(means(&t, t.verb) & SPEAK) || target_is_others(&t) ||
		    target_is_hypothetical(&t) || target_is_past(&t))
			continue;
		if (find(&t, from, to, TARGET | WHY | YOU) >= 0)
			continue;
		if ((find(&t, from, t.verb + 3, NOT | NONEED | STOP) >= 0 ||
		     find(&t, i, to, NONEED) >= 0) &&
		    find(&t, from, to, WANT | NONEED | STOP) >= 0)
			return 1;
		if (find(&t, i - 2, i, NOT) > t.verb && find(&t, from, i, WANT | CAN) >= 0)
			return 1;
	}
	return 0;
}

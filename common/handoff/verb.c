/* The verb that asks for a target: before it, or behind it. */

#include "common/handoff/request.h"

/* How many words of other things may stand between a verb and the target. */
static int reach(const struct target *t, int verb)
{
	int most = means(t, verb) & CONNECT ? 3 : means(t, verb) & (CALL | SPEAK) ? 1 : 0;

	return t->w->items[verb].script == SCRIPT_HAN ? 2 * most : most;
}

/* "I prefer the bot to a human" */
static int is_bot_wanted(const struct target *t, int verb)
{
	int bot = find(t, verb, t->at, BOT);

	return bot >= 0 && find(t, t->from, t->at, NOT | STOP | WITHOUT | NO | CONNECT) < 0;
}

/* "I need to check something with a live agent" */
static int is_with_live(const struct target *t, int verb)
{
	int live = find(t, verb, t->at + 1, LIVE);

	if (live == t->at && means(t, live - 1) & LIVE)
		live--;
	if (means(t, live - 1) & THE)
		live--;
	if (live <= verb || t->w->items[live].script == SCRIPT_CYRILLIC)
		return live > verb && means(t, live - 1) & PREP;
	return (means(t, live - 1) & WITH) == WITH; /* not "the definition of a human" */
}

/* "a chat agent", "the contact person": no verb. */
static int is_noun(const struct target *t, int i)
{
	return i == t->at - 1 && means(t, i) & (SPEAK | CONNECT) && means(t, i - 1) & THE;
}

/* "how do I reach", "давайте я объясню": beside these "I speak" asks for it. */
static int is_told_how(const struct target *t, int i)
{
	const struct word *w = &t->w->items[i];
	uint64_t asks = w->script == SCRIPT_CYRILLIC ? HOW | WHERE | WANT : HOW | WHERE;

	if (w->script == SCRIPT_LATIN && w->len > 4 && w->letters[w->len - 1] == 'g')
		asks = WANT; /* "happier talking to" */
	return find(t, t->from, i, asks) >= 0;
}

int target_verb_before(const struct target *t)
{
	if (means(t, t->at - 1) & HOW ||
	    (means(t, t->at - 1) & PREP && means(t, t->at - 2) & HOW))
		return -1; /* "like people do", "как с человеком"; or the verb is behind */
	for (int i = t->at - 1, other = 0; i >= t->from && other <= 6; i--) {
		uint64_t m = means(t, i);

		if (m & CONNECT && is_noun(t, i))
			return -1; /* "the switch operator" */
		if (m & LET && m & THAT && means(t, t->at) & NOM)
			return -1; /* "..., чтобы ответил сотрудник" */
		if (m & REQUEST && other <= reach(t, i) && !is_noun(t, i) &&
		    !(m & WANT && is_bot_wanted(t, i)))
			return i;
		if (m & WANT && other <= 3 &&
		    (find(t, i, t->at, VIA) >= 0 || is_with_live(t, i)))
			return i;
		if (m & IFHOW && other <= 3 && is_told_how(t, i))
			return i;
		if (m & ABOUT && !(m & (PREP | FILLER | THE)) && !(means(t, i - 1) & NUMBER))
			return -1;
		other += !(m & (AROUND | ABOUT));
	}
	return -1;
}

/* "человеку нужно пить", "специалист нужен чтобы ... ?" */
static int is_purpose(const struct target *t, int i)
{
	if (i >= t->to)
		return 0;
	return means(t, i) == 0 || (means(t, i) & LET && t->w->items[i].flags & WORD_ASKED);
}

/* "оператора позовите"; "is there somebody I can talk to". */
/* "operator needed" */
static int is_participle(const struct target *t, int i)
{
	const struct word *w = &t->w->items[i];
	int n = w->len;

	return i == t->at + 1 + ((means(t, t->at + 1) & BE) != 0) &&
	       w->script == SCRIPT_LATIN && n > 3 && w->letters[n - 2] == 'e' &&
	       w->letters[n - 1] == 'd' &&
	       target_is_all(t, t->from, t->to, AROUND | BE, YOU | SELF | OR | NOT);
}

/* "it's a human I need", "an agent is what I want" */
static int cleft_verb(const struct target *t)
{
	int i = t->at + 1;

	while (means(t, i) & (BE | WHAT) && i < t->at + 3)
		i++;
	if (t->w->items[t->at].script != SCRIPT_LATIN || !(means(t, i) & SELF) ||
	    !(means(t, i + 1) & WANT) || i + 2 != t->to ||
	    !target_is_all(t, t->from, t->at, AROUND | BE, SELF | YOU | IF | OR))
		return -1;
	return i + 1;
}

int target_verb_behind(const struct target *t)
{
	int is_subject = (means(t, t->at) & NOM) != 0, cleft = cleft_verb(t);

	if (cleft >= 0)
		return cleft;

	for (int i = t->at + 1, other = 0; i < t->to && other <= 1; i++) {
		uint64_t m = means(t, i);

		if (m & WANT && is_participle(t, i))
			return i;
		if (m & HAVE && i == t->at + 1 && i + 1 == t->to &&
		    find(t, t->from, t->at, CAN) >= 0 && find(t, t->from, t->at, SELF) >= 0)
			return i; /* "kann ich einen Menschen haben" */
		if (m & LENGTHY && i + 1 < t->to && !means(t, i + 1))
			return -1; /* "talking to a human is nicer" */
		if (m & WANT && !(m & ~WANT & REQUEST) && is_purpose(t, i + 1))
			return -1;
		if (m & REQUEST && t->w->items[i].flags & WORD_FINAL &&
		    other <= (m & (CALL | CONNECT) && !is_subject ? 1 : 0) &&
		    (!is_subject || m & ~SPEAK & REQUEST))
			return i;
		if (m & SPEAK && find(t, t->from, i, CAN | PREP) >= 0 &&
		    (t->w->items[i].flags & WORD_ASKED ||
		     find(t, t->from, t->at + 1, HAVE | WHERE | WANT | CAN | BE) >= 0))
			return i;
		other += !(m & AROUND);
	}
	return -1;
}

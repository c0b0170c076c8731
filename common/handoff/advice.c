/* Is it asked how one does it in general, with anybody? */

#include "common/handoff/request.h"

/* "am I talking to a human?" */
static int is_who(const struct target *t)
{
	int be = find(t, t->from, t->verb, BE);

	return be >= 0 && means(t, be + 1) & SELF && means(t, t->verb) & SPEAK &&
	       find(t, t->from, be, HOW | WHY) < 0;
}

/* "thanks for connecting me with a human" */
static int is_thanks(const struct target *t)
{
	int thanks = find(t, t->from, t->verb, THANKS);

	return thanks >= 0 && find(t, thanks + 1, thanks + 3, ABOUT | PREP) >= 0;
}

/* "люблю общаться с людьми", "I hate to talk to people": not now, and with anybody. */
static int is_habit(const struct target *t)
{
	int before = t->verb - 1;
	uint64_t it = means(t, t->at);

	while (before > t->from && means(t, before) & PREP)
		before--;
	if (!(means(t, t->verb) & (SPEAK | CALL)) || find(t, t->from, t->to, LIVE) >= 0)
		return 0;
	if (!(it & (PERSON | SOMEBODY)) && find(t, t->from, before, BE) < 0)
		return 0; /* "is it hard to reach support" */
	return before >= t->from && t->w->items[before].means == 0 &&
	       t->w->items[before].len > 3;
}

/* "как передать показания оператору": a thing is handed over, and nobody put through */
static int is_handing(const struct target *t)
{
	for (int i = t->verb + 1; i < t->at; i++)
		if (!means(t, i) && t->w->items[i].script == SCRIPT_CYRILLIC)
			return find(t, t->verb, t->at, ME) < 0;
	return 0;
}

/* "как разговаривать с начальником": how one does it in general, with anybody. */
int target_is_advice(const struct target *t)
{
	int first = t->verb < t->at ? t->verb : t->at;
	int how = find(t, t->from, first, HOW | WHAT);
	uint64_t verb = means(t, t->verb), it = means(t, t->at);

	if (means(t, t->at - 1) & MINE && (verb & CALL || how >= 0 || it & OFFICE) &&
	    !target_is_not_bot_next(t) &&
	    !(find(t, t->at, t->to, HELP) > 0 && find(t, t->from, t->verb, PLEASE) >= 0))
		return find(t, t->at, t->to, PLEASE) < 0 || verb & CALL;
	if (is_thanks(t) || is_habit(t) || is_who(t))
		return 1;
	if ((verb & ORDER) == ORDER && it & PERSON && means(t, t->verb - 1) & SELF)
		return find(t, t->from, t->at + 1, LIVE) < 0; /* "can I bring a person" */
	if (how >= 0 && (verb & ORDER) == ORDER && t->w->items[t->verb].script == SCRIPT_LATIN)
		return find(t, t->from, t->at + 1, LIVE | HERE) <
		       0; /* "how do I add an admin" */
	if (how < 0 || find(t, how, t->at, CAN | ME) >= 0)
		return 0;
	for (int i = how + 1; i < t->verb && means(t, how) & HOW && !(verb & SPEAK); i++)
		if (!means(t, i) && t->w->items[i].len > 2)
			return 1; /* "how to set up transfers to an agent" */
	if (verb & CALL && find(t, t->at + 1, t->to, MINE) >= 0)
		return 1; /* "how to invite a person to my team" */
	if (verb & VIA && it & PERSON && find(t, t->from, t->to, LIVE | HERE | SPEAK) < 0)
		return 1; /* "how to find a person by a number" */
	if (verb & CONNECT && is_handing(t))
		return 1;
	if (means(t, how) & WHAT && verb & SPEAK && find(t, how, t->verb, NUMBER | LET) < 0)
		return 1; /* "what to ask a manager" */
	if (it & PEOPLE && find(t, t->from, t->to, LIVE | HERE) < 0)
		return 1;
	if (verb & CALL && !(it & (TARGET | SUPPORT)) &&
	    (!(it & OFFICE) || (it & TRADE) == TRADE))
		return 1; /* "how to ask somebody out" */
	for (int i = t->verb + 1; verb & CALL && it & PERSON && i < t->at; i++)
		if (!(means(t, i) & AROUND))
			return 1; /* "how to find a key to a person" */
	if (verb & CONNECT && it & SUPPORT)
		return 0; /* "how to reach the department of quality" */
	if (verb & LENGTHY)
		return find(t, t->from, t->to, LIVE | HERE) < 0;
	if (verb & REQUEST && it & (TARGET | OFFICE) && !(it & (PERSON | OFFICE)) &&
	    !(verb & CALL))
		return 0;
	for (int i = t->at + 1; i < t->to; i++)
		if (!(means(t, i) & (AROUND | BARE)))
			return 1;
	return 0;
}

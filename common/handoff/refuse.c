/* What takes a request back, or makes it somebody else's. */

#include "common/handoff/request.h"

/* "ça marche pas votre truc passez moi ...": it refused what stands before it */
static int is_behind_its_verb(const struct target *t, int i)
{
	const struct word *w = &t->w->items[i];
	int is_pas = w->len == 3 && w->letters[0] == 'p' && w->letters[1] == 'a';

	for (int k = i + 1; is_pas && k < t->verb; k++)
		if (!means(t, k))
			return 1;
	return 0;
}

/* "not a bot", "why can't I", "couldn't you": no refusal of a human. */
static int is_excused(const struct target *t, int i)
{
	int next = i + 1;

	while (means(t, next) & (FILLER | THE | PREP | REQUEST | ME | LIVE) &&
	       !(means(t, next) & (TARGET | BOT)) && next < i + 5)
		next++;
	if (means(t, next) & BOT || find(t, i, t->at, BOT) >= 0 || is_behind_its_verb(t, i))
		return 1;
	if (means(t, i) & CAN || find(t, t->from, i, WHY) >= 0)
		return 1;
	return means(t, i + 1) & CAN && t->w->items[i].flags & WORD_ASKED;
}

/* "no" begins an answer; before a human it refuses one. */
static int is_interjection(const struct target *t, int i)
{
	return means(t, i) & NO && !(means(t, i) & NOT) && i == t->from &&
	       !(means(t, i + 1) & (TARGET | LIVE | THE | WANT)) && i + 1 != t->at;
}

int target_is_negated(const struct target *t)
{
	int low = t->at, high = t->at;

	if (t->verb >= 0 && t->verb < low)
		low = t->verb;
	if (t->verb > high)
		high = t->verb;
	if (t->verb > t->from && means(t, t->verb) & WANT && means(t, t->verb - 1) & SELF &&
	    find(t, t->from, t->verb - 1, NONEED) >= 0 &&
	    find(t, t->verb, t->at, NOT | NONEED) < 0)
		return 0; /* "I don't want the FAQ I want a human" */
	if (find(t, t->from, t->to, NONEED) >= 0 && find(t, t->from, t->to, BOT) < 0)
		return 1;
	for (int i = t->at - 1; i >= t->from && i >= t->at - 3; i--)
		if (means(t, i) & WITHOUT)
			return 1;
	if (find(t, low - 2, low, WITHOUT) >= 0 && find(t, low - 2, t->at, BOT) < 0)
		return 1;
	for (int i = low - 3 > t->from ? low - 3 : t->from; i <= high; i++) {
		if (means(t, i) & NONEED && !is_excused(t, i))
			return 1;
		if (means(t, i) & (NOT | NO) && !is_excused(t, i) && !is_interjection(t, i))
			return 1;
	}
	if (means(t, high + 1) & NOT && means(t, t->verb) & (CALL | CONNECT) &&
	    t->verb < t->at && !(means(t, high + 2) & ~HELP))
		return 0; /* "позовите менеджера не приходит чек" */
	if (means(t, high + 1) & NOT && means(t, high + 2) & THE && high + 3 < t->to &&
	    !(means(t, high + 3) & ~TEXT))
		return 0; /* "a human being not a script" */
	return means(t, high + 1) & (NOT | NONEED) && !(means(t, high + 2) & BOT) &&
	       !(means(t, high + 3) & BOT) && !(means(t, high + 1) & CAN);
}

/* "operator? no, thanks": the next clause refuses and says nothing else. */
int target_is_refused_next(const struct target *t)
{
	int end = t->to < t->w->n ? clause_end(t->w, t->to) : t->to;
	int refuses = words_find(t->w, t->to, end, NO | NOT | NONEED) >= 0;

	for (int i = t->to; i < end; i++)
		if (!(t->w->items[i].means &
		      (NO | NOT | NONEED | WANT | THANKS | FILLER | PLEASE)) ||
		    t->w->items[i].means & (BOT | TARGET | HERE))
			return 0;
	return refuses;
}

/* Nouns and trades beside it: an operator of something else. */
int target_is_topic(const struct target *t)
{
	int seen = 0;

	if (find(t, t->at - 2, t->at, TOPIC) >= 0)
		return 1;
	for (int i = t->at + 1; i < t->to && seen < 2; i++) {
		if (means(t, i) & TOPIC)
			return 1;
		seen += !(means(t, i) & (PREP | THE | LIVE | ME | ABOUT));
	}
	return 0;
}

static int ends_as_genitive(const struct word *w)
{
	uint16_t last = w->len > 0 ? w->letters[w->len - 1] : 0;

	return last == u'а' || last == u'я' || last == u'ы' || last == u'и' || last == u'в';
}

/* "менеджеру", not "поддержку", "консультантку", "людину" */
static int is_dative(const struct word *w)
{
	int n = w->len;

	if (w->script != SCRIPT_CYRILLIC || n < 4)
		return 0;
	if (w->letters[n - 1] == u'ю')
		return w->letters[n - 2] == u'л';
	if (w->letters[n - 1] != u'у' || w->letters[n - 2] == u'н' || w->letters[n - 2] == u'ш')
		return 0;
	return w->letters[n - 2] != u'к' || w->letters[n - 3] == u'и' ||
	       w->letters[n - 3] == u'е';
}

/* "перевести сотрудника на удалёнку", "transfer my number to another operator" */
static int is_moved(const struct target *t)
{
	const struct word *it = &t->w->items[t->at], *next = it + 1;

	if (find(t, t->verb, t->at, NUMBER) >= 0)
		return find(t, t->verb, t->at, ME) < 0;
	if (it->script != SCRIPT_CYRILLIC || it->means & (NOM | SUPPORT) || is_dative(it) ||
	    find(t, t->verb, t->at, PREP) >= 0)
		return 0;
	return t->at + 2 < t->to && (next->letters[0] == u'в' || next->letters[0] == u'н') &&
	       next->means & PREP &&
	       words_find(t->w, t->at + 2, t->to, ~UINT64_C(0)) != t->at + 2;
}

/* "transfer the money to a person": what is sent is no conversation. */
static int is_sent(const struct target *t)
{
	const struct word *next = t->at + 1 < t->to ? &t->w->items[t->at + 1] : NULL;
	uint64_t it = means(t, t->at);

	if (!(means(t, t->verb) & CONNECT) || t->verb > t->at)
		return 0;
	if (is_moved(t))
		return 1;
	if (it & ROLE && !means(t, t->verb + 1) && means(t, t->verb + 2) & (PREP | FILLER) &&
	    t->w->items[t->at].script == SCRIPT_LATIN) /* "transfer ownership to a manager" */
		return find(t, t->verb, t->at, LIVE) < 0;
	if (it & (ROLE | SUPPORT | OFFICE))
		return 0;
	if (find(t, t->verb, t->at + 1, LIVE) >= 0 || find(t, t->verb, t->at, ME) >= 0)
		return 0;
	for (int i = t->verb + 1; i < t->at; i++)
		if (!means(t, i) || (means(t, i) & MINE && !(means(t, i + 1) & (SPEAK | CALL))))
			return 1;
	return next && !next->means &&
	       (next->script == SCRIPT_LATIN || !(means(t, t->at - 1) & PREP));
}

/* "нужен оператор станка", "I need human hair": a word behind it makes it another thing. */
int target_is_compound(const struct target *t)
{
	const struct word *next = t->at + 1 < t->to ? &t->w->items[t->at + 1] : NULL;

	if (is_sent(t))
		return 1;
	if (means(t, t->at + 1) & OR && (means(t, t->at + 2) & TEXT || !means(t, t->at + 2)) &&
	    t->at + 2 < t->to)
		return 1; /* "нужен оператор или функция" */
	if (next && !next->means &&
	    !(means(t, t->at) & (TARGET | SUPPORT | OFFICE | SOMEBODY)) &&
	    means(t, t->at) & ALONE && means(t, t->verb) & WANT)
		return 1; /* "нужен живой корм" */
	if (!next || !(means(t, t->verb) & WANT) || t->verb > t->at || next->means ||
	    next->flags & (WORD_NUMBER | WORD_CASED))
		return 0;
	if (next->script == SCRIPT_CYRILLIC)
		return t->at + 3 >= t->to && ends_as_genitive(next);
	return next->script == SCRIPT_LATIN;
}

/* "someone who ...", "a person for ...". */
static int is_described(const struct target *t)
{
	uint64_t next = means(t, t->at + 1);

	return t->w->items[t->at].flags & WORD_ASKED ||
	       (means(t, t->at) & PERSON && next & (ABOUT | PREP) && (next & WITH) != WITH);
}

/* "find me a tax specialist in Samara", "I need a person for a photo": not one of yours. */
static int is_elsewhere(const struct target *t)
{
	uint64_t verb = means(t, t->verb);
	int from = t->at + 1;

	if (t->verb > t->at || find(t, t->verb, t->at + 1, LIVE) >= 0)
		return 0;
	if (verb & CALL && verb & VIA)
		from = t->verb + 1;
	else if (!(verb & WANT) || verb & ~WANT & REQUEST || !is_described(t))
		return 0;
	for (int i = from; i < t->to; i++) {
		if (means(t, t->at) & SOMEBODY && means(t, i) & THAT)
			return 0; /* "somebody who knows about visas" */
		if (!means(t, i))
			return 1;
	}
	return 0;
}

/*
 * "which operator ...", "вызвать оператор delete": Russian calls a person in the
 * genitive, so what is called in the nominative is a thing, where more is said of it.
 */
int target_is_thing(const struct target *t)
{
	const struct word *it = &t->w->items[t->at];
	const struct word *next = t->at + 1 < t->to ? it + 1 : NULL;
	uint64_t verb = means(t, t->verb), who = means(t, t->at);

	if (means(t, t->at - 1) & WHAT && !(means(t, t->at - 1) & (THAT | FILLER)))
		return 1;
	if (next && it->script == SCRIPT_CYRILLIC && next->script == SCRIPT_LATIN)
		return !(next->means & (PLEASE | TARGET | BOT | HELLO));
	if (next && it->script == SCRIPT_LATIN && next->means & THAT && t->at + 2 < t->to)
		return (it[2].means & ~OFFICE) == 0;
	if (is_elsewhere(t))
		return 1;
	if (verb & SPEAK && it->script == SCRIPT_CYRILLIC && who & NOM && t->verb < t->at)
		return !(verb & ~SPEAK & REQUEST) && find(t, t->verb, t->at, PREP) < 0;
	if (t->verb > t->at && is_dative(it) &&
	    (means(t, t->at - 1) & (WHERE | WHAT) ||
	     (means(t, t->at - 1) & HOW && t->verb + 1 < t->to)))
		return 1; /* "куда сотруднику написать" */
	if (who & TARGET && !(verb & ((~WANT & REQUEST) | IFHOW)) && t->verb < t->at &&
	    is_dative(it))
		return find(t, t->verb, t->at, PREP) < 0; /* who needs, not who is needed */
	for (int i = t->from; verb & CALL && who & NOM && i < t->to; i++)
		if (t->w->items[i].means == 0)
			return 1;
	return 0;
}

/* "хочу пожаловаться на оператора" */
int target_is_complained_of(const struct target *t)
{
	const struct word *before = t->at > t->from ? &t->w->items[t->at - 1] : NULL;

	while (before && before > &t->w->items[t->from] && before->means & (LIVE | FILLER))
		before--;
	return before && before->len == 2 && before->letters[0] == u'н' &&
	       before->letters[1] == u'а' && t->verb < t->at &&
	       (means(t, t->verb) & REQUEST & ~WANT) == SPEAK &&
	       (means(t, t->verb) & TALK) != TALK;
}

int target_is_hypothetical(const struct target *t)
{
	int i = find(t, t->from, t->verb, IF), why = find(t, t->from, t->verb, WHY);

	if (why >= 0 &&
	    (find(t, why, t->at, NOT | CAN | NO) < 0 || !(means(t, t->verb) & ~WANT & REQUEST)))
		return 1; /* "why did you call an operator" */
	if (means(t, t->verb - 1) & ABOUT && find(t, t->from, t->verb, BOT) >= 0)
		return 1; /* "rather the bot than talk to a person" */
	if ((means(t, t->verb) & PUT) == PUT &&
	    words_find(t->w, sentence_begin(t->w, t->verb), t->from, IF) >= 0)
		return 1; /* "if the bot cannot help, will they connect me?" */
	if (i >= 0 && means(t, i + 1) & YOU && find(t, i, t->verb, BOT) > 0)
		return 0; /* "if you are a bot get me a human" */
	return i >= 0 && !(means(t, i + 1) & (CAN | PLEASE)) && !(means(t, i + 2) & CAN);
}

static int is_infinitive(const struct word *w)
{
	return w->len > 2 && w->letters[w->len - 1] == u'ь' && w->letters[w->len - 2] == u'т';
}

/* "разговор с оператором оборвался": what became of a talk. */
static int is_told_of(const struct target *t)
{
	return (means(t, t->verb) & TALK) == TALK && t->verb < t->at &&
	       t->verb <= t->from + 1 && t->at + 1 < t->to && !means(t, t->at + 1);
}

/* "хотел позвать человека, но уже разобрался": what was asked for is done with. */
static int is_settled(const struct target *t)
{
	int end = t->to < t->w->n ? clause_end(t->w, t->to) : t->to;

	return t->to < t->w->n && t->w->items[t->to].means & BUT &&
	       (t->w->items[t->to].means & CAUSE) != CAUSE &&
	       words_find(t->w, t->to, end, PAST) >= 0 &&
	       words_find(t->w, t->to, end, NOT | TARGET) < 0;
}

/* "was able to talk to a human": verbs without a person of their own tell of the past. */
int target_is_past(const struct target *t)
{
	int past = -1;

	if (is_told_of(t) || is_settled(t))
		return 1;
	for (int i = t->from; i < t->verb; i++)
		past = means(t, i) & PAST ? i : past;
	if (past < 0 || find(t, past, t->verb, WANT | CAN | NOT | BOT) >= 0)
		return 0;
	if (means(t, t->verb) & WANT)
		return 0;
	return means(t, t->verb) & SPEAK || means(t, t->verb - 1) & PREP ||
	       is_infinitive(&t->w->items[t->verb]);
}

/* "хватит звать оператора", "stop transferring me" */
int target_is_stopped(const struct target *t)
{
	const struct word *verb = &t->w->items[t->verb];

	int n = verb->len;

	if (n < 3 || !(means(t, t->verb - 1) & STOP))
		return 0;
	return is_infinitive(verb) ||
	       (verb->letters[n - 1] == 'g' && verb->letters[n - 2] == 'n');
}

/* Somebody known by a name or by a pronoun: "позовите Марину", "any managers here? get me one".
 */

#include "common/handoff/request.h"

#define TOLD                                                                                   \
	(IF | WHAT | HOW | HOWMUCH | THEY | WANTS | PAST | WHY | NOT | NONEED | TEXT | TOPIC | \
	 LATER | VIA)
#define NAMES_MAX 2 /* a name and a patronymic, or a family name */

static int is_kind(const struct target *t, int i, uint64_t kind)
{
	return (means(t, i) & kind) == kind;
}

/* A word of nothing else that begins with a capital, where its verb does not. */
static int is_name(const struct target *t, int i)
{
	const struct word *w = i >= t->from && i < t->to ? &t->w->items[i] : NULL;
	const struct word *verb = &t->w->items[t->at];
	int first = w && (i == 0 || w->gap == GAP_STOP);

	if (!w || w->means || w->len < 3 || w->script != verb->script ||
	    w->flags & (WORD_QUOTED | WORD_CODE | WORD_NUMBER))
		return 0;
	if (first) /* capitals begin sentences: "Марину позовите" */
		return w->script == SCRIPT_CYRILLIC && !(verb->flags & WORD_CASED) &&
		       (w->letters[w->len - 1] == u'у' || w->letters[w->len - 1] == u'ю');
	return w->flags & WORD_CASED &&
	       (!(verb->flags & WORD_CASED) || verb->gap == GAP_STOP || t->at == 0);
}

static int names_from(const struct target *t, int i)
{
	int n = 0;

	while (n < NAMES_MAX && is_name(t, i + n))
		n++;
	return n;
}

/* Where whom the verb calls should stand: behind it, past "me" and "please". */
static int called_at(const struct target *t)
{
	int i = t->at + 1;

	while (means(t, i) & (ME | PLEASE) || (means(t, i) & FILLER && !is_kind(t, i, PRONOUN)))
		i++;
	return i;
}

/* Likewise, of a verb that needs a preposition; -1 if another thing stands there. */
static int spoken_to_at(const struct target *t)
{
	int i = called_at(t);

	return is_kind(t, i, WITH) ? i + 1 : -1;
}

/* "зовите меня Боб", not "позовите мне Боба" */
static int is_me_called(const struct target *t, int i)
{
	const struct word *w = &t->w->items[i];

	return w->means & ME && w->letters[w->len - 1] == u'я';
}

/* "соедините с Ольгой Петровной", "can I talk to Sarah please" */
static int is_named(const struct target *t)
{
	uint64_t verb = means(t, t->at);
	int cyrillic = t->w->items[t->at].script == SCRIPT_CYRILLIC;
	int from = t->at - 1, n = 0;

	if (verb & CALL && cyrillic) {
		from = called_at(t), n = names_from(t, from);
		if (n == 0 && is_name(t, t->at - 1))
			from = t->at - 1, n = 1;
	} else if ((verb & CONNECT && cyrillic) ||
		   find(t, t->from, t->at, WANT | CAN | LET) >= 0) {
		from = spoken_to_at(t), n = names_from(t, from);
	}
	if (n == 0 && cyrillic && verb & (CAN | WANT) &&
	    find(t, t->at, t->to, SUPPORT | OFFICE | ROLE) >= 0)
		from = called_at(t), n = names_from(t, from);
	if (n > 0 && from > t->at + 1 && cyrillic && verb & CALL && is_me_called(t, from - 1))
		return 0;
	if (n == 0 || from < 0 ||
	    !target_is_all(t, t->from, from < t->at ? from : t->at, AROUND, TOLD))
		return 0;
	return target_is_all(t, from + n > t->at ? from + n : t->at + 1, t->to, AROUND | ABOUT,
			     TOLD & ~PREP);
}

/* Was somebody asked for or about before, who is not one's own? */
static int is_mentioned(const struct words *w, int before)
{
	int who = sentence_begin(w, before);

	if (before > who && w->items[before].script == SCRIPT_CYRILLIC &&
	    words_find(w, who, before, TARGET) >= 0)
		return words_find(w, who, before, MINE | TOPIC | TEXT | PAST | IF) < 0;
	who = before > 0 ? words_find(w, clause_begin(w, before - 1), before, WHAT) : -1;
	if (who >= 0 && w->items[who].letters[1] == u'т' &&
	    words_find(w, who, before, HELP | WORK) >= 0)
		return 1; /* "кто у вас отвечает за оплату, позовите его" */
	for (int i = 0; i < before; i++) {
		const struct word *it = &w->items[i];

		if (it->means & (TARGET | SOMEBODY | OFFICE | ALONE) &&
		    it->flags & WORD_ASKED && !(it->flags & (WORD_QUOTED | WORD_CODE)))
			return words_find(w, 0, before, MINE | TOPIC | TEXT | PAST | HOWMUCH) <
			       0;
	}
	return 0;
}

/* "the last rep hung up, get me another one" */
static int is_another(const struct target *t, int who)
{
	return t->w->items[who].script == SCRIPT_LATIN && t->w->items[who].letters[0] != 'h' &&
	       t->w->items[who].letters[0] != 't' && means(t, t->at) & CALL &&
	       find(t, t->at, who, ME) >= 0 &&
	       words_find(t->w, 0, t->from, ROLE | PERSON) >= 0 &&
	       words_find(t->w, 0, t->from, MINE | TOPIC | TEXT | THEY | WRITE) < 0;
}

/* "ну так зови его уже", "is there a manager? I want to talk to them" */
static int is_pronoun(const struct target *t)
{
	uint64_t verb = means(t, t->at);
	int cyrillic = t->w->items[t->at].script == SCRIPT_CYRILLIC;
	int begin = sentence_begin(t->w, t->at), who;

	if (!target_is_all(t, t->from, t->to, AROUND, TOLD))
		return 0;
	who = spoken_to_at(t) >= 0 ? spoken_to_at(t) : called_at(t);
	if (cyrillic && is_kind(t, t->at - 1, PRONOUN) &&
	    (verb & CALL || is_kind(t, t->at - 2, WITH)))
		who = t->at - 1;
	if (who < 0 || !is_kind(t, who, PRONOUN))
		return 0;
	if (cyrillic && verb & CALL && t->from == begin && t->to == sentence_end(t->w, t->at))
		return 1;
	return is_another(t, who) || is_mentioned(t->w, t->from);
}

/* "I was promised an operator, where is he?" */
static int is_missing(const struct target *t)
{
	int before = t->from - 1;

	return before >= 0 && t->w->items[before].means & TARGET && t->to - t->from <= 5 &&
	       find(t, t->from, t->to, THEY) >= 0 &&
	       target_is_all(t, t->from, t->to, WHERE | BE | THEY | FILLER | HERE, NOT) &&
	       words_find(t->w, 0, t->from, MINE | TOPIC | TEXT | THANKS) < 0 &&
	       !(t->w->items[before].flags & (WORD_QUOTED | WORD_CODE));
}

int words_named(const struct words *w, const char **reason)
{
	for (int i = 0; i < w->n; i++) {
		uint64_t m = w->items[i].means;
		struct target t = { .w = w, .at = i, .verb = i };

		if (!(m & (CALL | CONNECT | SPEAK | WANT | CAN | WHERE)) ||
		    m & (VIA | TRANSLATE) || w->items[i].flags & (WORD_QUOTED | WORD_CODE))
			continue;
		t.from = clause_begin(w, i), t.to = clause_end(w, i);
		if (words_find(w, i + 1, t.to, THAT) > 0) /* "Анну, которая ..." */
			t.to = words_find(w, i + 1, t.to, THAT);
		*reason = "by-name";
		if (m & ~WHERE && is_named(&t))
			return 1;
		*reason = "where-is";
		if (m & WHERE && is_missing(&t))
			return 1;
		*reason = "by-pronoun";
		if (m & (CALL | CONNECT | SPEAK | WANT) && is_pronoun(&t))
			return 1;
	}
	*reason = "none";
	return 0;
}

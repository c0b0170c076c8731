/* Does a target ask?  A verb that reaches it, or it stands alone; and nothing takes it back. */

#include "common/handoff/request.h"

/* --- the patterns ------------------------------------------------------------- */

/* "in the game one has to call an operator", "a robot of my story wants to talk to one" */
static int is_within_text(const struct target *t)
{
	int text = find(t, t->from, t->verb, TEXT);

	if (text > t->from + 1 && !(means(t, text - 1) & ~(MINE | ME | THE)) &&
	    means(t, text - 2) & PREP)
		return find(t, text, t->verb, SELF | ME | PLEASE) < 0;
	return text > t->from && means(t, text - 1) & PREP;
}

/* "connect the human with the bot": what is connected, not to whom. */
static int is_joining(const struct target *t)
{
	const struct word *verb = &t->w->items[t->verb];

	return verb->means & CONNECT && verb->script == SCRIPT_LATIN &&
	       !(verb->len > 5 && verb->letters[verb->len - 2] == 'm') && /* passami, pásame */
	       t->verb < t->at && !(t->w->items[t->verb].flags & WORD_FINAL) &&
	       find(t, t->verb, t->at, ME | PREP | FILLER) < 0 &&
	       !(means(t, t->verb) & (WANT | CALL | SPEAK)) &&
	       !target_is_all(t, t->at, t->to, BARE & ~(BOT | PREP), 0);
}

/* "соедините меня с отделом кадров": whatever its subject, one is to be put through. */
static int is_desk_of(const struct target *t)
{
	return means(t, t->at) & SUPPORT && means(t, t->verb) & CONNECT &&
	       find(t, t->verb, t->at, ME) >= 0;
}

static int by_verb(struct target *t)
{
	int first = t->verb < t->at ? t->verb : t->at;

	if (target_is_negated(t) || target_is_stopped(t) || target_is_refused_next(t))
		return no(t, "negated");
	if ((target_is_topic(t) && !is_desk_of(t)) || target_is_compound(t) ||
	    target_is_thing(t) || target_is_complained_of(t))
		return no(t, "about-operators");
	if (target_is_advice(t))
		return no(t, "advice");
	if (target_is_others(t))
		return no(t, "third-person");
	if (target_is_hypothetical(t))
		return no(t, "hypothetical");
	if (target_is_past(t))
		return no(t, "past");
	if (find(t, t->from, t->to, LATER) >= 0)
		return no(t, "another-time");
	if (means(t, t->verb) & CONNECT &&
	    (find(t, first, t->to, HELLO) >= 0 || find(t, t->verb, t->at, THANKS) >= 0))
		return no(t, "mention"); /* "передайте менеджеру привет" */
	if (is_within_text(t))
		return no(t, "story");
	if (is_joining(t))
		return no(t, "mention");
	if (find(t, t->from, first, HOWMUCH) >= 0)
		return no(t, "about-operators");
	return yes(t, "ask-for-operator");
}

int target_is_not_bot_next(const struct target *t)
{
	int none = find(t, t->at + 1, t->to, NOT | WITHOUT);
	int bot = none > 0 ? find(t, none, t->to, BOT) : -1;

	if (bot > 0)
		return 1;
	bot = t->to < t->w->n ? words_find(t->w, t->to, clause_end(t->w, t->to), BOT) : -1;

	return bot > 0 && words_find(t->w, t->to, bot, NOT) >= 0;
}

/* "que" is both what and let. */
static int is_question(const struct target *t)
{
	for (int i = t->from; i < t->at; i++)
		if (means(t, i) & WHAT && !(means(t, i) & LET))
			return 1;
	return 0;
}

/* "can a human help me", "пусть оператор перезвонит" */
static int by_help(struct target *t)
{
	int why = find(t, t->from, t->at, WHY);
	int ask = find(t, t->at - 4, t->at, CAN | LET | WANT);
	int help = find(t, t->at + 1, t->at + 5, HELP | RING);
	int before = find(t, t->at - 4, t->at, HELP);
	int let = find(t, t->at - 4, t->at, LET);
	int later = find(t, t->at + 1, t->at + 3, CAN | LET), strange = 0;

	if (help >= 0 && means(t, help) & LET)
		ask = help;
	if (help < 0 && let >= 0)
		help = find(t, t->at + 1, t->at + 4, SPEAK);
	if (help < 0 && before >= 0 && find(t, t->from, before, LET) >= 0)
		help = t->at, ask = find(t, t->from, before, LET);
	if (why >= 0 && find(t, why, t->to, NOT) >= 0 && find(t, why, t->to, HELP) >= 0 &&
	    target_is_all(t, t->from, t->to, AROUND, NEVER_BARE & ~(BE | PAST | WANTS)))
		return yes(t, "let-a-human-help"); /* "why does no operator answer" */
	if (before >= 0 && t->w->items[t->at].flags & WORD_ASKED &&
	    target_is_all(t, t->from, t->to, AROUND, NEVER_BARE & ~OR))
		return yes(t, "let-a-human-help"); /* "will a human answer me" */
	if (before >= 0 && target_is_not_bot_next(t) &&
	    find(t, t->from, before, HOWMUCH) == t->from &&
	    target_is_all(t, t->from + 1, t->to, BARE, NEVER_BARE | NOT))
		return yes(t, "let-a-human-help"); /* "when will a human answer, not a bot" */
	if (help < 0 || (ask < 0 && (later < 0 || (!(t->w->items[t->at].flags & WORD_ASKED) &&
						   !(means(t, later) & LET) &&
						   find(t, t->from, t->to, LIVE) < 0))))
		return 0;
	if (t->at + 1 == t->to && let >= 0 && before > let && find(t, t->from, let, WANT) >= 0)
		strange = 2; /* "хочу, чтобы возвратом занялся человек" */
	for (int i = ask < 0 ? t->at : ask; i < help; i++)
		if (!(means(t, i) & AROUND) && strange-- <= 0)
			return 0;
	if (find(t, t->from, t->at, HOWMUCH | IF | THEY) >= 0 || is_question(t) ||
	    target_is_topic(t))
		return no(t, "about-operators");
	if ((means(t, t->at) & TRADE) == TRADE &&
	    !target_is_all(t, help, t->to, ~UINT64_C(0), 0))
		return no(t, "about-operators"); /* "пусть курьер позвонит в домофон" */
	if (target_is_negated(t))
		return no(t, "negated");
	return yes(t, "let-a-human-help");
}

static int is_rest(const struct target *t, int end, uint64_t allowed)
{
	struct target rest = { .w = t->w, .from = t->to, .to = end };

	return t->to < end && target_is_all(&rest, t->to, end, allowed, NOT | NO | NONEED);
}

/* "representative because I waited an hour", "оператора, у меня заказ не пришел" */
static int is_explained(const struct target *t)
{
	const struct word *next = t->to < t->w->n ? &t->w->items[t->to] : NULL;

	if (!next || find(t, t->from, t->to, HELLO) >= 0)
		return 0;
	if ((next->means & CAUSE) == CAUSE)
		return 1;
	return next->script == SCRIPT_CYRILLIC && !(means(t, t->at) & NOM) &&
	       next->means & (SELF | BE) && next->letters[0] != u'э' &&
	       next->letters[0] != u'р';
}

/* A clause that is a request by itself beside others: only where no other reading is near. */
static int may_stand_beside(const struct target *t, int begin, int end)
{
	uint64_t told = THEY | THANKS | PAST | WANTS | MEAN | WORK | TOPIC | HELLO;
	const struct word *it = &t->w->items[t->at];

	if ((t->from != begin && t->to != end) ||
	    (t->from > begin && t->w->items[begin].means & WRITE &&
	     !(t->w->items[begin + 1].means & ME)))
		return 0;
	if (t->from == begin && !(it->means & NOM) && is_rest(t, end, THANKS | PLEASE | FILLER))
		return 1;
	if (t->from == begin && is_explained(t))
		return 1;
	if (t->from == begin && it->script == SCRIPT_CYRILLIC && !(it->means & NOM) &&
	    words_find(t->w, t->from, t->to, CAN | PLEASE | ME) >= 0 &&
	    words_find(t->w, t->to, end, told | IF | COUNT | HOWMUCH | TEXT) < 0)
		return 1; /* "можно оператора, а то бот не понимает" */
	if (t->from - begin <= (words_find(t->w, begin, t->from, WANT) < 0 ? 4 : 6) &&
	    words_find(t->w, begin, t->from, NOT) >= 0 &&
	    words_find(t->w, begin, t->from, YOU) >= 0)
		return 1; /* "not you, a human" */
	if (it->script == SCRIPT_CYRILLIC && !(it->means & NOM) && t->to == end &&
	    words_find(t->w, t->from, t->to, CAN | PLEASE) >= 0 &&
	    words_find(t->w, begin, t->from, THEY | WANTS | IF) < 0)
		return 1;
	if (it->script == SCRIPT_CYRILLIC && !(it->means & NOM) && t->to == end &&
	    words_find(t->w, begin, t->from, (told & ~HELLO) | IF | COUNT | HOWMUCH) < 0)
		return 1;
	if (words_find(t->w, begin, t->from, told | YOU | OR | IF | COUNT | HOWMUCH) >= 0 ||
	    words_find(t->w, t->to, end, told) >= 0)
		return words_find(t->w, t->from, t->to, PLEASE) >= 0;
	if (t->w->items[t->at].means & NOM || t->from == begin)
		return words_find(t->w, t->from, t->to, PLEASE | ME | ALONE) >= 0 ||
		       words_find(t->w, begin, end, STOP) >= 0;
	return words_find(t->w, begin, t->from, SELF) < 0 ||
	       words_find(t->w, begin, t->from, REQUEST | STOP) >= 0;
}

/* Past "no," and "well," at the head of a sentence. */
static int said_from(const struct target *t, int begin)
{
	struct target head = { .w = t->w };

	for (int from = begin; from < t->from; from = head.to) {
		head.from = from, head.to = clause_end(t->w, from);
		if (find(&head, head.from, head.to, THANKS) >
		    find(&head, head.from, head.to, NO))
			return from;
		if (!target_is_all(&head, head.from, head.to, NO | FILLER | PLEASE | THANKS,
				   NEVER_BARE | HELLO | TARGET | PERSON))
			return from;
		if (t->w->items[t->at].means & NOM && find(t, t->from, t->to, LIVE | ME) < 0)
			return begin;
	}
	return t->from;
}

/* Before ", not a bot" at the end of one. */
static int said_to(const struct target *t, int end)
{
	struct target tail = { .w = t->w, .from = t->to, .to = end };
	int none = find(&tail, t->to, end, NOT | WITHOUT | NO);

	if (none < 0 || find(&tail, none, end, BOT) < 0 ||
	    !target_is_all(&tail, t->to, end, BARE, NEVER_BARE | TARGET | SPEAK))
		return end;
	return t->to;
}

/* "who are you? an operator?" */
static int is_guess_who(const struct target *t, int begin)
{
	int previous = begin > 0 ? sentence_begin(t->w, begin - 1) : 0;

	return t->w->items[t->at].flags & WORD_ASKED &&
	       words_find(t->w, previous, begin, YOU) >= 0 &&
	       words_find(t->w, previous, begin, WHAT | BE | OR) >= 0;
}

/* Where the target ends for courtesy: "a specialist in returns please" goes on. */
static int modified(const struct target *t)
{
	int polite = find(t, t->from, t->at, PLEASE | ME) >= 0;

	if (t->at + 2 == t->to && !means(t, t->at + 1) && !(means(t, t->at) & NOM) &&
	    t->w->items[t->at + 1].flags & WORD_CASED)
		return t->at + 1; /* "the manager Olga" */
	return polite && means(t, t->at + 1) & PREP && t->to - t->at <= 4 ? t->at + 1 : t->to;
}

/* Before thanks at the end: "human thanks", not "оператор спасибо". */
static int thanked(const struct target *t)
{
	int to = modified(t),
	    is_subject = means(t, t->at) & NOM && find(t, t->from, t->at, LIVE) < 0;

	while (to == t->to && !is_subject && to > t->at + 1 &&
	       means(t, to - 1) & (THANKS | PLEASE))
		to--;
	return to;
}

/* "operator, answer me" */
static int is_addressed(const struct target *t, int end)
{
	struct target next = *t;
	int about = words_find(t->w, t->to, end, ABOUT);

	next.from = t->to, next.to = end = about > 0 ? about : end;
	return t->to < end && find(&next, t->to, end, HELP) >= 0 &&
	       target_is_all(&next, t->to, end, AROUND, NEVER_BARE | BOT);
}

/* "I need not a bot, but your manager" */
static int is_instead_of_bot(const struct target *t, int begin)
{
	int bot = words_find(t->w, begin, t->from, BOT);
	int let = words_find(t->w, begin, t->from, LET);
	uint64_t told = let > 0 ? THEY | IF : THEY | WANTS | IF | SPEAK;

	return bot > begin && words_find(t->w, let > 0 ? let : begin, t->from, told) < 0 &&
	       clause_end(t->w, bot) == t->from && words_find(t->w, bot - 2, bot, NOT) >= 0 &&
	       words_find(t->w, begin, t->from, WANT | LET) >= 0 &&
	       target_is_all(t, t->from, t->to, BARE | YOU, NOT | NO | NONEED | BE);
}

static int alone(struct target *t)
{
	int begin = sentence_begin(t->w, t->at), end = sentence_end(t->w, t->at);
	int greeting = find(t, t->from, t->to, HELLO) >= 0;

	if (t->from > begin && t->w->items[t->from].gap == GAP_COLON &&
	    t->w->items[t->from - 1].means & THE)
		return 0; /* "the := operator" */
	if (t->from > begin && is_instead_of_bot(t, begin))
		return yes(t, "not-the-bot");
	if (target_is_done(t))
		return no(t, "past");
	if (target_is_heading(t))
		return no(t, "about-operators");
	if (means(t, t->at) & NOM && find(t, t->at + 1, t->to, NOT) > 0 &&
	    find(t, t->at + 1, t->to, HELP) > find(t, t->at + 1, t->to, NOT))
		return no(t, "negated"); /* "человек мне не поможет" */
	if (!target_is_all(t, t->from, thanked(t), BARE, NEVER_BARE))
		return 0;
	if (target_is_negated(t) || target_is_refused_next(t))
		return no(t, "negated");
	if (target_is_topic(t))
		return no(t, "about-operators");
	if (find(t, t->from, t->to, BOT) >= 0 &&
	    find(t, t->from, t->to, NOT | STOP | NO | NONEED) < 0)
		return 0;
	if ((t->w->items[t->at].script == SCRIPT_CYRILLIC &&
	     find(t, t->at + 1, t->to, HELLO) >= 0) ||
	    (greeting && means(t, t->at - 1) & (THE | PREP) &&
	     find(t, t->from, t->at, PREP) >= 0))
		return 0; /* "оператору привет", "hello to the operator" */
	if (greeting && means(t, t->at) & (PERSON | NOM) &&
	    find(t, t->from, t->to, PLEASE | ME | CAN) < 0)
		return 0;
	if (is_guess_who(t, begin))
		return no(t, "identity");
	if ((t->from != said_from(t, begin) || t->to != said_to(t, end)) &&
	    !may_stand_beside(t, begin, end) && !is_addressed(t, end))
		return 0;
	return yes(t, find(t, t->from, t->to, BOT) >= 0 ? "not-the-bot" : "single-word");
}

/* "... useless bot human please": courtesy at the end makes a noun a request. */
static int by_courtesy(struct target *t)
{
	int end = sentence_end(t->w, t->at), before = t->at - 1;

	if (t->at == 0 && means(t, 0) & ROLE && means(t, 1) & PLEASE &&
	    t->w->items[0].script == SCRIPT_LATIN &&
	    find(t, 1, t->to, NOT | NO | NONEED | WRITE | TOPIC) < 0)
		return yes(t, "polite"); /* "mods please somebody stole my story" */
	if (t->to != end || t->at + 1 >= end || !target_is_all(t, t->at + 1, end, PLEASE, 0))
		return 0;
	while (means(t, before) & (LIVE | SUPPORT))
		before--;
	if (find(t, t->from, t->at, OR | ABOUT) >= 0)
		return 0;
	if (find(t, t->from, t->at, STOP | NOT | NO | HELLO) < 0 &&
	    (t->w->items[t->at].script != SCRIPT_LATIN ||
	     !target_is_all(t, t->from, before, ~UINT64_C(0), 0)))
		return 0; /* "does your shop support human handoff please" */
	if (means(t, before) & (PREP | THE | ABOUT | TOPIC | COUNT | NOT | NO | WITHOUT | YOU))
		return 0;
	if (target_is_negated(t) || target_is_topic(t) ||
	    find(t, t->from, t->at, TEXT | WHAT | HOW | HOWMUCH) >= 0)
		return 0;
	return yes(t, "polite");
}

int words_request(const struct words *w, int at, const char **reason)
{
	struct target t = { .w = w, .at = at, .why = NULL, .verb = -1 };
	int answer = 0, behind;

	t.from = clause_begin(w, at);
	t.to = clause_end(w, at);
	if (w->items[at].flags & WORD_QUOTED) {
		*reason = "quoted";
		return 0;
	}
	if (words_find(w, sentence_begin(w, at), sentence_end(w, at), MEAN) >= 0) {
		*reason = "about-operators";
		return 0;
	}
	t.verb = target_verb_before(&t);
	behind = target_verb_behind(&t);
	if (t.verb < 0 || (behind >= 0 && !(means(&t, t.verb) & ~WANT & REQUEST)))
		t.verb = behind;
	if (!target_is_weak(&t)) {
		if (t.verb >= 0)
			answer = by_verb(&t);
		if (!answer && !t.why)
			answer = alone(&t) || (!t.why && (by_help(&t) || by_courtesy(&t)));
	} else if (means(&t, at) & OFFICE || find(&t, t.from, t.to, LET) >= 0 ||
		   (find(&t, t.from, at, CAN) >= 0 &&
		    target_is_all(&t, t.from, t.to, AROUND | HERE, NEVER_BARE))) {
		answer = by_help(&t);
	}
	if (!answer && !t.why)
		answer = target_is_missed(&t) || target_is_begged(&t);
	if (t.why)
		*reason = t.why;
	else
		*reason = find(&t, t.from, at, YOU | SELF | BE) >= 0 ? "identity" : "mention";
	return answer;
}

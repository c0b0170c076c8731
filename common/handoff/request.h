#pragma once

#include "common/handoff/lexicon.h"

/* One word that may be asked for, and what is asked about it.  Private to common/handoff. */

#define AROUND                                                                                 \
	(FILLER | PLEASE | ME | SELF | YOU | THE | PREP | LIVE | ALONE | SUPPORT | BOT | NOT | \
	 NO | REQUEST | CAN | HELP | TARGET | SOMEBODY | HELLO | HERE | OR | THAT | LET |      \
	 STOP | HOW | WHY | IFHOW | OFFICE | NUMBER | LANGNAME)
#define BARE                                                                                   \
	(FILLER | PLEASE | ME | THE | PREP | LIVE | SOMEBODY | ALONE | SUPPORT | BOT | NOT |   \
	 NO | REQUEST | TARGET | HELLO | HERE | CAN | STOP | HELP | WITHOUT | NONEED |         \
	 OFFICE | BUT)
#define NEVER_BARE                                                                             \
	(SELF | YOU | THEY | BE | OR | IF | HAVE | WHAT | HOWMUCH | ABOUT | WANTS | PAST)

struct target {
	const struct words *w;
	int at, from, to; /* the word, its clause */
	int verb;         /* the word that asks for it, -1 */
	const char *why;
};

static inline uint64_t means(const struct target *t, int i)
{
	return i >= t->from && i < t->to ? t->w->items[i].means : 0;
}

static inline int find(const struct target *t, int from, int to, uint64_t what)
{
	return words_find(t->w, from > t->from ? from : t->from, to < t->to ? to : t->to, what);
}

/* The answer, and why. */
static inline int no(struct target *t, const char *why)
{
	t->why = why;
	return 0;
}

static inline int yes(struct target *t, const char *why)
{
	t->why = why;
	return 1;
}

/* Do all words of from <= i < to mean one of `allowed` and none of `never`? */
int target_is_all(const struct target *t, int from, int to, uint64_t allowed, uint64_t never);

/* The word that asks for it, -1 if none does. */
int target_verb_before(const struct target *t);
int target_verb_behind(const struct target *t);

/* What takes a request back. */
int target_is_negated(const struct target *t);
int target_is_refused_next(const struct target *t);
int target_is_stopped(const struct target *t);

/* What makes it another thing, another's, or not of now; t->verb is there. */
int target_is_topic(const struct target *t);
int target_is_compound(const struct target *t);
int target_is_thing(const struct target *t);
int target_is_advice(const struct target *t);
int target_is_others(const struct target *t);
int target_is_hypothetical(const struct target *t);
int target_is_past(const struct target *t);
int target_is_complained_of(const struct target *t);
/* Alone: what one has done; what a text is to be about. */
int target_is_done(const struct target *t);
int target_is_heading(const struct target *t);

/* Does no verb here make a request of somebody, of people, of a part of the house? */
int target_is_weak(const struct target *t);
/* "..., not a bot" behind it. */
int target_is_not_bot_next(const struct target *t);

/* "where is the operator", "anyone there"; "somebody answer". */
int target_is_missed(struct target *t);
int target_is_begged(struct target *t);

#pragma once

#include <stddef.h>

#include "common/base/arena.h"

/*
 * When a bot should hand over to a human: pure functions over text, without a
 * model.  A message is cut into words, words are mapped to concepts by tables of
 * stems for thirteen languages, and requests are patterns over concepts: somebody
 * who may be called, a verb that calls, and nothing that takes it back (negation,
 * quotation, a text to translate, another subject).  No sentence is listed.
 *
 * What counts: asking for a human, also by one word, by asking how to reach one,
 * and by asking where one stays.  What does not: asking whether, when or how many
 * people work there, who one is talking to, and everything told about others.
 */

/*
 * 1 if this person wants a human now.  *reason (may be NULL) is one short stable
 * word for logs, of static storage.  Long texts are judged by their two ends.
 */
int handoff_wanted(const char *text, size_t len, const char **reason);

/* Phrases in which a bot gives itself away, ready to be compared. */
struct handoff_phrases;

/* 0: there is no word in it, or more than we compare; such a phrase is never found. */
int handoff_phrase_counts(const char *phrase);

/* From a NULL-terminated list, in the arena. */
const struct handoff_phrases *handoff_phrases_read(struct arena *arena,
						   const char *const *list);

/*
 * 1 if a bot's answer gives itself away: one of the phrases stands in it.  Words
 * are compared folded, and a phrase that is only the polite half of something
 * harmless ("I cannot but note") does not count.  NULL phrases: the presets.
 */
int handoff_gives_up(const char *answer, const struct handoff_phrases *phrases);

/*
 * Of an answer that grows: how many of its bytes may be shown, when `before` were
 * while there was less of it (0 at first).  What could become one of the phrases
 * waits until it is something else.  Only what is new is read.
 */
size_t handoff_presentable(const char *text, size_t len, size_t before,
			   const struct handoff_phrases *phrases);

/* 1 if b asks what a asked, in other order, with typos or with more politeness. */
int handoff_same_question(const char *a, const char *b);

/* How many of those before ask what the question asks. */
int handoff_times_asked(const char *question, const char *const *before, int n);

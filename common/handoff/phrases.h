#pragma once

#include "common/handoff/handoff.h"
#include "common/handoff/words.h"

/* Phrases that give a bot away, as texts are compared with them.  Private to common/handoff. */

struct phrase {
	int n;
	const struct word *words;
	const uint16_t *letters; /* folded, one space between words, ends with 0 */
};

/*
 * Most words of a text begin none of the phrases: a set of first letters tells,
 * one bit for all letters that are equal modulo 64.
 */
struct handoff_phrases {
	int n;
	uint64_t begin_words, begin_letters;
	struct phrase items[];
};

static inline int phrases_may_begin(uint64_t set, uint32_t letter)
{
	return (set >> letter % 64 & 1) != 0;
}

/* Those to look for: NULL stands for the presets. */
const struct handoff_phrases *phrases_or_presets(const struct handoff_phrases *phrases);

/* A text read letter by letter, as words hold them; all between two words is one space. */
struct letters {
	const char *text;
	size_t len, at;
	int is_between; /* the last one was no letter, or there was none */
};

/* 0 behind the end. */
uint32_t letters_next(struct letters *l);

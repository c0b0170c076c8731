#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * A message as folded words: lower case, no marks on letters, no ё, no runs of
 * one letter, no letters of another alphabet that only look right.  Private to
 * common/handoff.
 */

enum { WORDS_MAX = 320, WORD_LETTERS = 30 };

enum word_gap { GAP_NONE, GAP_COMMA, GAP_COLON, GAP_STOP };

enum word_flag {
	WORD_QUOTED = 1,
	WORD_CODE = 2,
	WORD_HYPHEN = 4, /* a hyphen joins it to the word before */
	WORD_NUMBER = 8,
	WORD_ASKED = 16, /* its sentence ends with a question mark */
	WORD_FINAL = 32, /* a verb that may follow its object */
	WORD_CASED = 64, /* began with a capital */
};

enum script { SCRIPT_LATIN, SCRIPT_CYRILLIC, SCRIPT_ARABIC, SCRIPT_HAN, SCRIPT_OTHER };

struct word {
	uint16_t letters[WORD_LETTERS];
	uint8_t len, gap, flags, script; /* the gap before it */
	uint64_t means;                  /* concepts of lexicon.h */
};

struct words {
	int n;
	struct word items[WORDS_MAX];
};

/* Long texts give the words of their head and of their tail. */
void words_read(struct words *out, const char *text, size_t len);

/* The letter as words hold it; 0 if it is to be dropped, ' ' if it is no letter. */
uint32_t letter_fold(uint32_t code);
enum script letter_script(uint32_t folded);

/* The words of a key of the tables, for the index. */
size_t letters_fold(uint16_t *out, size_t max, const char *text, size_t len);

/* Which letters there are (those that differ by a multiple of 32 are one), and how many of one
 * are not in the other, told apart up to three: an edit adds or takes one at most. */
uint32_t letters_signature(const uint16_t *letters, size_t n);
int letters_lacking(uint32_t one, uint32_t other);

/*
 * The least number of edits (a swap of neighbours is one) between a key and the
 * word without up to `tail` of its last letters.
 */
int letters_distance(const uint16_t *key, int len, const struct word *w, int tail);

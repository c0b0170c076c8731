#pragma once

#include <stdint.h>

#include "common/handoff/words.h"

/*
 * What words mean here.  A word may mean several things, in several languages;
 * which languages a message is in is decided by what most of its words are.
 * Private to common/handoff.
 *
 * Keys of the tables, separated by spaces:
 *   word      exactly this word          stem*   and up to 3 letters more (** 6)
 *   a{b,c}    ab and ac                  one_two two words that follow each other
 *   ~word     typos are forgiven too
 */

#define ROLE   (UINT64_C(1) << 0) /* whose work it is to help: operator, agent */
#define PERSON (UINT64_C(1) << 1) /* human, person */
#define SOMEBODY                                                                               \
	(UINT64_C(1) << 2)           /* someone, people: a target only beside a verb of speech \
				      */
#define LIVE      (UINT64_C(1) << 3) /* live, real, human */
#define ALONE     (UINT64_C(1) << 4) /* may stand for a person by itself: живого */
#define SUPPORT   (UINT64_C(1) << 5) /* support, service */
#define BOT       (UINT64_C(1) << 6)
#define WANT      (UINT64_C(1) << 7)
#define CALL      (UINT64_C(1) << 8)
#define CONNECT   (UINT64_C(1) << 9)
#define SPEAK     (UINT64_C(1) << 10)
#define CAN       (UINT64_C(1) << 11)
#define HELP      (UINT64_C(1) << 12) /* what such a person would do: answer, call back */
#define LET       (UINT64_C(1) << 13) /* let, have, пусть */
#define ME        (UINT64_C(1) << 14) /* me, мне */
#define SELF      (UINT64_C(1) << 15) /* I, we as the subject */
#define YOU       (UINT64_C(1) << 16)
#define THEY      (UINT64_C(1) << 17) /* he, customers, the hero */
#define WANTS     (UINT64_C(1) << 18) /* wants, asks, says: somebody else does */
#define NOT       (UINT64_C(1) << 19)
#define NO        (UINT64_C(1) << 20) /* "no" that may be an interjection */
#define WITHOUT   (UINT64_C(1) << 21)
#define NONEED    (UINT64_C(1) << 22)
#define STOP      (UINT64_C(1) << 23) /* stop, enough, tired of */
#define PAST      (UINT64_C(1) << 24)
#define HOW       (UINT64_C(1) << 25)
#define WHAT      (UINT64_C(1) << 26)
#define HOWMUCH   (UINT64_C(1) << 27) /* how many, when: asks for information */
#define WHY       (UINT64_C(1) << 28)
#define WHERE     (UINT64_C(1) << 29)
#define OR        (UINT64_C(1) << 30)
#define IF        (UINT64_C(1) << 31)
#define BE        (UINT64_C(1) << 32)
#define HAVE      (UINT64_C(1) << 33) /* there is, do you have */
#define TRANSLATE (UINT64_C(1) << 34)
#define WRITE     (UINT64_C(1) << 35)
#define TEXT      (UINT64_C(1) << 36) /* story, letter, sentence */
#define SAY       (UINT64_C(1) << 37) /* say, repeat, type */
#define MEAN      (UINT64_C(1) << 38)
#define LANGNAME  (UINT64_C(1) << 39)
#define TOPIC     (UINT64_C(1) << 40) /* makes an operator one of something else */
#define WORK      (UINT64_C(1) << 41) /* works, is open, earns */
#define ABOUT     (UINT64_C(1) << 42) /* about, like, as */
#define FILLER    (UINT64_C(1) << 43)
#define PLEASE    (UINT64_C(1) << 44) /* please, now, urgently */
#define THANKS    (UINT64_C(1) << 45)
#define HELLO     (UINT64_C(1) << 46)
#define HERE      (UINT64_C(1) << 47)
#define PREP      (UINT64_C(1) << 48)
#define KNOWN     (UINT64_C(1) << 49) /* nothing to us, but no typo either */
#define NOM                                                                                    \
	(UINT64_C(1) << 50) /* the nominative of a target: may be a subject or a vocative      \
			     */
#define COUNT (UINT64_C(1) << 51) /* two, several: people are being counted */
#define BUT   (UINT64_C(1) << 52)
#define THAT  (UINT64_C(1) << 53) /* joins a clause: чтобы, that */
#define IFHOW (UINT64_C(1) << 54) /* "I speak": asks for it only behind "how" */
#define THE   (UINT64_C(1) << 55) /* articles */

#define VIA    (UINT64_C(1) << 56) /* through, by means of */
#define LATER  (UINT64_C(1) << 58) /* another time, another place */
#define PEOPLE (UINT64_C(1) << 57) /* SOMEBODY who are many */

#define RING   (UINT64_C(1) << 59) /* call me, call back: asks for a human by itself */
#define NUMBER (UINT64_C(1) << 60) /* a phone number, a contact: asks for one beside a desk */
#define OFFICE (UINT64_C(1) << 61) /* a part of the house, or a trade that it may not have */
#define MINE   (UINT64_C(1) << 62) /* my: whose manager it is */
#define LENGTHY                                                                                \
	(UINT64_C(1) << 63) /* a verb of speech that tells how one does it in general          \
			     */

/* A desk that is asked for by its name alone. */
#define DESK (SUPPORT | ALONE)

/* Narrower kinds of a concept are marked by KNOWN beside it. */
#define TRADE   (OFFICE | KNOWN) /* a doctor, a courier: who may also be ordered or booked */
#define ORDER   (CALL | KNOWN) /* calls to a place, not to the conversation: вызовите */
#define TALK    (SPEAK | KNOWN)   /* a talk: may also be told about */
#define PUT     (CONNECT | KNOWN) /* others will put one through: соединят */
#define ASKS    (WANTS | KNOWN)   /* asked for somebody: oneself, too, may have */
#define SAID    (IFHOW | KNOWN)   /* oneself does say: говорю */
#define LEAVE   (STOP | KNOWN)    /* ends a story or a role: out of character */
#define CAUSE   (BUT | KNOWN)     /* because: begins a clause, takes nothing back */
#define PRONOUN (FILLER | KNOWN)  /* him, them */
#define WITH    (PREP | KNOWN)    /* before whom one talks to: with */

#define TARGET  (ROLE | PERSON)
#define REQUEST (WANT | CALL | CONNECT | SPEAK)

enum language {
	LANG_EN,
	LANG_DE,
	LANG_ES,
	LANG_FR,
	LANG_PT,
	LANG_TR,
	LANG_IT,
	LANG_PL,
	LANG_RU, /* also in Latin letters */
	LANG_UK,
	LANG_KK,
	LANG_ZH,
	LANG_AR,
	LANGUAGES,
};

struct lexeme {
	uint64_t means;
	const char *words;
};

/* Each ends with an item that means nothing. */
extern const struct lexeme lexicon_en[], lexicon_de[], lexicon_es[], lexicon_fr[], lexicon_pt[],
	lexicon_tr[], lexicon_it[], lexicon_pl[], lexicon_ru[], lexicon_ru_more[], lexicon_uk[],
	lexicon_kk[], lexicon_zh[], lexicon_ar[];

/* Adds what the word means to of[language]. */
void lexicon_look(const struct word *w, uint64_t of[LANGUAGES]);
/* Likewise, for a word known only with typos.  1 if one was found. */
int lexicon_guess(const struct word *as_written, uint64_t of[LANGUAGES]);
/* The number of words from w on (2..6, at most n) that are one key, 0 if none are. */
int lexicon_phrase(const struct word *w, int n, uint64_t of[LANGUAGES]);

/* Bit n is set where the n letters of w from `at` on are a word. */
uint64_t lexicon_beginnings(const struct word *w, int at);

/* Join what was typed letter by letter; cut what was typed without spaces. */
void words_spell(struct words *w);
void words_unglue(struct words *w);

/* Give every word its meaning; words of one phrase become one. */
void words_mean(struct words *w);
void words_mean_as_written(struct words *w); /* typos mean nothing */

/* Set off requests typed without punctuation behind other clauses. */
void words_part(struct words *w);
/* Settle what depends on the neighbours, before anything is asked. */
void words_settle(struct words *w);
/* NULL, or why the whole message is about text: "translation", "story", "quoted". */
const char *words_frame(struct words *w);
/* Does the word at t, a possible target, ask for a human?  1 or 0 and why. */
int words_request(const struct words *w, int t, const char **reason);

/* Does the person refuse to talk to a bot, which is to ask for another? */
int words_refuse_bot(const struct words *w);

/* Is a human asked for without being named: connect me, call me back, a number to call? */
int words_implied(const struct words *w, const char **reason);

/* Is somebody asked for by a name or, where one was mentioned, by a pronoun? */
int words_named(const struct words *w, const char **reason);

/* The end of the sentence and of the clause that i is in, and where they begin. */
int sentence_begin(const struct words *w, int i);
int sentence_end(const struct words *w, int i);
int clause_begin(const struct words *w, int i);
int clause_end(const struct words *w, int i);
/* The first word of from <= i < to that means one of these, -1 if none does. */
int words_find(const struct words *w, int from, int to, uint64_t means);

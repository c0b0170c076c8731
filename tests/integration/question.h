#pragma once

#include "tests/integration/desk_world.h"

/*
 * A question that was asked before a human was called: who has to answer it, and
 * that somebody does.  Everything fails the test by itself.
 */

/* The policy of these tests, without its braces: one round of invitations, nothing is proposed.
 */
#define QUESTION_POLICY "\"rounds\": 1, \"suggest\": false"

/* sql holds one %lld: the conversation. */
int64_t question_number(const char *sql, int64_t conversation);

/* Jobs for the bot's turns in a conversation, of which there may be one; and its id, or 0. */
int turns_to_come(int64_t conversation);
int64_t turn_job_of(int64_t conversation);

/* What became of an event: what the human did, else the outcome of its turn, else "open". */
void assert_fate(const char *event, const char *fate);
/* `tandem verify` has nothing to say. */
void assert_exact(void);

/* Whoever was called does not come. */
void nobody_comes(int64_t conversation);

/* The bot has one turn to do, from `first` on, and does it. */
struct turn_claim answer_anew(int64_t conversation, int64_t first);

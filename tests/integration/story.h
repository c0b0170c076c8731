#pragma once

#include "common/store/desk.h"
#include "tests/integration/store_world.h"

/*
 * A bot's answer on its way, step by step, in a chat to which humans come
 * meanwhile, and in others beside it to which nobody comes.  Each step fails the
 * test by itself where it does what it must not.
 */

/* The bot's: the turn is claimed and finished, its delivery claimed and settled. */
enum step { CLAIM, FINISH, SEND, SETTLE, STEPS };

enum { CHATS_MAX = 3 };

struct chat {
	struct caller caller;
	char key[16], question[20];
	const char *answer;
	int64_t id, job, line;
	struct turn_claim claim;
	struct turn_finished end;
	struct delivery_claim sending;
	struct delivery_settled settled;
};

struct story {
	struct chat chats[CHATS_MAX]; /* humans come to the first */
	int n;
	enum responder responder; /* of the first chat */
	int epoch;
	int said, suggested, sent; /* what there is to be of the bot's first answer */
};

/* So many chats in which something was asked; and the end, in which all is as it has to be.
 * is_left: no human has answered, so the bot has to. */
void story_begin(struct story *s, int chats);
void story_end(struct story *s, int is_left);
/* As it is. */
void story_leave(struct story *s);

/* For all chats, as one statement where there are several. */
void story_bot(struct story *s, enum step step);
/* "call" of the person, else a verb of the operator. */
void story_human(struct story *s, const char *what);

/* Pieces of story_bot(): only begun; on its way for a moment; until it waits for a lock, which
 * it must not pass; ended; what there is to be of an answer that was finished; that what is
 * being sent may be sent. */
void story_start(struct story *s, enum step step);
void story_pump(void);
void story_await_held_up(const struct story *s);
void story_wait(struct story *s);
void story_judge(struct story *s);
void story_watch(struct story *s);

#pragma once

#include "tests/integration/desk_world.h"

/* A line of deliveries for tests, as a courier holds it.  Everything fails the test by itself.
 */

enum { OWN_DESK = 1 }; /* the first operator's chat */

/* The first operator has a client's chat, and has been shown all of it.  Returns it. */
int64_t talk_to_first(void);

struct held_line {
	int64_t job;
	struct delivery_claim claim;
	struct outgoing head; /* id 0: the line is empty */
	const char *chat_key; /* as it is now */
	int ended;            /* so many: a line that never ends fails the test */
};

/* The line of that conversation, which has something to be sent. */
struct held_line hold_line(int64_t conversation);
/* How sending the head ended; the next one follows.  external: Telegram's id of it, or NULL. */
void end_head(struct held_line *l, enum delivery_state state, const char *external,
	      const char *error);
/* It was not sent: again after so long. */
void put_back_head(struct held_line *l, int delay_ms, int is_failure);
/* Everything in it is sent; the message ids are 1000 more than those of the deliveries. */
int send_line(int64_t conversation);
/* The head takes so many messages. */
void split_head(struct held_line *l, const char *parts);
struct topic_renewed renew_topic(struct held_line *l);

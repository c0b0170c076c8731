#pragma once

#include "common/base/buf.h"
#include "common/http/http.h"

/*
 * A conversation in the terminal.  chat.c says what is typed; chat_hear.c listens
 * and shows.  Private to `tandem chat`.
 */

struct listening;

struct chat {
	struct event_base *base;
	struct http *http;
	const char *url, *site, *lang;
	char *auth; /* the header that carries the session's token; NULL: no session yet */
	struct event *input, *interrupt;
	struct listening *listening; /* NULL: not yet, or no more */
	struct buf line;             /* typed, and not yet said */
	long long last_seq;          /* of the messages shown */
	long long asked;             /* the newest of the person's; 0: none */
	int posting;                 /* requests under way: what is typed waits for them */
	int is_ending;               /* nothing more is typed */
	struct buf shown;            /* of the answer that is growing */
	char state[200];             /* who answers, as last shown; "" before the first */
	int is_over, status;
};

/* Leave when the last flow has ended. */
void chat_leave_if_idle(struct chat *c);

/* When nothing more is typed, and the last of it is answered. */
void chat_leave_if_answered(struct chat *c);

/* Where the person types. */
void chat_prompt(const struct chat *c);

/* Listen until the chat is over. */
void chat_hear(struct chat *c);
void chat_hear_no_more(struct chat *c);

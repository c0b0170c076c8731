#pragma once

#include "common/redis/redis.h"

/*
 * What the modules of this folder know of a connection beyond redis.h.
 */

struct redis_habits {
	int silence_ms;       /* how long the server may owe an answer */
	redis_reply_fn *push; /* is given messages of subscriptions; may be NULL */
	void *arg;
};

struct redis *redis_open_with(struct event_base *base, const char *url,
			      const struct redis_habits *habits, struct err *e);

/* Another number for each time a connection was begun; 0 while there is none. */
unsigned redis_incarnation(const struct redis *r);

/* The bytes of a command: in `room` if that is large enough, else the caller's to free. */
char *command_format(char *room, size_t size, int argc, const char *const argv[], size_t *len);

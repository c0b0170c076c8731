#pragma once

#include "common/store/store.h"

/* What a person has to say about a handoff, beside their words. */

enum rated {
	RATED_UNKNOWN = 0, /* no such case of theirs, or it is not over */
	RATED_KEPT = 1,
	RATED_BEFORE = 2, /* they have said something else before */
	RATED_AGAIN = 3,  /* they said the same before */
};

struct rating {
	int channel_id;
	const char *chat_key;
	int64_t handoff;
	int score;           /* 1 to 5 */
	const char *comment; /* may be NULL; may follow later, with the same score */
};

/*
 * Where those stand who wait for a human, as JSON: {"wait_s": seconds or null, "places":
 * [[channel, "chat", place], ...] of the first ones, "more": whether there are others}.
 */
void store_places(struct store *s, struct flow *f, flow_step *next, const char **json);

void store_rate(struct store *s, struct flow *f, flow_step *next, enum rated *out,
		const struct rating *rating);

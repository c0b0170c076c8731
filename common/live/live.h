#pragma once

#include <event2/event.h>
#include <jansson.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/buf.h"
#include "common/redis/redis.h"

/*
 * What happens in a conversation right now, over Redis Pub/Sub.  Ephemeral:
 * whoever misses something reads it from PostgreSQL.  A topic is the place of a
 * conversation, so that one can listen before the first message.
 *
 * On the wire, one JSON object each:
 *   {"t":"seq","n":7}         messages up to 7 are committed
 *   {"t":"delta","a":"12.1","at":0,"s":"..."}
 *                             whole characters of the answer `a` (job.attempt) from
 *                             byte `at`; at 0 it begins anew, what was shown is void
 *   {"t":"end","a":"12.1"}    the answer is over (a seq follows, unless it was dropped)
 *   {"t":"state","responder":"bot","epoch":2}
 *   {"t":"message","n":7}     a person's message that no turn was begun for
 *   {"t":"typing","who":"operator","name":"Anna"}   or "person"
 *   {"t":"edit","n":7}        message 7 says something else now
 *
 * On the topic "live:turns", for those who answer, with the topic it is about, so that a
 * worker need not subscribe to the place of each turn:
 *   {"t":"stop","topic":"live:1:42"} {"t":"reset",...}
 *   {"t":"state",...,"topic":"live:1:42"} {"t":"message",...}   as above
 *
 * On the topic "live:desk", for those who look at the desk:
 *   {"t":"desk","what":"case","conversation":3,"n":7,"operator":2}
 *                             something was done there ("what": the order's verb, or "case"
 *                             for what came by itself); n: the newest message, or a note's id
 *
 * The text so far is kept beside, under the key "draft:" and the topic, so that
 * a listener who comes late can catch up: it subscribes first, then reads the
 * key, then forwards deltas from where the key ended.
 */

enum { LIVE_TOPIC_SIZE = 160, LIVE_DRAFT_TTL_S = 180, LIVE_ANSWER_SIZE = 48 };

/* "live:<channel>:<chat key>" (long keys are hashed). */
const char *live_topic(char topic[LIVE_TOPIC_SIZE], int channel_id, const char *chat_key);

void live_seq(struct redis *r, const char *topic, int64_t seq);
void live_person_message(struct redis *r, const char *topic, int64_t seq);
void live_state(struct redis *r, const char *topic, const char *responder, int epoch);
/* `who` is "person" or "operator"; a name may be NULL. */
void live_typing(struct redis *r, const char *topic, const char *who, const char *name);
void live_edit(struct redis *r, const char *topic, int64_t seq);

#define LIVE_TURNS_TOPIC "live:turns"
#define LIVE_DESK_TOPIC  "live:desk"

struct live_desk {
	const char *what;
	int64_t conversation, seq; /* 0: none */
	int operator_id;           /* who has the chat, or 0 */
};

void live_desk(struct redis *r, const struct live_desk *event);

void live_stop(struct redis *r, const char *topic);
void live_reset(struct redis *r, const char *topic);
void live_delta(struct redis *r, const char *topic, const char *answer, size_t at,
		const char *text, size_t len); /* also keeps the draft */
void live_end(struct redis *r, const char *topic,
	      const char *answer); /* also drops the draft */

enum live_type {
	LIVE_SEQ,
	LIVE_DELTA,
	LIVE_END,
	LIVE_STATE,
	LIVE_STOP,
	LIVE_RESET,
	LIVE_MESSAGE,
	LIVE_TYPING,
	LIVE_EDIT,
	LIVE_DESK
};

struct live_event {
	enum live_type type;
	int64_t seq;
	const char *answer;
	size_t at;
	const char *text;
	size_t len;
	const char *topic; /* on LIVE_TURNS_TOPIC: of the conversation */
	const char *responder;
	int epoch;
	const char *who, *name; /* who is typing; the name may be NULL */
	struct live_desk desk;
};

/* 0, or -1 for what we do not know.  Strings live in the arena. */
int live_parse(struct live_event *out, struct arena *a, const char *data, size_t len);

struct live_draft {
	const char *answer; /* NULL: nothing is being written */
	const char *text;
	size_t len;
};

/* The draft kept at `topic`, for late listeners. */
void live_read_draft(struct redis *r, struct flow *f, flow_step *next, struct live_draft *out,
		     const char *topic);

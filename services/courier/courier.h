#pragma once

#include "common/bots/bots.h"
#include "common/http/http.h"
#include "common/jobs/jobs.h"
#include "common/redis/redis.h"
#include "common/store/store.h"
#include "common/telegram/telegram.h"

/*
 * The process that sends.  deliver.c is the life of a delivery job: one
 * conversation's line of messages, sent one after another; verdict.c decides
 * what an answer of Telegram's (or its absence) means; rate.c keeps the limits.
 */

struct courier {
	/* configuration */
	const char *database_url, *redis_url, *telegram_root;
	int window;

	struct event_base *base;
	struct store store;
	struct redis *redis;
	struct http *http;
	struct bots *bots;
	struct jobs *jobs;
	struct rates *rates;
	struct drafts *drafts;
	int64_t claimants; /* the last one's number; the first is by chance */
};

/* One request to Telegram. */
struct call {
	const struct channel *channel;
	const char *method, *body; /* of JSON, in the flow's arena */
	int timeout_ms;
	http_gate *may_leave; /* NULL: always */
	void *may_leave_arg;
};

void courier_call(struct courier *c, struct flow *f, flow_step *next,
		  struct http_response *response, const struct call *call);

/* What came of it; a proxy on the way says when to come again in a header only. */
void courier_read_reply(struct telegram_reply *reply, struct arena *a,
			const struct http_response *response);

/* A jobs_handler; arg: the courier. */
void deliver_begin(void *arg, const struct doorbell *bell);

/* Whoever watches this line hears how a sending ended, if somebody does.  The trace may be
 * NULL. */
void tell_operators(struct courier *c, const struct delivery_settled *settled,
		    const char *trace);

/* --- verdict.c --------------------------------------------------------------- */

enum deed {
	DEED_SENT,        /* settle as sent */
	DEED_FAILED,      /* settle as failed */
	DEED_UNCERTAIN,   /* settle as uncertain: it may have arrived */
	DEED_PLAIN,       /* at once again, without formatting */
	DEED_WORDS,       /* at once again, telling of the file instead of sending it */
	DEED_TOPIC,       /* the forum's topic is gone: a new one, then again */
	DEED_MOVE,        /* the chat goes on elsewhere: at once again, there */
	DEED_UNREACHABLE, /* failed, and so is everything else for this person */
	DEED_WAIT,        /* put back; again after wait_ms */
};

struct decision {
	enum deed deed;
	int wait_ms;
	int counts; /* DEED_WAIT: towards the bound of failures */
};

struct attempt {
	enum http_stage stage;
	int is_answered; /* reply is filled in */
	const struct telegram_reply *reply;
	int failures; /* of the job, before this attempt */
	int is_plain, has_file;
	int is_about_topic; /* closes it, names it: of no use without it, and harmless twice */
};

/* Pure: what to do after an attempt. */
struct decision decide(const struct attempt *attempt);

/* --- rate.c ------------------------------------------------------------------ */

/*
 * Telegram's limits, kept in Redis for all couriers together: so many messages
 * a second per bot, one per chat and interval (with a small burst), so many a
 * minute per group with all its topics.  When Redis is away, each courier keeps them by itself.
 */
struct rates;

struct rates *rates_open(struct event_base *base, struct redis *redis);
void rates_close(struct rates *r);

/*
 * Take a place: *wait_ms is 0 if the message may go now, else nothing was taken
 * and the line should wait so long.  Never fails the flow.
 */
void rates_take(struct rates *r, struct flow *f, flow_step *next, int *wait_ms,
		const struct channel *channel, const char *chat, int is_group);

/*
 * The same in two parts: ask before it is certain that a place will be wanted,
 * and hear of it later.  One of the two others follows.
 */
struct taking;

struct taking *rates_ask(struct rates *r, const struct channel *channel, const char *chat,
			 int is_group);
void rates_hear(struct taking *t, struct flow *f, flow_step *next, int *wait_ms);
void rates_forget(struct taking *t);

/* Telegram said "too many requests": nobody sends anything to the chat for so long, and
 * often enough, the whole bot slows down. */
void rates_flooded(struct rates *r, const struct channel *channel, const char *chat, int ms);

enum sight_kind { SIGHT_TYPING, SIGHT_DRAFT, SIGHT_PREVIEW };

/* An answer under way, as it was announced to couriers. */
struct sighting {
	enum sight_kind kind;
	const char *chat;
	const char *entry; /* its id on the stream: the time, by Redis's clock */
};

/*
 * May a sight be shown?  Not if it is old, if a message has been sent since, or
 * if messages need the room.  *reply is the integer 1 if it may.  The flow fails
 * when Redis is away.
 */
void rates_take_draft(struct rates *r, struct flow *f, flow_step *next,
		      const redisReply **reply, const struct channel *channel,
		      const struct sighting *sighting);

/* No drafts in this chat for a while. */
void rates_hold_drafts(struct rates *r, const struct channel *channel, const char *chat,
		       int ms);

/* The key in Redis of what is remembered of a chat.  "over": when it was sent a message. */
void rates_chat_key(char key[96], const char *what, const struct channel *channel,
		    const char *chat);

/* --- preview.c --------------------------------------------------------------- */

/*
 * Groups have no drafts: there an answer under way is a silent message, edited
 * as it grows, and deleted once the bot's message itself was sent.  Redis knows
 * which message it is: one for a chat, of one answer.
 */

struct preview {
	const struct channel *channel;
	const char *chat;
	int64_t answer; /* the turn's job */
};

/*
 * What may be done about the sight `entry`: *reply is a message id to edit, "" to send the
 * message and then keep its id, or the integer 0 for nothing.
 */
void preview_open(struct redis *r, struct flow *f, flow_step *next, const redisReply **reply,
		  const struct preview *preview, const char *entry);

/*
 * The message was sent (id ""  if not).  *reply is the integer 0 if it is not
 * wanted any more: delete it.
 */
void preview_keep(struct redis *r, struct flow *f, flow_step *next, const redisReply **reply,
		  const struct preview *preview, const char *message_id);

/* The bot's message is there: delete the preview, if there is one. */
void preview_close(struct courier *c, const struct channel *channel, const char *chat);

/* --- draft.c ----------------------------------------------------------------- */

/* Shows answers while they are written.  Nothing waits for it, and its failures are ignored. */
struct drafts;

struct drafts *drafts_open(struct courier *c, struct err *e);
void drafts_pause(struct drafts *d);
void drafts_close(struct drafts *d);

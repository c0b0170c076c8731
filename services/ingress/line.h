#pragma once

#include <sys/queue.h>

#include "common/telegram/telegram.h"
#include "services/ingress/accept.h"
#include "services/ingress/ingress.h"

/*
 * Our line to one Telegram bot: how its updates reach us, and how that goes.
 * Lines follow the registry of bots: they appear, change and end with it.
 */

enum line_mode { LINE_IDLE, LINE_WEBHOOK, LINE_POLLING };

struct line {
	TAILQ_ENTRY(line) link;
	struct ingress *in;
	int channel_id;
	char *name, *token;
	char secret[65]; /* what Telegram shows us with each update */
	enum line_mode mode;
	struct telegram_me me; /* username NULL until getMe has answered */
	char username[64];
	int64_t last_update_ms; /* wall clock; 0: none yet */
	int64_t pending;        /* waiting at Telegram; -1: unknown */
	char last_error[240];   /* "" when all is well */
	int64_t last_error_ms;

	/* One flow at a time keeps the line up: a round, a pause, the next round. */
	struct flow flow;
	const struct line_keeper *keeper;
	int is_keeping, is_ending, is_named, has_menu, has_webhook;
	int is_desk, has_topics; /* an operators' bot; it may open topics in private chats */
	int64_t menu_revision;   /* of the bot, for which it has its menu */
	int pause_ms, failures;
	flow_step *introduced; /* what follows the introduction */
	struct http_response response;
	struct telegram_reply reply;
	int64_t asked_ms, offset;
	const redisReply *lock;
	struct event *hold; /* poll.c: keeps the lock; NULL: never had it */
	char owner[33];
};

struct line_keeper {
	struct flow_class class;
	flow_step *round;                /* ends with line_rest() or a failure */
	void (*given_up)(struct line *); /* may be NULL */
};

extern const struct line_keeper webhook_keeper, poll_keeper;

struct lines *lines_open(struct ingress *in);
void lines_follow(struct lines *l, const struct registry *r);
void lines_pause(struct lines *l);
void lines_close(struct lines *l);

struct line *lines_named(struct lines *l, const char *name);
struct line *lines_first(struct lines *l);

void line_trouble(struct line *line, const char *text);
void line_well(struct line *line);

/* telegram.c: an update in `source`, or the body of the request.  ERR_TEMP: it has to be sent
 * again, when we are known; whatever else fails is no update. */
extern const struct front telegram_webhook_front;
int telegram_prepare(struct acceptance *a, const struct channel *channel, struct line *line,
		     const char *json, size_t len, struct err *e);

/* --- rounds (keep.c) ------------------------------------------------------ */

void line_keep(struct line *line);
/* The round is over; the next one begins after so many ms. */
void line_rest(struct line *line, int ms);
/* For keepers' classes. */
void line_round_failed(void *self);
void line_round_over(void *self);

/* One call of the Bot API; body NULL: no parameters. */
void line_call(struct line *line, flow_step *next, const char *method, const char *body,
	       int timeout_ms);
/* After it: 0 and line->reply, or -1 having failed the flow. */
int line_read(struct line *line);

/* Who the bot is, once, and what its menu shows, whenever the bot was changed; then `next`. */
void line_introduce(struct line *line, flow_step *next);

/* line.c: the round was the last one. */
int line_is_over(const struct line *line);
void line_kept(struct line *line);

/* batch.c: accept all of a JSON array of updates, each chat's in order; fails if one fails. */
void line_accept(struct line *line, flow_step *next, const json_t *updates);

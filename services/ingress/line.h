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

	/* webhook_setup.c or poll.c: one flow keeps the line up */
	struct flow flow;
	int is_keeping, is_ending, failures, webhook_set;
	struct http_response response;
	struct telegram_reply reply;
	int64_t offset;
	char lock_owner[33];
	struct batch *batch;
};

struct lines *lines_open(struct ingress *in);
void lines_follow(struct lines *l, const struct registry *r);
void lines_pause(struct lines *l);
void lines_close(struct lines *l);

struct line *lines_named(struct lines *l, const char *name);
struct line *lines_first(struct lines *l);

void line_trouble(struct line *line, const char *text);
void line_well(struct line *line);

/* telegram.c: an update in `source`, or the body of the request. */
extern const struct front telegram_webhook_front;
int telegram_prepare(struct acceptance *a, const struct channel *channel, struct line *line,
		     const char *json, size_t len, struct err *e);

/* webhook_setup.c, poll.c: begin the flow that keeps the line up. */
void webhook_keep(struct line *line);
void poll_keep(struct line *line);
/* The flow of the line is over. */
void line_kept(struct line *line);

#pragma once

#include "services/courier/courier.h"
#include "tests/flow/stage.h"

/*
 * The world as a delivery sees it: PostgreSQL's line of messages, and a
 * Telegram that plays a script.
 */

enum { LINE_MAX = 16, PLAYS_MAX = 16, WORKER_ID = 7, JOB = 12 };

struct sending { /* one row of the line */
	enum delivery_kind kind;
	enum delivery_state state;
	const char *body, *extra, *payload;
	char *owned;     /* the payload, if it is the world's */
	int arrived;     /* how often Telegram took it */
	int64_t due;     /* of what lets others pass */
	int64_t doubted; /* as in the table */
	char external_id[24];
};

struct play { /* Telegram's answer to one request; status 0: none */
	long status;
	const char *body;
};

struct world {
	struct courier courier;
	struct http_request fetched, sent;

	/* what happens */
	struct sending line[LINE_MAX];
	int count;
	struct play plays[PLAYS_MAX]; /* then: everything is taken */
	int play_count;
	int retry_after_ms; /* as headers say; 0: they do not */
	int rate_waits;     /* so often there is no place */
	int has_file;       /* PostgreSQL has it */
	int dead_sender;    /* the first was being sent by somebody who died */
	int frozen;         /* so often others may have gone on with the line */
	int is_taken;       /* by others, when it was held back */
	int thawed;         /* so often they may not, before that */
	int64_t swept_ms;   /* when our lease was found to have run out; 0: never */

	/* what happened */
	int requests, claims, settled, splits, unreachable, floods;
	int is_group, previews_closed, has_topic, rung;
	char last_form[2000]; /* of an upload: name=value; */
	int failed_http;      /* requests that were made to fail after they arrived */
	enum { JOB_READY, JOB_RUNNING, JOB_DONE } job;
	int attempt, failures, worker_id, is_current_plain;
	int places_asked, flushes;
	int64_t claimant;             /* who claimed the line last */
	int64_t run_at, closed_until; /* the latter: Telegram wants to hear nothing before */
	char chat[32], last_body[20000], last_method[32];
};

extern struct world world;

/* As Telegram refuses; more: further members of the answer. */
#define REFUSED(code, words, more)                                                             \
	"{\"ok\":false,\"error_code\":" code ",\"description\":\"" words "\"" more "}"

void world_begin(void);
void world_say(const char *markdown);                         /* another message in the line */
void world_add(enum delivery_kind kind, const char *payload); /* or something else */
void world_play(long status, const char *body);
/* For stage.stopped: our lease runs out, and nobody has come for the line yet. */
void world_sweep(void);
/* Somebody has, and sent what waited in it. */
void world_take_line(void);
void world_run(void); /* until the line is empty; then checks the promises */
void world_expect(int row, enum delivery_state state);
void world_end(void);

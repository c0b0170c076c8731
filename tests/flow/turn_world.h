#pragma once

#include "services/llm-worker/worker.h"
#include "tests/flow/stage.h"

/*
 * The world as a turn sees it: PostgreSQL's row of the job, a provider that
 * plays a script, what was published.
 */

enum { WORKER_ID = 7, JOB = 12 };

struct play {               /* one request to the provider */
	long status;        /* 0: no answer */
	const char *body;   /* of a 200: given to the reader in pieces of `piece` bytes */
	size_t piece;       /* 0: all at once */
	int breaks;         /* the connection is lost behind the body */
	int retry_after_ms; /* 0: not said */
	const char *event;  /* published when `event_at` pieces were read; "" is no JSON,
			       "taken" that others have answered meanwhile */
	int event_at;
	int waits; /* never ends by itself */
};

/* What providers like OpenAI's stream. */
#define SAY(text) "data: {\"choices\":[{\"delta\":{\"content\":\"" text "\"}}]}\n\n"
#define USAGE                                                                                  \
	"data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2}}\n\n"   \
	"data: [DONE]\n\n"
#define STOP "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n" USAGE

/* Words that are more than a few. */
#define LONG                                                                                   \
	"0123456789012345678901234567890123456789012345678901234567890123456789"               \
	"0123456789012345678901234567890123456789012345678901234567890123456789"               \
	"0123456789012345678901234567890123456789012345678901234567890123456789"

extern const struct play good_play; /* answers "Three days." */

struct world {
	struct worker worker;

	/* what happens */
	const struct play *plays; /* the last one repeats */
	int play_count;
	int early_ms, busy;       /* the first claims say so */
	int failures;             /* of the job, before */
	int is_stopped;           /* the person said stop before */
	const char *search_event; /* published while articles are looked for */
	const char *topic;        /* that orders are about; NULL: they do not say */
	int passage_count;
	int passages; /* that the bot shows to its models */
	const char *history;
	int first_seq; /* of what is not answered */
	enum delivery_mode mode;
	int responder;     /* at finish: 0 bot */
	const char *chain; /* of provider kinds: "o" openai, "y" yandexgpt, "k" knowledge */
	int retries;
	int first_token_ms, idle_ms; /* the provider's; 0: any */
	int hands_over;              /* the bot may call a human */
	int is_suggestion;
	int no_operators; /* who could be called */
	const char *const *give_away;
	int same_question, max_turns; /* when one is called */

	/* what happened */
	enum { JOB_READY, JOB_RUNNING, JOB_DONE, JOB_DEAD } job;
	int attempt, worker_id, claims, requests, searches;
	int flushes;
	int finishes; /* that were committed */
	int settled, delivery_bells, operator_bells, begun_after_end;
	struct turn_result result; /* of the committed finish; copies */
	char body[8192], error[300], provider[64];
	char handoff_reason[32], handoff_detail[300];
	char shown[8192]; /* what a person has seen grow */
	size_t shown_len;
	int deltas, ends, restarts, drafts, typing;
	int late;         /* drafts of what others have answered */
	int64_t taken_ms; /* when they had; 0: never */
	int64_t seq;
};

extern struct world world;

/* Everything as presets; before each run. */
void world_begin(void);

/* Likewise, with plays that are borrowed until world_end(). */
void world_begin_with(const struct play *plays, int n);

void world_run(void);                 /* one turn, until nothing is left to do */
void world_end(void);                 /* checks nothing is left over; frees */
void world_publish(const char *json); /* an order, about world.topic */

/* How the turn, which finished once, ended. */
void world_expect(enum turn_outcome outcome, const char *body, const char *provider);

#pragma once

#include <sys/queue.h>

#include "common/bots/bots.h"
#include "common/http/http.h"
#include "common/i18n/i18n.h"
#include "common/jobs/jobs.h"
#include "common/live/live.h"
#include "common/llm/llm.h"
#include "common/redis/pubsub.h"
#include "common/redis/redis.h"
#include "common/store/store.h"
#include "services/llm-worker/gate.h"

/*
 * The process that answers.  turn.c is the life of a turn, ask.c the part with
 * a model, finish.c its end; live.c shows the answer while it grows, orders.c
 * hears what people say meanwhile, gate.c bounds and guards the providers.
 */

enum { TOPIC_BUCKETS = 4096 };

TAILQ_HEAD(turn_list, turn);

struct worker {
	/* configuration */
	const char *database_url, *redis_url;
	int window;

	struct event_base *base;
	struct store store;
	struct redis *redis;
	struct pubsub *pubsub;
	struct http *http;
	struct bots *bots;
	struct jobs *jobs;
	struct gates *gates;
	struct event *flush; /* of live answers */
	struct event *tick;  /* of those that do not grow */

	struct turn_list growing; /* turns with text that was not shown yet */
	int64_t round_ms;         /* of showing: when it began, and what was shown since */
	int shows;
	struct turn_list topics[TOPIC_BUCKETS];
};

/* What people may ask of a turn under way; the greater wins. */
enum order {
	ORDER_NONE,
	ORDER_MORE, /* another message: answer both together, if nothing was shown yet */
	ORDER_STOP, /* keep what was shown */
	ORDER_RESET /* forget it */
};

/* Who sees an answer grow. */
enum audience { AUDIENCE_NONE, AUDIENCE_LIVE, AUDIENCE_DRAFT };

enum phase {
	PHASE_CLAIM,  /* asking PostgreSQL for the turn */
	PHASE_SEARCH, /* and for articles */
	PHASE_WAIT,   /* for a place at the provider, or before another try */
	PHASE_ASK,    /* a request is under way */
	PHASE_FINISH
};

struct turn {
	struct flow flow;
	struct worker *worker;
	int64_t job;
	int is_back;       /* a human has just come and gone: the bot answers by itself */
	int is_alone;      /* there is no human who could be called */
	int is_suggestion; /* for an operator: nothing of it is for the person's eyes */
	enum phase phase;
	enum order order;
	int64_t began; /* on the monotonic clock, like all times here */

	struct arena keep; /* what must outlive the making of a request */
	struct turn_claim claim, fresh;
	int attempt;   /* of our claim; 0: we have none yet */
	int is_unsure; /* a claim whose answer was lost may have succeeded */
	int pg_failures;
	int64_t held_since; /* before PostgreSQL said so last */

	/* made anew before each request; gone while the provider answers */
	struct dialogue dialogue;
	struct passages passages;
	int is_searched; /* or there is nothing to search for */
	const char *question;
	const char *lang; /* "ru" or "en": of the question */

	/* the request */
	int link;                  /* our place in the bot's chain of providers */
	int tries, shrink, redone; /* at this provider; answers begun again */
	int has_failed;            /* a provider did, in this turn */
	struct gate *gate;         /* whose place we hold */
	struct gate *awaited;      /* whose place we wait for */
	int granted;
	const struct llm_provider *kind;
	const char *provider, *model; /* as configured */
	int retries;                  /* it may have */
	int first_token_ms, idle_ms;  /* of patience; 0: any */
	int prompt_tokens;            /* estimated */
	char *body;
	struct http_response response;
	struct llm_answer answer;
	struct llm_usage usage; /* of all requests that are over; */
	int is_estimated;       /* of some, by us */
	struct buf best;        /* the longest answer that broke off */
	int64_t asked, spoken;  /* request sent; first text, 0: not yet */
	size_t heard;           /* of the answer, when it came last: */
	int64_t heard_at;

	/* live.c */
	TAILQ_ENTRY(turn) growing;
	int is_growing;
	enum audience audience;
	size_t presentable; /* bytes of the text that may be shown, */
	size_t shown;       /* and those that were */
	int64_t shown_at;   /* 0: nothing was shown */
	int64_t typed_at;   /* seen typing last */
	int is_hushed;      /* a human has taken over: nothing more is shown */
	char name[48];      /* of the answer: "job.attempt" */

	/* orders.c */
	TAILQ_ENTRY(turn) listening;
	char topic[LIVE_TOPIC_SIZE];
	int is_listening;

	struct turn_result result;
	struct turn_finished finished;
	int finish_failures, is_hopeless, is_fenced;
	int is_rung; /* the doorbell of the courier */
};

/* --- turn.c ------------------------------------------------------------------ */

/* A jobs_handler; arg: the worker. */
void turn_begin(void *arg, const struct doorbell *bell);

/* The job is dealt with, or is somebody else's. */
void turn_end(struct turn *t);

/* Steps.  turn_claim: from the start, or again with what came since. */
flow_step turn_claim, turn_choose;

/* Wait, then claim again. */
void turn_again(struct turn *t, int ms);

/* The bot as it is now; NULL if it is gone.  Borrowed until the step ends. */
const struct bot *turn_bot(const struct turn *t);

/* --- depth.c ----------------------------------------------------------------- */

/* The bot may call a human instead of answering. */
int depth_may_hand_over(const struct turn *t);

/* The dialogue was read.  Why a human should be called before anything is asked; NULL: none
 * need be. */
const char *depth_reached(struct turn *t);

/* The answer gives away that the bot cannot help. */
int depth_gives_up(const struct turn *t);

/* Bytes of the growing answer that may be shown: those that give nothing away. */
size_t depth_presentable(const struct turn *t);

/* --- ask.c ------------------------------------------------------------------- */

/* Make and send a request to the link of the chain that we are at; its gate is entered. */
void ask(struct turn *t, const struct bot *bot, const struct provider *p, struct gate *gate);

/* Turn to the next link. */
void ask_next(struct turn *t);

/* The request, or the wait for it, failed or was interrupted. */
void ask_failed(struct turn *t, const struct err *why);

/* Leave the gate and let go of everything of the request but the text. */
void ask_over(struct turn *t);

/* --- finish.c ---------------------------------------------------------------- */

/* t->result is set, but for times and usage; no request is under way. */
void finish(struct turn *t);
void finish_failed(struct turn *t, const struct err *why);

void finish_with(struct turn *t, enum turn_outcome outcome, const char *body,
		 const char *extra);
/* The text received so far; with a mark if it was cut. */
void finish_with_answer(struct turn *t, enum turn_outcome outcome, int is_cut);
/* Nothing worked; why is for ops, or NULL. */
void finish_apologising(struct turn *t, const char *why);
/* A human is called; `otherwise` is what the bot says if there is none, or NULL: the turn goes
 * on. */
void finish_handing(struct turn *t, const char *reason, const char *detail,
		    const char *otherwise);
/* The provider said nothing, or declined. */
void finish_refused(struct turn *t, const char *why);
void finish_cancelled(struct turn *t);

/* --- live.c ------------------------------------------------------------------ */

void live_open(struct worker *w);
void live_close(struct worker *w);

/* A provider is asked. */
void live_begin(struct turn *t);
/* The answer grew. */
void live_grew(struct turn *t);
/* The answer is complete: show the rest, where it is shown at all. */
void live_flush(struct turn *t);
/* What has gathered is not shown: the text is about to change. */
void live_hold(struct turn *t);
/* Nothing more will be shown of it. */
void live_over(struct turn *t);
/* Nor of what the turn writes from now on. */
void live_hush(struct turn *t);
/* People read this conversation live. */
int live_is_read(const struct turn *t);
/* A person may have seen some of it. */
int live_was_seen(const struct turn *t);

/* --- orders.c ---------------------------------------------------------------- */

extern const struct pubsub_events orders_events; /* arg: the worker */

void orders_listen(struct turn *t);
void orders_leave(struct turn *t);

/* Act on what people asked for meanwhile: 1 if the turn goes another way now. */
int orders_obey(struct turn *t);

/* --- meters.c ---------------------------------------------------------------- */

void meter_turn(const struct turn *t);
void meter_first_token(int64_t ms);
void meter_failure(enum llm_failure failure);

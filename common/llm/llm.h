#pragma once

#include <jansson.h>

#include "common/base/arena.h"
#include "common/base/buf.h"
#include "common/base/err.h"
#include "common/bots/bots.h"
#include "common/llm/sse.h"
#include "common/store/store.h"

/*
 * Language models behind one interface: build a request, feed the bytes that
 * come back, get the text, usage, or a typed error.  Pure: the HTTP is done by
 * the worker's flow.
 */

/* --- the prompt ----------------------------------------------------------- */

struct llm_message {
	enum { LLM_SYSTEM, LLM_USER, LLM_ASSISTANT } role;
	const char *text;
};

struct prompt {
	int n;
	struct llm_message *messages;
	int estimated_tokens;
	int offers_human; /* the model may hand over to a human; set by the caller */
};

/* An estimate that errs on the high side; by script, without a tokenizer. */
int llm_estimate_tokens(const char *text);
/* Bytes of the longest beginning of text that is estimated at no more than `tokens`. */
size_t llm_fit_tokens(const char *text, int tokens);

/*
 * What was said, as a turn's claim tells it, without commands and the platform's
 * own words.  Operators' words begin with their name: "[Anna] ...".
 */
struct dialogue {
	const char *lang; /* of the conversation; may be NULL */
	int lang_chosen;  /* by the person: whatever language they write in */
	int n, unanswered;
	int has_human;    /* an operator spoke in it */
	int was_called;   /* a human, and is gone; or nobody came */
	int since;        /* items before it are from before that */
	int for_operator; /* who is to be proposed a reply; set by the caller */
	int is_alone;     /* no human can be called; set by the caller */
	struct said {
		enum author author;
		const char *text; /* with what it quotes and a note of its attachments */
		const char *body; /* the words alone */
		int unanswered;
	} * items; /* oldest first; the unanswered ones last */
};

void dialogue_read(struct dialogue *out, struct arena *a, const struct turn_claim *claim);

/*
 * System prompt, passages, then as much of the dialogue as the bot's budget
 * allows, and its bound of messages, newest first to be kept; the unanswered messages are
 * always there (cut, if they alone are too much) and always last.  `shrink` halves the budgets
 * that many times, after a provider said "too long".
 */
void prompt_build(struct prompt *out, struct arena *a, const struct bot *bot,
		  const struct dialogue *dialogue, const struct passages *passages, int shrink);

/* What to search the knowledge for: the unanswered messages, plus the question before when they
 * are short.  "" if they hold no words. */
const char *prompt_query(struct arena *a, const struct dialogue *dialogue);

/* --- requests and answers ------------------------------------------------- */

struct llm_request {
	const char *url, *body;
	const char *const *headers; /* NULL-terminated; hold secrets */
};

struct llm_usage {
	int in, out; /* -1: the provider did not say */
};

enum llm_finish { LLM_RUNNING, LLM_STOP, LLM_LENGTH, LLM_FILTERED };

/* What is to be done about a failure. */
enum llm_failure {
	LLM_TRY_AGAIN, /* rate, overload, network: after retry_after_ms, with this provider */
	LLM_TRY_OTHER, /* money, key, model: the next provider, at once; ops are told */
	LLM_SHRINK,    /* the prompt is too long: once, with less history */
	LLM_HOPELESS,  /* the request itself: the next provider, but do not expect much */
};

/* "temporary", "provider", ...: for logs and metrics. */
const char *llm_failure_name(enum llm_failure failure);

/* An answer being read. */
struct llm_answer {
	struct buf text; /* the whole text so far; UTF-8 complete */
	size_t stable;   /* [0, stable) has been said before and still stands: less than the
			    text's former length if the provider changed its mind */
	enum llm_finish finish;
	struct llm_usage usage;
	size_t heard;      /* grows with whatever comes, but for comments */
	const char *model; /* as the provider says, or NULL; in the arena */
	int offers_human;  /* as the prompt did; set by the caller */
	int wants_human;   /* the model hands over, whatever the text says */
	struct buf reason; /* why, in its words; complete when the answer is */
	/* private to the provider */
	struct buf pending;
	struct sse sse;
	int shape, done;
	struct arena *arena;
	struct err err;
	enum llm_failure failure;
};

struct llm_provider {
	const char *kind;
	void (*request)(struct llm_request *out, struct arena *a, const struct provider *p,
			const struct bot *bot, const struct prompt *prompt);
	/* Bytes of a 200 body, cut anywhere.  0, or -1 with answer->err and ->failure. */
	int (*feed)(struct llm_answer *answer, const char *data, size_t len);
	/* The body is over: 0 if the answer is complete, -1 as above. */
	int (*end)(struct llm_answer *answer);
	/* A status other than 200, or none (0): what is to be done.  retry_after_ms may be -1.
	 */
	enum llm_failure (*judge)(long status, const char *body, size_t len, struct err *e);
};

/* NULL for "knowledge" (which needs no request) and unknown kinds. */
const struct llm_provider *llm_provider(const char *kind);

void llm_answer_init(struct llm_answer *answer, struct arena *a);
void llm_answer_finish(struct llm_answer *answer);

/* --- the knowledge provider ----------------------------------------------- */

/*
 * An answer from passages alone: Markdown with the article cited, in lang; NULL
 * if none is good enough.  *extra receives JSON text naming the sources.
 */
const char *knowledge_answer(struct arena *a, const struct passages *passages, const char *lang,
			     const char **extra);

/* What needs no article: a person who only says hello, or thanks. */
enum small_talk { SMALL_TALK_NONE, SMALL_TALK_HELLO, SMALL_TALK_THANKS };

enum small_talk knowledge_small_talk(const struct dialogue *dialogue);

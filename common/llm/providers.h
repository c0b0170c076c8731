#pragma once

#include "common/llm/llm.h"

/* What the providers share; nobody outside common/llm needs it. */

extern const struct llm_provider llm_openai, llm_yandexgpt;

enum { LLM_TEXT_MAX = 256 * 1024, LLM_EVENT_MAX = 1024 * 1024 };

/* The answer failed.  Always -1. */
int llm_refuse(struct llm_answer *answer, enum llm_failure failure, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Append to the answer's text: valid UTF-8 without U+0000, bounded.  0, or -1. */
int llm_say(struct llm_answer *answer, const char *text, size_t len);

/*
 * Handing over to a human is an action of its own, never a phrase of the text:
 * a tool where the service has tools, else the text is JSON with a field for it
 * (action.c).
 */
#define LLM_ACTION "call_human"

/* The tool, as Chat Completions want it: all the tools there are, as JSON. */
extern const char llm_action_tools[];

/* What the tool was called with: the answer's reason is JSON, and becomes plain text. */
void llm_action_read(struct llm_answer *answer);

/* The schema of a text {"action", "reason", "reply"}, as YandexGPT wants it: JSON. */
extern const char llm_action_schema[];

/*
 * Such a text, whole or as far as it has come: what it says in `reply`; the
 * action goes into the answer.  A text that is no such JSON is its own reply.
 */
void llm_action_unwrap(struct llm_answer *answer, struct buf *reply, const char *text,
		       size_t len);

/* Merge `from` into `into`, object by object; a null removes what was there. */
void llm_merge_params(json_t *into, const json_t *from);

/* A field of a request that is JSON text already, because it is large; NULL: none. */
struct llm_field {
	const char *name, *json;
};

/* [{"role", <text_name>}, ...], as JSON in the arena. */
const char *llm_messages(struct arena *a, const struct prompt *prompt, const char *system_role,
			 const char *text_name);

/*
 * The request's JSON as text in the arena: `body`, to which the reference is
 * dropped, and the large fields, unless the configured params name them.
 */
const char *llm_body(struct arena *a, json_t *body, const json_t *params,
		     const struct llm_field *large, int n);

/* "<base or preset><path>", without a doubled slash. */
const char *llm_url(struct arena *a, const char *base, const char *preset, const char *path);

/* The provider's own headers, then those of the configuration. */
const char *const *llm_headers(struct arena *a, const struct provider *p,
			       const char *const own[]);

/*
 * An error as any of these services words it:
 *   {"error":{"message","type","code"}}    {"error":{"grpcCode","httpCode","message"}}
 *   {"code","message","details"}           {"error":"text"}
 * The message is for our eyes only: it may quote what a person wrote.
 */
struct llm_error {
	int found, grpc, http;   /* grpc -1 and http 0 if not given */
	char type[64], code[64]; /* type: "grpc N" if only that is given */
	char message[400];
};

void llm_read_error(struct llm_error *out, const json_t *root);

/* What a status means to a provider, given the error that came with it. */
typedef enum llm_failure llm_judge_fn(long status, const struct llm_error *error);

/* What it means to all of them. */
enum llm_failure llm_judge_status(long status);

/* A whole body, JSON or not, that came with a status which is no success. */
enum llm_failure llm_judge_body(llm_judge_fn *judge, long status, const char *body, size_t len,
				struct err *e);

/* An error that came in the stream, with the status it stands for.  Always -1. */
int llm_refuse_error(struct llm_answer *answer, llm_judge_fn *judge, long status,
		     const struct llm_error *error);

/* 1 if text holds any of the words ("a|b|c"), case aside. */
int llm_mentions(const char *text, const char *words);

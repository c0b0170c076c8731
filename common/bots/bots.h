#pragma once

#include <jansson.h>

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/flow/flow.h"
#include "common/handoff/handoff.h"
#include "common/store/store.h"

/*
 * Bots as their owner describes them.
 *
 *   bots_read()   deploy/bots.yaml -> checked JSON, mistakes with line numbers
 *                 (`tandem bot apply` stores that JSON in PostgreSQL)
 *   registry      the same JSON from PostgreSQL, as structs, for the services;
 *                 loaded at start and again when somebody applies (Redis topic
 *                 "bots", and once a minute in case that was lost)
 *
 * Secrets are never in the file: `token_env: NAME` names a variable of the
 * environment of the process that needs it.
 */

struct text {
	const char *ru, *en;
}; /* either may be NULL, not both */

/* The one for lang, else the other. */
const char *text_in(const struct text *t, const char *lang);

struct provider {
	const char *name, *kind;      /* "openai", "yandexgpt", "knowledge" */
	const char *base_url, *model; /* NULL: the kind's default */
	const char *key;              /* resolved from the environment; NULL if unset */
	const char *folder;           /* yandexgpt */
	const char *const *headers;   /* "Name: value", NULL-terminated */
	const json_t *params; /* merged into the request; a null value omits a default one */
	int max_in_flight;    /* concurrent generations; 0: no bound */
	int connect_ms, first_token_ms, idle_ms, total_ms;
	int retries; /* before the first token */
	int usable;  /* 0: a variable it needs is not set */
};

struct question {
	struct text text;
};

struct category {
	struct text title;
	struct question *questions;
	int n;
};

struct channel {
	int id;
	const char *kind, *name;
	enum delivery_mode mode;
	const char *token; /* telegram; NULL if the variable is not set */
	const char *const *
		origins; /* widget and vink: allowed origins, NULL-terminated; "*" allows all */
	const char *group; /* desk: the forum in which operators work together, or NULL */
	int per_second, per_chat_ms, per_group_minute; /* telegram: rate limits */
	struct bot *bot;
};

/* When the bot calls a human. */
struct handoff_policy {
	int enabled;
	const struct handoff_phrases *give_away; /* that it cannot help; NULL: the presets */
	int same_question;                       /* asked so many times; 0: never */
	int max_turns;                           /* so many answers; 0: never */
	int suggest;                             /* propose replies to operators */
};

struct bot {
	int id;
	int64_t revision;
	const char *name, *scenario;
	struct text title, greeting, prompt;
	const char *const *languages;
	const struct provider **providers; /* the chain, in order; unusable ones left out */
	int provider_count;
	struct category *categories;
	int category_count;
	int quiet_ms, quiet_max_ms;
	int history_tokens, answer_tokens, history_messages, passages;
	int message_chars;     /* longer messages are refused */
	int per_minute, burst; /* messages per person */
	struct handoff_policy handoff;
};

struct registry {
	int bot_count, channel_count;
	struct bot *bots;
	struct channel *channels;
};

/* --- the file ------------------------------------------------------------- */

struct mistake {
	int line; /* 0: the file as a whole */
	char text[200];
};

struct mistakes {
	int n;
	struct mistake items[50];
};

/* NULL if there are mistakes; else the JSON to store, owned by the caller. */
json_t *bots_read(const char *path, struct mistakes *out);
json_t *bots_read_text(const char *yaml, size_t len,
		       struct mistakes *out); /* for tests and fuzzing */
/* As compilers say it, with the file and the line; in the arena. */
const char *mistake_told(struct arena *a, const char *path, const struct mistake *m);

/* --- the registry --------------------------------------------------------- */

struct bots;

/* Begins loading; `changed` (may be NULL) is told after each (re)load. */
struct bots *bots_open(struct event_base *base, struct store *store, const char *redis_url,
		       void (*changed)(void *arg), void *arg, struct err *e);
void bots_close(struct bots *b);

/* NULL until the first load.  Borrowed until the flow or callback ends its step; never keep it.
 */
const struct registry *bots_registry(const struct bots *b);

const struct bot *registry_bot(const struct registry *r, int id);
const struct channel *registry_channel(const struct registry *r, int id);
const struct channel *registry_channel_named(const struct registry *r, const char *name);

/* For tests: from the JSON of store_bots() (or of bots_read(), ids counted from 1). */
struct registry *registry_parse(const char *json, struct arena *arena, struct err *e);

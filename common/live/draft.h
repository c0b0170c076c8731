#pragma once

#include <stdint.h>

#include "common/base/arena.h"
#include "common/redis/redis.h"

/*
 * Answers under way, for channels that a courier serves: any courier may show
 * any draft, so they travel on a stream with a group of readers.  Whoever
 * writes an answer announces it at most once a second, with all of its text so
 * far; what comes late is dropped, nothing depends on it.
 */

#define LIVE_DRAFTS_KEY   "live:drafts"
#define LIVE_DRAFTS_GROUP "couriers"

enum { LIVE_DRAFT_BYTES = 8192 }; /* more of an answer is not shown before it is sent */

struct draft {
	int channel_id, is_group;
	const char *chat;
	int64_t job;
	int attempt;
	const char *text; /* Markdown; "": nothing yet */
};

/* Tell and forget.  len bytes of text, which are cut if they are too many. */
void live_draft_announce(struct redis *r, const struct draft *draft, size_t len);

/* 0, or -1 for what is no draft.  Strings live in the arena. */
int live_draft_parse(struct draft *out, struct arena *a, const char *payload);

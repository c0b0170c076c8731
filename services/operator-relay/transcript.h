#pragma once

#include <jansson.h>

#include "common/base/arena.h"

/*
 * A conversation as words: messages are [seq, author, body, extra, created_at].
 * Pure; nothing here is Markdown but transcript_note().
 */

enum { TRANSCRIPT_PERSON, TRANSCRIPT_BOT, TRANSCRIPT_OPERATOR, TRANSCRIPT_PLATFORM };

/* Who speaks: the client's name, the operator's, or "bot". */
const char *transcript_speaker(struct arena *a, const json_t *message, const char *client,
			       const char *lang);

/* "Ann: words, and what came with them", at most so many bytes of them; 0: all. */
const char *transcript_line(struct arena *a, const json_t *message, const char *client,
			    const char *lang, size_t max);

/* The beginning of a text on one line; `room` has max + 8 bytes. */
const char *transcript_glance(const char *text, size_t max, char *room);

/* All messages of the work as a payload: in as many messages as that takes, or in a file when
 * it would be more than three. */
json_t *transcript_note(const json_t *work, const char *client, const char *lang);

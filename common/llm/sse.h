#pragma once

#include "common/base/buf.h"

/*
 * Server-sent events, from bytes cut anywhere: lines end with LF, CRLF or CR,
 * comments and fields other than `data` are skipped, several `data` lines of
 * one event are joined with LF.
 */

struct sse {
	struct buf *buf; /* borrowed: data of the event so far, then the unfinished line */
	size_t line;     /* where that line begins */
	int has_data, after_cr;
};

/* The data of one event, NUL-terminated; borrowed during the call.  Not 0 stops reading. */
typedef int sse_fn(void *arg, const char *data, size_t len);

enum { SSE_TOO_LONG = -2 };

/* 0, what fn returned, or SSE_TOO_LONG when an event exceeds max bytes. */
int sse_feed(struct sse *s, const char *bytes, size_t len, size_t max, sse_fn *fn, void *arg);

/* There is the beginning of an event, however long the rest is in coming. */
int sse_is_open(const struct sse *s);

/* The stream is over: gives an event whose last blank line never came. */
int sse_end(struct sse *s, sse_fn *fn, void *arg);

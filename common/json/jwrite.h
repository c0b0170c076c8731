#pragma once

#include "common/base/buf.h"

/*
 * Writes JSON piece by piece, where building values of jansson first would cost
 * several times as much.  Text must be valid UTF-8.
 */

/* The inside of a string: text may come in parts. */
void jwrite_inside(struct buf *out, const char *text, size_t len);

/* A whole string, with its quotes. */
void jwrite_string(struct buf *out, const char *text);

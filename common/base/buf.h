#pragma once

#include <stddef.h>

/*
 * A string that grows.  Always NUL-terminated, may hold any bytes.  Zero
 * initialised is empty; buf_free makes it empty again.
 */

struct buf {
	char *data; /* NULL while empty */
	size_t len, cap;
};

void buf_add(struct buf *b, const void *data, size_t len);
void buf_puts(struct buf *b, const char *s);
void buf_putc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_cut(struct buf *b, size_t len);  /* keep the first len bytes */
void buf_drop(struct buf *b, size_t len); /* remove the first len bytes */
void buf_free(struct buf *b);

/* The text, "" while empty.  Borrowed until the next change. */
const char *buf_str(const struct buf *b);

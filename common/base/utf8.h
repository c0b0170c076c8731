#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * UTF-8 as it comes from outside: validation, repair and lengths.  PostgreSQL
 * refuses U+0000 in text, so a clean text never holds it.
 */

/* Length of the longest valid prefix of data: len if all is valid. */
size_t utf8_valid_prefix(const char *data, size_t len);

/* Decode one code point; *at moves behind it.  Invalid bytes give U+FFFD, one at a time. */
uint32_t utf8_next(const char *data, size_t len, size_t *at);

/* Write a code point, return the number of bytes (1-4). */
size_t utf8_put(char out[4], uint32_t code);

/*
 * Copy with invalid bytes and U+0000 replaced by U+FFFD; `to` has room for
 * 3 * len + 1 bytes.  Returns the length.
 */
size_t utf8_clean(char *to, const char *data, size_t len);

/* Length in UTF-16 code units, as Telegram and JavaScript count. */
size_t utf8_utf16_units(const char *data, size_t len);

/* The largest cut <= max that does not split a code point of valid UTF-8. */
size_t utf8_floor(const char *data, size_t len, size_t max);

#include <limits.h>
#include <string.h>

#include "common/base/utf8.h"
#include "common/llm/llm.h"

/*
 * Cost of a code point, in quarters of a token.  As a rule of thumb English has
 * about 4 letters per token, Cyrillic 2 to 4, ideographs up to 2 tokens each.
 * Rounded up, because a prompt that is too long fails while one that is too
 * short merely forgets earlier.
 */
static int quarters(uint32_t code)
{
	if (code < 0x80)
		return code >= '0' && code <= '9' ? 2 : 1;
	if (code < 0x590)
		return 2;
	if (code < 0x2E80)
		return 4;
	return 8;
}

/* Walks on from *at while the sum stays within max; returns the sum. */
static long walk(const char *text, size_t len, size_t *at, long max)
{
	long sum = 0;

	while (*at < len) {
		unsigned char c = (unsigned char)text[*at];
		size_t next = *at;
		/* punctuation and new lines are tokens of their own more often than not */
		long cost = c < 0x80 && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
			    c != ' ';

		cost += quarters(utf8_next(text, len, &next));
		if (sum + cost > max)
			break;
		sum += cost;
		*at = next;
	}
	return sum;
}

int llm_estimate_tokens(const char *text)
{
	size_t at = 0;

	return (int)((walk(text, strlen(text), &at, LONG_MAX) + 3) / 4);
}

size_t llm_fit_tokens(const char *text, int tokens)
{
	size_t at = 0;

	walk(text, strlen(text), &at, tokens > 0 ? 4L * tokens : 0);
	return at;
}

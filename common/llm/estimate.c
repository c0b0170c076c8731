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
	if (code < 0x590)
		return 2;
	if (code < 0x2E80)
		return 4;
	return 8;
}

/* Punctuation and new lines are tokens of their own more often than not. */
static int ascii_quarters(unsigned char c)
{
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ' ')
		return 1;
	return c >= '0' && c <= '9' ? 3 : 2;
}

/* Of the code point at *at, which moves behind it. */
static int next_quarters(const char *text, size_t len, size_t *at)
{
	unsigned char c = (unsigned char)text[*at];

	if (c >= 0x80)
		return quarters(utf8_next(text, len, at));
	++*at;
	return ascii_quarters(c);
}

/* Walks on from *at while the sum stays within max; returns the sum. */
static long walk(const char *text, size_t len, size_t *at, long max)
{
	long sum = 0;

	while (*at < len) {
		size_t next = *at;
		int cost = next_quarters(text, len, &next);

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

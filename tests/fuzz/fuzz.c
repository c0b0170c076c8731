#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/utf8.h"

uint8_t fuzz_byte(struct fuzz_input *in)
{
	if (in->len == 0)
		return 0;
	in->len--;
	return *in->data++;
}

static size_t part(const struct fuzz_input *in)
{
	const uint8_t *end = in->len ? memchr(in->data, 0, in->len) : NULL;

	return end ? (size_t)(end - in->data) : in->len;
}

static void skip(struct fuzz_input *in, size_t len)
{
	len += len < in->len; /* the separator, too */
	in->data += len;
	in->len -= len;
}

const char *fuzz_text(struct fuzz_input *in, struct arena *a)
{
	size_t len = part(in);
	const char *text = len ? arena_dup(a, in->data, len) : "";

	skip(in, len);
	return text;
}

const char *fuzz_clean(struct fuzz_input *in, struct arena *a)
{
	size_t len = part(in);
	char *text = arena_alloc(a, 3 * len + 1);

	if (len)
		utf8_clean(text, (const char *)in->data, len);
	skip(in, len);
	return text;
}

const char *fuzz_rest(struct fuzz_input *in, struct arena *a)
{
	const char *text = in->len ? arena_dup(a, in->data, in->len) : "";

	in->data += in->len;
	in->len = 0;
	return text;
}

void demand(int truth)
{
	if (!truth)
		abort();
}

void demand_utf8(const char *text)
{
	demand(!text || utf8_valid_prefix(text, strlen(text)) == strlen(text));
}

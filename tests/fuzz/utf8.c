/* UTF-8 as strangers write it. */

#include "common/base/utf8.h"

#include <string.h>

#include "tests/fuzz/fuzz.h"

static void check_walk(const char *text, size_t len, size_t valid)
{
	char bytes[4];
	size_t at = 0;

	while (at < len) {
		size_t from = at;
		uint32_t code = utf8_next(text, len, &at);

		demand(at > from && at <= len && code <= 0x10ffff);
		demand(code < 0xd800 || code > 0xdfff);
		if (from < valid) {
			demand(utf8_put(bytes, code) == at - from);
			demand(memcmp(bytes, text + from, at - from) == 0);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *text = (const char *)data;
	size_t valid = utf8_valid_prefix(text, len), units, floor, n;
	struct arena a = { 0 };
	char *clean = arena_alloc(&a, 3 * len + 1);

	demand(valid <= len);
	check_walk(text, len, valid);
	n = utf8_clean(clean, text, len);
	demand(n <= 3 * len && strlen(clean) == n && utf8_valid_prefix(clean, n) == n);
	units = utf8_utf16_units(clean, n);
	demand(units <= n);
	floor = utf8_floor(clean, n, len / 2);
	demand(floor <= n && floor <= len / 2 && utf8_valid_prefix(clean, floor) == floor);
	arena_free(&a);
	return 0;
}

/* Whatever a model writes. */

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "common/base/utf8.h"
#include "common/telegram/telegram.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct telegram_parts parts;
	struct arena a = { 0 };

	telegram_render(&parts, &a, arena_dup(&a, data, size));
	for (int i = 0; i < parts.n; i++) {
		const char *plain = parts.items[i].plain;

		assert(*plain && utf8_utf16_units(plain, strlen(plain)) <= 4096);
		assert(strlen(parts.items[i].html) <= 32768);
	}
	arena_free(&a);
	return 0;
}

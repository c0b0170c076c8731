/* Whatever a model writes, as messages of Telegram. */

#include <string.h>

#include "common/base/utf8.h"
#include "common/telegram/telegram.h"
#include "tests/fuzz/fuzz.h"

static void check_part(const struct telegram_part *part)
{
	demand_utf8(part->html);
	demand_utf8(part->plain);
	demand(utf8_utf16_units(part->plain, strlen(part->plain)) <= 4096);
	demand(!part->html || strlen(part->html) <= 32768);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, size };
	struct telegram_parts parts;
	struct telegram_part draft;
	struct arena a = { 0 };
	const char *markdown = fuzz_clean(&in, &a);

	telegram_render(&parts, &a, markdown);
	for (int i = 0; i < parts.n; i++) {
		demand(*parts.items[i].plain);
		check_part(&parts.items[i]);
	}
	if (size % 8 == 0) { /* the same once more: not for every input */
		telegram_render_draft(&draft, &a, markdown);
		check_part(&draft);
	}
	arena_free(&a);
	return 0;
}

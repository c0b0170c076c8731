/* Whatever answers a call of the Bot API: Telegram, or a proxy's page. */

#include <string.h>

#include "common/telegram/telegram.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int statuses[] = {
		200, 400, 401, 403, 404, 409, 413, 429, 500, 502, 0, 302
	};
	struct fuzz_input in = { data, size };
	struct telegram_reply reply;
	struct arena a = { 0 };
	int status = statuses[fuzz_byte(&in) % (sizeof statuses / sizeof *statuses)];

	telegram_read_reply(&reply, &a, status, (const char *)in.data, in.len);
	demand(reply.retry_after_ms >= -1);
	demand(reply.verdict != TELEGRAM_MIGRATED || reply.migrate_to);
	demand_utf8(reply.description);
	demand_utf8(reply.message_id);
	arena_free(&a);
	return 0;
}

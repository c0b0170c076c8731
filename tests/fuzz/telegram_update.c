/* Whatever arrives at the webhook. */

#include <string.h>

#include "common/telegram/telegram.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct telegram_me me = { .id = 9, .username = "ShopBot" };
	struct inbound event;
	struct arena a = { 0 };
	struct err e;

	if (telegram_parse_update(&event, &a, &me, (const char *)data, size, &e) == 0) {
		demand(event.key && (event.chat || event.action == INBOUND_IGNORE));
		demand_utf8(event.text);
		demand_utf8(event.title);
		demand_utf8(event.user_name);
		demand_utf8(event.argument);
	}
	arena_free(&a);
	return 0;
}

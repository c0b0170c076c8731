/* Whatever arrives at the webhook. */

#include <stddef.h>
#include <stdint.h>

#include "common/telegram/telegram.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct telegram_me me = { .id = 9, .username = "ShopBot" };
	struct telegram_reply reply;
	struct inbound event;
	struct arena a = { 0 };
	struct err e;

	telegram_parse_update(&event, &a, &me, (const char *)data, size, &e);
	telegram_read_reply(&reply, &a, 400, (const char *)data, size);
	arena_free(&a);
	return 0;
}

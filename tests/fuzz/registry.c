/* The registry of bots, as PostgreSQL gives it. */

#include "common/bots/bots.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, size };
	struct arena a = { 0 };
	struct err e;
	struct registry *r = registry_parse(fuzz_rest(&in, &a), &a, &e);

	for (int i = 0; r && i < r->channel_count; i++) {
		const struct channel *c = &r->channels[i];

		demand(c->bot && c->kind && c->name);
		demand(registry_channel_named(r, c->name) != NULL);
	}
	arena_free(&a);
	return 0;
}

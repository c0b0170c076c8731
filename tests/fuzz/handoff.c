/* The detector of people who want a human: any text, its answers and its questions. */

#include <string.h>

#include "common/handoff/handoff.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, size };
	struct arena a = { 0 };
	const char *reason = NULL;
	const char *first = fuzz_text(&in, &a), *second = fuzz_text(&in, &a);
	const char *phrases[] = { second, NULL };
	int wanted = handoff_wanted((const char *)data, size, &reason);

	demand(wanted == 0 || wanted == 1);
	demand(reason && *reason && strlen(reason) < 24);
	demand(handoff_wanted((const char *)data, size, NULL) == wanted);
	handoff_gives_up(first, NULL);
	handoff_gives_up(first, phrases);
	handoff_same_question(first, second);
	arena_free(&a);
	return 0;
}

/* The detector of people who want a human: any text, its answers and its questions. */

#include <string.h>

#include "common/base/utf8.h"
#include "common/handoff/handoff.h"
#include "tests/fuzz/fuzz.h"

enum { GROWN_MAX = 400 };

/* However an answer comes, it is shown as far as if it were looked at from its beginning. */
static void grow(const char *text, const struct handoff_phrases *phrases)
{
	size_t len = strlen(text), at = 0, shown = 0;

	while (at < len) {
		size_t before = shown;

		utf8_next(text, len, &at);
		shown = handoff_presentable(text, at, before, phrases);
		demand(shown >= before && shown <= at);
		demand(shown == handoff_presentable(text, at, 0, phrases));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, size };
	struct arena a = { 0 };
	const char *reason = NULL;
	const char *first = fuzz_clean(&in, &a), *second = fuzz_clean(&in, &a);
	const char *list[] = { second, NULL };
	const struct handoff_phrases *phrases = handoff_phrases_read(&a, list);
	int wanted = handoff_wanted((const char *)data, size, &reason);

	demand(wanted == 0 || wanted == 1);
	demand(reason && *reason && strlen(reason) < 24);
	demand(handoff_wanted((const char *)data, size, NULL) == wanted);
	handoff_gives_up(first, NULL);
	handoff_gives_up(first, phrases);
	handoff_same_question(first, second);
	if (size <= GROWN_MAX) {
		grow(first, NULL);
		grow(first, phrases);
	}
	arena_free(&a);
	return 0;
}

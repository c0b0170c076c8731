/* Answers from articles, and small talk. */

#include <string.h>

#include "common/llm/llm.h"
#include "tests/fuzz/fuzz.h"

static void check_talk(const char *text)
{
	struct said said = {
		.author = AUTHOR_PERSON, .text = text, .body = text, .unanswered = 1
	};
	struct dialogue d = { .lang = "ru", .n = 1, .unanswered = 1, .items = &said };

	demand(knowledge_small_talk(&d) <= SMALL_TALK_THANKS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, size };
	struct arena a = { 0 };
	struct passage items[3];
	struct passages passages = { fuzz_byte(&in) % 4, items };
	const char *extra, *answer;
	json_t *parsed;

	for (int i = 0; i < passages.n; i++)
		items[i] = (struct passage){ fuzz_clean(&in, &a), "ru",
					     fuzz_clean(&in, &a), fuzz_clean(&in, &a),
					     fuzz_clean(&in, &a), fuzz_byte(&in) / 200.0 };
	answer = knowledge_answer(&a, &passages, fuzz_text(&in, &a), &extra);
	demand((answer != NULL) == (extra != NULL));
	demand_utf8(answer);
	if (extra) {
		parsed = json_loads(extra, 0, NULL);
		demand(json_array_size(json_object_get(parsed, "sources")) > 0);
		json_decref(parsed);
	}
	check_talk(fuzz_clean(&in, &a));
	arena_free(&a);
	return 0;
}

/* A model's text that is JSON with an action in it, and any beginning of it. */

#include <string.h>

#include "common/llm/providers.h"
#include "tests/fuzz/fuzz.h"

/* Returns whether a human is wanted. */
static int unwrap(struct buf *reply, const char *text, size_t len)
{
	struct arena arena = { 0 };
	struct llm_answer answer;
	int wanted;

	llm_answer_init(&answer, &arena);
	llm_action_unwrap(&answer, reply, text, len);
	demand(reply->len <= len);
	demand(strlen(buf_str(&answer.reason)) <= len);
	wanted = answer.wants_human;
	llm_answer_finish(&answer);
	arena_free(&arena);
	return wanted;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, size };
	size_t cut = fuzz_byte(&in);
	const char *text = (const char *)in.data;
	struct buf whole = { 0 }, part = { 0 };

	unwrap(&whole, text, in.len);
	if (cut < in.len && !unwrap(&part, text, cut))
		demand(part.len <= cut);
	buf_free(&whole);
	buf_free(&part);
	return 0;
}

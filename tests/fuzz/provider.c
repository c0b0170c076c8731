#include "tests/fuzz/provider.h"

#include <string.h>

#include "common/base/utf8.h"
#include "common/llm/llm.h"

static int run(const char *kind, struct llm_answer *answer, const char *data, size_t len,
	       size_t piece)
{
	const struct llm_provider *p = llm_provider(kind);
	int rc = 0;

	for (size_t at = 0; at < len && rc == 0; at += piece) {
		rc = p->feed(answer, data + at, piece < len - at ? piece : len - at);
		demand(answer->stable <= answer->text.len);
		demand(utf8_valid_prefix(buf_str(&answer->text), answer->text.len) ==
		       answer->text.len);
	}
	return rc ? rc : p->end(answer);
}

void fuzz_provider(const char *kind, const uint8_t *data, size_t len)
{
	struct arena arena = { 0 };
	struct llm_answer whole, cut;
	struct err e;
	size_t piece = len ? data[0] % 64 + 1 : 1;
	const char *body = (const char *)data + (len > 0);
	int rc;

	len -= len > 0;
	llm_answer_init(&whole, &arena);
	llm_answer_init(&cut, &arena);
	whole.offers_human = cut.offers_human = len && data[0] >= 128;
	rc = run(kind, &whole, body, len, len ? len : 1);
	demand(run(kind, &cut, body, len, piece) == rc);
	if (rc == 0) {
		demand(whole.text.len == cut.text.len && whole.finish == cut.finish);
		demand(!strcmp(buf_str(&whole.text), buf_str(&cut.text)));
		demand(whole.wants_human == cut.wants_human);
	}
	llm_provider(kind)->judge(400, body, len, &e);
	llm_answer_finish(&whole);
	llm_answer_finish(&cut);
	arena_free(&arena);
}

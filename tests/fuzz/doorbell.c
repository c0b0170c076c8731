/* What comes over Redis: doorbells, what is live, drafts. */

#include <string.h>

#include "common/jobs/jobs.h"
#include "common/live/draft.h"
#include "common/live/live.h"
#include "tests/fuzz/fuzz.h"

static void check_live(struct arena *a, const char *text)
{
	struct live_event e;
	char topic[LIVE_TOPIC_SIZE];

	demand(strlen(live_topic(topic, 7, text)) < LIVE_TOPIC_SIZE);
	if (live_parse(&e, a, text, strlen(text)) == 0 && e.type == LIVE_DELTA)
		demand(strlen(e.text) <= e.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, size };
	struct doorbell bell;
	struct draft draft;
	struct arena a = { 0 };
	struct err e;

	while (in.len) {
		const char *text = fuzz_text(&in, &a);

		if (doorbell_parse(&bell, text, &e) == 0)
			demand(bell.job > 0 && bell.wait_ms >= 0);
		if (live_draft_parse(&draft, &a, text) == 0)
			demand(draft.chat && draft.text);
		check_live(&a, text);
	}
	arena_free(&a);
	return 0;
}

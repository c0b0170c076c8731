/* What comes over Redis: doorbells, what is live, drafts. */

#include <string.h>

#include "common/jobs/jobs.h"
#include "common/live/draft.h"
#include "common/live/live.h"
#include "tests/fuzz/fuzz.h"

/* A listener is shown every byte once: never a hole, never a step back. */
static void follow(struct live_cursor *c, struct live_event *e)
{
	struct live_cursor before = *c;

	if (!live_advance(c, e))
		return;
	demand(e->at == 0 || e->at == before.at);
	demand(c->at == e->at + e->len);
	demand(strlen(e->text) <= e->len);
}

static void check_live(struct live_cursor *c, struct arena *a, const char *text)
{
	struct live_event e;
	char topic[LIVE_TOPIC_SIZE];

	demand(strlen(live_topic(topic, 7, text)) < LIVE_TOPIC_SIZE);
	if (live_parse(&e, a, text, strlen(text)) == 0 && e.type == LIVE_DELTA)
		follow(c, &e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, size };
	struct live_cursor cursor = { 0 };
	struct doorbell bell;
	struct draft draft;
	struct arena a = { 0 };
	struct err e;

	live_join(&cursor, &(struct live_draft){ .answer = "1.1", .text = "ab", .len = 2 });
	while (in.len) {
		const char *text = fuzz_text(&in, &a);

		if (doorbell_parse(&bell, text, &e) == 0)
			demand(bell.job > 0 && bell.wait_ms >= 0);
		if (live_draft_parse(&draft, &a, text) == 0)
			demand(draft.chat && draft.text);
		check_live(&cursor, &a, text);
	}
	arena_free(&a);
	return 0;
}

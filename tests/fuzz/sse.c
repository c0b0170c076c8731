/* Server-sent events, whole and in pieces: both must say the same. */

#include "common/llm/sse.h"

#include <string.h>

#include "tests/fuzz/fuzz.h"

enum { EVENT_MAX = 200 };

/* Each event's length and bytes, one after the other. */
static int note(void *arg, const char *data, size_t len)
{
	struct buf *seen = arg;

	demand(strlen(data) <= len);
	buf_add(seen, &len, sizeof len);
	buf_add(seen, data, len);
	return len == 7 ? 42 : 0; /* a reader may have enough */
}

static int read_all(struct buf *seen, const char *bytes, size_t len, size_t piece)
{
	struct buf line = { 0 };
	struct sse s = { .buf = &line };
	int rc = 0;

	for (size_t at = 0; at < len && rc == 0; at += piece)
		rc = sse_feed(&s, bytes + at, piece < len - at ? piece : len - at, EVENT_MAX,
			      note, seen);
	if (rc == 0)
		rc = sse_end(&s, note, seen);
	buf_free(&line);
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, size };
	struct buf whole = { 0 }, cut = { 0 };
	size_t piece = fuzz_byte(&in) % 8 + 1;
	int rc = read_all(&whole, (const char *)in.data, in.len, in.len + 1);

	/* How much of a line that is too long was looked at depends on the pieces. */
	if (read_all(&cut, (const char *)in.data, in.len, piece) == rc && rc != SSE_TOO_LONG)
		demand(whole.len == cut.len &&
		       memcmp(buf_str(&whole), buf_str(&cut), whole.len) == 0);
	buf_free(&whole);
	buf_free(&cut);
	return 0;
}

/* The lines of an answer's head. */

#include "common/http/header.h"

#include <string.h>

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct http_response out = { .retry_after_ms = -1, .should_retry = -1, .body = "" };
	const char *at = (const char *)data, *end = at + len;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *next = newline ? newline + 1 : end;

		header_read(&out, at, (size_t)(next - at));
		at = next;
	}
	demand(out.retry_after_ms >= -1 && out.should_retry >= -1 && out.should_retry <= 1);
	demand(strlen(out.request_id) < sizeof out.request_id);
	demand(out.status == 0 || out.stage == HTTP_ANSWERED);
	return 0;
}

#include "common/http/header.h"

#include <ctype.h>
#include <curl/curl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/clock.h"

enum { LINE = 256 };

static void read_status(struct http_response *out, const char *line)
{
	const char *space = strchr(line, ' ');
	long status = space ? strtol(space, NULL, 10) : 0;

	*out = (struct http_response){
		.body = "", .stage = out->stage, .retry_after_ms = -1, .should_retry = -1
	};
	if (status < 200) /* 100 Continue and its like promise nothing */
		return;
	out->status = status;
	out->stage = HTTP_ANSWERED;
}

static int bounded_ms(double ms)
{
	if (!(ms > 0))
		return 0;
	return ms < INT_MAX ? (int)ms : INT_MAX;
}

/* Seconds, also broken ones, or a date. */
static int retry_after(const char *value)
{
	char *end;
	double seconds = strtod(value, &end);
	time_t when;

	if (end != value && *end == 0)
		return bounded_ms(seconds * 1000);
	when = curl_getdate(value, NULL);
	return when == -1 ? -1 : bounded_ms((double)when * 1000 - (double)clock_wall_ms());
}

static void read_field(struct http_response *out, const char *name, const char *value)
{
	char *end;
	double ms;

	if (strcasecmp(name, "retry-after-ms") == 0) { /* more precise: it wins */
		ms = strtod(value, &end);
		if (end != value && *end == 0)
			out->retry_after_ms = bounded_ms(ms);
	} else if (strcasecmp(name, "retry-after") == 0 && out->retry_after_ms < 0) {
		out->retry_after_ms = retry_after(value);
	} else if (strcasecmp(name, "x-should-retry") == 0) {
		out->should_retry = strcasecmp(value, "true") == 0;
	} else if (strcasecmp(name, "x-request-id") == 0) {
		snprintf(out->request_id, sizeof out->request_id, "%.*s",
			 (int)sizeof out->request_id - 1, value);
	}
}

void header_read(struct http_response *out, const char *line, size_t len)
{
	char text[LINE], *colon, *value;

	while (len > 0 && isspace((unsigned char)line[len - 1]))
		len--;
	if (len == 0 || len >= sizeof text) /* no header we read is that long */
		return;
	memcpy(text, line, len);
	text[len] = 0;
	if (strncmp(text, "HTTP/", 5) == 0) {
		read_status(out, text);
		return;
	}
	colon = strchr(text, ':');
	if (!colon)
		return;
	*colon = 0;
	value = colon + 1 + strspn(colon + 1, " \t");
	read_field(out, text, value);
}

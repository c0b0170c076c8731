#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/jobs/jobs.h"

void jobs_announce(struct redis *r, enum queue queue, const struct doorbell *bell)
{
	char key[32], envelope[160];

	snprintf(key, sizeof key, "jobs:%s", queue_name(queue));
	snprintf(envelope, sizeof envelope,
		 "v=1 job=%lld kind=%d conversation=%lld wait=%d trace=%.32s",
		 (long long)bell->job, bell->kind, (long long)bell->conversation, bell->wait_ms,
		 bell->trace);
	redis_send(r, NULL, NULL, REDIS_ARGV("XADD", key, "*", "e", envelope));
}

/* "name=", a number of 0..max and a blank: the number, or -1.  Goes on behind them. */
static int64_t take(const char **text, const char *name, int64_t max)
{
	size_t len = strlen(name);
	const char *digits = *text + len;
	char *end;
	long long value;

	if (strncmp(*text, name, len) != 0 || *digits < '0' || *digits > '9')
		return -1;
	value = strtoll(digits, &end, 10); /* LLONG_MAX if it is more */
	if (*end != ' ' || value > max)
		return -1;
	*text = end + 1;
	return value;
}

int doorbell_parse(struct doorbell *out, const char *payload, struct err *e)
{
	static const char trace[] = "trace=";
	int64_t version = take(&payload, "v=", INT_MAX);
	int64_t job = take(&payload, "job=", INT64_MAX),
		kind = take(&payload, "kind=", INT_MAX);
	int64_t conversation = take(&payload, "conversation=", INT64_MAX);
	int64_t wait = take(&payload, "wait=", INT_MAX);

	if (version >= 0 && version != 1)
		return err_set(e, ERR_PERM, "a doorbell of version %lld", (long long)version);
	if (version < 0 || job <= 0 || kind < 0 || conversation < 0 || wait < 0 ||
	    strncmp(payload, trace, strlen(trace)) != 0)
		return err_set(e, ERR_PERM, "not a doorbell");
	payload += strlen(trace);
	*out = (struct doorbell){ .job = job,
				  .conversation = conversation,
				  .kind = (int)kind,
				  .wait_ms = (int)wait };
	snprintf(out->trace, sizeof out->trace, "%.*s", (int)strcspn(payload, " "), payload);
	return 0;
}

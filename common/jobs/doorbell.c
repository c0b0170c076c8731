#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "common/jobs/jobs.h"
#include "common/json/jread.h"

enum { DEPTH = 4 }; /* there is none, but who comes after us may add some */

void jobs_announce(struct redis *r, enum queue queue, const struct doorbell *bell)
{
	char key[32], envelope[256];

	snprintf(key, sizeof key, "jobs:%s", queue_name(queue));
	snprintf(envelope, sizeof envelope,
		 "{\"v\":1,\"job\":%lld,\"kind\":%d,\"conversation\":%lld,\"trace\":\"%.32s\","
		 "\"wait\":%d}",
		 (long long)bell->job, bell->kind, (long long)bell->conversation, bell->trace,
		 bell->wait_ms);
	redis_send(r, NULL, NULL, REDIS_ARGV("XADD", key, "*", "e", envelope));
}

int doorbell_parse(struct doorbell *out, const char *payload, struct err *e)
{
	json_error_t where;
	json_auto_t *root = jread(payload, strlen(payload), 0, DEPTH, &where);
	json_int_t job = 0, conversation = 0;
	const char *trace = "";
	int version = 0, kind = 0, wait = 0;

	if (json_unpack(root, "{s:i, s:I, s?i, s?I, s?s, s?i}", "v", &version, "job", &job,
			"kind", &kind, "conversation", &conversation, "trace", &trace, "wait",
			&wait) != 0)
		return err_set(e, ERR_PERM, "not a doorbell");
	if (version != 1 || job <= 0)
		return err_set(e, ERR_PERM, "a doorbell of version %d", version);
	*out = (struct doorbell){
		.job = job, .conversation = conversation, .kind = kind, .wait_ms = wait
	};
	snprintf(out->trace, sizeof out->trace, "%s", trace);
	return 0;
}

#include <stdio.h>

#include "common/base/timer.h"
#include "services/operator-relay/relay.h"

enum { BACKOFF_MS = 100, BACKOFF_MAX_DOUBLINGS = 4 };

int relay_backoff_ms(int failures)
{
	int ms = BACKOFF_MS << (failures < BACKOFF_MAX_DOUBLINGS ? failures
								 : BACKOFF_MAX_DOUBLINGS);

	return ms / 2 + timer_chance(ms);
}

struct store *relay_lane(struct relay *r, int64_t job)
{
	return &r->lanes[job % RELAY_LANES];
}

void relay_ring(struct relay *r, enum queue queue, int64_t job, int kind, int64_t conversation,
		const char *trace)
{
	struct doorbell bell = { .job = job, .kind = kind, .conversation = conversation };

	if (!job)
		return;
	snprintf(bell.trace, sizeof bell.trace, "%s", trace ? trace : "");
	jobs_announce(r->redis, queue, &bell);
}

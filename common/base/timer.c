#include "common/base/timer.h"

#include <event2/util.h>
#include <stdlib.h>

void timer_set(struct event *timer, int64_t ms)
{
	event_add(timer, &(struct timeval){ .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 });
}

struct event *timer_every(struct event_base *base, int64_t ms, event_callback_fn fn, void *arg)
{
	struct event *timer = event_new(base, -1, EV_PERSIST, fn, arg);

	if (!timer)
		abort();
	timer_set(timer, ms);
	return timer;
}

int timer_chance(int ms)
{
	unsigned chance;

	evutil_secure_rng_get_bytes(&chance, sizeof chance);
	return (int)(chance % (unsigned)ms);
}

void timer_back_off(struct event *timer, int *delay_ms, int most_ms)
{
	timer_set(timer, *delay_ms - timer_chance(*delay_ms / 2 + 1));
	*delay_ms = *delay_ms < most_ms / 2 ? *delay_ms * 2 : most_ms;
}

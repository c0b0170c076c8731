#include "common/base/timer.h"

#include <event2/util.h>

void timer_set(struct event *timer, int64_t ms)
{
	event_add(timer, &(struct timeval){ .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 });
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

#include "common/base/timer.h"

void timer_set(struct event *timer, int64_t ms)
{
	event_add(timer, &(struct timeval){ .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 });
}

#pragma once

#include <event2/event.h>
#include <stdint.h>

/* Due in `ms`, whatever was set before; an EV_PERSIST timer then every `ms`. */
void timer_set(struct event *timer, int64_t ms);

/*
 * Due in *delay_ms, which doubles up to `most_ms`.  Up to a half of the delay is
 * taken off by chance, so that many processes do not come back as one.
 */
void timer_back_off(struct event *timer, int *delay_ms, int most_ms);

/* A chance number of milliseconds below `ms`, different in every process. */
int timer_chance(int ms);

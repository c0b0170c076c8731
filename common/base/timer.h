#pragma once

#include <event2/event.h>
#include <stdint.h>

/* Due in `ms`, whatever was set before; an EV_PERSIST timer then every `ms`. */
void timer_set(struct event *timer, int64_t ms);

/* A new one that is due every `ms`. */
struct event *timer_every(struct event_base *base, int64_t ms, event_callback_fn fn, void *arg);

/*
 * Due in *delay_ms, which doubles up to `most_ms`.  Up to a half of the delay is
 * taken off by chance, so that many processes do not come back as one.
 */
void timer_back_off(struct event *timer, int *delay_ms, int most_ms);

/* A chance number of milliseconds below `ms`, different in every process. */
int timer_chance(int ms);

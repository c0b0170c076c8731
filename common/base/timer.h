#pragma once

#include <event2/event.h>
#include <stdint.h>

/* Due in `ms`, whatever was set before; an EV_PERSIST timer then every `ms`. */
void timer_set(struct event *timer, int64_t ms);

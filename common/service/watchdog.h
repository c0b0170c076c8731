#pragma once

#include <event2/event.h>

/*
 * Aborts the process when its event loop stands still for about 30 s: a hung
 * process holds leases and connections, a dead one is started again.  Time
 * during which the process was stopped from outside does not count.
 */

struct watchdog;

/* One per process: it owns SIGALRM. */
struct watchdog *watchdog_open(struct event_base *base);
void watchdog_close(struct watchdog *w);

#pragma once

#include <event2/event.h>

#include "common/conf/conf.h"

/*
 * What every process of ours is: a configuration, an event loop, something to
 * open and something to close.  SIGTERM and SIGINT stop the intake; the process
 * leaves when no flow is alive, or after `drain_s` seconds, or at a second signal.  A loop that
 * stands still for 30 s is a bug: the watchdog aborts the process, and whoever supervises it
 * starts it again.
 *
 * METRICS_LISTEN (optional, every service) serves /metrics, /healthz, /readyz.
 */

struct service {
	const char *name;
	const struct conf_item *conf; /* ends with an item without env */
	void *self;                   /* filled in from conf before open() */
	int drain_s;

	int (*open)(void *self, struct event_base *base); /* 0, or -1 having said why */
	void (*pause)(void *self);                        /* take no new work; may be NULL */
	void (*close)(void *self);                        /* also after a failed open() */
	const char *(*unready)(void *self); /* NULL when ready, else why not, for /readyz */
};

/* The exit status for main(): 0, 64 bad usage, 69 cannot open, 78 bad configuration. */
int service_run(const struct service *s, int argc, char **argv);

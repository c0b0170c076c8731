#pragma once

#include <event2/event.h>

#include "common/base/err.h"

/*
 * Subscriptions, on a connection of their own.  Ephemeral by nature: what is
 * published while the connection is away is lost, and `up` tells the listener
 * to look for itself.  Subscribing to a topic twice is a bug.
 */

struct pubsub;

/* Each may be NULL, except message. */
struct pubsub_events {
	void (*message)(void *arg, const char *topic, const char *data, size_t len);
	/* What is published from now on will be heard.  Again after each reconnection. */
	void (*subscribed)(void *arg, const char *topic);
	void (*up)(void *arg); /* connected (again) and subscribed to everything asked for */
};

struct pubsub *pubsub_open(struct event_base *base, const char *url,
			   const struct pubsub_events *events, void *arg, struct err *e);
void pubsub_close(struct pubsub *p);

void pubsub_subscribe(struct pubsub *p, const char *topic);
void pubsub_unsubscribe(struct pubsub *p, const char *topic);

#pragma once

#include "services/ingress/hub.h"

/*
 * What every test of the hub puts in the place of Redis' subscriptions and of a
 * request's address.  Which topics are listened to is the test's own affair.
 */

/* Whom the hub has told to call. */
struct listening {
	const struct pubsub_events *events;
	void *arg;
};

extern struct listening listening;

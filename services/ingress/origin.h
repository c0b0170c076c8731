#pragma once

#include "services/ingress/ingress.h"

/*
 * Whether the page that asks may use the channel: its origin is listed there,
 * or the page is our own, or no browser is asking.
 */
int origin_allowed(struct ingress *in, const struct web_request *req,
		   const struct channel *channel);

/* Whether the page that asks is our own, or no browser is asking. */
int origin_is_own(const struct ingress *in, const struct web_request *req);

/* For web_conf.origin_allowed: whether any channel lists the origin. */
int origin_known(void *in, const char *origin);

/* An origin against an entry of the list: equal, any ("*"), or any name below a domain. */
int origin_matches(const char *entry, const char *origin);

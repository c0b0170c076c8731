#pragma once

#include "services/ingress/ingress.h"

/*
 * Whether the page that asks may use the channel: its origin is listed there,
 * or the page is our own, or no browser is asking.
 */
int origin_allowed(struct ingress *in, const struct web_request *req,
		   const struct channel *channel);

/* For web_conf.origin_allowed: whether any channel lists the origin. */
int origin_known(void *in, const char *origin);

/* "https://a.example" against an entry: itself, "*", or "https://*.example". */
int origin_matches(const char *entry, const char *origin);

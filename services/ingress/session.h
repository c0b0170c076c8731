#pragma once

#include "services/ingress/ingress.h"

/*
 * Who a browser is: a signed token that names the site (a widget channel), the
 * chat and its end.  Nothing is stored.
 */

struct session {
	const struct channel *channel; /* borrowed until the step or handler ends */
	const char *chat;              /* in the request's arena */
	int64_t expires_ms;
};

enum { SESSION_DAYS = 30 };

char *session_sign(struct ingress *in, struct arena *a, const char *site, const char *chat,
		   int64_t expires_ms);

/* 0, or -1 if the token is not ours, is of another site than `site` (unless NULL), or is over.
 */
int session_open(struct ingress *in, struct arena *a, struct session *out, const char *token,
		 const char *site);

/* From "Authorization: Bearer" or ?token=.  -1: 401, 403 or 503 has been sent. */
int session_of(struct ingress *in, struct web_request *req, struct session *out);

#pragma once

#include "common/crypto/password.h"
#include "common/flow/flow.h"

/*
 * Passwords are made slow to try; this keeps the slowness off the event loop.  One thread works
 * through a short queue: when it is full, the operation fails as ERR_TEMP.  What was cancelled
 * is not worked on, if it was not begun.
 */

struct hasher;

struct hasher *hasher_open(struct event_base *base);
void hasher_close(struct hasher *h); /* waits for the one being worked on; flows are gone */

/* See password.h; `kept` may be NULL.  Texts are copied. */
void hasher_match(struct hasher *h, struct flow *f, flow_step *next, int *out, const char *kept,
		  const char *password);
void hasher_make(struct hasher *h, struct flow *f, flow_step *next, char out[PASSWORD_TEXT],
		 const char *password);
/* The client has left: a flow whose turn has not come yet is interrupted, any other goes on. */
void hasher_forget(struct hasher *h, struct flow *f);

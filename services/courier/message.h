#pragma once

#include "common/store/store.h"
#include "common/telegram/telegram.h"

/*
 * What is to be sent for a delivery, in Telegram's terms.  Pure functions;
 * everything lives in the arena.
 */

struct message_out {
	const char *callback;      /* acknowledge this button; the rest is empty then */
	struct telegram_part part; /* plain NULL: there is nothing to send */
	const json_t *buttons;
	const char *parts; /* too long for one message: JSON for store_split_delivery(), whose
			      first part is `part`; else NULL */
};

void message_make(struct message_out *out, struct arena *a, const struct outgoing *head);

/* The method, and the body of the request. */
const char *message_method(const struct message_out *m);
const char *message_body(struct arena *a, const struct message_out *m, const char *chat,
			 int is_plain);

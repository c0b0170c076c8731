#pragma once

#include "services/ingress/ingress.h"

/*
 * Files that came with messages.  Telegram keeps them; we fetch one when somebody looks, and
 * hand it on: at most 20 MiB, as a type that cannot run anything, and without the bot's token
 * ever being seen.
 */

/* "/api/v1/files/<token>": for whoever may see the message; good for a week and more. */
const char *file_link(struct ingress *in, struct arena *a, int64_t conversation_id, int64_t seq,
		      size_t index);

/* Gives each attachment of a message (as message_json() made it) its "url", takes its Telegram
 * id. */
void file_link_all(struct ingress *in, struct arena *a, int64_t conversation_id,
		   json_t *message);

struct file_wanted {
	int64_t conversation_id, seq;
	int index;
};

/* Replies with the file, or why not. */
void file_serve(struct ingress *in, struct web_request *req, const struct file_wanted *wanted);

/* --- file_kind.c: what a file may be served as ------------------------------ */

/* The type to serve it as; a browser shows only those that *is_shown. */
const char *file_type(const json_t *attachment, const char *data, size_t len, int *is_shown);

/* The value of Content-Disposition. */
const char *file_disposition(struct arena *a, const json_t *attachment, const char *type,
			     int is_shown);

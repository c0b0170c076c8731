#pragma once

#include "services/ingress/ingress.h"

/*
 * Files that came with messages.  Telegram keeps those that came from there; we fetch one when
 * somebody looks, and hand it on: at most 20 MiB, as a type that cannot run anything, and
 * without the bot's token ever being seen.  What operators sent from the console PostgreSQL
 * has.
 */

#define FILE_OCTETS "application/octet-stream"

/* "/api/v1/files/<token>": for whoever may see the message; good for a week and more. */
const char *file_link(struct ingress *in, struct arena *a, int64_t conversation_id, int64_t seq,
		      size_t index);

/* There is something behind the words: Telegram has it, or we. */
int file_can_be_had(const json_t *attachment);

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

/* One that may be shown, as it is written here; else NULL. */
const char *file_shown_type(const char *mime);

/* What kind of attachment a file of such a type is, if it begins like one. */
const char *file_kind(const char *type, size_t size);

/* The value of Content-Disposition. */
const char *file_disposition(struct arena *a, const json_t *attachment, const char *type,
			     int is_shown);

/* --- file_place.c: room for their bytes -------------------------------------- */

/*
 * What a file takes of our memory until its bytes have left: as much as the largest, while it
 * is not told how much it is.  There is room for so much in all, and for so much of one
 * network.
 */
struct file_place;

/* The request's, which gives it back; NULL: there is no room. */
struct file_place *file_place_take(struct ingress *in, struct web_request *req);
void file_place_is(struct file_place *place, size_t bytes);

/* --- file_reply.c: how it is handed over ------------------------------------ */

struct file_range {
	size_t from, to; /* without the last */
};

enum file_asked { FILE_WHOLE, FILE_PART, FILE_OUTSIDE };

/*
 * What of `size` bytes the header Range asks for.  Several ranges, and what is no range at all,
 * are the whole.
 */
enum file_asked file_range_read(struct file_range *out, const char *header, size_t size);

/* The same of a request; FILE_OUTSIDE: 416 was sent. */
enum file_asked file_range_asked(struct file_range *out, struct web_request *req, size_t size);

struct file_reply {
	struct file_place *place;
	const json_t *attachment;
	const char *type;
	int is_shown;
	size_t size;
	enum file_asked asked;
	struct file_range range;
	const char *data; /* of the range alone */
};

void file_reply(struct web_request *req, const struct file_reply *reply);

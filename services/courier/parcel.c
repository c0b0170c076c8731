/*
 * A file that one bot was sent and another sends on, because Telegram's file ids are
 * each bot's own; and one that an operator sent from the console, which PostgreSQL has.
 *
 *   ask_file -> find_file -> keep_file -> (the line's own sending, as a form)
 *   read_piece -> keep_piece -> read_piece -> ... likewise
 *
 * The file passes through an unlinked temporary one, never through memory.
 */

#include <string.h>

#include "common/base/log.h"
#include "common/json/jvalue.h"
#include "services/courier/deliver.h"

enum { ASK_MS = 15000, FETCH_MS = 60000, SLACK_MS = 20000, FIELDS_MAX = 12 };

static flow_step find_file, keep_file, keep_piece;

static const char *dump(struct arena *a, json_t *value)
{
	const char *text = jdump(a, value);

	json_decref(value);
	return text;
}

/* The channel whose bot knows the file; NULL: ours, or it is no file of Telegram's. */
static const struct channel *owner_of(const struct deliver *d)
{
	const json_t *id = json_object_get(d->message.attachment, "channel");
	const struct registry *r = bots_registry(d->courier->bots);

	if (!json_is_integer(id) || json_integer_value(id) == d->claim.channel_id || !r)
		return NULL;
	return registry_channel(r, (int)json_integer_value(id));
}

/* Its number, if PostgreSQL has it; else 0. */
static int64_t file_of(const struct deliver *d)
{
	return json_integer_value(json_object_get(d->message.attachment, "file"));
}

int parcel_is_ours(const struct deliver *d)
{
	return file_of(d) != 0;
}

int parcel_is_foreign(const struct deliver *d)
{
	const json_t *attachment = d->message.attachment;
	const json_t *id = json_object_get(attachment, "channel");

	if (!attachment || d->file)
		return 0;
	return file_of(d) || (jstring(attachment, "file_id") && json_is_integer(id) &&
			      json_integer_value(id) != d->claim.channel_id);
}

void parcel_drop(struct deliver *d)
{
	if (d->file)
		fclose(d->file);
	d->file = NULL;
	d->size = 0;
	d->is_fetching = 0;
}

int parcel_as_document(struct deliver *d)
{
	const char *kind = jstring(d->message.attachment, "kind");
	json_t *copy;

	if (!d->file || !file_of(d) || !kind || strcmp(kind, "document") == 0)
		return 0;
	copy = jown(&d->flow.arena, json_copy((json_t *)d->message.attachment));
	json_object_set_new(copy, "kind", json_string("document"));
	d->message.attachment = copy;
	return 1;
}

void parcel_give_up(struct deliver *d)
{
	parcel_drop(d);
	message_in_words(&d->message, &d->flow.arena, d->claim.lang);
}

/* --- fetching: the temporary file ----------------------------------------------- */

static int no_room(struct deliver *d)
{
	d->has_no_room = 1;
	flow_fail(&d->flow, ERR_TEMP, "no room for a temporary file");
	return -1;
}

/* 0, or -1 when the flow has failed; likewise below. */
static int open_file(struct deliver *d)
{
	d->has_no_room = 0;
	d->file = tmpfile();
	return d->file ? 0 : no_room(d);
}

/* What was written by now is in the file, not only on its way there. */
static int check_file(struct deliver *d)
{
	return fflush(d->file) == 0 && !ferror(d->file) ? 0 : no_room(d);
}

/* --- fetching: from PostgreSQL ------------------------------------------------ */

static void read_piece(struct deliver *d)
{
	store_read_piece(&d->courier->store, &d->flow, keep_piece, &d->piece, file_of(d),
			 d->size);
}

static void begin_reading(struct deliver *d)
{
	d->is_fetching = 1;
	if (open_file(d) < 0)
		return;
	flow_extend(&d->flow, FETCH_MS + SLACK_MS);
	if (!d->piece.room) /* one for all files of a round */
		d->piece.room = arena_alloc(&d->flow.arena, FILE_PIECE);
	read_piece(d);
}

static void keep_piece(void *self)
{
	struct deliver *d = self;
	const json_t *size = json_object_get(d->message.attachment, "size");

	if (d->piece.len == 0) {
		log_warn("not kept any more delivery=%lld file=%lld", (long long)d->head.id,
			 (long long)file_of(d));
		parcel_give_up(d);
		deliver_transmit(d);
		return;
	}
	fwrite(d->piece.room, 1, d->piece.len, d->file);
	if (check_file(d) < 0)
		return;
	d->size += d->piece.len;
	if ((json_int_t)d->size < json_integer_value(size)) {
		read_piece(d);
		return;
	}
	d->is_fetching = 0;
	deliver_transmit(d);
}

/* --- fetching: from the bot that has it ---------------------------------------- */

void parcel_fetch(struct deliver *d)
{
	const struct channel *owner = owner_of(d);
	const json_t *attachment = d->message.attachment;

	if (file_of(d)) {
		begin_reading(d);
		return;
	}
	if (!owner || !owner->token ||
	    json_integer_value(json_object_get(attachment, "size")) > TELEGRAM_DOWNLOAD_MAX) {
		parcel_give_up(d);
		deliver_transmit(d);
		return;
	}
	d->is_fetching = 1;
	flow_extend(&d->flow, ASK_MS + FETCH_MS + SLACK_MS);
	courier_call(d->courier, &d->flow, find_file, &d->response,
		     &(struct call){ .channel = owner,
				     .method = "getFile",
				     .body = dump(&d->flow.arena,
						  json_pack("{s:s}", "file_id",
							    jstring(attachment, "file_id"))),
				     .timeout_ms = ASK_MS });
}

/* Bytes as they come. */
static int keep_bytes(void *arg, const char *data, size_t len)
{
	struct deliver *d = arg;

	d->size += len;
	return d->size <= TELEGRAM_DOWNLOAD_MAX && fwrite(data, 1, len, d->file) == len ? 0
											: -1;
}

static void download(struct deliver *d, const struct channel *owner, const char *path)
{
	d->size = 0;
	if (open_file(d) < 0)
		return;
	http_send(d->courier->http, &d->flow, keep_file, &d->response,
		  &(struct http_request){ .url = telegram_file_url(&d->flow.arena,
								   d->courier->telegram_root,
								   owner->token, path),
					  .timeout_ms = FETCH_MS,
					  .reader = keep_bytes,
					  .reader_arg = d });
}

static void find_file(void *self)
{
	struct deliver *d = self;
	const struct channel *owner = owner_of(d);
	struct telegram_reply reply;
	const char *path;

	telegram_read_reply(&reply, &d->flow.arena, d->response.status, d->response.body,
			    d->response.len);
	path = jstring(reply.result, "file_path");
	if (reply.verdict == TELEGRAM_OK && path && owner && owner->token) {
		download(d, owner, path);
	} else if (reply.verdict == TELEGRAM_RETRY || reply.verdict == TELEGRAM_UNKNOWN) {
		flow_fail(&d->flow, ERR_TEMP, "getFile: %s", reply.description);
	} else {
		log_warn("not fetched delivery=%lld: %s", (long long)d->head.id,
			 reply.description);
		parcel_give_up(d);
		deliver_transmit(d);
	}
}

static void keep_file(void *self)
{
	struct deliver *d = self;

	if (d->response.status != 200) {
		flow_fail(&d->flow, ERR_TEMP, "download: status %ld", d->response.status);
		return;
	}
	if (check_file(d) < 0)
		return;
	d->is_fetching = 0;
	deliver_transmit(d);
}

/* --- sending ----------------------------------------------------------------- */

int parcel_is_upload(const struct deliver *d)
{
	return d->message.attachment && (d->file || jstring(d->message.attachment, "text"));
}

/* One field for each parameter; what is no text goes as JSON. */
static int set_fields(struct http_part *parts, struct arena *a, json_t *body)
{
	const char *key;
	json_t *value;
	int n = 0;

	json_object_foreach (body, key, value) {
		const char *text = json_is_string(value) ? json_string_value(value)
							 : dump(a, json_incref(value));

		if (n < FIELDS_MAX)
			parts[n++] = (struct http_part){ .name = key,
							 .value = text,
							 .len = strlen(text) };
	}
	return n;
}

static struct http_part file_part(const struct deliver *d)
{
	const json_t *attachment = d->message.attachment;
	const char *kind = jstring(attachment, "kind"), *text = jstring(attachment, "text");
	const char *name = jstring(attachment, "name");
	struct http_part part = { .name = telegram_media(kind)->field,
				  .filename = name ? name : kind,
				  .type = jstring(attachment, "mime") };

	if (d->file) {
		rewind(d->file);
		part.file = d->file;
		part.len = d->size;
	} else {
		part.value = text;
		part.len = strlen(text);
	}
	return part;
}

void parcel_upload(struct deliver *d, flow_step *next, int timeout_ms)
{
	struct arena *a = &d->flow.arena;
	struct http_part parts[FIELDS_MAX + 1];
	int n = set_fields(parts, a,
			   message_upload_body(a, &d->message, d->claim.chat_key, d->is_plain));

	parts[n++] = file_part(d);
	flow_extend(&d->flow, timeout_ms + SLACK_MS);
	http_send(d->courier->http, &d->flow, next, &d->response,
		  &(struct http_request){ .url = telegram_url(a, d->courier->telegram_root,
							      deliver_channel(d)->token,
							      message_method(&d->message)),
					  .parts = parts,
					  .part_count = n,
					  .timeout_ms = timeout_ms,
					  .may_leave = deliver_may_send,
					  .may_leave_arg = d });
}

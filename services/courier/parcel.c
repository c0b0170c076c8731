/*
 * A file that one bot was sent and another sends on: Telegram's file ids are
 * each bot's own.
 *
 *   ask_file -> find_file -> keep_file -> (the line's own sending, as a form)
 *
 * The file passes through an unlinked temporary one, never through memory.
 */

#include <stdlib.h>
#include <string.h>

#include "common/base/log.h"
#include "services/courier/deliver.h"

enum { ASK_MS = 15000, FETCH_MS = 60000, SLACK_MS = 20000, FIELDS_MAX = 12 };

static flow_step find_file, keep_file;

static const char *dump(struct arena *a, json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

	json_decref(value);
	if (!text)
		abort();
	arena_own(a, text, free);
	return text;
}

static const char *string_in(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
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

int parcel_is_foreign(const struct deliver *d)
{
	const json_t *id = json_object_get(d->message.attachment, "channel");

	return d->message.attachment && !d->file &&
	       string_in(d->message.attachment, "file_id") && json_is_integer(id) &&
	       json_integer_value(id) != d->claim.channel_id;
}

void parcel_drop(struct deliver *d)
{
	if (d->file)
		fclose(d->file);
	d->file = NULL;
	d->size = 0;
	d->is_fetching = 0;
}

void parcel_give_up(struct deliver *d)
{
	parcel_drop(d);
	message_in_words(&d->message, &d->flow.arena, d->claim.lang);
}

/* --- fetching ---------------------------------------------------------------- */

void parcel_fetch(struct deliver *d)
{
	const struct channel *owner = owner_of(d);
	const json_t *attachment = d->message.attachment;

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
							    string_in(attachment, "file_id"))),
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
	d->file = tmpfile();
	if (!d->file) {
		flow_fail(&d->flow, ERR_TEMP, "no temporary file");
		return;
	}
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
	path = string_in(reply.result, "file_path");
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
	d->is_fetching = 0;
	deliver_transmit(d);
}

/* --- sending ----------------------------------------------------------------- */

int parcel_is_upload(const struct deliver *d)
{
	return d->message.attachment && (d->file || string_in(d->message.attachment, "text"));
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
	const char *kind = string_in(attachment, "kind"), *text = string_in(attachment, "text");
	const char *name = string_in(attachment, "name");
	struct http_part part = { .name = telegram_media(kind)->field,
				  .filename = name ? name : kind,
				  .type = string_in(attachment, "mime") };

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
					  .timeout_ms = timeout_ms });
}

/* What came with a message besides words. */

#include <string.h>

#include "common/base/utf8.h"
#include "common/json/jvalue.h"
#include "common/telegram/update.h"

enum { QUOTE_MAX = 2000 };

static void set_string(struct arena *a, json_t *to, const char *name, const json_t *from,
		       const char *key)
{
	const char *text = update_string(a, from, key);

	if (text)
		json_object_set_new(to, name, json_string(text));
}

static void set_number(json_t *to, const char *name, const json_t *from, const char *key)
{
	json_t *number = json_object_get(from, key);

	if (json_is_number(number))
		json_object_set(to, name, number);
}

static json_t *describe_file(struct arena *a, const json_t *file, const char *kind)
{
	json_t *out = json_pack("{s:s}", "kind", kind);

	set_string(a, out, "file_id", file, "file_id");
	set_string(a, out, "unique_id", file, "file_unique_id");
	set_string(a, out, "name", file, "file_name");
	set_string(a, out, "mime", file, "mime_type");
	set_string(a, out, "emoji", file, "emoji");
	set_number(out, "size", file, "file_size");
	set_number(out, "seconds", file, "duration");
	set_number(out, "width", file, "width");
	set_number(out, "height", file, "height");
	set_number(out, "latitude", file, "latitude");
	set_number(out, "longitude", file, "longitude");
	set_string(a, out, "phone", file, "phone_number");
	set_string(a, out, "first_name", file, "first_name");
	set_string(a, out, "title", file, "title");
	set_string(a, out, "question", file, "question");
	return out;
}

static json_int_t area(const json_t *size)
{
	json_int_t width = json_integer_value(json_object_get(size, "width"));
	json_int_t height = json_integer_value(json_object_get(size, "height"));

	if (width < 0 || height < 0 || width > 1 << 20 || height > 1 << 20)
		return 0;
	return width * height;
}

static const json_t *largest_photo(const json_t *sizes)
{
	const json_t *best = NULL, *size;
	size_t i;

	json_array_foreach (sizes, i, size) {
		if (!best || area(size) >= area(best))
			best = size;
	}
	return best;
}

/*
 * The first that is present names the message: an animation is also told as a
 * document, a venue as a location.
 */
static json_t *describe(struct arena *a, const json_t *message)
{
	static const char *const kinds[] = {
		"animation", "document", "voice",     "audio",     "video", "video_note",
		"sticker",   "venue",    "location",  "contact",   "poll",  "dice",
		"story",     "game",     "checklist", "paid_media"
	};
	const json_t *photo = largest_photo(json_object_get(message, "photo"));
	const json_t *value;

	if (photo)
		return describe_file(a, photo, "photo");
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		value = json_object_get(message, kinds[i]);
		if (json_is_object(value))
			return describe_file(a, value, kinds[i]);
	}
	return NULL;
}

/* What the person answers to: the words they quoted, else the message's own. */
static json_t *quoted(struct arena *a, const json_t *message)
{
	const json_t *other = json_object_get(message, "reply_to_message");
	const json_t *id = json_object_get(other, "message_id");
	const char *text = update_string(a, json_object_get(message, "quote"), "text");
	json_t *out;

	if (json_object_get(other, "forum_topic_created")) /* they only write in that topic */
		return NULL;

	if (!text)
		text = update_string(a, other, "text");
	if (!text)
		text = update_string(a, other, "caption");
	if (!text && !json_is_integer(id))
		return NULL;
	out = json_object();
	if (json_is_integer(id))
		json_object_set_new(out, "id",
				    json_string(arena_int(a, json_integer_value(id))));
	if (id && json_integer_value(json_object_get(other, "date")) > 0)
		json_object_set(out, "at", json_object_get(other, "date"));
	if (text)
		json_object_set_new(
			out, "text",
			json_stringn(text, utf8_floor(text, strlen(text), QUOTE_MAX)));
	return out;
}

json_t *update_extra(struct arena *a, const json_t *message)
{
	json_t *attachment = describe(a, message), *reply_to = quoted(a, message), *extra;

	if (!attachment && !reply_to)
		return NULL;
	extra = json_object();
	if (attachment)
		json_object_set_new(extra, "attachments", json_pack("[o]", attachment));
	if (reply_to)
		json_object_set_new(extra, "reply_to", reply_to);
	return jown(a, extra);
}

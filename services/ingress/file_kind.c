#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/utf8.h"
#include "common/store/file.h"
#include "services/ingress/files.h"

enum { PHOTO_MAX = 10 << 20 }; /* Telegram's */
enum { NAME_MAX_BYTES = 255 }; /* of a file, wherever it will be saved */

/*
 * Types that browsers show and cannot be made to run, each with the bytes it begins with: what
 * a sender calls a picture may be a page.  Everything else is only to be saved.
 */
static const struct {
	const char *type, *ending, *begin;
	size_t at, len;
} shown[] = {
	{ "image/jpeg", ".jpg", "\xff\xd8\xff", 0, 3 },
	{ "image/png", ".png", "\x89PNG\r\n\x1a\n", 0, 8 },
	{ "image/gif", ".gif", "GIF8", 0, 4 },
	{ "image/webp", ".webp", "WEBP", 8, 4 },
	{ "audio/ogg", ".ogg", "OggS", 0, 4 },
	{ "audio/mpeg", ".mp3", "ID3", 0, 3 },
	{ "audio/mpeg", ".mp3", "\xff\xfb", 0, 2 },
	{ "audio/mp4", ".m4a", "ftyp", 4, 4 },
	{ "video/mp4", ".mp4", "ftyp", 4, 4 },
	{ "video/webm", ".webm", "\x1a\x45\xdf\xa3", 0, 4 },
};

/* Telegram names no type for some kinds, because there is only one. */
static const char *told_type(const json_t *attachment)
{
	static const char *const known[][2] = {
		{ "photo", "image/jpeg" },     { "voice", "audio/ogg" },
		{ "video_note", "video/mp4" }, { "video", "video/mp4" },
		{ "animation", "video/mp4" },  { "sticker", "image/webp" },
	};
	const char *told = json_string_value(json_object_get(attachment, "mime"));
	const char *kind = json_string_value(json_object_get(attachment, "kind"));

	for (size_t i = 0; !told && kind && i < sizeof known / sizeof *known; i++)
		if (strcmp(kind, known[i][0]) == 0)
			return known[i][1];
	return told ? told : "";
}

const char *file_type(const json_t *attachment, const char *data, size_t len, int *is_shown)
{
	const char *told = told_type(attachment);

	for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
		if (strcasecmp(told, shown[i].type) != 0 || len < shown[i].at + shown[i].len ||
		    memcmp(data + shown[i].at, shown[i].begin, shown[i].len) != 0)
			continue;
		*is_shown = 1;
		return shown[i].type;
	}
	*is_shown = 0;
	return FILE_OCTETS;
}

const char *file_shown_type(const char *mime)
{
	for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
		if (strcasecmp(mime, shown[i].type) == 0)
			return shown[i].type;
	return NULL;
}

const char *file_kind(const char *type, size_t size)
{
	static const struct {
		const char *type, *kind;
		size_t max;
	} kinds[] = {
		{ "image/jpeg", "photo", PHOTO_MAX }, { "image/png", "photo", PHOTO_MAX },
		{ "image/webp", "photo", PHOTO_MAX }, { "image/gif", "animation", FILE_MAX },
		{ "audio/mpeg", "audio", FILE_MAX },  { "audio/mp4", "audio", FILE_MAX },
		{ "video/mp4", "video", FILE_MAX },
	};

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(type, kinds[i].type) == 0 && size <= kinds[i].max)
			return kinds[i].kind;
	return "document";
}

static const char *ending_of(const char *type)
{
	for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
		if (strcmp(type, shown[i].type) == 0)
			return shown[i].ending;
	return ".bin";
}

/* RFC 5987: everything but letters, digits and a few signs as %XX. */
static const char *quote(struct arena *a, const char *name)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789._-";
	size_t len = utf8_floor(name, strlen(name), NAME_MAX_BYTES);
	struct buf out = { 0 };
	const char *copy;

	for (size_t i = 0; i < len; i++)
		if (strchr(plain, name[i]))
			buf_putc(&out, name[i]);
		else if (name[i] != '/' && name[i] != '\\')
			buf_printf(&out, "%%%02X", (unsigned char)name[i]);
	copy = arena_str(a, buf_str(&out));
	buf_free(&out);
	return copy;
}

const char *file_disposition(struct arena *a, const json_t *attachment, const char *type,
			     int is_shown)
{
	const char *name = json_string_value(json_object_get(attachment, "name"));
	const char *kind = json_string_value(json_object_get(attachment, "kind"));

	if (!name || !*name)
		name = arena_printf(a, "%s%s", kind ? kind : "file", ending_of(type));
	return arena_printf(a, "%s; filename*=UTF-8''%s", is_shown ? "inline" : "attachment",
			    quote(a, name));
}

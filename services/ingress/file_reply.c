#include <stdlib.h>
#include <string.h>

#include "services/ingress/files.h"

/* Players ask for a part at a time, and some play nothing that cannot be had so. */

/* Digits alone; what is larger than any file is that. */
static int read_number(const char **at, size_t *out)
{
	size_t n = strspn(*at, "0123456789");

	if (n == 0)
		return -1;
	*out = n > 15 ? SIZE_MAX : (size_t)strtoull(*at, NULL, 10);
	*at += n;
	return 0;
}

/* "-500": the last ones. */
static enum file_asked read_suffix(struct file_range *out, const char *at, size_t size)
{
	size_t n;

	if (read_number(&at, &n) < 0 || *at)
		return FILE_WHOLE;
	if (n == 0)
		return FILE_OUTSIDE;
	*out = (struct file_range){ n < size ? size - n : 0, size };
	return size > 0 ? FILE_PART : FILE_OUTSIDE;
}

enum file_asked file_range_read(struct file_range *out, const char *header, size_t size)
{
	const char *at = header;
	size_t first, last = SIZE_MAX;

	*out = (struct file_range){ 0, size };
	if (!at || strncmp(at, "bytes=", 6) != 0)
		return FILE_WHOLE;
	at += 6;
	if (*at == '-')
		return read_suffix(out, at + 1, size);
	if (read_number(&at, &first) < 0 || *at++ != '-')
		return FILE_WHOLE;
	if (*at && (read_number(&at, &last) < 0 || *at || last < first))
		return FILE_WHOLE;
	if (first >= size)
		return FILE_OUTSIDE;
	*out = (struct file_range){ first, last < size ? last + 1 : size };
	return FILE_PART;
}

/* If-Range names a version; ours have no name, so it is never that one. */
enum file_asked file_range_asked(struct file_range *out, struct web_request *req, size_t size)
{
	const char *header = web_header(req, "If-Range") ? NULL : web_header(req, "Range");
	enum file_asked asked = file_range_read(out, header, size);

	if (strcmp(web_method(req), "GET") != 0)
		return file_range_read(out, NULL, size);
	if (asked == FILE_OUTSIDE) {
		web_set_header(req, "Content-Range",
			       arena_printf(web_arena(req), "bytes */%zu", size));
		web_refuse(req, 416, "range", TEXT_PROBLEM_PARAMETER, "Range");
	}
	return asked;
}

void file_reply(struct web_request *req, const struct file_reply *r)
{
	struct arena *a = web_arena(req);
	size_t len = r->range.to - r->range.from;

	file_place_is(r->place, len);
	web_set_header(req, "Content-Disposition",
		       file_disposition(a, r->attachment, r->type, r->is_shown));
	web_set_header(req, "Content-Security-Policy", "default-src 'none'; sandbox");
	web_set_header(req, "Cache-Control", "private, max-age=86400");
	web_set_header(req, "Accept-Ranges", "bytes");
	if (r->asked == FILE_PART)
		web_set_header(req, "Content-Range",
			       arena_printf(a, "bytes %zu-%zu/%zu", r->range.from,
					    r->range.to - 1, r->size));
	web_reply(req, r->asked == FILE_PART ? 206 : 200, r->type, r->data, len);
}

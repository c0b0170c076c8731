#include "common/llm/sse.h"

#include <string.h>

static int give(struct sse *s, sse_fn *fn, void *arg)
{
	int rc;

	if (!s->has_data) {
		buf_cut(s->buf, 0);
		s->line = 0;
		return 0;
	}
	buf_cut(s->buf, s->line - 1); /* without the LF behind the last line */
	rc = fn(arg, buf_str(s->buf), s->buf->len);
	buf_cut(s->buf, 0);
	s->line = 0;
	s->has_data = 0;
	return rc;
}

/* The line [s->line, end) is complete: keep what it says, drop the rest. */
static int take_line(struct sse *s, sse_fn *fn, void *arg)
{
	const char *line = buf_str(s->buf) + s->line;
	size_t len = s->buf->len - s->line, skip;

	if (len == 0)
		return give(s, fn, arg);
	if (len < 4 || memcmp(line, "data", 4) != 0 || (len > 4 && line[4] != ':')) {
		buf_cut(s->buf, s->line);
		return 0;
	}
	skip = len == 4 ? 4 : len > 5 && line[5] == ' ' ? 6 : 5;
	memmove(s->buf->data + s->line, line + skip, len - skip);
	buf_cut(s->buf, s->buf->len - skip);
	buf_putc(s->buf, '\n');
	s->line = s->buf->len;
	s->has_data = 1;
	return 0;
}

/* Bytes before the LF or CR, or all of them. */
static size_t line_size(const char *bytes, size_t len)
{
	const char *lf = memchr(bytes, '\n', len), *cr;

	if (lf)
		len = (size_t)(lf - bytes);
	cr = memchr(bytes, '\r', len);
	return cr ? (size_t)(cr - bytes) : len;
}

int sse_feed(struct sse *s, const char *bytes, size_t len, size_t max, sse_fn *fn, void *arg)
{
	size_t at = 0;

	while (at < len) {
		size_t n;
		int rc;

		if (s->after_cr && bytes[at] == '\n') {
			s->after_cr = 0;
			at++;
			continue;
		}
		s->after_cr = 0;
		n = line_size(bytes + at, len - at);
		buf_add(s->buf, bytes + at, n);
		at += n;
		if (s->buf->len > max)
			return SSE_TOO_LONG;
		if (at == len)
			break;
		s->after_cr = bytes[at++] == '\r';
		rc = take_line(s, fn, arg);
		if (rc)
			return rc;
	}
	return 0;
}

int sse_is_open(const struct sse *s)
{
	return s->has_data || (s->buf->len > s->line && s->buf->data[s->line] != ':');
}

int sse_end(struct sse *s, sse_fn *fn, void *arg)
{
	int rc = s->buf->len > s->line ? take_line(s, fn, arg) : 0;

	return rc ? rc : give(s, fn, arg);
}

#include "common/json/jwrite.h"

#include <string.h>

static void write_escape(struct buf *out, char c)
{
	static const char names[0x20] = {
		['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'
	};

	if (c == '"' || c == '\\')
		buf_add(out, (char[]){ '\\', c }, 2);
	else if (names[(unsigned char)c])
		buf_add(out, (char[]){ '\\', names[(unsigned char)c] }, 2);
	else
		buf_printf(out, "\\u%04x", (unsigned)c);
}

static int is_plain(unsigned char c)
{
	return c >= 0x20 && c != '"' && c != '\\';
}

void jwrite_inside(struct buf *out, const char *text, size_t len)
{
	const char *end = text + len;

	while (text < end) {
		const char *from = text;

		while (text < end && is_plain((unsigned char)*text))
			text++;
		buf_add(out, from, (size_t)(text - from));
		if (text < end)
			write_escape(out, *text++);
	}
}

void jwrite_string(struct buf *out, const char *text)
{
	buf_putc(out, '"');
	jwrite_inside(out, text, strlen(text));
	buf_putc(out, '"');
}

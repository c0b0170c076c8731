/* Words that are data, as Markdown. */

#include <ctype.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/telegram/telegram.h"

static int is_line_start(const struct buf *b)
{
	return b->len == 0 || b->data[b->len - 1] == '\n';
}

/* Two tildes would strike out, however they are written; a joiner between them is not seen. */
static void add_tilde(struct buf *b)
{
	if (b->len > 0 && b->data[b->len - 1] == '~')
		buf_puts(b, "\xe2\x81\xa0");
	buf_putc(b, '~');
}

/* Leading blanks would be dropped, or make code. */
static void add(struct buf *b, char c)
{
	if (c == '~')
		add_tilde(b);
	else if (c == ' ' && is_line_start(b))
		buf_puts(b, "\xc2\xa0");
	else if (c == '\t')
		buf_puts(b, "\xc2\xa0\xc2\xa0\xc2\xa0\xc2\xa0");
	else if (c == '\n' && !is_line_start(b))
		buf_puts(b, "\\\n");
	else if (c == '\n')
		buf_puts(b, "\xc2\xa0\\\n"); /* an empty line stays one */
	else if (ispunct((unsigned char)c)) {
		buf_putc(b, '\\');
		buf_putc(b, c);
	} else if (c != '\r')
		buf_putc(b, c);
}

const char *telegram_escape(struct arena *a, const char *words)
{
	struct buf b = { 0 };
	size_t len = strlen(words);
	const char *out;

	while (len > 0 && isspace((unsigned char)words[len - 1]))
		len--;
	for (size_t i = 0; i < len; i++)
		add(&b, words[i]);
	out = arena_dup(a, buf_str(&b), b.len);
	buf_free(&b);
	return out;
}

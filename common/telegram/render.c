#include <stdlib.h>
#include <string.h>

#include "common/base/utf8.h"
#include "common/telegram/rich.h"

/* Beyond any answer of a model; libcmark's time is not linear for every text. */
enum { MARKDOWN_MAX = 256 << 10 };

static const char *cleaned(struct arena *a, const char *text, size_t *len)
{
	char *clean;

	if (utf8_valid_prefix(text, *len) == *len)
		return text;
	clean = arena_alloc(a, 3 * *len + 1);
	*len = utf8_clean(clean, text, *len);
	return clean;
}

static void read_text(struct rich *r, const char *markdown)
{
	size_t len = strlen(markdown);
	const char *text = cleaned(r->arena, markdown, &len);

	if (len > MARKDOWN_MAX) {
		rich_add(r, text, len);
		return;
	}
	text = tables_to_code(r->arena, text, &len);
	markdown_read(r, text, len);
}

static void render(struct telegram_parts *out, struct arena *a, const char *markdown,
		   size_t first_max)
{
	struct rich r = { .arena = a };

	read_text(&r, markdown);
	rich_split(out, a, &r, first_max);
	buf_free(&r.text);
	free(r.spans);
}

void telegram_render(struct telegram_parts *out, struct arena *a, const char *markdown)
{
	render(out, a, markdown, 0);
}

void telegram_render_caption(struct telegram_parts *out, struct arena *a, const char *markdown)
{
	render(out, a, markdown, TELEGRAM_CAPTION_MAX);
}

void telegram_render_draft(struct telegram_part *out, struct arena *a, const char *markdown)
{
	struct telegram_parts parts;

	telegram_render(&parts, a, markdown);
	*out = parts.n > 0 ? parts.items[0] : (struct telegram_part){ NULL, "" };
}

#include "common/markdown/html.h"

#include <cmark.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/buf.h"
#include "common/markdown/table.h"

static int is_safe_address(const char *url)
{
	static const char *const schemes[] = { "https://", "http://", "mailto:" };

	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
		if (strncasecmp(url, schemes[i], strlen(schemes[i])) == 0)
			return 1;
	return 0;
}

void html_escape(struct buf *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			buf_puts(out, "&amp;");
			break;
		case '<':
			buf_puts(out, "&lt;");
			break;
		case '>':
			buf_puts(out, "&gt;");
			break;
		case '"':
			buf_puts(out, "&quot;");
			break;
		default:
			buf_putc(out, *text);
		}
	}
}

/* cmark's own links know no rel and no target: ours take their place. */
static void replace_link(cmark_node *link)
{
	cmark_node *ours = cmark_node_new(CMARK_NODE_CUSTOM_INLINE), *child;
	const char *url = cmark_node_get_url(link);
	struct buf tag = { 0 };

	if (url && is_safe_address(url)) {
		buf_puts(&tag, "<a href=\"");
		html_escape(&tag, url);
		buf_puts(&tag, "\" rel=\"nofollow noopener noreferrer\" target=\"_blank\">");
		cmark_node_set_on_enter(ours, buf_str(&tag));
		cmark_node_set_on_exit(ours, "</a>");
		buf_free(&tag);
	}
	if (!cmark_node_first_child(link) && url && is_safe_address(url)) {
		child = cmark_node_new(CMARK_NODE_TEXT);
		cmark_node_set_literal(child, url);
		cmark_node_append_child(ours, child);
	}
	while ((child = cmark_node_first_child(link)))
		cmark_node_append_child(ours, child);
	cmark_node_replace(link, ours);
	cmark_node_free(link);
}

static void replace_nodes(cmark_node *document)
{
	cmark_iter *iter = cmark_iter_new(document);
	cmark_event_type event;

	while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
		cmark_node *node = cmark_iter_get_node(iter);
		cmark_node_type type = cmark_node_get_type(node);

		/* On the way out: the iterator is behind the node and its children. */
		if (event != CMARK_EVENT_EXIT)
			continue;
		if (type == CMARK_NODE_LINK || type == CMARK_NODE_IMAGE)
			replace_link(node);
		else if (type == CMARK_NODE_PARAGRAPH)
			markdown_table(node);
	}
	cmark_iter_free(iter);
}

const char *markdown_html(struct arena *a, const char *markdown)
{
	cmark_node *document =
		cmark_parse_document(markdown, strlen(markdown), CMARK_OPT_VALIDATE_UTF8);
	char *html;

	if (!document)
		abort();
	replace_nodes(document);
	html = cmark_render_html(document, CMARK_OPT_SAFE | CMARK_OPT_HARDBREAKS);
	cmark_node_free(document);
	if (!html)
		abort();
	arena_own(a, html, free);
	return html;
}

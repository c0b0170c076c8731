#include "common/markdown/table.h"

#include <stdlib.h>
#include <string.h>

/* What stands in the paragraph is dealt out into cells. */

enum line { LINE_HEAD, LINE_RULE, LINE_BODY };

struct dealing {
	cmark_node *table, *row, *cell; /* row and cell NULL: not begun */
	enum line line;
};

/* --- is it one? -------------------------------------------------------------- */

static int is_break(cmark_node *node)
{
	cmark_node_type type = cmark_node_get_type(node);

	return type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK;
}

static const char *text_of(cmark_node *node)
{
	return cmark_node_get_type(node) == CMARK_NODE_TEXT ? cmark_node_get_literal(node) : "";
}

/* The line that begins with the node. */
static int has_bar(cmark_node *node)
{
	for (; node && !is_break(node); node = cmark_node_next(node))
		if (strchr(text_of(node), '|'))
			return 1;
	return 0;
}

static int is_rule(cmark_node *node)
{
	int has_dash = 0;

	if (!has_bar(node))
		return 0;
	for (; node && !is_break(node); node = cmark_node_next(node)) {
		const char *text = text_of(node);

		if (!*text || text[strspn(text, "|:- ")])
			return 0;
		has_dash |= strchr(text, '-') != NULL;
	}
	return has_dash;
}

static int is_table(cmark_node *paragraph)
{
	cmark_node *first = cmark_node_first_child(paragraph), *node = first;

	while (node && !is_break(node))
		node = cmark_node_next(node);
	return node && has_bar(first) && is_rule(cmark_node_next(node));
}

/* --- dealing ------------------------------------------------------------------- */

static cmark_node *make(cmark_node_type type, const char *begin, const char *end)
{
	cmark_node *node = cmark_node_new(type);

	cmark_node_set_on_enter(node, begin);
	cmark_node_set_on_exit(node, end);
	return node;
}

static void open_row(struct dealing *d)
{
	if (d->row)
		return;
	d->row = d->line == LINE_HEAD ? make(CMARK_NODE_CUSTOM_BLOCK, "<thead>\n<tr>",
					     "</tr>\n</thead>\n<tbody>")
				      : make(CMARK_NODE_CUSTOM_BLOCK, "<tr>", "</tr>");
	cmark_node_append_child(d->table, d->row);
}

static void open_cell(struct dealing *d)
{
	open_row(d);
	if (d->cell)
		return;
	d->cell = d->line == LINE_HEAD ? make(CMARK_NODE_CUSTOM_INLINE, "<th>", "</th>")
				       : make(CMARK_NODE_CUSTOM_INLINE, "<td>", "</td>");
	cmark_node_append_child(d->row, d->cell);
}

/* The first one of a line may stand before its first cell; any other ends a cell. */
static void take_bar(struct dealing *d)
{
	if (d->row)
		open_cell(d);
	else
		open_row(d);
	d->cell = NULL;
}

static void take_words(struct dealing *d, const char *text, size_t len)
{
	cmark_node *words;
	char *copy;

	while (!d->cell && len && *text == ' ')
		text++, len--;
	if (!len)
		return;
	open_cell(d);
	copy = strndup(text, len);
	if (!copy)
		abort();
	words = cmark_node_new(CMARK_NODE_TEXT);
	cmark_node_set_literal(words, copy);
	cmark_node_append_child(d->cell, words);
	free(copy);
}

static void take_text(struct dealing *d, const char *text)
{
	for (;;) {
		size_t len = strcspn(text, "|");

		take_words(d, text, len);
		if (!text[len])
			return;
		take_bar(d);
		text += len + 1;
	}
}

/* What has been dealt is in a cell, or is not needed. */
static void deal(struct dealing *d, cmark_node *node)
{
	if (d->line != LINE_RULE && cmark_node_get_type(node) != CMARK_NODE_TEXT) {
		open_cell(d);
		cmark_node_append_child(d->cell, node);
		return;
	}
	if (d->line != LINE_RULE)
		take_text(d, text_of(node));
	cmark_node_free(node);
}

static void next_line(struct dealing *d, cmark_node *at_break)
{
	cmark_node_free(at_break);
	d->line = d->line == LINE_HEAD ? LINE_RULE : LINE_BODY;
	d->row = d->cell = NULL;
}

void markdown_table(cmark_node *paragraph)
{
	struct dealing d = { 0 };
	cmark_node *node;

	if (!is_table(paragraph))
		return;
	d.table = make(CMARK_NODE_CUSTOM_BLOCK, "<table>", "</tbody>\n</table>");
	cmark_node_insert_before(paragraph, d.table);
	while ((node = cmark_node_first_child(paragraph))) {
		if (!is_break(node)) {
			deal(&d, node);
			continue;
		}
		next_line(&d, node);
		if (!has_bar(cmark_node_first_child(paragraph)))
			return; /* what follows is no row */
	}
	cmark_node_free(paragraph);
}

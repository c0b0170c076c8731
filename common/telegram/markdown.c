/* Markdown, as libcmark understands it, to words and styles. */

#include <cmark.h>
#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "common/telegram/rich.h"

enum {
	INDENT = 3,
	INDENT_MAX = 18, /* deeper lists stay there: a phone is narrow */
	URL_MAX = 2048,
	LANGUAGE_MAX = 32,
};

struct reader {
	struct rich *rich;
	cmark_node *bullet; /* the item whose mark is still to be written */
	int items;          /* lists we are in */
};

static void add(struct reader *rd, const char *text)
{
	rich_add(rd->rich, text, strlen(text));
}

/* --- blocks ---------------------------------------------------------------- */

static void set_indent(struct reader *rd)
{
	int indent = (rd->items - 1) * INDENT;

	rd->rich->indent = indent < 0 ? 0 : indent > INDENT_MAX ? INDENT_MAX : indent;
}

static void begin_block(struct reader *rd, cmark_node *node)
{
	cmark_node *parent = cmark_node_parent(node);
	int is_in_item = parent && cmark_node_get_type(parent) == CMARK_NODE_ITEM;

	if (cmark_node_previous(node))
		rich_gap(rd->rich,
			 is_in_item && cmark_node_get_list_tight(cmark_node_parent(parent))
				 ? 1
				 : 2);
}

static void add_mark(struct reader *rd, const char *mark)
{
	set_indent(rd);
	add(rd, mark);
	rd->rich->indent += INDENT;
	if (rd->rich->indent > INDENT_MAX)
		rd->rich->indent = INDENT_MAX;
	rd->bullet = NULL;
}

/* Paragraphs behind the first stand under its words. */
static void write_bullet(struct reader *rd)
{
	cmark_node *list = rd->bullet ? cmark_node_parent(rd->bullet) : NULL;
	const char *mark;

	if (!list)
		return;
	if (cmark_node_get_list_type(list) != CMARK_ORDERED_LIST) {
		add_mark(rd, "\xe2\x80\xa2 ");
		return;
	}
	mark = arena_printf(rd->rich->arena, "%d%s ",
			    (int)(intptr_t)cmark_node_get_user_data(rd->bullet),
			    cmark_node_get_list_delim(list) == CMARK_PAREN_DELIM ? ")" : ".");
	add_mark(rd, mark);
}

/* An item's number is kept at its node. */
static void begin_item(struct reader *rd, cmark_node *item)
{
	cmark_node *before = cmark_node_previous(item), *list = cmark_node_parent(item);
	intptr_t number = before ? (intptr_t)cmark_node_get_user_data(before) + 1
				 : cmark_node_get_list_start(list);

	cmark_node_set_user_data(item, (void *)number);
	if (before)
		rich_gap(rd->rich, cmark_node_get_list_tight(list) ? 1 : 2);
	rd->bullet = item;
	set_indent(rd);
}

static void begin_list(struct reader *rd, cmark_node *list)
{
	write_bullet(rd);
	begin_block(rd, list);
	rd->items++;
}

static void end_item(struct reader *rd)
{
	write_bullet(rd);
	set_indent(rd);
}

static void end_list(struct reader *rd)
{
	rd->items--;
	rd->rich->indent = rd->items * INDENT < INDENT_MAX ? rd->items * INDENT : INDENT_MAX;
}

static const char *language_of(struct arena *a, const char *info)
{
	size_t len = 0;

	while (info &&
	       (isalnum((unsigned char)info[len]) || (info[len] && strchr("_+#.-", info[len]))))
		len++;
	return len > 0 && len <= LANGUAGE_MAX ? arena_dup(a, info, len) : NULL;
}

static void code_block(struct reader *rd, cmark_node *node)
{
	const char *text = cmark_node_get_literal(node);
	size_t len = strlen(text);

	write_bullet(rd);
	begin_block(rd, node);
	while (len > 0 && text[len - 1] == '\n')
		len--;
	rich_gap(rd->rich, 1);
	if (rich_begin(rd->rich, STYLE_PRE,
		       language_of(rd->rich->arena, cmark_node_get_fence_info(node)))) {
		rich_add(rd->rich, text, len);
		rich_end(rd->rich, STYLE_PRE);
	}
}

static void html_block(struct reader *rd, cmark_node *node)
{
	const char *text = cmark_node_get_literal(node);
	size_t len = strlen(text);

	write_bullet(rd);
	begin_block(rd, node);
	while (len > 0 && text[len - 1] == '\n')
		len--;
	rich_add(rd->rich, text, len);
}

static void thematic_break(struct reader *rd, cmark_node *node)
{
	write_bullet(rd);
	begin_block(rd, node);
	add(rd, "\xe2\x80\x94\xe2\x80\x94\xe2\x80\x94");
}

/* --- words ----------------------------------------------------------------- */

/* "[ ] " and "[x] " in front of an item's words. */
static size_t task_box(struct reader *rd, cmark_node *node, const char *text)
{
	cmark_node *paragraph = cmark_node_parent(node);
	int is_done = strncasecmp(text, "[x] ", 4) == 0;

	if (!rd->bullet || cmark_node_previous(node) || !paragraph ||
	    cmark_node_parent(paragraph) != rd->bullet ||
	    (!is_done && strncmp(text, "[ ] ", 4) != 0))
		return 0;
	add_mark(rd, is_done ? "\xe2\x98\x91 " : "\xe2\x98\x90 ");
	return 4;
}

/* The end of a ~~stretch~~ that begins at text; NULL if it does not end here. */
static const char *strike_end(const char *text)
{
	const char *end = strstr(text, "~~");

	return end && end > text && !isspace((unsigned char)*text) &&
			       !isspace((unsigned char)end[-1])
		       ? end
		       : NULL;
}

static void words(struct reader *rd, const char *text)
{
	const char *mark = strstr(text, "~~"), *end;

	while (mark) {
		end = strike_end(mark + 2);
		rich_add(rd->rich, text, (size_t)(mark - text));
		text = mark;
		if (end && rich_begin(rd->rich, STYLE_STRIKE, NULL)) {
			rich_add(rd->rich, mark + 2, (size_t)(end - mark - 2));
			rich_end(rd->rich, STYLE_STRIKE);
			text = end + 2;
		} else {
			add(rd, "~~");
			text += 2;
		}
		mark = strstr(text, "~~");
	}
	add(rd, text);
}

static void text_node(struct reader *rd, cmark_node *node)
{
	const char *text = cmark_node_get_literal(node);

	text += task_box(rd, node, text);
	write_bullet(rd);
	words(rd, text);
}

static void code_span(struct reader *rd, cmark_node *node)
{
	const char *text = cmark_node_get_literal(node);
	int is_ours;

	write_bullet(rd);
	is_ours = rich_begin(rd->rich, STYLE_CODE, NULL);
	add(rd, text);
	if (is_ours)
		rich_end(rd->rich, STYLE_CODE);
}

static int is_linkable(const char *url)
{
	static const char *const schemes[] = { "http://", "https://", "mailto:", "tg://" };
	size_t len = strlen(url);

	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
		size_t scheme = strlen(schemes[i]);

		if (len > scheme && len <= URL_MAX && strncasecmp(url, schemes[i], scheme) == 0)
			return 1;
	}
	return 0;
}

/* --- styles over children -------------------------------------------------- */

/* Whether the style began is kept at the node, for its end. */
static void begin_style(struct reader *rd, cmark_node *node, enum style style,
			const char *value)
{
	write_bullet(rd);
	cmark_node_set_user_data(node, (void *)(intptr_t)rich_begin(rd->rich, style, value));
}

static void end_style(struct reader *rd, cmark_node *node, enum style style)
{
	if (cmark_node_get_user_data(node))
		rich_end(rd->rich, style);
}

static void begin_link(struct reader *rd, cmark_node *node)
{
	const char *url = cmark_node_get_url(node);

	if (is_linkable(url))
		begin_style(rd, node, STYLE_LINK, arena_str(rd->rich->arena, url));
	if (!cmark_node_first_child(node)) {
		write_bullet(rd);
		add(rd, url);
	}
}

static void begin_styled_block(struct reader *rd, cmark_node *node, enum style style)
{
	write_bullet(rd);
	begin_block(rd, node);
	begin_style(rd, node, style, NULL);
}

static void enter(struct reader *rd, cmark_node *node)
{
	switch (cmark_node_get_type(node)) {
	case CMARK_NODE_PARAGRAPH:
		begin_block(rd, node);
		return;
	case CMARK_NODE_HEADING:
		begin_styled_block(rd, node, STYLE_BOLD);
		return;
	case CMARK_NODE_BLOCK_QUOTE:
		begin_styled_block(rd, node, STYLE_QUOTE);
		return;
	case CMARK_NODE_LIST:
		begin_list(rd, node);
		return;
	case CMARK_NODE_ITEM:
		begin_item(rd, node);
		return;
	case CMARK_NODE_EMPH:
		begin_style(rd, node, STYLE_ITALIC, NULL);
		return;
	case CMARK_NODE_STRONG:
		begin_style(rd, node, STYLE_BOLD, NULL);
		return;
	case CMARK_NODE_LINK:
	case CMARK_NODE_IMAGE:
		begin_link(rd, node);
		return;
	default:
		return;
	}
}

static void leaf(struct reader *rd, cmark_node *node)
{
	switch (cmark_node_get_type(node)) {
	case CMARK_NODE_TEXT:
		text_node(rd, node);
		return;
	case CMARK_NODE_CODE:
		code_span(rd, node);
		return;
	case CMARK_NODE_HTML_INLINE:
		write_bullet(rd);
		add(rd, cmark_node_get_literal(node));
		return;
	case CMARK_NODE_SOFTBREAK:
	case CMARK_NODE_LINEBREAK:
		rich_gap(rd->rich, 1);
		return;
	case CMARK_NODE_CODE_BLOCK:
		code_block(rd, node);
		return;
	case CMARK_NODE_HTML_BLOCK:
		html_block(rd, node);
		return;
	case CMARK_NODE_THEMATIC_BREAK:
		thematic_break(rd, node);
		return;
	default:
		return;
	}
}

static void leave(struct reader *rd, cmark_node *node)
{
	switch (cmark_node_get_type(node)) {
	case CMARK_NODE_HEADING:
	case CMARK_NODE_STRONG:
		end_style(rd, node, STYLE_BOLD);
		return;
	case CMARK_NODE_BLOCK_QUOTE:
		end_style(rd, node, STYLE_QUOTE);
		return;
	case CMARK_NODE_EMPH:
		end_style(rd, node, STYLE_ITALIC);
		return;
	case CMARK_NODE_LINK:
	case CMARK_NODE_IMAGE:
		end_style(rd, node, STYLE_LINK);
		return;
	case CMARK_NODE_ITEM:
		end_item(rd);
		return;
	case CMARK_NODE_LIST:
		end_list(rd);
		return;
	default:
		return;
	}
}

/* cmark's iterator, not recursion: nesting costs no stack. */
void markdown_read(struct rich *r, const char *markdown, size_t len)
{
	struct reader rd = { .rich = r };
	cmark_node *root = cmark_parse_document(markdown, len, CMARK_OPT_VALIDATE_UTF8);
	cmark_iter *iter;
	cmark_event_type event;

	cmark_consolidate_text_nodes(root);
	iter = cmark_iter_new(root);
	while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
		cmark_node *node = cmark_iter_get_node(iter);

		if (event == CMARK_EVENT_EXIT) {
			leave(&rd, node);
			continue;
		}
		enter(&rd, node);
		leaf(&rd, node);
	}
	cmark_iter_free(iter);
	cmark_node_free(root);
	rich_finish(r);
}

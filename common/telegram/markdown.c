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

static void begin_marked_block(struct reader *rd, cmark_node *node)
{
	write_bullet(rd);
	begin_block(rd, node);
}

static void begin_list(struct reader *rd, cmark_node *list)
{
	begin_marked_block(rd, list);
	rd->items++;
}

static void end_item(struct reader *rd, cmark_node *item)
{
	(void)item;
	write_bullet(rd);
	set_indent(rd);
}

static void end_list(struct reader *rd, cmark_node *list)
{
	(void)list;
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

/* Without the newlines at its end. */
static size_t length_of(const char *text)
{
	size_t len = strlen(text);

	while (len > 0 && text[len - 1] == '\n')
		len--;
	return len;
}

static void code_block(struct reader *rd, cmark_node *node)
{
	const char *text = cmark_node_get_literal(node);
	size_t len = length_of(text);

	begin_marked_block(rd, node);
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
	size_t len = length_of(text);

	begin_marked_block(rd, node);
	rich_add(rd->rich, text, len);
}

static void thematic_break(struct reader *rd, cmark_node *node)
{
	begin_marked_block(rd, node);
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

static void html_inline(struct reader *rd, cmark_node *node)
{
	write_bullet(rd);
	add(rd, cmark_node_get_literal(node));
}

static void line_break(struct reader *rd, cmark_node *node)
{
	(void)node;
	rich_gap(rd->rich, 1);
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

/* Which style began is kept at the node, for its end; 0: none did. */
static void begin_style(struct reader *rd, cmark_node *node, enum style style,
			const char *value)
{
	int has_begun;

	write_bullet(rd);
	has_begun = rich_begin(rd->rich, style, value);
	cmark_node_set_user_data(node, (void *)(intptr_t)(has_begun ? style + 1 : 0));
}

static void end_style(struct reader *rd, cmark_node *node)
{
	intptr_t begun = (intptr_t)cmark_node_get_user_data(node);

	if (begun)
		rich_end(rd->rich, (enum style)(begun - 1));
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

static void begin_heading(struct reader *rd, cmark_node *node)
{
	begin_marked_block(rd, node);
	begin_style(rd, node, STYLE_BOLD, NULL);
}

static void begin_quote(struct reader *rd, cmark_node *node)
{
	begin_marked_block(rd, node);
	begin_style(rd, node, STYLE_QUOTE, NULL);
}

static void begin_italic(struct reader *rd, cmark_node *node)
{
	begin_style(rd, node, STYLE_ITALIC, NULL);
}

static void begin_bold(struct reader *rd, cmark_node *node)
{
	begin_style(rd, node, STYLE_BOLD, NULL);
}

/* --- the walk -------------------------------------------------------------- */

typedef void visit_fn(struct reader *rd, cmark_node *node);

static const struct kind {
	cmark_node_type type;
	visit_fn *enter, *leave; /* before and behind its children; NULL: nothing to do */
} kinds[] = {
	{ CMARK_NODE_PARAGRAPH, begin_block, NULL },
	{ CMARK_NODE_HEADING, begin_heading, end_style },
	{ CMARK_NODE_BLOCK_QUOTE, begin_quote, end_style },
	{ CMARK_NODE_LIST, begin_list, end_list },
	{ CMARK_NODE_ITEM, begin_item, end_item },
	{ CMARK_NODE_CODE_BLOCK, code_block, NULL },
	{ CMARK_NODE_HTML_BLOCK, html_block, NULL },
	{ CMARK_NODE_THEMATIC_BREAK, thematic_break, NULL },
	{ CMARK_NODE_TEXT, text_node, NULL },
	{ CMARK_NODE_CODE, code_span, NULL },
	{ CMARK_NODE_HTML_INLINE, html_inline, NULL },
	{ CMARK_NODE_SOFTBREAK, line_break, NULL },
	{ CMARK_NODE_LINEBREAK, line_break, NULL },
	{ CMARK_NODE_EMPH, begin_italic, end_style },
	{ CMARK_NODE_STRONG, begin_bold, end_style },
	{ CMARK_NODE_LINK, begin_link, end_style },
	{ CMARK_NODE_IMAGE, begin_link, end_style },
};

static void visit(struct reader *rd, cmark_node *node, int is_left)
{
	cmark_node_type type = cmark_node_get_type(node);

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		visit_fn *fn = is_left ? kinds[i].leave : kinds[i].enter;

		if (kinds[i].type == type && fn)
			fn(rd, node);
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
	while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE)
		visit(&rd, cmark_iter_get_node(iter), event == CMARK_EVENT_EXIT);
	cmark_iter_free(iter);
	cmark_node_free(root);
	rich_finish(r);
}

/* deploy/bots.yaml -> JSON, or mistakes with their lines. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/bots/schema.h"

enum { FILE_MAX = 8 * 1024 * 1024, NESTING_MAX = 64, ANCHORS_MAX = 1000 };

/* --- what would cost too much ------------------------------------------------ */

struct census {
	int depth, anchors;
};

static void count(struct census *c, const yaml_event_t *e)
{
	switch (e->type) {
	case YAML_SEQUENCE_START_EVENT:
		c->depth++;
		c->anchors += e->data.sequence_start.anchor != NULL;
		break;
	case YAML_MAPPING_START_EVENT:
		c->depth++;
		c->anchors += e->data.mapping_start.anchor != NULL;
		break;
	case YAML_SCALAR_EVENT:
		c->anchors += e->data.scalar.anchor != NULL;
		break;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		c->depth--;
		break;
	default:
		break;
	}
}

/* The next event; 0 at the end, and where the text is no YAML any more. */
static int walk(yaml_parser_t *parser, struct census *c, int *line)
{
	yaml_event_t event;
	int goes_on;

	if (!yaml_parser_parse(parser, &event))
		return 0;
	count(c, &event);
	*line = (int)event.start_mark.line + 1;
	goes_on = event.type != YAML_STREAM_END_EVENT && event.type != YAML_DOCUMENT_END_EVENT;
	yaml_event_delete(&event);
	return goes_on;
}

/*
 * libyaml's time grows with the square of the nesting, and of the anchors, so
 * the file is walked through first, no further than it may go.
 */
static int is_affordable(const char *yaml, size_t len, struct mistakes *out)
{
	struct census c = { 0 };
	yaml_parser_t parser;
	int line = 0;

	if (!yaml_parser_initialize(&parser))
		abort();
	yaml_parser_set_input_string(&parser, (const unsigned char *)yaml, len);
	while (out->n == 0 && walk(&parser, &c, &line)) {
		if (c.depth > NESTING_MAX)
			mistake_at(out, line, "nested more than %d deep", NESTING_MAX);
		else if (c.anchors > ANCHORS_MAX)
			mistake_at(out, line, "more than %d anchors", ANCHORS_MAX);
	}
	yaml_parser_delete(&parser);
	return out->n == 0;
}

/* --- reading ------------------------------------------------------------------ */

static json_t *read_document(yaml_document_t *document, struct mistakes *out)
{
	struct reader r = { .document = document, .mistakes = out };
	yaml_node_t *top = yaml_document_get_root_node(document);
	json_t *root = NULL;

	if (top)
		root = read_map(&r, top, bots_file_fields);
	else
		mistake_at(out, 1, "the file is empty");
	if (root && out->n == 0)
		check_bots(&r, root);
	if (out->n == 0) {
		forget_lines(root);
		return root;
	}
	json_decref(root);
	return NULL;
}

json_t *bots_read_text(const char *yaml, size_t len, struct mistakes *out)
{
	yaml_parser_t parser;
	yaml_document_t document;
	json_t *root = NULL;

	*out = (struct mistakes){ 0 };
	if (!is_affordable(yaml, len, out))
		return NULL;
	if (!yaml_parser_initialize(&parser))
		abort();
	yaml_parser_set_input_string(&parser, (const unsigned char *)yaml, len);
	if (yaml_parser_load(&parser, &document)) {
		root = read_document(&document, out);
		yaml_document_delete(&document);
	} else {
		mistake_at(out, (int)parser.problem_mark.line + 1, "not YAML: %s",
			   parser.problem ? parser.problem : "unreadable");
	}
	yaml_parser_delete(&parser);
	return root;
}

json_t *bots_read(const char *path, struct mistakes *out)
{
	char block[16384];
	struct buf text = { 0 };
	FILE *file = fopen(path, "r");
	json_t *root = NULL;
	size_t n;

	*out = (struct mistakes){ 0 };
	if (!file) {
		mistake_at(out, 0, "cannot open: %s", strerror(errno));
		return NULL;
	}
	while ((n = fread(block, 1, sizeof block, file)) > 0 && text.len <= FILE_MAX)
		buf_add(&text, block, n);
	fclose(file);
	if (text.len > FILE_MAX)
		mistake_at(out, 0, "larger than %d bytes", FILE_MAX);
	else
		root = bots_read_text(buf_str(&text), text.len, out);
	buf_free(&text);
	return root;
}

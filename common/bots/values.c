/* YAML nodes -> JSON, by the tables of schema.c. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bots/scalar.h"

enum { DEPTH_MAX = 16, NODES_MAX = 100000, ALIASES_FACTOR = 10 };

#define LINE_KEY "\n" /* no key of a file can be this: names hold no newline */

void mistake_at(struct mistakes *m, int line, const char *fmt, ...)
{
	struct mistake *next;
	va_list ap;

	if (m->n == (int)(sizeof m->items / sizeof *m->items))
		return;
	next = &m->items[m->n++];
	next->line = line;
	va_start(ap, fmt);
	vsnprintf(next->text, sizeof next->text, fmt, ap);
	va_end(ap);
}

const char *mistake_told(struct arena *a, const char *path, const struct mistake *m)
{
	if (m->line == 0)
		return arena_printf(a, "%s: %s", path, m->text);
	return arena_printf(a, "%s:%d: %s", path, m->line, m->text);
}

int node_line(const yaml_node_t *node)
{
	return (int)node->start_mark.line + 1;
}

int json_line(const json_t *map)
{
	return (int)json_integer_value(json_object_get(map, LINE_KEY));
}

void forget_lines(json_t *value)
{
	const char *key;
	json_t *item;
	size_t i;

	json_object_del(value, LINE_KEY);
	json_object_foreach (value, key, item)
		forget_lines(item);
	json_array_foreach (value, i, item)
		forget_lines(item);
}

static yaml_node_t *node_at(struct reader *r, int index)
{
	return yaml_document_get_node(r->document, index);
}

static json_t *read_text(struct reader *r, yaml_node_t *node, const struct field *f)
{
	static const struct field languages[] = { { .name = "ru", .kind = FIELD_STR },
						  { .name = "en", .kind = FIELD_STR },
						  { 0 } };
	const char *both;
	json_t *text;

	if (node->type != YAML_SCALAR_NODE) {
		text = read_map(r, node, languages);
		if (text && json_object_size(text) == 1) /* its line only */
			mistake_at(r->mistakes, node_line(node), "%s has no text", f->name);
		return text;
	}
	both = scalar_words(r, node, f->name);
	return both ? json_pack("{s:s, s:s}", "ru", both, "en", both) : NULL;
}

/* --- collections ----------------------------------------------------------- */

static json_t *read_any(struct reader *r, yaml_node_t *node);

/* Plain scalars are what JSON would take them for; quoted ones are texts. */
static json_t *read_any_scalar(struct reader *r, yaml_node_t *node)
{
	const char *text = scalar_text(r, node, "the value");
	json_t *value = NULL;

	if (!text)
		return NULL;
	if (node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
		value = json_loads(text, JSON_DECODE_ANY, NULL);
	if (!value && !*text && node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
		return json_null();
	return value ? value : json_string(text);
}

static json_t *read_any_map(struct reader *r, yaml_node_t *node)
{
	json_t *map = json_object();

	for (yaml_node_pair_t *p = node->data.mapping.pairs.start;
	     p < node->data.mapping.pairs.top; p++) {
		const char *key = scalar_text(r, node_at(r, p->key), "a key");

		if (key)
			json_object_set_new(map, key, read_any(r, node_at(r, p->value)));
	}
	return map;
}

static json_t *read_any_list(struct reader *r, yaml_node_t *node)
{
	json_t *list = json_array();

	for (yaml_node_item_t *i = node->data.sequence.items.start;
	     i < node->data.sequence.items.top; i++)
		json_array_append_new(list, read_any(r, node_at(r, *i)));
	return list;
}

/* What the file holds, and then some: aliases must not multiply a small file into a large one.
 */
static int nodes_max(const struct reader *r)
{
	size_t held = (size_t)(r->document->nodes.top - r->document->nodes.start);

	return held < NODES_MAX / ALIASES_FACTOR ? (int)held * ALIASES_FACTOR : NODES_MAX;
}

/* Once it is, nothing more is read: an alias inside of what it stands for would never end. */
static int too_much(struct reader *r, yaml_node_t *node)
{
	if (r->is_too_much)
		return 1;
	if (r->depth <= DEPTH_MAX && r->nodes++ <= nodes_max(r))
		return 0;
	mistake_at(r->mistakes, node_line(node), "nested too deeply, or too much");
	r->is_too_much = 1;
	return 1;
}

static json_t *read_any(struct reader *r, yaml_node_t *node)
{
	json_t *value;

	r->depth++;
	if (too_much(r, node))
		value = NULL;
	else if (node->type == YAML_SCALAR_NODE)
		value = read_any_scalar(r, node);
	else
		value = node->type == YAML_MAPPING_NODE ? read_any_map(r, node)
							: read_any_list(r, node);
	r->depth--;
	return value ? value : json_null();
}

static json_t *read_list(struct reader *r, yaml_node_t *node, const struct field *f)
{
	static const struct field item_of_strings = { .name = "an item", .kind = FIELD_STR };
	json_t *list;

	if (node->type != YAML_SEQUENCE_NODE) {
		mistake_at(r->mistakes, node_line(node), "%s must be a list", f->name);
		return NULL;
	}
	list = json_array();
	for (yaml_node_item_t *i = node->data.sequence.items.start;
	     i < node->data.sequence.items.top; i++) {
		yaml_node_t *item = node_at(r, *i);
		json_t *value = f->sub ? read_map(r, item, f->sub)
				       : scalar_str(r, item, &item_of_strings);

		if (value)
			json_array_append_new(list, value);
	}
	if (f->required && json_array_size(list) == 0)
		mistake_at(r->mistakes, node_line(node), "%s is empty", f->name);
	return list;
}

static json_t *read_dict(struct reader *r, yaml_node_t *node, const struct field *f)
{
	static const struct field name_field = { .name = "the name", .kind = FIELD_NAME };
	json_t *list;

	if (node->type != YAML_MAPPING_NODE) {
		mistake_at(r->mistakes, node_line(node), "%s must map names to settings",
			   f->name);
		return NULL;
	}
	list = json_array();
	for (yaml_node_pair_t *p = node->data.mapping.pairs.start;
	     p < node->data.mapping.pairs.top; p++) {
		json_t *name = scalar_name(r, node_at(r, p->key), &name_field);
		json_t *value = read_map(r, node_at(r, p->value), f->sub);

		if (name && value) {
			json_object_set(value, "name", name);
			json_array_append(list, value);
		}
		json_decref(name);
		json_decref(value);
	}
	return list;
}

/* --- maps ------------------------------------------------------------------ */

static json_t *read_field(struct reader *r, yaml_node_t *node, const struct field *f)
{
	switch (f->kind) {
	case FIELD_STR:
		return scalar_str(r, node, f);
	case FIELD_NAME:
		return scalar_name(r, node, f);
	case FIELD_ENV:
		return scalar_env(r, node, f);
	case FIELD_INT:
		return scalar_int(r, node, f);
	case FIELD_BOOL:
		return scalar_bool(r, node, f);
	case FIELD_TIME:
		return scalar_time(r, node, f);
	case FIELD_TEXT:
		return read_text(r, node, f);
	case FIELD_WEEK:
		return node->type == YAML_MAPPING_NODE ? read_week(r, node)
						       : read_list(r, node, f);
	case FIELD_STRS:
	case FIELD_LIST:
		return read_list(r, node, f);
	case FIELD_ANY:
		return read_any(r, node);
	case FIELD_MAP:
		return read_map(r, node, f->sub);
	case FIELD_DICT:
		return read_dict(r, node, f);
	}
	return NULL;
}

static const struct field *field_named(const struct field *fields, const char *name)
{
	for (; fields->name; fields++)
		if (strcmp(fields->name, name) == 0)
			return fields;
	return NULL;
}

/* Letters in common at both ends: enough to find what was meant by a slip of the finger. */
static size_t likeness(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b), head = 0, tail = 0;

	while (a[head] && a[head] == b[head])
		head++;
	while (tail < la - head && tail < lb - head && a[la - 1 - tail] == b[lb - 1 - tail])
		tail++;
	return head + tail + 2 >= (la > lb ? la : lb) ? head + tail : 0;
}

static void unknown_key(struct reader *r, yaml_node_t *node, const struct field *fields,
			const char *key)
{
	const struct field *best = NULL;
	char as_env[80];

	snprintf(as_env, sizeof as_env, "%.60s_env", key);
	if (field_named(fields, as_env)) {
		mistake_at(r->mistakes, node_line(node),
			   "secrets do not belong in this file: name a variable in %s", as_env);
		return;
	}
	for (const struct field *f = fields; f->name; f++)
		if (likeness(key, f->name) > (best ? likeness(key, best->name) : 0))
			best = f;
	if (best)
		mistake_at(r->mistakes, node_line(node),
			   "unknown key '%.40s': did you mean '%s'?", key, best->name);
	else
		mistake_at(r->mistakes, node_line(node), "unknown key '%.40s'", key);
}

static void read_pair(struct reader *r, json_t *map, yaml_node_pair_t *p,
		      const struct field *fields)
{
	yaml_node_t *key_node = node_at(r, p->key);
	const char *key = scalar_text(r, key_node, "a key");
	const struct field *f = key ? field_named(fields, key) : NULL;
	json_t *value;

	if (!key)
		return;
	if (!f) {
		unknown_key(r, key_node, fields, key);
		return;
	}
	if (json_object_get(map, key))
		mistake_at(r->mistakes, node_line(key_node), "'%s' is given twice", key);
	value = read_field(r, node_at(r, p->value), f);
	json_object_set_new(map, key, value ? value : json_null()); /* given, if wrongly */
}

json_t *read_map(struct reader *r, yaml_node_t *node, const struct field *fields)
{
	json_t *map;

	if (node->type != YAML_MAPPING_NODE) {
		mistake_at(r->mistakes, node_line(node), "keys and values are expected here");
		return NULL;
	}
	if (too_much(r, node))
		return NULL;
	r->depth++;
	map = json_object();
	json_object_set_new(map, LINE_KEY, json_integer(node_line(node)));
	for (yaml_node_pair_t *p = node->data.mapping.pairs.start;
	     p < node->data.mapping.pairs.top; p++)
		read_pair(r, map, p, fields);
	for (const struct field *f = fields; f->name; f++)
		if (f->required && !json_object_get(map, f->name))
			mistake_at(r->mistakes, node_line(node), "'%s' is missing", f->name);
	r->depth--;
	return map;
}

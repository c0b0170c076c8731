#include "common/json/jread.h"

#include <stdio.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#include "common/base/utf8.h"

/* --- what only jansson refuses --------------------------------------------- */

/* Half of a pair, or a pair: both are rare, and yajl takes the one for the other. */
static int has_surrogates(const char *text, size_t len)
{
	const char *end = text + len, *p = text;

	while ((p = memchr(p, '\\', (size_t)(end - p)))) {
		if (end - p > 2 && p[1] == 'u' && (p[2] == 'd' || p[2] == 'D'))
			return 1;
		p += end - p > 1 ? 2 : 1;
	}
	return 0;
}

/* yajl takes two more characters than JSON for blanks. */
static int has_odd_blanks(const char *text, size_t len)
{
	return memchr(text, '\v', len) || memchr(text, '\f', len);
}

/* --- building ---------------------------------------------------------------- */

struct reading {
	json_t *root;
	int flags, depth, deepest;
	json_t *levels[JREAD_DEPTH]; /* borrowed: each belongs to the one around it */
	size_t name_len;
	char name[256]; /* of the value that comes next */
};

/* Takes over value.  0: give up. */
static int put(struct reading *r, json_t *value)
{
	json_t *into = r->depth > 0 ? r->levels[r->depth - 1] : NULL;

	if (!value)
		return 0;
	if (!into) {
		r->root = value;
		return 1;
	}
	if (json_is_array(into))
		return json_array_append_new(into, value) == 0;
	return json_object_setn_new_nocheck(into, r->name, r->name_len, value) == 0;
}

static int on_null(void *arg)
{
	return put(arg, json_null());
}

static int on_boolean(void *arg, int value)
{
	return put(arg, json_boolean(value));
}

static int on_integer(void *arg, long long value)
{
	return put(arg, json_integer(value));
}

static int on_double(void *arg, double value)
{
	return put(arg, json_real(value));
}

static int on_string(void *arg, const unsigned char *text, size_t len)
{
	struct reading *r = arg;

	if (!(r->flags & JREAD_NUL) && memchr(text, 0, len))
		return 0;
	return put(r, json_stringn_nocheck((const char *)text, len));
}

/* Copied, because yajl's bytes do not outlive the call. */
static int on_name(void *arg, const unsigned char *name, size_t len)
{
	struct reading *r = arg;
	json_t *object = r->levels[r->depth - 1];

	if (len > sizeof r->name || memchr(name, 0, len))
		return 0;
	if ((r->flags & JREAD_UNIQUE) && json_object_getn(object, (const char *)name, len))
		return 0;
	memcpy(r->name, name, len);
	r->name_len = len;
	return 1;
}

static int enter(struct reading *r, json_t *container)
{
	if (r->depth == r->deepest) {
		json_decref(container);
		return 0;
	}
	if (!put(r, container))
		return 0;
	r->levels[r->depth++] = container;
	return 1;
}

static int on_object(void *arg)
{
	return enter(arg, json_object());
}

static int on_array(void *arg)
{
	return enter(arg, json_array());
}

static int leave(void *arg)
{
	struct reading *r = arg;

	r->depth--;
	return 1;
}

/* --- reading ------------------------------------------------------------------ */

static int is_container(const json_t *value)
{
	return json_is_object(value) || json_is_array(value);
}

/* yajl overlooks a string without an end there. */
static int is_blank(const char *text, size_t at, size_t len)
{
	while (at < len && strchr(" \t\r\n", text[at]) && text[at])
		at++;
	return at == len;
}

static json_t *read_fast(const char *text, size_t len, int flags, int depth)
{
	static const yajl_callbacks callbacks = { .yajl_null = on_null,
						  .yajl_boolean = on_boolean,
						  .yajl_integer = on_integer,
						  .yajl_double = on_double,
						  .yajl_string = on_string,
						  .yajl_start_map = on_object,
						  .yajl_map_key = on_name,
						  .yajl_end_map = leave,
						  .yajl_start_array = on_array,
						  .yajl_end_array = leave };
	struct reading r;
	yajl_handle parser;
	int ok;

	r.root = NULL;
	r.flags = flags;
	r.depth = 0;
	r.deepest = depth;
	parser = yajl_alloc(&callbacks, NULL, &r);
	yajl_config(parser, yajl_dont_validate_strings, 1);  /* has been done */
	yajl_config(parser, yajl_allow_trailing_garbage, 1); /* is looked for below */
	ok = yajl_parse(parser, (const unsigned char *)text, len) == yajl_status_ok &&
	     is_container(r.root) && r.depth == 0 &&
	     is_blank(text, yajl_get_bytes_consumed(parser), len);
	yajl_free(parser);
	if (ok)
		return r.root;
	json_decref(r.root);
	return NULL;
}

static size_t jansson_flags(int flags)
{
	return (flags & JREAD_UNIQUE ? JSON_REJECT_DUPLICATES : 0) |
	       (flags & JREAD_NUL ? JSON_ALLOW_NUL : 0);
}

/* Counted before parsing, so that no parser has to recurse. */
static int is_deep(const char *text, size_t len, int most)
{
	int depth = 0, in_string = 0;

	for (size_t i = 0; i < len; i++) {
		if (in_string && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			in_string = !in_string;
		else if (!in_string && (text[i] == '{' || text[i] == '['))
			depth++;
		else if (!in_string && (text[i] == '}' || text[i] == ']'))
			depth--;
		if (depth > most)
			return 1;
	}
	return 0;
}

static json_t *refuse_depth(json_error_t *e)
{
	memset(e, 0, sizeof *e);
	snprintf(e->text, sizeof e->text, "nested too deeply");
	e->text[sizeof e->text - 1] = (char)json_error_stack_overflow; /* as jansson does */
	return NULL;
}

json_t *jread(const char *text, size_t len, int flags, int depth, json_error_t *e)
{
	json_t *root = NULL;

	if (((flags & JREAD_UTF8) || utf8_valid_prefix(text, len) == len) &&
	    !has_surrogates(text, len) && !has_odd_blanks(text, len))
		root = read_fast(text, len, flags, depth);
	if (root)
		return root;
	if (is_deep(text, len, depth))
		return refuse_depth(e);
	return json_loadb(text, len, jansson_flags(flags), e);
}

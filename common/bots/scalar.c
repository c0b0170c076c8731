#include "common/bots/scalar.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/utf8.h"

enum { NAME_MAX_LEN = 40 };

const char *scalar_text(struct reader *r, yaml_node_t *node, const char *what)
{
	const char *text;
	size_t len;

	if (node->type != YAML_SCALAR_NODE) {
		mistake_at(r->mistakes, node_line(node), "%s must be a single value", what);
		return NULL;
	}
	text = (const char *)node->data.scalar.value;
	len = node->data.scalar.length;
	if (utf8_valid_prefix(text, len) == len && strlen(text) == len)
		return text;
	mistake_at(r->mistakes, node_line(node), "%s is not valid text", what);
	return NULL;
}

const char *scalar_words(struct reader *r, yaml_node_t *node, const char *what)
{
	const char *text = scalar_text(r, node, what);

	if (!text || text[strspn(text, " \t\r\n")])
		return text;
	mistake_at(r->mistakes, node_line(node), "%s is empty", what);
	return NULL;
}

json_t *scalar_int(struct reader *r, yaml_node_t *node, const struct field *f)
{
	const char *text = scalar_text(r, node, f->name);
	char *end;
	long n;

	if (!text)
		return NULL;
	errno = 0;
	n = strtol(text, &end, 10);
	if (!errno && end != text && !*end && n >= f->min && n <= f->max)
		return json_integer(n);
	mistake_at(r->mistakes, node_line(node), "%s must be a whole number from %d to %d",
		   f->name, f->min, f->max);
	return NULL;
}

json_t *scalar_bool(struct reader *r, yaml_node_t *node, const struct field *f)
{
	const char *text = scalar_text(r, node, f->name);

	if (!text)
		return NULL;
	if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
		return json_boolean(*text == 't');
	mistake_at(r->mistakes, node_line(node), "%s must be true or false", f->name);
	return NULL;
}

/* "09:30"; the end of a day may be 24:00. */
json_t *scalar_time(struct reader *r, yaml_node_t *node, const struct field *f)
{
	const char *text = scalar_text(r, node, f->name);
	int hours, minutes, len = 0;

	if (!text)
		return NULL;
	if (strlen(text) == 5 && strspn(text, "0123456789:") == 5 &&
	    sscanf(text, "%2d:%2d%n", &hours, &minutes, &len) == 2 && len == 5 &&
	    hours * 60 + minutes <= 24 * 60 && minutes < 60)
		return json_string(text);
	mistake_at(r->mistakes, node_line(node), "%s must be a time such as \"09:30\"",
		   f->name);
	return NULL;
}

static int is_choice(const struct field *f, const char *text)
{
	for (const char *const *c = f->choices; c && *c; c++)
		if (strcmp(*c, text) == 0)
			return 1;
	return !f->choices;
}

static void list_choices(char *to, size_t size, const struct field *f)
{
	size_t n = 0;

	for (const char *const *c = f->choices; *c && n < size; c++)
		n += (size_t)snprintf(to + n, size - n, "%s%s", c == f->choices ? "" : ", ",
				      *c);
}

json_t *scalar_str(struct reader *r, yaml_node_t *node, const struct field *f)
{
	const char *text = scalar_words(r, node, f->name);
	char choices[120];

	if (!text)
		return NULL;
	if (is_choice(f, text))
		return json_string(text);
	list_choices(choices, sizeof choices, f);
	mistake_at(r->mistakes, node_line(node), "%s '%.40s' is none of: %s", f->name, text,
		   choices);
	return NULL;
}

json_t *scalar_name(struct reader *r, yaml_node_t *node, const struct field *f)
{
	const char *text = scalar_text(r, node, f->name);
	size_t good;

	if (!text)
		return NULL;
	good = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");
	if (good > 0 && good <= NAME_MAX_LEN && !text[good])
		return json_string(text);
	mistake_at(r->mistakes, node_line(node),
		   "%s '%.40s' must be 1 to %d of a-z, 0-9 and '-'", f->name, text,
		   NAME_MAX_LEN);
	return NULL;
}

json_t *scalar_env(struct reader *r, yaml_node_t *node, const struct field *f)
{
	const char *text = scalar_text(r, node, f->name);

	if (!text)
		return NULL;
	if (*text && !isdigit((unsigned char)*text) &&
	    !text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")])
		return json_string(text);
	/* Not shown: it may be the secret itself. */
	mistake_at(r->mistakes, node_line(node),
		   "%s must name an environment variable, such as TELEGRAM_BOT_TOKEN", f->name);
	return NULL;
}

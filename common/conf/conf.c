#include "common/conf/conf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int complain(const struct conf_item *item, const char *why)
{
	fprintf(stderr, "conf: %s: %s\n", item->env, why);
	return 1;
}

/* --- reading -------------------------------------------------------------- */

static int parse_int(const struct conf_item *item, const char *text, int *into)
{
	char range[64], *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	if (errno == EINVAL || end == text || *end)
		return complain(item, "not a number");
	if (errno == ERANGE || n < item->min || n > item->max) {
		snprintf(range, sizeof range, "must be from %d to %d", item->min, item->max);
		return complain(item, range);
	}
	*into = (int)n;
	return 0;
}

static char *trim(char *s)
{
	size_t len;

	s += strspn(s, " \t");
	len = strlen(s);
	while (len > 0 && strchr(" \t", s[len - 1]))
		s[--len] = 0;
	return s;
}

/* One allocation: the pointers, then the text they point into. */
static const char *const *parse_list(const char *text)
{
	size_t most = 2, n = 0, size = strlen(text) + 1;
	char **list, *copy, *rest;

	for (const char *p = text; *p; p++)
		most += *p == ',';
	list = malloc(most * sizeof *list + size);
	if (!list)
		abort();
	copy = rest = (char *)(list + most);
	memcpy(copy, text, size);
	for (char *item; (item = strsep(&rest, ","));) {
		item = trim(item);
		if (*item)
			list[n++] = item;
	}
	list[n] = NULL;
	return (const char *const *)list;
}

static int load_item(const struct conf_item *item, void *into)
{
	const char *text = getenv(item->env);

	if (!text || !*text)
		text = item->preset;
	if (!text)
		return complain(item, "required");
	if (item->type == CONF_LIST)
		*(const char *const **)into = parse_list(text);
	else if (item->type != CONF_INT)
		*(const char **)into = *text ? text : NULL;
	else if (*text)
		return parse_int(item, text, into);
	return 0;
}

int conf_load(const struct conf_item *items, void *into)
{
	int bad = 0;

	for (; items->env; items++)
		bad += load_item(items, (char *)into + items->offset);
	return bad;
}

void conf_free(const struct conf_item *items, void *into)
{
	for (; items->env; items++) {
		void *at = (char *)into + items->offset;

		if (items->type != CONF_LIST)
			continue;
		free(*(void **)at);
		*(void **)at = NULL;
	}
}

/* --- showing -------------------------------------------------------------- */

static void show_list(const char *const *list, FILE *out)
{
	for (const char *comma = ""; list && *list; list++, comma = ",")
		fprintf(out, "%s%s", comma, *list);
}

static void show_item(const struct conf_item *item, const void *at, FILE *out)
{
	const char *text;

	fprintf(out, "%s=", item->env);
	if (item->type == CONF_INT) {
		fprintf(out, "%d\n", *(const int *)at);
		return;
	}
	if (item->type == CONF_LIST) {
		show_list(*(const char *const *const *)at, out);
		fputc('\n', out);
		return;
	}
	text = *(const char *const *)at;
	if (item->type == CONF_SECRET)
		text = text ? "(set)" : "(not set)";
	fprintf(out, "%s\n", text ? text : "");
}

void conf_show(const struct conf_item *items, const void *from, FILE *out)
{
	for (; items->env; items++)
		show_item(items, (const char *)from + items->offset, out);
}

void conf_help(const struct conf_item *items, FILE *out)
{
	for (; items->env; items++) {
		const char *preset = items->preset;

		if (!preset)
			preset = "required";
		else if (!*preset)
			preset = "optional";
		fprintf(out, "  %s (%s): %s\n", items->env, preset,
			items->help ? items->help : "");
	}
}

/* Business hours of a bots file: weeks, zones and holidays. */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/bots/scalar.h"

static const char day_names[7][4] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };

/* --- opening hours as a week ------------------------------------------------- */

/* 1 (Monday) to 7, 0 if text[0..3) names no day. */
static int day_number(const char *text)
{
	for (int i = 0; i < 7; i++)
		if (strncmp(text, day_names[i], 3) == 0)
			return i + 1;
	return 0;
}

/* "mon", "mon-fri"; a range may pass Sunday. */
static int parse_days(const char *text, int *first, int *last)
{
	size_t len = strlen(text);

	*first = len >= 3 ? day_number(text) : 0;
	*last = len == 7 && text[3] == '-' ? day_number(text + 4) : len == 3 ? *first : 0;
	return *first > 0 && *last > 0;
}

static int is_time(const char *text)
{
	int hours = (text[0] - '0') * 10 + text[1] - '0';
	int minutes = (text[3] - '0') * 10 + text[4] - '0';

	return strspn(text, "0123456789") == 2 && text[2] == ':' &&
	       strspn(text + 3, "0123456789") >= 2 && hours * 60 + minutes <= 24 * 60 &&
	       minutes < 60;
}

/* "09:00-18:00" */
static int parse_interval(const char *text, char from[6], char to[6])
{
	if (strlen(text) != 11 || text[5] != '-' || !is_time(text) || !is_time(text + 6))
		return 0;
	memcpy(from, text, 5);
	memcpy(to, text + 6, 5);
	from[5] = to[5] = '\0';
	return 1;
}

static void add_interval(struct reader *r, json_t *list, yaml_node_t *node, int first, int last)
{
	const char *text = scalar_text(r, node, "opening hours");
	char from[6], to[6];

	if (!text)
		return;
	if (!parse_interval(text, from, to)) {
		mistake_at(r->mistakes, node_line(node),
			   "opening hours '%.20s' must be as \"09:00-18:00\"", text);
		return;
	}
	for (int day = first;; day = day % 7 + 1) {
		json_array_append_new(
			list, json_pack("{s:i, s:s, s:s}", "day", day, "from", from, "to", to));
		if (day == last)
			return;
	}
}

static void add_days(struct reader *r, json_t *list, yaml_node_pair_t *p)
{
	yaml_node_t *key = yaml_document_get_node(r->document, p->key);
	yaml_node_t *value = yaml_document_get_node(r->document, p->value);
	const char *days = scalar_text(r, key, "a day");
	int first, last;

	if (!days)
		return;
	if (!parse_days(days, &first, &last)) {
		mistake_at(r->mistakes, node_line(key),
			   "'%.20s' is no day: mon to sun, or a range such as mon-fri", days);
		return;
	}
	if (value->type == YAML_SCALAR_NODE)
		add_interval(r, list, value, first, last);
	else if (value->type == YAML_SEQUENCE_NODE)
		for (yaml_node_item_t *i = value->data.sequence.items.start;
		     i < value->data.sequence.items.top; i++)
			add_interval(r, list, yaml_document_get_node(r->document, *i), first,
				     last);
	else
		mistake_at(r->mistakes, node_line(value),
			   "opening hours must be a list such as [\"09:00-18:00\"]");
}

json_t *read_week(struct reader *r, yaml_node_t *node)
{
	json_t *list = json_array();

	for (yaml_node_pair_t *p = node->data.mapping.pairs.start;
	     p < node->data.mapping.pairs.top; p++)
		add_days(r, list, p);
	if (json_array_size(list) == 0)
		mistake_at(r->mistakes, node_line(node), "no day is open");
	return list;
}

/* --- zones and holidays ------------------------------------------------------ */

int is_holiday(const char *text)
{
	static const int lengths[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	const char *day = strlen(text) == 10 ? text + 5 : text;
	int month, n, len = 0;

	if (strspn(text, "0123456789-") != strlen(text) || (day != text && text[4] != '-'))
		return 0;
	return sscanf(day, "%2d-%2d%n", &month, &n, &len) == 2 && len == 5 && !day[5] &&
	       month >= 1 && month <= 12 && n >= 1 && n <= lengths[month - 1];
}

/* Folders and lists lie beside the zones: only a file of the format is one. */
static int is_zone_file(const char *path)
{
	FILE *in = fopen(path, "r");
	char magic[4] = "";
	size_t n = in ? fread(magic, 1, sizeof magic, in) : 0;

	if (in)
		fclose(in);
	return n == sizeof magic && memcmp(magic, "TZif", sizeof magic) == 0;
}

int is_zone(const char *name)
{
	static const char folder[] = "/usr/share/zoneinfo";
	char path[120];

	if (strlen(name) > 60 || strstr(name, "..") || *name == '/')
		return 0;
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return access(folder, R_OK) != 0 || is_zone_file(path);
}

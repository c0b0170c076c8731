#include "common/metrics/metrics.h"

#include <stdio.h>
#include <string.h>

/* Upper bounds in ms: fine where the pipeline lives, coarse where models do. */
static const double bounds[METRIC_BUCKETS] = {
	0.1, 0.2, 0.5, 1,   2,   3,    5,    7,    10,    15,
	25,  50,  100, 250, 500, 1000, 2500, 5000, 15000, 60000,
};

static struct metric *first;

static void announce(struct metric *m)
{
	struct metric **end = &first;

	if (m->known)
		return;
	while (*end)
		end = &(*end)->next;
	*end = m;
	m->known = 1;
}

void metric_add(struct metric *m, double n)
{
	announce(m);
	m->value += n;
}

void metric_set(struct metric *m, double value)
{
	announce(m);
	m->value = value;
}

void metric_observe_ms(struct metric *m, double ms)
{
	int i = 0;

	announce(m);
	while (i < METRIC_BUCKETS && ms > bounds[i])
		i++;
	m->buckets[i]++;
	m->count++;
	m->sum += ms;
}

/* --- the page ------------------------------------------------------------- */

/* name suffix {labels,extra} value */
static void print_sample(struct buf *out, const struct metric *m, const char *suffix,
			 const char *extra, double value)
{
	const char *comma = *m->labels && *extra ? "," : "";

	buf_printf(out, "%s%s", m->name, suffix);
	if (*m->labels || *extra)
		buf_printf(out, "{%s%s%s}", m->labels, comma, extra);
	buf_printf(out, " %.15g\n", value);
}

static void print_histogram(struct buf *out, const struct metric *m)
{
	char le[40];
	double total = 0;

	for (int i = 0; i < METRIC_BUCKETS; i++) {
		total += (double)m->buckets[i];
		snprintf(le, sizeof le, "le=\"%g\"", bounds[i] / 1000);
		print_sample(out, m, "_bucket", le, total);
	}
	print_sample(out, m, "_bucket", "le=\"+Inf\"", (double)m->count);
	print_sample(out, m, "_sum", "", m->sum / 1000);
	print_sample(out, m, "_count", "", (double)m->count);
}

/* Variables of one name differ in their labels and must stand together. */
static void print_family(struct buf *out, const struct metric *m)
{
	static const char *const kinds[] = { "counter", "gauge", "histogram" };
	const char *name = m->name;

	buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, m->help, name, kinds[m->kind]);
	for (; m; m = m->next) {
		if (strcmp(m->name, name) != 0)
			continue;
		if (m->kind == METRIC_HISTOGRAM)
			print_histogram(out, m);
		else
			print_sample(out, m, "", "", m->value);
	}
}

static int is_first_of_its_name(const struct metric *m)
{
	for (const struct metric *other = first; other != m; other = other->next)
		if (strcmp(other->name, m->name) == 0)
			return 0;
	return 1;
}

void metrics_print(struct buf *out)
{
	for (const struct metric *m = first; m; m = m->next)
		if (is_first_of_its_name(m))
			print_family(out, m);
}

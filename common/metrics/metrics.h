#pragma once

#include <stdint.h>

#include "common/base/buf.h"

/*
 * Counters, gauges and histograms in the Prometheus text format.  A metric is a
 * static variable that announces itself on first use, so that a module counts
 * without anybody wiring it up.  One thread only.
 *
 * `labels` is the text between the braces, fixed per variable
 * (`queue="llm",result="done"`), or "".
 */

enum metric_kind { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };
enum { METRIC_BUCKETS = 20 };

struct metric {
	const char *name, *help, *labels;
	enum metric_kind kind;
	/* private */
	int known;
	struct metric *next;
	double value;
	uint64_t buckets[METRIC_BUCKETS + 1], count;
	double sum;
};

#define METRIC(kind_, name_, labels_, help_)                                                   \
	{                                                                                      \
		.kind = (kind_), .name = (name_), .help = (help_), .labels = (labels_)         \
	}

void metric_add(struct metric *m, double n);
void metric_set(struct metric *m, double value);
void metric_observe_ms(struct metric *m, double ms); /* histograms are in seconds outside */

/* The whole page. */
void metrics_print(struct buf *out);

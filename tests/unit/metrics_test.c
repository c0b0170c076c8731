#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/metrics/metrics.h"

static struct metric llm_done =
	METRIC(METRIC_COUNTER, "t_jobs_total", "queue=\"llm\"", "Jobs done.");
static struct metric depth = METRIC(METRIC_GAUGE, "t_depth", "", "Waiting.");
static struct metric courier_done =
	METRIC(METRIC_COUNTER, "t_jobs_total", "queue=\"delivery\"", "Jobs done.");
static struct metric latency = METRIC(METRIC_HISTOGRAM, "t_seconds", "", "How long.");
static struct metric never = METRIC(METRIC_COUNTER, "t_never_total", "", "Not used.");

static char *page(struct buf *b)
{
	buf_cut(b, 0);
	metrics_print(b);
	return b->data;
}

static void metrics_of_one_name_stand_together_under_one_header(void **state)
{
	struct buf b = { 0 };

	(void)state;
	metric_add(&llm_done, 1);
	metric_set(&depth, -2.5);
	metric_add(&courier_done, 2);
	metric_add(&llm_done, 1234567890123);
	assert_non_null(strstr(page(&b), "# HELP t_jobs_total Jobs done.\n"
					 "# TYPE t_jobs_total counter\n"
					 "t_jobs_total{queue=\"llm\"} 1234567890124\n"
					 "t_jobs_total{queue=\"delivery\"} 2\n"
					 "# HELP t_depth Waiting.\n"
					 "# TYPE t_depth gauge\n"
					 "t_depth -2.5\n"));
	buf_free(&b);
}

static void histograms_are_cumulative_and_in_seconds(void **state)
{
	struct buf b = { 0 };

	(void)state;
	metric_observe_ms(&latency, 0.1);
	metric_observe_ms(&latency, 4);
	metric_observe_ms(&latency, 4);
	metric_observe_ms(&latency, 1e6);
	page(&b);
	assert_non_null(strstr(b.data, "# TYPE t_seconds histogram\n"
				       "t_seconds_bucket{le=\"0.0001\"} 1\n"));
	assert_non_null(strstr(b.data, "t_seconds_bucket{le=\"0.003\"} 1\n"
				       "t_seconds_bucket{le=\"0.005\"} 3\n"));
	assert_non_null(strstr(b.data, "t_seconds_bucket{le=\"60\"} 3\n"
				       "t_seconds_bucket{le=\"+Inf\"} 4\n"
				       "t_seconds_sum 1000.0081\n"
				       "t_seconds_count 4\n"));
	buf_free(&b);
}

static void what_was_never_used_is_not_printed(void **state)
{
	struct buf b = { 0 };

	(void)state;
	assert_null(strstr(page(&b), "t_never_total"));
	metric_add(&never, 0);
	assert_non_null(strstr(page(&b), "t_never_total 0\n"));
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(metrics_of_one_name_stand_together_under_one_header),
		cmocka_unit_test(histograms_are_cumulative_and_in_seconds),
		cmocka_unit_test(what_was_never_used_is_not_printed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

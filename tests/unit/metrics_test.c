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
static struct metric asked = METRIC(METRIC_GAUGE, "t_asked", "", "Asked when printed.");
static struct metric latency = METRIC(METRIC_HISTOGRAM, "t_seconds", "", "How long.");
static struct metric never = METRIC(METRIC_COUNTER, "t_never_total", "", "Not used.");

static char *page(struct buf *b)
{
	buf_cut(b, 0);
	metrics_print(b);
	return b->data;
}

static double seven(void *arg)
{
	return *(double *)arg;
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

static void gauges_can_be_asked_when_the_page_is_made(void **state)
{
	double value = 7;
	struct buf b = { 0 };

	(void)state;
	metric_gauge_fn(&asked, seven, &value);
	assert_non_null(strstr(page(&b), "\nt_asked 7\n"));
	value = 8;
	assert_non_null(strstr(page(&b), "\nt_asked 8\n"));
	metric_gauge_fn(&asked, NULL, NULL);
	metric_set(&asked, 9);
	assert_non_null(strstr(page(&b), "\nt_asked 9\n"));
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

static void quantiles_are_interpolated_within_a_bucket(void **state)
{
	static struct metric m = METRIC(METRIC_HISTOGRAM, "t_quantile_seconds", "", "");

	(void)state;
	assert_true(metric_quantile_ms(&m, 0.5) == 0);
	for (int i = 0; i < 100; i++)
		metric_observe_ms(&m, 4); /* the bucket from 3 to 5 */
	assert_true(metric_quantile_ms(&m, 0.5) == 4);
	assert_true(metric_quantile_ms(&m, 1) == 5);
	for (int i = 0; i < 100; i++)
		metric_observe_ms(&m, 1e9); /* beyond every bucket */
	assert_true(metric_quantile_ms(&m, 0.99) == 60000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(metrics_of_one_name_stand_together_under_one_header),
		cmocka_unit_test(gauges_can_be_asked_when_the_page_is_made),
		cmocka_unit_test(histograms_are_cumulative_and_in_seconds),
		cmocka_unit_test(what_was_never_used_is_not_printed),
		cmocka_unit_test(quantiles_are_interpolated_within_a_bucket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

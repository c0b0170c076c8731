#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "services/ingress/buckets.h"

static const struct limit limit = { .per_minute = 60, .burst = 3 };

static void a_burst_passes_then_one_per_interval(void **state)
{
	struct limits *l = limits_open(0);
	int64_t now = 1000;

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(limits_take(l, LIMIT_CHAT, "a", &limit, now), 0);
	assert_int_equal(limits_take(l, LIMIT_CHAT, "a", &limit, now), 1000);
	assert_int_equal(limits_take(l, LIMIT_CHAT, "a", &limit, now + 400), 600);
	assert_int_equal(limits_take(l, LIMIT_CHAT, "a", &limit, now + 1000), 0);
	assert_true(limits_take(l, LIMIT_CHAT, "a", &limit, now + 1000) > 0);
	limits_close(l);
}

static void a_long_rest_fills_the_bucket_no_further_than_the_burst(void **state)
{
	struct limits *l = limits_open(0);
	int passed = 0;

	(void)state;
	limits_take(l, LIMIT_CHAT, "a", &limit, 0);
	for (int i = 0; i < 10; i++)
		passed += limits_take(l, LIMIT_CHAT, "a", &limit, 86400000) == 0;
	assert_int_equal(passed, 3);
	limits_close(l);
}

static void keys_and_kinds_do_not_share(void **state)
{
	struct limit one = { .per_minute = 1, .burst = 1 };
	struct limits *l = limits_open(0);

	(void)state;
	assert_int_equal(limits_take(l, LIMIT_CHAT, "a", &one, 0), 0);
	assert_int_equal(limits_take(l, LIMIT_CHAT, "b", &one, 0), 0);
	assert_int_equal(limits_take(l, LIMIT_NOTICE, "a", &one, 0), 0);
	assert_int_equal(limits_take(l, LIMIT_CHAT, "a", &one, 0), 60000);
	limits_close(l);
}

static void time_that_goes_back_gives_nothing(void **state)
{
	struct limit one = { .per_minute = 1, .burst = 1 };
	struct limits *l = limits_open(0);

	(void)state;
	assert_int_equal(limits_take(l, LIMIT_CHAT, "a", &one, 100000), 0);
	assert_true(limits_take(l, LIMIT_CHAT, "a", &one, 5) > 0);
	limits_close(l);
}

static void a_full_table_forgets_who_was_quiet_for_longest(void **state)
{
	struct limit one = { .per_minute = 1, .burst = 1 };
	struct limits *l = limits_open(100);
	char key[16];

	(void)state;
	assert_int_equal(limits_take(l, LIMIT_CHAT, "loud", &one, 0), 0);
	for (int i = 0; i < 1000; i++) {
		snprintf(key, sizeof key, "k%d", i);
		assert_int_equal(limits_take(l, LIMIT_CHAT, key, &one, 0), 0);
		assert_true(limits_take(l, LIMIT_CHAT, "loud", &one, 0) > 0);
	}
	assert_int_equal(limits_take(l, LIMIT_CHAT, "k0", &one, 0), 0); /* forgotten: anew */
	assert_true(limits_take(l, LIMIT_CHAT, "k999", &one, 0) > 0);
	limits_close(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_burst_passes_then_one_per_interval),
		cmocka_unit_test(a_long_rest_fills_the_bucket_no_further_than_the_burst),
		cmocka_unit_test(keys_and_kinds_do_not_share),
		cmocka_unit_test(time_that_goes_back_gives_nothing),
		cmocka_unit_test(a_full_table_forgets_who_was_quiet_for_longest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

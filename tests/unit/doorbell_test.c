#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/jobs/jobs.h"

static void a_doorbell_names_its_job(void **state)
{
	struct doorbell bell;
	struct err e;

	(void)state;
	assert_int_equal(doorbell_parse(&bell,
					"v=1 job=12 kind=1 conversation=3 wait=600 "
					"trace=ab new=1",
					&e),
			 0);
	assert_int_equal(bell.job, 12);
	assert_int_equal(bell.conversation, 3);
	assert_int_equal(bell.wait_ms, 600);
	assert_int_equal(bell.kind, 1);
	assert_string_equal(bell.trace, "ab");
	assert_int_equal(
		doorbell_parse(&bell, "v=1 job=1 kind=0 conversation=0 wait=0 trace=", &e), 0);
	assert_string_equal(bell.trace, "");
}

static void what_is_no_doorbell_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"x",
		"{\"v\":1,\"job\":12}",
		"v=1",
		"v=2 job=1 kind=1 conversation=3 wait=0 trace=ab",
		"v=1 job=0 kind=1 conversation=3 wait=0 trace=ab",
		"v=1 job=-1 kind=1 conversation=3 wait=0 trace=ab",
		"v=1 job=x kind=1 conversation=3 wait=0 trace=ab",
		"v=1 job=12kind=1 conversation=3 wait=0 trace=ab",
		"v=1 job=12 kind=4294967297 conversation=3 wait=0 trace=ab",
		"v=1 job=12 kind=1 conversation=3 wait=-1 trace=ab",
		"v=1 job=12 kind=1 wait=0 trace=ab",
		"v=1 job=12 kind=1 conversation=3 wait=0 ",
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct doorbell bell;
		struct err e;

		assert_int_equal(doorbell_parse(&bell, bad[i], &e), -1);
		assert_int_equal(e.kind, ERR_PERM);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_doorbell_names_its_job),
		cmocka_unit_test(what_is_no_doorbell_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "services/ingress/origin.h"

static void origins_match_entries(void **state)
{
	static const struct {
		const char *entry, *origin;
		int matches;
	} cases[] = {
		{ "*", "https://shop.example", 1 },
		{ "https://shop.example", "https://shop.example", 1 },
		{ "https://shop.example", "https://SHOP.example", 1 },
		{ "https://shop.example", "http://shop.example", 0 },
		{ "https://shop.example", "https://shop.example:8443", 0 },
		{ "https://shop.example", "https://shop.example.evil", 0 },
		{ "https://*.shop.example", "https://www.shop.example", 1 },
		{ "https://*.shop.example", "https://a.b.shop.example", 1 },
		{ "https://*.shop.example", "https://shop.example", 0 },
		{ "https://*.shop.example", "https://evilshop.example", 0 },
		{ "https://*.shop.example", "http://www.shop.example", 0 },
		{ "https://*.shop.example", "https://.shop.example", 0 },
		{ "https://shop.example", "null", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(origin_matches(cases[i].entry, cases[i].origin),
				 cases[i].matches);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(origins_match_entries) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

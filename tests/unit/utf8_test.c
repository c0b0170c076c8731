#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/utf8.h"

static void valid_prefix_ends_at_the_first_bad_byte(void **state)
{
	static const struct {
		const char *bytes;
		size_t len, valid;
	} cases[] = {
		{ "", 0, 0 },
		{ "abc", 3, 3 },
		{ "\xd0\xbf\xd1", 3, 2 },     /* cut */
		{ "a\xc0\x80", 3, 1 },        /* overlong */
		{ "a\xed\xa0\x80", 4, 1 },    /* surrogate */
		{ "\xf4\x8f\xbf\xbf", 4, 4 }, /* U+10FFFF */
		{ "\xf4\x90\x80\x80", 4, 0 }, /* beyond */
		{ "\xe0\x9f\xbf", 3, 0 },     /* overlong */
		{ "x\0y", 3, 3 },             /* U+0000 is valid UTF-8 */
		{ "\xf0\x9f\x98\x80\xff", 5, 4 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(utf8_valid_prefix(cases[i].bytes, cases[i].len),
				 cases[i].valid);
}

static void clean_replaces_what_postgresql_refuses(void **state)
{
	char to[32];

	(void)state;
	assert_int_equal(utf8_clean(to, "a\0b\xff", 4), 8);
	assert_string_equal(to, "a\xef\xbf\xbd"
				"b\xef\xbf\xbd");
}

static void lengths_and_cuts(void **state)
{
	static const char text[] = "a\xd0\xbf\xf0\x9f\x98\x80";

	(void)state;
	assert_int_equal(utf8_utf16_units(text, sizeof text - 1), 4);
	assert_int_equal(utf8_floor(text, sizeof text - 1, 6), 3);
	assert_int_equal(utf8_floor(text, sizeof text - 1, 2), 1);
	assert_int_equal(utf8_floor(text, sizeof text - 1, 99), 7);
}

static void code_points_survive_a_round_trip(void **state)
{
	static const uint32_t codes[] = {
		1, 0x7f, 0x80, 0x7ff, 0x800, 0xffff, 0x10000, 0x10ffff
	};

	(void)state;
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
		char bytes[4];
		size_t len = utf8_put(bytes, codes[i]), at = 0;

		assert_int_equal(utf8_next(bytes, len, &at), codes[i]);
		assert_int_equal(at, len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid_prefix_ends_at_the_first_bad_byte),
		cmocka_unit_test(clean_replaces_what_postgresql_refuses),
		cmocka_unit_test(lengths_and_cuts),
		cmocka_unit_test(code_points_survive_a_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

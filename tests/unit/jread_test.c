/* jread() says what jansson says, whoever of the two has read it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/json/jread.h"

static const char *const texts[] = {
	"{}",
	"[]",
	" {\"a\" : [1, -2, 3.5, 1e3, true, false, null, \"x\"] , \"b\":{\"c\":{}}}\n",
	"{\"a\":\"\\u0416\\n\\\"\\/\\u00e9 \\ud83d\\ude00\"}",
	"{\"a\":\"Жд \xf0\x9f\x98\x80\"}",
	"{\"a\":1,\"a\":2}",
	"{\"a\":{\"a\":1},\"b\":{\"a\":1}}",
	"{\"\":\"\"}",
	"{\"\\u0041\":1,\"A\":2}",
	"[9223372036854775807,-9223372036854775808]",
	"[9223372036854775808]",
	"[1e999]",
	"[1e-999]",
	"[01]",
	"[-]",
	"[-0, 0.0, -0.0]",
	"[1.]",
	"[.5]",
	"[+1]",
	"\"a\"",
	"1",
	"null",
	"",
	" ",
	"{",
	"[1,]",
	"{\"a\":}",
	"{\"a\" 1}",
	"{a:1}",
	"{'a':1}",
	"[NaN]",
	"[Infinity]",
	"[tru]",
	"{} {}",
	"{}x",
	"[1 2]",
	"[1,\v2]",
	"[1\f]",
	"{}\"",
	"[[],\"\\\\\"]\":",
	"{} tru",
	"[\"\\ud800\"]",
	"[\"\\udc00\\ud800\"]",
	"[\"\\\\ud800\"]",
	"[\"\\x\"]",
	"[\"\\u12\"]",
	"[\"\\u0000\"]",
	"{\"\\u0000\":1}",
	"[\"a\tb\"]",
	"[\"\x80\"]",
	"[\"\xc0\xaf\"]",
	"[\"\xed\xa0\x80\"]",
	"[\"\xf4\x90\x80\x80\"]",
	"// a\n{}",
	"/* a */{}",
	"\xef\xbb\xbf{}",
};

static void assert_same(const char *text, size_t len, int flags, size_t jansson)
{
	json_error_t e;
	json_auto_t *theirs = json_loadb(text, len, jansson, &e);
	json_auto_t *ours = jread(text, len, flags, JREAD_DEPTH, &e);

	if (!theirs != !ours || (ours && !json_equal(ours, theirs)))
		fail_msg("with flags %d: %s", flags, text);
}

static void all_texts_are_read_alike(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		size_t len = strlen(texts[i]);

		assert_same(texts[i], len, 0, 0);
		assert_same(texts[i], len, JREAD_UNIQUE, JSON_REJECT_DUPLICATES);
		assert_same(texts[i], len, JREAD_NUL, JSON_ALLOW_NUL);
	}
	assert_same("[\"a\0b\"]", 7, JREAD_NUL, JSON_ALLOW_NUL);
	assert_same("[1]\0", 4, 0, 0);
}

/* Cut anywhere, a text is refused by both. */
static void every_beginning_is_read_alike(void **state)
{
	static const char text[] =
		"{\"update_id\":7,\"message\":{\"text\":\"\\u0416\",\"a\":[1,{\"b\":2.5}]}}";

	(void)state;
	for (size_t len = 0; len < sizeof text; len++)
		assert_same(text, len, 0, 0);
}

static void long_names_do_not_matter(void **state)
{
	char text[400];

	(void)state;
	for (size_t len = 255; len < 259; len++) {
		size_t n = (size_t)snprintf(text, sizeof text, "{\"%0*d\":\"x\"}", (int)len, 0);

		assert_same(text, n, 0, 0);
		assert_same(text, n, JREAD_UNIQUE, JSON_REJECT_DUPLICATES);
	}
}

static void what_is_too_deep_is_refused_whoever_would_read_it(void **state)
{
	char text[400];

	(void)state;
	for (int depth = 1; depth <= JREAD_DEPTH; depth++) {
		size_t n = (size_t)snprintf(
			text, sizeof text, "%.*s\"\\ud83d\\ude00\"%.*s", depth,
			"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
			depth,
			"]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]");
		for (size_t from = 0; from < 2; from++) { /* with a pair, and without */
			json_error_t e;
			json_auto_t *fits = jread(text, n, 0, depth, &e);

			assert_non_null(fits);
			assert_null(jread(text, n, 0, depth - 1, &e));
			assert_int_equal(json_error_code(&e), json_error_stack_overflow);
			memset(text + depth + 1, 'x', 12);
		}
	}
}

static void a_mistake_has_its_line(void **state)
{
	static const char text[] = "{\"a\":1,\n\"b\":oops}";
	json_error_t e;

	(void)state;
	assert_null(jread(text, strlen(text), 0, JREAD_DEPTH, &e));
	assert_int_equal(e.line, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_texts_are_read_alike),
		cmocka_unit_test(every_beginning_is_read_alike),
		cmocka_unit_test(long_names_do_not_matter),
		cmocka_unit_test(what_is_too_deep_is_refused_whoever_would_read_it),
		cmocka_unit_test(a_mistake_has_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

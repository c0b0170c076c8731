#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/crypto/password.h"

static void what_was_made_is_recognised(void **state)
{
	char kept[PASSWORD_TEXT], again[PASSWORD_TEXT];

	(void)state;
	password_make(kept, "correct horse battery");
	password_make(again, "correct horse battery");
	assert_memory_equal(kept, "$scrypt$ln=15,r=8,p=3$", 22);
	assert_null(strstr(kept, "horse"));
	assert_string_not_equal(kept, again); /* each has a salt of its own */
	assert_true(password_matches(kept, "correct horse battery"));
	assert_false(password_matches(kept, "correct horse batterz"));
	assert_false(password_matches(kept, ""));
}

/* Made by Python's hashlib.scrypt with a salt of zeros. */
static void other_parameters_are_understood(void **state)
{
	static const char kept[] = "$scrypt$ln=4,r=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
				   "L6s7g1TgPZYzCSXxDWATNZG9O-4awHkMlZhLx49VBAw";

	(void)state;
	assert_true(password_matches(kept, "password"));
	assert_false(password_matches(kept, "Password"));
}

static void damaged_texts_match_nothing(void **state)
{
	static const char *const damaged[] = {
		"",
		"password",
		"$scrypt$",
		"$scrypt$ln=4,r=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$",
		"$scrypt$ln=0,r=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$L6s7g1TgPZYzCSXxDWATNZG9O-"
		"4awHkMlZhLx49VBAw",
		"$scrypt$ln=99,r=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$L6s7g1TgPZYzCSXxDWATNZG9O-"
		"4awHkMlZhLx49VBAw",
		"$scrypt$ln=4,r=1,p=1$AAAA$L6s7g1TgPZYzCSXxDWATNZG9O-4awHkMlZhLx49VBAw",
		"$scrypt$ln=4,r=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$L6s7g1TgPZYzCSXxDWATNZG9O-"
		"4awHkMlZhLx49VBAwx",
	};

	(void)state;
	assert_false(password_matches(NULL, "password"));
	for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++)
		assert_false(password_matches(damaged[i], "password"));
}

static void passwords_that_anybody_would_guess_are_refused(void **state)
{
	char longest[PASSWORD_MAX + 2];

	(void)state;
	memset(longest, 'x', sizeof longest);
	longest[0] = 'y';
	longest[PASSWORD_MAX + 1] = 0;
	assert_false(password_is_fair(longest, "ann"));
	longest[PASSWORD_MAX] = 0;
	assert_true(password_is_fair(longest, "ann"));
	assert_true(password_is_fair("пароль-с-кодом", "ann"));
	assert_false(password_is_fair("", "ann"));
	assert_false(password_is_fair("short", "ann"));
	assert_false(password_is_fair("aaaaaaaaaaaaaa", "ann"));
	assert_false(password_is_fair("Anastasia-2026", "anastasia-2026"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_made_is_recognised),
		cmocka_unit_test(other_parameters_are_understood),
		cmocka_unit_test(damaged_texts_match_nothing),
		cmocka_unit_test(passwords_that_anybody_would_guess_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

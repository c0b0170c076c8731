#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/i18n/i18n.h"

static void every_text_exists_in_both_languages(void **state)
{
	(void)state;
	for (int id = 0; id < TEXT_COUNT; id++) {
		const char *ru = i18n_text(id, "ru"), *en = i18n_text(id, "en");

		assert_true(ru && *ru && en && *en);
		assert_string_equal(i18n_detect(ru, "en"), "ru");
		assert_string_equal(i18n_detect(en, NULL), "en");
		/* the same numbers go into both */
		assert_int_equal(strstr(ru, "%d") != NULL, strstr(en, "%d") != NULL);
	}
}

static void languages_are_understood(void **state)
{
	static const struct {
		const char *tag, *lang;
	} cases[] = { { "ru", "ru" }, { "ru-RU", "ru" }, { "RU_ru", "ru" }, { "uk", "ru" },
		      { "kk", "ru" }, { "en", "en" },    { "de", "en" },    { "rue", "en" },
		      { "", "en" },   { NULL, "en" } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(i18n_lang(cases[i].tag), cases[i].lang);
}

static void letters_tell_the_language(void **state)
{
	(void)state;
	assert_string_equal(i18n_detect("Сколько стоит?", "en"), "ru");
	assert_string_equal(i18n_detect("How much?", "ru"), "en");
	assert_string_equal(i18n_detect("Куртка Fjord есть?", "en"), "ru");
	assert_string_equal(i18n_detect("42 + 1 = ?", "ru"), "ru");
	assert_null(i18n_detect("😀", NULL));
}

/* What operators ask for is seldom in anybody's language. */
static void names_and_addresses_show_no_language(void **state)
{
	static const char *const none[] = {
		"ivan.petrov@mail.ru",
		"https://shop.example/how-is-it",
		"iPhone 15 Pro",
		"The North Face",
		"ok",
		"A-17/25",
		"+7 999 123-45-67",
		"",
		"Visa",
	};
	static const char *const english[] = { "Hello", "Where is my order #17?", "thanks!",
					       "don’t", "How do I pay with Visa?" };
	static const char *const russian[] = { "моя почта ivan.the.great@mail.com",
					       "да, iPhone Pro Max", "Чек" };

	(void)state;
	for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
		assert_null(i18n_shown(none[i]));
		assert_string_equal(i18n_detect(none[i], "ru"), "ru");
	}
	for (size_t i = 0; i < sizeof english / sizeof *english; i++)
		assert_string_equal(i18n_shown(english[i]), "en");
	for (size_t i = 0; i < sizeof russian / sizeof *russian; i++)
		assert_string_equal(i18n_shown(russian[i]), "ru");
	assert_string_equal(i18n_detect("Zelt", NULL), "en");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_text_exists_in_both_languages),
		cmocka_unit_test(languages_are_understood),
		cmocka_unit_test(letters_tell_the_language),
		cmocka_unit_test(names_and_addresses_show_no_language),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

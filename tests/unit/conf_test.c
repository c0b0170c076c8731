#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/conf/conf.h"

struct sample {
	const char *url, *note, *secret;
	int window;
	const char *const *proxies;
};

static const struct conf_item items[] = {
	{ "T_URL", CONF_STR, CONF_AT(struct sample, url), NULL, .help = "where" },
	{ "T_NOTE", CONF_STR, CONF_AT(struct sample, note), "", .help = "what" },
	{ "T_SECRET", CONF_SECRET, CONF_AT(struct sample, secret), "", .help = "hush" },
	{ "T_WINDOW", CONF_INT, CONF_AT(struct sample, window), "8", 1, 256, "how many" },
	{ "T_PROXIES", CONF_LIST, CONF_AT(struct sample, proxies), "127.0.0.1", .help = "who" },
	{ 0 },
};

static int forget_everything(void **state)
{
	(void)state;
	for (const struct conf_item *i = items; i->env; i++)
		unsetenv(i->env);
	return 0;
}

static char *shown(void (*show)(FILE *out, const struct sample *), const struct sample *s)
{
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	show(out, s);
	fclose(out);
	return text;
}

static void presets_fill_in_what_the_environment_leaves_out(void **state)
{
	struct sample s = { 0 };

	(void)state;
	setenv("T_URL", "redis://x", 1);
	setenv("T_WINDOW", "", 1); /* empty is as good as absent */
	assert_int_equal(conf_load(items, &s), 0);
	assert_string_equal(s.url, "redis://x");
	assert_null(s.note);
	assert_null(s.secret);
	assert_int_equal(s.window, 8);
	assert_string_equal(s.proxies[0], "127.0.0.1");
	assert_null(s.proxies[1]);
	conf_free(items, &s);
	assert_null(s.proxies);
}

static void every_mistake_is_counted(void **state)
{
	static const struct {
		const char *url, *window;
		int bad;
	} cases[] = {
		{ "u", "1", 0 },
		{ "u", "256", 0 },
		{ "u", "0", 1 },
		{ "u", "257", 1 },
		{ "u", "eight", 1 },
		{ "u", "8 ", 1 },
		{ "u", "99999999999999999999", 1 },
		{ "", "8", 1 },
		{ "", "x", 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct sample s = { 0 };

		setenv("T_URL", cases[i].url, 1);
		setenv("T_WINDOW", cases[i].window, 1);
		assert_int_equal(conf_load(items, &s), cases[i].bad);
		conf_free(items, &s);
	}
}

static void lists_are_split_at_commas_and_trimmed(void **state)
{
	static const struct {
		const char *text, *want[4];
	} cases[] = {
		{ "a", { "a" } },
		{ "a,b,c", { "a", "b", "c" } },
		{ " a , b\t", { "a", "b" } },
		{ ",,a,,", { "a" } },
		{ " , ", { NULL } },
	};

	(void)state;
	setenv("T_URL", "u", 1);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct sample s = { 0 };
		size_t n = 0;

		setenv("T_PROXIES", cases[i].text, 1);
		assert_int_equal(conf_load(items, &s), 0);
		for (; cases[i].want[n]; n++)
			assert_string_equal(s.proxies[n], cases[i].want[n]);
		assert_null(s.proxies[n]);
		conf_free(items, &s);
	}
}

static void show(FILE *out, const struct sample *s)
{
	conf_show(items, s, out);
}

static void secrets_are_never_shown(void **state)
{
	struct sample s = { 0 };
	char *text;

	(void)state;
	setenv("T_URL", "u", 1);
	setenv("T_SECRET", "open sesame", 1);
	setenv("T_PROXIES", "a,b", 1);
	assert_int_equal(conf_load(items, &s), 0);
	text = shown(show, &s);
	assert_string_equal(text,
			    "T_URL=u\nT_NOTE=\nT_SECRET=(set)\nT_WINDOW=8\nT_PROXIES=a,b\n");
	free(text);
	conf_free(items, &s);
}

static void help(FILE *out, const struct sample *s)
{
	(void)s;
	conf_help(items, out);
}

static void help_names_presets_and_what_is_required(void **state)
{
	char *text = shown(help, NULL);

	(void)state;
	assert_non_null(strstr(text, "T_URL (required): where\n"));
	assert_non_null(strstr(text, "T_NOTE (optional): what\n"));
	assert_non_null(strstr(text, "T_WINDOW (8): how many\n"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(presets_fill_in_what_the_environment_leaves_out,
				       forget_everything),
		cmocka_unit_test_setup(every_mistake_is_counted, forget_everything),
		cmocka_unit_test_setup(lists_are_split_at_commas_and_trimmed,
				       forget_everything),
		cmocka_unit_test_setup(secrets_are_never_shown, forget_everything),
		cmocka_unit_test_setup(help_names_presets_and_what_is_required,
				       forget_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

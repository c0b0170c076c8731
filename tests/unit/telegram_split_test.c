/* Answers of any length and kind become messages of a size that Telegram takes. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/buf.h"
#include "common/base/utf8.h"
#include "common/telegram/telegram.h"

/* Tags nest, entities are whole; returns the number of tags. */
static int check_tags(const char *html)
{
	char open[64][16];
	int depth = 0, tags = 0;

	for (const char *p = html; *p; p++) {
		if (*p == '&')
			assert_non_null(memchr(p, ';', strnlen(p, 7)));
		assert_int_not_equal(*p, '>');
		if (*p != '<')
			continue;
		if (p[1] == '/') {
			size_t len = strcspn(p + 2, ">");

			assert_true(depth > 0 && strlen(open[depth - 1]) == len &&
				    strncmp(open[--depth], p + 2, len) == 0);
		} else {
			assert_true(depth < 60);
			snprintf(open[depth++], sizeof *open, "%.*s", (int)strcspn(p + 1, " >"),
				 p + 1);
			tags += strncmp(p, "<code class", 11) != 0;
		}
		p = strchr(p, '>');
		assert_non_null(p);
	}
	assert_int_equal(depth, 0);
	return tags;
}

static size_t characters(const char *text, size_t len)
{
	size_t at = 0, n = 0;

	for (; at < len; n++)
		utf8_next(text, len, &at);
	return n;
}

static void check_part(const struct telegram_part *part)
{
	size_t len = strlen(part->plain);

	assert_int_equal(utf8_valid_prefix(part->html, strlen(part->html)), strlen(part->html));
	assert_int_equal(utf8_valid_prefix(part->plain, len), len);
	assert_true(utf8_utf16_units(part->plain, len) <= 4096);
	assert_true(characters(part->plain, len) <= 4096);
	assert_true(strlen(part->html) <= 32768);
	assert_true(check_tags(part->html) <= 100);
	assert_true(strspn(part->plain, " \n\t") < len);
	assert_null(strchr(" \n\t", part->plain[len - 1]));
}

static void add_words(struct buf *out, const char *text)
{
	for (; *text; text++)
		if (!strchr(" \n\t", *text))
			buf_putc(out, *text);
}

static void check_parts(const struct telegram_parts *parts, const char *words)
{
	struct buf all = { 0 };

	for (int i = 0; i < parts->n; i++) {
		check_part(&parts->items[i]);
		add_words(&all, parts->items[i].plain);
	}
	if (words)
		assert_string_equal(buf_str(&all), words);
	buf_free(&all);
}

static void check_text(const char *markdown, const char *unit, int times)
{
	struct telegram_parts parts;
	struct buf text = { 0 }, words = { 0 };
	struct arena a = { 0 };

	for (int i = 0; i < times; i++) {
		buf_puts(&text, markdown);
		add_words(&words, unit);
	}
	telegram_render(&parts, &a, buf_str(&text));
	assert_true(parts.n > 1);
	check_parts(&parts, unit[0] ? buf_str(&words) : NULL);
	buf_free(&text);
	buf_free(&words);
	arena_free(&a);
}

static void long_texts_are_divided_and_nothing_is_lost(void **state)
{
	(void)state;
	check_text("word ", "word", 3000);
	check_text("\xd0\xb9", "\xd0\xb9", 9000);
	check_text("<", "<", 9000);
	check_text("\xf0\x9f\x91\x8d", "\xf0\x9f\x91\x8d", 5000);
	check_text("**b** ", "b", 500);
	check_text("**b *i `c`*** ", "bic", 200);
	check_text(
		"[t](https://example.org/a/rather/long/address?with=parameters&more=of-them) ",
		"t", 500);
	check_text("paragraph of some words\n\n", "paragraph of some words", 400);
	check_text("> quoted\n", "quoted", 900);
	check_text("- item\n", "\xe2\x80\xa2 item", 900);
}

static void cuts_are_made_between_paragraphs_if_there_are_any(void **state)
{
	struct telegram_parts parts;
	struct arena a = { 0 };
	char text[6001];

	(void)state;
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = 0;
	memcpy(text + 3000, "\n\n", 2);
	memcpy(text + 3500, "\n", 1);
	memcpy(text + 4000, " ", 1);
	telegram_render(&parts, &a, text);
	assert_int_equal(parts.n, 2);
	assert_int_equal(strlen(parts.items[0].plain), 3000);
	arena_free(&a);
}

static void code_is_closed_and_opened_again_with_its_language(void **state)
{
	struct telegram_parts parts;
	struct buf text = { 0 };
	struct arena a = { 0 };

	(void)state;
	buf_puts(&text, "```python\n");
	for (int i = 0; i < 600; i++)
		buf_printf(&text, "    line = %d\n", i);
	buf_puts(&text, "```\nend");
	telegram_render(&parts, &a, buf_str(&text));
	assert_true(parts.n > 1);
	check_parts(&parts, NULL);
	for (int i = 0; i < parts.n; i++)
		assert_int_equal(
			strncmp(parts.items[i].html,
				"<pre><code class=\"language-python\">    line = ", 46),
			0);
	buf_free(&text);
	arena_free(&a);
}

/* A family of four is one character to those who see it. */
static void graphemes_are_not_torn(void **state)
{
	static const char family[] = "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d"
				     "\xf0\x9f\x91\xa7\xe2\x80\x8d\xf0\x9f\x91\xa6";
	struct telegram_parts parts;
	struct buf text = { 0 };
	struct arena a = { 0 };

	(void)state;
	for (int i = 0; i < 1000; i++)
		buf_puts(&text, family);
	telegram_render(&parts, &a, buf_str(&text));
	assert_true(parts.n > 1);
	for (int i = 0; i < parts.n; i++)
		assert_int_equal(strlen(parts.items[i].plain) % (sizeof family - 1), 0);
	buf_free(&text);
	arena_free(&a);
}

static void a_single_grapheme_without_end_is_cut_all_the_same(void **state)
{
	struct telegram_parts parts;
	struct buf text = { 0 };
	struct arena a = { 0 };

	(void)state;
	buf_puts(&text, "a");
	for (int i = 0; i < 9000; i++)
		buf_puts(&text, "\xcc\x81");
	telegram_render(&parts, &a, buf_str(&text));
	assert_true(parts.n >= 3);
	check_parts(&parts, buf_str(&text));
	buf_free(&text);
	arena_free(&a);
}

static void nesting_without_end_is_bounded(void **state)
{
	static const char *const units[] = { "> ",
					     "- ",
					     "*",
					     "_a ",
					     "[",
					     "![",
					     "1. ",
					     "`",
					     "~~a",
					     "<",
					     "**a*",
					     "|",
					     "| a |\n|---|\n",
					     "\\",
					     "&",
					     "    " };

	(void)state;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		struct telegram_parts parts;
		struct buf text = { 0 };
		struct arena a = { 0 };

		for (int n = 0; n < 4000; n++)
			buf_puts(&text, units[i]);
		buf_puts(&text, "end");
		telegram_render(&parts, &a, buf_str(&text));
		check_parts(&parts, NULL);
		buf_free(&text);
		arena_free(&a);
	}
}

/* --- anything ----------------------------------------------------------------- */

static uint32_t dice;

static uint32_t roll(uint32_t sides)
{
	dice = dice * 1664525 + 1013904223;
	return (dice >> 8) % sides;
}

static void random_document(struct buf *out)
{
	static const char *const pieces[] = {
		"# ",
		"- ",
		"1. ",
		"> ",
		"    ",
		"- [x] ",
		"```c\n",
		"```\n",
		"`",
		"**",
		"*",
		"_",
		"~~",
		"[",
		"](",
		"https://a.b/c",
		")",
		"!",
		"<b>",
		"&amp;",
		"|",
		"|--|\n",
		"\n",
		"\n\n",
		" ",
		"word",
		"\xd1\x91",
		"\xf0\x9f\x87\xb7",
		"\xe2\x80\x8d",
		"\xff",
		"\xc3",
		"\x01",
		"e\xcc\x81",
		"\xe2\x80\xae",
		"<",
		"\"",
		"\\",
	};
	uint32_t count = 1 + roll(roll(20) ? 60 : 6000);

	while (count-- > 0)
		buf_puts(out, pieces[roll(sizeof pieces / sizeof *pieces)]);
}

static void any_document_keeps_the_promises(void **state)
{
	(void)state;
	for (uint32_t seed = 0; seed < 1500; seed++) {
		struct telegram_parts parts;
		struct buf text = { 0 };
		struct arena a = { 0 };

		dice = seed;
		random_document(&text);
		telegram_render(&parts, &a, buf_str(&text));
		check_parts(&parts, NULL);
		buf_free(&text);
		arena_free(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(long_texts_are_divided_and_nothing_is_lost),
		cmocka_unit_test(cuts_are_made_between_paragraphs_if_there_are_any),
		cmocka_unit_test(code_is_closed_and_opened_again_with_its_language),
		cmocka_unit_test(graphemes_are_not_torn),
		cmocka_unit_test(a_single_grapheme_without_end_is_cut_all_the_same),
		cmocka_unit_test(nesting_without_end_is_bounded),
		cmocka_unit_test(any_document_keeps_the_promises),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Markdown to Telegram's HTML. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/telegram/telegram.h"

static const struct {
	const char *markdown, *html, *plain; /* plain NULL: the same */
} table[] = {
	{ "hello", "hello", NULL },
	{ "# Big & <b>", "<b>Big &amp; &lt;b&gt;</b>", "Big & <b>" },
	{ "**b** *i* ***x*** `c<d`", "<b>b</b> <i>i</i> <i><b>x</b></i> <code>c&lt;d</code>",
	  "b i x c<d" },
	{ "~~gone~~ ~~ not ~~ ~~~~", "<s>gone</s> ~~ not ~~ ~~~~", "gone ~~ not ~~ ~~~~" },
	{ "**b ~~s~~ `c`**", "<b>b <s>s</s> <code>c</code></b>", "b s c" },
	{ "**b **c** d**", "<b>b c d</b>", "b c d" },
	{ "a\nb  \nc\\\nd", "a\nb\nc\nd", NULL },
	{ "a\n\n\n\nb", "a\n\nb", NULL },
	{ "[t](https://a.b/?x=1&y=%22)", "<a href=\"https://a.b/?x=1&amp;y=%22\">t</a>", "t" },
	{ "<https://a.b>", "<a href=\"https://a.b\">https://a.b</a>", "https://a.b" },
	{ "[t](javascript:alert) [u](ftp://x) [v](/w)", "t u v", NULL },
	{ "[](https://a.b)", "<a href=\"https://a.b\">https://a.b</a>", "https://a.b" },
	{ "![alt](http://i/x.png)", "<a href=\"http://i/x.png\">alt</a>", "alt" },
	{ "[![alt](http://i/)](http://l/)", "<a href=\"http://l/\">alt</a>", "alt" },
	{ "a <u>b</u> <br>", "a &lt;u&gt;b&lt;/u&gt; &lt;br&gt;", "a <u>b</u> <br>" },
	{ "<div>\nx\n</div>", "&lt;div&gt;\nx\n&lt;/div&gt;", "<div>\nx\n</div>" },
	{ "a\n\n---\n\nb", "a\n\n\xe2\x80\x94\xe2\x80\x94\xe2\x80\x94\n\nb", NULL },
	{ "- a\n- b\n  - c\n    d\n- e",
	  "\xe2\x80\xa2 a\n\xe2\x80\xa2 b\n   \xe2\x80\xa2 c\n      d\n\xe2\x80\xa2 e", NULL },
	{ "7. a\n8. b", "7. a\n8. b", NULL },
	{ "1) a\n\n   p\n2) b", "1) a\n\n   p\n\n2) b", NULL },
	{ "- [ ] a\n- [x] **b**\n- [y] c",
	  "\xe2\x98\x90 a\n\xe2\x98\x91 <b>b</b>\n\xe2\x80\xa2 [y] c",
	  "\xe2\x98\x90 a\n\xe2\x98\x91 b\n\xe2\x80\xa2 [y] c" },
	{ "-\n- a", "\xe2\x80\xa2 \n\xe2\x80\xa2 a", NULL },
	{ "> q *i*\n>\n> > n\n\nend", "<blockquote>q <i>i</i>\n\nn</blockquote>\n\nend",
	  "q i\n\nn\n\nend" },
	{ "```\nx < 1\n  y\n```", "<pre>x &lt; 1\n  y</pre>", "x < 1\n  y" },
	{ "```c++ title\nx\n```", "<pre><code class=\"language-c++\">x</code></pre>", "x" },
	{ "```\"><b>\nx\n```", "<pre>x</pre>", "x" },
	{ "- a\n\n      code", "\xe2\x80\xa2 a\n\n<pre>code</pre>", "\xe2\x80\xa2 a\n\ncode" },
	{ "t:\n| a | **b** |\n|--|:-:|\n| longer | 1 \\| 2 |\nend | x",
	  "t:\n\n<pre>a      \xe2\x94\x82 b\n"
	  "\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80"
	  "\xe2\x94\xbc\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80"
	  "\n"
	  "longer \xe2\x94\x82 1 | 2\nend    \xe2\x94\x82 x</pre>",
	  "t:\n\na      \xe2\x94\x82 b\n"
	  "\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80"
	  "\xe2\x94\xbc\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80"
	  "\n"
	  "longer \xe2\x94\x82 1 | 2\nend    \xe2\x94\x82 x" },
	{ "```\n| a |\n|---|\n```", "<pre>| a |\n|---|</pre>", "| a |\n|---|" },
	{ "a | b", "a | b", NULL },
	{ "&amp; &lt;b&gt; &copy;", "&amp; &lt;b&gt; \xc2\xa9", "& <b> \xc2\xa9" },
	{ "a\x01\x0b\xe2\x80\xae"
	  "b\xcc\xb3",
	  "ab", NULL },
	{ "a\xff", "a\xef\xbf\xbd", NULL },
};

static void renders_markdown(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		const char *plain = table[i].plain ? table[i].plain : table[i].html;
		struct telegram_parts parts;
		struct arena a = { 0 };

		telegram_render(&parts, &a, table[i].markdown);
		assert_int_equal(parts.n, 1);
		if (strcmp(parts.items[0].html, table[i].html) != 0 ||
		    strcmp(parts.items[0].plain, plain) != 0)
			fail_msg("case %zu: %s\nplain: %s", i, parts.items[0].html,
				 parts.items[0].plain);
		arena_free(&a);
	}
}

static void says_nothing_where_there_is_nothing(void **state)
{
	static const char *const empty[] = { "",         " \n\t\n",  "\xe2\x80\x8b",
					     "```\n```", "\xc2\xa0", "```\n \n```" };

	(void)state;
	for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
		struct telegram_parts parts;
		struct telegram_part draft;
		struct arena a = { 0 };

		telegram_render(&parts, &a, empty[i]);
		assert_int_equal(parts.n, 0);
		telegram_render_draft(&draft, &a, empty[i]);
		assert_string_equal(draft.plain, "");
		arena_free(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(renders_markdown),
		cmocka_unit_test(says_nothing_where_there_is_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

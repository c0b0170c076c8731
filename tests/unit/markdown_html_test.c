#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/markdown/html.h"

#define TABLE(head, body)                                                                      \
	"<table>\n<thead>\n<tr>\n" head "</tr>\n</thead>\n<tbody>\n" body "</tbody>\n</"       \
	"table>\n"
#define A(url) "<a href=\"" url "\" rel=\"nofollow noopener noreferrer\" target=\"_blank\">"

static void markdown_becomes_html_that_is_safe_in_a_page(void **state)
{
	static const char *const cases[][2] = {
		{ "**a** _b_ `c`", "<p><strong>a</strong> <em>b</em> <code>c</code></p>\n" },
		{ "a\nb", "<p>a<br />\nb</p>\n" },
		{ "- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n" },
		{ "[x](https://a.example/?a=1&b=2)",
		  "<p>" A("https://a.example/?a=1&amp;b=2") "x</a></p>\n" },
		{ "[**x**](http://a.example)",
		  "<p>" A("http://a.example") "<strong>x</strong></a></p>\n" },
		{ "<https://a.example>",
		  "<p>" A("https://a.example") "https://a.example</a></p>\n" },
		{ "[x](javascript:alert(1))", "<p>x</p>\n" },
		{ "[x](JaVaScript:alert(1))", "<p>x</p>\n" },
		{ "[x](data:text/html,hi)", "<p>x</p>\n" },
		{ "[x](/relative)", "<p>x</p>\n" },
		{ "[x](https://a.example/\"onclick=)",
		  "<p>" A("https://a.example/&quot;onclick=") "x</a></p>\n" },
		{ "![alt](https://a.example/p.png)",
		  "<p>" A("https://a.example/p.png") "alt</a></p>\n" },
		{ "![](https://a.example/p.png)",
		  "<p>" A("https://a.example/p.png") "https://a.example/p.png</a></p>\n" },
		{ "<script>alert(1)</script>", "<!-- raw HTML omitted -->\n" },
		{ "a <b onclick=x>b</b>",
		  "<p>a <!-- raw HTML omitted -->b<!-- raw HTML omitted --></p>\n" },
		{ "| a | **b** |\n|---|:-:|\n| `c` | d \\\n||[x](https://a.example)|\nafter",
		  TABLE("<th>a </th><th><strong>b</strong> </th>\n",
			"<tr>\n<td><code>c</code> </td><td>d </td>\n</tr>\n"
			"<tr>\n<td></td><td>" A(
				"https://a.example") "x</a></td>\n</tr>\n") "<p>after</p>\n" },
		{ "a|b\n-|-", TABLE("<th>a</th><th>b</th>\n", "") },
		{ "a | b\nno rule", "<p>a | b<br />\nno rule</p>\n" },
		{ "a\n|-|", "<p>a<br />\n|-|</p>\n" },
		{ "1 < 2 & 3", "<p>1 &lt; 2 &amp; 3</p>\n" },
		{ "", "" },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(markdown_html(&a, cases[i][0]), cases[i][1]);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(markdown_becomes_html_that_is_safe_in_a_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

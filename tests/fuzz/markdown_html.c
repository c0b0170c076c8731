/* Whatever a model writes, as HTML in somebody's page. */

#include "common/markdown/html.h"

#include <string.h>
#include <strings.h>

#include "tests/fuzz/fuzz.h"

enum { OPEN_MAX = 4096 };

static size_t name_len(const char *tag)
{
	return strcspn(tag, " />");
}

/* The tags a page may get, without "<" and "</". */
static int is_known(const char *tag)
{
	static const char *const known[] = { "a",     "blockquote", "br",     "code",  "em",
					     "h1",    "h2",         "h3",     "h4",    "h5",
					     "h6",    "hr",         "li",     "ol",    "p",
					     "pre",   "ul",         "strong", "table", "thead",
					     "tbody", "tr",         "th",     "td",    NULL };
	size_t len = name_len(tag);

	for (int i = 0; known[i]; i++)
		if (strlen(known[i]) == len && memcmp(known[i], tag, len) == 0)
			return 1;
	return 0;
}

static int is_safe(const char *address)
{
	return strncasecmp(address, "http://", 7) == 0 ||
	       strncasecmp(address, "https://", 8) == 0 ||
	       strncasecmp(address, "mailto:", 7) == 0;
}

/* What is open, so that nothing of an answer gets out of its place in the page. */
struct nesting {
	const char *open[OPEN_MAX];
	size_t n;
};

static void check_nesting(struct nesting *nest, const char *tag)
{
	const char *begun;

	if (strncmp(tag, "br", 2) == 0 || strncmp(tag, "hr", 2) == 0)
		return;
	if (*tag != '/') {
		demand(nest->n < OPEN_MAX);
		nest->open[nest->n++] = tag;
		return;
	}
	begun = nest->n ? nest->open[--nest->n] : NULL;
	demand(begun && strncmp(begun, tag + 1, name_len(tag + 1)) == 0);
}

static void check_tag(struct nesting *nest, const char *tag)
{
	static const char omitted[] = "!-- raw HTML omitted -->";
	const char *address = NULL;

	if (strncmp(tag, omitted, sizeof omitted - 1) == 0)
		return;
	demand(is_known(*tag == '/' ? tag + 1 : tag));
	check_nesting(nest, tag);
	if (strncmp(tag, "a ", 2) == 0)
		address = strstr(tag, "href=\"");
	demand(!address || is_safe(address + 6));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, size };
	struct arena a = { 0 };
	struct nesting nest = { .n = 0 };
	const char *html = markdown_html(&a, fuzz_clean(&in, &a));

	demand_utf8(html);
	for (const char *p = html; (p = strchr(p, '<')); p++)
		check_tag(&nest, p + 1);
	demand(nest.n == 0);
	arena_free(&a);
	return 0;
}

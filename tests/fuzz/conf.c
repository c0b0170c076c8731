/* Values of the environment: numbers, lists, and the address of Redis. */

#include "common/conf/conf.h"

#include <stdlib.h>
#include <string.h>

#include "common/redis/url.h"
#include "tests/fuzz/fuzz.h"

struct values {
	const char *word, *secret;
	const char *const *list;
	int number;
};

static const struct conf_item items[] = {
	{ "FUZZ_WORD", CONF_STR, CONF_AT(struct values, word), "preset", .help = "a word" },
	{ "FUZZ_SECRET", CONF_SECRET, CONF_AT(struct values, secret), "", .help = "a secret" },
	{ "FUZZ_LIST", CONF_LIST, CONF_AT(struct values, list), "", .help = "a list" },
	{ "FUZZ_NUMBER", CONF_INT, CONF_AT(struct values, number), "5", 1, 1000, "a number" },
	{ 0 },
};

static void check_url(const char *text)
{
	struct redis_url url;
	struct err e = { 0 };

	if (redis_url_parse(&url, text, &e) < 0)
		demand(e.kind == ERR_PERM && *e.text);
	else
		demand((*url.path != 0) != (*url.port != 0) && url.database >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *nowhere;
	struct fuzz_input in = { data, size };
	struct values v = { .number = 5 };
	struct arena a = { 0 };

	if (!nowhere) {
		nowhere = fopen("/dev/null", "w");
		demand(nowhere != NULL);
	}
	for (int i = 0; items[i].env; i++)
		setenv(items[i].env, fuzz_text(&in, &a), 1);
	if (conf_load(items, &v) == 0)
		demand(v.list && v.number >= 1 && v.number <= 1000 && v.word);
	for (int i = 0; v.list && v.list[i]; i++)
		demand(*v.list[i] && !strchr(v.list[i], ','));
	conf_show(items, &v, nowhere);
	conf_free(items, &v);
	check_url(fuzz_rest(&in, &a));
	arena_free(&a);
	return 0;
}

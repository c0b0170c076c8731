#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/buf.h"
#include "common/bots/bots.h"

#define PROVIDERS "providers:\n  local:\n    kind: knowledge\n"
#define BOT                                                                                    \
	"bots:\n"                                                                              \
	"  - name: shop\n"                                                                     \
	"    title: Shop\n"                                                                    \
	"    greeting: {ru: Привет, en: Hello}\n"                                        \
	"    prompt: Be kind\n"                                                                \
	"    providers: [local]\n"                                                             \
	"    channels:\n"                                                                      \
	"      - {kind: widget, name: site, origins: [\"*\"]}\n"

static const struct {
	const char *yaml;
	int line;
	const char *says;
} mistaken[] = {
	{ "", 1, "empty" },
	{ "a: [}\n", 1, "not YAML" },
	{ "- x\n", 1, "keys and values" },
	{ PROVIDERS, 1, "'bots' is missing" },
	{ PROVIDERS BOT "nonsense: 1\n", 12, "unknown key 'nonsense'" },
	{ PROVIDERS BOT "    titel: x\n", 12, "did you mean 'title'" },
	{ PROVIDERS BOT "    title: y\n", 12, "given twice" },
	{ "providers:\n  a:\n    kind: openia\n" BOT, 3, "none of: openai" },
	{ "providers:\n  a:\n    kind: openai\n    key: sk-1\n" BOT, 4, "key_env" },
	{ "providers:\n  a:\n    kind: openai\n    key_env: sk-1\n" BOT, 4, "variable" },
	{ "providers:\n  a:\n    kind: openai\n    retries: 99\n" BOT, 4, "0 to 10" },
	{ "providers:\n  a:\n    kind: openai\n    retries: x\n" BOT, 4, "whole number" },
	{ "providers:\n  other:\n    kind: knowledge\n" BOT, 5, "no provider is named" },
	{ PROVIDERS BOT "      - {kind: telegram, name: tg}\n", 12, "needs token_env" },
	{ PROVIDERS BOT "      - {kind: widget, name: two}\n", 12, "needs origins" },
	{ PROVIDERS BOT "      - {kind: vink, name: site, origins: []}\n", 12,
	  "'site' is given twice" },
	{ PROVIDERS BOT "      - {kind: widget, name: Two}\n", 12, "a-z" },
	{ PROVIDERS BOT "    languages: [de]\n", 5, "neither ru nor en" },
	{ PROVIDERS BOT "    popular:\n    - title: {ru: Да}\n      questions: [{ru: Да, en: "
			"Yes}]\n",
	  13, "title is missing in 'en'" },
	{ PROVIDERS BOT "    popular:\n    - title: x\n      questions: []\n", 14, "empty" },
	{ PROVIDERS BOT "    knowledge:\n    - {slug: a, title: t}\n", 13,
	  "'body' is missing" },
	{ PROVIDERS BOT "    knowledge:\n    - {slug: a, title: t, body: b}\n"
			"    - {slug: a, title: t, body: b}\n",
	  14, "'a' is given twice" },
	{ PROVIDERS BOT "    greeting: \"\\0\"\n", 12, "valid text" },
	{ PROVIDERS BOT "      - {kind: desk, name: team}\n", 12, "needs token_env" },
	{ PROVIDERS BOT "      - {kind: desk, name: team, token_env: T, group: \"-77\"}\n", 12,
	  "only a desk has a group" },
	{ PROVIDERS BOT "      - {kind: telegram, name: tg, token_env: T, group: \"-1001\"}\n",
	  12, "only a desk has a group" },
	{ PROVIDERS BOT "    handoff: {enabled: perhaps}\n", 12, "true or false" },
	{ PROVIDERS BOT "    handoff: {assign: group}\n", 12, "needs 'group'" },
	{ PROVIDERS BOT "    handoff: {assign: group, group: []}\n", 12, "needs 'group'" },
	{ PROVIDERS BOT "    handoff: {assign: group, group: [anna, 5001, \"@Ann_1\", Anna]}\n",
	  12, "'Anna' in 'group' is neither" },
	{ PROVIDERS BOT "    handoff: {assign: group, group: [\"@a b\"]}\n", 12,
	  "'@a b' in 'group' is neither" },
	{ PROVIDERS BOT "    handoff: {group: [anna]}\n", 12, "without 'assign: group'" },
	{ PROVIDERS BOT "    handoff: {idle_s: -1}\n", 12,
	  "idle_s must be a whole number from 0" },
	{ PROVIDERS BOT "    handoff: {max_chats: 3}\n", 12, "max_chats" },
	{ PROVIDERS BOT "    handoff: {assign: best}\n", 12, "none of: broadcast" },
	{ PROVIDERS BOT "    handoff:\n      hours: {zone: Mars/Base, open: [{day: 1, "
			"from: \"09:00\", to: \"18:00\"}]}\n",
	  13, "no time zone 'Mars/Base'" },
	{ PROVIDERS BOT "    handoff:\n      hours: {zone: UTC, open: [{day: 8, "
			"from: \"25:00\", to: \"18:00\"}]}\n",
	  13, "1 to 7" },
	{ PROVIDERS BOT "    handoff:\n      hours: {zone: UTC, open: [{day: 7, "
			"from: \"25:00\", to: \"18:00\"}]}\n",
	  13, "a time such as" },
	{ PROVIDERS BOT "    handoff:\n      hours: {zone: UTC, holidays: [\"13-01\"], "
			"open: [{day: 7, from: \"22:00\", to: \"06:00\"}]}\n",
	  13, "neither YYYY-MM-DD nor MM-DD" },
	{ PROVIDERS BOT "    handoff:\n      hours: {zone: Europe, open: {mon: "
			"\"09:00-18:00\"}}\n",
	  13, "no time zone 'Europe'" },
	{ PROVIDERS BOT "    handoff:\n      hours:\n        zone: UTC\n        open:\n"
			"          monday: [\"09:00-18:00\"]\n",
	  16, "'monday' is no day" },
	{ PROVIDERS BOT "    handoff:\n      hours:\n        zone: UTC\n        open:\n"
			"          sat-mon: [\"09:00-18:00\", \"9-18\"]\n",
	  16, "'9-18' must be as" },
	{ PROVIDERS BOT "    handoff:\n      hours:\n        zone: UTC\n        open: {}\n", 15,
	  "no day is open" },
	{ PROVIDERS BOT "    handoff:\n      hours: {zone: UTC, holidays: [\"02-30\"], "
			"open: {sun: \"22:00-06:00\"}}\n",
	  13, "neither YYYY-MM-DD nor MM-DD" },
	{ PROVIDERS BOT "    canned:\n    - {name: a, text: x}\n    - {name: a, text: "
			"y}\n",
	  14, "'a' is given twice" },
	{ PROVIDERS BOT "    canned:\n    - {name: a, text: }\n", 13, "text is empty" },
	{ PROVIDERS BOT "    canned:\n    - {name: a, text: {ru: \" \", en: x}}\n", 13,
	  "ru is empty" },
	{ PROVIDERS BOT "    languages: []\n", 5, "languages is empty" },
	{ PROVIDERS BOT "    handoff: {same_question: 1}\n", 12, "every question" },
	{ PROVIDERS BOT "    handoff: {give_away: [a b c d e f g h i j k l, \"?!\"]}\n", 12,
	  "'?!' in 'give_away' has no words" },
	{ PROVIDERS BOT "    handoff: {give_away: [a b c d e f g h i j k l m]}\n", 12,
	  "or too many" },
	{ PROVIDERS BOT "      - {kind: widget, name: two, origins: [\"https://a.b/\"]}\n", 12,
	  "'https://a.b/' is no origin" },
	{ PROVIDERS BOT "      - {kind: telegram, name: tg, token_env: T}\n"
			"      - {kind: desk, name: team, token_env: T}\n",
	  13, "'T' is given twice" },

	/* providers that could never answer */
	{ PROVIDERS "  local:\n    kind: knowledge\n" BOT, 5, "'local' is given twice" },
	{ PROVIDERS "  a:\n    kind: openai\n" BOT, 5, "needs key_env" },
	{ PROVIDERS "  a:\n    kind: yandexgpt\n    folder: b1\n" BOT, 5, "needs key_env" },
	{ PROVIDERS "  a:\n    kind: yandexgpt\n    key_env: K\n" BOT, 5, "needs folder" },
	{ PROVIDERS "  a:\n    kind: openai\n    base_url: a.b/v1\n" BOT, 5, "https://" },
	{ PROVIDERS "  a:\n    kind: openai\n    key_env: K\n    params: [a]\n" BOT, 5,
	  "params must" },
	{ PROVIDERS "  a:\n    kind: openai\n    key_env: K\n    headers: [x]\n" BOT, 5,
	  "Name: value" },
	{ PROVIDERS "  a:\n    kind: openai\n    key_env: K\n" BOT
		    "  - name: b\n    title: B\n    greeting: b\n    prompt: b\n"
		    "    providers: [local, a]\n    channels: [{kind: console, name: c}]\n",
	  15, "nothing after 'local' is asked" },
};

static void a_mistake_is_told_with_its_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof mistaken / sizeof *mistaken; i++) {
		struct mistakes m;
		json_t *root = bots_read_text(mistaken[i].yaml, strlen(mistaken[i].yaml), &m);
		int found = 0;

		assert_null(root);
		for (int k = 0; k < m.n; k++)
			found |= m.items[k].line == mistaken[i].line &&
				 strstr(m.items[k].text, mistaken[i].says) != NULL;
		if (!found)
			fail_msg("case %zu: line %d '%s' not among: %d '%s'", i,
				 mistaken[i].line, mistaken[i].says, m.items[0].line,
				 m.items[0].text);
	}
}

static void a_week_becomes_a_list_of_days(void **state)
{
	static const char yaml[] = PROVIDERS BOT
		"    handoff:\n      hours:\n        zone: UTC\n        open:\n"
		"          fri-sun: [\"10:00-14:00\", \"22:00-02:00\"]\n"
		"          mon: \"00:00-24:00\"\n          sun-mon: \"08:00-09:00\"\n";
	struct mistakes m;
	json_t *root = bots_read_text(yaml, sizeof yaml - 1, &m), *open;
	json_auto_t *expected = json_loads("[{\"day\":5,\"from\":\"10:00\",\"to\":\"14:00\"},"
					   "{\"day\":6,\"from\":\"10:00\",\"to\":\"14:00\"},"
					   "{\"day\":7,\"from\":\"10:00\",\"to\":\"14:00\"},"
					   "{\"day\":5,\"from\":\"22:00\",\"to\":\"02:00\"},"
					   "{\"day\":6,\"from\":\"22:00\",\"to\":\"02:00\"},"
					   "{\"day\":7,\"from\":\"22:00\",\"to\":\"02:00\"},"
					   "{\"day\":1,\"from\":\"00:00\",\"to\":\"24:00\"},"
					   "{\"day\":7,\"from\":\"08:00\",\"to\":\"09:00\"},"
					   "{\"day\":1,\"from\":\"08:00\",\"to\":\"09:00\"}]",
					   0, NULL);

	(void)state;
	if (!root)
		fail_msg("line %d: %s", m.items[0].line, m.items[0].text);
	assert_int_equal(json_unpack(root, "{s:[{s:{s:{s:o}}}]}", "bots", "handoff", "hours",
				     "open", &open),
			 0);
	assert_true(json_equal(open, expected));
	json_decref(root);
}

static void all_mistakes_are_told_at_once(void **state)
{
	static const char yaml[] = "providers:\n  a: {kind: x}\nbots:\n  - nam: y\nmore: 1\n";
	struct mistakes m;

	(void)state;
	assert_null(bots_read_text(yaml, sizeof yaml - 1, &m));
	assert_true(m.n >= 4);
}

static void a_file_that_cannot_be_opened_has_no_line(void **state)
{
	struct arena a = { 0 };
	struct mistakes m;

	(void)state;
	assert_null(bots_read("/nowhere/bots.yaml", &m));
	assert_int_equal(m.n, 1);
	assert_string_equal(mistake_told(&a, "bots.yaml", &m.items[0]),
			    "bots.yaml: cannot open: No such file or directory");
	m.items[0].line = 7;
	assert_string_equal(mistake_told(&a, "bots.yaml", &m.items[0]),
			    "bots.yaml:7: cannot open: No such file or directory");
	arena_free(&a);
}

static void a_literal_secret_is_not_repeated(void **state)
{
	static const char yaml[] = "providers:\n  a: {kind: openai, key_env: sk-very-secret, "
				   "key: sk-very-secret}\n";
	struct mistakes m;

	(void)state;
	assert_null(bots_read_text(yaml, sizeof yaml - 1, &m));
	for (int i = 0; i < m.n; i++)
		assert_null(strstr(m.items[i].text, "sk-very-secret"));
}

static void aliases_that_eat_themselves_end(void **state)
{
	static const char yaml[] =
		"providers: &a\n  x:\n    kind: openai\n    params: *a\nbots: []\n";
	struct mistakes m;

	(void)state;
	assert_null(bots_read_text(yaml, sizeof yaml - 1, &m));
	assert_true(m.n > 0);
}

/* Told once: what is above it is not walked through again and again. */
static void a_list_of_itself_is_told_once(void **state)
{
	static const char yaml[] = "providers:\n  x:\n    kind: openai\n"
				   "    params: &a [*a, *a, *a, *a, *a, *a, *a, *a]\n"
				   "bots: []\n";
	struct mistakes m;
	int told = 0;

	(void)state;
	assert_null(bots_read_text(yaml, sizeof yaml - 1, &m));
	for (int i = 0; i < m.n; i++)
		told += strstr(m.items[i].text, "nested too deeply") != NULL;
	assert_int_equal(told, 1);
}

/* They may make a file several times longer: that is what they are for. */
static void a_few_aliases_are_welcome(void **state)
{
	static const char yaml[] =
		PROVIDERS "  m:\n    kind: openai\n    key_env: K\n"
			  "    params: {a: &a [x, y, z], b: *a, c: *a, d: *a}\n" BOT;
	struct mistakes m;
	json_t *root = bots_read_text(yaml, sizeof yaml - 1, &m);

	(void)state;
	assert_non_null(root);
	json_decref(root);
}

/* Each name stands for ten of the one before: 10^9 in the end. */
static void aliases_that_multiply_end(void **state)
{
	struct buf yaml = { 0 };
	struct mistakes m;

	(void)state;
	buf_puts(&yaml, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
	for (int i = 1; i <= 8; i++)
		buf_printf(&yaml,
			   "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, "
			   "*a%d, *a%d]\n",
			   i, i, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1,
			   i - 1);
	buf_puts(&yaml, "providers:\n  m:\n    kind: openai\n    params: {a: *a8}\nbots: []\n");
	assert_null(bots_read_text(buf_str(&yaml), yaml.len, &m));
	assert_true(m.n > 0);
	buf_free(&yaml);
}

/* `count` times `what`, behind `head`: refused, whatever it is. */
static void refuse_many(const char *head, const char *what, int count)
{
	struct buf yaml = { 0 };
	struct mistakes m;

	buf_puts(&yaml, head);
	for (int i = 0; i < count; i++)
		buf_puts(&yaml, what);
	assert_null(bots_read_text(buf_str(&yaml), yaml.len, &m));
	assert_true(m.n > 0);
	buf_free(&yaml);
}

static void files_that_are_huge_or_deep_are_refused(void **state)
{
	static const char params[] =
		"bots: []\nproviders:\n  m:\n    kind: openai\n    params: ";

	(void)state;
	refuse_many(params, "[", 100000);
	refuse_many(params, "{a: ", 100000);
	refuse_many(params, "- ", 100000);
	refuse_many("? ", "? ", 100000);
	refuse_many("providers: {}\nbots: []\nx: ", "0123456789abcdef", 1 << 18);
	refuse_many("providers: {}\nbots: []\n", "x: y\n", 100000);
	refuse_many("", "&a ", 100000);
	refuse_many("", "--- a\n", 10000);
	refuse_many("p:\n", "  - &a x\n", 1001);
}

static void what_is_read_becomes_a_registry(void **state)
{
	static const char json[] =
		"[{\"id\":3,\"name\":\"shop\",\"revision\":2,\"spec\":{"
		"\"title\":{\"ru\":\"Магазин\",\"en\":\"Shop\"},\"greeting\":{\"en\":\"Hi\"},"
		"\"prompt\":{\"en\":\"Be kind\"},\"limits\":{\"quiet_ms\":7},"
		"\"popular\":[{\"title\":{\"en\":\"A\"},\"questions\":[{\"en\":\"Q?\"}]}],"
		"\"providers\":[{\"name\":\"m\",\"kind\":\"openai\",\"key_env\":\"BOTS_TEST_"
		"KEY\"},"
		"{\"name\":\"k\",\"kind\":\"knowledge\"}]},"
		"\"channels\":[{\"id\":9,\"kind\":\"widget\",\"name\":\"site\",\"delivery\":0,"
		"\"spec\":{\"origins\":[\"*\"]}}]}]";
	struct arena arena = { 0 };
	struct err e;
	struct registry *r;

	(void)state;
	unsetenv("BOTS_TEST_KEY");
	r = registry_parse(json, &arena, &e);
	assert_non_null(r);
	assert_int_equal(r->bots[0].provider_count, 1); /* the other has no key */
	assert_string_equal(r->bots[0].providers[0]->name, "k");
	assert_int_equal(r->bots[0].quiet_ms, 7);
	assert_string_equal(text_in(&r->bots[0].title, "ru"), "Магазин");
	assert_string_equal(text_in(&r->bots[0].greeting, "ru"), "Hi");
	assert_string_equal(r->bots[0].categories[0].questions[0].text.en, "Q?");
	assert_ptr_equal(registry_channel(r, 9)->bot, registry_bot(r, 3));
	assert_string_equal(registry_channel_named(r, "site")->origins[0], "*");
	assert_null(registry_channel_named(r, "none"));
	arena_free(&arena);

	setenv("BOTS_TEST_KEY", "k", 1);
	r = registry_parse(json, &arena, &e);
	assert_int_equal(r->bots[0].provider_count, 2);
	assert_string_equal(r->bots[0].providers[0]->key, "k");
	arena_free(&arena);
	assert_null(registry_parse("{}", &arena, &e));
	arena_free(&arena);
	assert_null(registry_parse("[{}]", &arena, &e));
	arena_free(&arena);
	assert_null(registry_parse("[{\"name\":\"a\",\"channels\":[{\"kind\":\"widget\"}]}]",
				   &arena, &e));
	arena_free(&arena);
}

static void a_bot_calls_humans_if_its_file_says_so(void **state)
{
	static const struct {
		const char *spec;
		int enabled, same_question, suggest;
	} cases[] = {
		{ "{}", 0, 3, 1 },
		{ "{\"handoff\":{}}", 1, 3, 1 },
		{ "{\"handoff\":{\"enabled\":false}}", 0, 3, 1 },
		{ "{\"handoff\":{\"same_question\":0,\"suggest\":false}}", 1, 0, 0 },
	};
	struct arena arena = { 0 };
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *json = arena_printf(
			&arena, "[{\"id\":1,\"name\":\"a\",\"spec\":%s}]", cases[i].spec);
		const struct registry *r = registry_parse(json, &arena, &e);

		assert_non_null(r);
		assert_int_equal(r->bots[0].handoff.enabled, cases[i].enabled);
		assert_int_equal(r->bots[0].handoff.same_question, cases[i].same_question);
		assert_int_equal(r->bots[0].handoff.suggest, cases[i].suggest);
		assert_null(r->bots[0].handoff.give_away);
	}
	arena_free(&arena);
}

static void the_shipped_file_is_good(void **state)
{
	struct mistakes m;
	json_t *root = bots_read(BOTS_FILE, &m), *bot;

	(void)state;
	if (!root)
		fail_msg("%s:%d: %s", BOTS_FILE, m.items[0].line, m.items[0].text);
	bot = json_array_get(json_object_get(root, "bots"), 0);
	assert_true(json_array_size(json_object_get(bot, "knowledge")) >= 25);
	assert_true(json_array_size(json_object_get(bot, "popular")) >= 4);
	json_decref(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mistake_is_told_with_its_line),
		cmocka_unit_test(a_week_becomes_a_list_of_days),
		cmocka_unit_test(all_mistakes_are_told_at_once),
		cmocka_unit_test(a_file_that_cannot_be_opened_has_no_line),
		cmocka_unit_test(a_literal_secret_is_not_repeated),
		cmocka_unit_test(aliases_that_eat_themselves_end),
		cmocka_unit_test(a_list_of_itself_is_told_once),
		cmocka_unit_test(a_few_aliases_are_welcome),
		cmocka_unit_test(aliases_that_multiply_end),
		cmocka_unit_test(files_that_are_huge_or_deep_are_refused),
		cmocka_unit_test(what_is_read_becomes_a_registry),
		cmocka_unit_test(a_bot_calls_humans_if_its_file_says_so),
		cmocka_unit_test(the_shipped_file_is_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

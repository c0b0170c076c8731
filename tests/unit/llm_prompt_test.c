#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/utf8.h"
#include "common/llm/llm.h"

static const struct bot bot = {
	.name = "shop",
	.prompt = { "Ты помощник.", "You help." },
	.history_tokens = 400,
	.history_messages = 40,
	.answer_tokens = 300,
};

static void read_history(struct dialogue *out, struct arena *a, int64_t first,
			 const char *history)
{
	struct turn_claim claim = { .first_seq = first, .lang = "ru", .history = history };

	dialogue_read(out, a, &claim);
}

/* --- the dialogue --------------------------------------------------------------- */

static void platform_words_and_commands_are_no_part_of_the_dialogue(void **state)
{
	struct arena a = { 0 };
	struct dialogue d;

	(void)state;
	read_history(
		&d, &a, 5,
		"[[1,0,\"/start\",{\"aside\":true}],[2,3,\"Hello! I am...\",null],[3,0,\"q1\","
		"null],[4,1,\"a1\",null],[5,0,\"q2\",null],[6,0,\"/help\",{\"aside\":true}],"
		"[7,3,\"Commands:\",null],[8,0,\"/etc/passwd?\",null]]");
	assert_int_equal(d.n, 4);
	assert_int_equal(d.unanswered, 2);
	assert_string_equal(d.items[0].text, "q1");
	assert_string_equal(d.items[1].text, "a1");
	assert_string_equal(d.items[2].text, "q2");
	assert_string_equal(d.items[3].text, "/etc/passwd?");
	arena_free(&a);
}

static void what_is_not_answered_comes_last(void **state)
{
	struct arena a = { 0 };
	struct dialogue d;

	(void)state;
	read_history(&d, &a, 2, "[[1,1,\"a0\",null],[2,0,\"q\",null],[3,2,\"by hand\",null]]");
	assert_int_equal(d.n, 3);
	assert_string_equal(d.items[2].text, "q");
	assert_true(d.items[2].unanswered);
	arena_free(&a);
}

/* Somebody asked, called a human, and nobody came: what they asked is the question. */
static void the_words_of_a_call_are_no_question_beside_one(void **state)
{
	struct arena a = { 0 };
	struct dialogue d;

	(void)state;
	read_history(&d, &a, 1,
		     "[[1,0,\"how much?\",null],[2,0,\"a human!\",{\"aside\":true}],"
		     "[3,3,\"nobody came\",{\"event\":\"nobody\"}]]");
	assert_int_equal(d.n, 2);
	assert_int_equal(d.unanswered, 1);
	assert_string_equal(d.items[0].text, "a human!");
	assert_string_equal(d.items[1].text, "how much?");
	assert_true(d.items[1].unanswered);
	read_history(&d, &a, 1, "[[1,0,\"a human, about my order!\",{\"aside\":true}]]");
	assert_int_equal(d.unanswered, 1);
	arena_free(&a);
}

static void quotes_and_attachments_are_told(void **state)
{
	struct arena a = { 0 };
	struct dialogue d;

	(void)state;
	read_history(&d, &a, 1,
		     "[[1,0,\"this one?\",{\"reply_to\":{\"text\":\"red\\nshoes\"},"
		     "\"attachments\":[{\"kind\":\"photo\"},{\"kind\":\"document\",\"name\":"
		     "\"a.pdf\"}]}],[2,0,\"\",{\"attachments\":[{\"kind\":\"voice\"}]}]]");
	assert_int_equal(d.unanswered, 2);
	assert_string_equal(d.items[0].text,
			    "> red\n> shoes\n\nthis one?\n[photo]\n[document: a.pdf]");
	assert_string_equal(d.items[0].body, "this one?");
	assert_string_equal(d.items[1].text, "[voice]");
	assert_string_equal(prompt_query(&a, &d), "this one?");
	arena_free(&a);
}

static void broken_history_is_an_empty_one(void **state)
{
	static const char *const broken[] = {
		NULL, "", "{", "[]", "[1,2]", "[[1]]", "{\"a\":1}"
	};
	struct dialogue d;

	(void)state;
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
		struct arena a = { 0 };

		read_history(&d, &a, 1, broken[i]);
		assert_int_equal(d.n, 0);
		assert_string_equal(prompt_query(&a, &d), "");
		arena_free(&a);
	}
}

/* --- the question ----------------------------------------------------------------- */

static void short_questions_bring_the_one_before(void **state)
{
	static const struct {
		const char *history, *query;
	} cases[] = {
		{ "[[1,0,\"Сколько стоит доставка?\",null],[2,1,\"x\",null],[3,0,\"А в "
		  "Казань?\",null]]",
		  "Сколько стоит доставка?\nА в Казань?" },
		{ "[[1,0,\"how much is shipping\",null],[2,1,\"x\",null],[3,0,\"Omsk?\",null]]",
		  "how much is shipping\nOmsk?" },
		{ "[[1,0,\"one\",null],[2,1,\"x\",null],[3,0,\"can I return my shoes\",null]]",
		  "can I return my shoes" },
		{ "[[1,0,\"one\",null],[2,1,\"x\",null],[3,0,\"My order\",null],[4,0,\"where "
		  "is it?\",null]]",
		  "My order\nwhere is it?" },
		{ "[[3,0,\"Omsk?\",null]]", "Omsk?" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct arena a = { 0 };
		struct dialogue d;

		read_history(&d, &a, 3, cases[i].history);
		assert_string_equal(prompt_query(&a, &d), cases[i].query);
		arena_free(&a);
	}
}

/* --- the prompt --------------------------------------------------------------------- */

/* n messages of `words` words each, questions and answers by turns, the last two unanswered. */
static const char *long_history(struct arena *a, int n, int words)
{
	struct buf text = { 0 };
	const char *copy;

	buf_putc(&text, '[');
	for (int i = 1; i <= n; i++) {
		buf_printf(&text, "%s[%d,%d,\"", i > 1 ? "," : "", i,
			   i < n - 1 && i % 2 == 0 ? AUTHOR_BOT : AUTHOR_PERSON);
		for (int word = 0; word < words; word++)
			buf_printf(&text, "слово%d ", i);
		buf_puts(&text, "\",null]");
	}
	buf_putc(&text, ']');
	copy = arena_dup(a, text.data, text.len);
	buf_free(&text);
	return copy;
}

static void check_prompt(const struct prompt *p, int budget)
{
	int tokens = 0;

	assert_true(p->n >= 2);
	assert_int_equal(p->messages[0].role, LLM_SYSTEM);
	assert_int_equal(p->messages[p->n - 1].role, LLM_USER);
	for (int i = 0; i < p->n; i++) {
		const char *text = p->messages[i].text;

		assert_true(strlen(text) > 0);
		assert_int_equal(utf8_valid_prefix(text, strlen(text)), strlen(text));
		if (i > 1) /* services refuse two of a kind in a row */
			assert_int_not_equal(p->messages[i].role, p->messages[i - 1].role);
		if (i > 0)
			tokens += llm_estimate_tokens(text);
	}
	assert_true(tokens <= budget + 4);
}

static void check_shrinking(int length, int size)
{
	int before = 1 << 30;

	for (int shrink = 0; shrink < 4; shrink++) {
		struct arena a = { 0 };
		struct dialogue d;
		struct prompt p;
		int budget = bot.history_tokens >> shrink;

		read_history(&d, &a, length - 1, long_history(&a, length, size));
		prompt_build(&p, &a, &bot, &d, NULL, shrink);
		check_prompt(&p, budget < 64 ? 64 : budget);
		assert_true(p.estimated_tokens <= before);
		before = p.estimated_tokens;
		arena_free(&a);
	}
}

static void prompts_keep_within_the_budget_and_end_with_the_question(void **state)
{
	static const int lengths[] = { 1, 2, 3, 10, 40 }, sizes[] = { 1, 5, 50, 1000 };

	(void)state;
	for (int l = 0; l < 5; l++)
		for (int s = 0; s < 4; s++)
			check_shrinking(lengths[l], sizes[s]);
}

static void the_newest_part_of_the_history_is_kept(void **state)
{
	struct arena a = { 0 };
	struct dialogue d;
	struct prompt p;

	(void)state;
	read_history(&d, &a, 39, long_history(&a, 40, 5));
	prompt_build(&p, &a, &bot, &d, NULL, 0);
	assert_non_null(strstr(p.messages[p.n - 1].text, "слово40"));
	assert_non_null(strstr(p.messages[p.n - 1].text, "слово39"));
	assert_non_null(strstr(p.messages[p.n - 2].text, "слово38"));
	for (int i = 0; i < p.n; i++)
		assert_null(strstr(p.messages[i].text, "слово2 "));
	arena_free(&a);
}

/* However much was read, for the sake of another bot. */
static void a_bot_remembers_as_many_messages_as_it_may(void **state)
{
	static const struct {
		int most, first; /* word of the prompt */
	} cases[] = { { 5, 6 }, { 2, 9 }, { 1, 9 } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct bot forgetful = bot;
		struct arena a = { 0 };
		struct dialogue d;
		struct prompt p;

		forgetful.history_messages = cases[i].most;
		read_history(&d, &a, 9, long_history(&a, 10, 1));
		prompt_build(&p, &a, &forgetful, &d, NULL, 0);
		assert_int_equal(strncmp(p.messages[1].text,
					 arena_printf(&a, "слово%d ", cases[i].first), 11),
				 0);
		assert_non_null(strstr(p.messages[p.n - 1].text, "слово9"));
		assert_non_null(strstr(p.messages[p.n - 1].text, "слово10"));
		arena_free(&a);
	}
}

static void passages_stand_in_the_system_message_as_far_as_they_fit(void **state)
{
	struct passage items[] = {
		{ .title = "Доставка", .body = "Везём за 3 дня.", .url = "https://x/d" },
		{ .title = "Возврат", .body = "14 дней." },
		{ .title = "Длинная", .body = NULL },
	};
	struct passages passages = { 3, items };
	struct arena a = { 0 };
	struct dialogue d;
	struct prompt p;
	char *big = calloc(1, 20001);

	(void)state;
	memset(big, 'x', 20000);
	items[2].body = big;
	read_history(&d, &a, 1, "[[1,0,\"Сколько?\",null]]");
	prompt_build(&p, &a, &bot, &d, &passages, 0);
	assert_int_equal(p.n, 2);
	assert_non_null(strstr(p.messages[0].text, "Ты помощник."));
	assert_non_null(
		strstr(p.messages[0].text, "## Доставка\n\nВезём за 3 дня.\n(https://x/d)"));
	assert_non_null(strstr(p.messages[0].text, "## Возврат"));
	assert_null(strstr(p.messages[0].text, "Длинная"));
	free(big);
	arena_free(&a);
}

/* --- the estimate ------------------------------------------------------------------- */

static void estimates_are_high_but_not_absurd(void **state)
{
	/* about what the tokenizers in use make of them */
	static const struct {
		const char *text;
		int real;
	} cases[] = {
		{ "", 0 },
		{ "Hello, how can I help you today?", 9 },
		{ "Сколько стоит доставка в Казань?", 8 },
		{ "The quick brown fox jumps over the lazy dog.", 10 },
		{ "https://example.com/a/b?c=1", 10 },
		{ "你好，世界", 4 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int estimate = llm_estimate_tokens(cases[i].text);

		assert_true(estimate >= cases[i].real);
		assert_true(estimate <= 4 * cases[i].real + 2);
	}
}

static void fitting_text_costs_no_more_than_allowed(void **state)
{
	static const char text[] = "Привет, world! 你好 😀 12345 ...";

	(void)state;
	for (int tokens = -1; tokens < 40; tokens++) {
		size_t len = llm_fit_tokens(text, tokens);
		char part[sizeof text];

		memcpy(part, text, len);
		part[len] = 0;
		assert_true(llm_estimate_tokens(part) <= (tokens > 0 ? tokens : 0));
		assert_int_equal(utf8_valid_prefix(part, len), len);
	}
	assert_int_equal(llm_fit_tokens(text, 1000), strlen(text));
}

/* --- knowledge ------------------------------------------------------------------------ */

static void knowledge_cites_or_says_nothing(void **state)
{
	struct passage items[] = {
		{ .slug = "d",
		  .lang = "en",
		  .title = "Delivery",
		  .body = "Three days.",
		  .url = "https://x/d",
		  .rank = 0.8 },
		{ .slug = "e",
		  .lang = "en",
		  .title = "Express",
		  .body = "One day.",
		  .rank = 0.7 },
		{ .slug = "f",
		  .lang = "en",
		  .title = "Far away",
		  .body = "Ages.",
		  .rank = 0.4 },
	};
	struct passages passages = { 3, items }, none = { 0 };
	struct arena a = { 0 };
	const char *extra, *text = knowledge_answer(&a, &passages, "en", &extra);

	(void)state;
	assert_non_null(strstr(text, "Three days."));
	assert_non_null(strstr(text, "[Delivery](https://x/d)"));
	assert_string_equal(extra,
			    "{\"sources\":[{\"slug\":\"d\",\"title\":\"Delivery\",\"url\":"
			    "\"https://x/d\"},{\"slug\":\"e\",\"title\":\"Express\"}]}");
	items[0].rank = 0.1;
	assert_null(knowledge_answer(&a, &passages, "en", &extra));
	assert_null(extra);
	assert_null(knowledge_answer(&a, &none, "en", &extra));
	arena_free(&a);
}

static void hello_and_thanks_need_no_article(void **state)
{
	static const struct {
		const char *text;
		enum small_talk kind;
	} cases[] = {
		{ "Привет!", SMALL_TALK_HELLO },
		{ "Добрый день", SMALL_TALK_HELLO },
		{ "hi there", SMALL_TALK_HELLO },
		{ "Спасибо большое!!", SMALL_TALK_THANKS },
		{ "ok, thanks", SMALL_TALK_THANKS },
		{ "Привет, сколько стоит доставка?", SMALL_TALK_NONE },
		{ "Thanks, and the price?", SMALL_TALK_NONE },
		{ "?!", SMALL_TALK_NONE },
		{ "", SMALL_TALK_NONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct said said = { .text = cases[i].text, .unanswered = 1 };
		struct dialogue d = { .n = 1, .unanswered = 1, .items = &said };

		assert_int_equal(knowledge_small_talk(&d), cases[i].kind);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(platform_words_and_commands_are_no_part_of_the_dialogue),
		cmocka_unit_test(what_is_not_answered_comes_last),
		cmocka_unit_test(the_words_of_a_call_are_no_question_beside_one),
		cmocka_unit_test(quotes_and_attachments_are_told),
		cmocka_unit_test(broken_history_is_an_empty_one),
		cmocka_unit_test(short_questions_bring_the_one_before),
		cmocka_unit_test(prompts_keep_within_the_budget_and_end_with_the_question),
		cmocka_unit_test(the_newest_part_of_the_history_is_kept),
		cmocka_unit_test(a_bot_remembers_as_many_messages_as_it_may),
		cmocka_unit_test(passages_stand_in_the_system_message_as_far_as_they_fit),
		cmocka_unit_test(estimates_are_high_but_not_absurd),
		cmocka_unit_test(fitting_text_costs_no_more_than_allowed),
		cmocka_unit_test(knowledge_cites_or_says_nothing),
		cmocka_unit_test(hello_and_thanks_need_no_article),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/handoff/handoff.h"

static const char *reason_of(const char *text, int *wanted)
{
	const char *reason = NULL;

	*wanted = handoff_wanted(text, strlen(text), &reason);
	return reason;
}

static void reasons_are_stable_words(void **state)
{
	static const struct {
		const char *text, *reason;
		int wanted;
	} cases[] = {
		{ "", "none", 0 },
		{ "how much is the tent?", "none", 0 },
		{ "оператора", "single-word", 1 },
		{ "позовите оператора", "ask-for-operator", 1 },
		{ "not a bot, a human", "single-word", 1 },
		{ "jgthfnjhf", "keyboard", 1 },
		{ "где оператор", "where-is", 1 },
		{ "не надо оператора", "negated", 0 },
		{ "переведи: позовите оператора", "translation", 0 },
		{ "write a story where the hero says call a human", "story", 0 },
		{ "he shouted \"get me a human\" and left", "quoted", 0 },
		{ "нужен оператор станка", "about-operators", 0 },
		{ "мой друг хочет оператора", "mention", 0 },
		{ "are you a human?", "identity", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int wanted;

		assert_string_equal(reason_of(cases[i].text, &wanted), cases[i].reason);
		assert_int_equal(wanted, cases[i].wanted);
	}
}

/* Both ends of a long text are read, and no length or byte does harm. */
static void long_and_odd_texts_are_judged(void **state)
{
	enum { LONG = 200000 };
	char *text = malloc(LONG);
	static const char ask[] = ". Позовите оператора.";

	(void)state;
	memset(text, 'a', LONG);
	for (int i = 0; i < LONG; i += 7)
		text[i] = ' ';
	assert_int_equal(handoff_wanted(text, LONG, NULL), 0);
	memcpy(text + LONG - sizeof ask, ask, sizeof ask);
	assert_int_equal(handoff_wanted(text, LONG, NULL), 1);
	memset(text, 0xD0, LONG);
	assert_int_equal(handoff_wanted(text, LONG, NULL), 0);
	for (int i = 0; i < LONG; i++)
		text[i] = "\"`('"[i % 4];
	assert_int_equal(handoff_wanted(text, LONG, NULL), 0);
	free(text);
}

static int gives_up(const char *answer, const char *const *list)
{
	struct arena arena = { 0 };
	int yes = handoff_gives_up(answer, handoff_phrases_read(&arena, list));

	arena_free(&arena);
	return yes;
}

static void a_bot_gives_itself_away(void **state)
{
	static const char *const own[] = { "увы", "Out of scope.", "", "...", NULL };
	static const char *const none[] = { NULL };

	(void)state;
	assert_true(handoff_gives_up("Извините, я не могу посмотреть заказ.", NULL));
	assert_true(handoff_gives_up("Как Искусственный  Интеллект, я не знаю.", NULL));
	assert_true(handoff_gives_up("As an AI, I have no opinion.", NULL));
	assert_true(handoff_gives_up("I'm unable to see orders.", NULL));
	assert_false(handoff_gives_up("Я не могу не отметить, что палатка лёгкая.", NULL));
	assert_false(handoff_gives_up("I cannot help but notice.", NULL));
	assert_false(handoff_gives_up("Сотрудник сказал: «я не могу прийти».", NULL));
	assert_false(handoff_gives_up("Палатка весит два килограмма.", NULL));
	assert_true(gives_up("Увы! Нет такого.", own));
	assert_true(gives_up("That is out of scope", own));
	assert_false(gives_up("As an AI", own));
	assert_false(gives_up("As an AI", none));
	assert_false(gives_up("", own));
}

/* How far an answer is shown when it has come as far as this. */
static void a_growing_answer_shows_no_phrase(void **state)
{
	static const struct {
		const char *text, *shown;
	} cases[] = {
		{ "Three days.", "Three days." },
		{ "I", "" },
		{ "I c", "" },
		{ "I can", "" },
		{ "I can d", "I can d" },
		{ "Well, I can\xe2\x80\x99t hel", "Well, " },
		{ "Well, I cannot help you with that.", "Well, " },
		{ "I cannot help but note", "I cannot help but note" },
		{ "Увы, я не мо", "Увы, " },
		{ "Увы, я не могу", "Увы, " },
		{ "Увы, я не могу не", "Увы, " },
		{ "Увы, я не могу не отметить", "Увы, я не могу не отметить" },
		{ "Увы, я не можно", "Увы, я не можно" },
		{ "Моя не менялась", "Моя не менялась" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t n = handoff_presentable(cases[i].text, strlen(cases[i].text), 0, NULL);

		if (n != strlen(cases[i].shown))
			fail_msg("%s: %.*s", cases[i].text, (int)n, cases[i].text);
	}
}

/* However it comes: what was shown stays a beginning, and ends before the phrase. */
static void a_phrase_is_never_seen(void **state)
{
	static const char text[] = "Палатка весит 2 кг, «Хибины 2» — тоже. Как ИИ, я не сплю.";
	size_t before = (size_t)(strstr(text, "Как ИИ") - text), shown = 0;

	(void)state;
	for (size_t len = 1; len < sizeof text; len++) {
		size_t now;

		if ((text[len] & 0xC0) == 0x80)
			continue;
		now = handoff_presentable(text, len, shown, NULL);
		assert_true(now >= shown && now <= before);
		shown = now;
	}
	assert_int_equal(shown, before);
}

/* A phrase may be written with signs around it: only its words count. */
static void signs_around_a_phrase_do_not_count(void **state)
{
	static const char *const own[] = { "«out of  scope.»", NULL };
	static const char text[] = "That is out of scope. Sorry.";
	struct arena arena = { 0 };
	const struct handoff_phrases *phrases = handoff_phrases_read(&arena, own);

	(void)state;
	assert_true(handoff_gives_up(text, phrases));
	assert_int_equal(handoff_presentable(text, strlen(text), 0, phrases),
			 strlen("That is "));
	arena_free(&arena);
}

/* What was looked at before is not looked at again, and nothing is missed by that. */
static void looking_on_finds_the_same(void **state)
{
	static const char *const texts[] = {
		"I can do that; as an  airline we fly. I cann't, I can not, I cannot help you.",
		"Как искус: я не мощный, как ии-сервис… у меня нет досуга. Я не в состоянии.",
		"i i i am i am an i am an ai",
		"экзамен; наука не могу. не могу не ответить, не могу помочь с этой, с этим",
	};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		for (size_t len = 1, now = 0; len <= strlen(texts[i]); len++) {
			if ((texts[i][len] & 0xC0) == 0x80)
				continue;
			now = handoff_presentable(texts[i], len, now, NULL);
			assert_int_equal(now, handoff_presentable(texts[i], len, 0, NULL));
		}
}

static void a_question_comes_back(void **state)
{
	(void)state;
	assert_true(handoff_same_question("Где мой заказ?", "где мой заказ"));
	assert_true(handoff_same_question("Где мой заказ?",
					  "Здравствуйте, мой заказ где, пожалуйста"));
	assert_true(handoff_same_question("сколько стоит доставка", "сколко стоит дотавка??"));
	assert_true(handoff_same_question("how do I return boots",
					  "how do i return the boots please"));
	assert_true(handoff_same_question("привет", "Привет!"));
	assert_false(handoff_same_question("сколько стоит доставка", "сколько стоит палатка"));
	assert_false(handoff_same_question("where is order 123", "where is order 124"));
	assert_false(handoff_same_question("почему работает", "почему не работает"));
	assert_false(handoff_same_question("how much is the tent", "do you sell boots"));
	assert_false(handoff_same_question("", "?"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reasons_are_stable_words),
		cmocka_unit_test(long_and_odd_texts_are_judged),
		cmocka_unit_test(a_bot_gives_itself_away),
		cmocka_unit_test(a_growing_answer_shows_no_phrase),
		cmocka_unit_test(a_phrase_is_never_seen),
		cmocka_unit_test(signs_around_a_phrase_do_not_count),
		cmocka_unit_test(looking_on_finds_the_same),
		cmocka_unit_test(a_question_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

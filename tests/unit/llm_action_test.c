#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/llm/llm.h"

/* A model calls a human: by a tool, or by a field of a text that is JSON. */

#define TOOL(fields)                                                                           \
	"data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0," fields     \
	"}]},\"finish_reason\":null}]}\n\n"
#define SAY(text) "data: {\"choices\":[{\"delta\":{\"content\":\"" text "\"}}]}\n\n"
#define END(reason)                                                                            \
	"data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"" reason "\"}]}\n\n"            \
	"data: [DONE]\n\n"
#define LINE(text, status)                                                                     \
	"{\"result\":{\"alternatives\":[{\"message\":{\"role\":\"assistant\",\"text\":\"" text \
	"\"},\"status\":\"ALTERNATIVE_STATUS_" status "\"}]}}\n"

static const struct {
	const char *kind, *name, *body, *text, *reason;
	int wants_human;
} cases[] = {
	{ "openai", "a tool, its arguments in pieces",
	  TOOL("\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"call_human\","
	       "\"arguments\":\"\"}") TOOL("\"function\":{\"arguments\":\"{\\\"reason\\\":"
					   "\"}") TOOL("\"function\":{\"arguments\":\"\\\"воз"
						       "врат\\\"}\"}") END("tool_calls"),
	  "", "возврат", 1 },
	{ "openai", "words first, then the tool",
	  SAY("One moment.") TOOL("\"function\":{\"name\":\"call_human\",\"arguments\":"
				  "\"{\\\"reason\\\":\\\"money\\\"}\"}") END("tool_calls"),
	  "One moment.", "money", 1 },
	{ "openai", "arguments that are no JSON",
	  TOOL("\"function\":{\"name\":\"call_human\",\"arguments\":\"{oops\"}")
		  END("tool_calls"),
	  "", "", 1 },
	{ "openai", "one object instead of a stream",
	  "{\"choices\":[{\"message\":{\"content\":null,\"tool_calls\":[{\"id\":\"c\",\"type\":"
	  "\"function\",\"function\":{\"name\":\"call_human\",\"arguments\":"
	  "\"{\\\"reason\\\":\\\"angry\\\"}\"}}]},\"finish_reason\":\"tool_calls\"}]}",
	  "", "angry", 1 },
	{ "openai", "another tool",
	  SAY("Hi") TOOL("\"function\":{\"name\":\"call_humanity\",\"arguments\":\"{}\"}")
		  END("stop"),
	  "Hi", "", 0 },
	{ "openai", "the name as a word of the text", SAY("call_human") END("stop"),
	  "call_human", "", 0 },

	{ "yandexgpt", "an answer that grows",
	  LINE("{\\\"action\\\":\\\"answer\\\",\\\"rea", "PARTIAL")
		  LINE("{\\\"action\\\":\\\"answer\\\",\\\"reason\\\":\\\"\\\",\\\"reply\\\":"
		       "\\\"Три \\\\u0434\\\\",
		       "PARTIAL") LINE("{\\\"action\\\":\\\"answer\\\",\\\"reason\\\":\\\"\\\","
				       "\\\"reply\\\":\\\"Три \\\\u0434\\\\nня\\\"}",
				       "FINAL"),
	  "Три д\nня", "", 0 },
	{ "yandexgpt", "the action",
	  LINE("{\\\"action\\\":\\\"call_human\\\",\\\"reason\\\":\\\"спор\\\",\\\"reply\\\":"
	       "\\\"\\\"}",
	       "FINAL"),
	  "", "спор", 1 },
	{ "yandexgpt", "cut by the token limit in the middle of the reply",
	  LINE("{\\\"action\\\":\\\"answer\\\",\\\"reason\\\":\\\"\\\",\\\"reply\\\":\\\"Жил",
	       "TRUNCATED_FINAL"),
	  "Жил", "", 0 },
	{ "yandexgpt", "a model that ignores the schema", LINE("Три дня", "FINAL"), "Три дня",
	  "", 0 },
	{ "yandexgpt", "JSON of another shape", LINE("{\\\"x\\\":1}", "FINAL"), "{\"x\":1}", "",
	  0 },
};

static void run(size_t i, size_t piece)
{
	const struct llm_provider *p = llm_provider(cases[i].kind);
	struct arena arena = { 0 };
	struct llm_answer answer;
	size_t len = strlen(cases[i].body);

	llm_answer_init(&answer, &arena);
	answer.offers_human = 1;
	for (size_t at = 0; at < len; at += piece)
		assert_int_equal(p->feed(&answer, cases[i].body + at,
					 piece < len - at ? piece : len - at),
				 0);
	assert_int_equal(p->end(&answer), 0);
	if (answer.wants_human != cases[i].wants_human ||
	    strcmp(buf_str(&answer.text), cases[i].text) != 0 ||
	    strcmp(buf_str(&answer.reason), cases[i].reason) != 0)
		fail_msg("%s, %s: \"%s\", reason \"%s\", %d", cases[i].kind, cases[i].name,
			 buf_str(&answer.text), buf_str(&answer.reason), answer.wants_human);
	llm_answer_finish(&answer);
	arena_free(&arena);
}

static void actions_are_read_wherever_they_are_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (size_t piece = 1; piece <= strlen(cases[i].body); piece++)
			run(i, piece);
}

/* Whatever has come of it, what is shown is a beginning of the reply, and no piece of JSON. */
static void a_reply_grows_from_its_beginning(void **state)
{
	static const char whole[] =
		"{ \"action\" : \"answer\", \"reason\":\"a \\\"reply\\\":\\\"x\", \"reply\": "
		"\"Да \\ud83d\\ude00, \\u043d\\u0435\\u0442\\\\\"}";
	static const char reply[] = "Да 😀, нет\\";

	(void)state;
	for (size_t len = 1; len < sizeof whole; len++) {
		struct arena arena = { 0 };
		struct llm_answer answer;
		json_t *line = json_pack("{s:{s:[{s:{s:s%}, s:s}]}}", "result", "alternatives",
					 "message", "text", whole, len, "status",
					 "ALTERNATIVE_STATUS_FINAL");
		char *body = line ? json_dumps(line, JSON_COMPACT) : NULL;

		if (body) { /* not cut within a character */
			llm_answer_init(&answer, &arena);
			answer.offers_human = 1;
			assert_int_equal(
				llm_provider("yandexgpt")->feed(&answer, body, strlen(body)),
				0);
			assert_int_equal(llm_provider("yandexgpt")->end(&answer), 0);
			assert_int_equal(strncmp(reply, buf_str(&answer.text), answer.text.len),
					 0);
			llm_answer_finish(&answer);
		}
		free(body);
		json_decref(line);
		arena_free(&arena);
	}
}

static json_t *asked(const char *kind, struct arena *a, int offers_human)
{
	static struct llm_message said[] = { { LLM_USER, "Hi" } };
	struct prompt prompt = { .n = 1, .messages = said, .offers_human = offers_human };
	struct bot bot = { .name = "shop", .answer_tokens = 800 };
	struct provider p = { .name = "p", .kind = kind, .model = "m", .folder = "f" };
	struct llm_request r;
	json_t *body;

	llm_provider(kind)->request(&r, a, &p, &bot, &prompt);
	body = json_loads(r.body, 0, NULL);
	assert_non_null(body);
	return body;
}

static void models_are_offered_the_action_only_where_humans_can_be_called(void **state)
{
	struct arena a = { 0 };
	json_t *body = asked("openai", &a, 1), *tool, *schema;

	(void)state;
	tool = json_array_get(json_object_get(body, "tools"), 0);
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(tool, "function"), "name")),
		"call_human");
	json_decref(body);
	body = asked("yandexgpt", &a, 1);
	schema = json_object_get(json_object_get(body, "jsonSchema"), "schema");
	assert_int_equal(json_array_size(json_object_get(schema, "required")), 3);
	json_decref(body);

	body = asked("openai", &a, 0);
	assert_null(json_object_get(body, "tools"));
	json_decref(body);
	body = asked("yandexgpt", &a, 0);
	assert_null(json_object_get(body, "jsonSchema"));
	json_decref(body);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(actions_are_read_wherever_they_are_cut),
		cmocka_unit_test(a_reply_grows_from_its_beginning),
		cmocka_unit_test(models_are_offered_the_action_only_where_humans_can_be_called),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

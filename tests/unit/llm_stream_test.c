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

/* Streams as services send them, and what must come of each however they are cut. */

struct stream {
	const char *kind, *name, *body;
	const char *text; /* NULL: it fails */
	enum llm_finish finish;
	enum llm_failure failure;
	int in, out;
	const char *model;
};

#define CHUNK(delta)                                                                           \
	"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1795000000,"    \
	"\"model\":\"gpt-x-1\",\"service_tier\":\"default\",\"choices\":[{\"index\":0,"        \
	"\"delta\":" delta ",\"logprobs\":null,\"finish_reason\":null}],\"usage\":null,"       \
	"\"obfuscation\":\"a\\\"b\"}\n\n"
#define SAY(text) CHUNK("{\"content\":\"" text "\"}")
#define FINISH(reason)                                                                         \
	"data: {\"model\":\"gpt-x-1\",\"choices\":[{\"index\":0,\"delta\":{},"                 \
	"\"finish_reason\":\"" reason "\"}],\"usage\":null}\n\n"
#define USAGE                                                                                  \
	"data: {\"model\":\"gpt-x-1\",\"choices\":[],\"usage\":{\"prompt_tokens\":20,"         \
	"\"completion_tokens\":3,\"total_tokens\":23,\"prompt_tokens_details\":"               \
	"{\"cached_tokens\":7},\"completion_tokens_details\":{\"reasoning_tokens\":1}}}\n\n"
#define DONE "data: [DONE]\n\n"

#define LINE(text, status)                                                                     \
	"{\"result\":{\"alternatives\":[{\"message\":{\"role\":\"assistant\",\"text\":\"" text \
	"\"},\"status\":\"ALTERNATIVE_STATUS_" status                                          \
	"\"}],\"usage\":{\"inputTextTokens\":\"12\",\"completionTokens\":\"3\","               \
	"\"totalTokens\":\"15\"},\"modelVersion\":\"09.02.2025\"}}\n"

static const struct stream streams[] = {
	/* --- openai */
	{ "openai", "the usual stream",
	  CHUNK("{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}") SAY("При")
		  SAY("вет, 😀") SAY("!") FINISH("stop") USAGE DONE,
	  "Привет, 😀!", LLM_STOP, 0, 20, 3, "gpt-x-1" },
	{ "openai", "escapes and pairs of surrogates",
	  SAY("\\u041f\\ud83d\\ude00\\n\\\"q\\\"") FINISH("stop") DONE, "П😀\n\"q\"", LLM_STOP,
	  0, -1, -1, "gpt-x-1" },
	{ "openai", "U+0000 becomes what PostgreSQL can store",
	  SAY("a\\u0000b") FINISH("stop") DONE,
	  "a\xef\xbf\xbd"
	  "b",
	  LLM_STOP, 0, -1, -1, "gpt-x-1" },
	{ "openai", "cut by the token limit", SAY("Once") FINISH("length") USAGE DONE, "Once",
	  LLM_LENGTH, 0, 20, 3, "gpt-x-1" },
	{ "openai", "filtered", SAY("On") FINISH("content_filter") DONE, "On", LLM_FILTERED, 0,
	  -1, -1, "gpt-x-1" },
	{ "openai", "a refusal is said",
	  CHUNK("{\"refusal\":\"I cannot.\"}") FINISH("stop") DONE, "I cannot.", LLM_STOP, 0,
	  -1, -1, "gpt-x-1" },
	{ "openai", "reasoning is not said",
	  CHUNK("{\"reasoning_content\":\"hmm\",\"content\":null}") SAY("ok") FINISH("stop")
		  DONE,
	  "ok", LLM_STOP, 0, -1, -1, "gpt-x-1" },
	{ "openai", "whoever speaks has a name",
	  CHUNK("{\"role\":\"assistant\",\"name\":\"Helper\",\"content\":\"ok\"}")
		  FINISH("stop") DONE,
	  "ok", LLM_STOP, 0, -1, -1, "gpt-x-1" },
	{ "openai", "numbers beyond 64 bits",
	  "data: {\"seed\":18446744073709551615,\"x\":1e999,\"choices\":[{\"delta\":{"
	  "\"content\":\"ok\"}}],\"usage\":{\"prompt_tokens\":99999999999999999999,"
	  "\"completion_tokens\":2}}\n\n" FINISH("stop") DONE,
	  "ok", LLM_STOP, 0, -1, 2, "gpt-x-1" },
	{ "openai", "an end without [DONE] but with a finish", SAY("ok") FINISH("stop"), "ok",
	  LLM_STOP, 0, -1, -1, "gpt-x-1" },
	{ "openai", "[DONE] without a finish", SAY("ok") DONE, "ok", LLM_STOP, 0, -1, -1,
	  "gpt-x-1" },
	{ "openai", "comments, other fields, no space, data over two lines",
	  ": ping\n\nevent: message\nid: 1\nretry: 5\ndata:{\"choices\":[{\"index\":0,\n"
	  "data:\"delta\":{\"content\":\"ok\"},\"finish_reason\":\"stop\"}]}\n\n:\n\n" DONE,
	  "ok", LLM_STOP, 0, -1, -1, NULL },
	{ "openai", "CRLF",
	  "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\r\n\r\ndata: {\"choices\":[{"
	  "\"delta\":{\"content\":\"b\"},\"finish_reason\":\"stop\"}]}\r\n\r\ndata: "
	  "[DONE]\r\n\r\n",
	  "ab", LLM_STOP, 0, -1, -1, NULL },
	{ "openai", "CR alone",
	  "data: "
	  "{\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\r\r",
	  "a", LLM_STOP, 0, -1, -1, NULL },
	{ "openai", "the last blank line is missing",
	  SAY("a") "data: {\"choices\":[{\"delta\":{"
		   "\"content\":\"b\"},\"finish_reason\":\"stop\"}]}",
	  "ab", LLM_STOP, 0, -1, -1, "gpt-x-1" },
	{ "openai", "one object instead of a stream",
	  "{\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
	  "\"content\":\"Кот.\",\"refusal\":null},\"finish_reason\":\"stop\"}],\"usage\":{"
	  "\"prompt_tokens\":20,\"completion_tokens\":3}}\n",
	  "Кот.", LLM_STOP, 0, 20, 3, "m" },
	{ "openai", "broken off", SAY("Once upon"), NULL, 0, LLM_TRY_AGAIN, 0, 0, NULL },
	{ "openai", "nothing at all", "", NULL, 0, LLM_TRY_AGAIN, 0, 0, NULL },
	{ "openai", "[DONE] without a word", DONE, NULL, 0, LLM_TRY_AGAIN, 0, 0, NULL },
	{ "openai", "an error in the middle",
	  SAY("On") "data: {\"error\":{\"message\":\"The server is overloaded\",\"type\":"
		    "\"server_error\",\"code\":\"server_is_overloaded\"}}\n\n",
	  NULL, 0, LLM_TRY_AGAIN, 0, 0, NULL },
	{ "openai", "no money in the middle",
	  "data: {\"error\":{\"message\":\"x\",\"type\":\"insufficient_quota\",\"code\":"
	  "\"insufficient_quota\"}}\n\n",
	  NULL, 0, LLM_TRY_OTHER, 0, 0, NULL },
	{ "openai", "an error with a name",
	  "data: {\"error\":{\"name\":\"Error\",\"message\":\"x\",\"code\":"
	  "\"context_length_exceeded\"}}\n\n",
	  NULL, 0, LLM_SHRINK, 0, 0, NULL },
	{ "openai", "an error as a word", "data: {\"error\":\"overloaded\"}\n\n", NULL, 0,
	  LLM_TRY_AGAIN, 0, 0, NULL },
	{ "openai", "an error object with status 200",
	  "{\"error\":{\"message\":\"model call failed\",\"type\":\"model_call_error\"}}", NULL,
	  0, LLM_TRY_AGAIN, 0, 0, NULL },
	{ "openai", "too long, said late",
	  "data: {\"error\":{\"message\":\"This model's maximum context length is 8\",\"type\":"
	  "\"invalid_request_error\",\"code\":\"context_length_exceeded\"}}\n\n",
	  NULL, 0, LLM_SHRINK, 0, 0, NULL },
	{ "openai", "a web page", "<html><body>502</body></html>", NULL, 0, LLM_TRY_AGAIN, 0, 0,
	  NULL },
	{ "openai", "broken JSON", "data: {\"choices\":[}\n\n", NULL, 0, LLM_TRY_AGAIN, 0, 0,
	  NULL },
	{ "openai", "invalid UTF-8",
	  "data: {\"choices\":[{\"delta\":{\"content\":\"\xff\"}}]}\n\n", NULL, 0,
	  LLM_TRY_AGAIN, 0, 0, NULL },
	{ "openai", "too deep",
	  "data: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n\n", NULL,
	  0, LLM_TRY_AGAIN, 0, 0, NULL },

	/* --- yandexgpt */
	{ "yandexgpt", "the usual stream",
	  LINE("При", "PARTIAL") LINE("Привет, 😀", "PARTIAL") LINE("Привет, 😀!", "FINAL"),
	  "Привет, 😀!", LLM_STOP, 0, 12, 3, "09.02.2025" },
	{ "yandexgpt", "it changes its mind",
	  LINE("Приват", "PARTIAL") LINE("Привет", "PARTIAL") LINE("Пр", "FINAL"), "Пр",
	  LLM_STOP, 0, 12, 3, "09.02.2025" },
	{ "yandexgpt", "it changes half a code point", LINE("Я", "PARTIAL") LINE("Э!", "FINAL"),
	  "Э!", LLM_STOP, 0, 12, 3, "09.02.2025" },
	{ "yandexgpt", "cut by the token limit", LINE("Жил", "TRUNCATED_FINAL"), "Жил",
	  LLM_LENGTH, 0, 12, 3, "09.02.2025" },
	{ "yandexgpt", "filtered", LINE("Давайте сменим тему", "CONTENT_FILTER"),
	  "Давайте сменим тему", LLM_FILTERED, 0, 12, 3, "09.02.2025" },
	{ "yandexgpt", "numbers as numbers, no last line feed",
	  "{\"result\":{\"alternatives\":[{\"message\":{\"text\":\"да\"},\"status\":"
	  "\"ALTERNATIVE_STATUS_FINAL\"}],\"usage\":{\"inputTextTokens\":12,"
	  "\"completionTokens\":"
	  "3}}}",
	  "да", LLM_STOP, 0, 12, 3, NULL },
	{ "yandexgpt", "an object over several lines",
	  "{\r\n  \"result\": {\n\"alternatives\":[{\"message\":{\"text\":\"да\"},\n\"status\":"
	  "\"ALTERNATIVE_STATUS_FINAL\"}]\n}}\n",
	  "да", LLM_STOP, 0, -1, -1, NULL },
	{ "yandexgpt", "broken off", LINE("При", "PARTIAL"), NULL, 0, LLM_TRY_AGAIN, 0, 0,
	  NULL },
	{ "yandexgpt", "broken off in a line", "{\"result\":{\"alternatives\":[", NULL, 0,
	  LLM_TRY_AGAIN, 0, 0, NULL },
	{ "yandexgpt", "nothing at all", "", NULL, 0, LLM_TRY_AGAIN, 0, 0, NULL },
	{ "yandexgpt", "an error in the middle",
	  LINE("При",
	       "PARTIAL") "{\"error\":{\"grpcCode\":8,\"httpCode\":429,\"message\":\"count "
			  "gauge quota limit exceed\",\"httpStatus\":\"Too Many "
			  "Requests\",\"details\":[]}}\n",
	  NULL, 0, LLM_TRY_AGAIN, 0, 0, NULL },
	{ "yandexgpt", "an error of the gateway",
	  "{\"code\":16,\"message\":\"Unknown api key\"}\n", NULL, 0, LLM_TRY_OTHER, 0, 0,
	  NULL },
	{ "yandexgpt", "too long, said late",
	  "{\"error\":{\"grpcCode\":3,\"message\":\"number of input tokens must be no more "
	  "than "
	  "8192, got 9136\"}}\n",
	  NULL, 0, LLM_SHRINK, 0, 0, NULL },
	{ "yandexgpt", "a web page", "<html>\n<body>", NULL, 0, LLM_TRY_AGAIN, 0, 0, NULL },
	{ "yandexgpt", "invalid UTF-8", "{\"result\":{\"x\":\"\xd0\"}}\n", NULL, 0,
	  LLM_TRY_AGAIN, 0, 0, NULL },
	{ "yandexgpt", "something else", "{\"hello\":1}\n", NULL, 0, LLM_TRY_AGAIN, 0, 0,
	  NULL },
};

enum { STREAMS = sizeof streams / sizeof *streams };

/* What somebody sees who is shown [stable, end) after each call. */
struct watcher {
	char text[4096];
	size_t shown;
};

static void watch(struct watcher *w, const struct llm_answer *answer)
{
	assert_true(answer->stable <= answer->text.len || answer->text.len == 0);
	assert_int_equal(utf8_valid_prefix(buf_str(&answer->text), answer->text.len),
			 answer->text.len);
	if (answer->stable < w->shown)
		w->shown = 0;
	memcpy(w->text + w->shown, buf_str(&answer->text) + w->shown,
	       answer->text.len - w->shown);
	w->shown = answer->text.len;
}

static void check(const struct stream *s, struct llm_answer *answer, int rc,
		  const struct watcher *w)
{
	if (!s->text) {
		assert_int_equal(rc, -1);
		assert_int_not_equal(answer->err.kind, ERR_NONE);
		assert_int_equal(answer->failure, s->failure);
		return;
	}
	assert_int_equal(rc, 0);
	assert_string_equal(buf_str(&answer->text), s->text);
	assert_int_equal(w->shown, strlen(s->text));
	assert_memory_equal(w->text, s->text, w->shown);
	assert_int_equal(answer->finish, s->finish);
	assert_int_equal(answer->usage.in, s->in);
	assert_int_equal(answer->usage.out, s->out);
	if (s->model)
		assert_string_equal(answer->model, s->model);
	else
		assert_null(answer->model);
}

/* Feed the body in pieces of the given lengths, the last of which repeats. */
static void run(const struct stream *s, size_t first, size_t rest)
{
	const struct llm_provider *p = llm_provider(s->kind);
	struct arena arena = { 0 };
	struct llm_answer answer;
	struct watcher w = { 0 };
	size_t len = strlen(s->body), at = 0;
	int rc = 0;

	llm_answer_init(&answer, &arena);
	for (size_t n = first; at < len && rc == 0; at += n, n = rest) {
		char *piece;

		if (n > len - at)
			n = len - at;
		piece = malloc(n); /* of its own, so that a sanitizer sees every byte too far */
		memcpy(piece, s->body + at, n);
		rc = p->feed(&answer, piece, n);
		free(piece);
		watch(&w, &answer);
	}
	if (rc == 0) {
		rc = p->end(&answer);
		watch(&w, &answer);
	}
	check(s, &answer, rc, &w);
	llm_answer_finish(&answer);
	arena_free(&arena);
}

static void streams_come_out_whole_wherever_they_are_cut(void **state)
{
	(void)state;
	for (int i = 0; i < STREAMS; i++) {
		size_t len = strlen(streams[i].body);

		for (size_t cut = 1; cut <= len; cut++)
			run(&streams[i], cut, len);
		for (size_t piece = 1; piece <= 7; piece++)
			run(&streams[i], piece, piece);
		run(&streams[i], len + 1, 1);
	}
}

/* A stream that ends too early is a failure, never a shorter answer. */
static void no_beginning_of_a_stream_is_an_answer(void **state)
{
	(void)state;
	for (int i = 0; i < STREAMS; i++) {
		const struct stream *s = &streams[i];
		const struct llm_provider *p = llm_provider(s->kind);

		for (size_t len = 0; s->text && len < strlen(s->body); len++) {
			struct arena arena = { 0 };
			struct llm_answer answer;
			int rc;

			llm_answer_init(&answer, &arena);
			rc = p->feed(&answer, s->body, len);
			rc = rc ? rc : p->end(&answer);
			if (rc == 0)
				assert_string_equal(buf_str(&answer.text), s->text);
			llm_answer_finish(&answer);
			arena_free(&arena);
		}
	}
}

static void endless_answers_are_refused(void **state)
{
	static const char line[] =
		"data: {\"choices\":[{\"delta\":{\"content\":\"%01000d\"}}]}\n\n";
	struct arena arena = { 0 };
	struct llm_answer answer;
	char text[1100];
	int rc = 0, fed = 0;

	(void)state;
	snprintf(text, sizeof text, line, 7);
	llm_answer_init(&answer, &arena);
	while (rc == 0 && fed++ < 1000)
		rc = llm_provider("openai")->feed(&answer, text, strlen(text));
	assert_int_equal(rc, -1);
	assert_true(answer.text.len < 300L * 1024);
	llm_answer_finish(&answer);

	llm_answer_init(&answer, &arena);
	memset(text, 'x', sizeof text);
	for (rc = 0, fed = 0; rc == 0 && fed < 2000; fed++)
		rc = llm_provider("yandexgpt")->feed(&answer, text, sizeof text);
	assert_int_equal(rc, -1);
	llm_answer_finish(&answer);

	llm_answer_init(&answer, &arena);
	for (rc = 0, fed = 0; rc == 0 && fed < 2000; fed++)
		rc = llm_provider("openai")->feed(&answer, text, sizeof text);
	assert_int_equal(rc, -1);
	llm_answer_finish(&answer);
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_come_out_whole_wherever_they_are_cut),
		cmocka_unit_test(no_beginning_of_a_stream_is_an_answer),
		cmocka_unit_test(endless_answers_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/llm/llm.h"

/* --- what is sent ------------------------------------------------------------------ */

static struct llm_message said[] = { { LLM_SYSTEM, "Be brief." },
				     { LLM_USER, "Привет \"x\"" } };
static const struct prompt prompt = { .n = 2, .messages = said, .estimated_tokens = 10 };
static const struct bot bot = { .name = "shop", .answer_tokens = 800 };

static json_t *request_body(struct arena *a, const struct provider *p, struct llm_request *out)
{
	json_t *body;

	llm_provider(p->kind)->request(out, a, p, &bot, &prompt);
	body = json_loads(out->body, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(body);
	arena_own(a, body, (void (*)(void *))json_delete);
	return body;
}

static int has_header(const struct llm_request *r, const char *header)
{
	for (int i = 0; r->headers[i]; i++)
		if (strcmp(r->headers[i], header) == 0)
			return 1;
	return 0;
}

static void openai_requests_stream_with_usage(void **state)
{
	struct provider p = { .name = "o", .kind = "openai", .model = "gpt-x", .key = "sk-1" };
	struct arena a = { 0 };
	struct llm_request r;
	json_t *body = request_body(&a, &p, &r), *message;

	(void)state;
	assert_string_equal(r.url, "https://api.openai.com/v1/chat/completions");
	assert_true(has_header(&r, "Authorization: Bearer sk-1"));
	assert_true(json_is_true(json_object_get(body, "stream")));
	assert_true(json_is_true(
		json_object_get(json_object_get(body, "stream_options"), "include_usage")));
	assert_int_equal(json_integer_value(json_object_get(body, "max_completion_tokens")),
			 800);
	assert_string_equal(json_string_value(json_object_get(body, "model")), "gpt-x");
	message = json_array_get(json_object_get(body, "messages"), 0);
	assert_string_equal(json_string_value(json_object_get(message, "role")), "system");
	message = json_array_get(json_object_get(body, "messages"), 1);
	assert_string_equal(json_string_value(json_object_get(message, "content")),
			    "Привет \"x\"");
	arena_free(&a);
}

static void every_parameter_can_be_set_and_omitted(void **state)
{
	static const char *const headers[] = { "OpenAI-Project: b1g", NULL };
	json_t *params = json_pack("{s:s, s:n, s:i, s:n, s:{s:n, s:b}}", "system_role",
				   "developer", "max_completion_tokens", "max_tokens", 5,
				   "stream", "stream_options", "include_usage", "x", 1);
	struct provider p = { .name = "o",
			      .kind = "openai",
			      .base_url = "http://127.0.0.1:8000/v1/",
			      .headers = headers,
			      .params = params };
	struct arena a = { 0 };
	struct llm_request r;
	json_t *body = request_body(&a, &p, &r), *message;

	(void)state;
	assert_string_equal(r.url, "http://127.0.0.1:8000/v1/chat/completions");
	assert_true(has_header(&r, "OpenAI-Project: b1g"));
	for (int i = 0; r.headers[i]; i++)
		assert_null(strstr(r.headers[i], "Authorization"));
	assert_null(json_object_get(body, "model"));
	assert_null(json_object_get(body, "max_completion_tokens"));
	assert_null(json_object_get(body, "stream"));
	assert_null(json_object_get(body, "system_role"));
	assert_int_equal(json_integer_value(json_object_get(body, "max_tokens")), 5);
	assert_int_equal(json_object_size(json_object_get(body, "stream_options")), 1);
	message = json_array_get(json_object_get(body, "messages"), 0);
	assert_string_equal(json_string_value(json_object_get(message, "role")), "developer");
	json_decref(params);
	arena_free(&a);
}

static void yandexgpt_requests_name_the_model_by_folder(void **state)
{
	static const struct {
		const char *model, *uri;
	} cases[] = {
		{ NULL, "gpt://b1g/yandexgpt/latest" },
		{ "yandexgpt-lite", "gpt://b1g/yandexgpt-lite/latest" },
		{ "yandexgpt/rc", "gpt://b1g/yandexgpt/rc" },
		{ "ds://tuned", "ds://tuned" },
	};
	struct llm_request r;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct provider p = { .name = "y",
				      .kind = "yandexgpt",
				      .folder = "b1g",
				      .key = i ? "AQVN" : "t1.abc",
				      .model = cases[i].model };
		struct arena a = { 0 };
		json_t *body = request_body(&a, &p, &r), *options, *message;

		assert_string_equal(
			r.url,
			"https://llm.api.cloud.yandex.net/foundationModels/v1/completion");
		assert_true(has_header(&r, i ? "Authorization: Api-Key AQVN"
					     : "Authorization: Bearer t1.abc"));
		assert_true(has_header(&r, "x-data-logging-enabled: false"));
		assert_string_equal(json_string_value(json_object_get(body, "modelUri")),
				    cases[i].uri);
		options = json_object_get(body, "completionOptions");
		assert_string_equal(json_string_value(json_object_get(options, "maxTokens")),
				    "800");
		message = json_array_get(json_object_get(body, "messages"), 1);
		assert_string_equal(json_string_value(json_object_get(message, "text")),
				    "Привет \"x\"");
		arena_free(&a);
	}
}

/* --- what failures mean ---------------------------------------------------------------- */

#define OPENAI(type, code)                                                                     \
	"{\"error\":{\"message\":\"secret words\",\"type\":\"" type                            \
	"\",\"param\":null,\"code\":\"" code "\"}}"
#define YANDEX(grpc, text)                                                                     \
	"{\"error\":{\"grpcCode\":" grpc ",\"httpCode\":0,\"message\":\"" text                 \
	"\",\"httpStatus\":\"x\",\"details\":[]}}"

static const struct {
	const char *kind;
	long status;
	const char *body;
	enum llm_failure failure;
} judgements[] = {
	{ "openai", 0, "", LLM_TRY_AGAIN },
	{ "openai", 400, OPENAI("invalid_request_error", "context_length_exceeded"),
	  LLM_SHRINK },
	{ "openai", 400, OPENAI("invalid_request_error", "string_above_max_length"),
	  LLM_SHRINK },
	{ "openai", 400,
	  "{\"error\":{\"message\":\"This model's maximum context length is 4096 tokens\"}}",
	  LLM_SHRINK },
	{ "openai", 400, OPENAI("invalid_request_error", "unsupported_parameter"),
	  LLM_TRY_OTHER },
	{ "openai", 400, OPENAI("invalid_request_error", "unsupported_value"), LLM_TRY_OTHER },
	{ "openai", 400, OPENAI("invalid_request_error", "model_not_found"), LLM_TRY_OTHER },
	{ "openai", 400, OPENAI("invalid_request_error", "invalid_image"), LLM_HOPELESS },
	{ "openai", 400, "not json", LLM_HOPELESS },
	{ "openai", 401, OPENAI("invalid_request_error", "invalid_api_key"), LLM_TRY_OTHER },
	{ "openai", 402, "", LLM_TRY_OTHER },
	{ "openai", 403, OPENAI("x", "unsupported_country_region_territory"), LLM_TRY_OTHER },
	{ "openai", 404, OPENAI("invalid_request_error", "model_not_found"), LLM_TRY_OTHER },
	{ "openai", 408, "", LLM_TRY_AGAIN },
	{ "openai", 409, "", LLM_TRY_AGAIN },
	{ "openai", 413, "", LLM_SHRINK },
	{ "openai", 422, "", LLM_HOPELESS },
	{ "openai", 429, OPENAI("requests", "rate_limit_exceeded"), LLM_TRY_AGAIN },
	{ "openai", 429, OPENAI("rate_limit_error", "slow_down"), LLM_TRY_AGAIN },
	{ "openai", 429, OPENAI("insufficient_quota", "insufficient_quota"), LLM_TRY_OTHER },
	{ "openai", 429, OPENAI("x", "credit_balance_exhausted"), LLM_TRY_OTHER },
	{ "openai", 429, OPENAI("x", "project_spend_limit_exceeded"), LLM_TRY_OTHER },
	{ "openai", 429, OPENAI("x", "organization_usage_limit_exceeded"), LLM_TRY_OTHER },
	{ "openai", 429, "", LLM_TRY_AGAIN },
	{ "openai", 500, "<html>", LLM_TRY_AGAIN },
	{ "openai", 501, "", LLM_TRY_OTHER },
	{ "openai", 503, OPENAI("server_error", "server_is_overloaded"), LLM_TRY_AGAIN },
	{ "openai", 529, "", LLM_TRY_AGAIN },
	{ "openai", 302, "", LLM_TRY_OTHER },
	{ "yandexgpt", 0, "", LLM_TRY_AGAIN },
	{ "yandexgpt", 400,
	  YANDEX("3", "number of input tokens must be no more than 8192, got 9136"),
	  LLM_SHRINK },
	{ "yandexgpt", 400,
	  YANDEX("3", "text length is 349354, which is outside the range (0, 100000]"),
	  LLM_SHRINK },
	{ "yandexgpt", 400, YANDEX("3", "Failed to parse model URI"), LLM_TRY_OTHER },
	{ "yandexgpt", 400, YANDEX("3", "temperature is bad"), LLM_HOPELESS },
	{ "yandexgpt", 401, "{\"code\":16,\"message\":\"Unknown api key\",\"details\":[]}",
	  LLM_TRY_OTHER },
	{ "yandexgpt", 403, YANDEX("7", "Permission denied"), LLM_TRY_OTHER },
	{ "yandexgpt", 404, "", LLM_TRY_OTHER },
	{ "yandexgpt", 429, YANDEX("8", "gauge quota limit exceed: allowed 10 requests"),
	  LLM_TRY_AGAIN },
	{ "yandexgpt", 500, YANDEX("13", "internal"), LLM_TRY_AGAIN },
	{ "yandexgpt", 501, YANDEX("12", "unimplemented"), LLM_TRY_OTHER },
	{ "yandexgpt", 503, YANDEX("14", "unavailable"), LLM_TRY_AGAIN },
	{ "yandexgpt", 504, YANDEX("4", "deadline"), LLM_TRY_AGAIN },
};

static void failures_are_judged_by_the_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof judgements / sizeof *judgements; i++) {
		struct err e = { 0 };
		const char *body = judgements[i].body;
		enum llm_failure failure =
			llm_provider(judgements[i].kind)
				->judge(judgements[i].status, body, strlen(body), &e);

		if (failure != judgements[i].failure)
			fail_msg("%s %ld %s: %s", judgements[i].kind, judgements[i].status,
				 body, llm_failure_name(failure));
		assert_int_equal(e.kind, failure == LLM_TRY_AGAIN ? ERR_TEMP : ERR_PERM);
		assert_null(strstr(e.text, "secret words"));
	}
}

static void unknown_kinds_need_no_request(void **state)
{
	(void)state;
	assert_null(llm_provider("knowledge"));
	assert_null(llm_provider("nonsense"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(openai_requests_stream_with_usage),
		cmocka_unit_test(every_parameter_can_be_set_and_omitted),
		cmocka_unit_test(yandexgpt_requests_name_the_model_by_folder),
		cmocka_unit_test(failures_are_judged_by_the_table),
		cmocka_unit_test(unknown_kinds_need_no_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/llm/providers.h"

static void copy(char *to, size_t size, const json_t *from)
{
	if (json_is_string(from))
		snprintf(to, size, "%s", json_string_value(from));
	else if (json_is_integer(from))
		snprintf(to, size, "%lld", (long long)json_integer_value(from));
}

static int number(const json_t *from, int absent)
{
	if (json_is_string(from))
		return atoi(json_string_value(from));
	return json_is_integer(from) ? (int)json_integer_value(from) : absent;
}

void llm_read_error(struct llm_error *out, const json_t *root)
{
	const json_t *error = json_object_get(root, "error");

	*out = (struct llm_error){ .grpc = -1 };
	if (json_is_string(error)) {
		out->found = 1;
		copy(out->message, sizeof out->message, error);
		return;
	}
	if (!json_is_object(error)) {
		if (!json_object_get(root, "code") || !json_object_get(root, "message"))
			return;
		error = root;
		out->grpc = number(json_object_get(root, "code"), -1);
	}
	out->found = 1;
	out->grpc = number(json_object_get(error, "grpcCode"), out->grpc);
	out->http = number(json_object_get(error, "httpCode"), 0);
	if (out->grpc >= 0)
		snprintf(out->type, sizeof out->type, "grpc %d", out->grpc);
	copy(out->type, sizeof out->type, json_object_get(error, "type"));
	copy(out->code, sizeof out->code, json_object_get(error, "code"));
	copy(out->message, sizeof out->message, json_object_get(error, "message"));
}

enum llm_failure llm_judge_status(long status)
{
	switch (status) {
	case 413:
		return LLM_SHRINK;
	case 0:
	case 408:
	case 409:
	case 425:
	case 429:
	case 499:
		return LLM_TRY_AGAIN;
	case 501:
		return LLM_TRY_OTHER;
	default:
		return status >= 500 ? LLM_TRY_AGAIN : LLM_TRY_OTHER;
	}
}

enum llm_failure llm_judge_body(llm_judge_fn *judge, long status, const char *body, size_t len,
				struct err *e)
{
	json_auto_t *root = json_loadb(body, len, JSON_REJECT_DUPLICATES, NULL);
	struct llm_error error;
	enum llm_failure failure;

	llm_read_error(&error, root);
	failure = judge(status, &error);
	err_set(e, failure == LLM_TRY_AGAIN ? ERR_TEMP : ERR_PERM, "status %ld %.40s %.60s",
		status, error.type, error.code);
	return failure;
}

int llm_refuse_error(struct llm_answer *answer, llm_judge_fn *judge, long status,
		     const struct llm_error *error)
{
	return llm_refuse(answer, judge(status, error),
			  "error in the stream, status %ld %.40s %.60s", status, error->type,
			  error->code);
}

int llm_mentions(const char *text, const char *words)
{
	char word[64];

	while (*words) {
		size_t len = strcspn(words, "|");

		snprintf(word, sizeof word, "%.*s", (int)len, words);
		if (strcasestr(text, word))
			return 1;
		words += len + (words[len] == '|');
	}
	return 0;
}

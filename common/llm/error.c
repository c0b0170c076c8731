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
	copy(out->type, sizeof out->type, json_object_get(error, "type"));
	copy(out->code, sizeof out->code, json_object_get(error, "code"));
	copy(out->message, sizeof out->message, json_object_get(error, "message"));
}

void llm_parse_error(struct llm_error *out, const char *body, size_t len)
{
	json_t *root = json_loadb(body, len, JSON_REJECT_DUPLICATES, NULL);

	llm_read_error(out, root);
	json_decref(root);
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

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "common/web/internal.h"

enum { DEPTH_MAX = 32 };

static int is_json_type(const char *type)
{
	size_t len;

	if (!type)
		return 0;
	len = strcspn(type, "; \t");
	return len == strlen("application/json") &&
	       strncasecmp(type, "application/json", len) == 0;
}

/* Counted before parsing, so that no parser has to recurse for a stranger. */
static int is_deep(const char *text, size_t len)
{
	int depth = 0, in_string = 0;

	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (in_string) {
			if (c == '\\')
				i++;
			else if (c == '"')
				in_string = 0;
		} else if (c == '"') {
			in_string = 1;
		} else if (c == '{' || c == '[') {
			if (++depth > DEPTH_MAX)
				return 1;
		} else if (c == '}' || c == ']') {
			depth--;
		}
	}
	return 0;
}

static void release(void *object)
{
	json_decref(object);
}

json_t *web_json(struct web_request *req)
{
	json_error_t error;
	json_t *body;
	size_t len;
	const char *text = web_body(req, &len);

	if (!is_json_type(web_header(req, "Content-Type"))) {
		web_refuse(req, 415, "not_json", TEXT_PROBLEM_NOT_JSON);
		return NULL;
	}
	if (is_deep(text, len)) {
		web_refuse(req, 400, "bad_json", TEXT_PROBLEM_DEEP_JSON);
		return NULL;
	}
	body = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	if (!body) {
		web_refuse(req, 400, "bad_json", TEXT_PROBLEM_BAD_JSON, error.line);
		return NULL;
	}
	arena_own(&req->arena, body, release);
	if (!json_is_object(body)) {
		web_refuse(req, 400, "bad_json", TEXT_PROBLEM_NOT_OBJECT);
		return NULL;
	}
	return body;
}

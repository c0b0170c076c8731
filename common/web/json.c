#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "common/json/jread.h"
#include "common/json/jvalue.h"
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
	body = jread(text, len, JREAD_UNIQUE, DEPTH_MAX, &error);
	if (!body && json_error_code(&error) == json_error_stack_overflow) {
		web_refuse(req, 400, "bad_json", TEXT_PROBLEM_DEEP_JSON);
		return NULL;
	}
	if (!body) {
		web_refuse(req, 400, "bad_json", TEXT_PROBLEM_BAD_JSON, error.line);
		return NULL;
	}
	jown(&req->arena, body);
	if (!json_is_object(body)) {
		web_refuse(req, 400, "bad_json", TEXT_PROBLEM_NOT_OBJECT);
		return NULL;
	}
	return body;
}

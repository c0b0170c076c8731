#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "services/ingress/console.h"
#include "services/ingress/openapi.h"

static json_t *document;

static int load(void **state)
{
	(void)state;
	document = json_loadb(openapi_json, openapi_json_size, JSON_REJECT_DUPLICATES, NULL);
	return document ? 0 : -1;
}

static int unload(void **state)
{
	(void)state;
	json_decref(document);
	return 0;
}

/* "#/components/schemas/Message" */
static const json_t *resolve(const char *ref)
{
	const json_t *at = document;
	char part[100];

	assert_memory_equal(ref, "#/", 2);
	for (ref += 2; at && *ref; ref += *ref == '/') {
		size_t len = strcspn(ref, "/");

		snprintf(part, sizeof part, "%.*s", (int)len, ref);
		at = json_object_get(at, part);
		ref += len;
	}
	return at;
}

static int check_refs(const json_t *value)
{
	const char *ref = json_string_value(json_object_get(value, "$ref")), *key;
	json_t *child;
	size_t i;
	int n = 0;

	if (ref) {
		if (!resolve(ref))
			fail_msg("%s leads nowhere", ref);
		return 1;
	}
	json_object_foreach ((json_t *)value, key, child)
		n += check_refs(child);
	json_array_foreach (value, i, child)
		n += check_refs(child);
	return n;
}

static void it_is_openapi_and_every_reference_leads_somewhere(void **state)
{
	(void)state;
	assert_memory_equal(json_string_value(json_object_get(document, "openapi")), "3.1", 3);
	assert_true(check_refs(document) > 20);
}

static void every_operation_is_described_with_its_answers(void **state)
{
	const char *path, *method, *status;
	json_t *methods, *operation, *answer;

	(void)state;
	json_object_foreach (json_object_get(document, "paths"), path, methods)
		json_object_foreach (methods, method, operation) {
			json_t *answers = json_object_get(operation, "responses");

			assert_non_null(json_object_get(operation, "operationId"));
			assert_non_null(json_object_get(operation, "summary"));
			assert_true(json_object_size(answers) > 0);
			json_object_foreach (answers, status, answer) {
				const char *ref =
					json_string_value(json_object_get(answer, "$ref"));
				const json_t *a = ref ? resolve(ref) : answer;

				assert_int_equal(strlen(status), 3);
				assert_non_null(json_object_get(a, "description"));
			}
		}
}

static const char *lower(char to[12], const char *word)
{
	size_t i;

	for (i = 0; word[i] && i < 11; i++)
		to[i] = (char)(tolower)((unsigned char)word[i]);
	to[i] = 0;
	return to;
}

/* "/telegram/" and a rest stand there as "/telegram/{channel}". */
static json_t *described(const struct web_route *route)
{
	json_t *paths = json_object_get(document, "paths"), *methods, *found = NULL;
	size_t len = strcspn(route->path, "*");
	const char *path;
	char method[12];

	len += route->path[len] == 0; /* without a star, its end counts too */
	json_object_foreach (paths, path, methods)
		if (!found && strncmp(path, route->path, len) == 0)
			found = json_object_get(methods, lower(method, route->method));
	return found;
}

static void every_route_is_described(void **state)
{
	(void)state;
	for (const struct web_route *r = ingress_routes; r->path; r++)
		if (strcmp(r->path, "*") != 0 && !described(r))
			fail_msg("%s %s is not described", r->method, r->path);
}

/* "conversations/{id}" as "/console/api/conversations/{id}", whatever its numbers are called.
 */
static int same_place(const char *path, const char *pattern)
{
	while (*path && *pattern) {
		size_t a = strcspn(path, "{"), b = strcspn(pattern, "{");

		if (a != b || strncmp(path, pattern, a) != 0)
			return 0;
		path += a + strcspn(path + a, "}");
		pattern += b + strcspn(pattern + b, "}");
	}
	return !*path && !*pattern;
}

static int is_console_route(const char *path, const char *method)
{
	for (const struct console_route *r = console_routes; r->path; r++)
		if (strcasecmp(r->method, method) == 0 && same_place(path, r->path))
			return 1;
	return 0;
}

static void the_console_is_described_route_by_route(void **state)
{
	static const char root[] = "/console/api/";
	const char *path, *method;
	json_t *methods, *operation;
	int described_n = 0, routes = 0;

	(void)state;
	json_object_foreach (json_object_get(document, "paths"), path, methods)
		json_object_foreach (methods, method, operation) {
			if (strncmp(path, root, sizeof root - 1) != 0)
				continue;
			if (!is_console_route(path + sizeof root - 1, method))
				fail_msg("%s %s is not served", method, path);
			described_n++;
		}
	for (const struct console_route *r = console_routes; r->path; r++)
		routes++;
	assert_int_equal(described_n, routes);
}

static int is_served(const char *path, const char *method)
{
	size_t len = strcspn(path, "{");

	for (const struct web_route *r = ingress_routes; r->path; r++) {
		size_t star = strcspn(r->path, "*");
		int is_rest = r->path[star] && star > 0;

		if (strcasecmp(r->method, method) == 0 && strncmp(r->path, path,
								  is_rest     ? star
								  : path[len] ? len
									      : len + 1) == 0)
			return 1;
	}
	return 0;
}

static void everything_described_is_served(void **state)
{
	const char *path, *method;
	json_t *methods, *operation;

	(void)state;
	json_object_foreach (json_object_get(document, "paths"), path, methods)
		json_object_foreach (methods, method, operation)
			if (!is_served(path, method))
				fail_msg("%s %s is not served", method, path);
}

static void what_takes_a_token_may_refuse_it(void **state)
{
	const char *path, *method;
	json_t *methods, *operation;

	(void)state;
	json_object_foreach (json_object_get(document, "paths"), path, methods)
		json_object_foreach (methods, method, operation) {
			json_t *schemes = json_object_get(operation, "security");
			json_t *answers = json_object_get(operation, "responses");

			if (json_object_get(json_array_get(schemes, 0), "token"))
				assert_non_null(json_object_get(answers, "401"));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_openapi_and_every_reference_leads_somewhere),
		cmocka_unit_test(every_operation_is_described_with_its_answers),
		cmocka_unit_test(every_route_is_described),
		cmocka_unit_test(everything_described_is_served),
		cmocka_unit_test(the_console_is_described_route_by_route),
		cmocka_unit_test(what_takes_a_token_may_refuse_it),
	};

	return cmocka_run_group_tests(tests, load, unload);
}

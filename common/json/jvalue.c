#include "common/json/jvalue.h"

#include <stdlib.h>

static void release(void *value)
{
	json_decref(value);
}

json_t *jown(struct arena *a, json_t *value)
{
	if (value)
		arena_own(a, value, release);
	return value;
}

const char *jdump(struct arena *a, const json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

	if (!text)
		abort();
	arena_own(a, text, free);
	return text;
}

const char *jstring(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

int64_t jnumber(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

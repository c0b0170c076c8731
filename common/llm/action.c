#include <string.h>

#include "common/llm/providers.h"

/* How a model hands over to a human, in the two ways in which services let it say so. */

#define WHEN                                                                                   \
	"Hand this conversation over to a human colleague. Do it when the person asks for a "  \
	"human, and when you cannot help with what matters to them: the articles do not hold " \
	"it, or it needs a look at their order or account, or it is about money, a dispute "   \
	"or an injury. The platform tells them; do not announce it yourself."
#define WHY   "Why, in a few words, for the colleague, in the person's language"
#define REPLY "What the person reads, in Markdown; empty when handing over"

#define STRING(description) "{\"type\":\"string\",\"description\":\"" description "\"}"

const char llm_action_tools[] =
	"[{\"type\":\"function\",\"function\":{\"name\":\"" LLM_ACTION
	"\",\"description\":\"" WHEN
	"\",\"parameters\":{\"type\":\"object\",\"properties\":{\"reason\":" STRING(
		WHY) "},\"required\":[\"reason\"]}}}]";

/* The action first: it is known before there is anything to show. */
const char llm_action_schema[] =
	"{\"schema\":{\"type\":\"object\",\"properties\":{"
	"\"action\":{\"type\":\"string\",\"enum\":[\"answer\",\"" LLM_ACTION
	"\"],\"description\":\"" WHEN "\"},"
	"\"reason\":" STRING(WHY) ",\"reply\":" STRING(
		REPLY) "},"
		       "\"required\":[\"action\",\"reason\",\"reply\"]}}";

static void set_reason(struct llm_answer *answer, const json_t *fields)
{
	const char *reason = json_string_value(json_object_get(fields, "reason"));

	buf_cut(&answer->reason, 0);
	buf_puts(&answer->reason, reason ? reason : "");
}

void llm_action_read(struct llm_answer *answer)
{
	json_t *fields = json_loadb(buf_str(&answer->reason), answer->reason.len, 0, NULL);

	set_reason(answer, fields);
	json_decref(fields);
}

/* --- a text that is JSON, perhaps not all of it yet --------------------------- */

/* Bytes of the escape at `at`; 0 if it is not all there.  Pairs of surrogates are one. */
static size_t escape_size(const char *at, size_t left)
{
	size_t size = left > 1 && at[1] == 'u' ? 6 : 2;

	if (left < size)
		return 0;
	if (size == 6 && strchr("dD", at[2]) && strchr("89abAB", at[3]))
		size = 12;
	return left < size ? 0 : size;
}

/* Bytes of the inside of a string, as far as whole characters go. */
static size_t string_size(const char *at, size_t len)
{
	size_t n = 0;

	while (n < len && at[n] != '"') {
		size_t size = at[n] == '\\' ? escape_size(at + n, len - n) : 1;

		if (!size)
			break;
		n += size;
	}
	return n;
}

static size_t skip_blanks(const char *text, size_t len, size_t at)
{
	while (at < len && strchr(" \t\r\n", text[at]))
		at++;
	return at;
}

/* The inside of the string in `name`: fields are strings, one after another.  NULL: not come
 * yet. */
static const char *find_field(const char *text, size_t len, const char *name, size_t *size)
{
	int is_ours = 0, is_key = 1;

	for (size_t at = skip_blanks(text, len, 0) + 1; at < len; at++) {
		if (text[at] == ':' || text[at] == ',')
			is_key = text[at] == ',';
		if (text[at] != '"')
			continue;
		at++;
		*size = string_size(text + at, len - at);
		if (!is_key && is_ours)
			return text + at;
		is_ours =
			is_key && *size == strlen(name) && memcmp(text + at, name, *size) == 0;
		at += *size;
	}
	return NULL;
}

static void unwrap_part(struct buf *reply, const char *text, size_t len)
{
	size_t size;
	const char *at = find_field(text, len, "reply", &size);
	struct buf quoted = { 0 };
	json_t *value;

	if (!at)
		return;
	buf_putc(&quoted, '"');
	buf_add(&quoted, at, size);
	buf_putc(&quoted, '"');
	value = json_loadb(quoted.data, quoted.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	if (value)
		buf_add(reply, json_string_value(value), json_string_length(value));
	json_decref(value);
	buf_free(&quoted);
}

static int hands_over(const char *action)
{
	return action && strcmp(action, LLM_ACTION) == 0;
}

void llm_action_unwrap(struct llm_answer *answer, struct buf *reply, const char *text,
		       size_t len)
{
	size_t start = skip_blanks(text, len, 0);
	json_t *whole;
	const json_t *said;

	if (start == len || text[start] != '{') {
		buf_add(reply, text, len);
		return;
	}
	whole = json_loadb(text, len, JSON_ALLOW_NUL, NULL);
	if (!whole) {
		unwrap_part(reply, text, len);
		return;
	}
	said = json_object_get(whole, "reply");
	answer->wants_human = hands_over(json_string_value(json_object_get(whole, "action")));
	set_reason(answer, whole);
	if (json_is_string(said))
		buf_add(reply, json_string_value(said), json_string_length(said));
	else if (!answer->wants_human)
		buf_add(reply, text, len);
	json_decref(whole);
}

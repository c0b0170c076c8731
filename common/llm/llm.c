#include "common/llm/llm.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/utf8.h"
#include "common/json/jwrite.h"
#include "common/llm/providers.h"

const struct llm_provider *llm_provider(const char *kind)
{
	if (strcmp(kind, llm_openai.kind) == 0)
		return &llm_openai;
	if (strcmp(kind, llm_yandexgpt.kind) == 0)
		return &llm_yandexgpt;
	return NULL;
}

const char *llm_failure_name(enum llm_failure failure)
{
	static const char *const names[] = { "temporary", "provider", "too_long", "request" };

	return names[failure];
}

void llm_answer_init(struct llm_answer *answer, struct arena *a)
{
	*answer = (struct llm_answer){ .arena = a, .usage = { -1, -1 } };
}

void llm_answer_finish(struct llm_answer *answer)
{
	buf_free(&answer->text);
	buf_free(&answer->reason);
	buf_free(&answer->pending);
}

int llm_refuse(struct llm_answer *answer, enum llm_failure failure, const char *fmt, ...)
{
	va_list ap;

	answer->failure = failure;
	answer->err.kind = failure == LLM_TRY_AGAIN ? ERR_TEMP : ERR_PERM;
	va_start(ap, fmt);
	vsnprintf(answer->err.text, sizeof answer->err.text, fmt, ap);
	va_end(ap);
	return -1;
}

int llm_say(struct llm_answer *answer, const char *text, size_t len)
{
	char *clean;

	if (answer->text.len + len > LLM_TEXT_MAX)
		return llm_refuse(answer, LLM_HOPELESS, "the answer has no end");
	if (utf8_valid_prefix(text, len) == len && !memchr(text, 0, len)) {
		buf_add(&answer->text, text, len);
		return 0;
	}
	clean = malloc(3 * len + 1);
	if (!clean)
		abort();
	buf_add(&answer->text, clean, utf8_clean(clean, text, len));
	free(clean);
	return 0;
}

/* --- requests ------------------------------------------------------------- */

void llm_merge_params(json_t *into, const json_t *from)
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)from, key, value) {
		json_t *old = json_object_get(into, key);

		if (json_is_null(value))
			json_object_del(into, key);
		else if (json_is_object(value) && json_is_object(old))
			llm_merge_params(old, value);
		else
			json_object_set_new(into, key, json_deep_copy(value));
	}
}

static const char *keep(struct arena *a, struct buf *text)
{
	arena_own(a, text->data, free);
	return text->data;
}

const char *llm_messages(struct arena *a, const struct prompt *prompt, const char *system_role,
			 const char *text_name)
{
	const char *const roles[] = { system_role, "user", "assistant" };
	struct buf out = { 0 };

	buf_puts(&out, "[");
	for (int i = 0; i < prompt->n; i++) {
		buf_puts(&out, i ? ",{\"role\":" : "{\"role\":");
		jwrite_string(&out, roles[prompt->messages[i].role]);
		buf_puts(&out, ",");
		jwrite_string(&out, text_name);
		buf_puts(&out, ":");
		jwrite_string(&out, prompt->messages[i].text);
		buf_puts(&out, "}");
	}
	buf_puts(&out, "]");
	return keep(a, &out);
}

const char *llm_body(struct arena *a, json_t *body, const json_t *params,
		     const struct llm_field *large, int n)
{
	char *head = json_dumps(body, JSON_COMPACT);
	struct buf out = { 0 };

	if (!head)
		abort();
	buf_add(&out, head, strlen(head) - 1); /* all but the brace at its end */
	for (int i = 0; i < n; i++) {
		if (!large[i].json || json_object_get(params, large[i].name))
			continue;
		buf_puts(&out, out.len > 1 ? "," : "");
		jwrite_string(&out, large[i].name);
		buf_puts(&out, ":");
		buf_puts(&out, large[i].json);
	}
	buf_puts(&out, "}");
	free(head);
	json_decref(body);
	return keep(a, &out);
}

const char *llm_url(struct arena *a, const char *base, const char *preset, const char *path)
{
	size_t len;

	if (!base)
		base = preset;
	len = strlen(base);
	while (len && base[len - 1] == '/')
		len--;
	return arena_printf(a, "%.*s%s", (int)len, base, path);
}

const char *const *llm_headers(struct arena *a, const struct provider *p,
			       const char *const own[])
{
	const char **headers;
	int n = 0, more = 0, at = 0;

	while (own[n])
		n++;
	while (p->headers && p->headers[more])
		more++;
	headers = arena_alloc(a, (size_t)(n + more + 1) * sizeof *headers);
	for (int i = 0; i < n; i++)
		headers[at++] = own[i];
	for (int i = 0; i < more; i++)
		headers[at++] = arena_str(a, p->headers[i]);
	return headers;
}

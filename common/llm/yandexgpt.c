#include <stdlib.h>
#include <string.h>

#include "common/base/utf8.h"
#include "common/llm/providers.h"

/*
 * YandexGPT's own API.  The body is JSON objects, one a line, each with the
 * whole text so far; a later line may change what an earlier one said.
 */

/* --- the request ------------------------------------------------------------ */

static const char *model_uri(struct arena *a, const struct provider *p)
{
	const char *model = p->model ? p->model : "yandexgpt";

	if (strstr(model, "://"))
		return model;
	return arena_printf(a, "gpt://%s/%s%s", p->folder ? p->folder : "", model,
			    strchr(model, '/') ? "" : "/latest");
}

static void request(struct llm_request *out, struct arena *a, const struct provider *p,
		    const struct bot *bot, const struct prompt *prompt)
{
	const char *own[] = { "Content-Type: application/json", "x-data-logging-enabled: false",
			      NULL, NULL };
	const struct llm_field large[] = {
		{ "messages", llm_messages(a, prompt, "system", "text") },
		{ "jsonSchema", prompt->offers_human ? llm_action_schema : NULL }
	};
	/* tokens are 64-bit, and such numbers travel as strings */
	json_t *body = json_pack("{s:s, s:{s:b, s:s}}", "modelUri", model_uri(a, p),
				 "completionOptions", "stream", 1, "maxTokens",
				 arena_int(a, bot->answer_tokens));

	llm_merge_params(body, p->params);
	if (p->key) /* IAM tokens begin with "t1." */
		own[2] = arena_printf(a, "Authorization: %s %s",
				      strncmp(p->key, "t1.", 3) == 0 ? "Bearer" : "Api-Key",
				      p->key);
	out->url = llm_url(a, p->base_url, "https://llm.api.cloud.yandex.net",
			   "/foundationModels/v1/completion");
	out->body = llm_body(a, body, p->params, large, 2);
	out->headers = llm_headers(a, p, own);
}

/* --- failures ----------------------------------------------------------------- */

/* HTTP status of a gRPC code, where only that is given. */
static long http_status(int grpc)
{
	static const long statuses[] = { 200, 499, 500, 400, 504, 404, 409, 403, 429,
					 400, 409, 400, 501, 500, 503, 500, 401 };

	return grpc >= 0 && grpc < (int)(sizeof statuses / sizeof *statuses) ? statuses[grpc]
									     : 500;
}

static enum llm_failure judge_error(long status, const struct llm_error *error)
{
	if (status != 400)
		return llm_judge_status(status);
	if (llm_mentions(error->message,
			 "number of input tokens|outside the range|text length"))
		return LLM_SHRINK;
	return llm_mentions(error->message, "model|folder") ? LLM_TRY_OTHER : LLM_HOPELESS;
}

static enum llm_failure judge(long status, const char *body, size_t len, struct err *e)
{
	return llm_judge_body(judge_error, status, body, len, e);
}

static long status_of(const struct llm_error *error)
{
	return error->http ? error->http : http_status(error->grpc);
}

/* --- one line -------------------------------------------------------------------- */

static size_t common_prefix(const struct buf *old, const char *text, size_t len)
{
	size_t n = 0;

	while (n < old->len && n < len && old->data[n] == text[n])
		n++;
	return utf8_floor(text, len, n);
}

/* The text is now this one. */
static int replace_text(struct llm_answer *answer, const char *text, size_t len)
{
	size_t same = common_prefix(&answer->text, text, len);

	if (same < answer->stable)
		answer->stable = same;
	buf_cut(&answer->text, same);
	return llm_say(answer, text + same, len - same);
}

static int take_text(struct llm_answer *answer, const char *text, size_t len)
{
	struct buf reply = { 0 };
	int rc;

	if (!answer->offers_human)
		return replace_text(answer, text, len);
	llm_action_unwrap(answer, &reply, text, len);
	rc = replace_text(answer, buf_str(&reply), reply.len);
	buf_free(&reply);
	return rc;
}

static int count(const json_t *n)
{
	if (json_is_string(n))
		return atoi(json_string_value(n));
	return json_is_integer(n) ? (int)json_integer_value(n) : -1;
}

static enum llm_finish finish_of(const char *status)
{
	if (!status || strstr(status, "STATUS_PARTIAL") || strstr(status, "UNSPECIFIED"))
		return LLM_RUNNING;
	if (strstr(status, "TRUNCATED"))
		return LLM_LENGTH;
	return strstr(status, "CONTENT_FILTER") ? LLM_FILTERED : LLM_STOP;
}

static int take_result(struct llm_answer *answer, const json_t *result)
{
	const json_t *best = json_array_get(json_object_get(result, "alternatives"), 0);
	const json_t *text = json_object_get(json_object_get(best, "message"), "text");
	const json_t *usage = json_object_get(result, "usage");
	const char *version = json_string_value(json_object_get(result, "modelVersion"));

	if (usage) {
		answer->usage.in = count(json_object_get(usage, "inputTextTokens"));
		answer->usage.out = count(json_object_get(usage, "completionTokens"));
	}
	if (version && !answer->model)
		answer->model = arena_str(answer->arena, version);
	answer->finish = finish_of(json_string_value(json_object_get(best, "status")));
	if (!json_is_string(text))
		return 0;
	return take_text(answer, json_string_value(text), json_string_length(text));
}

static int take_object(struct llm_answer *answer, const json_t *root)
{
	const json_t *result = json_object_get(root, "result");
	struct llm_error error;

	llm_read_error(&error, root);
	if (error.found)
		return llm_refuse_error(answer, judge_error, status_of(&error), &error);
	if (!json_is_object(result))
		return llm_refuse(answer, LLM_TRY_AGAIN, "a line without a result");
	return take_result(answer, result);
}

/* --- the stream --------------------------------------------------------------------- */

static int is_blank(const struct buf *b)
{
	return strspn(buf_str(b), " \t\r\n") == b->len;
}

/* A line is over.  An object may be spread over several. */
static int take_line(struct llm_answer *answer, int last)
{
	json_error_t e;
	json_t *root;
	int rc;

	if (is_blank(&answer->pending)) {
		buf_cut(&answer->pending, 0);
		return 0;
	}
	root = json_loadb(answer->pending.data, answer->pending.len, JSON_ALLOW_NUL, &e);
	if (!root && !last && json_error_code(&e) == json_error_premature_end_of_input)
		return 0;
	buf_cut(&answer->pending, 0);
	if (!root)
		return llm_refuse(answer, LLM_TRY_AGAIN, "garbage in the stream");
	rc = take_object(answer, root);
	json_decref(root);
	return rc;
}

static int feed(struct llm_answer *answer, const char *data, size_t len)
{
	answer->stable = answer->text.len;
	answer->heard += len;
	while (len) {
		const char *eol = memchr(data, '\n', len);
		size_t n = eol ? (size_t)(eol - data) + 1 : len;

		buf_add(&answer->pending, data, n);
		data += n;
		len -= n;
		if (answer->pending.len > LLM_EVENT_MAX)
			return llm_refuse(answer, LLM_TRY_AGAIN,
					  "a line of the stream has no end");
		if (eol && take_line(answer, 0) != 0)
			return -1;
	}
	return 0;
}

static int end(struct llm_answer *answer)
{
	int rc;

	answer->stable = answer->text.len;
	rc = take_line(answer, 1);
	buf_free(&answer->pending);
	if (rc)
		return rc;
	if (answer->finish == LLM_RUNNING)
		return llm_refuse(answer, LLM_TRY_AGAIN, "the stream broke off");
	return 0;
}

const struct llm_provider llm_yandexgpt = {
	.kind = "yandexgpt",
	.request = request,
	.feed = feed,
	.end = end,
	.judge = judge,
};

#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#include "common/llm/providers.h"

/*
 * OpenAI's Chat Completions, and the many services that speak it.  The body is
 * server-sent events; a service that does not stream answers with one JSON
 * object instead, which is read as well.
 */

/* --- the request ------------------------------------------------------------ */

static void request(struct llm_request *out, struct arena *a, const struct provider *p,
		    const struct bot *bot, const struct prompt *prompt)
{
	const char *role = json_string_value(json_object_get(p->params, "system_role"));
	const char *own[] = { "Content-Type: application/json", "Accept: text/event-stream",
			      NULL, NULL };
	const struct llm_field large[] = {
		{ "messages", llm_messages(a, prompt, role ? role : "system", "content") },
		{ "tools", prompt->offers_human ? llm_action_tools : NULL }
	};
	json_t *body = json_pack("{s:s*, s:b, s:{s:b}, s:i, s:b}", "model", p->model, "stream",
				 1, "stream_options", "include_usage", 1,
				 "max_completion_tokens", bot->answer_tokens, "store", 0);

	llm_merge_params(body, p->params);
	json_object_del(body, "system_role");
	if (p->key)
		own[2] = arena_printf(a, "Authorization: Bearer %s", p->key);
	out->url = llm_url(a, p->base_url, "https://api.openai.com/v1", "/chat/completions");
	out->body = llm_body(a, body, p->params, large, 2);
	out->headers = llm_headers(a, p, own);
}

/* --- failures ----------------------------------------------------------------- */

static enum llm_failure judge_429(const struct llm_error *error)
{
	static const char money[] = "insufficient_quota|credit_balance_exhausted|"
				    "spend_limit_exceeded|usage_limit_exceeded|billing";

	return llm_mentions(error->type, money) || llm_mentions(error->code, money)
		       ? LLM_TRY_OTHER
		       : LLM_TRY_AGAIN;
}

static enum llm_failure judge_400(const struct llm_error *error)
{
	if (llm_mentions(error->code, "context_length|string_above_max_length") ||
	    llm_mentions(error->message, "maximum context length|context window|too many tokens"
					 "|number of input tokens"))
		return LLM_SHRINK;
	if (llm_mentions(error->code, "model_not_found|unsupported_|invalid_api_key|billing") ||
	    llm_mentions(error->type, "insufficient_quota"))
		return LLM_TRY_OTHER;
	return LLM_HOPELESS;
}

static enum llm_failure judge_error(long status, const struct llm_error *error)
{
	if (status == 400)
		return judge_400(error);
	if (status == 429)
		return judge_429(error);
	return status == 422 ? LLM_HOPELESS : llm_judge_status(status);
}

static enum llm_failure judge(long status, const char *body, size_t len, struct err *e)
{
	return llm_judge_body(judge_error, status, body, len, e);
}

/* An error that came with status 200: its words must do. */
static long status_of(const struct llm_error *error)
{
	if (error->http)
		return error->http;
	if (llm_mentions(error->code, "429|rate_limit|slow_down") ||
	    llm_mentions(error->type, "insufficient_quota|requests|tokens"))
		return 429;
	if (judge_400(error) != LLM_HOPELESS)
		return 400;
	return llm_mentions(error->type, "invalid_request") ? 422 : 500;
}

/* --- one chunk -------------------------------------------------------------------- */

/*
 * Read by events (yajl), because it happens for every token.  The path to the
 * value at hand is kept as digits, five bits per level; what we do not know is X.
 */
enum key {
	X,
	CHOICES,
	ITEM,
	DELTA,
	CONTENT,
	FINISH,
	USAGE,
	PROMPT,
	COMPLETION,
	MODEL,
	ERROR,
	MESSAGE,
	TYPE,
	CODE,
	REFUSAL,
	TOOL_CALLS,
	FUNCTION,
	NAME,
	ARGUMENTS
};

enum { KEY_BITS = 5, DEPTH_MAX = 12, REASON_MAX = 4000 };

#define PATH1(a)          ((uint64_t)(a))
#define PATH2(a, b)       (PATH1(a) << KEY_BITS | (b))
#define PATH4(a, b, c, d) (PATH2(a, b) << 2 * KEY_BITS | PATH2(c, d))
#define TOOL(message, x)                                                                       \
	(PATH4(CHOICES, ITEM, message, TOOL_CALLS) << 3 * KEY_BITS |                           \
	 PATH2(ITEM, FUNCTION) << KEY_BITS | (x))

struct chunk {
	struct llm_answer *answer;
	uint64_t path;
	int depth, failed;
	struct llm_error error;
};

static enum key key_of(const char *name, size_t len)
{
	static const struct {
		const char *name;
		enum key key;
	} keys[] = {
		{ "choices", CHOICES },
		{ "delta", DELTA },
		{ "content", CONTENT },
		{ "finish_reason", FINISH },
		{ "usage", USAGE },
		{ "prompt_tokens", PROMPT },
		{ "completion_tokens", COMPLETION },
		{ "model", MODEL },
		{ "error", ERROR },
		{ "message", MESSAGE },
		{ "type", TYPE },
		{ "code", CODE },
		{ "refusal", REFUSAL },
		{ "tool_calls", TOOL_CALLS },
		{ "function", FUNCTION },
		{ "name", NAME },
		{ "arguments", ARGUMENTS },
	};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (strlen(keys[i].name) == len && memcmp(keys[i].name, name, len) == 0)
			return keys[i].key;
	return X;
}

static void copy_word(char *to, size_t size, const char *from, size_t len)
{
	if (len >= size)
		len = size - 1;
	memcpy(to, from, len);
	to[len] = 0;
}

static void set_finish(struct llm_answer *answer, const char *reason, size_t len)
{
	if (len == 6 && memcmp(reason, "length", len) == 0)
		answer->finish = LLM_LENGTH;
	else if (len == 14 && memcmp(reason, "content_filter", len) == 0)
		answer->finish = LLM_FILTERED;
	else if (len)
		answer->finish = LLM_STOP;
}

static int take_string(struct chunk *c, const char *text, size_t len)
{
	struct llm_answer *answer = c->answer;

	switch (c->path) {
	case PATH4(CHOICES, ITEM, DELTA, CONTENT):
	case PATH4(CHOICES, ITEM, DELTA, REFUSAL):
	case PATH4(CHOICES, ITEM, MESSAGE, CONTENT):
	case PATH4(CHOICES, ITEM, MESSAGE, REFUSAL):
		return llm_say(answer, text, len);
	case PATH2(CHOICES, ITEM) << KEY_BITS | FINISH:
		set_finish(answer, text, len);
		return 0;
	case TOOL(DELTA, NAME):
	case TOOL(MESSAGE, NAME):
		answer->wants_human |=
			len == strlen(LLM_ACTION) && memcmp(text, LLM_ACTION, len) == 0;
		return 0;
	case TOOL(DELTA, ARGUMENTS):
	case TOOL(MESSAGE, ARGUMENTS):
		if (answer->wants_human && answer->reason.len + len <= REASON_MAX)
			buf_add(&answer->reason, text, len);
		return 0;
	case PATH1(MODEL):
		if (!answer->model && len)
			answer->model = arena_dup(answer->arena, text, len);
		return 0;
	case PATH1(ERROR):
	case PATH2(ERROR, MESSAGE):
		c->error.found = 1;
		copy_word(c->error.message, sizeof c->error.message, text, len);
		return 0;
	case PATH2(ERROR, TYPE):
		copy_word(c->error.type, sizeof c->error.type, text, len);
		return 0;
	case PATH2(ERROR, CODE):
		copy_word(c->error.code, sizeof c->error.code, text, len);
		return 0;
	default:
		return 0;
	}
}

static int on_string(void *arg, const unsigned char *text, size_t len)
{
	struct chunk *c = arg;

	c->failed |= take_string(c, (const char *)text, len) != 0;
	return !c->failed;
}

static int count(const char *text, size_t len)
{
	char word[32];
	double n;

	copy_word(word, sizeof word, text, len);
	n = strtod(word, NULL);
	return n < 0 || n > 100000000 ? -1 : (int)n;
}

/* As text: a number too large for us (seeds are) is no reason to refuse the rest. */
static int on_number(void *arg, const char *text, size_t len)
{
	struct chunk *c = arg;

	if (c->path == PATH2(USAGE, PROMPT))
		c->answer->usage.in = count(text, len);
	else if (c->path == PATH2(USAGE, COMPLETION))
		c->answer->usage.out = count(text, len);
	else if (c->path == PATH2(ERROR, CODE))
		c->error.http = count(text, len);
	return 1;
}

static int on_key(void *arg, const unsigned char *name, size_t len)
{
	struct chunk *c = arg;

	c->path = (c->path >> KEY_BITS << KEY_BITS) | key_of((const char *)name, len);
	return 1;
}

static int enter(struct chunk *c, enum key first)
{
	if (++c->depth > DEPTH_MAX)
		return 0;
	if (c->depth > 1)
		c->path <<= KEY_BITS;
	c->path |= first;
	return 1;
}

static int leave(void *arg)
{
	struct chunk *c = arg;

	c->path = --c->depth > 0 ? c->path >> KEY_BITS : 0;
	return 1;
}

static int on_object(void *arg)
{
	struct chunk *c = arg;

	if (c->depth == 1 && c->path == ERROR)
		c->error.found = 1;
	return enter(c, X);
}

static int on_array(void *arg)
{
	return enter(arg, ITEM);
}

static int read_chunk(struct llm_answer *answer, const char *json, size_t len)
{
	static const yajl_callbacks callbacks = { .yajl_number = on_number,
						  .yajl_string = on_string,
						  .yajl_start_map = on_object,
						  .yajl_map_key = on_key,
						  .yajl_end_map = leave,
						  .yajl_start_array = on_array,
						  .yajl_end_array = leave };
	struct chunk c = { .answer = answer, .error.grpc = -1 };
	yajl_handle parser = yajl_alloc(&callbacks, NULL, &c);
	yajl_status status = yajl_parse(parser, (const unsigned char *)json, len);

	if (status == yajl_status_ok)
		status = yajl_complete_parse(parser);
	yajl_free(parser);
	if (c.failed)
		return -1;
	if (status != yajl_status_ok)
		return llm_refuse(answer, LLM_TRY_AGAIN, "garbage in the stream");
	return c.error.found
		       ? llm_refuse_error(answer, judge_error, status_of(&c.error), &c.error)
		       : 0;
}

/* --- the stream --------------------------------------------------------------------- */

enum { SHAPE_UNKNOWN, SHAPE_EVENTS, SHAPE_OBJECT };

static int on_event(void *arg, const char *data, size_t len)
{
	struct llm_answer *answer = arg;

	answer->heard++;
	if (answer->done || len == 0)
		return 0;
	if (len == 6 && memcmp(data, "[DONE]", len) == 0) {
		answer->done = 1;
		return 0;
	}
	return read_chunk(answer, data, len);
}

static int too_long(struct llm_answer *answer)
{
	return llm_refuse(answer, LLM_TRY_AGAIN, "an event of the stream has no end");
}

static int feed(struct llm_answer *answer, const char *data, size_t len)
{
	int rc;

	answer->stable = answer->text.len;
	while (answer->shape == SHAPE_UNKNOWN && len && strchr(" \t\r\n", *data))
		data++, len--;
	if (answer->shape == SHAPE_UNKNOWN && len)
		answer->shape = *data == '{' ? SHAPE_OBJECT : SHAPE_EVENTS;
	if (answer->shape == SHAPE_OBJECT) {
		answer->heard += len;
		buf_add(&answer->pending, data, len);
		return answer->pending.len > LLM_EVENT_MAX ? too_long(answer) : 0;
	}
	answer->sse.buf = &answer->pending;
	rc = sse_feed(&answer->sse, data, len, LLM_EVENT_MAX, on_event, answer);
	answer->heard += sse_is_open(&answer->sse);
	return rc == SSE_TOO_LONG ? too_long(answer) : rc;
}

static int end(struct llm_answer *answer)
{
	int was_over = answer->finish != LLM_RUNNING;
	int rc;

	answer->stable = answer->text.len;
	answer->sse.buf = &answer->pending;
	if (answer->shape == SHAPE_OBJECT)
		rc = read_chunk(answer, buf_str(&answer->pending), answer->pending.len);
	else
		rc = sse_end(&answer->sse, on_event, answer);
	buf_free(&answer->pending);
	if (rc && !was_over)
		return rc;
	answer->err = (struct err){ 0 }; /* half an event behind the end is not missed */
	if (answer->wants_human)
		llm_action_read(answer);
	if (answer->finish != LLM_RUNNING)
		return 0;
	if (!answer->done || !(answer->text.len || answer->wants_human))
		return llm_refuse(answer, LLM_TRY_AGAIN, "the stream broke off");
	answer->finish = LLM_STOP;
	return 0;
}

const struct llm_provider llm_openai = {
	.kind = "openai",
	.request = request,
	.feed = feed,
	.end = end,
	.judge = judge,
};

/* What Telegram's answers mean. */

#include <string.h>
#include <strings.h>

#include "common/base/utf8.h"
#include "common/json/jread.h"
#include "common/json/jvalue.h"
#include "common/telegram/telegram.h"

enum { DESCRIPTION_MAX = 200 };

static int says(const char *description, const char *words)
{
	return strcasestr(description, words) != NULL;
}

static enum telegram_verdict refusal(const char *description)
{
	static const struct {
		const char *words;
		enum telegram_verdict verdict;
	} refusals[] = {
		{ "can't parse entities", TELEGRAM_BAD_FORMAT },
		{ "can't parse message text", TELEGRAM_BAD_FORMAT },
		{ "message is not modified", TELEGRAM_UNCHANGED },
		{ "TOPIC_NOT_MODIFIED", TELEGRAM_UNCHANGED },
		{ "message thread not found", TELEGRAM_NO_TOPIC },
		{ "TOPIC_DELETED", TELEGRAM_NO_TOPIC },
		{ "TOPIC_ID_INVALID", TELEGRAM_NO_TOPIC },
		{ "TOPIC_CLOSED", TELEGRAM_NO_TOPIC },
		{ "chat not found", TELEGRAM_GONE },
		{ "PEER_ID_INVALID", TELEGRAM_GONE },
		{ "user is deactivated", TELEGRAM_GONE },
		{ "have no rights to send", TELEGRAM_GONE },
		/* Words may go where files may not. */
		{ "not enough rights to send text", TELEGRAM_GONE },
		{ "CHAT_WRITE_FORBIDDEN", TELEGRAM_GONE },
		{ "group chat was deactivated", TELEGRAM_GONE },
	};

	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
		if (says(description, refusals[i].words))
			return refusals[i].verdict;
	return TELEGRAM_REFUSED;
}

static enum telegram_verdict verdict_of(const struct telegram_reply *reply)
{
	if (reply->migrate_to)
		return TELEGRAM_MIGRATED;
	switch (reply->error_code) {
	case 400:
		return refusal(reply->description);
	case 401:
	case 404:
		return TELEGRAM_UNAUTHORIZED;
	case 403:
		return TELEGRAM_GONE;
	case 409:
		return TELEGRAM_CONFLICT;
	case 429:
		return TELEGRAM_RETRY;
	default:
		return reply->error_code >= 500 ? TELEGRAM_RETRY : TELEGRAM_REFUSED;
	}
}

static void read_parameters(struct telegram_reply *out, struct arena *a,
			    const json_t *parameters)
{
	const json_t *after = json_object_get(parameters, "retry_after");
	const json_t *to = json_object_get(parameters, "migrate_to_chat_id");
	json_int_t seconds = json_integer_value(after);

	if (json_is_integer(after) && seconds >= 0)
		out->retry_after_ms = (int)(seconds < 86400 ? seconds : 86400) * 1000;
	if (json_is_integer(to))
		out->migrate_to = arena_int(a, json_integer_value(to));
}

/* Error texts are Telegram's own; they are cut so that a log line stays one. */
static const char *description_of(struct arena *a, const json_t *root, int error_code)
{
	const char *text = json_string_value(json_object_get(root, "description"));

	if (!text)
		return arena_printf(a, "error %d", error_code);
	return arena_dup(a, text, utf8_floor(text, strlen(text), DESCRIPTION_MAX));
}

/* 5xx without JSON is a proxy's; so is a login page with status 200. */
static void read_foreign(struct telegram_reply *out, struct arena *a, long status)
{
	out->verdict = status == 429 ? TELEGRAM_RETRY : TELEGRAM_UNKNOWN;
	out->error_code = (int)status;
	out->description =
		arena_printf(a, "status %ld without an answer of Telegram's", status);
}

static void read_success(struct telegram_reply *out, struct arena *a, const json_t *root)
{
	const json_t *id;

	out->verdict = TELEGRAM_OK;
	out->description = "";
	out->result = json_object_get(root, "result");
	id = json_object_get(out->result, "message_id");
	if (!id) /* createForumTopic */
		id = json_object_get(out->result, "message_thread_id");
	if (json_is_integer(id))
		out->message_id = arena_int(a, json_integer_value(id));
}

void telegram_read_reply(struct telegram_reply *out, struct arena *a, long status,
			 const char *body, size_t len)
{
	json_error_t where;
	const json_t *root = jown(
		a, jread(body ? body : "", body ? len : 0, JREAD_NUL, JREAD_DEPTH, &where));
	const json_t *ok = json_object_get(root, "ok"), *code;

	*out = (struct telegram_reply){ .retry_after_ms = -1 };
	if (!json_is_boolean(ok)) {
		read_foreign(out, a, status);
		return;
	}
	if (json_is_true(ok)) {
		read_success(out, a, root);
		return;
	}
	code = json_object_get(root, "error_code");
	out->error_code = json_is_integer(code) ? (int)json_integer_value(code) : (int)status;
	out->description = description_of(a, root, out->error_code);
	read_parameters(out, a, json_object_get(root, "parameters"));
	out->verdict = verdict_of(out);
}

#include <stdlib.h>
#include <string.h>

#include "common/desk/failure.h"
#include "common/live/live.h"
#include "services/ingress/console.h"
#include "services/ingress/files.h"
#include "services/ingress/message.h"

/* One conversation: the card, its messages, and who is typing. */

/* GET /console/api/conversations/{id} */
void console_client(void *self)
{
	struct console_call *c = self;

	store_client(c->store, &c->flow, console_reply_read, &c->json, c->id, c->who.id);
}

/* --- messages ------------------------------------------------------------- */

static void copy(json_t *to, const char *name, const json_t *from)
{
	json_t *value = json_object_get(from, name);

	if (value)
		json_object_set(to, name, value);
}

/* What is shown of a file; its Telegram id opens nothing without the bot's token, but is
 * nobody's business. */
static json_t *dress_attachment(const json_t *attachment, const char *url)
{
	static const char *const shown[] = { "kind",     "name",      "mime",   "size",
					     "seconds",  "width",     "height", "emoji",
					     "latitude", "longitude", "title",  "question",
					     "phone",    "first_name" };
	json_t *out = json_object();

	for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
		copy(out, shown[i], attachment);
	if (file_can_be_had(attachment))
		json_object_set_new(out, "url", json_string(url));
	return out;
}

static json_t *dress_attachments(const json_t *extra, int64_t conversation_id, int64_t seq,
				 struct arena *a)
{
	json_t *out = json_array(), *attachment;
	size_t i;

	json_array_foreach (json_object_get(extra, "attachments"), i, attachment)
		json_array_append_new(
			out,
			dress_attachment(attachment,
					 arena_printf(a, "/console/api/files/%lld/%lld/%zu",
						      (long long)conversation_id,
						      (long long)seq, i)));
	return out;
}

/* Of what went wrong: words for everybody who looks at it, beside what Telegram said. */
static json_t *failure_of(const json_t *message)
{
	const char *error = json_string_value(json_object_get(message, "error"));
	const char *ru = desk_failure(error, "ru"), *en = desk_failure(error, "en");

	return ru ? json_pack("{ss ss}", "ru", ru, "en", en) : json_null();
}

void console_dress_message(json_t *message, int64_t conversation_id, struct arena *a)
{
	static const char *const shown[] = { "event",   "rate",     "sources",
					     "buttons", "reply_to", "id" };
	const char *author = json_string_value(json_object_get(message, "author"));
	const char *text = json_string_value(json_object_get(message, "text"));
	json_t *extra = json_incref(json_object_get(message, "extra"));
	int64_t seq = json_integer_value(json_object_get(message, "seq"));

	json_object_del(message, "extra");
	json_object_set_new(message, "html",
			    author && strcmp(author, "person") != 0 && text
				    ? json_string(message_text_html(a, text, extra))
				    : json_null());
	json_object_set_new(message, "failure", failure_of(message));
	json_object_set_new(message, "attachments",
			    dress_attachments(extra, conversation_id, seq, a));
	for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
		copy(message, shown[i], extra);
	json_decref(extra);
}

static void show_history(void *self)
{
	struct console_call *c = self;
	json_t *page = c->json ? json_loads(c->json, 0, NULL) : NULL, *message;
	size_t i;

	if (!page) {
		console_refuse(c, 404, "not_found", TEXT_PROBLEM_NOT_FOUND);
		return;
	}
	json_array_foreach (json_object_get(page, "messages"), i, message)
		console_dress_message(message, c->id, &c->flow.arena);
	console_reply(c, 200, page);
}

/* GET /console/api/conversations/{id}/messages */
void console_history(void *self)
{
	struct console_call *c = self;
	struct history_wanted wanted = { .conversation_id = c->id };
	int64_t limit;

	if (console_number(c, "after", -1, INT64_MAX / 2, &wanted.after) < 0 ||
	    console_number(c, "before", -1, INT64_MAX / 2, &wanted.before) < 0 ||
	    console_number(c, "limit", CONSOLE_PAGE, CONSOLE_PAGE_MAX, &limit) < 0)
		return;
	wanted.limit = limit > 0 ? (int)limit : 1;
	store_history(c->store, &c->flow, show_history, &c->json, &wanted);
}

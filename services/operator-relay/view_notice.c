/* What happened in a chat, as its operator sees it: an edit of what was shown, or a notice. */

#include <string.h>

#include "common/base/buf.h"
#include "common/desk/failure.h"
#include "common/json/jvalue.h"
#include "common/telegram/telegram.h"
#include "services/operator-relay/transcript.h"
#include "services/operator-relay/view.h"
#include "services/operator-relay/words.h"

enum { FAILED_MAX = 100 };

/* A sentence about the client. */
static void add_about(struct buf *out, const struct view *v, enum word id)
{
	struct arena a = { 0 };

	view_add(out, arena_printf(&a, word(id, v->lang), view_client(v)));
	arena_free(&a);
}

static const json_t *receiver_of(const json_t *note)
{
	return json_object_get(json_object_get(json_object_get(note, "to"), "operator"), "id");
}

/* The same look shows it for the first time, with its new words. */
static int is_shown_now(const struct view *v)
{
	json_int_t seq = json_integer_value(json_object_get(v->note, "seq")), at;
	const json_t *note;
	size_t i;

	json_array_foreach (json_object_get(v->work, "notes"), i, note) {
		const char *what = jstring(note, "what");

		if (!what || !json_equal(receiver_of(note), receiver_of(v->note)))
			continue;
		at = json_integer_value(json_object_get(note, "seq"));
		if ((strcmp(what, "message") == 0 && at == seq) ||
		    (strcmp(what, "history") == 0 && at >= seq))
			return 1;
	}
	return 0;
}

/* Where the message was shown, it changes; if that fails, a notice says so. */
static json_t *edit_of(const struct view *v)
{
	json_t *payload = view_words(v, json_object_get(v->note, "message"));

	json_object_set(payload, "edits", json_object_get(v->note, "shown"));
	json_object_set_new(payload, "else",
			    json_pack("{s:O, s:O, s:s, s:O}", "operator", receiver_of(v->note),
				      "client", json_object_get(v->work, "conversation"),
				      "what", "changed", "seq",
				      json_object_get(v->note, "seq")));
	return payload;
}

/* A forum's topics can be closed; in private chats, which have no such call, the name tells. */
json_t *view_topic(const struct view *v)
{
	const char *chat = jstring(json_object_get(v->note, "to"), "chat");
	const char *what = jstring(v->note, "what"), *name = jstring(v->note, "detail");
	int is_over = what && strcmp(what, "close") == 0;

	if (chat && *chat == '-')
		return view_list(json_pack("{s:s, s:{}}", "method",
					   is_over ? "closeForumTopic" : "reopenForumTopic",
					   "body"));
	return view_list(
		json_pack("{s:s, s:{s:o}}", "method", "editForumTopic", "body", "name",
			  json_sprintf("%s%s", is_over ? "✓ " : "", name ? name : "…")));
}

/* Which message it is about, as far as it is still at hand. */
static void add_subject(struct buf *out, const struct view *v, enum word id)
{
	const char *body =
		json_string_value(json_array_get(json_object_get(v->note, "message"), 2));
	char glance[FAILED_MAX + 8];

	if (!body)
		return;
	buf_puts(out, "\\\n");
	if (id == WORD_FAILED)
		body = transcript_glance(body, FAILED_MAX, glance);
	view_add(out, body);
}

static const struct {
	const char *name;
	enum word id;
} notices[] = {
	{ "edited", WORD_EDITED },           { "changed", WORD_EDITED },
	{ "failed", WORD_FAILED },           { "blocked", WORD_BLOCKED },
	{ "unblocked", WORD_UNBLOCKED },     { "reset", WORD_RESET },
	{ "returned", WORD_RETURNED },       { "closed", WORD_CLOSED },
	{ "expired", WORD_EXPIRED },         { "idle", WORD_IDLE },
	{ "transferred", WORD_TRANSFERRED }, { "left", WORD_LEFT },
	{ "unattended", WORD_UNATTENDED },   { "absent", WORD_ABSENT },
};

/* Why, and so that somebody can mend it, what was said of it if we do not know. */
static void add_why(struct buf *out, const struct view *v, enum word id, const char *said)
{
	const char *why = id == WORD_FAILED ? desk_failure(said, v->lang) : said;

	buf_puts(out, ": ");
	view_add(out, why ? why : word(WORD_REFUSED, v->lang));
	if (!why) {
		buf_puts(out, " (");
		view_add(out, said);
		buf_puts(out, ")");
	}
}

/* A notice of one of these kinds; NULL: there is no such kind. */
static json_t *notice_of(const struct view *v, const char *detail)
{
	size_t len = strcspn(detail, " ");
	const char *rest = detail + len + (detail[len] == ' ');
	struct buf out = { 0 };

	for (size_t i = 0; i < sizeof notices / sizeof *notices; i++) {
		if (strlen(notices[i].name) != len ||
		    strncmp(notices[i].name, detail, len) != 0)
			continue;
		add_about(&out, v, notices[i].id);
		if (*rest)
			add_why(&out, v, notices[i].id, rest);
		add_subject(&out, v, notices[i].id);
		return view_payload(&out);
	}
	return NULL;
}

json_t *view_notice(const struct view *v)
{
	const char *detail = jstring(v->note, "detail");
	json_t *shown = json_object_get(v->note, "shown"), *payload;
	int is_edit = detail && strcmp(detail, "edited") == 0;

	if (is_edit && is_shown_now(v))
		return json_array();
	if (is_edit && json_array_size(shown) > 0)
		return view_list(edit_of(v));
	payload = detail ? notice_of(v, detail) : NULL;
	if (payload && json_array_size(shown) > 0)
		json_object_set(payload, "reply_to",
				json_array_get(json_array_get(shown, 0), 0));
	return payload ? view_list(payload) : json_array();
}

#include "services/operator-relay/transcript.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/utf8.h"
#include "common/i18n/i18n.h"
#include "common/json/jvalue.h"
#include "common/telegram/telegram.h"
#include "services/operator-relay/words.h"

enum { MESSAGE_UNITS = 4096, MESSAGES_MAX = 3, TIME_LEN = 16 };

const char *transcript_speaker(struct arena *a, const json_t *message, const char *client,
			       const char *lang)
{
	const json_t *extra = json_array_get(message, 3);
	const char *name = jstring(json_object_get(extra, "operator"), "name");

	switch (json_integer_value(json_array_get(message, 1))) {
	case TRANSCRIPT_PERSON:
		return client;
	case TRANSCRIPT_BOT:
		return *i18n_lang(lang) == 'r' ? "бот" : "bot";
	case TRANSCRIPT_OPERATOR:
		return name ? arena_str(a, name) : i18n_text(TEXT_OPERATOR, lang);
	default:
		return i18n_text(TEXT_PLATFORM, lang);
	}
}

const char *transcript_glance(const char *text, size_t max, char *room)
{
	size_t len = strlen(text), cut = utf8_floor(text, len, max);

	memcpy(room, text, cut);
	room[cut] = 0;
	for (char *p = room; *p; p++)
		if (*p == '\n' || *p == '\r' || *p == '\t')
			*p = ' ';
	if (cut < len)
		memcpy(room + cut, "…", sizeof "…");
	return room;
}

static void add_attachments(struct buf *out, const json_t *extra, const char *lang)
{
	const json_t *attachment;
	size_t i;

	json_array_foreach (json_object_get(extra, "attachments"), i, attachment) {
		const char *name = jstring(attachment, "name");

		buf_printf(out, " [%s%s%s]", i18n_kind(jstring(attachment, "kind"), lang),
			   name ? ": " : "", name ? name : "");
	}
}

const char *transcript_line(struct arena *a, const json_t *message, const char *client,
			    const char *lang, size_t max)
{
	const char *body = json_string_value(json_array_get(message, 2)), *out;
	struct buf line = { 0 };

	if (!body)
		body = "";
	if (max > 0)
		body = transcript_glance(body, max, arena_alloc(a, max + 8));
	buf_printf(&line, "%s: %s", transcript_speaker(a, message, client, lang), body);
	add_attachments(&line, json_array_get(message, 3), lang);
	out = arena_str(a, buf_str(&line));
	buf_free(&line);
	return out;
}

/* "2026-11-21T10:15:00Z" -> "2026-11-21 10:15" */
static void add_time(struct buf *out, const json_t *message)
{
	const char *at = json_string_value(json_array_get(message, 4));
	size_t start = out->len;

	if (!at || strlen(at) < TIME_LEN)
		return;
	buf_add(out, at, TIME_LEN);
	out->data[start + 10] = ' ';
	buf_putc(out, ' ');
}

static const char *whole(struct arena *a, const json_t *messages, const char *client,
			 const char *lang)
{
	struct buf text = { 0 };
	const json_t *message;
	const char *out;
	size_t i;

	json_array_foreach (messages, i, message) {
		add_time(&text, message);
		buf_puts(&text, transcript_line(a, message, client, lang, 0));
		buf_putc(&text, '\n');
	}
	out = arena_str(a, buf_str(&text));
	buf_free(&text);
	return out;
}

static json_t *in_file(const json_t *work, const char *text, const char *head)
{
	long long id = json_integer_value(json_object_get(work, "conversation"));
	json_t *file = json_pack("{s:s, s:o, s:s, s:s}", "kind", "document", "name",
				 json_sprintf("conversation-%lld.txt", id), "mime",
				 "text/plain; charset=utf-8", "text", text);

	return json_pack("{s:s, s:[o], s:b}", "text", head, "attachments", file, "silent", 1);
}

json_t *transcript_note(const json_t *work, const char *client, const char *lang)
{
	const json_t *messages = json_object_get(work, "messages");
	size_t n = json_array_size(messages), units;
	struct arena a = { 0 };
	const char *text = whole(&a, messages, client, lang), *head;
	json_t *out;

	units = utf8_utf16_units(text, strlen(text));
	if (n == 0) {
		out = json_pack("{s:s, s:b}", "text", word(WORD_NOTHING_SAID, lang), "silent",
				1);
	} else if (units > (size_t)MESSAGE_UNITS * MESSAGES_MAX) {
		head = arena_printf(&a, word(WORD_HISTORY_IN, lang), n);
		out = in_file(work, text, head);
	} else {
		head = arena_printf(&a, word(WORD_HISTORY, lang), n);
		out = json_pack("{s:o, s:b}", "text",
				json_sprintf("**%s** (%s)\n\n%s", head,
					     word(WORD_TIME_ZONE, lang),
					     telegram_escape(&a, text)),
				"silent", 1);
	}
	arena_free(&a);
	if (!out)
		abort();
	return out;
}

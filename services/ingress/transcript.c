#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "common/base/clock.h"
#include "common/i18n/i18n.h"
#include "common/markdown/html.h"
#include "services/ingress/buckets.h"
#include "services/ingress/message.h"
#include "services/ingress/routes.h"
#include "services/ingress/session.h"

/*
 * GET /api/v1/transcript?format=txt|html&tz=180: the conversation as a file, with
 * times as many minutes east of Greenwich as the person is.
 *
 *   begin -> read_page -> write_page -> read_page ... -> reply
 */

enum { READ_MS = 15000, PAGE = 200, BYTES_MAX = 8 << 20, TZ_MAX = 840 };

struct transcript {
	struct flow flow;
	struct web_request *req;
	struct ingress *in;
	struct messages_wanted wanted;
	const char *bot, *lang;
	int is_html, tz;
	struct buf out;
	struct message_page page;
};

static flow_step begin, read_page, write_page, cannot_read, transcript_release;
static const struct flow_class transcript_class = { "transcript", cannot_read,
						    transcript_release };

/* --- writing -------------------------------------------------------------- */

/* "2026-11-21 15:04" where the person is. */
static const char *local_time(const struct transcript *t, struct arena *a, const char *iso)
{
	struct tm tm = { 0 };
	char text[32];
	time_t at;

	if (!strptime(iso, "%Y-%m-%dT%H:%M:%S", &tm))
		return iso;
	at = timegm(&tm) + (time_t)t->tz * 60;
	gmtime_r(&at, &tm);
	strftime(text, sizeof text, "%Y-%m-%d %H:%M", &tm);
	return arena_str(a, text);
}

static const char *name_of(const struct transcript *t, const json_t *message,
			   enum author author)
{
	const char *name = json_string_value(json_object_get(message, "name"));

	switch (author) {
	case AUTHOR_PERSON:
		return i18n_text(TEXT_PERSON, t->lang);
	case AUTHOR_BOT:
		return t->bot;
	case AUTHOR_OPERATOR:
		return name ? name : i18n_text(TEXT_OPERATOR, t->lang);
	default:
		return i18n_text(TEXT_PLATFORM, t->lang);
	}
}

/* What the person did by a button, or the command behind it, in words; NULL: they said
 * something. */
static const char *pressed(const struct transcript *t, const struct message *m)
{
	static const struct {
		const char *command;
		enum text_id text;
	} known[] = {
		{ "/operator", TEXT_SAID_CALL },
		{ "/human", TEXT_SAID_CALL },
		{ "/reset", TEXT_SAID_RESET },
		{ "/new", TEXT_SAID_RESET },
	};

	for (size_t i = 0; m->author == AUTHOR_PERSON && i < sizeof known / sizeof *known; i++)
		if (strcasecmp(m->body, known[i].command) == 0)
			return i18n_text(known[i].text, t->lang);
	return NULL;
}

/* "photo: tent.png" */
static const char *file_words(const struct transcript *t, struct arena *a, const json_t *file)
{
	const char *kind = json_string_value(json_object_get(file, "kind"));
	const char *name = json_string_value(json_object_get(file, "name"));

	return arena_printf(a, "%s%s%s", i18n_kind(kind ? kind : "document", t->lang),
			    name ? ": " : "", name ? name : "");
}

static enum author author_of(const json_t *message)
{
	const char *author = json_string_value(json_object_get(message, "author"));

	for (enum author a = AUTHOR_PERSON; a < AUTHOR_PLATFORM; a++)
		if (author && strcmp(author, author_name(a)) == 0)
			return a;
	return AUTHOR_PLATFORM;
}

/* "In reply to: Ann, “Which tent is it?”"; NULL: it answers nothing in particular. */
static const char *reply_words(const struct transcript *t, struct arena *a,
			       const json_t *message)
{
	const json_t *other = json_object_get(message, "reply_to");
	const char *text = json_string_value(json_object_get(other, "text"));
	const json_t *file = json_object_get(other, "file");

	if (!text && file)
		text = file_words(t, a, file);
	if (!text)
		return NULL;
	return arena_printf(a, i18n_text(TEXT_IN_REPLY, t->lang),
			    name_of(t, other, author_of(other)), text);
}

static void put_text(struct transcript *t, const struct message *m, const json_t *message,
		     const char *time)
{
	const char *reply = reply_words(t, &t->flow.arena, message);
	const json_t *file;
	size_t i;

	buf_printf(&t->out, "[%s] %s:\r\n", time, name_of(t, message, m->author));
	if (reply)
		buf_printf(&t->out, "[%s]\r\n", reply);
	for (const char *c = m->body; *c; c++) {
		if (*c == '\n')
			buf_putc(&t->out, '\r');
		buf_putc(&t->out, *c);
	}
	if (*m->body)
		buf_puts(&t->out, "\r\n");
	json_array_foreach (json_object_get(message, "attachments"), i, file)
		buf_printf(&t->out, "[%s]\r\n", file_words(t, &t->flow.arena, file));
	buf_puts(&t->out, "\r\n");
}

static void put_html(struct transcript *t, const struct message *m, const json_t *message,
		     const char *time)
{
	const char *reply = reply_words(t, &t->flow.arena, message);
	const json_t *file;
	size_t i;

	buf_printf(&t->out, "<article class=\"%s\"><header>", author_name(m->author));
	html_escape(&t->out, name_of(t, message, m->author));
	buf_printf(&t->out, " <time>%s</time></header>\n", time);
	if (reply) {
		buf_puts(&t->out, "<blockquote>");
		html_escape(&t->out, reply);
		buf_puts(&t->out, "</blockquote>\n");
	}
	if (m->author == AUTHOR_PERSON && *m->body) {
		buf_puts(&t->out, "<p class=\"said\">");
		html_escape(&t->out, m->body);
		buf_puts(&t->out, "</p>");
	} else {
		buf_puts(&t->out, message_html(m, &t->flow.arena));
	}
	json_array_foreach (json_object_get(message, "attachments"), i, file) {
		buf_puts(&t->out, "<p class=\"file\">");
		html_escape(&t->out, file_words(t, &t->flow.arena, file));
		buf_puts(&t->out, "</p>\n");
	}
	buf_puts(&t->out, "</article>\n");
}

static void put_pressed(struct transcript *t, const char *words, const char *time)
{
	if (t->is_html)
		buf_printf(&t->out, "<p class=\"event\">%s <time>%s</time></p>\n", words, time);
	else
		buf_printf(&t->out, "[%s] %s\r\n\r\n", time, words);
}

static void put_message(struct transcript *t, const struct message *m)
{
	json_auto_t *message = message_json(m, &t->flow.arena);
	const char *time = local_time(t, &t->flow.arena, m->created_at);
	const char *words = pressed(t, m);

	if (words)
		put_pressed(t, words, time);
	else if (t->is_html)
		put_html(t, m, message, time);
	else
		put_text(t, m, message, time);
}

static void put_head(struct transcript *t)
{
	static const char style[] =
		"body{font:16px/1.5 system-ui,sans-serif;max-width:44em;margin:2em "
		"auto;padding:0 1em;color:#17202a;background:#fff}"
		"article{margin:0 0 1.2em;padding:.6em "
		"1em;border-radius:.8em;background:#f0f2f4;"
		"overflow-wrap:anywhere}"
		".person{background:#e3f1f3;margin-left:3em}.platform{background:none;color:#"
		"5a6672}"
		"header{font-weight:600;font-size:.9em}time{font-weight:400;color:#5a6672}"
		"blockquote{margin:.4em 0;padding-left:.7em;border-left:3px solid #9daab5;"
		"color:#5a6672;font-size:.9em}.said{white-space:pre-wrap}.file,.event{color:#"
		"5a6672}.event{text-align:"
		"center;font-size:.9em}p{margin:.4em 0}pre{overflow-x:auto}"
		"@media(prefers-color-scheme:dark){body{background:#171b1f;color:#e8ecef}"
		"article{background:#262b30}.person{background:#0f3f46}a{color:#6cc3cf}"
		"time,.platform,.file,.event,blockquote{color:#9daab5}}";
	const char *title =
		arena_printf(&t->flow.arena, i18n_text(TEXT_TRANSCRIPT, t->lang), t->bot);

	if (!t->is_html) {
		buf_printf(&t->out, "\xef\xbb\xbf%s\r\n\r\n", title);
		return;
	}
	buf_printf(&t->out,
		   "<!doctype html>\n<html lang=\"%s\">\n<meta charset=\"utf-8\">\n"
		   "<meta name=\"viewport\" content=\"width=device-width\">\n<title>",
		   t->lang);
	html_escape(&t->out, title);
	buf_printf(&t->out, "</title>\n<style>%s</style>\n<h1>", style);
	html_escape(&t->out, title);
	buf_puts(&t->out, "</h1>\n");
}

/* --- the flow ------------------------------------------------------------- */

static int read_number(const char *text, int *out)
{
	char *end;
	long n = text ? strtol(text, &end, 10) : 0;

	*out = (int)n;
	return !text || (end != text && !*end && n >= -TZ_MAX && n <= TZ_MAX) ? 0 : -1;
}

void transcript_get(void *arg, struct web_request *req)
{
	static const struct limit limit = { .per_minute = 20, .burst = 10 };
	const char *format = web_query(req, "format");
	struct ingress *in = arg;
	struct session session;
	struct transcript *t;
	int tz;

	if (session_of(in, req, &session) < 0 ||
	    ingress_limit_key(in, req, LIMIT_CALLS, session.chat, &limit) < 0)
		return;
	ingress_lang(req, web_query(req, "lang"));
	if ((format && strcmp(format, "txt") != 0 && strcmp(format, "html") != 0) ||
	    read_number(web_query(req, "tz"), &tz) < 0) {
		web_refuse(req, 400, "bad_request", TEXT_PROBLEM_BAD_FORMAT);
		return;
	}
	t = calloc(1, sizeof *t);
	if (!t)
		abort();
	t->req = req;
	t->in = in;
	t->is_html = format && strcmp(format, "html") == 0;
	t->tz = tz;
	t->lang = web_lang(req);
	t->bot = arena_str(web_arena(req), text_in(&session.channel->bot->title, t->lang));
	t->wanted = (struct messages_wanted){ .channel_id = session.channel->id,
					      .chat_key = session.chat,
					      .limit = PAGE };
	flow_begin(&t->flow, &transcript_class, t, web_trace(req), READ_MS, begin);
}

static void begin(void *self)
{
	put_head(self);
	read_page(self);
}

static void read_page(void *self)
{
	struct transcript *t = self;

	store_messages(&t->in->store, &t->flow, write_page, &t->page, &t->wanted);
}

static void reply(struct transcript *t)
{
	char now[CLOCK_ISO_SIZE];

	clock_iso(now, clock_wall_ms());
	web_set_header(t->req, "Cache-Control", "no-store");
	web_set_header(t->req, "Content-Security-Policy",
		       "default-src 'none'; style-src 'unsafe-inline'; sandbox");
	web_set_header(t->req, "Content-Disposition",
		       arena_printf(web_arena(t->req), "attachment; filename=\"chat-%.10s.%s\"",
				    now, t->is_html ? "html" : "txt"));
	web_reply(t->req, 200,
		  t->is_html ? "text/html; charset=utf-8" : "text/plain; charset=utf-8",
		  buf_str(&t->out), t->out.len);
	flow_done(&t->flow);
}

static void write_page(void *self)
{
	struct transcript *t = self;

	for (int i = 0; i < t->page.n && t->out.len < BYTES_MAX; i++)
		put_message(t, &t->page.messages[i]);
	if (t->page.n < PAGE || t->out.len >= BYTES_MAX) {
		reply(t);
		return;
	}
	t->wanted.after = t->page.messages[t->page.n - 1].seq;
	read_page(self);
}

static void cannot_read(void *self)
{
	struct transcript *t = self;

	ingress_reply_failure(t->req, &t->flow.err);
	flow_done(&t->flow);
}

static void transcript_release(void *self)
{
	struct transcript *t = self;

	buf_free(&t->out);
	free(t);
}

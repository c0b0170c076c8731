#include <string.h>

#include "common/i18n/i18n.h"
#include "common/json/jread.h"
#include "common/llm/llm.h"

/* One [seq, author, body, extra] of the history. */
struct entry {
	int64_t seq;
	enum author author;
	const char *body;
	const json_t *extra;
	int is_aside; /* it was dealt with at once */
};

struct reading {
	struct dialogue *out;
	struct arena *arena;
	int64_t first_unanswered;
	int is_asked; /* there is a question among what is not answered */
};

static struct entry entry_at(const json_t *history, size_t i)
{
	const json_t *item = json_array_get(history, i);
	const char *body = json_string_value(json_array_get(item, 2));

	return (struct entry){
		.seq = json_integer_value(json_array_get(item, 0)),
		.author = (enum author)json_integer_value(json_array_get(item, 1)),
		.body = body ? body : "",
		.extra = json_array_get(item, 3),
		.is_aside = json_is_true(json_object_get(json_array_get(item, 3), "aside")),
	};
}

/* "/help" which the platform answered at once: no part of the dialogue with the bot. */
static int is_command(const struct entry *e)
{
	return e->is_aside && e->body[0] == '/' && e->body[1] >= 'a' && e->body[1] <= 'z';
}

static void add_quote(struct buf *text, const json_t *extra)
{
	const char *quoted =
		json_string_value(json_object_get(json_object_get(extra, "reply_to"), "text"));

	if (!quoted)
		return;
	buf_puts(text, "> ");
	for (const char *c = quoted; *c; c++) {
		buf_putc(text, *c);
		if (*c == '\n')
			buf_puts(text, "> ");
	}
	buf_puts(text, "\n\n");
}

static void add_attachments(struct buf *text, const json_t *extra)
{
	const json_t *list = json_object_get(extra, "attachments"), *item;
	size_t i;

	json_array_foreach (list, i, item) {
		const char *kind = json_string_value(json_object_get(item, "kind"));
		const char *name = json_string_value(json_object_get(item, "name"));

		buf_printf(text, "%s[%s%s%s]", text->len ? "\n" : "", kind ? kind : "file",
			   name ? ": " : "", name ? name : "");
	}
}

static const char *operator_text(struct arena *a, const struct entry *e, const char *lang)
{
	const json_t *who = json_object_get(e->extra, "operator");
	const char *name = json_string_value(json_object_get(who, "name"));

	return arena_printf(a, "[%s] %s", name ? name : i18n_text(TEXT_OPERATOR, lang),
			    e->body);
}

static const char *full_text(struct arena *a, const struct entry *e, const char *lang)
{
	struct buf text = { 0 };
	const char *copy;

	if (e->author == AUTHOR_OPERATOR)
		return operator_text(a, e, lang);
	if (!json_is_object(e->extra) || e->author != AUTHOR_PERSON)
		return arena_str(a, e->body);
	add_quote(&text, e->extra);
	buf_puts(&text, e->body);
	add_attachments(&text, e->extra);
	copy = arena_dup(a, buf_str(&text), text.len);
	buf_free(&text);
	return copy;
}

static void add_said(struct dialogue *out, struct arena *a, const struct entry *e,
		     int unanswered)
{
	struct said *said = &out->items[out->n];

	said->author = e->author;
	said->text = full_text(a, e, out->lang);
	said->body = e->author == AUTHOR_PERSON ? arena_str(a, e->body) : said->text;
	said->unanswered = unanswered;
	if (!said->text[0])
		return;
	out->n++;
	out->has_human |= e->author == AUTHOR_OPERATOR;
	out->unanswered += unanswered;
}

/* The platform told the person something of a human's coming or going. */
static int is_event(const struct entry *e)
{
	return e->author == AUTHOR_PLATFORM && json_object_get(e->extra, "event");
}

static int is_new(const struct reading *r, const struct entry *e)
{
	return e->author == AUTHOR_PERSON && e->seq >= r->first_unanswered;
}

/* One of the history, on the round of those that are answered, or of those that are not.  The
 * words of a call for a human are a question only where nothing else was asked. */
static void take_entry(struct reading *r, const struct entry *e, int unanswered)
{
	struct dialogue *out = r->out;
	int is_open = is_new(r, e) && !(e->is_aside && r->is_asked);

	if (is_event(e) && !unanswered) {
		out->was_called = 1;
		out->since = out->n;
	}
	if (is_open == unanswered && e->author != AUTHOR_PLATFORM && !is_command(e))
		add_said(out, r->arena, e, unanswered);
}

static void read_entries(struct reading *r, const json_t *history)
{
	size_t n = json_array_size(history);

	for (size_t i = 0; i < n; i++) {
		struct entry e = entry_at(history, i);

		r->is_asked |= is_new(r, &e) && !e.is_aside;
	}
	for (int unanswered = 0; unanswered < 2; unanswered++)
		for (size_t i = 0; i < n; i++) {
			struct entry e = entry_at(history, i);

			take_entry(r, &e, unanswered);
		}
}

void dialogue_read(struct dialogue *out, struct arena *a, const struct turn_claim *claim)
{
	const char *text = claim->history ? claim->history : "";
	json_error_t where;
	json_t *history = jread(text, strlen(text), 0, JREAD_DEPTH, &where);
	size_t n = json_array_size(history);

	*out = (struct dialogue){ .lang = claim->lang, .lang_chosen = claim->lang_chosen };
	out->items = arena_alloc(a, (n + 1) * sizeof *out->items);
	read_entries(&(struct reading){ .out = out,
					.arena = a,
					.first_unanswered = claim->first_seq },
		     history);
	json_decref(history);
}

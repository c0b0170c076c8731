#include <ctype.h>
#include <string.h>

#include "common/base/utf8.h"
#include "common/i18n/i18n.h"
#include "common/llm/llm.h"

enum {
	MESSAGE_OVERHEAD = 4, /* tokens that frame a message */
	LEAST_BUDGET = 64,
	SHORT_WORDS = 2, /* "and to Kazan?" needs the question before it */
};

/* --- the parts of the system message --------------------------------------- */

static void add_passages(struct buf *text, const struct passages *passages, const char *lang,
			 int budget)
{
	static const char *const heads[] = {
		"\n\n# Статьи справки\n\nОтвечай по этим статьям. Если ответа в них нет, так и "
		"скажи и не выдумывай.\n",
		"\n\n# Help articles\n\nAnswer from these articles. If they do not hold the "
		"answer, say so and invent nothing.\n",
	};
	int spent = 0;

	for (int i = 0; passages && i < passages->n; i++) {
		const struct passage *p = &passages->items[i];
		int cost = llm_estimate_tokens(p->title) + llm_estimate_tokens(p->body) + 8;

		if (spent + cost > budget)
			break;
		if (!spent)
			buf_puts(text, heads[strcmp(i18n_lang(lang), "ru") != 0]);
		buf_printf(text, "\n## %s\n\n%s\n", p->title, p->body);
		if (p->url)
			buf_printf(text, "(%s)\n", p->url);
		spent += cost;
	}
}

static const char *system_text(struct arena *a, const struct bot *bot, const struct dialogue *d,
			       const struct passages *passages, int budget)
{
	const char *prompt = text_in(&bot->prompt, i18n_lang(d->lang)), *copy;
	struct buf text = { 0 };

	buf_puts(&text, prompt ? prompt : "");
	if (d->lang_chosen)
		buf_printf(&text, "\n\n%s\n", i18n_text(TEXT_PROMPT_LANGUAGE, d->lang));
	if (d->for_operator || d->has_human)
		buf_printf(&text, "\n\n%s\n",
			   i18n_text(d->for_operator ? TEXT_PROMPT_SUGGEST
						     : TEXT_PROMPT_HUMAN_ENDED,
				     d->lang));
	if (d->is_alone)
		buf_printf(&text, "\n\n%s\n", i18n_text(TEXT_PROMPT_ALONE, d->lang));
	add_passages(&text, passages, d->lang, budget);
	copy = arena_dup(a, buf_str(&text), text.len);
	buf_free(&text);
	return copy;
}

/* --- the dialogue ----------------------------------------------------------- */

/* What is not answered is always remembered. */
static int is_forgotten(const struct dialogue *d, int i, int most)
{
	return d->n - i > most && !d->items[i].unanswered;
}

/* The first item that is kept whole; *cut is what may be left of the one before it. */
static int first_kept(const struct dialogue *d, int budget, int most, int *cut)
{
	int first = d->n;

	*cut = 0;
	while (first > 0 && !is_forgotten(d, first - 1, most)) {
		int cost = llm_estimate_tokens(d->items[first - 1].text) + MESSAGE_OVERHEAD;

		if (cost > budget) {
			if (d->items[first - 1].unanswered)
				*cut = budget - MESSAGE_OVERHEAD - 1;
			break;
		}
		budget -= cost;
		first--;
	}
	return first;
}

static void add_message(struct prompt *out, struct arena *a, int role, const char *text)
{
	struct llm_message *last = out->n ? &out->messages[out->n - 1] : NULL;

	if (!text[0])
		return;
	if (last && (int)last->role == role && role != LLM_SYSTEM) {
		last->text = arena_printf(a, "%s\n\n%s", last->text, text);
		return;
	}
	out->messages[out->n].role = role;
	out->messages[out->n++].text = text;
}

static void add_dialogue(struct prompt *out, struct arena *a, const struct dialogue *d,
			 int budget, int most)
{
	int cut, first = first_kept(d, budget, most, &cut);

	if (cut > 0) {
		const char *text = d->items[first - 1].text;

		add_message(out, a, LLM_USER,
			    arena_printf(a, "%.*s…", (int)llm_fit_tokens(text, cut), text));
	}
	for (int i = first; i < d->n; i++)
		add_message(out, a,
			    d->items[i].author == AUTHOR_PERSON ? LLM_USER : LLM_ASSISTANT,
			    d->items[i].text);
}

void prompt_build(struct prompt *out, struct arena *a, const struct bot *bot,
		  const struct dialogue *dialogue, const struct passages *passages, int shrink)
{
	int budget = bot->history_tokens >> shrink;

	if (budget < LEAST_BUDGET)
		budget = LEAST_BUDGET;
	*out = (struct prompt){ 0 };
	out->messages = arena_alloc(a, ((size_t)dialogue->n + 3) * sizeof *out->messages);
	add_message(out, a, LLM_SYSTEM, system_text(a, bot, dialogue, passages, budget));
	add_dialogue(out, a, dialogue, budget, bot->history_messages);
	for (int i = 0; i < out->n; i++)
		out->estimated_tokens +=
			llm_estimate_tokens(out->messages[i].text) + MESSAGE_OVERHEAD;
}

/* --- the question ------------------------------------------------------------ */

static int count_words(const char *text)
{
	int words = 0, inside = 0;

	for (; *text; text++) {
		int letter = (unsigned char)*text >= 0x80 || isalnum((unsigned char)*text);

		words += letter && !inside;
		inside = letter;
	}
	return words;
}

/* "А в Казань?", "And by courier?" */
static int goes_on(const char *text)
{
	static const char *const heads[] = { "а ", "А ", "и ", "И ", "and ", "And ", NULL };

	for (int i = 0; heads[i]; i++)
		if (strncmp(text, heads[i], strlen(heads[i])) == 0)
			return 1;
	return count_words(text) <= SHORT_WORDS;
}

static const char *question_before(const struct dialogue *d)
{
	for (int i = d->n; i > 0; i--)
		if (d->items[i - 1].author == AUTHOR_PERSON && !d->items[i - 1].unanswered)
			return d->items[i - 1].body;
	return NULL;
}

const char *prompt_query(struct arena *a, const struct dialogue *dialogue)
{
	struct buf text = { 0 };
	const char *before, *query;

	for (int i = 0; i < dialogue->n; i++)
		if (dialogue->items[i].unanswered && dialogue->items[i].body[0])
			buf_printf(&text, "%s%s", text.len ? "\n" : "",
				   dialogue->items[i].body);
	before = text.len && goes_on(buf_str(&text)) ? question_before(dialogue) : NULL;
	query = before ? arena_printf(a, "%s\n%s", before, buf_str(&text))
		       : arena_dup(a, buf_str(&text), text.len);
	buf_free(&text);
	return query;
}

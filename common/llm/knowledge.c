#include <string.h>

#include "common/base/utf8.h"
#include "common/i18n/i18n.h"
#include "common/json/jvalue.h"
#include "common/llm/llm.h"

/*
 * Below it an article has too little to do with the question; see
 * search_articles() and the questions in tests/integration.
 */
static const double enough = 0.28;
/* Others nearly as good are named beside the best. */
static const double nearly = 0.75;

static const char *sources(struct arena *a, const struct passages *passages)
{
	json_t *list = json_array();
	json_auto_t *extra = json_pack("{s:o}", "sources", list);

	for (int i = 0; i < passages->n; i++) {
		const struct passage *p = &passages->items[i];
		json_t *source;

		if (p->rank < enough || p->rank < nearly * passages->items[0].rank)
			break;
		source = json_pack("{s:s, s:s}", "slug", p->slug, "title", p->title);
		if (p->url)
			json_object_set_new(source, "url", json_string(p->url));
		json_array_append_new(list, source);
	}
	return jdump(a, extra);
}

const char *knowledge_answer(struct arena *a, const struct passages *passages, const char *lang,
			     const char **extra)
{
	const struct passage *best = passages->items;
	const char *word = i18n_text(TEXT_SOURCE, lang);

	*extra = NULL;
	if (passages->n == 0 || best->rank < enough)
		return NULL;
	*extra = sources(a, passages);
	if (best->url)
		return arena_printf(a, "%s\n\n*%s: [%s](%s)*", best->body, word, best->title,
				    best->url);
	return arena_printf(a, "%s\n\n*%s: %s*", best->body, word, best->title);
}

/* --- small talk --------------------------------------------------------------- */

static int is_one_of(const char *word, size_t len, const char *const *words)
{
	for (; *words; words++)
		if (strlen(*words) == len && memcmp(*words, word, len) == 0)
			return 1;
	return 0;
}

/* Letters as small ones, everything else as spaces: ASCII and Russian. */
static void simplify(struct buf *out, const char *text)
{
	size_t len = strlen(text), at = 0;

	while (at < len) {
		uint32_t c = utf8_next(text, len, &at);
		char bytes[4];

		if ((c >= 'A' && c <= 'Z') || (c >= 0x410 && c <= 0x42F))
			c += 32;
		else if (c == 0x401 || c == 0x451)
			c = 0x435;
		else if (!(c >= 'a' && c <= 'z') && !(c >= 0x430 && c <= 0x44F))
			c = ' ';
		buf_add(out, bytes, utf8_put(bytes, c));
	}
}

/* What all words of the text together are; NONE as soon as one is of another kind. */
static enum small_talk judge_words(const char *text)
{
	static const char *const hello[] = {
		"привет",  "здравствуйте", "здравствуй", "хай",     "салют", "приветствую",
		"добрый",  "доброе",       "доброго",    "день",    "дня",   "утро",
		"утра",    "вечер",        "вечера",     "времени", "суток", "hello",
		"hi",      "hey",          "good",       "morning", "day",   "afternoon",
		"evening", "greetings",    "there",      NULL
	};
	static const char *const thanks[] = {
		"спасибо", "спс",     "благодарю", "большое", "огромное", "вам",    "понял",
		"поняла",  "понятно", "ясно",      "хорошо",  "ок",       "окей",   "отлично",
		"супер",   "thanks",  "thank",     "you",     "thx",      "very",   "much",
		"ok",      "okay",    "great",     "cool",    "perfect",  "cheers", NULL
	};
	enum small_talk kind = SMALL_TALK_NONE;

	for (size_t len; *(text += strspn(text, " ")); text += len) {
		enum small_talk word;

		len = strcspn(text, " ");
		word = is_one_of(text, len, thanks)  ? SMALL_TALK_THANKS
		       : is_one_of(text, len, hello) ? SMALL_TALK_HELLO
						     : SMALL_TALK_NONE;
		if (!word)
			return SMALL_TALK_NONE;
		if (kind != SMALL_TALK_THANKS)
			kind = word;
	}
	return kind;
}

enum small_talk knowledge_small_talk(const struct dialogue *dialogue)
{
	struct buf text = { 0 };
	enum small_talk kind;

	for (int i = 0; i < dialogue->n; i++) {
		if (!dialogue->items[i].unanswered)
			continue;
		simplify(&text, dialogue->items[i].text);
		buf_putc(&text, ' ');
	}
	kind = judge_words(buf_str(&text));
	buf_free(&text);
	return kind;
}

/* Phrases in which a bot says that it is one, or that it cannot; read once, compared often. */

#include "common/handoff/phrases.h"

#include <pthread.h>
#include <string.h>

enum { PHRASE_WORDS = 12 };

static const char *const preset_list[] = {
	"я не могу",
	"я не в состоянии",
	"не могу ответить на этот вопрос",
	"не могу помочь с этим",
	"не могу предоставить",
	"как искусственный интеллект",
	"как языковая модель",
	"как ии",
	"я всего лишь бот",
	"я всего лишь программа",
	"я языковая модель",
	"у меня нет доступа",
	"у меня нет такой информации",
	"у меня нет информации",
	"обратитесь к оператору",
	"as an ai",
	"as a language model",
	"as an artificial intelligence",
	"i am an ai",
	"im an ai",
	"i am just a bot",
	"im just a bot",
	"i am only a bot",
	"i am unable to",
	"im unable to",
	"i cannot help",
	"i cant help",
	"i cannot answer",
	"i cant answer",
	"i cannot provide",
	"i cant provide",
	"i dont have access",
	"i do not have access",
	"i dont have information",
	"i do not have information",
	NULL,
};

/* --- reading ---------------------------------------------------------------- */

/* At most one for each byte, and the end. */
static const uint16_t *read_letters(struct arena *arena, const char *text)
{
	struct letters l = { .text = text, .len = strlen(text), .is_between = 1 };
	uint16_t *out = arena_alloc(arena, (l.len + 1) * sizeof *out);
	size_t n = 0;

	for (uint32_t c; (c = letters_next(&l));)
		out[n++] = (uint16_t)c;
	if (l.is_between && n > 0)
		out[n - 1] = 0;
	return out;
}

static int is_comparable(const struct words *w)
{
	return w->n > 0 && w->n <= PHRASE_WORDS;
}

int handoff_phrase_counts(const char *phrase)
{
	struct words words;

	words_read(&words, phrase, strlen(phrase));
	return is_comparable(&words);
}

static void add_phrase(struct handoff_phrases *p, struct arena *arena, const char *text)
{
	size_t size;
	struct words words;
	struct phrase *phrase = &p->items[p->n];

	words_read(&words, text, strlen(text));
	if (!is_comparable(&words))
		return;
	size = (size_t)words.n * sizeof *words.items;
	phrase->n = words.n;
	phrase->words = memcpy(arena_alloc(arena, size), words.items, size);
	phrase->letters = read_letters(arena, text);
	p->begin_words |= UINT64_C(1) << phrase->words[0].letters[0] % 64;
	p->begin_letters |= UINT64_C(1) << phrase->letters[0] % 64;
	p->n++;
}

const struct handoff_phrases *handoff_phrases_read(struct arena *arena, const char *const *list)
{
	struct handoff_phrases *p;
	size_t n = 0;

	while (list[n])
		n++;
	p = arena_alloc(arena, sizeof *p + n * sizeof *p->items);
	for (size_t i = 0; i < n; i++)
		add_phrase(p, arena, list[i]);
	return p;
}

/* --- the presets ------------------------------------------------------------ */

static pthread_once_t presets_made = PTHREAD_ONCE_INIT;
static const struct handoff_phrases *presets;

static void make_presets(void)
{
	static struct arena arena; /* for as long as the process lives */

	presets = handoff_phrases_read(&arena, preset_list);
}

const struct handoff_phrases *phrases_or_presets(const struct handoff_phrases *phrases)
{
	if (phrases)
		return phrases;
	pthread_once(&presets_made, make_presets);
	return presets;
}

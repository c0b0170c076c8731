#include <stddef.h>
#include <stdint.h>

#include "common/base/utf8.h"
#include "common/handoff/handoff.h"
#include "common/handoff/lexicon.h"

enum { SLIP_MAX = 400, ASKED_MAX = 48 };

/* Who may be asked for. */
#define ASKED (TARGET | ALONE | SUPPORT | SOMEBODY | OFFICE)

/* What a key of one keyboard gives on the other. */
static const char latin_keys[] = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`";
static const uint16_t cyrillic_keys[] = u"йцукенгшщзхъфывапролджэячсмитьбюё";

static int judge(struct words *w, const char **reason)
{
	const char *frame;
	int targets = 0;

	*reason = "none";
	words_mean(w);
	if (words_find(w, 0, w->n, ASKED | LIVE | BOT | REQUEST | RING | NUMBER) < 0)
		return 0;
	words_settle(w);
	frame = words_frame(w);
	if (frame) {
		*reason = frame;
		return 0;
	}
	if (words_refuse_bot(w)) {
		*reason = "not-the-bot";
		return 1;
	}
	if (words_implied(w, reason) || words_named(w, reason))
		return 1;
	for (int i = 0; i < w->n && targets < ASKED_MAX; i++) {
		if (!(w->items[i].means & (ASKED)))
			continue;
		targets++;
		if (words_request(w, i, reason))
			return 1;
	}
	return 0;
}

/* The text as the other keyboard would have written it. */
static size_t other_keyboard(char *out, const char *text, size_t len)
{
	size_t n = 0;

	for (size_t at = 0; at < len;) {
		uint32_t c = utf8_next(text, len, &at);
		size_t k = 0;

		if ((c >= 'A' && c <= 'Z') || (c >= 0x0410 && c <= 0x042F))
			c += 32;
		while (latin_keys[k] && c != (uint8_t)latin_keys[k] && c != cyrillic_keys[k])
			k++;
		if (!latin_keys[k])
			n += utf8_put(out + n, c);
		else if (c < 0x80)
			n += utf8_put(out + n, cyrillic_keys[k]);
		else
			out[n++] = latin_keys[k];
	}
	return n;
}

/* Only a message in which nothing was understood may have slipped. */
static int judge_slip(struct words *w, const char *text, size_t len, const char **reason)
{
	char other[4 * SLIP_MAX];
	int known = 0;

	for (int i = 0; i < w->n; i++)
		known += w->items[i].len > 3 && w->items[i].means != 0;
	if (len > SLIP_MAX || known > 0)
		return 0;
	words_read(w, other, other_keyboard(other, text, len));
	return judge(w, reason);
}

int handoff_wanted(const char *text, size_t len, const char **reason)
{
	struct words words;
	const char *why;
	int wanted;

	words_read(&words, text, len);
	wanted = judge(&words, &why);
	if (!wanted && words_find(&words, 0, words.n, TARGET | ALONE) < 0) {
		const char *slip;

		if (judge_slip(&words, text, len, &slip))
			wanted = 1, why = "keyboard";
	}
	if (reason)
		*reason = why;
	return wanted;
}

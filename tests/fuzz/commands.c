/* Commands, buttons, languages: what people type and press. */

#include <string.h>

#include "common/i18n/i18n.h"
#include "services/ingress/commands.h"
#include "tests/fuzz/fuzz.h"

static struct question questions[] = { { { "Сколько стоит?", "How much?" } },
				       { { "Где заказ?", NULL } } };
static struct category categories[] = { { { "Доставка", "Delivery" }, questions, 2 } };
static const char *const languages[] = { "ru", "en", NULL };
static const struct bot bot = {
	.name = "shop",
	.title = { "Магазин", NULL },
	.languages = languages,
	.categories = categories,
	.category_count = 1,
	.message_chars = 40,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, size };
	struct arena a = { 0 };
	uint8_t what = fuzz_byte(&in);
	struct inbound event = { .action = INBOUND_MESSAGE, .key = "1", .chat = "2" };

	if (what & 1)
		event.lang = fuzz_text(&in, &a);
	if (what & 2)
		event.callback = "cb", event.callback_data = fuzz_clean(&in, &a);
	event.is_group = what >> 2 & 1;
	event.is_addressed = what >> 3 & 1;
	event.text = fuzz_clean(&in, &a);
	commands_recognise(&event, &a);
	commands_resolve(&event, &bot, &a);
	demand(event.action != INBOUND_COMMAND || event.reply);
	demand(!event.lang || !*event.lang || i18n_text(TEXT_HELP_HEAD, event.lang));
	demand_utf8(event.text);
	demand_utf8(event.reply);
	arena_free(&a);
	return 0;
}

#include "common/desk/words.h"

#include <stdlib.h>

#include "common/i18n/i18n.h"

static const struct {
	const char *name;
	enum text_id id;
} words[] = {
	{ "waiting", TEXT_HUMAN_WAITING },
	{ "requeued", TEXT_HUMAN_REQUEUED },
	{ "opens", TEXT_HUMAN_OPENS },
	{ "opens_today", TEXT_HUMAN_OPENS_TODAY },
	{ "queue", TEXT_HUMAN_QUEUE },
	{ "queue_place", TEXT_HUMAN_PLACE },
	{ "queue_wait", TEXT_HUMAN_WAIT },
	{ "queue_soon", TEXT_HUMAN_SOON },
	{ "joined", TEXT_HUMAN_JOINED },
	{ "returned", TEXT_HUMAN_RETURNED },
	{ "closed", TEXT_HUMAN_CLOSED },
	{ "nobody", TEXT_HUMAN_NOBODY },
	{ "closed_hours", TEXT_HUMAN_CLOSED_HOURS },
	{ "closed_message", TEXT_HUMAN_CLOSED_MESSAGE },
	{ "leave_message", TEXT_HUMAN_LEAVE_MESSAGE },
	{ "message_left", TEXT_HUMAN_MESSAGE_LEFT },
	{ "enabled", TEXT_OPERATOR_ENABLED },
	{ "disabled", TEXT_OPERATOR_DISABLED },
};

json_t *desk_words(void)
{
	json_t *out = json_object();

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		json_object_set_new(out, words[i].name,
				    json_pack("{ss, ss}", "ru", i18n_text(words[i].id, "ru"),
					      "en", i18n_text(words[i].id, "en")));
	if (!out)
		abort();
	return out;
}

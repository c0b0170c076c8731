#pragma once

#include "common/bots/bots.h"
#include "common/i18n/i18n.h"
#include "common/inbound/inbound.h"

/* What each command answers.  Private to the resolution of events (commands.h). */

/* The command of the event, run. */
void answer_command(struct inbound *event, const struct bot *bot, struct arena *a);

/* The language we answer in: the person's, as far as we know it, else the bot's first. */
const char *answer_lang(const struct inbound *event, const struct bot *bot);
const char *answer_text(const struct inbound *event, const struct bot *bot, enum text_id id);

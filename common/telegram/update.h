#pragma once

#include "common/telegram/telegram.h"

/* Private to common/telegram: reading what Telegram sends. */

/* The string under key, without U+0000; NULL if it is absent or not a string. */
const char *update_string(struct arena *a, const json_t *object, const char *key);

/* {"attachments":[...],"reply_to":{"id","at","text"}} of a message, owned by the arena; NULL:
 * neither. */
json_t *update_extra(struct arena *a, const json_t *message);

/* --- address.c: who is meant ------------------------------------------------- */

/* Fills in command, argument and is_addressed; the text loses a leading mention of us. */
void update_address(struct inbound *out, struct arena *a, const struct telegram_me *me,
		    const json_t *message);

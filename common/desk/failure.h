#pragma once

/*
 * Why a message was not delivered, for operators: what Telegram or the courier
 * said of it (delivery.error) is for those who mend things.
 */

/* In i18n_lang(lang); static.  NULL: we have no words for it.  error may be NULL. */
const char *desk_failure(const char *error, const char *lang);

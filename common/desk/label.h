#pragma once

/*
 * Buttons under the input field of operators in Telegram send their own words, each the
 * name of a command in one of our languages.
 */

/* NULL: that command has no button.  lang: any. */
const char *desk_label(const char *command, const char *lang);

/* The command whose label this is; NULL: none's. */
const char *desk_label_command(const char *text);

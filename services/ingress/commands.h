#pragma once

#include "common/bots/bots.h"
#include "common/i18n/i18n.h"
#include "common/inbound/inbound.h"

/*
 * From what a person did to what it asks for: commands and buttons are answered
 * by the platform at once, everything else is for the bot.  Pure: no clock, no
 * network.
 */

/* Turns a parsed event into its final form; strings go into the arena. */
void commands_resolve(struct inbound *event, const struct bot *bot, struct arena *a);

/* Text that begins with "/", in channels that have no commands of their own (the widget). */
void commands_recognise(struct inbound *event, struct arena *a);

/* Refuse the event, in silence or with a text that a number goes into. */
void commands_refuse(struct inbound *event);
void commands_refuse_with(struct inbound *event, struct arena *a, enum text_id id, int number);

/* The bot's menu of commands, as Telegram's setMyCommands wants it: JSON text. */
const char *commands_menu(struct arena *a, const struct bot *bot, const char *lang,
			  int with_code);

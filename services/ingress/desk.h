#pragma once

#include "common/bots/bots.h"
#include "common/inbound/inbound.h"

/*
 * A desk is a bot that operators talk to.  Nothing is answered here: whatever
 * they say or press is a message, and operator-relay makes orders of it.  Pure.
 */

int desk_is(const struct channel *channel);

/*
 * Turns a parsed event into its final form.  Its extra says what was pressed,
 * which command it is and which message it answers; has_topics: whether the bot
 * may open topics in private chats.
 */
void desk_resolve(struct inbound *event, struct arena *a, int has_topics);

/* The menu of commands, as Telegram's setMyCommands wants it: JSON text. */
const char *desk_menu(struct arena *a, const char *lang, int with_code);

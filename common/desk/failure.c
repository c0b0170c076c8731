#include "common/desk/failure.h"

#include <stddef.h>
#include <string.h>

#include "common/i18n/i18n.h"

enum why {
	BLOCKED,
	DEACTIVATED,
	NEVER_WROTE,
	NO_CHAT,
	REMOVED,
	FORBIDDEN,
	NOT_REACHABLE,
	TOO_LONG,
	TOO_BIG,
	NO_FILE,
	TOO_MANY,
	NOT_EDITABLE,
	BAD_FORMAT,
	EMPTY,
	BAD_TOKEN,
	NOT_CONFIGURED,
	OUTDATED,
	NETWORK,
};

static const struct {
	const char *ru, *en;
} words[] = {
	[BLOCKED] = { "человек заблокировал бота", "the person has blocked the bot" },
	[DEACTIVATED] = { "аккаунт удалён", "the account was deleted" },
	[NEVER_WROTE] = { "человек ещё не писал этому боту",
			  "the person has never written to this bot" },
	[NO_CHAT] = { "такого чата больше нет", "there is no such chat any more" },
	[REMOVED] = { "бота нет в этой группе", "the bot is not in the group" },
	[FORBIDDEN] = { "боту нельзя писать в этот чат", "the bot may not write in this chat" },
	[NOT_REACHABLE] = { "до человека не достучаться: бот заблокирован или чата больше нет",
			    "the person cannot be reached: the bot is blocked, or the chat is "
			    "gone" },
	[TOO_LONG] = { "текст слишком длинный", "the text is too long" },
	[TOO_BIG] = { "файл слишком большой", "the file is too big" },
	[NO_FILE] = { "файл не удалось передать", "the file could not be passed on" },
	[TOO_MANY] = { "слишком много сообщений сразу", "too many messages at once" },
	[NOT_EDITABLE] = { "это сообщение уже не изменить",
			   "this message cannot be changed any more" },
	[BAD_FORMAT] = { "Telegram не принял оформление текста",
			 "Telegram did not take the formatting" },
	[EMPTY] = { "в сообщении нечего показать", "there is nothing to show in it" },
	[BAD_TOKEN] = { "Telegram не принимает ключ бота", "Telegram refuses the bot's token" },
	[NOT_CONFIGURED] = { "канал не настроен", "the channel is not set up" },
	[OUTDATED] = { "отменено: это уже не актуально", "withdrawn: it was of the past" },
	[NETWORK] = { "нет связи с Telegram", "no connection to Telegram" },
};

/* The first that is found in the text, whatever its case, says why. */
static const struct {
	const char *said;
	enum why why;
} causes[] = {
	{ "blocked by the user", BLOCKED },
	{ "USER_IS_BLOCKED", BLOCKED },
	{ "user is deactivated", DEACTIVATED },
	{ "USER_DEACTIVATED", DEACTIVATED },
	{ "can't initiate conversation", NEVER_WROTE },
	{ "chat was deactivated", NO_CHAT },
	{ "group chat was deleted", NO_CHAT },
	{ "chat not found", NO_CHAT },
	{ "PEER_ID_INVALID", NO_CHAT },
	{ "USER_ID_INVALID", NO_CHAT },
	{ "bot was kicked", REMOVED },
	{ "bot is not a member", REMOVED },
	{ "rights to send", FORBIDDEN },
	{ "WRITE_FORBIDDEN", FORBIDDEN },
	{ "SEND_", FORBIDDEN }, /* CHAT_SEND_MEDIA_FORBIDDEN and its like */
	{ "VOICE_MESSAGES_FORBIDDEN", FORBIDDEN },
	{ "TOPIC_CLOSED", FORBIDDEN },
	{ "can't send messages to bots", FORBIDDEN },
	{ "unreachable", NOT_REACHABLE },
	{ "too long", TOO_LONG },
	{ "TOO_LONG", TOO_LONG },
	{ "too big", TOO_BIG },
	{ "Entity Too Large", TOO_BIG },
	{ "PHOTO_INVALID_DIMENSIONS", TOO_BIG },
	{ "answer longer than", TOO_BIG },
	{ "file identifier", NO_FILE },
	{ "file_id", NO_FILE },
	{ "FILE_REFERENCE", NO_FILE },
	{ "HTTP URL", NO_FILE },
	{ "IMAGE_PROCESS_FAILED", NO_FILE },
	{ "wrong type of", NO_FILE },
	{ "temporary file", NO_FILE },
	{ "getFile", NO_FILE },
	{ "download:", NO_FILE },
	{ "Too Many Requests", TOO_MANY },
	{ "message to edit not found", NOT_EDITABLE },
	{ "message can't be edited", NOT_EDITABLE },
	{ "message to delete not found", NOT_EDITABLE },
	{ "message can't be deleted", NOT_EDITABLE },
	{ "MESSAGE_ID_INVALID", NOT_EDITABLE },
	{ "was never sent", NOT_EDITABLE },
	{ "can't parse", BAD_FORMAT },
	{ "text is empty", EMPTY },
	{ "must be non-empty", EMPTY },
	{ "nothing to send", EMPTY },
	{ "Unauthorized", BAD_TOKEN },
	{ "not configured here", NOT_CONFIGURED },
	{ "fenced", OUTDATED },
	{ "superseded", OUTDATED },
	{ "sender died", NETWORK },
	{ "workers died", NETWORK },
	{ "line was lost", NETWORK },
	{ "without an answer of Telegram", NETWORK },
	{ "Internal Server Error", NETWORK },
	{ "Bad Gateway", NETWORK },
	{ "Gateway Time", NETWORK },
	{ "Service Unavailable", NETWORK },
	{ "resolve", NETWORK },
	{ "connect", NETWORK },
	{ "imeout", NETWORK },
	{ "timed out", NETWORK },
	{ "receiving data", NETWORK },
	{ "sending data", NETWORK },
	{ "returned nothing", NETWORK },
	{ "no data for", NETWORK },
	{ "no first byte for", NETWORK },
	{ "we are leaving", NETWORK },
	{ "SSL", NETWORK },
};

const char *desk_failure(const char *error, const char *lang)
{
	if (error && strcmp(error, "rate") == 0)
		error = "Too Many Requests";
	for (size_t i = 0; error && i < sizeof causes / sizeof *causes; i++)
		if (strcasestr(error, causes[i].said))
			return *i18n_lang(lang) == 'r' ? words[causes[i].why].ru
						       : words[causes[i].why].en;
	return NULL;
}

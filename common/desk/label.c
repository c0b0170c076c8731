#include "common/desk/label.h"

#include <stddef.h>
#include <string.h>

#include "common/i18n/i18n.h"

static const struct {
	const char *command, *ru, *en;
} labels[] = {
	{ "start", "▶️ На смену", "▶️ On duty" },
	{ "stop", "⏸ Со смены", "⏸ Off duty" },
	{ "finish", "🏁 Закрыть чат", "🏁 Close the chat" },
	{ "chats", "👥 Мои чаты", "👥 My chats" },
	{ "return", "🤖 Вернуть боту", "🤖 Return to the bot" },
	{ "transfer", "➡️ Передать", "➡️ Transfer" },
	{ "help", "❓ Помощь", "❓ Help" },
};

const char *desk_label(const char *command, const char *lang)
{
	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
		if (strcmp(labels[i].command, command) == 0)
			return *i18n_lang(lang) == 'r' ? labels[i].ru : labels[i].en;
	return NULL;
}

const char *desk_label_command(const char *text)
{
	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
		if (strcmp(labels[i].ru, text) == 0 || strcmp(labels[i].en, text) == 0)
			return labels[i].command;
	return NULL;
}

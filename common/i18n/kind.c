#include <string.h>

#include "common/i18n/i18n.h"

const char *i18n_kind(const char *kind, const char *lang)
{
	static const struct {
		const char *kind, *ru, *en;
	} kinds[] = {
		{ "photo", "фото", "photo" },
		{ "document", "файл", "file" },
		{ "voice", "голосовое сообщение", "voice message" },
		{ "audio", "аудио", "audio" },
		{ "video", "видео", "video" },
		{ "video_note", "видеосообщение", "video message" },
		{ "animation", "анимация", "animation" },
		{ "sticker", "стикер", "sticker" },
		{ "location", "место на карте", "location" },
		{ "venue", "место на карте", "venue" },
		{ "contact", "контакт", "contact" },
		{ "poll", "опрос", "poll" },
		{ "dice", "игральная кость", "dice" },
		{ "story", "история", "story" },
		{ "game", "игра", "game" },
		{ "checklist", "список дел", "checklist" },
		{ "paid_media", "платное вложение", "paid media" },
	};

	for (size_t i = 0; kind && i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i].kind, kind) == 0)
			return *i18n_lang(lang) == 'r' ? kinds[i].ru : kinds[i].en;
	return kind ? kind : "?";
}

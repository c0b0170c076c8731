#include "common/i18n/i18n.h"

#include <string.h>
#include <strings.h>

#include "common/base/utf8.h"

static const struct {
	const char *ru, *en;
} texts[TEXT_COUNT] = {
	[TEXT_HELP_HEAD] = { "Что я умею:", "What I can do:" },
	[TEXT_COMMAND_START] = { "начать", "begin" },
	[TEXT_COMMAND_HELP] = { "список команд", "this list" },
	[TEXT_COMMAND_RESET] = { "начать разговор заново", "start the conversation afresh" },
	[TEXT_COMMAND_STOP] = { "остановить ответ", "stop the answer" },
	[TEXT_COMMAND_LANG] = { "язык: ru, en или auto — как в вашем вопросе",
				"language: ru, en, or auto: that of your question" },
	[TEXT_RESET_DONE] = { "Начинаем заново. Что вас интересует?",
			      "A fresh start. How can I help?" },
	[TEXT_STOPPED] = { "Остановился.", "Stopped." },
	[TEXT_NOTHING_TO_STOP] = { "Сейчас ничего не пишется.",
				   "Nothing is being written right now." },
	[TEXT_UNKNOWN_COMMAND] = { "Такой команды нет. Список команд: /help",
				   "There is no such command. See /help" },
	[TEXT_TOO_FAST] = { "Слишком много сообщений подряд. Продолжим через %d с.",
			    "That was a lot of messages. Let us go on in %d s." },
	[TEXT_TOO_LONG] = { "Сообщение слишком длинное: можно до %d знаков. Пришлите его "
			    "частями.",
			    "The message is too long: up to %d characters. Please send it in "
			    "parts." },
	[TEXT_NOT_UNDERSTOOD_KIND] = { "Такие сообщения я пока не понимаю. Напишите, "
				       "пожалуйста, "
				       "словами.",
				       "I cannot read this kind of message yet. Please write "
				       "it "
				       "in words." },
	[TEXT_NO_ANSWER] = { "Сейчас не получается ответить: сервис недоступен. Попробуйте, "
			     "пожалуйста, через минуту.",
			     "I cannot answer right now: the service is unavailable. Please "
			     "try "
			     "again in a minute." },
	[TEXT_EMPTY_ANSWER] = { "На это я ответить не могу. Попробуйте спросить иначе.",
				"I cannot answer that. Please try asking in another way." },
	[TEXT_DOES_NOT_KNOW] = { "К сожалению, у меня нет ответа на этот вопрос. Попробуйте "
				 "спросить иначе.",
				 "I am sorry, I do not have an answer to that. Please try "
				 "asking "
				 "in another way." },
	[TEXT_SOURCE] = { "Источник", "Source" },
	[TEXT_LANGUAGE_SET] = { "Хорошо, отвечаю по-русски.",
				"All right, I will answer in English." },
	[TEXT_LANGUAGE_AUTO] = { "Хорошо, отвечаю на языке вопроса.",
				 "All right, I will answer in the language of each question." },
	[TEXT_LANGUAGE_AUTO_BUTTON] = { "На языке вопроса", "Language of the question" },
	[TEXT_PROMPT_LANGUAGE] = { "Собеседник выбрал русский язык: отвечай только по-русски, "
				   "на каком бы языке он ни писал.",
				   "The person has chosen English: answer in English only, "
				   "whatever language they write in." },
	[TEXT_CUT] = { "_(ответ прервался)_", "_(the answer was cut off)_" },
	[TEXT_WELCOME] = { "Пожалуйста! Если появятся ещё вопросы — пишите.",
			   "You are welcome! If you have more questions, just ask." },
};

const char *const i18n_langs[] = { "ru", "en", NULL };

/* Languages whose speakers mostly read Russian. */
static const char *const russian[] = { "ru", "uk", "be", "kk", "ky",
				       "uz", "tg", "hy", "az", "mn" };

const char *i18n_lang(const char *tag)
{
	for (size_t i = 0; tag && i < sizeof russian / sizeof *russian; i++)
		if (strncasecmp(tag, russian[i], 2) == 0 &&
		    (!tag[2] || tag[2] == '-' || tag[2] == '_'))
			return "ru";
	return "en";
}

const char *i18n_text(enum text_id id, const char *lang)
{
	return *i18n_lang(lang) == 'r' ? texts[id].ru : texts[id].en;
}

const char *i18n_detect(const char *text, const char *hint)
{
	size_t len = strlen(text), at = 0;
	int cyrillic = 0, latin = 0;

	while (at < len) {
		uint32_t c = utf8_next(text, len, &at);

		cyrillic += c >= 0x400 && c <= 0x52F;
		latin += (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			 (c >= 0xC0 && c <= 0x24F);
	}
	if (cyrillic == 0 && latin == 0)
		return hint;
	return cyrillic >= latin ? "ru" : "en";
}

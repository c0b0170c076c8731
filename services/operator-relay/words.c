#include "services/operator-relay/words.h"

#include <string.h>

#include "common/i18n/i18n.h"

static const struct {
	const char *ru, *en;
} words[WORD_COUNT] = {
	[WORD_INVITATION] = { "Нужен человек", "A human is wanted" },
	[WORD_REMINDER] = { "Всё ещё ждут человека", "Still waiting for a human" },
	[WORD_REASON] = { "Причина", "Reason" },
	[WORD_LAST_WORDS] = { "Последние сообщения", "Last messages" },
	[WORD_ACCEPT] = { "✅ Принять", "✅ Accept" },
	[WORD_SKIP] = { "Пропустить", "Skip" },
	[WORD_YOURS] = { "✅ Чат ваш: %s", "✅ The chat is yours: %s" },
	[WORD_TAKE_FROM] = { "Забрать себе", "Take from %s" },
	[WORD_TAKEN_BY] = { "%s: чат ведёт %s", "%s: the chat was taken by %s" },
	[WORD_SKIPPED] = { "Вы пропустили: %s", "You skipped: %s" },
	[WORD_WITHDRAWN] = { "%s: человек уже не нужен", "No human is needed any more: %s" },
	[WORD_LEFT_MESSAGE] = { "📩 %s: оставлено сообщение", "📩 %s has left a message" },
	[WORD_LEFT_MESSAGES] = { "📩 Оставлены сообщения; нажмите на то, на которое ответите:",
				 "📩 Messages were left; press the one you will answer:" },
	[WORD_KNOWN_SINCE] = { "С нами с", "With us since" },
	[WORD_GROUP] = { "группа", "group" },
	[WORD_HISTORY] = { "Разговор до вас, сообщений: %zu",
			   "The conversation so far, messages: %zu" },
	[WORD_HISTORY_IN] = { "Разговор до вас — в файле, сообщений: %zu",
			      "The conversation so far is in the file, messages: %zu" },
	[WORD_NOTHING_SAID] = { "Разговора ещё не было.", "Nothing was said so far." },
	[WORD_TIME_ZONE] = { "время UTC", "times in UTC" },
	[WORD_NO_NAME] = { "Без имени", "No name" },
	[WORD_SUGGESTION] = { "Бот предлагает", "The bot suggests" },
	[WORD_SEND] = { "📤 Отправить", "📤 Send" },
	[WORD_EDIT] = { "✏️ Изменить", "✏️ Edit" },
	[WORD_DISCARD] = { "🗑 Убрать", "🗑 Discard" },
	[WORD_EDITED] = { "✏️ %s: сообщение изменено",
			  "✏️ %s changed a message" },
	[WORD_FAILED] = { "⚠️ %s: не доставлено", "⚠️ %s: not delivered" },
	[WORD_REFUSED] = { "Telegram отказал", "Telegram has refused it" },
	[WORD_BLOCKED] = { "🚫 %s: бот заблокирован, сообщения не доходят",
			   "🚫 %s has blocked the bot: nothing reaches them" },
	[WORD_UNBLOCKED] = { "%s снова на связи", "%s can be reached again" },
	[WORD_RESET] = { "%s начинает разговор заново", "%s starts the conversation afresh" },
	[WORD_RETURNED] = { "🤖 %s: чат снова у бота",
			    "🤖 %s: the bot has the chat again" },
	[WORD_CLOSED] = { "🏁 %s: чат окончен", "🏁 %s: the chat is over" },
	[WORD_EXPIRED] = { "🏁 %s: чат окончен, клиент давно молчит",
			   "🏁 %s: the chat is over, the client has been silent for a long "
			   "time" },
	[WORD_TRANSFERRED] = { "➡️ %s: чат передан",
			       "➡️ %s: the chat was handed on" },
	[WORD_IDLE] = { "⏰ %s: вы долго молчали, чат вернулся в очередь",
			"⏰ %s: you were silent for too long, the chat is back in the queue" },
	[WORD_UNATTENDED] = { "⏰ %s: вы не начали чат, он вернулся в очередь",
			      "⏰ %s: you did not begin the chat, it is back in the queue" },
	[WORD_ABSENT] = { "⏰ %s: вы не начали чат, он вернулся в очередь, а вы больше не на "
			  "смене. Вернуться: /start",
			  "⏰ %s: you did not begin the chat, it is back in the queue, and you "
			  "are off duty. To return: /start" },
	[WORD_LEFT] = { "%s: вы не на смене, чат вернулся в очередь",
			"%s: you are off duty, the chat is back in the queue" },
	[WORD_REGISTER_FIRST] = { "Это бот для операторов. Чтобы зарегистрироваться, отправьте "
				  "/start.",
				  "This bot is for operators. To register, send /start." },
	[WORD_REGISTERED] = { "Вы зарегистрированы, ваш номер %lld. Администратор должен "
			      "открыть вам доступ; мы напишем, когда это случится.",
			      "You are registered, your number is %lld. An administrator has "
			      "to "
			      "enable you; we will write when that is done." },
	[WORD_NOT_ENABLED] = { "Доступ вам ещё не открыт (номер %lld). Попросите "
			       "администратора.",
			       "You are not enabled yet (number %lld). Ask an administrator." },
	[WORD_ASK_TO_ENABLE] = { "Новый оператор: %s, номер %lld.",
				 "A new operator: %s, number %lld." },
	[WORD_ENABLE] = { "Открыть доступ", "Enable" },
	[WORD_ENABLED] = { "%s: доступ открыт", "%s is enabled" },
	[WORD_ADMINS_ONLY] = { "Это могут только администраторы.",
			       "Only administrators may do this." },
	[WORD_NOW_ON_DUTY] = { "Вы на смене. Когда понадобится человек, здесь появится "
			       "приглашение.",
			       "You are on duty. An invitation will appear here when a human "
			       "is wanted." },
	[WORD_NOW_OFF_DUTY] = { "Вы не на смене.", "You are off duty." },
	[WORD_CHATS_WENT_BACK] = { "Ваши чаты вернулись в очередь.",
				   "Your chats are back in the queue." },
	[WORD_NO_CHATS] = { "Сейчас у вас нет чатов.", "You have no chats now." },
	[WORD_YOUR_CHATS] = { "Ваши чаты; нажмите на тот, куда писать:",
			      "Your chats; press the one to write to:" },
	[WORD_LIVE_CHATS] = { "Чаты коллег и очередь; нажмите, чтобы забрать себе:",
			      "Chats of colleagues, and who waits; press one to take it:" },
	[WORD_LIVE_CHAT] = { "%s: чат ведёт %s", "%s: take from %s" },
	[WORD_WAITING_CHAT] = { "%s: ждёт", "%s: is waiting, take" },
	[WORD_MORE_CHATS] = { "Есть и другие: найдёт /chats имя (клиента или коллеги).",
			      "There are more: /chats name (of a client or colleague) finds "
			      "them." },
	[WORD_WHOSE] = { "Кому это отправить?", "Whom is this for?" },
	[WORD_TALKING_TO] = { "Ваш собеседник: %s", "You are writing to %s now" },
	[WORD_SENT_TO] = { "→ %s", "→ %s" },
	[WORD_NOTED] = { "📝 Заметка сохранена: %s", "📝 Noted: %s" },
	[WORD_NO_NOTES] = { "%s: заметок нет. Новая: /note текст или //текст.",
			    "%s: no notes. To make one: /note text, or //text." },
	[WORD_NOTES] = { "📝 Заметки: %s", "📝 Notes on %s" },
	[WORD_EMPTY_NOTE] = { "Напишите заметку после команды: /note текст или //текст.",
			      "Write the note behind the command: /note text, or //text." },
	[WORD_NO_COLLEAGUES] = { "Сейчас на смене нет свободных коллег.",
				 "No colleague who is on duty is free now." },
	[WORD_WHOM_TO] = { "Кому передать чат: %s?", "Who should have the chat: %s?" },
	[WORD_TO_QUEUE] = { "↩️ В очередь", "↩️ Back to the queue" },
	[WORD_DONE] = { "Готово", "Done" },
	[WORD_DISCARDED] = { "Подсказка убрана", "Discarded" },
	[WORD_EDIT_HINT] = { "Ответьте на это сообщение своим текстом: он уйдёт клиенту.",
			     "Answer this message with your words: they go to the client." },
	[WORD_NO_CANNED] = { "Готового ответа «%s» нет.", "There is no canned reply \"%s\"." },
	[WORD_CANNED] = { "Готовые ответы:", "Canned replies:" },
	[WORD_HELP_TEXT] = { "/start — на смену, /stop — со смены, /finish — закрыть чат\n"
			     "/chats — мои чаты (администратору — и чужие, их можно забрать), "
			     "/return — вернуть боту, /transfer — передать коллеге\n"
			     "/note текст или //текст — заметка, которую клиент не увидит; "
			     "/notes — все заметки\n"
			     "/имя — готовый ответ; начало имени покажет подходящие\n"
			     "Ответ на сообщение уходит тому клиенту, чьё это сообщение.",
			     "/start: go on duty, /stop: go off duty, /finish: close the chat\n"
			     "/chats: my chats (administrators: those of others, too, to take "
			     "them), /return: back to the bot, /transfer: to a colleague\n"
			     "/note text or //text: a note the client never sees; /notes: all "
			     "notes\n"
			     "/name: a canned reply; the beginning of a name lists those that "
			     "fit\n"
			     "An answer to a message goes to the client whose message it is." },
	[WORD_IS_TAKEN] = { "Чат уже ведёт %s", "%s has the chat already" },
	[WORD_NOT_YOURS] = { "Этот чат ведёт другой оператор.",
			     "Another operator has this chat." },
	[WORD_NO_CHAT] = { "Этот чат уже окончен.", "This chat is over." },
	[WORD_FULL] = { "У вас уже столько чатов, сколько можно.",
			"You have as many chats as you can have." },
	[WORD_MUST_BE_ON_DUTY] = { "Сначала выйдите на смену: /start",
				   "Go on duty first: /start" },
	[WORD_COLLEAGUE_FULL] = { "У коллеги уже столько чатов, сколько можно.",
				  "This colleague has as many chats as they can have." },
	[WORD_COLLEAGUE_OFF] = { "Коллега не на смене.", "This colleague is off duty." },
	[WORD_MUST_BE_ENABLED] = { "Администратор ещё не открыл вам доступ.",
				   "No administrator has enabled you yet." },
	[WORD_TOO_LATE] = { "Это уже неактуально.", "This is out of date." },
	[WORD_SUGGESTION_OVER] = { "Не отправлено: эта подсказка уже неактуальна.",
				   "Not sent: this suggestion is out of date." },
};

const char *word(enum word id, const char *lang)
{
	return *i18n_lang(lang) == 'r' ? words[id].ru : words[id].en;
}

const char *word_reason(const char *reason, const char *lang)
{
	static const struct {
		const char *name, *ru, *en;
	} reasons[] = {
		{ "asked", "просит человека", "asks for a human" },
		{ "model", "бот просит помощи", "the bot asked for help" },
		{ "knowledge", "бот не знает ответа", "the bot knows no answer" },
		{ "providers", "бот недоступен", "the bot is unavailable" },
		{ "gave_up", "бот не смог ответить", "the bot could not answer" },
		{ "repeated", "повторяет вопрос", "asked the same again" },
		{ "limit", "исчерпан лимит бота", "the bot's limit was reached" },
		{ "api", "по запросу другой системы", "another system asked for it" },
		{ "transfer", "передан коллегой", "handed on by a colleague" },
		{ "taken", "взят у бота", "taken over from the bot" },
		{ "idle", "оператор не отвечает", "the operator did not reply" },
		{ "unattended", "чат остался без ответа", "the chat was left unanswered" },
		{ "left", "оператор не на смене", "the operator went off duty" },
	};

	for (size_t i = 0; reason && i < sizeof reasons / sizeof *reasons; i++)
		if (strcmp(reasons[i].name, reason) == 0)
			return *i18n_lang(lang) == 'r' ? reasons[i].ru : reasons[i].en;
	return reason ? reason : "";
}

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
	[TEXT_COMMAND_OPERATOR] = { "позвать человека", "call a human" },
	[TEXT_RESET_DONE] = { "Начинаем заново. Что вас интересует?",
			      "A fresh start. How can I help?" },
	[TEXT_STOPPED] = { "Остановился.", "Stopped." },
	[TEXT_NOTHING_TO_STOP] = { "Сейчас нечего останавливать.",
				   "There is nothing to stop right now." },
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
	[TEXT_PROMPT_HUMAN_ENDED] = { "В этом разговоре участвовал сотрудник: его слова "
				      "начинаются с его имени в квадратных "
				      "скобках. Его часть закончена, сейчас отвечаешь снова "
				      "ты. Учитывай сказанное им. Не "
				      "пиши от его имени, не ставь таких пометок и не говори, "
				      "что молчишь или что отвечает "
				      "человек.",
				      "A human colleague took part in this conversation: their "
				      "words begin with their name "
				      "in square brackets. Their part has ended, and it is you "
				      "who answers now. Take into "
				      "account what they said. Do not write in their name, do "
				      "not use such marks, and do "
				      "not claim to be silent or that a human is answering." },
	[TEXT_PROMPT_SUGGEST] = { "Сейчас с человеком говорит сотрудник: его слова начинаются "
				  "с его имени в квадратных "
				  "скобках. Предложи ему готовый ответ на последние сообщения "
				  "человека, от лица "
				  "сотрудника и без таких пометок. Только текст ответа.",
				  "A human colleague is talking to the person: their words "
				  "begin with their name in "
				  "square brackets. Propose a reply to the person's last "
				  "messages for them to send, in "
				  "the colleague's own voice and without such marks. Write "
				  "nothing but the reply." },
	[TEXT_PROMPT_ALONE] = { "Позвать сотрудника сейчас нельзя: никого нет. Ответь, чем "
				"можешь, "
				"и не обещай, что кто-то подключится.",
				"No human colleague can be called now: nobody is there. Answer "
				"as "
				"well as you can, and do not promise that anybody will join." },
	[TEXT_OPERATOR] = { "Сотрудник", "Colleague" },
	[TEXT_CUT] = { "_(ответ прервался)_", "_(the answer was cut off)_" },
	[TEXT_WELCOME] = { "Пожалуйста! Если появятся ещё вопросы — пишите.",
			   "You are welcome! If you have more questions, just ask." },

	[TEXT_FILE_NOT_SENT] = { " (файл не удалось передать)",
				 " (the file could not be transferred)" },
	[TEXT_CALL_HUMAN] = { "Позвать человека", "Call a human" },
	[TEXT_NO_OPERATORS] = { "В этом чате отвечает только помощник: позвать человека "
				"здесь, к сожалению, нельзя. Спросите, пожалуйста, меня.",
				"Only the assistant answers in this chat: I am sorry, there is "
				"nobody to call here. Please ask me." },
	[TEXT_ASK_RATING] = { "Помог ли вам разговор? Оцените его от 1 до 5.",
			      "Was it helpful? Please rate the conversation from 1 to 5." },
	[TEXT_RATED] = { "Спасибо за оценку!", "Thank you for your rating!" },
	[TEXT_RATED_BEFORE] = { "Вы уже оценили этот разговор. Спасибо!",
				"You have rated this conversation already. Thank you!" },
	[TEXT_TRANSCRIPT] = { "Переписка: %s", "Conversation: %s" },
	[TEXT_PERSON] = { "Вы", "You" },
	[TEXT_PLATFORM] = { "Система", "System" },
	[TEXT_IN_REPLY] = { "В ответ на: %s, «%s»", "In reply to: %s, “%s”" },
	[TEXT_SAID_CALL] = { "Вы позвали человека", "You have called a human" },
	[TEXT_SAID_RESET] = { "Новый разговор", "New conversation" },
	[TEXT_HUMAN_WAITING] = { "Переключаю на человека.", "Connecting you to a human." },
	[TEXT_HUMAN_REQUEUED] = { "Сейчас вам не могут ответить. Зову другого человека.",
				  "They cannot answer right now. Calling another human." },
	[TEXT_HUMAN_QUEUE] = { "Очередь движется.", "The queue is moving." },
	[TEXT_HUMAN_PLACE] = { "Ваше место в очереди: {place}.",
			       "Your place in the queue: {place}." },
	[TEXT_HUMAN_WAIT] = { "Ожидание — примерно {minutes} мин.",
			      "The wait is about {minutes} min." },
	[TEXT_HUMAN_SOON] = { "Обычно отвечают в течение минуты.",
			      "Somebody usually answers within a minute." },
	[TEXT_HUMAN_JOINED] = { "С вами говорит {name}.", "You are talking to {name} now." },
	[TEXT_HUMAN_RETURNED] = { "Дальше снова отвечает помощник.",
				  "The assistant answers again from here." },
	[TEXT_HUMAN_CLOSED] = { "Чат окончен.", "The chat is over." },
	[TEXT_HUMAN_NOBODY] = { "К сожалению, сейчас никто не может подойти. Пока отвечаю я; "
				"позвать человека можно ещё раз позже.",
				"I am sorry, nobody can come right now. I am here meanwhile; "
				"you can call a human again later." },
	[TEXT_HUMAN_CLOSED_HOURS] = { "Сейчас нерабочее время{opens}. Пока отвечаю я.",
				      "We are closed at the moment{opens}. I am here "
				      "meanwhile." },
	[TEXT_HUMAN_CLOSED_MESSAGE] = { "Сейчас нерабочее время{opens}. Оставьте сообщение: "
					"вам ответят здесь же.",
					"We are closed at the moment{opens}. Leave a message, "
					"and somebody will answer you here." },
	[TEXT_HUMAN_OPENS] = { ": откроемся {date} в {time}", ": we open on {date} at {time}" },
	[TEXT_HUMAN_OPENS_TODAY] = { ": откроемся сегодня в {time}",
				     ": we open today at {time}" },
	[TEXT_HUMAN_LEAVE_MESSAGE] = { "К сожалению, сейчас никто не может подойти. Оставьте "
				       "сообщение: вам ответят здесь же.",
				       "I am sorry, nobody can come right now. Leave a "
				       "message, and somebody will answer you here." },
	[TEXT_HUMAN_MESSAGE_LEFT] = { "Сообщение передано, вам ответят здесь же. А пока "
				      "отвечаю я.",
				      "Your message has been passed on; somebody will answer "
				      "you here. I am here meanwhile." },
	[TEXT_OPERATOR_ENABLED] = { "Доступ открыт. Чтобы выйти на смену, отправьте /start.",
				    "You are enabled. To go on duty, send /start." },
	[TEXT_OPERATOR_DISABLED] = { "Доступ закрыт: пока вы не можете принимать чаты.",
				     "You are disabled: you cannot take chats for now." },

	[TEXT_PROBLEM_BAD_ADDRESS] = { "Адрес записан не в UTF-8.",
				       "The address is not valid UTF-8." },
	[TEXT_PROBLEM_TOO_LARGE] = { "Это слишком много: принимается не больше %zu байт.",
				     "At most %zu bytes are accepted here." },
	[TEXT_PROBLEM_TOO_MANY] = { "Слишком много запросов; попробуйте через %d с.",
				    "Too many requests; try again in %d s." },
	[TEXT_PROBLEM_NOT_FOUND] = { "По этому адресу ничего нет.",
				     "There is nothing at this address." },
	[TEXT_PROBLEM_NOT_ALLOWED] = { "Здесь можно только: %s.", "Use one of: %s." },
	[TEXT_PROBLEM_ORIGIN_ADDRESS] = { "Страницам этого сайта сюда обращаться нельзя.",
					  "Pages of this site may not use this address." },
	[TEXT_PROBLEM_ORIGIN_CHANNEL] = { "Страницам этого сайта этот канал недоступен.",
					  "Pages of this site may not use this channel." },
	[TEXT_PROBLEM_NOT_JSON] = { "Тело запроса должно быть в виде JSON, и его тип нужно "
				    "указать: application/json.",
				    "Send Content-Type: application/json." },
	[TEXT_PROBLEM_DEEP_JSON] = { "В этом JSON слишком много уровней.",
				     "The JSON is nested too deeply." },
	[TEXT_PROBLEM_BAD_JSON] = { "Это не JSON (строка %d).",
				    "The body is not valid JSON (line %d)." },
	[TEXT_PROBLEM_NOT_OBJECT] = { "Тело запроса должно быть объектом JSON.",
				      "The body must be a JSON object." },
	[TEXT_PROBLEM_EXPECTED] = { "Ожидается %s; все значения — строки.",
				    "Expected %s, all strings." },
	[TEXT_PROBLEM_BAD_ID] = { "Идентификатор: от 8 до 64 знаков из A-Za-z0-9_-.",
				  "The id has 8 to 64 characters of A-Za-z0-9_-." },
	[TEXT_PROBLEM_EMPTY] = { "Текст пуст.", "The text is empty." },
	[TEXT_PROBLEM_ID_REUSED] = { "С этим идентификатором уже отправлено другое сообщение.",
				     "Another message was sent with this id before." },
	[TEXT_PROBLEM_BAD_AFTER] = { "after — число от 0.", "after is a number of 0 or more." },
	[TEXT_PROBLEM_BAD_PAGE] = { "after — число от 0, limit — от 1 до %d.",
				    "after is 0 or more, limit 1 to %d." },
	[TEXT_PROBLEM_BAD_TOKEN] = { "Ключ сеанса не указан или устарел.",
				     "The session token is missing or over." },
	[TEXT_PROBLEM_BAD_RATING] = { "Ожидается номер разговора (handoff), оценка от 1 до 5 "
				      "(score) и, если хочется, отзыв (comment) до %d байт.",
				      "Expected the number of the case (handoff), a score from "
				      "1 to 5 "
				      "and, if you like, a comment of at most %d bytes." },
	[TEXT_PROBLEM_NO_HANDOFF] = { "Оценивать здесь нечего: такого разговора с человеком "
				      "не было, или он ещё идёт.",
				      "There is nothing to rate: no such talk with a human has "
				      "taken place, or it still goes on." },
	[TEXT_PROBLEM_BAD_FORMAT] = { "Формат (format): txt или html; часовой пояс (tz): "
				      "минуты от "
				      "-840 до 840.",
				      "The format is txt or html, tz is minutes from -840 to "
				      "840." },
	[TEXT_PROBLEM_NO_KEY_SET] = { "Здесь не задан ключ для программ (INTEGRATION_KEY).",
				      "No key for programs is set here (INTEGRATION_KEY)." },
	[TEXT_PROBLEM_BAD_KEY] = { "Ключ не указан или неверен.",
				   "The key is missing or wrong." },
	[TEXT_PROBLEM_NO_CONVERSATION] = { "Такого разговора нет.",
					   "There is no such conversation." },
	[TEXT_PROBLEM_NOT_WAITING] = { "Сейчас никто не ждёт человека в этом разговоре.",
				       "Nobody is waiting for a human in this conversation." },
	[TEXT_PROBLEM_NO_SITE] = { "Такого сайта здесь нет.", "There is no such site." },
	[TEXT_PROBLEM_FIELDS] = { "Ожидается %s.", "Expected %s." },
	[TEXT_PROBLEM_PARAMETER] = { "Параметр %s задан неверно.",
				     "The parameter %s is wrong." },
	[TEXT_PROBLEM_SIGN_IN] = { "Войдите в консоль.", "Please sign in." },
	[TEXT_PROBLEM_BAD_PASSWORD] = { "Неверный логин или пароль.",
					"The login or the password is wrong." },
	[TEXT_PROBLEM_LOCKED] = { "Слишком много неудачных попыток; попробуйте через %d с.",
				  "Too many failed attempts; try again in %d s." },
	[TEXT_PROBLEM_FORGED] = { "Страница устарела: обновите её.",
				  "This page is out of date: please reload it." },
	[TEXT_PROBLEM_ADMIN_ONLY] = { "Это может только администратор.",
				      "Only an administrator may do this." },
	[TEXT_PROBLEM_WEAK_PASSWORD] = { "Пароль: от %d до %d байт, не логин и не один и тот "
					 "же знак.",
					 "A password has %d to %d bytes and is neither the "
					 "login "
					 "nor one character repeated." },
	[TEXT_PROBLEM_OLD_PASSWORD] = { "Прежний пароль неверен.",
					"The old password is wrong." },
	[TEXT_PROBLEM_BAD_LOGIN] = { "Логин: до 64 знаков из a-z, 0-9 и . _ - @",
				     "A login has up to 64 characters of a-z, 0-9 and . _ - "
				     "@" },
	[TEXT_PROBLEM_LOGIN_TAKEN] = { "Такой логин уже есть.", "This login is taken." },
	[TEXT_PROBLEM_LAST_ADMIN] = { "Это последний администратор.",
				      "This is the last administrator." },
	[TEXT_PROBLEM_TAKEN] = { "Этот чат ведёт %s.", "%s has this chat." },
	[TEXT_PROBLEM_NOT_YOURS] = { "Этот чат сейчас не у вас.",
				     "This chat is not yours now." },
	[TEXT_PROBLEM_FULL] = { "У вас уже столько чатов, сколько можно вести сразу.",
				"You have as many chats as you may have at once." },
	[TEXT_PROBLEM_OFF_DUTY] = { "Сначала выйдите на смену.", "Please go on duty first." },
	[TEXT_PROBLEM_COLLEAGUE_FULL] = { "У коллеги уже столько чатов, сколько можно вести "
					  "сразу.",
					  "This colleague has as many chats as they may have "
					  "at once." },
	[TEXT_PROBLEM_COLLEAGUE_OFF] = { "Коллега не на смене.",
					 "This colleague is off duty." },
	[TEXT_PROBLEM_DISABLED] = { "Доступ вам ещё не открыт.", "You are not enabled yet." },
	[TEXT_PROBLEM_BAD_ORDER] = { "Сейчас это невозможно.", "This is not possible now." },
	[TEXT_PROBLEM_NO_MESSAGE] = { "Сообщения, на которое вы отвечаете, здесь нет.",
				      "The message that you reply to is not here." },
	[TEXT_PROBLEM_FILE_AWAY] = { "Файл сейчас не получить.",
				     "The file is not available now." },
	[TEXT_PROBLEM_FILE_TOO_LARGE] = { "Файл слишком большой.", "The file is too large." },
	[TEXT_PROBLEM_FILE_GONE] = { "Этот файл больше не хранится.",
				     "This file is no longer kept." },
	[TEXT_PROBLEM_FILE_MAX] = { "Файл слишком большой: принимается не больше %d МБ.",
				    "The file is too large: %d MB at most are accepted." },
	[TEXT_PROBLEM_FILES_UNSENT] = { "Слишком много неотправленных файлов: отправьте или "
					"уберите прежние.",
					"Too many files are not sent yet: send or remove "
					"those first." },
	[TEXT_PROBLEM_NOT_OCTETS] = { "Здесь ожидаются сами байты файла.",
				      "Bytes of the type application/octet-stream are "
				      "expected." },
	[TEXT_PROBLEM_STARTING] = { "Сервис запускается; попробуйте чуть позже.",
				    "The service is starting; try again in a moment." },
	[TEXT_PROBLEM_NO_DATABASE] = { "База данных недоступна; попробуйте чуть позже.",
				       "The database is unavailable; try again in a moment." },
	[TEXT_PROBLEM_OVERLOADED] = { "Сервис перегружен; попробуйте чуть позже.",
				      "The service is overloaded; try again in a moment." },
	[TEXT_PROBLEM_NOT_NOW] = { "Сервис перегружен или запускается; попробуйте чуть позже.",
				   "The service is overloaded or starting; try again in a "
				   "moment." },
	[TEXT_PROBLEM_INTERNAL] = { "Что-то сломалось на нашей стороне.",
				    "Something is wrong on our side." },
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

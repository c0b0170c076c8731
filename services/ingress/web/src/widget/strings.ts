import type { Lang } from "./types.ts";

const en = {
  open: "Open chat",
  close: "Close chat",
  menu: "Menu",
  input: "Your message",
  placeholder: "Write a message…",
  send: "Send",
  stop: "Stop the answer",
  log: "Conversation",
  typing: "is typing",
  you: "You",
  bot: "Assistant",
  operator: "Operator",
  platform: "System",
  online: "Usually answers in seconds",
  waiting: "Waiting for a human",
  withOperator: "{n} answers you",
  place: "You are number {n} in line.",
  next: "You are next in line.",
  soon: "It should take less than a minute.",
  minutes: "It should take about {n} min.",
  call: "Call a human",
  called: "You have called a human",
  back: "Back to the assistant",
  backFailed: "It did not work. Please try again.",
  rate: "How was the conversation?",
  rated: "Thank you for your rating!",
  scores: ["Bad", "Poor", "Fair", "Good", "Excellent"],
  comment: "What could be better? (if you like)",
  commentSend: "Send",
  save: "Save the chat",
  saveFailed: "It could not be saved. Please try again.",
  connecting: "Connecting…",
  lost: "Connection lost. Trying again…",
  offline: "You are offline. Messages will be sent later.",
  restored: "Connected again",
  refused: "The chat is not available on this page.",
  retry: "Try again",
  edit: "Edit",
  drop: "Delete",
  sending: "Sending…",
  queued: "Not sent yet. It will be sent when the connection is back.",
  slow: "Too many messages at once. Sending in {n} s",
  held: "Not sent",
  sources: "Sources",
  files: "Files",
  popular: "Popular questions",
  ask: "What would you like to know?",
  fresh: "New messages",
  earlier: "Show earlier messages",
  renew: "New conversation",
  renewed: "New conversation",
  today: "Today",
  yesterday: "Yesterday",
  language: "Language",
  unread: "Unread messages: {n}",
  copy: "Copy",
  copied: "Copied",
  edited: "edited",
};

export type Strings = typeof en;

const ru: Strings = {
  open: "Открыть чат",
  close: "Закрыть чат",
  menu: "Меню",
  input: "Ваше сообщение",
  placeholder: "Напишите сообщение…",
  send: "Отправить",
  stop: "Остановить ответ",
  log: "Переписка",
  typing: "печатает",
  you: "Вы",
  bot: "Помощник",
  operator: "Оператор",
  platform: "Система",
  online: "Обычно отвечает за секунды",
  waiting: "Ждём человека",
  withOperator: "Вам отвечает {n}",
  place: "Вы {n}-й в очереди.",
  next: "Вы следующий в очереди.",
  soon: "Ждать меньше минуты.",
  minutes: "Ждать примерно {n} мин.",
  call: "Позвать человека",
  called: "Вы позвали человека",
  back: "Вернуться к помощнику",
  backFailed: "Не получилось. Попробуйте ещё раз.",
  rate: "Как прошёл разговор?",
  rated: "Спасибо за оценку!",
  scores: ["Плохо", "Так себе", "Нормально", "Хорошо", "Отлично"],
  comment: "Что можно улучшить? (если хочется)",
  commentSend: "Отправить",
  save: "Сохранить переписку",
  saveFailed: "Сохранить не получилось. Попробуйте ещё раз.",
  connecting: "Соединяемся…",
  lost: "Связь потеряна. Пробуем снова…",
  offline: "Нет сети. Сообщения уйдут позже.",
  restored: "Снова на связи",
  refused: "Чат на этой странице недоступен.",
  retry: "Повторить",
  edit: "Изменить",
  drop: "Удалить",
  sending: "Отправляется…",
  queued: "Пока не отправлено. Уйдёт, когда связь вернётся.",
  slow: "Слишком много сообщений сразу. Отправим через {n} с",
  held: "Не отправлено",
  sources: "Источники",
  files: "Файлы",
  popular: "Частые вопросы",
  ask: "Что подсказать?",
  fresh: "Новые сообщения",
  earlier: "Показать более ранние",
  renew: "Новый разговор",
  renewed: "Новый разговор",
  today: "Сегодня",
  yesterday: "Вчера",
  language: "Язык",
  unread: "Непрочитанных сообщений: {n}",
  copy: "Копировать",
  copied: "Скопировано",
  edited: "изменено",
};

const all: Record<Lang, Strings> = { en, ru };

export function strings(lang: Lang): Strings {
  return all[lang];
}

export function fill(text: string, n: number | string): string {
  return text.replace("{n}", () => String(n));
}

/** The one asked for; else what the page says of itself; else what the browser prefers. */
export function pickLang(asked: string, page: string, browser: readonly string[]): Lang {
  for (const tag of [asked, page, ...browser]) {
    const lang = tag.slice(0, 2).toLowerCase();
    if (lang === "ru" || lang === "en") return lang;
  }
  return "en";
}

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
  waiting: "An operator will join you shortly",
  withOperator: "You are talking to an operator",
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
  waiting: "Оператор скоро подключится",
  withOperator: "Вам отвечает оператор",
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

export function fill(text: string, n: number): string {
  return text.replace("{n}", String(n));
}

/** The one asked for; else what the page says of itself; else what the browser prefers. */
export function pickLang(asked: string, page: string, browser: readonly string[]): Lang {
  for (const tag of [asked, page, ...browser]) {
    const lang = tag.slice(0, 2).toLowerCase();
    if (lang === "ru" || lang === "en") return lang;
  }
  return "en";
}

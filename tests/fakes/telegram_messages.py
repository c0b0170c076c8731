"""Methods of the Bot API that send, change and delete messages."""

import re
import time

from tests.fakes import telegram_html
from tests.fakes.telegram_state import ApiError, bad_request

NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the"
    " same as a current content and reply markup of the message"
)


class Messages:
    def writable(self, p):
        chat_id = p.get("chat_id")
        if chat_id is None or chat_id == "":
            raise bad_request("chat_id is empty")
        if not re.fullmatch(r"-?\d+", str(chat_id)):
            raise bad_request("chat not found")
        chat = self.chat(int(chat_id))
        if chat.migrated_to:
            raise ApiError(
                400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to
            )
        if chat.forbidden:
            raise ApiError(*chat.forbidden)
        thread = p.get("message_thread_id")
        if thread and int(thread) not in chat.topics:
            raise bad_request("message thread not found")
        return chat

    def check_flood(self, chat):
        now = time.monotonic()
        chat.last_sent = [t for t in chat.last_sent if now - t < 60]
        recent = [t for t in chat.last_sent if now - t < 3]
        if self.flood and (len(recent) >= 6 or (chat.id < 0 and len(chat.last_sent) >= 20)):
            raise ApiError(429, "Too Many Requests: retry after 2", retry_after=2)
        chat.last_sent.append(now)

    @staticmethod
    def content(p, limit=4096, may_be_empty=False):
        text = p.get("text", "")
        if not isinstance(text, str):
            text = str(text)
        if len(text.encode()) > 32768:
            raise bad_request("text is too long")
        if not text:
            if may_be_empty:
                return "", []
            raise bad_request("message text is empty")
        entities = []
        mode = (p.get("parse_mode") or "").lower()
        if mode == "html":
            try:
                text, entities = telegram_html.parse(text)
            except telegram_html.Refused as e:
                raise bad_request(str(e)) from None
        elif mode:
            raise bad_request("unsupported parse_mode")
        if not text.strip() and not may_be_empty:
            raise bad_request("text must be non-empty")
        stripped = text.strip()
        if telegram_html.utf16(stripped) > limit:
            raise bad_request("message is too long")
        return stripped, entities[:100]

    @staticmethod
    def check_markup(markup):
        for row in (markup or {}).get("inline_keyboard", []):
            for button in row:
                if not button.get("text"):
                    raise bad_request("can't parse inline keyboard button: Field \"text\" must be of type String")
                if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= 64:
                    raise bad_request("BUTTON_DATA_INVALID")
                if sum(k in button for k in ("callback_data", "url", "web_app", "copy_text")) != 1:
                    raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")

    def m_sendmessage(self, bot, p):
        chat = self.writable(p)
        text, entities = self.content(p)
        self.check_markup(p.get("reply_markup"))
        reply_to = (p.get("reply_parameters") or {}).get("message_id")
        if reply_to and int(reply_to) >= chat.next_message and not p["reply_parameters"].get("allow_sending_without_reply"):
            raise bad_request("message to be replied not found")
        self.check_flood(chat)
        return self.deliver_message(bot, chat, p, {"text": text, **({"entities": entities} if entities else {})})

    def deliver_message(self, bot, chat, p, content):
        """The message is in the chat now, and among those that were sent."""
        message = {
            "message_id": chat.message_id(), "from": {k: bot.me[k] for k in ("id", "is_bot", "first_name", "username")},
            "chat": chat.describe(), "date": int(time.time()), **content,
        }
        reply_to = (p.get("reply_parameters") or {}).get("message_id")
        if p.get("reply_markup"):
            message["reply_markup"] = p["reply_markup"]
        if reply_to:
            message["reply_to_message"] = {"message_id": int(reply_to)}
        if p.get("disable_notification"):
            message["is_silent"] = True
        if p.get("message_thread_id"):
            message.update(message_thread_id=int(p["message_thread_id"]), is_topic_message=True)
        chat.messages[message["message_id"]] = message
        words = message.get("text", message.get("caption", ""))
        raw = p.get("text", p.get("caption"))
        self.sent.append({**message, "text": words, "raw": raw, "parse_mode": p.get("parse_mode"), "at": time.monotonic()})
        return message

    def m_sendmessagedraft(self, _bot, p):
        chat = self.writable(p)
        if chat.id < 0:
            raise bad_request("message drafts can be sent only to private chats")
        if not int(p.get("draft_id") or 0):
            raise bad_request("DRAFT_ID_INVALID")
        text, _ = self.content(p, may_be_empty=True)
        self.drafts.append({"chat_id": chat.id, "draft_id": int(p["draft_id"]), "text": text, "at": time.monotonic()})
        return True

    def m_editmessagetext(self, _bot, p):
        chat = self.writable(p)
        message = chat.messages.get(int(p.get("message_id") or 0))
        if not message:
            raise bad_request("message to edit not found")
        if "text" not in message:
            raise bad_request("there is no text in the message to edit")
        text, entities = self.content(p)
        self.check_markup(p.get("reply_markup"))
        same_markup = message.get("reply_markup") == p.get("reply_markup")
        if text == message["text"] and entities == message.get("entities", []) and same_markup:
            raise ApiError(400, NOT_MODIFIED)
        self.check_flood(chat)
        message.update(text=text, entities=entities, edit_date=int(time.time()))
        self.note_edit(chat, message, p, text)
        return message

    def note_edit(self, chat, message, p, text):
        """An edit without buttons takes away those that were there."""
        message.pop("reply_markup", None)
        if p.get("reply_markup"):
            message["reply_markup"] = p["reply_markup"]
        self.edits.append({"chat_id": chat.id, "message_id": message["message_id"], "text": text})
        for sent in self.sent:
            if sent["chat"]["id"] == chat.id and sent["message_id"] == message["message_id"]:
                sent["text"] = text
                sent.pop("reply_markup", None)
                if "reply_markup" in message:
                    sent["reply_markup"] = message["reply_markup"]

    def m_editmessagecaption(self, _bot, p):
        chat = self.writable(p)
        message = chat.messages.get(int(p.get("message_id") or 0))
        if not message:
            raise bad_request("message to edit not found")
        if "text" in message:
            raise bad_request("there is no caption in the message to edit")
        text, _ = self.content({**p, "text": p.get("caption", "")}, limit=1024, may_be_empty=True)
        if text == message.get("caption", ""):
            raise ApiError(400, NOT_MODIFIED)
        message.update(caption=text, edit_date=int(time.time()))
        self.note_edit(chat, message, p, text)
        return message

    def m_editmessagereplymarkup(self, _bot, p):
        chat = self.writable(p)
        message = chat.messages.get(int(p.get("message_id") or 0))
        if not message:
            raise bad_request("message to edit not found")
        if message.get("reply_markup") == p.get("reply_markup"):
            raise ApiError(400, NOT_MODIFIED)
        self.note_edit(chat, message, p, message.get("text", message.get("caption", "")))
        return message

    def m_copymessage(self, bot, p):
        chat = self.writable(p)
        source = self.chat(int(p.get("from_chat_id") or 0)).messages.get(int(p.get("message_id") or 0))
        if not source:
            raise bad_request("message to copy not found")
        self.check_flood(chat)
        kept = {k: v for k, v in source.items() if k not in ("message_id", "from", "chat", "date", "reply_markup")}
        return {"message_id": self.deliver_message(bot, chat, p, kept)["message_id"]}

    def m_deletemessage(self, _bot, p):
        chat = self.writable(p)
        message = chat.messages.pop(int(p.get("message_id") or 0), None)
        if not message:
            raise bad_request("message to delete not found")
        self.deleted.append(message)
        self.sent = [m for m in self.sent if (m["chat"]["id"], m["message_id"]) != (chat.id, message["message_id"])]
        return True

    def m_sendchataction(self, _bot, p):
        chat = self.writable(p)
        if p.get("action") not in ("typing", "upload_photo", "upload_document", "record_voice"):
            raise bad_request("wrong parameter action in request")
        self.actions.append({"chat_id": chat.id, "action": p["action"]})
        return True

    def m_answercallbackquery(self, bot, p):
        query = str(p.get("callback_query_id", ""))
        if bot.callbacks.get(query, True) is not None:
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        if len(p.get("text") or "") > 200:
            raise bad_request("MESSAGE_TOO_LONG")
        bot.callbacks[query] = p.get("text") or ""
        return True

"""Methods of the Bot API about topics: of forums, and of private chats with bots that have them."""

from tests.fakes.telegram_state import bad_request


class Topics:
    def forum(self, bot, p):
        chat = self.writable({"chat_id": p.get("chat_id")})
        if chat.id > 0 and not bot.me["has_topics_enabled"]:
            raise bad_request("the chat is not a forum")
        if -(10**12) < chat.id < 0:
            raise bad_request("the chat is not a forum")
        return chat

    def topic(self, bot, p):
        chat = self.forum(bot, p)
        thread = int(p.get("message_thread_id") or 0)
        if thread not in chat.topics:
            raise bad_request("TOPIC_ID_INVALID")
        return chat.topics[thread]

    def delete_topic(self, chat_id, thread):
        """A person deletes a topic with all that was said in it."""
        chat = self.chat(chat_id)
        with self.lock:
            del chat.topics[thread]
            chat.messages = {n: m for n, m in chat.messages.items() if m.get("message_thread_id") != thread}

    def m_getchat(self, _bot, p):
        chat = self.writable({"chat_id": p.get("chat_id")})
        return {**chat.describe(), "is_forum": chat.id <= -(10**12)}

    def m_getchatmember(self, bot, p):
        self.writable({"chat_id": p.get("chat_id")})
        return {"user": {"id": int(p["user_id"])}, **bot.membership}

    def m_createforumtopic(self, bot, p):
        chat = self.forum(bot, p)
        name = p.get("name") or ""
        if not 1 <= len(name) <= 128:
            raise bad_request("TOPIC_TITLE_EMPTY" if not name else "topic name is too long")
        chat.next_topic += 1
        chat.topics[chat.next_topic] = {"name": name, "closed": False}
        return {"message_thread_id": chat.next_topic, "name": name, "icon_color": 7322096}

    def m_editforumtopic(self, bot, p):
        topic = self.topic(bot, p)
        if p.get("name") in (None, topic["name"]):
            raise bad_request("TOPIC_NOT_MODIFIED")
        topic["name"] = p["name"]
        return True

    def m_closeforumtopic(self, bot, p):
        topic = self.topic(bot, p)
        if topic["closed"]:
            raise bad_request("TOPIC_NOT_MODIFIED")
        topic["closed"] = True
        return True

    def m_reopenforumtopic(self, bot, p):
        self.topic(bot, p)["closed"] = False
        return True

    def m_deleteforumtopic(self, bot, p):
        self.topic(bot, p)
        self.delete_topic(int(p["chat_id"]), int(p["message_thread_id"]))
        return True

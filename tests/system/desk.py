"""Operators and clients in Telegram, for tests of the desk."""

import copy
import itertools
import tempfile

from tests.system.stack import TOP, eventually, wait_for, word  # noqa: F401

DESK_TOKEN = "654321:desk-token-for-tests"
CLIENTS = itertools.count(2001)
OPERATORS = itertools.count(5001)


def bots_with(old, new):
    """The bots file, changed in one place."""
    text = (TOP / "tests/system/desk.yaml").read_text()
    assert old in text
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", delete=False) as out:
        out.write(text.replace(old, new))
    return out.name


def options(topics=False, group=None, bots=None):
    """group: of a forum in which operators work together."""
    if group:
        bots = bots_with("name: shop-desk,", f'name: shop-desk, group: "{group}",')
    return {
        "bots": bots or TOP / "tests/system/desk.yaml",
        "env": {"TELEGRAM_DESK_TOKEN": DESK_TOKEN},
        "telegram": {"bots": [(DESK_TOKEN, "tandem_desk_bot", topics)]},
    }


class Talker:
    """Somebody who has a private chat with one of the bots."""

    def __init__(self, stack, chat, token):
        self.stack, self.telegram, self.chat, self.token = stack, stack.telegram, chat, token

    def say(self, text, **more):
        return self.telegram.say(self.chat, text, token=self.token, **more)

    def messages(self):
        return self.telegram.sent_to(self.chat)

    def texts(self):
        return [m["text"] for m in self.messages()]

    def wait(self, words):
        """The first message that holds these words."""
        return wait_for(lambda: next((m for m in self.messages() if words in m["text"]), None),
                        f"{words!r} in chat {self.chat}; there: {self.texts()}")


class Client(Talker):
    def __init__(self, stack):
        super().__init__(stack, next(CLIENTS), stack.telegram.token)

    @property
    def name(self):
        return f"Person {self.chat}"

    def row(self, columns):
        return self.stack.sql(
            f"select {columns} from conversation c join channel h on h.id = c.channel_id"
            " where h.name = 'shop-telegram' and c.chat_key = %s", str(self.chat))[0]

    def call(self):
        """Asks for a human, after some words."""
        text = word()
        self.say(text)
        self.wait(text)
        self.say("/operator")
        return text


class Operator(Talker):
    TOKEN = DESK_TOKEN

    def __init__(self, stack, on_duty=True, admin=False, handle=None):
        super().__init__(stack, next(OPERATORS), DESK_TOKEN)
        self.handle = handle
        self.say("/start")
        self.wait("registered")
        if on_duty or admin:
            self.stack.sql_do(
                f"update operator set enabled = true, role = {2 if admin else 1} where id = {self.id}")
        if on_duty:
            self.start()

    def say(self, text, **more):
        if not self.handle:
            return super().say(text, **more)
        me = {"id": self.chat, "is_bot": False, "first_name": f"Person {self.chat}", "language_code": "en",
              "username": self.handle}
        return super().say(text, **{"from": me, **more})

    def start(self):
        self.say("/start")
        self.wait("You are on duty")

    @property
    def id(self):
        return self.stack.sql(
            "select d.operator_id from desk_chat d join conversation c on c.id = d.conversation_id where c.chat_key = %s",
            str(self.chat))[0][0]

    def press(self, message, label):
        """Presses a button; returns what the button says then, once it does."""
        data = next(b["callback_data"] for row in message["reply_markup"]["inline_keyboard"] for b in row
                    if label in b["text"])
        shown = {**message, "chat": {"id": self.chat, "type": "private", "first_name": f"Person {self.chat}"}}
        update = self.telegram.press(self.chat, data, shown, token=self.token)
        query = update["callback_query"]["id"]
        callbacks = self.telegram.bots[self.token].callbacks
        wait_for(lambda: callbacks[query] is not None, f"{label} to be acknowledged")
        return callbacks[query]

    def invitation(self, client):
        """As it looks now: it loses its buttons when somebody else takes the chat."""
        return copy.deepcopy(wait_for(
            lambda: next((m for m in self.messages() if client.name in m["text"] and "Accept" in str(m.get("reply_markup"))), None),
            f"an invitation to {client.name}; there: {self.texts()}"))

    def accept(self, client):
        answer = self.press(self.invitation(client), "Accept")
        return answer

    def answer(self, message, text, **more):
        """Answers a message, as Telegram's reply does."""
        return self.say(text, reply_to_message={k: message[k] for k in ("message_id", "text", "chat", "from")}, **more)

    def stop(self):
        self.say("/stop")
        self.wait("You are off duty")


def taken(operator, client):
    """The client asks for a human, and the operator comes; returns what the client said before.

    What the client says from now on is shown by itself: what was said before the card was made is in the history.
    """
    text = client.call()
    operator.accept(client)
    operator.wait(text)
    wait_for(lambda: any("With us since" in t and client.name in t for t in operator.texts()), "the client's card")
    client.wait("You are talking to")
    return text

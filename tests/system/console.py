"""An operator's browser with the console open."""

import json
import secrets
import subprocess
import urllib.parse

from tests.fakes.server import wait_for
from tests.system.events import EventSource
from tests.system.stack import BUILD, word

PASSWORD = "correct horse battery"


def user(stack, *args, password=None):
    """tandem user ...; a password is given on standard input."""
    return subprocess.run(
        [BUILD / "services/tandem/tandem", "user", *args],
        env=stack.env, input=password and password + "\n", capture_output=True, text=True, timeout=120,
    )


def add_user(stack, login, *options, password=PASSWORD):
    done = user(stack, "add", *options, login, password=password)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Console:
    def __init__(self, stack, login, password=PASSWORD, lang=None):
        self.stack, self.login, self.cookie, self.csrf = stack, login, None, None
        self.lang = lang
        reply = self.sign_in(password)
        assert reply.status == 200, reply.body
        self.operator = reply.json["operator"]

    def sign_in(self, password):
        """Tries again where it is told to: a busy machine has no time for passwords."""
        body = {"login": self.login, "password": password}
        reply = wait_for(lambda: (r := self.stack.http("POST", "/console/api/login", body)).status != 503 and r, "an answer")
        if reply.status == 200:
            self.set_cookie = reply.headers["Set-Cookie"]
            self.cookie = self.set_cookie.split(";")[0]
            self.csrf = reply.json["csrf"]
        return reply

    def headers(self, **more):
        headers = {"Cookie": self.cookie, "X-CSRF-Token": self.csrf, "Origin": self.stack.url}
        return {name: value for name, value in {**headers, **more}.items() if value is not None}

    def get(self, path, **more):
        return self.stack.http("GET", f"/console/api/{path}", None, self.headers(**more))

    def post(self, path, body=None, **more):
        return self.stack.http("POST", f"/console/api/{path}", body or {}, self.headers(**more))

    def read(self, path):
        reply = self.get(path)
        assert reply.status == 200, (path, reply.status, reply.body)
        return reply.json

    def order(self, conversation, verb, key=None, **args):
        body = {"id": key or secrets.token_hex(8), "verb": verb, **args}
        return self.post(f"conversations/{conversation}/orders", body)

    def do(self, conversation, verb, **args):
        reply = self.order(conversation, verb, **args)
        assert reply.status == 200, (verb, reply.status, reply.body)
        return reply.json

    def inbox(self, folder="waiting", **query):
        words = "".join(f"&{name}={urllib.parse.quote(str(value))}" for name, value in query.items())
        return self.read(f"conversations?folder={folder}{words}")

    def messages(self, conversation):
        return self.read(f"conversations/{conversation}/messages")["messages"]

    def listen(self, watch=None):
        return Stream(self, watch)

    # --- files, in pieces

    def begin_file(self, conversation, name, mime, size, key=None):
        body = {"id": key or secrets.token_hex(8), "name": name, "mime": mime, "size": size}
        return self.post(f"conversations/{conversation}/files", body)

    def put_piece(self, file, at, data):
        return self.stack.http("POST", f"/console/api/files/{file}/pieces/{at}", data,
                               self.headers(**{"Content-Type": "application/octet-stream"}))

    def upload(self, conversation, name, mime, data):
        """The number of the file, once all of it is there."""
        begun = self.begin_file(conversation, name, mime, len(data))
        assert begun.status == 201, begun.body
        file, have, piece = begun.json["file"], begun.json["have"], begun.json["piece"]
        while have < len(data):
            reply = self.put_piece(file, have, data[have:have + piece])
            assert reply.status == 200, reply.body
            have = reply.json["have"]
        return file


class Stream(EventSource):
    """What a console hears."""

    def __init__(self, console, watch=None):
        path = "/console/api/events" + (f"?watch={watch}" if watch else "")
        super().__init__(console.stack.port, path, console.headers())

    def of(self, kind):
        return [e["data"] for e in super().of(kind)]

    def wait(self, kind, check=lambda data: True):
        found = []

        def look():
            found[:] = [data for data in self.of(kind) if check(data)]
            return found

        wait_for(look, f"an event {kind}")
        return found[-1]


def conversation_of(stack, widget):
    """The number operators know it by."""
    chat = json.loads(_unbase64(widget.token.split(".")[0]))["chat"]
    return wait_for(lambda: stack.sql("select id from conversation where chat_key = %s", chat), "words there")[0][0]


def _unbase64(text):
    import base64

    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


# --- what several tests begin with ---------------------------------------------------------


def talk(stack):
    """A visitor with one question and its answer; the conversation's number."""
    widget = stack.widget()
    widget.ask(word())
    return widget, conversation_of(stack, widget)


def held(stack, console):
    """A conversation that the operator has."""
    widget, conversation = talk(stack)
    assert console.do(conversation, "take")["state"] == "operator"
    return widget, conversation


def next_from(widget, author):
    found = [m for m in widget.messages() if m["author"] == author]
    assert found
    return found[-1]


def has(whole, part):
    assert part in whole


def on_telegram(stack, chat):
    """Somebody on Telegram who has asked and been answered."""
    stack.telegram.say(chat, word())
    stack.telegram.wait_sent(chat)
    return stack.sql("select id from conversation where chat_key = %s", str(chat))[0][0]

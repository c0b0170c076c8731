"""A talk with a human from the person's side: the fetching front end, programs, the terminal."""

import secrets
import subprocess
import threading

from tests.system.stack import BUILD, wait_for, word
from tests.system.talk import events_of, state

KEY = "an integration key of the tests"
STACK = {"env": {"INTEGRATION_KEY": KEY}}


def program(stack, conversation, verb, body=None, key=KEY):
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return stack.http("POST", f"/api/v1/conversations/{conversation}/{verb}", body, headers)


# --- the fetching front end ----------------------------------------------------------------


class FrontEnd:
    """Asks as that front end does: until the last of what came was the bot's, or the chat is over."""

    def __init__(self, stack):
        self.stack, self.token = stack, f"vink-{secrets.token_hex(8)}"
        self.shown, self.is_asking = [], False

    def say(self, text):
        assert self.stack.http("POST", "/api/v1/gpt", {"message": text}, {"chat-token": self.token}).status == 201
        self.is_asking = True

    def ask(self):
        if not self.is_asking:
            return
        messages = self.stack.http("GET", "/api/v1/message", None, {"chat-token": self.token}).json["messages"]
        for message in messages:
            if message["message"] == "Чат окончен.":
                self.is_asking = False
            else:
                self.shown.append((message["user"], message["message"]))
        if messages and messages[-1]["user"] not in ("OPERATOR", "USER"):
            self.is_asking = False

    def until(self, check, what):
        wait_for(lambda: self.ask() or check(), what)


def test_the_fetching_front_end_talks_to_an_operator_unchanged(stack, anna):
    page = FrontEnd(stack)
    page.say(word())
    page.until(lambda: not page.is_asking, "the bot's answer")
    page.say("/operator")
    page.until(lambda: any("Переключаю" in text or "Connecting" in text for _, text in page.shown), "the notice")
    assert page.is_asking, "it gave up before the operator came"
    conversation = stack.sql("select id from conversation where chat_key = %s", page.token)[0][0]
    anna.do(conversation, "say", text="Здравствуйте, это **Анна**")
    page.until(lambda: ("OPERATOR", "Здравствуйте, это Анна") in page.shown, "the operator's words")
    page.say("А где мой заказ?")
    wait_for(lambda: any(m["text"] == "А где мой заказ?" for m in anna.messages(conversation)), "the question")
    anna.do(conversation, "say", text="В пути")
    page.until(lambda: ("OPERATOR", "В пути") in page.shown, "the answer")
    assert page.is_asking
    anna.do(conversation, "close")
    page.until(lambda: not page.is_asking, "the end")
    page.say(word())
    page.until(lambda: not page.is_asking, "the bot's next answer")
    assert page.shown[-1][0] == "GPT"


# --- programs --------------------------------------------------------------------------------


def test_programs_call_and_return(stack, anna):
    w = stack.widget()
    sent = w.send(word())
    conversation = sent.json["conversation"]
    w.wait_answer(sent.json["seq"])
    reply = program(stack, conversation, "handoff", {"reason": "The parcel is late"})
    assert reply.status == 202
    assert (reply.json["conversation"], reply.json["responder"]) == (conversation, "waiting")
    wait_for(lambda: "waiting" in events_of(w), "the notice")
    row = stack.sql("select reason, detail from handoff where id = %s", reply.json["handoff"])[0]
    assert row == ("api", "The parcel is late")
    again = program(stack, conversation, "handoff")
    assert (again.status, again.json["handoff"]) == (202, reply.json["handoff"])
    reply = program(stack, conversation, "return")
    assert (reply.status, reply.json["responder"]) == (200, "bot")
    assert state(w) == "bot"
    assert program(stack, conversation, "return").status == 409
    assert w.ask(word())["author"] == "bot"
    anna.read("me")


def test_programs_without_the_key_do_nothing(stack):
    w = stack.widget()
    conversation = w.send(word()).json["conversation"]
    for key in (None, "", "wrong", KEY + "x", KEY[:-1]):
        reply = program(stack, conversation, "handoff", {}, key)
        assert (reply.status, reply.json["code"]) == (401, "bad_key"), key
    assert program(stack, conversation, "handoff", {}, w.token).status == 401
    for path in ("x/handoff", "1/close", "1/", "-1/return", "1/handoff/2"):
        reply = stack.http("POST", f"/api/v1/conversations/{path}", {}, {"Authorization": f"Bearer {KEY}"})
        assert reply.status == 404, path
    assert program(stack, 10**12, "handoff").status == 404
    assert program(stack, conversation, "handoff", {"reason": 5}).status == 400
    library = stack.widget(site="library-site")
    other = library.send(word()).json["conversation"]
    reply = program(stack, other, "handoff")
    assert (reply.status, reply.json["code"]) == (409, "no_operators")


def test_where_no_key_is_set_there_is_nothing(stack):
    stack.kill("ingress")
    stack.restart("ingress", INTEGRATION_KEY="")
    reply = program(stack, 1, "handoff", {}, "")
    assert (reply.status, reply.json["code"]) == (404, "not_configured")
    stack.kill("ingress")
    stack.restart("ingress")


# --- the terminal ------------------------------------------------------------------------------


def terminal(stack):
    return [BUILD / "services/tandem/tandem", "chat", "--url", stack.url, "--site", "model-site", "--lang", "en"]


def test_the_terminal_says_who_answers(stack, anna):
    lines = []
    with subprocess.Popen(terminal(stack), env=stack.env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as chat:
        threading.Thread(target=lambda: lines.extend(chat.stdout), daemon=True).start()

        def says(words):
            wait_for(lambda: any(words in line for line in list(lines)), f"the terminal to say {words}")

        try:
            says("Hello there!")
            chat.stdin.write("/operator\n")
            chat.stdin.flush()
            says("-- waiting for a human, number 1 in the queue --")
            conversation = stack.sql("select conversation_id from handoff where state = 1")[0][0]
            anna.do(conversation, "say", text="Good day")
            says("-- Анна answers --")
            says("Анна: Good day")
            anna.do(conversation, "close")
            says("The chat is over.")
            says("-- the bot answers --")
        finally:
            chat.stdin.close()
            assert chat.wait(20) == 0


def type_in(stack, words):
    """All at once, as from a pipe."""
    return subprocess.run(terminal(stack), env=stack.env, text=True, input=words, capture_output=True, timeout=60)


def test_questions_from_a_pipe_are_said_in_order_and_answered_before_it_ends(stack):
    words = [word() for _ in range(5)]
    chat = type_in(stack, "\n".join(words))
    assert chat.returncode == 0, chat.stderr
    heard = stack.sql(
        "select author, body from message where conversation_id ="
        " (select conversation_id from message where body = %s) order by seq", words[0])
    assert [body for author, body in heard if author == 0] == words
    assert heard[-1][0] == 1
    assert words[-1] in chat.stdout


def test_a_pipe_whose_last_words_are_refused_fails(stack):
    first, too_long = word(), "x" * 100_000
    chat = type_in(stack, f"{first}\n{too_long}")
    assert chat.returncode == 69
    assert "(413)" in chat.stderr
    assert first in chat.stdout
    assert type_in(stack, f"{too_long}\n{first}").returncode == 0

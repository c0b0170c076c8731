"""A talk with a human from the person's side: widget, Telegram, the fetching front end, programs."""

import secrets
import subprocess
import threading

import pytest

from tests.system.console import Console, add_user, conversation_of
from tests.system.stack import BUILD, eventually, wait_for, word

KEY = "an integration key of the tests"
STACK = {"env": {"INTEGRATION_KEY": KEY}}
CHATS = iter(range(50_001, 59_999))


@pytest.fixture(scope="module")
def anna(stack):
    if "operator-relay" not in stack.processes:
        stack.run("operator-relay")
        stack.wait_ready("operator-relay")
    add_user(stack, "anna", "--admin", "--lang", "ru", "--name", "Анна")
    console = Console(stack, "anna")
    console.post("operators/%d" % console.operator["id"], {"capacity": 50})
    assert console.post("me", {"on_duty": True}).status == 200
    return console


@pytest.fixture
def chat():
    return next(CHATS)


def page(w, after=0):
    reply = w.stack.http("GET", f"/api/v1/messages?after={after}&limit=200", None, w.headers())
    assert reply.status == 200, reply.body
    return reply.json


def post(w, path, body=None):
    return w.stack.http("POST", f"/api/v1/{path}", body or {}, w.headers())


def state(w):
    p = page(w)
    return p["responder"]


def events_of(w):
    return [m["event"] for m in page(w)["messages"] if m.get("event")]


def program(stack, conversation, verb, body=None, key=KEY):
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return stack.http("POST", f"/api/v1/conversations/{conversation}/{verb}", body, headers)


def latest_of_telegram(stack, chat):
    return stack.sql("select id from conversation where chat_key = %s", str(chat))[0][0]


# --- the widget --------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["command", "alias", "button"])
def test_a_human_is_called_and_the_person_is_told(stack, anna, how):
    w = stack.widget()
    events = w.listen(0)
    if how == "button":
        assert post(w, "operator").status == 202
    else:
        w.say({"command": "/operator", "alias": "/human"}[how])
    wait_for(lambda: state(w) == "waiting", "somebody to be called")
    wait_for(lambda: "waiting" in events_of(w), "the notice")
    assert page(w)["queue"]["place"] >= 1
    wait_for(lambda: events.of("state")[-1]["data"]["responder"] == "waiting", "the state over the stream")
    conversation = conversation_of(stack, w)
    anna.do(conversation, "take")
    wait_for(lambda: page(w)["operator"] == {"name": "Анна"}, "the operator")
    wait_for(lambda: events.of("state")[-1]["data"]["operator"] == {"name": "Анна"}, "the operator over the stream")
    anna.do(conversation, "say", text="Чем **помочь**?")
    said = wait_for(lambda: [m for m in page(w)["messages"] if m["author"] == "operator"], "the words")[0]
    assert (said["name"], said["text"]) == ("Анна", "Чем **помочь**?")
    assert "operator" not in said, "the person does not learn more of an operator than the name"
    anna.do(conversation, "close")
    closed = wait_for(lambda: [m for m in page(w)["messages"] if m.get("event") == "closed"], "the end")[0]
    assert closed["text"] == "The chat is over."
    assert page(w)["rate"] == closed["rate"]
    assert post(w, "rating", {"handoff": closed["rate"], "score": 5}).status == 204
    assert page(w)["rate"] is None
    events.close()


def test_whoever_waits_hears_over_the_stream_that_the_queue_moves(stack, anna):
    people = [stack.widget() for _ in range(3)]
    for w in people:
        w.say("/operator")
        wait_for(lambda w=w: state(w) == "waiting", "somebody to be called")
    streams = [w.listen(0) for w in people]
    places = lambda: [s.of("state")[-1]["data"]["queue"]["place"] for s in streams[1:]]
    wait_for(lambda: all(s.of("state") for s in streams), "the places")
    before = places()
    anna.do(conversation_of(stack, people[0]), "take")
    wait_for(lambda: places() == [place - 1 for place in before], "both places", 15)
    assert post(people[1], "return").status == 204
    wait_for(lambda: streams[2].of("state")[-1]["data"]["queue"]["place"] == before[1] - 2, "the last one's place", 15)
    for s in streams:
        s.close()
    for w in (people[0], people[2]):
        anna.do(conversation_of(stack, w), "close")


def test_whoever_asks_again_hears_the_place_again(stack, anna):
    w = stack.widget()
    w.say("/operator")
    wait_for(lambda: events_of(w).count("waiting") == 1, "the notice")
    stack.sql_do("update handoff set told_at = told_at - interval '1 min' where state = 1")
    w.say("/operator")
    wait_for(lambda: events_of(w).count("waiting") == 2, "the notice again")
    assert stack.sql("select count(*) from handoff where conversation_id = %s", conversation_of(stack, w))[0][0] == 1
    anna.do(conversation_of(stack, w), "close")


def test_a_call_while_a_human_answers_is_just_a_message(stack, anna):
    w = stack.widget()
    w.say("/operator")
    conversation = conversation_of(stack, w)
    wait_for(lambda: state(w) == "waiting", "somebody to be called")
    anna.do(conversation, "take")
    before = len(page(w)["messages"])
    w.say("/operator")
    wait_for(lambda: [m for m in anna.messages(conversation) if m["text"] == "/operator"][1:], "it to be shown")
    assert state(w) == "operator"
    anna.do(conversation, "close")
    wait_for(lambda: state(w) == "bot", "the end")
    added = page(w)["messages"][before:]
    assert [m["author"] for m in added] == ["person", "platform"]


def test_whoever_waits_may_go_back_but_not_from_an_operator(stack, anna):
    w = stack.widget()
    assert post(w, "return").status == 409
    w.say("/operator")
    wait_for(lambda: state(w) == "waiting", "somebody to be called")
    assert post(w, "return").status == 204
    assert state(w) == "bot"
    assert "returned" in events_of(w)
    assert page(w)["rate"] is None, "nobody came: there is nothing to rate"
    assert w.ask(word())["author"] == "bot"
    w.say("/operator")
    wait_for(lambda: state(w) == "waiting", "somebody to be called again")
    anna.do(conversation_of(stack, w), "take")
    assert post(w, "return").status == 409
    assert state(w) == "operator"
    anna.do(conversation_of(stack, w), "close")


def test_back_from_the_operator_the_bot_answers(stack, anna):
    w = stack.widget()
    w.say("/operator")
    conversation = conversation_of(stack, w)
    wait_for(lambda: state(w) == "waiting", "somebody to be called")
    anna.do(conversation, "say", text="Ваш заказ в пути")
    anna.do(conversation, "return")
    wait_for(lambda: "returned" in events_of(w), "the return")
    assert isinstance(page(w)["rate"], int)
    assert w.ask(word())["author"] == "bot"


def test_typing_of_the_operator_and_edits_are_seen(stack, anna):
    w = stack.widget()
    w.say("/operator")
    conversation = conversation_of(stack, w)
    wait_for(lambda: state(w) == "waiting", "somebody to be called")
    seq = anna.do(conversation, "say", text="Это стоит 100")["seq"]
    events = w.listen(0)
    wait_for(lambda: events.of("state"), "the stream")
    wait_for(lambda: any(m["seq"] == seq for m in events.messages()), "the words")
    assert anna.post(f"conversations/{conversation}/typing").status == 204
    wait_for(lambda: events.of("typing"), "the typing")
    assert events.of("typing")[0]["data"] == {"who": "operator", "name": "Анна"}
    anna.do(conversation, "edit", seq=seq, text="Это стоит 200")
    wait_for(lambda: events.of("edit"), "the edit")
    assert (events.of("edit")[0]["data"]["seq"], events.of("edit")[0]["data"]["text"]) == (seq, "Это стоит 200")
    watching = anna.listen(watch=conversation)
    watching.wait("hello")

    def is_seen():
        assert post(w, "typing").status == 204
        return [t for t in watching.of("typing") if t["who"] == "person"]

    wait_for(is_seen, "the operator to see the typing")
    watching.close(), events.close()
    anna.do(conversation, "close")


def test_an_answer_under_way_is_not_seen_once_a_human_is_called(stack, anna):
    w = stack.widget()
    text = word()
    stack.openai.rule(text, pieces=["begin "] + ["more "] * 40, delay=0.1)
    events = w.listen(0)
    w.say(text)
    wait_for(lambda: events.of("delta"), "the answer to begin")
    assert post(w, "operator").status == 202
    wait_for(lambda: events.of("end"), "its end")
    shown = len(events.of("delta"))
    wait_for(lambda: "waiting" in events_of(w), "the notice")
    stack_answers = [m for m in page(w)["messages"] if m["author"] == "bot"]
    anna.do(conversation_of(stack, w), "close")
    assert stack_answers == []
    assert len(events.of("delta")) == shown, "pieces came after the call"
    events.close()


@pytest.mark.parametrize("words", ["Позовите оператора, пожалуйста", "I want to talk to a human", "Ich möchte mit einem Mitarbeiter sprechen"])
def test_plain_words_call_a_human(stack, anna, words):
    w = stack.widget()
    seq = w.say(words)
    wait_for(lambda: state(w) == "waiting", "somebody to be called")
    assert page(w)["messages"][0]["seq"] == seq
    anna.do(conversation_of(stack, w), "close")
    wait_for(lambda: state(w) == "bot", "the end")
    assert [m for m in page(w)["messages"] if m["author"] == "bot"] == []


def nobody_comes(stack, conversation):
    """Everybody was asked, and nobody has come."""
    stack.sql_do(
        f"update handoff set round = 99, due_at = now() where conversation_id = {conversation} and state = 1;"
        f" update job set run_at = now(), announce_at = now() where queue = 3 and lane = {conversation}"
    )


def of_the_bot(w):
    return [m for m in page(w)["messages"] if m["author"] == "bot"]


@pytest.mark.parametrize("call", ["button", "/operator", "a human please"])
@pytest.mark.parametrize("pieces", [0, 5, 30], ids=["not-begun", "answered-late", "under-way"])
def test_whom_nobody_comes_to_is_answered_by_the_bot_without_asking_again(stack, anna, pieces, call):
    w = stack.widget()
    text = word()
    if pieces:
        stack.openai.rule(text, pieces=["slowly "] * pieces, delay=0.2)
    w.say(text)
    if pieces:
        wait_for(lambda: any(text in c.get("question", "") for c in stack.openai.calls), "the model to be asked")
    assert call != "button" or post(w, "operator").status == 202
    if call != "button":
        w.say(call)
    wait_for(lambda: "waiting" in events_of(w), "the notice")
    conversation = conversation_of(stack, w)
    kept = "select count(*) from suggestion where conversation_id = %s and tokens_in > 0"
    if pieces == 5:
        wait_for(lambda: stack.sql(kept, conversation)[0][0] == 1, "the answer to be kept for an operator")
    nobody_comes(stack, conversation)
    wait_for(lambda: "nobody" in events_of(w), "the news that nobody came")
    wait_for(lambda: of_the_bot(w), "the answer")
    stack.wait_idle()
    answers = of_the_bot(w)
    assert len(answers) == 1 and text in answers[0]["text"], answers
    assert answers[0]["seq"] > next(m["seq"] for m in page(w)["messages"] if m.get("event") == "nobody")
    assert stack.sql(kept, conversation)[0][0] == (1 if pieces else 0), "what was paid for"
    assert state(w) == "bot"


def test_whoever_only_called_hears_nothing_of_the_bot(stack, anna):
    w = stack.widget()
    w.say("/start")
    w.say("a human please")
    wait_for(lambda: "waiting" in events_of(w), "the notice")
    nobody_comes(stack, conversation_of(stack, w))
    wait_for(lambda: "nobody" in events_of(w), "the news that nobody came")
    stack.wait_idle()
    assert of_the_bot(w) == []


def test_words_about_operators_call_nobody(stack, anna):
    w = stack.widget()
    for words in ("What does the modulo operator do?", "Спасибо, оператор уже помог", "I don't need a human"):
        assert w.ask(words)["author"] == "bot"
    assert state(w) == "bot"


def test_a_bot_without_operators_says_so(stack):
    w = stack.widget(site="library-site")
    assert w.session["bot"]["human"] is False
    assert post(w, "operator").status == 409
    answer = w.ask("/operator")
    assert answer["author"] == "platform" and "nobody to call" in answer["text"]
    assert "/operator" not in w.ask("/help")["text"]
    assert state(w) == "bot"


# --- Telegram ------------------------------------------------------------------------------


def test_telegram_offers_calls_and_asks_how_it_was(stack, anna, chat):
    telegram = stack.telegram
    wait_for(lambda: telegram.bot.webhook["url"], "the webhook to be set")
    wait_for(lambda: len(telegram.calls_of("setMyCommands")) >= 2, "the menu")
    menu = {call["params"].get("language_code"): call["params"]["commands"] for call in telegram.calls_of("setMyCommands")}
    assert "позвать человека" in str(menu["ru"]) and "call a human" in str(menu[None])
    telegram.say(chat, "/start")
    start = telegram.wait_sent(chat, 1)[-1]
    assert "c:operator" in str(start.get("reply_markup"))
    telegram.press(chat, "c:operator", start)
    wait_for(lambda: any("human" in t or "человека" in t for t in telegram.texts(chat)[1:]), "the notice")
    conversation = latest_of_telegram(stack, chat)
    anna.do(conversation, "take")
    anna.do(conversation, "say", text="Слушаю вас")
    wait_for(lambda: "Слушаю вас" in telegram.texts(chat), "the operator's words")
    telegram.say(chat, "Спасибо, всё")
    wait_for(lambda: any(m["text"] == "Спасибо, всё" for m in anna.messages(conversation)), "the person's words")
    anna.do(conversation, "close")
    end = wait_for(lambda: [m for m in telegram.sent_to(chat) if "r:" in str(m.get("reply_markup"))], "the question")[0]
    assert "Чат окончен." in end["text"] and "от 1 до 5" in end["text"]
    handoff = stack.sql("select id from handoff where conversation_id = %s", conversation)[0][0]
    for n in (4, 2):
        telegram.press(chat, f"r:{handoff}:{n}", end)
    eventually(lambda: answered_twice(telegram.texts(chat)))
    assert sum("Спасибо за оценку" in t for t in telegram.texts(chat)) == 1
    assert stack.sql("select rating from handoff where id = %s", handoff)[0][0] == 4
    assert state_of(stack, conversation) == 0


def test_in_telegram_the_question_before_the_call_is_answered_once(stack, anna, chat):
    telegram, text = stack.telegram, word()
    stack.openai.rule(text, pieces=["slowly "] * 30, delay=0.2)
    wait_for(lambda: telegram.bot.webhook["url"], "the webhook to be set")
    telegram.say(chat, text)
    wait_for(lambda: any(text in c.get("question", "") for c in stack.openai.calls), "the model to be asked")
    telegram.say(chat, "/operator")
    wait_for(lambda: telegram.sent_to(chat), "the notice")
    nobody_comes(stack, latest_of_telegram(stack, chat))
    wait_for(lambda: any(text in t for t in telegram.texts(chat)), "the answer")
    stack.wait_idle()
    assert sum(text in t for t in telegram.texts(chat)) == 1
    assert sum("nobody could come" in t or "никто не смог" in t for t in telegram.texts(chat)) == 1


def test_what_shows_no_language_changes_none(stack, anna, chat):
    """A telephone in English, whose owner writes Russian: buttons, pictures and addresses say nothing of that."""
    telegram = stack.telegram
    telegram.say(chat, "Где мой заказ?")
    telegram.wait_sent(chat, 1)
    telegram.press(chat, "c:operator")
    wait_for(lambda: any("Переключаю на человека" in t for t in telegram.texts(chat)), "the notice in Russian")
    conversation = latest_of_telegram(stack, chat)
    anna.do(conversation, "take")
    telegram.say(chat, "ivan.petrov@mail.ru")
    telegram.say_file(chat, "voice", b"OggS" * 50, mime="audio/ogg")
    wait_for(lambda: len([m for m in anna.messages(conversation) if m["author"] == "person"]) == 4, "all of it")
    anna.do(conversation, "close")
    wait_for(lambda: any("Чат окончен." in t for t in telegram.texts(chat)), "the end in Russian")


def answered_twice(texts):
    assert any("Спасибо за оценку" in t for t in texts) and any("уже оценили" in t for t in texts), texts


def state_of(stack, conversation):
    return stack.sql("select responder from conversation where id = %s", conversation)[0][0]


def test_nobody_rates_the_talk_of_another_chat(stack, anna, chat):
    telegram = stack.telegram
    other = next(CHATS)
    telegram.say(chat, "/operator")
    wait_for(lambda: telegram.texts(chat), "the notice")
    conversation = latest_of_telegram(stack, chat)
    anna.do(conversation, "say", text="Да?")
    anna.do(conversation, "close")
    handoff = stack.sql("select id from handoff where conversation_id = %s", conversation)[0][0]
    telegram.say(other, "/start")
    message = telegram.wait_sent(other, 1)[-1]
    telegram.press(other, f"r:{handoff}:1", message)
    wait_for(lambda: len(telegram.texts(other)) == 2, "an answer")
    assert stack.sql("select rating from handoff where id = %s", handoff)[0][0] is None


def test_what_the_person_edits_reaches_the_operator(stack, anna, chat):
    telegram = stack.telegram
    telegram.say(chat, "/operator")
    wait_for(lambda: telegram.texts(chat), "the notice")
    conversation = latest_of_telegram(stack, chat)
    anna.do(conversation, "take")
    text, other = word(), word()
    update = telegram.say(chat, text)
    wait_for(lambda: any(m["text"] == text for m in anna.messages(conversation)), "the words")
    edited = {**update["message"], "text": other, "edit_date": update["message"]["date"] + 1}
    telegram.push({"update_id": update["update_id"] + 500_000, "edited_message": edited})
    changed = wait_for(lambda: [m for m in anna.messages(conversation) if m["text"] == other], "the other words")[0]
    assert changed["edited_at"]
    anna.do(conversation, "close")


def test_a_picture_without_words_reaches_the_operator_and_no_bot_complains(stack, anna, chat):
    telegram = stack.telegram

    def picture():
        telegram.push({"message": {
            "message_id": 700 + next(CHATS), "date": 1_790_000_000,
            "chat": {"id": chat, "type": "private", "first_name": "P"},
            "from": {"id": chat, "is_bot": False, "first_name": "P", "language_code": "en"},
            "photo": [{"file_id": "abc", "file_unique_id": "abc", "width": 10, "height": 10, "file_size": 100}],
        }})

    telegram.say(chat, "/operator")
    wait_for(lambda: telegram.texts(chat), "the notice")
    conversation = latest_of_telegram(stack, chat)
    anna.do(conversation, "take")
    picture()
    seen = wait_for(lambda: [m for m in anna.messages(conversation) if m.get("attachments")], "the picture")[0]
    assert seen["attachments"][0]["kind"] == "photo"
    anna.do(conversation, "close")
    wait_for(lambda: any("r:" in str(m.get("reply_markup")) for m in telegram.sent_to(chat)), "the end")
    assert not any("cannot read" in t for t in telegram.texts(chat))
    picture()
    wait_for(lambda: any("cannot read" in t for t in telegram.texts(chat)), "the bot to say that it cannot read it")
    assert stack.sql("select last_seq = (select max(seq) from message m where m.conversation_id = c.id)"
                     " from conversation c where id = %s", conversation)[0][0], "a number was lost"


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


def test_the_terminal_says_who_answers(stack, anna):
    lines = []
    with subprocess.Popen(
        [BUILD / "services/tandem/tandem", "chat", "--url", stack.url, "--site", "model-site", "--lang", "en"],
        env=stack.env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as chat:
        threading.Thread(target=lambda: lines.extend(chat.stdout), daemon=True).start()

        def says(words):
            wait_for(lambda: any(words in line for line in list(lines)), f"the terminal to say {words}")

        try:
            says("Hello there!")
            chat.stdin.write("/operator\n")
            chat.stdin.flush()
            says("-- waiting for a human, number 1 in line --")
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

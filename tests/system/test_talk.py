"""A talk with a human from the person's side, at the widget."""

import pytest

from tests.system.console import conversation_of
from tests.system.stack import wait_for, word
from tests.system.talk import events_of, nobody_comes, page, post, state


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

    def is_typing():  # told again and again while somebody types: each is for whoever listens just then
        assert anna.post(f"conversations/{conversation}/typing").status == 204
        return events.of("typing")

    wait_for(is_typing, "the typing")
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

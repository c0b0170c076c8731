"""The console: orders, and what comes of them."""

import pytest

from tests.fakes.server import wait_for
from tests.system.console import has, held, next_from, talk
from tests.system.stack import eventually, word

pytestmark = pytest.mark.usefixtures("on_duty")


# --- addresses and shapes ----------------------------------------------------------------------


def test_what_is_not_there_is_not_found(ann):
    for path in ("conversations/999999", "conversations/999999/messages", "nothing", "conversations/x", "files/1/1/7"):
        assert ann.get(path).status == 404, path
    assert ann.order(999999, "take").status == 404
    for number in (2**31, 2**40, 10**17, 10**18, 10**30):
        assert ann.get(f"conversations/{number}").status == 404, number
        assert ann.get(f"files/{number}/{number}/{number}").status == 404, number
        assert ann.post(f"operators/{number}", {"capacity": 1}).status == 404, number
        assert ann.post(f"jobs/{number}/retry").status == 404, number
    assert ann.post("jobs/999999/retry").status == 404
    reply = ann.post("conversations")
    assert reply.status == 405 and reply.headers["Allow"] == "GET"


def test_bad_parameters_are_refused_in_the_operators_language(ann, eva):
    for path in (
        "conversations?folder=attic", "conversations?before=x", "conversations?before=1.", "conversations?limit=-1",
        "conversations?limit=1000", "conversations?q=" + "x" * 201, "audit?before=x", "events?watch=x",
    ):
        assert ann.get(path).status == 400, path
    assert "wrong" in ann.get("conversations?folder=attic").json["detail"]
    assert "неверно" in eva.get("conversations?folder=attic").json["detail"]


def test_bad_orders_are_refused(stack, ann):
    _, conversation = talk(stack)
    bad = [
        {}, {"id": "12345678"}, {"id": "12345678", "verb": "dance"}, {"id": "12345678", "verb": "say"},
        {"id": "12345678", "verb": "say", "text": 5}, {"id": "short", "verb": "take"},
        {"id": "12345678", "verb": "say", "text": " \n"}, {"id": "12345678", "verb": "edit", "text": "x"},
        {"id": "12345678", "verb": "transfer", "operator": 2**31}, {"id": "12345678", "verb": "transfer", "operator": -1},
        {"id": "12345678", "verb": "use"}, {"id": "12345678", "verb": "read", "seq": "1"},
    ]
    for body in bad:
        assert ann.post(f"conversations/{conversation}/orders", body).status == 400, body
    long = {"id": "12345678", "verb": "say", "text": "x" * 20000}
    assert ann.post(f"conversations/{conversation}/orders", long).status == 413
    assert ann.inbox("mine")["conversations"] == []


# --- talking -----------------------------------------------------------------------------------


def test_a_conversation_from_taking_to_closing(stack, ann):
    widget, conversation = held(stack, ann)
    row = ann.inbox("mine")["conversations"][0]
    assert (row["id"], row["state"], row["operator"]["name"]) == (conversation, "operator", "Ann Admin")
    said = ann.do(conversation, "say", text="Hello from **Ann**")
    got = eventually(lambda: next_from(widget, "operator"))
    assert got["text"] == "Hello from **Ann**" and got["seq"] == said["seq"]
    text = word()
    widget.say(text)
    eventually(lambda: has(ann.messages(conversation)[-1]["text"], text))
    row = ann.inbox("mine")["conversations"][0]
    assert row["last"]["text"] == text and row["unread"] >= 1
    ann.do(conversation, "read", seq=row["last_seq"])
    assert ann.inbox("mine")["conversations"][0]["unread"] == 0
    ann.do(conversation, "note", text="a note")
    card = ann.read(f"conversations/{conversation}")
    assert [n["text"] for n in card["notes"]] == ["a note"]
    assert card["handoffs"][0]["reason"] == "taken" and card["handoffs"][0]["operator"]["name"] == "Ann Admin"
    assert "taken" in [e["what"] for e in card["handoffs"][0]["events"]]
    assert card["person"]["identities"][0]["channel"] == "model-site"
    assert ann.do(conversation, "close")["state"] == "bot"
    assert ann.read(f"conversations/{conversation}")["conversation"]["state"] == "closed"
    assert conversation in [r["id"] for r in ann.inbox("closed")["conversations"]]
    assert ann.inbox("mine")["conversations"] == []
    assert "a note" not in str(widget.messages())


def test_of_two_who_take_one_gets_it(stack, ann, bob):
    for _ in range(5):
        _, conversation = talk(stack)
        replies = both(lambda c, n=conversation: c.order(n, "take"), ann, bob)
        assert sorted(r.status for r in replies) == [200, 409]
        loser = next(r for r in replies if r.status == 409)
        winner = (ann, bob)[[r.status for r in replies].index(200)]
        assert loser.json["code"] == "taken" and loser.json["holder"]["name"] == winner.operator["name"]
        assert winner.operator["name"] in loser.json["detail"]
        winner.do(conversation, "close")


def both(call, *consoles):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(len(consoles)) as pool:
        return list(pool.map(call, consoles))


def test_an_order_given_twice_is_one(stack, ann):
    widget, conversation = held(stack, ann)
    first = ann.order(conversation, "say", key="the-same-key", text="once")
    second = ann.order(conversation, "say", key="the-same-key", text="once")
    assert (first.json["status"], second.json["status"]) == ("ok", "again")
    assert first.json["seq"] == second.json["seq"]
    assert [m["text"] for m in ann.messages(conversation)].count("once") == 1


def test_words_are_shown_under_the_id_their_console_gave_them(stack, ann):
    widget, conversation = held(stack, ann)
    events = ann.listen(watch=conversation)
    ann.order(conversation, "say", key="my-own-words-1", text="mine")
    shown = events.wait("message", lambda e: e["message"]["text"] == "mine")["message"]
    assert shown["id"] == ann.messages(conversation)[-1]["id"] == "my-own-words-1"
    assert "id" not in eventually(lambda: next_from(widget, "operator"))
    ann.do(conversation, "close")


def test_a_chat_may_be_handed_to_a_colleague_or_back_to_the_bot(stack, ann, bob):
    widget, conversation = held(stack, ann)
    ann.do(conversation, "transfer", operator=bob.operator["id"])
    assert [r["id"] for r in bob.inbox("mine")["conversations"]] == [conversation]
    refused = ann.order(conversation, "say", text="still me?")
    assert (refused.status, refused.json["holder"]["name"]) == (409, "Bob")
    assert bob.do(conversation, "return")["state"] == "bot"
    text = word()
    assert widget.ask(text)["text"] == f"You said: {text}"


def test_whoever_is_off_duty_is_told_so_in_their_language(stack, eva):
    _, conversation = talk(stack)
    assert eva.post("me", {"on_duty": False}).json["operator"]["on_duty"] is False
    reply = eva.order(conversation, "take")
    assert (reply.status, reply.json["code"]) == (409, "off_duty")
    assert "смену" in reply.json["detail"]


def test_typing_reaches_the_person(stack, ann, bob):
    widget, conversation = held(stack, ann)
    events = widget.listen()
    wait_for(lambda: events.status == 200, "the stream")
    assert bob.post(f"conversations/{conversation}/typing").json["code"] == "not_yours"

    def seen():
        assert ann.post(f"conversations/{conversation}/typing").status == 204
        assert events.of("typing")

    eventually(seen)
    assert events.of("typing")[0]["data"] == {"who": "operator", "name": "Ann Admin"}
    events.close()
    ann.do(conversation, "close")


def test_what_people_write_cannot_run_in_the_console(stack, ann):
    shapes = ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "&lt;b&gt;"]
    widget, conversation = held(stack, ann)
    for shape in shapes:
        widget.say(shape)
        ann.do(conversation, "say", text=shape)
    messages = ann.messages(conversation)
    for message in messages:
        html = message["html"] or ""
        assert "<script" not in html and "<img" not in html and "javascript:" not in html
        assert message["author"] != "person" or message["html"] is None
    reply = ann.get(f"conversations/{conversation}/messages")
    assert reply.headers["Content-Type"] == "application/json"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    ann.do(conversation, "close")

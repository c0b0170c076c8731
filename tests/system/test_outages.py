"""PostgreSQL or Redis goes away and comes back: nothing is lost, nothing is half done."""

import pytest

from tests.system.stack import wait_for, word

STACK = {"webhook": True}


@pytest.fixture(autouse=True)
def servers_run_afterwards(stack):
    yield
    stack.servers.call("postgres", "start")
    stack.servers.call("redis", "start")
    stack.wait_ready()


def test_without_postgresql_we_say_503_and_accept_nothing(stack):
    w = stack.widget()
    stack.servers.call("postgres", "stop")
    text = word()
    reply = w.send(text, "same-message-1")
    assert reply.status == 503
    assert int(reply.headers["Retry-After"]) >= 1
    assert stack.http("GET", "/readyz").status == 503
    assert stack.http("GET", "/healthz").status == 200
    stack.servers.call("postgres", "start")
    wait_for(lambda: stack.http("GET", "/readyz").status == 200, "ready again", 60)
    assert w.messages() == []
    reply = wait_for(lambda: (r := w.send(text, "same-message-1")).status in (200, 201) and r, "accepted", 30)
    assert reply.json["duplicate"] is False
    assert w.wait_answer(reply.json["seq"], 60)["text"] == f"You said: {text}"


def test_telegram_delivers_again_what_came_while_postgresql_was_away(stack):
    wait_for(lambda: stack.telegram.bot.webhook["url"], "the webhook")
    stack.servers.call("postgres", "stop")
    text = word()
    update = stack.telegram.say(21, text)
    wait_for(lambda: (update["update_id"], 503) in stack.telegram.webhook_log, "a refusal")
    stack.servers.call("postgres", "start")
    stack.telegram.wait_sent(21)
    stack.wait_idle()
    assert stack.telegram.texts(21) == [f"You said: {text}"]


def test_a_crash_of_postgresql_in_mid_turn_leaves_one_answer(stack):
    w = stack.widget()
    text = word()
    stack.openai.rule(text, times=None, first_delay=1.0)
    seq = w.say(text)
    wait_for(lambda: any(text in c.get("question", "") for c in stack.openai.calls), "the turn to begin")
    stack.servers.call("postgres", "crash")
    stack.servers.call("postgres", "start")
    assert w.stack.port and wait_for(lambda: stack.http("GET", "/readyz").status == 200, "ready", 60)
    assert w.wait_answer(seq, 90)["text"] == f"You said: {text}"
    stack.wait_idle()
    assert len(w.messages()) == 2


def test_without_redis_we_accept_and_answers_come_when_it_returns(stack):
    w = stack.widget()
    stack.servers.call("redis", "stop")
    text = word()
    reply = w.send(text)
    assert reply.status == 201
    stack.servers.call("redis", "start")
    assert w.wait_answer(reply.json["seq"], 60)["text"] == f"You said: {text}"


def test_an_emptied_redis_loses_nothing(stack):
    widgets = [stack.widget() for _ in range(10)]
    asked = []
    for w in widgets:
        text = word()
        stack.openai.rule(text, times=None, first_delay=0.5)
        asked.append((w, w.say(text), text))
    stack.redis().flushall()
    for w, seq, text in asked:
        assert w.wait_answer(seq, 60)["text"] == f"You said: {text}"
    stack.wait_idle()
    assert all(len(w.messages()) == 2 for w in widgets)


def test_words_that_redis_loses_are_not_waited_for_long(stack):
    """No word of a new message reaches anybody: whoever waits for an answer looks by himself."""
    w = stack.widget()
    events = w.listen()
    wait_for(lambda: events.status == 200, "the stream")
    stack.redis().execute_command("ACL", "SETUSER", "default", "-publish")
    try:
        text = word()
        w.say(text)
        assert [m["text"] for m in events.wait_messages(2, timeout=30)] == [text, f"You said: {text}"]
    finally:
        stack.redis().execute_command("ACL", "SETUSER", "default", "+publish")
        events.close()

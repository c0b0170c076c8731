"""A fresh installation: a bot that may call humans, and nobody who could come."""

import pytest

from tests.system.conftest import run_relay
from tests.system.console import Console, add_user, conversation_of
from tests.system.stack import request, wait_for, word
from tests.system.talk import events_of, page, state


@pytest.fixture(scope="module", autouse=True)
def relay(stack):
    run_relay(stack)
    return stack.processes["operator-relay"]


def asked(stack, text):
    return [c["body"] for c in stack.openai.calls if text in c.get("question", "")]


@pytest.mark.parametrize("lang, words", [("ru", "сейчас никто не может подойти"), ("en", "nobody can come right now")])
def test_whoever_calls_hears_at_once_that_nobody_can_come(stack, relay, lang, words):
    w = stack.widget(lang=lang)
    w.say("/operator")
    wait_for(lambda: "nobody" in events_of(w), "the notice")
    assert state(w) == "bot"
    assert events_of(w) == ["nobody"], "nothing is promised before"
    assert words in page(w)["messages"][-1]["text"]
    assert w.ask(word())["author"] == "bot"
    metrics = request(relay.metrics, "GET", "/metrics").body.decode()
    assert "tandem_case_alone_total 0" not in metrics and "tandem_case_alone_total " in metrics
    seen = [line for line in stack.log_lines() if f"conversation={conversation_of(stack, w)}" in line["msg"]]
    assert any("called nobody" in line["msg"] and line["level"] == "warn" for line in seen)
    assert "no operator is enabled" in stack.tandem("doctor", check=False).stdout


def test_an_answer_that_gives_itself_away_is_better_than_none(stack):
    w, question = stack.widget(), word()
    stack.openai.rule(question, text="As an AI I cannot tell.")
    assert w.ask(question)["text"] == "As an AI I cannot tell."
    assert stack.sql("select count(*) from handoff where conversation_id = %s", conversation_of(stack, w))[0][0] == 0


def test_a_model_that_would_call_somebody_is_told_that_there_is_nobody(stack):
    w, question = stack.widget(), word()
    stack.openai.rule(question, text="One moment.", tool=("call_human", {"reason": "a refund"}))
    w.ask(question)
    first, second = asked(stack, question)
    assert "tools" in first and "tools" not in second
    assert "nobody is there" not in str(first["messages"][0]) and "nobody is there" in str(second["messages"][0])


def test_who_is_enabled_later_is_called(stack):
    add_user(stack, "late", "--lang", "en")
    w = stack.widget()
    w.say("/operator")
    wait_for(lambda: "waiting" in events_of(w), "the notice")
    Console(stack, "late").do(conversation_of(stack, w), "close")

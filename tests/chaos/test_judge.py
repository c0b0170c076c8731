"""The judge sees each thing that a campaign must not let pass."""

from types import SimpleNamespace

import pytest

from tests.chaos import judge
from tests.chaos.browser import Browser
from tests.chaos.crowd import make_question
from tests.chaos.report import Report

CHAT = 1000
LINE, SITE = 1, 2  # the conversations in Telegram and at the widget


class World:
    """Two questions of somebody in Telegram and one at the widget, all answered: nothing to complain about."""

    def __init__(self):
        self.questions = [make_question("telegram", 7), make_question("telegram", 8), make_question("widget", "k")]
        first, second, third = self.questions
        third.taken = 1.0
        self.messages = {
            LINE: [(0, first.text), (1, f"You said: {first.text}"), (0, second.text), (1, f"You said: {second.text}")],
            SITE: [(0, third.text), (1, f"You said: {third.text}")],
        }
        self.fates = [self.fate("telegram", "7", LINE, 1), self.fate("telegram", "8", LINE, 3), self.fate("widget", "s:k", SITE, 1)]
        # of the answers in Telegram: its message, error, state
        self.deliveries = {2: ["101", None, judge.SENT], 4: ["102", None, judge.SENT]}
        self.with_human = False
        self.sent = [self.arrived(101, LINE, 2), self.arrived(102, LINE, 4)]
        self.taken = {7, 8}
        self.browser = third.browser = Browser("", None, None)
        self.browser.taken = ["k"]
        self.browser.seen = [{"seq": n, "id": n, "author": judge.AUTHORS[author], "text": text}
                             for n, (author, text) in enumerate(self.messages[SITE], 1)]

    def fate(self, kind, key, conversation, seq):
        return [kind, key, conversation, seq, None, 1, None, seq, seq, seq + 1, self.body(conversation, seq + 1), None]

    def body(self, conversation, seq):
        return self.messages[conversation][seq - 1][1]

    def arrived(self, number, conversation, seq):
        return {"chat": {"id": CHAT}, "message_id": number, "text": self.body(conversation, seq)}

    def sql(self, text):
        """The stage's: rows for the judge's questions."""
        if text == judge.FATES:
            return self.fates
        if text == judge.DELIVERIES:
            return [(CHAT, LINE, seq, state, number, error, self.body(LINE, seq), self.with_human)
                    for seq, (number, error, state) in sorted(self.deliveries.items())]
        if text == judge.MESSAGES:
            return [(conversation, seq, author, body) for conversation, messages in self.messages.items()
                    for seq, (author, body) in enumerate(messages, 1)]
        return [(3, 0)] if "from turn" in text else []

    def judged(self):
        stage = SimpleNamespace(sql=self.sql, telegram=SimpleNamespace(sent=self.sent))
        stage.tandem = lambda *_, **__: SimpleNamespace(returncode=0, stdout="every event has exactly one outcome", stderr="")
        crowd = SimpleNamespace(questions=self.questions, failures=[], telegram=SimpleNamespace(taken=self.taken),
                                visitors=[SimpleNamespace(browser=self.browser)])
        report = Report(SimpleNamespace(lenient=False), [])
        j = judge.Judge(stage, crowd, report)
        j.check_servers = j.check_memory = lambda: None
        j.judge()
        return set(report.failures)


def fate(world, **parts):
    """The first question's is another."""
    names = ["kind", "key", "conversation", "seq", "outcome", "turn", "human", "first", "last", "reply", "body", "error"]
    for name, value in parts.items():
        world.fates[0][names.index(name)] = value


def delivery(world, state, error):
    """The last answer did not go out."""
    world.deliveries[4] = [None, error, state]
    world.sent.pop()


def swap_answers(world):
    world.fates[0][9], world.fates[1][9] = 4, 2


def swap_arrivals(world):
    world.deliveries[2][0], world.deliveries[4][0] = "102", "101"
    world.sent = [{**m, "message_id": 203 - m["message_id"]} for m in world.sent]


def never_send(world):
    world.deliveries = {seq: [None, "sender died", judge.UNCERTAIN] for seq in range(1, 5)}
    world.sent = []


def come_too_late(world):
    """The first answer was held up until the second had gone out."""
    world.deliveries[2] = [None, judge.OVERTAKEN, judge.FAILED]
    world.sent.pop(0)


def say_again(world):
    """Under cover of something else that is uncertain, and did not arrive."""
    delivery(world, judge.UNCERTAIN, "sender died")
    world.sent.append({**world.sent[0], "message_id": 102})


SPOILED = {
    "a command in Telegram is unknown": ("lost", lambda w: w.taken.add(9)),
    "a command at the widget is unknown": ("lost", lambda w: w.browser.taken.append("call")),
    "a question was cancelled": ("lost", lambda w: fate(w, turn=4)),
    "a question has no turn": ("lost", lambda w: fate(w, turn=None)),
    "a question was answered by nothing": ("lost", lambda w: fate(w, reply=None)),
    "a question was begun too often": ("gave up", lambda w: fate(w, turn=2, error=judge.GAVE_UP)),
    "the second question was answered first": ("answers' order", swap_answers),
    "an answer stands before its question": ("answers' order", lambda w: fate(w, reply=1)),
    "the answer is to something else": ("wrong answer", lambda w: fate(w, body=w.body(SITE, 2))),
    "the widget saw the words of others": ("widget words", lambda w: w.browser.seen[1].update(text=w.body(LINE, 2))),
    "the widget took a bot for a human": ("widget words", lambda w: w.browser.seen[1].update(author="operator")),
    "the widget saw something twice": ("widget order", lambda w: w.browser.seen.append(w.browser.seen[-1])),
    "the widget did not see the answer": ("widget missed", lambda w: w.browser.seen.pop()),
    "a chat got the words of others": ("wrong words", lambda w: w.sent[1].update(text=w.body(SITE, 2))),
    "what was sent did not arrive": ("not sent", lambda w: w.sent.pop()),
    "a delivery was dropped": ("not sent", lambda w: delivery(w, judge.CANCELLED, "superseded")),
    "a delivery was fenced off without a human": ("not sent", lambda w: delivery(w, judge.CANCELLED, "fenced")),
    "a delivery was given up": ("not sent", lambda w: delivery(w, judge.FAILED, "Bad Request: message is too long")),
    "a delivery was held up, and nothing was faster": ("not sent", lambda w: delivery(w, judge.FAILED, judge.OVERTAKEN)),
    "everything is uncertain, and nothing was sent": ("not sent", never_send),
    "answers came in another order": ("Telegram order", swap_arrivals),
    "an answer came twice": ("duplicates", lambda w: w.sent.append({**w.sent[1], "message_id": 103})),
    "another answer than the uncertain one came twice": ("duplicates", say_again),
}
PARDONED = {
    "a question was answered by a human": lambda w: fate(w, turn=4, human=judge.ANSWERED),
    "a person blocked us": lambda w: delivery(w, judge.FAILED, "Forbidden: bot was blocked by the user"),
    "a delivery was held up, and the next was faster": come_too_late,
    "a sender died before it sent": lambda w: delivery(w, judge.UNCERTAIN, "sender died"),
}


@pytest.fixture(autouse=True)
def no_patience(monkeypatch):
    monkeypatch.setattr(judge, "SEE_LIMIT", 0)


@pytest.mark.parametrize("name", ["", *PARDONED])
def test_what_is_well(name):
    world = World()
    PARDONED.get(name, lambda w: None)(world)
    assert world.judged() == set()


@pytest.mark.parametrize("name", SPOILED)
def test_what_must_not_pass(name):
    check, spoil = SPOILED[name]
    world = World()
    spoil(world)
    assert check in world.judged()

"""Processes and servers die in mid-turn: every accepted message is answered exactly once."""

import contextlib
import threading

import psycopg2
import pytest

from tests.system.stack import wait_for, word

STACK = {"webhook": True}
CHATS = iter(range(50001, 99999))
PEOPLE = 12
UNCERTAIN_TO = """
    select from delivery d join conversation c on c.id = d.conversation_id
    where c.chat_key = %s and d.state = 4
"""


class Crowd:
    """People in Telegram and at the widget who each ask one thing; a slow model answers."""

    def __init__(self, stack):
        self.stack = stack
        self.refused = 0
        self.begin = threading.Event()  # the models wait for it
        self.telegram = [(next(CHATS), self.question()) for _ in range(PEOPLE)]
        self.widgets = [(stack.widget(), self.question()) for _ in range(PEOPLE)]

    def question(self):
        text = word()
        self.stack.openai.rule(text, times=None, pieces=["You ", "said: ", text], delay=0.2, hold=(0, self.begin))
        return text

    def ask(self):
        for chat, text in self.telegram:
            self.stack.telegram.say(chat, text)
        threads = [threading.Thread(target=self.insist, args=pair) for pair in self.widgets]
        for thread in threads:
            thread.start()
        return threads

    def insist(self, widget, text):
        """As the widget does: again, under the same id, until it is taken."""
        key = text + "-message"

        def taken():
            try:
                return widget.send(text, key).status in (200, 201)
            except OSError:
                self.refused += 1
                return False

        wait_for(taken, "the message to be taken", 60)

    def mid_turn(self):
        wait_for(lambda: self.stack.openai.active >= PEOPLE // 2, "turns to be under way")
        self.begin.set()

    @contextlib.contextmanager
    def asking(self):
        """All have asked, and turns are under way; in the end everybody is answered, once."""
        threads = self.ask()
        self.mid_turn()
        yield
        join(threads)
        self.check()

    def is_uncertain(self, chat):
        """A courier died between saying that it sends and sending: nobody can know, and nothing is sent twice."""
        with contextlib.suppress(psycopg2.OperationalError):
            return bool(self.stack.sql(UNCERTAIN_TO, str(chat)))

    def check(self):
        for chat, _ in self.telegram:
            wait_for(lambda c=chat: self.stack.telegram.texts(c) or self.is_uncertain(c), f"an answer in chat {chat}", 90)
        for widget, text in self.widgets:
            wait_for(lambda w=widget: answered(w), "an answer in the widget", 90)
        self.stack.wait_idle(90)
        for chat, text in self.telegram:
            got = self.stack.telegram.texts(chat)
            assert got == [f"You said: {text}"] or (got == [] and self.is_uncertain(chat))
        for widget, text in self.widgets:
            assert [m["text"] for m in widget.messages()] == [text, f"You said: {text}"]


def answered(widget):
    try:
        return widget.answers()
    except (OSError, AssertionError):
        return False


def join(threads):
    for thread in threads:
        thread.join(90)
        assert not thread.is_alive()


@pytest.mark.parametrize("victim", ["llm-worker", "courier", "ingress"])
def test_a_killed_process_loses_nothing(stack, victim):
    # Telegram knows no idempotency keys: a courier that dies between sending and recording
    # leaves an uncertain delivery, which is not sent again.
    with Crowd(stack).asking():
        stack.kill(victim)
        stack.restart(victim)


def test_a_killed_courier_in_the_middle_of_sending(stack):
    crowd = Crowd(stack)
    for chat, _ in crowd.telegram:
        stack.telegram.rule(f"sendmessage {chat}", delay=0.3)
    crowd.begin.set()
    threads = crowd.ask()
    wait_for(lambda: any(c["params"]["chat_id"] in (crowd.telegram[0][0], str(crowd.telegram[0][0]))
                         for c in stack.telegram.calls_of("sendMessage")), "a message on its way", 60)
    stack.kill("courier")
    stack.restart("courier")
    join(threads)
    crowd.check()


def test_a_second_worker_takes_over(stack):
    stack.run("llm-worker", key="llm-worker-2")
    stack.wait_ready("llm-worker-2")
    with Crowd(stack).asking():
        stack.kill("llm-worker")
    stack.restart("llm-worker")
    stack.processes.pop("llm-worker-2").stop()


def test_flushall_in_mid_turn(stack):
    with Crowd(stack).asking():
        stack.redis().flushall()


def test_a_killed_redis_comes_back(stack):
    with Crowd(stack).asking():
        stack.servers.call("redis", "kill")
        stack.servers.call("redis", "start")


def test_postgresql_crashes_and_recovers(stack):
    with Crowd(stack).asking():
        stack.servers.call("postgres", "crash")
        stack.servers.call("postgres", "start")


def test_everything_is_killed_at_once(stack):
    with Crowd(stack).asking():
        for name in ("ingress", "llm-worker", "courier"):
            stack.kill(name)
        stack.redis().flushall()
        stack.servers.call("postgres", "crash")
        stack.servers.call("postgres", "start")
        for name in ("courier", "llm-worker", "ingress"):
            stack.restart(name)


def test_a_graceful_stop_in_mid_turn(stack):
    with Crowd(stack).asking():
        stack.processes.pop("llm-worker").stop()
        stack.restart("llm-worker")

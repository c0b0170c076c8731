"""A human takes over, with operators in Telegram, while the programs between them die, Redis forgets, and Telegram refuses."""

import contextlib
import pathlib
import re
import tempfile
import threading
import time

import pytest

from tests.system.stack import TOP, run_whole, wait_for, word
from tests.system.tripwire import Tripwire

DESK = "777:desk-of-the-tests"
PEOPLE = iter(range(61_001, 69_999))


def bots_with_a_desk(folder):
    text = (TOP / "tests/system/bots.yaml").read_text()
    site = "      - { kind: widget, name: model-site,"
    desk = "{ kind: desk, name: relay-desk, token_env: DESK_BOT_TOKEN, per_second: 10000, per_chat_ms: 1, per_group_minute: 6000 }"
    path = folder / "bots.yaml"
    path.write_text(text.replace(site, f"      - {desk}\n{site}", 1), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def stack(servers, tmp_path_factory):
    folder = tmp_path_factory.mktemp("relay")
    options = {"env": {"DESK_BOT_TOKEN": DESK}, "telegram": {"bots": [(DESK, "tandem_desk_bot")]}}
    with run_whole(servers, folder, bots=bots_with_a_desk(folder), **options) as running:
        yield running


class Operator:
    """Somebody with the desk's bot open."""

    def __init__(self, stack, chat):
        self.stack, self.chat = stack, chat
        self.say("/start")
        wait_for(lambda: self.row("id"), "the operator to be known")
        stack.sql_do(f"update operator set enabled = true, capacity = 100 where id = {self.row('id')}")
        self.say("/start")
        wait_for(lambda: self.row("on_duty"), "the operator to be on duty")

    def row(self, column):
        rows = self.stack.sql(
            f"select o.{column} from operator o join desk_chat d on d.operator_id = o.id"
            " join conversation c on c.id = d.conversation_id where c.chat_key = %s", str(self.chat))
        return rows and rows[0][0]

    def say(self, text, **more):
        return self.stack.telegram.say(self.chat, text, token=DESK, **more)

    def buttons(self, verb, handoff):
        data = f"t:{verb}:{handoff}"
        for message in reversed(self.stack.telegram.sent_to(self.chat)):
            for row in (message.get("reply_markup") or {}).get("inline_keyboard", []):
                if any(b.get("callback_data") == data for b in row):
                    return message
        return None

    def accept(self, handoff):
        message = wait_for(lambda: self.buttons("take", handoff), f"an invitation to case {handoff}")
        self.stack.telegram.press(self.chat, f"t:take:{handoff}", message, token=DESK)

    def heard(self, text):
        return sum(text in t for t in self.stack.telegram.texts(self.chat))

    def off(self):
        self.say("/stop")
        wait_for(lambda: not self.row("on_duty"), "the operator to be off duty")


@pytest.fixture
def operator(stack):
    somebody = Operator(stack, next(PEOPLE))
    yield somebody
    somebody.off()


class Person:
    def __init__(self, stack):
        self.stack, self.chat = stack, next(PEOPLE)

    def say(self, text):
        return self.stack.telegram.say(self.chat, text)

    def heard(self, text):
        return sum(text in t for t in self.stack.telegram.texts(self.chat))

    def handoff(self):
        rows = self.stack.sql(
            "select max(h.id) from handoff h join conversation c on c.id = h.conversation_id where c.chat_key = %s",
            str(self.chat))
        return rows[0][0]

    def responder(self):
        return self.stack.sql("select responder from conversation where chat_key = %s", str(self.chat))[0][0]


def nothing(_step):
    return contextlib.nullcontext()


def talk(stack, operator, around=nothing, patience=40):
    """The whole story; `around` may make trouble in each of its steps."""
    person, question, answer, thanks = Person(stack), word(), word(), word()
    with around("call"):
        person.say("/operator")
        wait_for(person.handoff, "a case")
    case = person.handoff()
    wait_for(lambda: operator.buttons("take", case), "the invitation", patience)
    with around("take"):
        operator.accept(case)
    wait_for(lambda: person.responder() == 2, "the operator to have the chat", patience)
    with around("ask"):
        person.say(question)
    wait_for(lambda: operator.heard(question), "the question at the operator", patience)
    with around("answer"):
        operator.say(answer)
    wait_for(lambda: person.heard(answer), "the answer at the person", patience)
    with around("finish"):
        operator.say("/finish")
    wait_for(lambda: person.heard("The chat is over."), "the end", patience)
    wait_for(lambda: person.responder() == 0, "the bot to be back", patience)
    before = len(stack.telegram.sent_to(person.chat))
    person.say(thanks)
    wait_for(lambda: len(stack.telegram.sent_to(person.chat)) > before, "the bot's answer", patience)
    stack.wait_idle()
    assert (operator.heard(question), person.heard(answer), person.heard("The chat is over.")) == (1, 1, 1)
    assert person.heard("You are talking to") == 1


def test_a_whole_talk(stack, operator):
    talk(stack, operator)


# What operator-relay says to PostgreSQL (by the statement's name) and to Redis in each step of a talk.
STEPS = [
    *(("call", word) for word in ("claim_handoff", "finish_handoff", "XADD", "PUBLISH")),
    *(("take", word) for word in ("XREADGROUP", "claim_order", "desk", "finish_order", "claim_handoff", "finish_handoff", "claim_duty", "finish_duty")),
    *(("ask", word) for word in ("claim_handoff", "finish_handoff")),
    *(("answer", word) for word in ("claim_order", "desk", "finish_order", "XADD")),
    *(("finish", word) for word in ("claim_order", "desk", "finish_order", "claim_handoff", "finish_handoff", "claim_duty", "finish_duty")),
]


class Wires:
    """Between operator-relay and its servers."""

    def __init__(self, stack, folder):
        database, redis = stack.env["DATABASE_URL"], stack.env["REDIS_URL"]
        where = re.search(r"host=([^&]+)", database)[1]
        self.postgres = Tripwire(folder / ".s.PGSQL.5432", pathlib.Path(where) / ".s.PGSQL.5432")
        self.redis = Tripwire(folder / "redis", redis.removeprefix("unix://"))
        self.env = {"DATABASE_URL": database.replace(where, str(folder)), "REDIS_URL": f"unix://{folder}/redis"}

    def arm(self, word, is_done, kill):
        wire, words = (self.redis, word) if word.isupper() else (self.postgres, f"\0{word}\0")
        wire.arm(words.encode(), is_done, kill)
        return wire.tripped

    def disarm(self):
        self.postgres.word = self.redis.word = None


@pytest.fixture(scope="module")
def wires(stack):
    with tempfile.TemporaryDirectory(prefix="tandem-wires-") as folder:
        between = Wires(stack, pathlib.Path(folder))
        stack.kill("operator-relay")
        stack.restart("operator-relay", **between.env)
        yield between
        stack.kill("operator-relay")
        stack.restart("operator-relay")
        between.postgres.stop()
        between.redis.stop()


@pytest.mark.parametrize("is_done", (False, True), ids=("before-it", "after-it"))
@pytest.mark.parametrize("step, word", STEPS, ids=[f"{step}-{word}" for step, word in STEPS])
def test_a_death_in_each_step(stack, operator, wires, step, word, is_done):
    """Killed just before its servers hear the word, or when it was done and nobody was told."""

    @contextlib.contextmanager
    def around(now):
        if now != step:
            yield
            return
        tripped = wires.arm(word, is_done, lambda: stack.kill("operator-relay"))
        yield
        assert tripped.wait(20), f"operator-relay said no {word}"
        stack.sql_do("update worker set alive_until = now() where queue = 3")  # or we would wait four seconds for it
        stack.restart("operator-relay", **wires.env)

    try:
        talk(stack, operator, around)
        stack.verify()
    finally:
        wires.disarm()
        if "operator-relay" not in stack.processes:
            stack.restart("operator-relay", **wires.env)


def test_many_talks_while_it_keeps_dying(stack, operator):
    stack.run("operator-relay", "second")
    stack.wait_ready("second")
    over = threading.Event()

    def reaper():
        keys = ["operator-relay", "second"]
        while not over.wait(0.5):
            key = keys[0]
            keys.reverse()
            stack.kill(key)
            stack.run("operator-relay", key)
            stack.wait_ready(key)  # or it would never do anything on a busy machine

    failures = []

    def one():
        try:
            talk(stack, operator, patience=90)
        except AssertionError as e:
            failures.append(e)

    killer = threading.Thread(target=reaper)
    killer.start()
    try:
        # answers go to the chat that was taken last, so one after another, but each with several deaths
        for _ in range(8):
            one()
    finally:
        over.set()
        killer.join()
    stack.wait_ready()
    stack.processes.pop("second").stop()
    assert failures == []


def test_redis_is_flushed_while_chats_are_live(stack, operator):
    @contextlib.contextmanager
    def around(_now):
        yield
        stack.redis().flushall()

    talk(stack, operator, around)


def test_invitations_are_refused_for_a_while(stack, operator):
    @contextlib.contextmanager
    def around(now):
        if now == "call":
            stack.telegram.rule(
                f"sendmessage {operator.chat}", times=2, error=429, description="Too Many Requests: retry after 1",
                parameters={"retry_after": 1})
        yield

    talk(stack, operator, around)


def test_an_operator_blocks_the_desk(stack, operator):
    other = None
    person = Person(stack)
    person.say("/operator")
    case = wait_for(person.handoff, "a case")
    operator.accept(case)
    wait_for(lambda: person.responder() == 2, "the operator to have the chat")
    stack.telegram.block(operator.chat, token=DESK)
    wait_for(lambda: person.responder() == 1, "the chat to be back in the queue")
    other = Operator(stack, next(PEOPLE))
    other.accept(case)
    wait_for(lambda: person.responder() == 2, "somebody else to have the chat")
    assert person.heard("They cannot answer right now.") == 1
    other.say("/finish")
    wait_for(lambda: person.responder() == 0, "the bot to be back")
    other.off()
    stack.telegram.block(operator.chat, token=DESK, is_blocked=False)


def test_an_operator_who_left_without_a_word_is_found_out(stack, operator):
    """Telegram told nobody that they blocked the bot: the first message that cannot be delivered does."""
    person, question = Person(stack), word()
    person.say("/operator")
    case = wait_for(person.handoff, "a case")
    operator.accept(case)
    wait_for(lambda: person.responder() == 2, "the operator to have the chat")
    stack.wait_idle()
    stack.telegram.chat(operator.chat).forbidden = (403, "Forbidden: bot was blocked by the user")
    person.say(question)
    wait_for(lambda: person.responder() == 1, "the chat to be back in the queue")
    stack.telegram.chat(operator.chat).forbidden = None
    other = Operator(stack, next(PEOPLE))
    other.accept(case)
    wait_for(lambda: other.heard(question), "the question in the history")
    time.sleep(0.1)
    other.say("/finish")
    wait_for(lambda: person.responder() == 0, "the bot to be back")
    other.off()

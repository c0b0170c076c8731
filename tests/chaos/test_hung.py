"""PostgreSQL hangs: its connections stay open and say nothing.  Nobody waits for ever, and nothing is lost."""

import contextlib
import os
import pathlib
import signal

from tests.system.stack import wait_for, word

STACK = {"webhook": True}
BOUND_S = 60  # what is called bounded here: far more than the deadlines, far less than for ever


def family(pid):
    """A process and everything below it."""
    parents = {}
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            child, rest = stat.read_text().split(" ", 1)
            parents.setdefault(int(rest.rsplit(")", 1)[1].split()[1]), []).append(int(child))
    found = [pid]
    for one in found:
        found += parents.get(one, [])
    return found


@contextlib.contextmanager
def hung_postgres(stack):
    """The postmaster first, so that nobody is born meanwhile; released in the reverse order."""
    master = stack.servers.postmaster()
    os.kill(master, signal.SIGSTOP)
    processes = family(master)
    for pid in processes[1:]:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in reversed(processes):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def ready(stack):
    return stack.http("GET", "/readyz").status == 200


def test_a_hung_postgresql_is_refused_in_bounded_time_and_forgiven(stack):
    telegram, chat, text, later = stack.telegram, 70001, word(), word()
    wait_for(lambda: telegram.bot.webhook["url"], "the webhook")
    w = stack.widget()
    with hung_postgres(stack):
        update = telegram.say(chat, text)
        wait_for(lambda: (update["update_id"], 503) in telegram.webhook_log, "a refusal", BOUND_S)
        wait_for(lambda: not ready(stack), "the silent connection to be given up", BOUND_S)
        assert w.send(later, "message-in-the-dark").status == 503
        assert stack.http("GET", "/healthz").status == 200
    wait_for(lambda: ready(stack), "ready again", BOUND_S)
    telegram.wait_sent(chat, timeout=BOUND_S)
    reply = wait_for(lambda: (r := w.send(later, "message-in-the-dark")).status in (200, 201) and r, "accepted", BOUND_S)
    assert w.wait_answer(reply.json["seq"], BOUND_S)["text"] == f"You said: {later}"
    stack.wait_idle()
    assert telegram.texts(chat) == [f"You said: {text}"]


def test_postgresql_hangs_in_mid_turn(stack):
    """Answers are told when it is back; whether a lease ran out meanwhile makes no difference."""
    widgets = [(stack.widget(), word()) for _ in range(6)]
    for w, text in widgets:
        stack.openai.rule(text, times=None, first_delay=1.0)
        w.say(text)
    wait_for(lambda: stack.openai.active > 0, "turns to be under way")
    with hung_postgres(stack):
        wait_for(lambda: stack.openai.active == 0, "the models to have answered", BOUND_S)
        wait_for(lambda: not ready(stack), "the silent connection to be given up", BOUND_S)
    wait_for(lambda: ready(stack), "ready again", BOUND_S)
    stack.wait_idle()
    for w, text in widgets:
        assert [m["text"] for m in w.messages()] == [text, f"You said: {text}"]

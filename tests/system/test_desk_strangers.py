"""People who find the operators' bot by chance, or by design: limits are in force."""

from tests.system.desk import bots_with, options, wait_for, word

STACK = options(bots=bots_with("per_minute: 6000, burst: 1000", "per_minute: 20, burst: 8"))
STACK["env"] = {**STACK["env"], "RATE_LIMITS": "1"}
BURST = 30


def kept(operator, mark):
    return operator.stack.sql("select count(*) from message where author = 0 and body like %s", mark + "%")[0][0]


def outcomes(operator):
    """Events of the desk so far, and those that were refused."""
    return operator.stack.sql("select count(*), count(*) filter (where i.outcome = 2) from inbound i join channel h"
                              " on h.id = i.channel_id where h.kind = 'desk'")[0]


def burst(operator, mark):
    """Says a lot at once; how much of it was refused."""
    before = outcomes(operator)
    for n in range(BURST):
        operator.say(f"{mark} {n}")
    wait_for(lambda: outcomes(operator)[0] == before[0] + BURST, "all to be heard")
    return outcomes(operator)[1] - before[1]


def test_a_stranger_is_limited_as_a_visitor_is(stack, people):
    stranger = people(on_duty=False)
    wait_for(lambda: burst(stranger, word()) > 0, "ingress to know who works there")
    assert burst(stranger, mark := word()) >= BURST // 2
    assert kept(stranger, mark) <= BURST // 2
    stranger.wait("a lot of messages")
    assert sum("a lot of messages" in t for t in stranger.texts()) == 1


def test_an_operator_is_not(stack, people):
    operator = people()
    wait_for(lambda: burst(operator, word()) == 0, "the operator to be known")
    assert burst(operator, mark := word()) == 0
    assert kept(operator, mark) == BURST


def test_administrators_are_asked_once(stack, people):
    admin = people(admin=True)
    new = people(on_duty=False)
    admin.wait(f"Person {new.chat}")
    for _ in range(3):
        new.say("/start")
    wait_for(lambda: sum("not enabled yet" in t for t in new.texts()) == 3, "all answers")
    asked = lambda: sum(f"A new operator: Person {new.chat}" in t for t in admin.texts())  # noqa: E731
    assert asked() == 1
    stack.sql_do(f"update operator set asked_at = now() - interval '25 hours' where id = {new.id}")
    new.say("/start")
    wait_for(lambda: asked() == 2, "the question to come again, a day later")
    stack.tandem("operator", "enable", str(new.id))
    stack.tandem("operator", "disable", str(new.id))
    new.wait("You are disabled")
    new.say("/start")
    wait_for(lambda: asked() == 3, "the question to come again, after a change")

import pytest

from tests.system.console import Console, add_user
from tests.system.desk import Client, Operator
from tests.system.stack import CHATS, wait_for


def run_relay(stack):
    if "operator-relay" not in stack.processes:
        stack.run("operator-relay")
        stack.wait_ready("operator-relay")


@pytest.fixture(scope="module")
def team(stack):
    """Who answers in the console: an administrator and two operators."""
    run_relay(stack)
    said = add_user(stack, "ann", "--admin", "--lang", "en", "--name", "Ann Admin")
    assert "/console" in said
    add_user(stack, "bob", "--lang", "en", "--name", "Bob")
    add_user(stack, "eva", "--lang", "ru", "--name", "Ева")
    return {login: Console(stack, login) for login in ("ann", "bob", "eva")}


@pytest.fixture(scope="module")
def ann(team):
    return team["ann"]


@pytest.fixture(scope="module")
def bob(team):
    return team["bob"]


@pytest.fixture(scope="module")
def eva(team):
    return team["eva"]


@pytest.fixture(scope="module")
def anna(stack):
    """An operator on duty, who has room for everybody."""
    run_relay(stack)
    add_user(stack, "anna", "--admin", "--lang", "ru", "--name", "Анна")
    console = Console(stack, "anna")
    console.post("operators/%d" % console.operator["id"], {"capacity": 50})
    assert console.post("me", {"on_duty": True}).status == 200
    return console


@pytest.fixture
def on_duty(team):
    for console in team.values():
        if not console.read("me")["operator"]["on_duty"]:
            assert console.post("me", {"on_duty": True}).status == 200


@pytest.fixture(scope="module")
def telegram(stack):
    wait_for(lambda: stack.telegram.bot.webhook["url"], "the webhook to be set")
    return stack.telegram


@pytest.fixture
def chat():
    return next(CHATS)


@pytest.fixture
def client(stack):
    return Client(stack)


@pytest.fixture
def people(stack):
    """Makes operators, who leave in the end, so that tests do not invite each other's."""
    made = []

    def make(**more):
        made.append(Operator(stack, **more))
        return made[-1]

    yield make
    for operator in made:
        stack.sql_do(f"update operator set on_duty = false, enabled = false where id = {operator.id}")

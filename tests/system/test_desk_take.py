"""An administrator in Telegram takes a chat out of a colleague's hands, as in the console."""

from tests.system.desk import Client, Operator, options
from tests.system.stack import eventually, wait_for

STACK = options()


def test_an_administrator_takes_the_chat_and_others_are_not_offered_it(stack):
    first, second, boss = Operator(stack), Operator(stack), Operator(stack, admin=True)
    stack.sql_do(f"update operator set role = 1 where id = {boss.id}")  # invited like everybody
    client = Client(stack)
    client.call()
    boss.invitation(client)
    second.invitation(client)
    stack.sql_do(f"update operator set role = 2 where id = {boss.id}")
    first.accept(client)

    def shown(operator):
        return next(m for m in operator.messages() if client.name in m["text"])

    wait_for(lambda: "taken by" in shown(boss)["text"], "the end of the invitation")
    wait_for(lambda: "taken by" in shown(second)["text"], "the end of the other")
    assert "reply_markup" not in shown(second)
    assert client.name in boss.press(shown(boss), f"Take from Person {first.chat}")
    eventually(lambda: has_it(client, boss))
    boss.wait("The conversation so far")
    first.wait(f"Person {boss.chat}")  # is told whose it is now
    wait_for(lambda: "Take" not in str(shown(boss).get("reply_markup")), "the button to go")
    boss.say("/finish")
    client.wait("The chat is over")


def has_it(client, operator):
    assert client.row("operator_id") == (operator.id,)

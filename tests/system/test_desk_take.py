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


def live(boss):
    return next(m for m in reversed(boss.messages()) if "press one to take it" in m["text"])


def test_an_administrator_who_was_not_invited_finds_all_chats(stack, people):
    first, second = people(), people()
    taken, waiting = Client(stack), Client(stack)
    taken.call()
    first.accept(taken)
    waiting.call()
    second.invitation(waiting)
    boss = people(on_duty=False, admin=True)
    boss.say("/chats")
    boss.wait("press one to take it")
    assert "reply_markup" in live(boss)
    assert taken.name in boss.press(live(boss), f"{taken.name}: take from Person {first.chat}")
    eventually(lambda: has_it(taken, boss))
    first.wait(f"Person {boss.chat}")
    boss.wait("The conversation so far")
    assert waiting.name in boss.press(live(boss), f"{waiting.name}: is waiting, take")
    eventually(lambda: has_it(waiting, boss))
    boss.say("/chats")
    wait_for(lambda: any(taken.name in str(m.get("reply_markup")) and waiting.name in str(m.get("reply_markup"))
                         for m in boss.messages()), "both among their own")
    first.say("/chats")
    first.wait("You have no chats now")
    assert not any("press one to take it" in t for t in first.texts())


def test_a_chat_is_found_by_a_name_and_in_russian(stack, people):
    first = people()
    one, two = Client(stack), Client(stack)
    for client in (one, two):
        client.call()
        first.accept(client)
        client.wait("You are talking to")
    boss = people(on_duty=False, admin=True)
    stack.sql_do(f"update operator set lang = 'ru' where id = {boss.id}")
    boss.say(f"/chats {two.name}")
    listed = boss.wait("Чаты коллег")
    assert [row[0]["text"] for row in listed["reply_markup"]["inline_keyboard"]] == [f"{two.name}: чат ведёт Person {first.chat}"]


def has_it(client, operator):
    assert client.row("operator_id") == (operator.id,)

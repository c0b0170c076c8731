"""Operators work in Telegram, in chats without topics."""

import time
from concurrent.futures import ThreadPoolExecutor

from tests.system.desk import Client, eventually, options, taken, wait_for, word

STACK = options()


def test_the_menu_of_an_operators_bot_is_its_own(stack):
    def menus():
        all_of_them = [c["params"] for c in stack.telegram.calls_of("setMyCommands")]
        return [m for m in all_of_them if any(c["command"] == "finish" for c in m["commands"])]

    wait_for(lambda: len(menus()) == 2, "both menus")
    ours = menus()
    assert {m.get("language_code") for m in ours} == {None, "ru"}
    assert {"start", "finish", "stop", "notes", "help", "return", "transfer"} <= {c["command"] for c in ours[0]["commands"]}


def test_a_stranger_registers_and_an_administrator_enables(stack, people):
    admin = people(admin=True)
    new = people(on_duty=False)
    question = admin.wait(f"Person {new.chat}")
    assert str(new.id) in question["text"]
    assert "enabled" in admin.press(question, "Enable")
    new.wait("You are enabled")
    new.start()
    assert stack.sql("select enabled, on_duty from operator where id = %s", new.id) == [(True, True)]


def test_the_command_line_enables_and_disables(stack, people, client):
    new = people(on_duty=False)
    listed = stack.tandem("operator", "list").stdout
    assert f"Person {new.chat}" in listed
    stack.tandem("operator", "enable", str(new.id))
    new.wait("You are enabled")
    new.start()
    stack.tandem("operator", "capacity", str(new.id), "7")
    stack.tandem("operator", "role", str(new.id), "operator")
    assert stack.sql("select capacity, role from operator where id = %s", new.id) == [(7, 1)]
    taken(new, client)
    stack.tandem("operator", "disable", str(new.id))
    new.wait("You are disabled")
    wait_for(lambda: client.row("responder") == (1,), "the chat to be in the queue again")
    assert stack.tandem("operator", "enable", "nobody", check=False).returncode == 1
    assert stack.tandem("operator", "capacity", str(new.id), "0", check=False).returncode == 64


def test_a_login_and_a_telegram_account_become_one(stack, people):
    new = people(on_duty=False)
    stack.sql_do("insert into operator (login, name, enabled, lang) values ('vera', 'Vera', true, 'en')")
    stack.tandem("operator", "link", str(new.id), "vera")
    new.start()
    assert stack.sql("select on_duty, id from operator where login = 'vera'") == [(True, new.id)]


def test_only_administrators_enable(stack, people):
    admin, other, new = people(admin=True), people(), people(on_duty=False)
    question = admin.wait(f"Person {new.chat}")
    assert "administrators" in other.press(question, "Enable")
    assert stack.sql("select enabled from operator where id = %s", new.id) == [(False,)]


def test_who_is_not_enabled_can_order_nothing(stack, people):
    new = people(on_duty=False)
    new.say("/finish")
    new.wait("not enabled yet")


def test_an_invitation_tells_who_and_why(people, client):
    operator = people()
    text = client.call()
    invitation = operator.invitation(client)
    assert "shop-telegram" in invitation["text"] and "asks for a human" in invitation["text"]
    assert text in invitation["text"]


def test_words_go_both_ways(stack, people, client):
    operator = people()
    taken(operator, client)
    hello, answer = word(), word()
    operator.say(hello)
    client.wait(hello)
    client.say(answer)
    assert client.name in operator.wait(answer)["text"]
    assert client.row("responder, operator_id") == (2, operator.id)


def test_the_whole_conversation_is_shown_on_acceptance(people, client):
    operator = people()
    text = taken(operator, client)
    history = operator.wait("The conversation so far")
    assert f"{client.name}: {text}" in history["text"] and f"bot: You said: {text}" in history["text"]
    assert "With us since" in operator.wait("With us since")["text"]


def test_of_two_who_accept_one_gets_the_chat(stack, people, client):
    first, second = people(), people()
    client.call()
    invitations = first.invitation(client), second.invitation(client)
    assert "yours" in first.press(invitations[0], "Accept")
    assert f"Person {first.chat}" in second.press(invitations[1], "Accept")
    eventually(lambda: _taken_by(second, client, first))
    assert client.row("operator_id") == (first.id,)


def test_pressed_at_the_same_moment_exactly_one_gets_it(stack, people):
    operators = [people(), people()]
    for _ in range(10):
        client = Client(stack)
        client.call()
        invitations = [o.invitation(client) for o in operators]
        with ThreadPoolExecutor(2) as both:
            said = list(both.map(lambda pair: pair[0].press(pair[1], "Accept"), zip(operators, invitations)))
        assert sorted("yours" in s for s in said) == [False, True], said
        winner = operators[[i for i, s in enumerate(said) if "yours" in s][0]]
        assert f"Person {winner.chat}" in next(s for s in said if "yours" not in s)
        assert client.row("operator_id") == (winner.id,)
        winner.say("/finish")
        client.wait("The chat is over")


def _taken_by(operator, client, holder):
    message = next(m for m in operator.messages() if client.name in m["text"])
    assert f"taken by Person {holder.chat}" in message["text"] and "reply_markup" not in message


def test_skipping_leaves_it_to_others(stack, people, client):
    first, second = people(), people()
    client.call()
    first.press(first.invitation(client), "Skip")
    assert "yours" in second.accept(client)


def test_finish_ends_the_chat(stack, people, client):
    operator = people()
    taken(operator, client)
    operator.say("/finish")
    client.wait("The chat is over")
    assert client.row("responder, operator_id") == (0, None)
    operator.wait("the chat is over")


def test_the_keyboard_does_what_the_commands_do(stack, people, client):
    operator = people()
    taken(operator, client)
    keyboard = operator.wait("You are on duty")["reply_markup"]["keyboard"]
    labels = [b["text"] for row in keyboard for b in row]
    colleague = people()
    operator.say(next(label for label in labels if "Transfer" in label))
    assert f"Person {colleague.chat}" in str(operator.wait("Who should have the chat")["reply_markup"])
    operator.say(next(label for label in labels if "Close the chat" in label))
    client.wait("The chat is over")
    operator.say(next(label for label in labels if "Off duty" in label))
    operator.wait("You are off duty")


def test_stop_gives_the_chats_back(stack, people, client):
    operator = people()
    taken(operator, client)
    operator.stop()
    wait_for(lambda: client.row("responder") == (1,), "the chat to be in the queue again")


def test_return_gives_the_chat_to_the_bot(stack, people, client):
    operator = people()
    taken(operator, client)
    operator.press(operator.wait("With us since"), "Return")
    wait_for(lambda: client.row("responder") == (0,), "the bot to have the chat")
    client.say(text := word())
    client.wait(text)


def test_transfer_goes_to_a_colleague(stack, people, client):
    first, second = people(), people()
    client.call()
    first.accept(client)
    client.wait("You are talking to")
    first.say("/transfer")
    choice = first.wait("Who should have the chat")
    first.press(choice, f"Person {second.chat}")
    wait_for(lambda: client.row("operator_id") == (second.id,), "the colleague to have it")
    second.wait("The conversation so far")
    second.say(text := word())
    client.wait(text)


def two_chats(stack, people):
    """An operator, and the clients of their two chats; the second is selected."""
    operator, one, two = people(), Client(stack), Client(stack)
    taken(operator, one)
    taken(operator, two)
    return operator, one, two


def test_with_several_chats_words_find_their_client(stack, people):
    operator, one, two = two_chats(stack, people)
    operator.say(to_two := word())
    two.wait(to_two)
    operator.wait(f"→ {two.name}")
    one.say(asked := word())
    operator.answer(operator.wait(asked), to_one := word())
    one.wait(to_one)
    operator.say("/chats")
    operator.press(operator.wait("Your chats"), one.name)
    operator.say(later := word())
    one.wait(later)
    assert to_one not in two.texts() and to_two not in one.texts()


def test_words_without_an_address_are_asked_about(stack, people):
    operator, one, _ = two_chats(stack, people)
    stack.sql_do(f"update desk_chat set selected = null where operator_id = {operator.id}")
    operator.say(text := word())
    operator.press(operator.wait("Whom is this for"), one.name)
    one.wait(text)


def test_an_edit_follows_words_to_whom_a_button_sent_them(stack, people):
    operator, one, two = two_chats(stack, people)
    stack.sql_do(f"update desk_chat set selected = null where operator_id = {operator.id}")
    update = operator.say(old := word())
    asked = operator.wait("Whom is this for")
    for client in one, two, one:
        operator.press(asked, client.name)
    for client in one, two:
        client.wait(old)
    stack.telegram.edit(operator.chat, update, new := word(), operator.token)
    for client in one, two:
        client.wait(new)
        assert old not in client.texts() and client.texts().count(new) == 1


def delivery_of(stack, shown):
    """Telegram counts the messages of each bot, so the number alone does not tell which it is."""
    stack.wait_idle()
    (delivery,), = stack.sql(
        "select d.id from delivery d join conversation c on c.id = d.conversation_id where d.external_id = %s"
        " and split_part(c.chat_key, ':', 1) = %s and d.id in (select delivery_id from relay)",
        str(shown["message_id"]), str(shown["chat"]["id"]))
    return delivery


def never_hear(stack, shown):
    """As if we would never hear that the message has arrived."""
    stack.sql_do("update delivery set state = 4, is_uncertain = true, error = 'timeout', external_id = null"
                 f" where id = {delivery_of(stack, shown)}")


def not_hear_yet(stack, shown):
    """As if it were still being sent.  The delivery's id."""
    delivery = delivery_of(stack, shown)
    stack.sql_do(f"""
        insert into job (queue, kind, lane, conversation_id, state, attempt, worker_id, delivery_id, trace)
        select 2, 1, conversation_id, conversation_id, 1, 1, (select max(id) from worker where queue = 2), id, trace
        from delivery where id = {delivery};
        update delivery set state = 0, settled_at = null, external_id = null where id = {delivery}""")
    return delivery


def hear_now(stack, shown, delivery):
    stack.sql_do(f"""
        update delivery set state = 2, settled_at = now(), external_id = '{shown["message_id"]}' where id = {delivery};
        update job set state = 0, worker_id = null, delivery_id = null, announce_at = now() where delivery_id = {delivery}""")


def test_an_answer_to_what_never_was_confirmed_goes_to_nobody_else(stack, people):
    operator, one, two = two_chats(stack, people)
    one.say(asked := word())
    never_hear(stack, shown := operator.wait(asked))
    operator.answer(shown, text := word())
    operator.press(operator.wait("Whom is this for"), one.name)
    one.wait(text)
    assert text not in two.texts()


def test_an_edit_of_what_never_was_confirmed_is_told(stack, people, client):
    operator = people()
    taken(operator, client)
    update = operator.say(old := word())
    never_hear(stack, client.wait(old))
    stack.telegram.edit(operator.chat, update, new := word(), operator.token)
    notice = operator.wait("cannot be changed")["text"]
    assert client.name in notice and new in notice


def test_an_answer_waits_until_it_is_known_to_what(stack, people):
    operator, one, two = two_chats(stack, people)
    one.say(asked := word())
    delivery = not_hear_yet(stack, shown := operator.wait(asked))
    operator.answer(shown, text := word())
    time.sleep(1)
    hear_now(stack, shown, delivery)
    one.wait(text)
    assert text not in two.texts()


def test_an_operator_who_blocks_the_bot_gives_the_chats_back(stack, people, client):
    operator = people()
    taken(operator, client)
    stack.telegram.block(operator.chat, operator.token)
    wait_for(lambda: client.row("responder") == (1,), "the chat to be in the queue again")
    assert stack.sql("select on_duty from operator where id = %s", operator.id) == [(False,)]


def test_an_invitation_waits_out_the_flood_limit(stack, people, client):
    operator = people()
    stack.telegram.rule(f"sendmessage {operator.chat}", error=429, description="Too Many Requests: retry after 1",
                        parameters={"retry_after": 1})
    client.call()
    assert "yours" in operator.accept(client)


def test_an_operator_relay_killed_again_and_again_loses_and_doubles_nothing(stack, people, client):
    operator = people()
    taken(operator, client)
    words = [word() for _ in range(12)]
    for n, text in enumerate(words):
        operator.say(text)
        if n % 3 == 0:
            stack.kill("operator-relay")
            stack.restart("operator-relay")
    for text in words:
        client.wait(text)
    assert [t for t in client.texts() if t in words] == words

"""What was left while nobody was there reaches operators in Telegram, and what happens to who waits."""

import pytest

from tests.system.desk import Client, options, wait_for, word

STACK = options()


@pytest.fixture
def client(stack):
    return Client(stack)


def leave(stack, client, operator=None):
    """Calls, waits in vain if there is somebody to wait for, leaves a message; half an hour goes by in a moment."""
    client.call()
    conversation = client.row("c.id")[0]
    if operator:
        client.wait("Connecting you to a human")
        operator.invitation(client)
        stack.wait_idle()
        look_at(stack, conversation, "update handoff set due_at = now(), round = 4 where conversation_id = {}")
    client.wait("Leave a message")
    assert operator or not any("Connecting" in text for text in client.texts())
    client.say(text := word())
    wait_for(lambda: client.row("last_seq")[0] == stack.sql(
        "select max(seq) from message where body = %s", text)[0][0], "the message")
    stack.wait_idle()
    look_at(stack, conversation,
            "update message set created_at = created_at - interval '1 hour' where conversation_id = {0};"
            "update handoff set called_at = called_at - interval '1 hour' where conversation_id = {0}")
    client.wait("passed on")
    return text


def look_at(stack, conversation, change):
    stack.sql_do(change.format(conversation))
    stack.sql_do(f"select look_again({conversation}, 'test')")


def finish(operator, client):
    operator.say("/finish")
    client.wait("The chat is over")
    wait_for(lambda: client.row("responder") == (0,), "the chat to be over")


def test_whoever_comes_on_duty_is_shown_what_was_left(stack, people, client):
    text = leave(stack, client)
    operator = people()
    shown = operator.wait("Messages were left")
    assert text in str(shown["reply_markup"]) and client.name in str(shown["reply_markup"])
    assert "yours" in operator.press(shown, client.name)
    operator.wait(text)
    operator.say(answer := word())
    client.wait(answer)
    finish(operator, client)
    assert "over" in operator.press(shown, client.name), "an old button begins nothing anew"
    assert client.row("responder") == (0,)


def test_whoever_was_invited_can_still_answer(stack, people, client):
    operator = people()
    text = leave(stack, client, operator)
    shown = operator.wait("has left a message")
    assert "yours" in operator.press(shown, "Accept")
    operator.wait(text)
    finish(operator, client)
    operator.say("/start")
    wait_for(lambda: sum("You are on duty" in t for t in operator.texts()) == 2, "the answer")
    assert not any("Messages were left" in t for t in operator.texts())


def test_who_blocks_the_bot_while_they_wait_waits_no_more(stack, people, client):
    operator = people()
    client.call()
    operator.invitation(client)
    stack.telegram.block(client.chat)
    operator.wait("No human is needed any more")
    assert client.row("responder") == (0,)
    stack.telegram.block(client.chat, is_blocked=False)


def test_the_label_of_transfer_knows_the_colleagues(stack, people, client):
    first, second = people(), people()
    client.call()
    first.accept(client)
    client.wait("You are talking to")
    keyboard = first.wait("You are on duty")["reply_markup"]["keyboard"]
    first.say(next(b["text"] for row in keyboard for b in row if "Transfer" in b["text"]))
    first.press(first.wait("Who should have the chat"), f"Person {second.chat}")
    wait_for(lambda: client.row("operator_id") == (second.id,), "the colleague to have it")
    finish(second, client)


def test_who_was_handed_back_to_the_bot_is_asked_how_it_was(stack, people, client):
    operator = people()
    client.call()
    operator.accept(client)
    client.wait("You are talking to")
    operator.say("/return")
    asked = client.wait("rate the conversation")
    assert "The assistant answers again" in asked["text"]
    assert "Thank you" in press(client, asked, 4)
    assert "already" in press(client, asked, 2)


def figures(stack):
    text = stack.http("GET", "/metrics").body.decode()
    return {name: float(value) for name, value in
            (line.split() for line in text.splitlines() if line.startswith(("tandem_people_", "tandem_chats_", "tandem_operators_")))}


def expect(stack, **wanted):
    wanted = {f"tandem_{name}": value for name, value in wanted.items()}
    wait_for(lambda: wanted.items() <= figures(stack).items(), f"{wanted}; now: {figures(stack)}")


def test_figures_tell_who_waits_and_who_is_there(stack, people, client):
    operator = people()
    client.call()
    operator.invitation(client)
    expect(stack, people_waiting=1, chats_held=0, operators_on_duty=1, operators_free=1)
    operator.accept(client)
    expect(stack, people_waiting=0, people_waiting_oldest_seconds=0, chats_held=1)
    finish(operator, client)


def press(client, message, score):
    data = message["reply_markup"]["inline_keyboard"][0][score - 1]["callback_data"]
    before = len(client.texts())
    client.telegram.press(client.chat, data, message)
    wait_for(lambda: len(client.texts()) > before, "an answer to the press")
    return client.texts()[-1]

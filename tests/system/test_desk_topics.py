"""Operators work in Telegram with a topic for each client."""

import pytest

from tests.system.desk import Client, Operator, options, wait_for, word

STACK = options(topics=True)


@pytest.fixture
def operator(stack):
    made = Operator(stack)
    yield made
    stack.sql_do(f"update operator set on_duty = false, enabled = false where id = {made.id}")


def topics(operator):
    return operator.telegram.chat(operator.chat).topics


def topic_of(operator, client):
    """The thread of the newest topic with that client's name."""
    named = [n for n, t in topics(operator).items() if t["name"] == client.name]
    return max(named) if named else None


def taken(operator, client):
    client.call()
    operator.accept(client)
    client.wait("You are talking to")
    return wait_for(lambda: topic_of(operator, client), "their topic")


def said_in(operator, thread, text):
    operator.say(text, message_thread_id=thread, is_topic_message=True)


def threads_of(operator, words):
    return [m.get("message_thread_id") for m in operator.messages() if words in m["text"]]


def test_every_client_has_a_topic_of_their_own(stack, operator):
    one, two = Client(stack), Client(stack)
    first, second = taken(operator, one), taken(operator, two)
    assert first and second and first != second
    one.say(words := word())
    operator.wait(words)
    assert threads_of(operator, words) == [first]
    two.say(words := word())
    assert operator.wait(words)["text"] == words  # the topic says whose words these are
    assert threads_of(operator, words) == [second]
    said_in(operator, first, to_one := word())
    one.wait(to_one)
    said_in(operator, second, to_two := word())
    two.wait(to_two)
    assert not any("→" in t for t in operator.texts())
    assert to_one not in two.texts()


def test_a_client_who_comes_again_finds_the_old_topic(stack, operator):
    client = Client(stack)
    thread = taken(operator, client)
    said_in(operator, thread, "/finish")
    client.wait("The chat is over")
    wait_for(lambda: topics(operator)[thread]["name"] == f"✓ {client.name}", "the topic to say that it is over")
    client.say("/operator")
    invitations = wait_for(lambda: [m for m in operator.messages() if "Accept" in str(m.get("reply_markup"))], "a second one")
    operator.press(invitations[-1], "Accept")
    client.say(words := word())
    operator.wait(words)
    assert threads_of(operator, words) == [thread]
    assert topics(operator)[thread]["name"] == client.name


def test_a_topic_that_was_deleted_after_the_end_is_not_made_again(stack, operator):
    client = Client(stack)
    thread = taken(operator, client)
    stack.telegram.delete_topic(operator.chat, thread)
    said_in(operator, None, "/finish")
    client.wait("The chat is over")
    operator.wait("the chat is over")
    wait_for(lambda: topic_of(operator, client) is None, "the name to tell that it is over")


def test_a_topic_that_was_deleted_is_made_again(stack, operator):
    client = Client(stack)
    thread = taken(operator, client)
    said_in(operator, thread, before := word())
    client.wait(before)
    stack.telegram.delete_topic(operator.chat, thread)
    client.say(words := word())
    operator.wait(words)
    again = topic_of(operator, client)
    assert again != thread and threads_of(operator, words) == [again]
    said_in(operator, again, answer := word())
    client.wait(answer)
    assert stack.sql("select count(*) from delivery d join conversation c on c.id = d.conversation_id"
                     " where c.chat_key like %s and d.state > 2", f"{operator.chat}:%") == [(0,)]


def test_where_topics_are_refused_the_chat_itself_is_used(stack, operator):
    client = Client(stack)
    stack.telegram.rule(f"createforumtopic {operator.chat}", error=400, description="Bad Request: the chat is not a forum")
    client.call()
    operator.accept(client)
    operator.wait("The conversation so far")
    client.say(words := word())
    assert client.name in operator.wait(words)["text"]
    assert threads_of(operator, words) == [None]
    operator.say(answer := word())
    client.wait(answer)


def test_topics_opened_and_closed_are_no_answers(stack, operator):
    client = Client(stack)
    thread = taken(operator, client)
    before = len(client.texts())
    for event in ({"forum_topic_edited": {"name": "x"}}, {"forum_topic_closed": {}}, {"forum_topic_reopened": {}}):
        stack.telegram.push({"message": {
            "message_id": 999, "date": 1, "chat": {"id": operator.chat, "type": "private"}, "message_thread_id": thread,
            "is_topic_message": True, "from": {"id": operator.chat, "is_bot": False, "first_name": "x"}, **event,
        }}, operator.token)
    said_in(operator, thread, text := word())
    client.wait(text)
    assert len(client.texts()) == before + 1

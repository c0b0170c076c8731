"""Operators work in a group of their own, a forum with a topic for each client."""

import pytest

from tests.system.desk import Client, Operator, options, wait_for, word

GROUP = -1001234500001
STACK = options(group=GROUP)


@pytest.fixture
def people(stack):
    made = [Operator(stack), Operator(stack)]
    yield made
    for operator in made:
        stack.sql_do(f"update operator set on_duty = false, enabled = false where id = {operator.id}")


def in_group(stack, words):
    return wait_for(lambda: next((m for m in stack.telegram.sent_to(GROUP) if words in m["text"]), None),
                    f"{words!r} in the group; there: {stack.telegram.texts(GROUP)}")


def say(stack, user, text, thread=None):
    topic = {"message_thread_id": thread, "is_topic_message": True} if thread else {}
    return stack.telegram.say(GROUP, text, user=user, token=Operator.TOKEN, **topic)


def test_a_client_has_a_topic_in_the_group(stack, people):
    first, second = people
    client = Client(stack)
    text = client.call()
    assert "yours" in first.accept(client)  # invitations come to everybody's own chat
    history = in_group(stack, text)
    thread = history["message_thread_id"]
    assert stack.telegram.chat(GROUP).topics[thread]["name"] == client.name
    client.say(words := word())
    assert in_group(stack, words)["message_thread_id"] == thread

    say(stack, first.chat, answer := word(), thread)
    client.wait(answer)
    say(stack, 999_999, stranger := word(), thread)
    say(stack, first.chat, among := word())
    say(stack, second.chat, other := word(), thread)  # it is not the second's chat
    in_group(stack, "has the chat already")
    say(stack, first.chat, "/finish", thread)
    client.wait("The chat is over")
    assert not any(t in (stranger, among, other) for t in client.texts())


def test_doctor_knows_who_could_come_and_where(stack, people):
    def doctor():
        return stack.tandem("doctor", check=False).stdout

    bot = stack.telegram.bots[Operator.TOKEN]
    said = doctor()
    assert "shop calls humans: 2 can come, 2 on duty" in said and "has topics in its group" in said
    assert "no administrator is enabled" in said
    bot.membership = {"status": "administrator", "can_manage_topics": False}
    assert "may not manage topics" in doctor()
    bot.membership = {"status": "administrator", "can_manage_topics": True}
    stack.telegram.rule(f"getchat {GROUP}", error=400, description="Bad Request: chat not found")
    assert f"does not know its group {GROUP}" in doctor()
    stack.sql_do("update operator set enabled = false")
    assert "shop calls humans, but no operator is enabled" in doctor()


def test_a_topic_is_closed_while_nobody_has_the_chat(stack, people):
    client = Client(stack)
    text = client.call()
    people[0].accept(client)
    thread = in_group(stack, text)["message_thread_id"]
    topic = stack.telegram.chat(GROUP).topics[thread]
    say(stack, people[0].chat, "/finish", thread)
    wait_for(lambda: topic["closed"], "the topic to be closed")
    client.say("/operator")
    invitation = wait_for(lambda: next((m for m in people[1].messages() if client.name in m["text"]
                                        and "Accept" in str(m.get("reply_markup"))), None), "an invitation")
    people[1].press(invitation, "Accept")
    wait_for(lambda: not topic["closed"], "the topic to be open again")
    client.say(words := word())
    assert in_group(stack, words)["message_thread_id"] == thread


TROUBLES = {
    "flood": {"error": 429, "description": "Too Many Requests: retry after 2", "parameters": {"retry_after": 2}},
    "trouble": {"error": 500, "description": "Internal Server Error"},
    "a proxy": {"status": 502, "html": "<html>bad gateway</html>"},
    "no answer": {"drop": "before"},
    "a lost answer": {"drop": "after"},
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_topic_is_closed_whatever_telegram_says_first(stack, people, trouble):
    client = Client(stack)
    text = client.call()
    people[0].accept(client)
    thread = in_group(stack, text)["message_thread_id"]
    topic = stack.telegram.chat(GROUP).topics[thread]
    stack.telegram.rule(f"closeforumtopic {GROUP}", **TROUBLES[trouble])
    say(stack, people[0].chat, "/finish", thread)
    wait_for(lambda: topic["closed"], "the topic to be closed")
    stack.wait_idle()
    assert stack.sql("select count(*) from delivery where payload ->> 'method' = 'closeForumTopic' and state <> 2") == [(0,)]


def test_words_do_not_wait_for_a_topic_that_cannot_be_closed(stack, people):
    client = Client(stack)
    text = client.call()
    people[0].accept(client)
    thread = in_group(stack, text)["message_thread_id"]
    topic = stack.telegram.chat(GROUP).topics[thread]
    stack.telegram.rule(f"closeforumtopic {GROUP}", times=None, error=429, description="Too Many Requests: retry after 600",
                        parameters={"retry_after": 600})
    say(stack, people[0].chat, "/finish", thread)
    wait_for(lambda: stack.telegram.calls_of("closeForumTopic")[-1]["params"]["message_thread_id"] == thread, "the call")
    client.say("/operator")
    people[1].press(wait_for(lambda: next((m for m in people[1].messages() if client.name in m["text"]
                                           and "Accept" in str(m.get("reply_markup"))), None), "an invitation"), "Accept")
    client.say(words := word())
    assert in_group(stack, words)["message_thread_id"] == thread
    stack.telegram.forget()
    say(stack, people[1].chat, answer := word(), thread)
    client.wait(answer)
    stack.wait_idle()  # the chat goes on, so there is nothing to be closed any more
    assert not topic["closed"]


def test_a_topic_that_may_not_be_closed_is_left_alone(stack, people):
    client = Client(stack)
    text = client.call()
    people[0].accept(client)
    thread = in_group(stack, text)["message_thread_id"]
    stack.telegram.rule(f"closeforumtopic {GROUP}", error=400, description="Bad Request: not enough rights to manage topics")
    say(stack, people[0].chat, "/finish", thread)
    client.wait("The chat is over")
    stack.wait_idle()
    assert not stack.telegram.chat(GROUP).topics[thread]["closed"]
    assert sum(c["params"]["message_thread_id"] == thread for c in stack.telegram.calls_of("closeForumTopic")) == 1


def test_a_deleted_topic_of_the_group_is_made_again(stack, people):
    client = Client(stack)
    text = client.call()
    people[0].accept(client)
    thread = in_group(stack, text)["message_thread_id"]
    stack.telegram.delete_topic(GROUP, thread)
    client.say(words := word())
    again = in_group(stack, words)["message_thread_id"]
    assert again != thread
    say(stack, people[0].chat, answer := word(), again)
    client.wait(answer)

"""A message that answers one particular message, wherever people and operators are."""

from tests.system.console import conversation_of, has, next_from
from tests.system.desk import eventually, options, taken, word

STACK = options()


def last_words(console, conversation, text):
    return next(m for m in console.messages(conversation) if m["text"] == text)


def said_by(client, text):
    """The client says it; how Telegram knows it."""
    return client.say(text)["message"]


def answers(talker, text):
    """Telegram's number of what the message with these words answers."""
    return talker.wait(text)["reply_to_message"]["message_id"]


def talk(anna, client):
    """Anna has the client's chat; its number."""
    client.call()
    conversation = eventually(lambda: client.row("c.id")[0])
    anna.do(conversation, "take")
    client.wait("You are talking to")
    return conversation


def heard(console, conversation, text):
    eventually(lambda: has([m["text"] for m in console.messages(conversation)], text))
    return last_words(console, conversation, text)


def test_a_reply_from_the_console_is_one_in_the_clients_telegram(anna, client):
    conversation = talk(anna, client)
    question, more, first, second, third = (word() for _ in range(5))
    asked = said_by(client, question)
    client.say(more)
    seq = heard(anna, conversation, question)["seq"]
    anna.do(conversation, "say", text=first, reply_to=seq)
    assert answers(client, first) == asked["message_id"]
    shown = last_words(anna, conversation, first)
    assert shown["reply_to"]["text"] == question and shown["reply_to"]["seq"] == seq
    own = client.wait(first)["message_id"]
    anna.do(conversation, "say", text=second, reply_to=shown["seq"])
    assert answers(client, second) == own
    bots = next(m for m in anna.messages(conversation) if m["author"] == "bot")
    anna.do(conversation, "say", text=third, reply_to=bots["seq"])
    assert answers(client, third) == next(m["message_id"] for m in client.messages() if m["text"] == bots["text"])


def test_an_operators_reply_in_telegram_is_seen_in_the_console(anna, people, client):
    operator = people()
    taken(operator, client)
    question, answer, more = word(), word(), word()
    asked = said_by(client, question)
    client.say(word())
    operator.answer(operator.wait(question), answer)
    assert answers(client, answer) == asked["message_id"]
    conversation = client.row("c.id")[0]
    shown = last_words(anna, conversation, answer)
    assert shown["reply_to"]["text"] == question and shown["reply_to"]["author"] == "person"
    own = operator.say(word())["message"]
    client.wait(own["text"])
    operator.answer(own, more)
    assert answers(client, more) == client.wait(own["text"])["message_id"]


def test_a_persons_reply_in_telegram_is_seen_by_operators(anna, people, client):
    operator = people()
    text = taken(operator, client)
    answer, again = word(), word()
    client.say(answer, reply_to_message=client.wait(text))
    conversation = client.row("c.id")[0]
    assert f"You said: {text}" in operator.wait(answer)["text"]
    shown = heard(anna, conversation, answer)["reply_to"]
    assert shown["author"] == "bot" and text in shown["text"] and shown["seq"] > 0
    words = word()
    operator.say(words)
    client.say(again, reply_to_message=client.wait(words))
    shown = heard(anna, conversation, again)["reply_to"]
    assert (shown["author"], shown["text"], shown["seq"]) == ("operator", words, last_words(anna, conversation, words)["seq"])


def test_a_visitor_sees_what_a_reply_answers(stack, anna):
    w = stack.widget("shop-site")
    question, answer = word(), word()
    seq = w.ask(question)["seq"] - 1
    conversation = conversation_of(stack, w)
    stream = w.listen()
    anna.do(conversation, "say", text=f"**{answer}**", reply_to=seq)
    told = eventually(lambda: has_words(next_from(w, "operator"), answer))
    assert told["reply_to"] == {"seq": seq, "author": "person", "text": question}
    eventually(lambda: has([m["reply_to"]["text"] for m in stream.messages() if m.get("reply_to")], question))
    anna.do(conversation, "say", text="once more", reply_to=told["seq"])
    quoted = eventually(lambda: has_words(next_from(w, "operator"), "once more"))["reply_to"]
    assert (quoted["name"], quoted["text"]) == ("Анна", answer)
    plain = stack.http("GET", "/api/v1/transcript?lang=ru", None, w.headers()).body.decode()
    assert f"[В ответ на: Вы, «{question}»]\r\n" in plain and f"[В ответ на: Анна, «{answer}»]\r\n" in plain
    html = stack.http("GET", "/api/v1/transcript?format=html&lang=en", None, w.headers()).body.decode()
    assert f"<blockquote>In reply to: You, “{question}”</blockquote>" in html
    stream.close()


def test_an_operator_in_telegram_answers_a_visitor(stack, people):
    operator = people()
    w = stack.widget("shop-site")
    w.ask(word())
    w.say("/operator")
    conversation = conversation_of(stack, w)
    operator.wait("shop-site")
    invitation = next(m for m in operator.messages() if "shop-site" in m["text"] and m.get("reply_markup"))
    operator.press(invitation, "Accept")
    question, answer = word(), word()
    eventually(lambda: has([m.get("event") for m in w.messages()], "joined"))
    seq = w.say(question)
    operator.answer(operator.wait(question), answer)
    assert eventually(lambda: has_words(next_from(w, "operator"), answer))["reply_to"]["seq"] == seq
    assert conversation > 0


def test_what_cannot_be_answered_is_refused(stack, anna, client):
    conversation = talk(anna, client)
    w = stack.widget("shop-site")
    for _ in range(6):
        w.ask(word())
    other = conversation_of(stack, w)
    note = anna.do(conversation, "note", text="a note")["seq"]
    before = len(anna.messages(conversation))
    joined = next(m["seq"] for m in anna.messages(conversation) if m.get("event") == "joined")
    for seq in (joined, before + 1, 10**9, 2**62):
        reply = anna.order(conversation, "say", text="x", reply_to=seq)
        assert (reply.status, reply.json["code"]) == (409, "no_message"), (seq, reply.body)
    assert "здесь нет" in reply.json["detail"]
    for wrong in (-1, "1", 1.5, {"seq": 1}, [1], True, 2**70):
        assert anna.order(conversation, "say", text="x", reply_to=wrong).status == 400, wrong
    assert len(anna.messages(conversation)) == before and note > 0
    before = len(anna.messages(other))
    assert anna.order(other, "say", text="x", reply_to=10**6).status == 409
    assert len(anna.messages(other)) == before
    assert anna.read(f"conversations/{other}")["conversation"]["state"] == "bot", "nothing was taken over"


def has_words(message, text):
    assert text in message["text"]
    return message

"""What operators in Telegram say, and what clients say to them: replies, notes, edits, suggestions, files."""

import copy
import time

from tests.system.console import Console, add_user
from tests.system.desk import options, taken, wait_for, word

STACK = options()


def test_canned_replies_by_name(stack, people, client):
    operator = people()
    taken(operator, client)
    operator.say("/hello")
    client.wait("Hello! How can I help?")
    operator.say("/help_n")
    assert "/help_number" in operator.wait("Canned replies")["text"]
    assert not any("number of your order" in t for t in client.texts())


def test_notes_are_for_operators_only(stack, people, client):
    operator = people()
    taken(operator, client)
    operator.say(f"//{(first := word())}")
    operator.wait("Noted")
    operator.say(f"/note {(second := word())}")
    wait_for(lambda: sum("Noted" in t for t in operator.texts()) == 2, "the second note")
    operator.say("/notes")
    listed = operator.wait("Notes on")["text"]
    assert first in listed and second in listed
    assert not any(first in t or second in t for t in client.texts())


def test_an_edit_reaches_the_client(stack, people, client):
    operator = people()
    taken(operator, client)
    update = operator.say(old := word())
    client.wait(old)
    stack.telegram.edit(operator.chat, update, new := word(), operator.token)
    wait_for(lambda: new in client.texts(), "the edit")
    assert old not in client.texts()


def test_a_clients_edit_is_shown(stack, people, client):
    operator = people()
    taken(operator, client)
    update = client.say(old := word())
    operator.wait(old)
    stack.telegram.edit(client.chat, update, new := word())
    assert client.name in operator.wait(new)["text"]
    assert not any(old in t or "changed a message" in t for t in operator.texts())


def test_a_clients_edit_that_cannot_be_shown_is_told(stack, people, client):
    operator = people()
    taken(operator, client)
    update = client.say(old := word())
    operator.wait(old)
    stack.telegram.rule(f"editmessagetext {operator.chat}", error=400, description="Bad Request: message can't be edited")
    stack.telegram.edit(client.chat, update, new := word())
    notice = operator.wait("changed a message")
    assert new in notice["text"]
    assert notice["reply_to_message"]["message_id"] == operator.wait(old)["message_id"]


def test_an_edit_of_a_long_message_changes_every_part(stack, people, client):
    operator = people()
    taken(operator, client)

    def long(mark, parts):
        return "\n\n".join(f"{mark}{n} " + "words " * 550 for n in range(parts))

    def parts(mark):
        return sum(any(f"{mark}{n} " in t for t in client.texts()) for n in range(5))

    first, longer, shorter = word(), word(), word()
    update = operator.say(long(first, 2))
    wait_for(lambda: parts(first) == 2, "both parts")
    stack.telegram.edit(operator.chat, update, long(longer, 3), operator.token)
    wait_for(lambda: parts(longer) == 3, "three parts")
    assert parts(first) == 0
    stack.telegram.edit(operator.chat, update, shorter, operator.token)
    client.wait(shorter)
    wait_for(lambda: parts(longer) == 0, "the others to be deleted")
    assert not any("not delivered" in t for t in operator.texts())


def recaption(stack, chat, update, caption, token=None):
    message = {**update["message"], "caption": caption, "edit_date": int(time.time())}
    stack.telegram.push({"edited_message": message}, token)


def test_a_caption_that_outgrows_its_file_goes_on_below(stack, people, client):
    operator = people()
    taken(operator, client)

    def long(mark):
        return " ".join(f"{mark}{n}" for n in range(200))

    def said():
        return [m["text"] for m in client.messages()[before:]]

    before = len(client.messages())
    old, grown, shorter, again = word(), word(), word(), word()
    update = stack.telegram.say_file(operator.chat, "photo", b"\xff\xd8p", caption=old, token=operator.token)
    client.wait(old)
    recaption(stack, operator.chat, update, long(grown), operator.token)
    wait_for(lambda: " ".join(said()) == long(grown), "all of the words")
    photo, rest = client.messages()[before:]
    assert "photo" in photo and len(photo["text"]) <= 1024
    assert rest["reply_to_message"]["message_id"] == photo["message_id"]
    recaption(stack, operator.chat, update, long(again), operator.token)
    wait_for(lambda: " ".join(said()) == long(again), "both to change")
    recaption(stack, operator.chat, update, shorter, operator.token)
    wait_for(lambda: said() == [shorter], "the rest to be deleted")
    assert not any("not delivered" in t for t in operator.texts())


def test_a_clients_caption_that_outgrows_its_file_goes_on_below(stack, people, client):
    operator = people()
    taken(operator, client)
    update = stack.telegram.say_file(client.chat, "photo", b"\xff\xd8p", caption=(old := word()))
    operator.wait(old)
    caption = " ".join(word() for _ in range(200))[:1020] + " end."  # with the client's name before it, too long
    recaption(stack, client.chat, update, caption)
    rest = operator.wait(" end.")
    first = operator.wait(caption[:30])
    assert client.name in first["text"] and f"{first['text']} {rest['text']}".endswith(caption)
    assert not any("changed a message" in t for t in operator.texts())


def test_words_that_cannot_be_delivered_are_told(stack, people, client):
    operator = people()
    taken(operator, client)
    stack.telegram.chat(client.chat).forbidden = (403, "Forbidden: bot was blocked by the user")
    operator.say(text := word())
    assert text in operator.wait("not delivered")["text"]


def test_a_suggestion_is_sent_changed_or_dropped(stack, people, client):
    operator = people()
    taken(operator, client)
    row = client.row("c.id, c.last_seq, c.epoch")
    texts = [word() for _ in range(3)]
    for n, text in enumerate(texts):
        stack.sql_do(
            "insert into suggestion (conversation_id, last_seq, epoch, body)"
            f" values ({row[0]}, {row[1]}, {row[2]}, '{text}')")
        stack.sql_do(f"select look_again({row[0]}, 'test')")
        shown = operator.wait(text)
        if n == 0:
            operator.press(shown, "Send")
            client.wait(text)
        elif n == 1:
            operator.press(shown, "Discard")
        else:
            operator.press(shown, "Edit")
            prompt = operator.wait("they go to the client")
            operator.answer(prompt, changed := word())
            client.wait(changed)
    assert texts[1] not in client.texts() and texts[2] not in client.texts()
    wait_for(lambda: [s for (s,) in stack.sql(
        "select state from suggestion where conversation_id = %s order by id", row[0])] == [1, 2, 1], "their states")


def buttons_of(operator, text):
    return "Send" in str(next(m for m in operator.messages() if text in m["text"]).get("reply_markup"))


def test_own_words_pass_over_what_was_suggested(stack, people, client):
    """In Telegram the buttons go, in the console the card; and who presses too late is told."""
    add_user(stack, "watch", "--admin", "--lang", "en")
    console, operator = Console(stack, "watch"), people()
    taken(operator, client)
    id, seq, epoch = client.row("c.id, c.last_seq, c.epoch")
    events = console.listen(id)
    stack.sql_do(
        f"insert into suggestion (conversation_id, last_seq, epoch, body) values ({id}, {seq}, {epoch}, '{(text := word())}');"
        f" select look_again({id}, 'test')")
    shown = copy.deepcopy(operator.wait(text))
    assert buttons_of(operator, text)
    assert console.read(f"conversations/{id}")["suggestion"]["text"] == text
    operator.say(own := word())
    client.wait(own)
    wait_for(lambda: not buttons_of(operator, text), "its buttons to go")
    assert console.read(f"conversations/{id}")["suggestion"] is None
    events.wait("suggestion", lambda data: data["conversation"] == id and data["suggestion"] is None)
    events.close()
    assert "Not sent" in operator.press(shown, "Send")
    assert text not in client.texts()


def test_service_messages_are_no_answers(stack, people, client):
    operator = people()
    taken(operator, client)
    before = len(client.texts())
    stack.telegram.push({"message": {
        "message_id": 999, "date": 1, "chat": {"id": operator.chat, "type": "private"},
        "from": {"id": operator.chat, "is_bot": False, "first_name": "x"}, "pinned_message": {"message_id": 1},
    }}, operator.token)
    operator.say(text := word())
    client.wait(text)
    assert len(client.texts()) == before + 1


def test_a_photo_goes_from_a_client_to_the_desk_and_back(stack, people, client):
    operator = people()
    taken(operator, client)
    picture, other = b"\xff\xd8" + b"p" * 300_000, b"\xff\xd8" + b"q" * 1000
    stack.telegram.say_file(client.chat, "photo", picture, caption=(caption := word()))
    shown = operator.wait(caption)
    assert stack.telegram.bytes_of(shown, "photo") == picture
    stack.telegram.say_file(operator.chat, "photo", other, caption=(back := word()), token=operator.token)
    assert stack.telegram.bytes_of(client.wait(back), "photo") == other


def test_documents_and_voice_keep_their_names(stack, people, client):
    operator = people()
    taken(operator, client)
    stack.telegram.say_file(client.chat, "document", b"bill", caption=(words := word()), name="bill 1.txt", mime="text/plain")
    document = operator.wait(words)
    assert document["document"]["file_name"] == "bill 1.txt"
    stack.telegram.say_file(client.chat, "voice", b"OggS" * 50, mime="audio/ogg")
    wait_for(lambda: [m for m in operator.messages() if "voice" in m], "the voice")


def test_a_file_too_big_to_be_fetched_is_told_in_words(stack, people, client):
    operator = people()
    taken(operator, client)
    stack.telegram.say_file(client.chat, "document", b"x", caption=word(), name="film.mkv", size=30 << 20)
    assert "could not be transferred" in operator.wait("film.mkv")["text"]

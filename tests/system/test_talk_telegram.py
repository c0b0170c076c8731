"""A talk with a human from the person's side, in Telegram."""

from tests.system.stack import CHATS, eventually, wait_for, word
from tests.system.talk import nobody_comes


def latest_of_telegram(stack, chat):
    return stack.sql("select id from conversation where chat_key = %s", str(chat))[0][0]


def test_telegram_offers_calls_and_asks_how_it_was(stack, anna, chat):
    telegram = stack.telegram
    wait_for(lambda: telegram.bot.webhook["url"], "the webhook to be set")
    wait_for(lambda: len(telegram.calls_of("setMyCommands")) >= 2, "the menu")
    menu = {call["params"].get("language_code"): call["params"]["commands"] for call in telegram.calls_of("setMyCommands")}
    assert "позвать человека" in str(menu["ru"]) and "call a human" in str(menu[None])
    telegram.say(chat, "/start")
    start = telegram.wait_sent(chat, 1)[-1]
    assert "c:operator" in str(start.get("reply_markup"))
    telegram.press(chat, "c:operator", start)
    wait_for(lambda: any("human" in t or "человека" in t for t in telegram.texts(chat)[1:]), "the notice")
    conversation = latest_of_telegram(stack, chat)
    anna.do(conversation, "take")
    anna.do(conversation, "say", text="Слушаю вас")
    wait_for(lambda: "Слушаю вас" in telegram.texts(chat), "the operator's words")
    telegram.say(chat, "Спасибо, всё")
    wait_for(lambda: any(m["text"] == "Спасибо, всё" for m in anna.messages(conversation)), "the person's words")
    anna.do(conversation, "close")
    end = wait_for(lambda: [m for m in telegram.sent_to(chat) if "r:" in str(m.get("reply_markup"))], "the question")[0]
    assert "Чат окончен." in end["text"] and "от 1 до 5" in end["text"]
    handoff = stack.sql("select id from handoff where conversation_id = %s", conversation)[0][0]
    for n in (4, 2):
        telegram.press(chat, f"r:{handoff}:{n}", end)
    eventually(lambda: answered_twice(telegram.texts(chat)))
    assert sum("Спасибо за оценку" in t for t in telegram.texts(chat)) == 1
    assert stack.sql("select rating from handoff where id = %s", handoff)[0][0] == 4
    assert state_of(stack, conversation) == 0


def test_in_telegram_the_question_before_the_call_is_answered_once(stack, anna, chat):
    telegram, text = stack.telegram, word()
    stack.openai.rule(text, pieces=["slowly "] * 30, delay=0.2)
    wait_for(lambda: telegram.bot.webhook["url"], "the webhook to be set")
    telegram.say(chat, text)
    wait_for(lambda: any(text in c.get("question", "") for c in stack.openai.calls), "the model to be asked")
    telegram.say(chat, "/operator")
    wait_for(lambda: telegram.sent_to(chat), "the notice")
    nobody_comes(stack, latest_of_telegram(stack, chat))
    wait_for(lambda: any(text in t for t in telegram.texts(chat)), "the answer")
    stack.wait_idle()
    assert sum(text in t for t in telegram.texts(chat)) == 1
    assert sum("nobody can come" in t or "никто не может" in t for t in telegram.texts(chat)) == 1


def test_what_shows_no_language_changes_none(stack, anna, chat):
    """A telephone in English, whose owner writes Russian: buttons, pictures and addresses say nothing of that."""
    telegram = stack.telegram
    telegram.say(chat, "Где мой заказ?")
    telegram.wait_sent(chat, 1)
    telegram.press(chat, "c:operator")
    wait_for(lambda: any("Переключаю на человека" in t for t in telegram.texts(chat)), "the notice in Russian")
    conversation = latest_of_telegram(stack, chat)
    anna.do(conversation, "take")
    telegram.say(chat, "ivan.petrov@mail.ru")
    telegram.say_file(chat, "voice", b"OggS" * 50, mime="audio/ogg")
    wait_for(lambda: len([m for m in anna.messages(conversation) if m["author"] == "person"]) == 4, "all of it")
    anna.do(conversation, "close")
    wait_for(lambda: any("Чат окончен." in t for t in telegram.texts(chat)), "the end in Russian")


def answered_twice(texts):
    assert any("Спасибо за оценку" in t for t in texts) and any("уже оценили" in t for t in texts), texts


def state_of(stack, conversation):
    return stack.sql("select responder from conversation where id = %s", conversation)[0][0]


def test_nobody_rates_the_talk_of_another_chat(stack, anna, chat):
    telegram = stack.telegram
    other = next(CHATS)
    telegram.say(chat, "/operator")
    wait_for(lambda: telegram.texts(chat), "the notice")
    conversation = latest_of_telegram(stack, chat)
    anna.do(conversation, "say", text="Да?")
    anna.do(conversation, "close")
    handoff = stack.sql("select id from handoff where conversation_id = %s", conversation)[0][0]
    telegram.say(other, "/start")
    message = telegram.wait_sent(other, 1)[-1]
    telegram.press(other, f"r:{handoff}:1", message)
    wait_for(lambda: len(telegram.texts(other)) == 2, "an answer")
    assert stack.sql("select rating from handoff where id = %s", handoff)[0][0] is None


def test_what_the_person_edits_reaches_the_operator(stack, anna, chat):
    telegram = stack.telegram
    telegram.say(chat, "/operator")
    wait_for(lambda: telegram.texts(chat), "the notice")
    conversation = latest_of_telegram(stack, chat)
    anna.do(conversation, "take")
    text, other = word(), word()
    update = telegram.say(chat, text)
    wait_for(lambda: any(m["text"] == text for m in anna.messages(conversation)), "the words")
    edited = {**update["message"], "text": other, "edit_date": update["message"]["date"] + 1}
    telegram.push({"update_id": update["update_id"] + 500_000, "edited_message": edited})
    changed = wait_for(lambda: [m for m in anna.messages(conversation) if m["text"] == other], "the other words")[0]
    assert changed["edited_at"]
    anna.do(conversation, "close")


def test_a_picture_without_words_reaches_the_operator_and_no_bot_complains(stack, anna, chat):
    telegram = stack.telegram

    def picture():
        telegram.push({"message": {
            "message_id": 700 + next(CHATS), "date": 1_790_000_000,
            "chat": {"id": chat, "type": "private", "first_name": "P"},
            "from": {"id": chat, "is_bot": False, "first_name": "P", "language_code": "en"},
            "photo": [{"file_id": "abc", "file_unique_id": "abc", "width": 10, "height": 10, "file_size": 100}],
        }})

    telegram.say(chat, "/operator")
    wait_for(lambda: telegram.texts(chat), "the notice")
    conversation = latest_of_telegram(stack, chat)
    anna.do(conversation, "take")
    picture()
    seen = wait_for(lambda: [m for m in anna.messages(conversation) if m.get("attachments")], "the picture")[0]
    assert seen["attachments"][0]["kind"] == "photo"
    anna.do(conversation, "close")
    wait_for(lambda: any("r:" in str(m.get("reply_markup")) for m in telegram.sent_to(chat)), "the end")
    assert not any("cannot read" in t for t in telegram.texts(chat))
    picture()
    wait_for(lambda: any("cannot read" in t for t in telegram.texts(chat)), "the bot to say that it cannot read it")
    assert stack.sql("select last_seq = (select max(seq) from message m where m.conversation_id = c.id)"
                     " from conversation c where id = %s", conversation)[0][0], "a number was lost"

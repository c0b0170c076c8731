"""Telegram by webhook: what people see."""

import threading

import pytest

from tests.fakes.telegram_html import utf16
from tests.system.stack import CHATS, wait_for, word

STACK = {"webhook": True}


def answers(telegram, chat, n=1):
    return [m["text"] for m in telegram.wait_sent(chat, n)]


def settled(stack, telegram, chat, texts):
    """Exactly these messages, and nothing more is on its way."""
    stack.wait_idle()
    assert telegram.texts(chat) == texts


def test_the_webhook_asks_for_our_updates_with_a_secret(telegram):
    call = telegram.calls_of("setWebhook")[-1]["params"]
    assert call["url"] == "https://bot.test/telegram/model-telegram"
    assert len(call["secret_token"]) >= 32
    assert {"message", "edited_message", "callback_query", "my_chat_member"} <= set(call["allowed_updates"])


def test_a_message_is_answered_once(stack, telegram, chat):
    text = word()
    telegram.say(chat, text)
    answers(telegram, chat)
    settled(stack, telegram, chat, [f"You said: {text}"])


def test_an_update_that_comes_twice_is_answered_once(stack, telegram, chat):
    text = word()
    update = telegram.say(chat, text)
    telegram.push(update)
    answers(telegram, chat)
    telegram.push(update)
    n = len(telegram.webhook_log)
    wait_for(lambda: len(telegram.webhook_log) > n - 1 and stack.telegram.bot.queues[str(chat)].empty(), "repetition")
    settled(stack, telegram, chat, [f"You said: {text}"])


def test_quick_messages_are_answered_together(stack, telegram, chat):
    words = [word() for _ in range(3)]
    for text in words:
        telegram.say(chat, text)
    answers(telegram, chat)
    stack.wait_idle()
    assert len(telegram.texts(chat)) == 1
    call = next(c for c in stack.openai.calls if words[2] in c.get("question", ""))
    said = " ".join(m["content"] for m in call["body"]["messages"] if m["role"] == "user")
    assert [w for w in words if w in said] == words


def test_answers_come_in_the_order_of_the_questions(stack, telegram, chat):
    first, second = word(), word()
    stack.openai.rule(first, pieces=["first "] * 10, delay=0.2)
    telegram.say(chat, first)
    wait_for(lambda: [d for d in telegram.drafts if d["chat_id"] == chat and d["text"]], "the first answer to begin")
    telegram.say(chat, second)
    answers(telegram, chat, 2)
    stack.wait_idle()
    assert telegram.texts(chat) == [("first " * 10).strip(), f"You said: {second}"]


def test_what_is_added_before_the_answer_begins_is_answered_with_the_rest(stack, telegram, chat):
    first, second = word(), word()
    heard = threading.Event()
    stack.openai.rule(first, hold=(0, heard))
    telegram.say(chat, first)
    wait_for(lambda: any(first in c.get("question", "") for c in stack.openai.calls), "the first question")
    update = telegram.say(chat, second)
    wait_for(lambda: (update["update_id"], 200) in telegram.webhook_log, "the second to be accepted")
    heard.set()
    answers(telegram, chat)
    stack.wait_idle()
    assert len(telegram.texts(chat)) == 1
    call = next(c for c in stack.openai.calls if second in c.get("question", ""))
    assert first in str(call["body"]["messages"])


def test_chats_do_not_wait_for_each_other(stack, telegram, chat):
    slow, quick, other, answered = word(), word(), next(CHATS), threading.Event()
    stack.openai.rule(slow, hold=(0, answered))
    telegram.say(chat, slow)
    telegram.say(other, quick)
    answers(telegram, other)
    assert telegram.texts(chat) == []
    answered.set()
    answers(telegram, chat)


def test_a_long_answer_comes_in_parts_within_the_limit(stack, telegram, chat):
    paragraphs = [f"Paragraph {n}: " + "слово 😀 " * 60 for n in range(20)]
    stack.openai.rule(text := word(), pieces=["\n\n".join(paragraphs)])
    telegram.say(chat, text)
    wait_for(lambda: "Paragraph 19" in "".join(telegram.texts(chat)), "the last part")
    stack.wait_idle()
    parts = telegram.texts(chat)
    assert len(parts) > 1
    assert all(utf16(p) <= 4096 for p in parts)
    whole = " ".join(" ".join(parts).split())
    assert whole == " ".join(" ".join(paragraphs).split())


def test_markdown_arrives_as_formatting(stack, telegram, chat):
    stack.openai.rule(text := word(), text="Some **bold**, `a < b` and [a link](https://x.test/?a=1&b=2).\n\n- one\n- two")
    telegram.say(chat, text)
    message = telegram.wait_sent(chat)[0]
    assert message["parse_mode"] == "HTML"
    assert {e["type"] for e in message["entities"]} >= {"b", "code", "a"}
    assert "Some bold, a < b and a link." in message["text"]
    assert "**" not in message["text"]


def test_formatting_telegram_refuses_is_sent_as_plain_text(stack, telegram, chat):
    telegram.rule(
        f"sendmessage {chat}", error=400,
        description='Bad Request: can\'t parse entities: Unsupported start tag "x" at byte offset 0',
    )
    stack.openai.rule(text := word(), text="Some **bold** words")
    telegram.say(chat, text)
    message = telegram.wait_sent(chat)[0]
    assert not message["parse_mode"]
    assert "bold" in message["text"] and "<b>" not in message["text"]
    stack.wait_idle()
    assert len(telegram.sent_to(chat)) == 1


def test_too_many_requests_stop_that_chat_as_long_as_asked_and_no_other(stack, telegram, chat):
    other = next(CHATS)
    telegram.rule(
        f"sendmessage {chat}", error=429, description="Too Many Requests: retry after 2", parameters={"retry_after": 2}
    )
    telegram.say(chat, word())
    refused = wait_for(lambda: telegram.sends_to(chat), "the first try")[0]
    telegram.say(other, word())
    answers(telegram, other)
    sent = telegram.wait_sent(chat)[0]
    assert sent["at"] - refused["at"] >= 2.0
    stack.wait_idle()
    assert len(telegram.sent_to(chat)) == 1


def test_a_server_error_is_tried_again(stack, telegram, chat):
    telegram.rule(f"sendmessage {chat}", error=502, description="Bad Gateway")
    text = word()
    telegram.say(chat, text)
    answers(telegram, chat)
    settled(stack, telegram, chat, [f"You said: {text}"])


def test_an_answer_that_was_lost_is_uncertain_and_not_repeated(stack, telegram, chat):
    telegram.rule(f"sendmessage {chat}", drop="after")
    text = word()
    telegram.say(chat, text)
    answers(telegram, chat)
    settled(stack, telegram, chat, [f"You said: {text}"])
    rows = stack.sql(
        "select d.state from delivery d join conversation c on c.id = d.conversation_id where c.chat_key = %s", str(chat)
    )
    assert (4,) in rows


def test_somebody_who_blocked_the_bot_is_not_written_to_again(stack, telegram, chat):
    telegram.chat(chat).forbidden = (403, "Forbidden: bot was blocked by the user")
    telegram.say(chat, word())
    wait_for(
        lambda: stack.sql("select 1 from conversation where chat_key = %s and not reachable", str(chat)),
        "the conversation to be unreachable",
    )
    stack.wait_idle()
    assert len(telegram.sends_to(chat)) == 1
    telegram.chat(chat).forbidden = None
    text = word()
    telegram.say(chat, text)
    assert any(text in t for t in answers(telegram, chat))


def test_blocking_and_unblocking_is_noticed(stack, telegram, chat):
    telegram.say(chat, word())
    answers(telegram, chat)

    def member(old, new):
        bot = {"id": telegram.bot.me["id"], "is_bot": True, "first_name": "Test"}
        return {
            "my_chat_member": {
                "chat": telegram.chat(chat).describe(), "from": {"id": chat, "is_bot": False, "first_name": "A"},
                "date": 1, "old_chat_member": {"status": old, "user": bot},
                "new_chat_member": {"status": new, "user": bot, "until_date": 0},
            }
        }

    def reachable():
        return stack.sql("select reachable from conversation where chat_key = %s", str(chat))[0][0]

    telegram.push(member("member", "kicked"))
    wait_for(lambda: not reachable(), "unreachable")
    telegram.push(member("kicked", "member"))
    wait_for(reachable, "reachable again")


def test_an_edited_message_is_kept_in_its_new_words(stack, telegram, chat):
    text, better = word(), word()
    update = telegram.say(chat, text)
    answers(telegram, chat)
    edited = {**update["message"], "text": better, "edit_date": 2}
    telegram.push({"edited_message": edited})
    wait_for(lambda: stack.sql("select 1 from message where body = %s and edited_at is not null", better), "the edit")
    settled(stack, telegram, chat, [f"You said: {text}"])


@pytest.mark.parametrize(
    "command, words", [("/start", "Hello there!"), ("/start ref_7", "Hello there!"), ("/help", "/reset"), ("/stop", "There is nothing to stop")]
)
def test_commands_are_answered_at_once(stack, telegram, chat, command, words):
    telegram.say(chat, command)
    assert words in answers(telegram, chat)[0]
    stack.wait_idle()
    assert len(telegram.texts(chat)) == 1


def test_reset_makes_the_bot_forget(stack, telegram, chat):
    before, after = word(), word()
    telegram.say(chat, before)
    answers(telegram, chat)
    telegram.say(chat, "/reset")
    answers(telegram, chat, 2)
    telegram.say(chat, after)
    answers(telegram, chat, 3)
    call = next(c for c in stack.openai.calls if after in c.get("question", ""))
    assert before not in str(call["body"]["messages"])


def test_stop_ends_the_answer_under_way(stack, telegram, chat):
    text = word()
    stack.openai.rule(text, pieces=["One "] * 200, delay=0.1)
    telegram.say(chat, text)
    wait_for(lambda: [d for d in telegram.drafts if d["chat_id"] == chat], "a live draft")
    cancelled = stack.openai.cancelled
    telegram.say(chat, "/stop")
    wait_for(lambda: stack.openai.cancelled > cancelled, "the model to be left")
    stack.wait_idle()
    assert any("Stopped" in t for t in telegram.texts(chat))


def test_a_live_draft_grows_and_is_followed_by_the_message(stack, telegram, chat):
    text, seen = word(), threading.Event()
    stack.openai.rule(text, pieces=[f"piece{n} " for n in range(300)], delay=0.1, hurry=seen)
    telegram.say(chat, text)
    wait_for(lambda: any(d["chat_id"] == chat and d["text"] for d in telegram.drafts), "the draft")
    seen.set()
    answers(telegram, chat)
    drafts = [d for d in telegram.drafts if d["chat_id"] == chat]
    assert drafts and len({d["draft_id"] for d in drafts}) == 1
    grown = [d["text"] for d in drafts if d["text"]]
    assert grown and all("piece0" in t for t in grown)
    assert "piece299" in telegram.texts(chat)[0]


def test_a_popular_question_is_asked_by_its_button(stack, telegram, chat):
    telegram.say(chat, "/start")
    message = telegram.wait_sent(chat)[0]
    buttons = [b for row in message.get("reply_markup", {}).get("inline_keyboard", []) for b in row]
    assert any(b.get("callback_data", "").startswith("q:") for b in buttons), message
    telegram.press(chat, "q:0:0")
    texts = answers(telegram, chat, 2)
    assert "How much is delivery?" in texts[-1]
    query = telegram.calls_of("answerCallbackQuery")
    assert query, "the button kept on waiting"


def test_photos_and_documents_are_kept_as_attachments(stack, telegram, chat):
    caption = word()
    telegram.push(
        {
            "message": {
                "message_id": 900, "from": {"id": chat, "is_bot": False, "first_name": "A", "language_code": "en"},
                "chat": telegram.chat(chat).describe(), "date": 1, "caption": caption,
                "photo": [{"file_id": "abc", "file_unique_id": "abc", "width": 10, "height": 10, "file_size": 100}],
            }
        }
    )
    answers(telegram, chat)
    rows = stack.sql("select extra::text from message where body like %s and author = 0", f"%{caption}%")
    assert rows and "abc" in rows[0][0]


@pytest.mark.parametrize(
    "update",
    [
        {"message": {"message_id": 1, "date": 1, "chat": {"id": 31, "type": "private"}, "sticker": {"file_id": "s"}}},
        {"something_new": {"a": [1, 2, {"b": None}]}},
        {"channel_post": {"message_id": 1, "date": 1, "chat": {"id": -1005, "type": "channel", "title": "x"}, "text": "x"}},
        {"stopped_message_generation": {"chat": {"id": 31, "type": "private"}, "draft_id": 5}},
        {"callback_query": {"id": "1", "chat_instance": "1", "data": "nonsense", "from": {"id": 31, "is_bot": False, "first_name": "A"}}},
    ],
    ids=["sticker", "unknown kind", "channel post", "stopped generation", "unknown button"],
)
def test_what_we_do_not_handle_is_taken_politely(stack, telegram, update):
    update = {"update_id": telegram.bot.next_update, **update}
    telegram.bot.next_update += 1
    reply = stack.http("POST", "/telegram/model-telegram", update, secret(telegram))
    assert reply.status == 200, reply.body


def secret(telegram):
    return {"X-Telegram-Bot-Api-Secret-Token": telegram.bot.webhook["secret"]}


@pytest.mark.parametrize(
    "headers, body, status",
    [
        ({}, b"{}", 401),
        ({"X-Telegram-Bot-Api-Secret-Token": "wrong"}, b"{}", 401),
        ("secret", b"", 400),
        ("secret", b"not json", 400),
        ("secret", b"[]", 400),
        ("secret", b'{"message":{}}', 400),
        ("secret", b"[" * 100000, 400),
        ("secret", b'{"update_id":1,"x":"' + b"a" * 300000 + b'"}', 413),
    ],
    ids=["no secret", "wrong secret", "empty", "not json", "a list", "no id", "deep", "huge"],
)
def test_bad_webhook_calls_get_a_clear_status(stack, telegram, headers, body, status):
    headers = secret(telegram) if headers == "secret" else headers
    headers = {**headers, "Content-Type": "application/json"}
    reply = stack.http("POST", "/telegram/model-telegram", body, headers)
    assert reply.status == status, reply.body
    if len(body) < 256 << 10:  # what is longer than anything we take, the library refuses in its own words
        assert reply.headers["Content-Type"].startswith("application/problem+json")


def test_an_unknown_channel_is_not_found(stack, telegram):
    assert stack.http("POST", "/telegram/nobody", {}, secret(telegram)).status == 404


def test_text_with_a_nul_is_survived(stack, telegram, chat):
    text = word()
    telegram.say(chat, f"{text}\u0000\u0001 tail")
    answers(telegram, chat)


def test_a_trace_leads_from_the_webhook_to_the_delivery(stack, telegram, chat):
    telegram.say(chat, word())
    answers(telegram, chat)
    stack.wait_idle()
    trace = stack.sql(
        "select i.trace from inbound i join conversation c on c.id = i.conversation_id where c.chat_key = %s", str(chat)
    )[0][0]
    services = lambda: {line["service"] for line in stack.log_lines() if line.get("trace") == trace}
    wait_for(lambda: services() == {"ingress", "llm-worker", "courier"}, "all three to have logged it")


def test_the_menu_of_commands_is_told_to_telegram(telegram):
    calls = wait_for(lambda: telegram.calls_of("setMyCommands"), "setMyCommands")
    names = {c["command"] for call in calls for c in call["params"]["commands"]}
    assert {"start", "help", "reset", "stop"} <= names

"""Telegram's groups: who is answered there, previews instead of drafts, and groups that move."""

import threading

import pytest

from tests.system.stack import CHATS, eventually, wait_for, word

STACK = {"webhook": True}


def test_a_group_that_became_a_supergroup_gets_its_answer_there(stack, telegram):
    group, supergroup = -501, -1000000000501
    telegram.chat(group).migrated_to = supergroup
    text = word()
    telegram.say(group, f"@{telegram.bot.me['username']} {text}")
    sent = telegram.wait_sent(supergroup)
    assert text in sent[0]["text"]
    eventually(lambda: _has_key(stack, str(supergroup)))


def _has_key(stack, key):
    assert stack.sql("select 1 from conversation where chat_key = %s", key)


def test_a_migration_notice_moves_the_conversation(stack, telegram):
    group, supergroup = -502, -1000000000502
    telegram.say(group, f"@{telegram.bot.me['username']} {word()}")
    telegram.wait_sent(group)
    stack.wait_idle()
    message = {
        "message_id": 77, "from": {"id": 42, "is_bot": False, "first_name": "A"},
        "chat": telegram.chat(group).describe(), "date": 1, "migrate_to_chat_id": supergroup,
    }
    telegram.push({"message": message})
    eventually(lambda: _has_key(stack, str(supergroup)))


@pytest.mark.parametrize("how", ["mention", "reply", "command"])
def test_in_groups_the_bot_answers_who_speaks_to_it(stack, telegram, how):
    group = -next(CHATS)
    username = telegram.bot.me["username"]
    telegram.say(group, word())  # between people: not for us
    if how == "mention":
        telegram.say(group, f"@{username} {word()}")
    elif how == "reply":
        mine = {"message_id": 5, "date": 1, "chat": telegram.chat(group).describe(), "from": telegram.bot.me, "text": "x"}
        telegram.say(group, word(), reply_to_message=mine)
    else:
        telegram.say(group, f"/help@{username.upper()}")
    telegram.wait_sent(group)
    stack.wait_idle()
    assert len(telegram.texts(group)) == 1


def test_who_names_us_before_we_know_our_name_is_answered_later(stack, telegram):
    group, text = -next(CHATS), word()
    stack.kill("ingress")
    telegram.rule("getme", times=None, status=502)
    stack.restart("ingress")
    asked = telegram.say(group, f"@{telegram.bot.me['username']} {text}")["update_id"]
    alone = next(CHATS)
    telegram.say(alone, word())
    telegram.wait_sent(alone)  # needs no name
    wait_for(lambda: asked in dict(telegram.webhook_log), "the update to be sent to us")
    assert dict(telegram.webhook_log)[asked] == 503
    telegram.forget()
    assert text in telegram.wait_sent(group)[0]["text"]


def test_a_command_for_another_bot_is_not_ours(stack, telegram):
    group = -next(CHATS)
    telegram.say(group, "/help@SomeOtherBot")
    telegram.say(group, f"/help@{telegram.bot.me['username']}")
    telegram.wait_sent(group)
    stack.wait_idle()
    assert len(telegram.texts(group)) == 1


def ask_in_group(stack, telegram, **sending):
    """Pieces come slowly until the event tells to end; Telegram takes the first message as told."""
    group, text, enough = -next(CHATS), word(), threading.Event()
    if sending:
        telegram.rule(f"sendmessage {group}", **sending)
    stack.openai.rule(text, pieces=[f"piece{n} " for n in range(300)], delay=0.1, hurry=enough)
    telegram.say(group, f"@{telegram.bot.me['username']} {text}")
    return group, enough


def test_in_groups_a_silent_preview_grows_and_gives_way_to_the_message(stack, telegram):
    group, enough = ask_in_group(stack, telegram)
    edited = lambda: [e for e in telegram.edits if e["chat_id"] == group]  # noqa: E731
    wait_for(edited, "the preview to grow")
    enough.set()
    preview = telegram.sent_to(group)[0]
    assert preview["is_silent"] and "piece0" in preview["text"]
    assert {e["message_id"] for e in edited()} == {preview["message_id"]}
    wait_for(lambda: any(m["chat"]["id"] == group for m in telegram.deleted), "the preview to be deleted")
    (message,) = telegram.sent_to(group)
    assert "piece299" in message["text"] and not message.get("is_silent")


@pytest.mark.parametrize("delay", [2.5, 6])
def test_a_preview_that_comes_after_its_message_is_deleted(stack, telegram, delay):
    group, enough = ask_in_group(stack, telegram, delay=delay)
    wait_for(lambda: telegram.sends_to(group), "the preview to be on its way")
    enough.set()
    wait_for(lambda: any(m["chat"]["id"] == group for m in telegram.deleted), "the late preview to be deleted")
    (message,) = telegram.sent_to(group)
    assert "piece299" in message["text"]


def test_a_preview_that_redis_cannot_remember_is_deleted(stack, telegram):
    group, enough = ask_in_group(stack, telegram, delay=2)
    wait_for(lambda: telegram.sends_to(group), "the preview to be on its way")
    stack.servers.call("redis", "stop")
    try:
        wait_for(lambda: any(m["chat"]["id"] == group for m in telegram.deleted), "the preview to be deleted")
    finally:
        stack.servers.call("redis", "start")
        stack.wait_ready()
    enough.set()
    wait_for(lambda: any("piece299" in text for text in telegram.texts(group)), "the message")


def test_a_preview_that_could_not_be_deleted_goes_with_the_next_message(stack, telegram):
    group, enough = ask_in_group(stack, telegram)
    telegram.rule(f"deletemessage {group}", status=502, html="<html>Bad Gateway</html>")
    wait_for(lambda: telegram.sent_to(group), "the preview")
    enough.set()
    wait_for(lambda: len(telegram.sent_to(group)) == 2 and not telegram.rules, "the refused deletion")
    telegram.say(group, f"/help@{telegram.bot.me['username']}")
    wait_for(lambda: any(m["chat"]["id"] == group for m in telegram.deleted), "the preview to be deleted")
    assert [bool(m.get("is_silent")) for m in telegram.sent_to(group)] == [False, False]

"""Telegram without a public address: long polling."""

from tests.fakes.telegram import OTHER_POLL
from tests.system.stack import wait_for, word

STACK = {"webhook": False}


def test_a_message_is_answered_once(stack):
    text = word()
    stack.telegram.say(11, text)
    stack.telegram.wait_sent(11)
    stack.wait_idle()
    assert stack.telegram.texts(11) == [f"You said: {text}"]


def test_a_webhook_left_behind_is_removed(stack):
    bot = stack.telegram.bot
    bot.webhook["url"] = "https://somebody.else/"
    if bot.poll and not bot.poll.done():
        stack.telegram.loop.call_soon_threadsafe(bot.poll.set_result, None)
    wait_for(lambda: bot.webhook["url"] == "", "the webhook to be deleted")
    stack.telegram.say(12, word())
    stack.telegram.wait_sent(12)


def test_the_offset_moves_only_after_the_update_is_kept(stack):
    update = stack.telegram.say(13, word())
    stack.telegram.wait_sent(13)
    wait_for(
        lambda: any(int(c["params"].get("offset", 0)) > update["update_id"] for c in stack.telegram.calls_of("getUpdates")),
        "the offset to move",
    )
    assert stack.sql("select 1 from inbound where event_key = %s", str(update["update_id"]))


def test_an_update_given_twice_is_answered_once(stack):
    text = word()
    update = stack.telegram.say(14, text)
    stack.telegram.wait_sent(14)
    stack.telegram.push(update)
    stack.telegram.say(15, word())
    stack.telegram.wait_sent(15)
    stack.wait_idle()
    assert stack.telegram.texts(14) == [f"You said: {text}"]


def test_polling_goes_on_after_a_conflict_and_after_errors(stack):
    stack.telegram.rule("getupdates", error=409, description=OTHER_POLL)
    stack.telegram.rule("getupdates", status=502, html="<html>Bad Gateway</html>")
    stack.telegram.rule("getupdates", error=429, description="Too Many Requests: retry after 1", parameters={"retry_after": 1})
    stack.telegram.rule("getupdates", drop="before")
    text = word()
    stack.telegram.say(16, text)
    stack.telegram.say(17, text)
    stack.telegram.wait_sent(16)
    wait_for(lambda: not stack.telegram.rules, "every failure to have happened", 90)
    stack.telegram.say(18, text)
    stack.telegram.wait_sent(18)


def test_who_polled_and_died_is_not_waited_for_long(stack):
    """Its lock must not outlive it by much: the next one polls at once."""
    stack.kill("ingress")
    stack.restart("ingress")
    stack.telegram.say(19, word())
    stack.telegram.wait_sent(19, timeout=30)


def test_the_menu_follows_the_bots_file(stack, tmp_path):
    def menu():
        return {c["command"] for c in stack.telegram.calls_of("setMyCommands")[-1]["params"]["commands"]}

    def shows(offered):
        stack.telegram.say(17, word())  # ends the poll under way
        return ("operator" in menu()) == offered

    assert "operator" in menu()
    text = stack.bots.read_text()
    alone = tmp_path / "bots.yaml"
    alone.write_text(text.replace("handoff: { same_question: 0", "handoff: { enabled: false, same_question: 0"))
    stack.tandem("bot", "apply", str(alone))
    wait_for(lambda: shows(False), "the menu without a human")
    stack.tandem("bot", "apply", str(stack.bots))
    wait_for(lambda: shows(True), "the menu with one")

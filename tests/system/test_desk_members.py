"""A bot's chats are for a fixed group of operators, some of whom are known from Telegram alone."""

import itertools

from tests.system.desk import Client, bots_with, options, word

STACK = options()
NOBODY = itertools.count(77001)  # numbers of accounts that are not there yet


def group_of(stack, *members):
    """The bots file with this group, applied; what was said about it."""
    bots = bots_with("assign: broadcast,", f"assign: group, group: [{', '.join(members)}],")
    return stack.tandem("bot", "apply", bots).stderr


def test_only_the_group_is_asked(stack, people):
    first, second, other = people(), people(handle="Second_One"), people(handle="other_one")
    listed = stack.tandem("operator", "list").stdout
    assert f"{second.chat} @second_one" in listed and f" {first.chat} " in listed
    assert group_of(stack, str(first.chat), '"@second_ONE"') == ""
    client = Client(stack)
    client.call()
    first.invitation(client)
    second.accept(client)
    client.say(text := word())
    second.wait(text)
    assert not any(client.name in t for t in other.texts())


def test_who_is_missing_is_told(stack, people):
    operator, nobody = people(), str(next(NOBODY))
    said = group_of(stack, nobody, '"@no_one"')
    assert f"warning: nobody of the group of shop is there and enabled ({nobody}, @no_one)" in said
    assert "nobody of the group of shop is there" in stack.tandem("doctor", check=False).stdout
    assert f"names who is not there, or not enabled: {nobody}\n" in group_of(stack, nobody, str(operator.chat))
    assert f"names who is not there, or not enabled: {nobody}\n" in stack.tandem("doctor", check=False).stdout


def test_an_operator_is_named_by_their_name_in_telegram(stack, people):
    operator = people(handle="Third_One")
    stack.tandem("operator", "capacity", "@third_one", "9")
    assert stack.sql("select capacity from operator where id = %s", operator.id) == [(9,)]
    assert stack.tandem("operator", "capacity", "@no_one", "9", check=False).returncode == 1

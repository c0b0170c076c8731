"""What no well-meaning client sends: documented statuses, and nothing else happens.

The tables are in tests/hostile/shapes.py.  That nothing crashed or leaked is checked when the
programs are stopped: they must leave well, with the sanitizers' blessing.
"""

import secrets

import pytest

from tests.hostile import shapes
from tests.hostile.wire import exchange
from tests.system.stack import word


def name_of(row):
    return row[0].replace(" ", "-")


@pytest.mark.parametrize("row", shapes.FRAMING + shapes.HEADS, ids=name_of)
def test_a_request_of_the_wrong_shape_gets_its_status(stack, row):
    _, request, documented, closes = row
    statuses, answer, closed = exchange(stack.port, request)
    assert statuses == documented, answer[:300]
    assert closed or not closes, "the connection must end here"
    if statuses[-1] >= 400:
        assert b"application/problem+json" in answer


@pytest.mark.parametrize("row", shapes.BODIES, ids=name_of)
def test_a_body_of_the_wrong_kind_gets_its_status(stack, row):
    _, body, status = row
    w = stack.widget()
    body = body.replace(b"abcdefgh", secrets.token_hex(8).encode())
    headers = {**w.headers(), "Content-Type": "application/json"}
    reply = stack.http("POST", "/api/v1/messages", body, headers)
    assert reply.status == status, reply.body


def test_a_head_may_arrive_byte_by_byte_and_is_still_checked(stack):
    good = shapes.GET + b"\r\n"
    assert exchange(stack.port, *[good[i : i + 1] for i in range(len(good))])[0] == [200]
    bad = shapes.GET + b"X: 1\n\r\n"
    assert exchange(stack.port, *[bad[i : i + 1] for i in range(len(bad))])[0] == [400]


@pytest.mark.parametrize("body", [b"[" * 10_000, b"{}", b"null", b"\xff", b'{"update_id":1}', b'{"update_id":"x"}'])
def test_an_update_of_the_wrong_kind_is_refused_or_recorded(stack, body):
    secret = stack.telegram.bot.webhook["secret"]
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret, "Content-Type": "application/json"}
    path = stack.telegram.bot.webhook["url"].split("/", 3)[3]
    reply = stack.http("POST", "/" + path, body, headers)
    assert reply.status == (200 if body == b'{"update_id":1}' else 400), reply.body


def test_after_all_of_it_people_are_still_answered(stack):
    assert stack.widget("library-site").ask(word())["author"] == "bot"

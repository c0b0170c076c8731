"""Who sends too much is told how long to wait; others are not touched."""

from tests.system.stack import word

STACK = {"env": {"RATE_LIMITS": "1"}}


def test_too_many_messages_are_refused_with_the_time_to_wait(stack):
    w = stack.widget("strict-site")
    replies = [w.send(word()) for _ in range(6)]
    refused = [r for r in replies if r.status == 429]
    assert refused, [r.status for r in replies]
    assert int(refused[0].headers["Retry-After"]) >= 1
    assert refused[0].headers["Content-Type"].startswith("application/problem+json")
    other = stack.widget("strict-site")
    assert other.send(word()).status == 201, "others are not limited"


def test_a_message_that_is_too_long_is_refused(stack):
    w = stack.widget("strict-site")
    reply = w.send("a" * 101)
    assert reply.status in (400, 413), reply.body


def test_too_many_sessions_from_one_address_are_refused(stack):
    for _ in range(100):
        reply = stack.http("POST", "/api/v1/sessions", {"site": "strict-site", "lang": "en"})
        if reply.status != 201:
            break
    assert reply.status == 429
    assert int(reply.headers["Retry-After"]) >= 1

"""Who sends too much is told how long to wait; others are not touched."""

import contextlib

from tests.system.events import EventSource
from tests.system.stack import word

STACK = {"env": {"RATE_LIMITS": "1", "TRUSTED_PROXIES": "127.0.0.1"}}


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


def test_too_many_streams_from_one_network_are_refused(stack):
    tokens = [stack.widget("strict-site").token for _ in range(12)]

    def listen(n, address):
        path = f"/api/v1/events?token={tokens[n % len(tokens)]}"
        return opened.enter_context(contextlib.closing(EventSource(stack.port, path, {"X-Forwarded-For": address})))

    with contextlib.ExitStack() as opened:
        home = [listen(n, f"2001:db8:1:2:{n + 1:x}::1").status for n in range(51)]
        assert home == [200] * 50 + [429], "a household has a /64"
        assert listen(51, "2001:db8:1:3::1").status == 200


def test_too_many_sessions_from_one_address_are_refused(stack):
    for _ in range(100):
        reply = stack.http("POST", "/api/v1/sessions", {"site": "strict-site", "lang": "en"})
        if reply.status != 201:
            break
    assert reply.status == 429
    assert int(reply.headers["Retry-After"]) >= 1

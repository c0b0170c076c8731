"""Who sends too much is told how long to wait; others are not touched."""

import contextlib
import socket

from tests.system.console import conversation_of
from tests.system.events import EventSource
from tests.system.stack import eventually, word

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


def large_file(stack):
    """The address of a file as large as they may be, part of a conversation."""
    widget = stack.widget("strict-site")
    seq = widget.send(word()).json["seq"]
    conversation = conversation_of(stack, widget)
    size, piece = 20 * 1024 * 1024, 256 * 1024
    stack.sql_do(
        "with new as (insert into file (operator_id, key, conversation_id, name, mime, size, have, seq)"
        f" values (1, 'large-file', {conversation}, 'a.bin', '', {size}, {size}, {seq}) returning id),"
        f" pieces as (insert into file_piece select id, at, convert_to(repeat('x', {piece}), 'UTF8')"
        f" from new, generate_series(0, {size - piece}, {piece}) as at)"
        " update message set extra = coalesce(extra, '{}') || jsonb_build_object('attachments', jsonb_build_array("
        f"jsonb_build_object('kind', 'document', 'name', 'a.bin', 'size', {size}, 'file', new.id)))"
        f" from new where conversation_id = {conversation} and seq = {seq}"
    )
    return next(m for m in widget.messages() if m["seq"] == seq)["attachments"][0]["url"]


def test_files_that_nobody_takes_leave_room_for_others(stack):
    url = large_file(stack)

    def ask(address):
        """Who reads no more than the first line of the answer."""
        client = opened.enter_context(socket.create_connection(("127.0.0.1", stack.port), timeout=20))
        client.sendall(f"GET {url} HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: {address}\r\n\r\n".encode())
        return client.recv(12)

    with contextlib.ExitStack() as opened:
        home = [ask("192.0.2.1") for _ in range(9)]
        assert home == [b"HTTP/1.1 200"] * 8 + [b"HTTP/1.1 503"]
        assert ask("192.0.2.2") == b"HTTP/1.1 200"

        def served_again():
            assert ask("192.0.2.1") == b"HTTP/1.1 200"

        opened.pop_all().close()
        eventually(served_again)


def test_too_many_sessions_from_one_address_are_refused(stack):
    for _ in range(100):
        reply = stack.http("POST", "/api/v1/sessions", {"site": "strict-site", "lang": "en"})
        if reply.status != 201:
            break
    assert reply.status == 429
    assert int(reply.headers["Retry-After"]) >= 1

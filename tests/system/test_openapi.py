"""What the OpenAPI file does not say is noticed, by its route and field."""

import json

import pytest

from tests.system import openapi

JSON, PROBLEM = {"Content-Type": "application/json"}, {"Content-Type": "application/problem+json"}
STATE = {"messages": [], "last_seq": 0, "responder": "bot", "epoch": 1, "operator": None, "queue": None, "leaving": False, "rate": None}
MESSAGE = {"seq": 1, "author": "bot", "text": "Hi", "created_at": "2026-11-21T06:31:48.221Z"}
REFUSAL = {"type": "about:blank", "title": "T", "status": 429, "code": "too_many", "detail": "D", "trace": "0" * 32}


def page(**more):
    return {**STATE, "messages": [{**MESSAGE, **more}]}


@pytest.mark.parametrize("status, headers, body, named", [
    (200, JSON, STATE, None),
    (200, JSON, page(), None),
    (200, JSON, page(mood="good"), "body.messages[0].mood is not described"),
    (200, JSON, page(seq="1"), "body.messages[0].seq is str"),
    (200, JSON, page(author="cat"), "body.messages[0].author is 'cat'"),
    (200, JSON, page(created_at="today"), "body.messages[0].created_at is 'today'"),
    (200, JSON, {"last_seq": 0}, "body.messages is missing"),
    (200, {"Content-Type": "text/html"}, STATE, "header Content-Type is text/html"),
    (418, PROBLEM, {}, "status 418"),
    (429, {**PROBLEM, "Retry-After": "3"}, REFUSAL, None),
    (429, PROBLEM, REFUSAL, "header Retry-After is missing"),
    (429, {**PROBLEM, "Retry-After": "0"}, REFUSAL, "header Retry-After is out of bounds"),
])
def test_an_answer_that_is_not_described_is_named(status, headers, body, named):
    if not named:
        openapi.check("GET", "/api/v1/messages?after=0", status, headers, json.dumps(body).encode())
        return
    with pytest.raises(AssertionError) as raised:
        openapi.check("GET", "/api/v1/messages?after=0", status, headers, json.dumps(body).encode())
    assert f"GET /api/v1/messages {status}: " in str(raised.value) and named in str(raised.value)


def test_so_is_a_body_where_there_is_to_be_none():
    openapi.check("POST", "/console/api/logout", 204, {}, b"")
    with pytest.raises(AssertionError, match="POST /console/api/logout 204: body"):
        openapi.check("POST", "/console/api/logout", 204, {}, b"{}")


def test_an_event_is_looked_at_like_an_answer():
    openapi.check_event("/api/v1/events?token=x", {"event": "message", "data": MESSAGE})
    with pytest.raises(AssertionError, match="event message: data.seq is missing"):
        openapi.check_event("/api/v1/events?token=x", {"event": "message", "data": {"text": "Hi"}})

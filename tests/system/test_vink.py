"""The interface of the Vink support chat, as its front end uses it."""

from tests.system.stack import wait_for, word


def say(stack, token, text):
    headers = {"chat-token": token} if token else {}
    return stack.http("POST", "/api/v1/gpt", {"message": text}, headers)


def fetch(stack, token):
    return stack.http("GET", "/api/v1/message", None, {"chat-token": token} if token else {})


def collect(stack, token, n):
    got = []

    def more():
        got.extend(fetch(stack, token).json["messages"])
        return len(got) >= n

    wait_for(more, f"{n} messages")
    return got


def test_a_first_message_makes_the_token_and_is_answered(stack):
    text = word()
    reply = say(stack, "vink-token-1", text)
    assert reply.status == 201
    assert "Успех" in reply.body.decode()
    message = collect(stack, "vink-token-1", 1)[0]
    assert set(message) >= {"message", "date_create", "user"}
    assert text in message["message"]


def test_each_answer_is_given_once(stack):
    say(stack, "vink-token-2", word())
    collect(stack, "vink-token-2", 1)
    stack.wait_idle()
    assert fetch(stack, "vink-token-2").json["messages"] == []


def test_without_a_token_it_is_refused(stack):
    assert say(stack, None, word()).status == 400
    assert fetch(stack, None).status == 400


def test_tokens_are_apart(stack):
    say(stack, "vink-token-3", word())
    collect(stack, "vink-token-3", 1)
    assert fetch(stack, "vink-token-4").json["messages"] == []


def test_a_bad_body_is_refused(stack):
    for body in (b"", b"{", b"[]", b"{}", b'{"message":5}', b'{"message":""}'):
        reply = stack.http("POST", "/api/v1/gpt", body, {"chat-token": "vink-token-5", "Content-Type": "application/json"})
        assert reply.status == 400, body


def test_a_page_of_another_origin_may_use_it(stack):
    """The front end asks as axios does: JSON in both ways, its token in a header of its own."""
    asked = {"Origin": "https://vink.example", "Access-Control-Request-Headers": "chat-token,content-type"}
    for path, method in (("/api/v1/gpt", "POST"), ("/api/v1/message", "GET")):
        reply = stack.http("OPTIONS", path, None, {**asked, "Access-Control-Request-Method": method})
        allowed = {name.strip().lower() for name in reply.headers["Access-Control-Allow-Headers"].split(",")}
        assert reply.status == 204 and {"chat-token", "content-type"} <= allowed
        assert method in reply.headers["Access-Control-Allow-Methods"]
        assert reply.headers["Access-Control-Allow-Origin"] in ("*", asked["Origin"])

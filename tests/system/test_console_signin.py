"""The console: signing in, sessions, and requests that somebody forged."""

import json
import socket

import pytest

from tests.fakes.server import wait_for
from tests.system.console import Console, PASSWORD, add_user, held

pytestmark = pytest.mark.usefixtures("on_duty")


# --- signing in --------------------------------------------------------------------------------


def test_a_session_is_in_a_cookie_that_pages_cannot_read(ann):
    for word_ in ("HttpOnly", "SameSite=Strict", "Path=/console", "Secure"):
        assert word_ in ann.set_cookie
    assert ann.operator["role"] == "admin" and ann.operator["login"] == "ann"
    me = ann.get("me")
    assert me.json["csrf"] == ann.csrf
    assert [b["name"] for b in me.json["bots"]][0] == "model"
    assert me.headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in me.headers["Content-Security-Policy"]


def test_only_the_hash_of_a_token_is_kept(stack, ann):
    token = ann.cookie.split("=", 1)[1]
    rows = stack.sql("select encode(token_hash, 'hex'), csrf from session")
    assert rows and all(token not in row for row in rows)
    kept = stack.sql("select password from operator where login = 'ann'")[0][0]
    assert kept.startswith("$scrypt$") and PASSWORD not in kept


def test_nobody_comes_in_without_a_session(stack, ann):
    for path in ("me", "conversations", "conversations/1", "operators", "audit", "events", "files/1/1/0"):
        reply = stack.http("GET", f"/console/api/{path}")
        assert (reply.status, reply.json["code"]) == (401, "sign_in"), path
        reply = stack.http("GET", f"/console/api/{path}", None, {"Cookie": "tandem_session=abc"})
        assert reply.status == 401, path


def test_a_wrong_password_and_an_unknown_login_look_the_same(stack, ann):
    answers = [
        stack.http("POST", "/console/api/login", {"login": login, "password": "wrong password"}).json
        for login in ("ann", "nobody-at-all")
    ]
    for answer in answers:
        answer.pop("trace")
    assert answers[0] == answers[1] and answers[0]["code"] == "bad_password"


def test_repeated_failures_lock_the_login_out(stack, ann):
    add_user(stack, "victim")
    seen = [
        stack.http("POST", "/console/api/login", {"login": "victim", "password": f"wrong {n}"}).status for n in range(5)
    ]
    assert seen == [401] * 5
    assert "locked_out" in [e["what"] for e in ann.read("audit")["entries"]]
    stack.sql_do("update lockout set until = now() + interval '10 minutes' where key = 'login:victim'")  # the first time is short
    reply = stack.http("POST", "/console/api/login", {"login": "victim", "password": PASSWORD})
    assert reply.status == 429 and int(reply.headers["Retry-After"]) >= 1 and reply.json["code"] == "locked"
    what = [e["what"] for e in ann.read("audit")["entries"]]
    assert "sign_in_failed" in what and "signed_in" in what
    stack.sql_do("delete from lockout")
    assert Console(stack, "victim").operator["login"] == "victim"


def leave_while_signing_in(stack, login):
    body = json.dumps({"login": login, "password": "wrong password"})
    head = f"POST /console/api/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", stack.port)) as s:
        s.sendall((head + body).encode())


def test_no_password_is_worked_on_for_who_has_left(stack, ann):
    before = stack.logs().count("sign-in failed")
    for n in range(12):
        leave_while_signing_in(stack, f"leaver-{n}")
    Console(stack, "ann")  # one after another: theirs were first
    assert stack.logs().count("sign-in failed") < before + 12
    stack.sql_do("delete from lockout")


def lock_out(stack, login, cookie=None):
    """How many tries it took."""
    headers = {"Cookie": cookie} if cookie else None
    for n in range(1, 30):
        reply = stack.http("POST", "/console/api/login", {"login": login, "password": f"wrong {n}"}, headers)
        if reply.status == 429:
            return n - 1
    raise AssertionError(f"{login} was never locked out")


def device_of(console):
    reply = console.stack.http("POST", "/console/api/login", {"login": console.login, "password": PASSWORD})
    cookies = [c for c in reply.headers.get_all("Set-Cookie") if c.startswith("tandem_device=")]
    assert "HttpOnly" in cookies[0] and "SameSite=Strict" in cookies[0] and "Path=/console" in cookies[0]
    return cookies[0].split(";")[0]


def sign_in_from(stack, login, cookie):
    return stack.http("POST", "/console/api/login", {"login": login, "password": PASSWORD}, {"Cookie": cookie}).status


def test_who_knows_a_login_cannot_lock_its_owner_out(stack, ann):
    add_user(stack, "owner")
    device = device_of(Console(stack, "owner"))
    assert lock_out(stack, "owner") == 5
    stack.sql_do("update lockout set until = now() + interval '10 minutes' where key = 'login:owner'")
    assert stack.http("POST", "/console/api/login", {"login": "owner", "password": PASSWORD}).status == 429
    assert sign_in_from(stack, "owner", device) == 200
    assert stack.http("POST", "/console/api/login", {"login": "owner", "password": PASSWORD}).status == 429  # nothing is forgiven
    fresh = device[:-2] + ("AA" if device[-2:] != "AA" else "BB")
    assert sign_in_from(stack, "owner", fresh) == 429
    assert sign_in_from(stack, "owner", device_of(ann)) == 429  # somebody else's browser
    assert sign_in_from(stack, "owner", "tandem_device=" + ann.cookie.split("=", 1)[1]) == 429
    stack.sql_do("delete from lockout")


def test_a_known_browser_has_a_counter_of_its_own(stack, ann):
    add_user(stack, "two-homes")
    console = Console(stack, "two-homes")
    one, two = device_of(console), device_of(console)
    assert lock_out(stack, "two-homes", one) == 5
    stack.sql_do("update lockout set until = now() + interval '10 minutes' where key like 'device:%'")
    assert sign_in_from(stack, "two-homes", one) == 429
    assert sign_in_from(stack, "two-homes", two) == 200
    assert sign_in_from(stack, "two-homes", "") == 200
    entries = [(e["what"], e["operator"], e["detail"]) for e in ann.read("audit")["entries"]]
    assert ("locked_out", "two-homes", {"by": "device", "failures": 5}) in entries
    stack.sql_do("delete from lockout")


def set_silence(stack, login, hours):
    stack.sql_do(f"update session set seen_at = now() - interval '{hours} hours' from operator o"
                 f" where o.id = operator_id and o.login = '{login}'")


def silence(stack, login):
    return stack.sql("select extract(epoch from max(now() - s.seen_at)) from session s join operator o"
                     " on o.id = s.operator_id where o.login = %s", login)[0][0]


def test_who_is_on_duty_and_only_watches_stays_signed_in(stack, team):
    add_user(stack, "watcher")
    watcher = Console(stack, "watcher")
    assert watcher.post("me", {"on_duty": True}).status == 200
    stream = watcher.listen()
    stream.wait("hello")
    set_silence(stack, "watcher", 11)
    wait_for(lambda: silence(stack, "watcher") < 60, "the stream to count", 40)
    assert watcher.post("me", {"on_duty": False}).status == 200
    set_silence(stack, "watcher", 13)
    wait_for(lambda: stream.is_over, "the stream to end", 40)
    assert watcher.get("me").status == 401


def test_signing_out_ends_the_session_and_its_streams(stack, team):
    add_user(stack, "leaver")
    leaver = Console(stack, "leaver")
    stream = leaver.listen()
    assert leaver.post("logout").status == 204
    assert leaver.get("me").status == 401
    wait_for(lambda: stream.is_over, "the stream to end", 25)


def test_who_signs_out_everywhere_goes_off_duty(stack, team):
    add_user(stack, "goer")
    one, two = Console(stack, "goer"), Console(stack, "goer")
    assert one.post("me", {"on_duty": True}).status == 200
    _, conversation = held(stack, one)
    on_duty = "select on_duty from operator where login = 'goer'"
    assert one.post("logout").status == 204
    assert stack.sql(on_duty) == [(True,)], "another browser is still open"
    assert two.post("logout").status == 204
    assert stack.sql(on_duty) == [(False,)]
    responder = "select responder from conversation where id = %s"
    wait_for(lambda: stack.sql(responder, conversation) == [(1,)], "the chat to be in the queue again")
    team["ann"].do(conversation, "close")


def test_silence_ends_a_session(stack, team):
    add_user(stack, "sleeper")
    sleeper = Console(stack, "sleeper")
    stack.sql_do(
        "update session set seen_at = now() - interval '13 hours' from operator o"
        " where o.id = operator_id and o.login = 'sleeper'"
    )
    assert sleeper.get("me").status == 401


def test_a_new_password_asks_for_the_old_one_and_ends_other_sessions(stack, team):
    add_user(stack, "changer")
    one, two = Console(stack, "changer"), Console(stack, "changer")
    new = {"password": "another good one", "old_password": "not it at all"}
    assert one.post("me", new).json["code"] == "old_password"
    new["old_password"] = PASSWORD
    assert one.post("me", {**new, "password": "short"}).json["code"] == "weak_password"
    assert one.post("me", new).status == 200
    assert one.get("me").status == 200 and two.get("me").status == 401
    assert two.sign_in(PASSWORD).status == 401
    assert two.sign_in("another good one").status == 200


# --- forged requests ---------------------------------------------------------------------------


def test_requests_that_change_something_need_the_token_and_our_origin(stack, ann):
    tries = [
        ({"X-CSRF-Token": None}, "csrf"),
        ({"X-CSRF-Token": "0" * 64}, "csrf"),
        ({"Origin": "https://evil.test"}, "origin_not_allowed"),
        ({"Sec-Fetch-Site": "cross-site"}, "origin_not_allowed"),
    ]
    for headers, code in tries:
        for path in ("me", "logout", "conversations/1/orders", "operators", "operators/1", "jobs/1/retry"):
            reply = ann.post(path, {}, **headers)
            assert (reply.status, reply.json["code"]) == (403, code), (path, headers)
    login = {"login": "ann", "password": PASSWORD}
    reply = stack.http("POST", "/console/api/login", login, {"Origin": "https://evil.test"})
    assert reply.status == 403


def test_other_sites_get_no_permission(stack, ann):
    reply = stack.http("GET", "/console/api/me", None, {**ann.headers(), "Origin": "https://shop.test"})
    assert "Access-Control-Allow-Origin" not in reply.headers
    assert stack.http("OPTIONS", "/console/api/me", None, {"Origin": "https://shop.test"}).status == 405


# --- pages -------------------------------------------------------------------------------------


def test_the_pages_cannot_be_framed(stack):
    reply = stack.http("GET", "/console/c/17")
    if reply.status == 200:
        assert "frame-ancestors 'none'" in reply.headers["Content-Security-Policy"]
        assert reply.headers["X-Frame-Options"] == "DENY"
    assert stack.http("GET", "/console/../../etc/passwd").status in (400, 404)

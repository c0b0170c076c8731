"""The console's interface: who may, what they see, what they do."""

import pytest

from tests.fakes.server import wait_for
from tests.system.console import PASSWORD, Console, add_user, conversation_of, user
from tests.system.stack import eventually, word


@pytest.fixture(scope="module")
def team(stack):
    if "operator-relay" not in stack.processes:
        stack.run("operator-relay")
        stack.wait_ready("operator-relay")
    said = add_user(stack, "ann", "--admin", "--lang", "en", "--name", "Ann Admin")
    assert "/console" in said
    add_user(stack, "bob", "--lang", "en", "--name", "Bob")
    add_user(stack, "eva", "--lang", "ru", "--name", "Ева")
    return {login: Console(stack, login) for login in ("ann", "bob", "eva")}


@pytest.fixture(scope="module")
def ann(team):
    return team["ann"]


@pytest.fixture(scope="module")
def bob(team):
    return team["bob"]


@pytest.fixture(scope="module")
def eva(team):
    return team["eva"]


@pytest.fixture(autouse=True)
def on_duty(team):
    for console in team.values():
        if not console.read("me")["operator"]["on_duty"]:
            assert console.post("me", {"on_duty": True}).status == 200


def talk(stack):
    """A visitor with one question and its answer; the conversation's number."""
    widget = stack.widget()
    widget.ask(word())
    return widget, conversation_of(stack, widget)


def held(stack, console):
    """A conversation that the operator has; gives the chat back at the end of the test."""
    widget, conversation = talk(stack)
    assert console.do(conversation, "take")["state"] == "operator"
    return widget, conversation


# --- signing in ------------------------------------------------------------------------


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
        stack.http("POST", "/console/api/login", {"login": "victim", "password": f"wrong {n}"}).status for n in range(6)
    ]
    assert seen == [401] * 5 + [429]
    reply = stack.http("POST", "/console/api/login", {"login": "victim", "password": PASSWORD})
    assert reply.status == 429 and int(reply.headers["Retry-After"]) >= 1 and reply.json["code"] == "locked"
    what = [e["what"] for e in ann.read("audit")["entries"]]
    assert "locked_out" in what and "sign_in_failed" in what and "signed_in" in what
    stack.sql_do("delete from lockout")
    assert Console(stack, "victim").operator["login"] == "victim"


def test_signing_out_ends_the_session_and_its_streams(stack, team):
    add_user(stack, "leaver")
    leaver = Console(stack, "leaver")
    stream = leaver.listen()
    assert leaver.post("logout").status == 204
    assert leaver.get("me").status == 401
    wait_for(lambda: stream.is_over, "the stream to end", 25)


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


# --- at the command line ---------------------------------------------------------------


def test_users_are_kept_at_the_command_line(stack, team):
    assert user(stack, "add", "ann", password=PASSWORD).returncode == 1
    assert user(stack, "add", "short", password="short").returncode == 1
    assert user(stack, "add", "silent", password="").returncode == 1
    assert user(stack, "add", "Bad Login", password=PASSWORD).returncode == 64
    assert user(stack, "passwd", "nobody-here", password=PASSWORD).returncode == 1
    assert user(stack, "dance").returncode == 64
    add_user(stack, "keeper")
    keeper = Console(stack, "keeper")
    assert user(stack, "passwd", "keeper", password="one more good one").returncode == 0
    assert keeper.get("me").status == 401
    assert keeper.sign_in("one more good one").status == 200
    assert keeper.post("me", {"on_duty": True}).status == 200
    _, conversation = held(stack, keeper)
    assert user(stack, "disable", "keeper").returncode == 0
    assert keeper.get("me").status == 401
    eventually(lambda: has(stack.sql(f"select responder from conversation where id = {conversation}"), (1,)))
    listed = user(stack, "list").stdout
    assert "keeper" in listed and "scrypt" not in listed
    team["ann"].do(conversation, "take")
    team["ann"].do(conversation, "close")


def test_who_is_known_from_telegram_may_get_a_login(stack, team):
    stack.sql_do("insert into operator (name) values ('From Telegram')")
    number = stack.sql("select id from operator where name = 'From Telegram'")[0][0]
    add_user(stack, "telegrapher", "--operator", str(number))
    assert Console(stack, "telegrapher").operator["id"] == number
    assert user(stack, "add", "--operator", str(number), "again", password=PASSWORD).returncode == 1


# --- forged requests -------------------------------------------------------------------


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


# --- roles -----------------------------------------------------------------------------


def test_operators_cannot_administer(bob, ann):
    assert bob.get("audit").json["code"] == "admin_only"
    assert bob.get("jobs/dead").status == 403
    assert bob.post("jobs/1/retry").status == 403
    assert bob.post("operators", {}).status == 403
    assert bob.post(f"operators/{bob.operator['id']}", {"role": "admin"}).status == 403
    assert bob.get("operators").status == 200


def test_administrators_add_change_and_disable(stack, ann):
    body = {"login": "new-one", "name": "New <b>One</b>", "password": PASSWORD, "role": "operator"}
    reply = ann.post("operators", body)
    assert reply.status == 201 and reply.json["operator"]["role"] == "operator"
    number = reply.json["operator"]["id"]
    assert ann.post("operators", body).json["code"] == "login_taken"
    assert ann.post("operators", {**body, "login": "Bad Login"}).json["code"] == "bad_login"
    assert ann.post("operators", {**body, "login": "x", "password": "x"}).json["code"] == "weak_password"
    assert ann.post("operators", {"login": "y"}).json["code"] == "bad_request"
    changed = ann.post(f"operators/{number}", {"capacity": 7, "role": "admin", "name": "N"})
    assert changed.json["operator"]["capacity"] == 7 and changed.json["operator"]["role"] == "admin"
    for bad in ({"capacity": 0}, {"capacity": 101}, {"role": "king"}, {"name": " "}, {"enabled": 1}):
        assert ann.post(f"operators/{number}", bad).status == 400, bad
    assert ann.post("operators/999999", {"capacity": 1}).status == 404
    new = Console(stack, "new-one")
    assert ann.post(f"operators/{number}", {"enabled": False}).json["operator"]["enabled"] is False
    assert new.get("me").status == 401 and new.sign_in(PASSWORD).status == 401


def test_somebody_is_left_to_administer(stack, ann):
    stack.sql_do("update operator set enabled = false where role = 2 and login <> 'ann'")
    assert ann.post(f"operators/{ann.operator['id']}", {"role": "operator"}).json["code"] == "last_admin"
    assert ann.post(f"operators/{ann.operator['id']}", {"enabled": False}).json["code"] == "last_admin"
    assert ann.read("me")["operator"]["role"] == "admin"


def test_who_did_it_is_on_record_without_secrets(ann):
    entries = ann.read("audit")["entries"]
    assert {"signed_in", "operator_added", "operator_changed"} <= {e["what"] for e in entries}
    assert PASSWORD not in str(entries) and "scrypt" not in str(entries)
    page = ann.read("audit?before=1")
    assert page == {"entries": [], "next": None}


# --- addresses and shapes ---------------------------------------------------------------


def test_what_is_not_there_is_not_found(ann):
    for path in ("conversations/999999", "conversations/999999/messages", "nothing", "conversations/x", "files/1/1/7"):
        assert ann.get(path).status == 404, path
    assert ann.order(999999, "take").status == 404
    for number in (2**31, 2**40, 10**17, 10**18, 10**30):
        assert ann.get(f"conversations/{number}").status == 404, number
        assert ann.get(f"files/{number}/{number}/{number}").status == 404, number
        assert ann.post(f"operators/{number}", {"capacity": 1}).status == 404, number
        assert ann.post(f"jobs/{number}/retry").status == 404, number
    assert ann.post("jobs/999999/retry").status == 404
    reply = ann.post("conversations")
    assert reply.status == 405 and reply.headers["Allow"] == "GET"


def test_bad_parameters_are_refused_in_the_operators_language(ann, eva):
    for path in (
        "conversations?folder=attic", "conversations?before=x", "conversations?before=1.", "conversations?limit=-1",
        "conversations?limit=1000", "conversations?q=" + "x" * 201, "audit?before=x", "events?watch=x",
    ):
        assert ann.get(path).status == 400, path
    assert "wrong" in ann.get("conversations?folder=attic").json["detail"]
    assert "неверно" in eva.get("conversations?folder=attic").json["detail"]


def test_bad_orders_are_refused(stack, ann):
    _, conversation = talk(stack)
    bad = [
        {}, {"id": "12345678"}, {"id": "12345678", "verb": "dance"}, {"id": "12345678", "verb": "say"},
        {"id": "12345678", "verb": "say", "text": 5}, {"id": "short", "verb": "take"},
        {"id": "12345678", "verb": "say", "text": " \n"}, {"id": "12345678", "verb": "edit", "text": "x"},
        {"id": "12345678", "verb": "transfer", "operator": 2**31}, {"id": "12345678", "verb": "transfer", "operator": -1},
        {"id": "12345678", "verb": "use"}, {"id": "12345678", "verb": "read", "seq": "1"},
    ]
    for body in bad:
        assert ann.post(f"conversations/{conversation}/orders", body).status == 400, body
    long = {"id": "12345678", "verb": "say", "text": "x" * 20000}
    assert ann.post(f"conversations/{conversation}/orders", long).status == 413
    assert ann.inbox("mine")["conversations"] == []


# --- talking -----------------------------------------------------------------------------


def test_a_conversation_from_taking_to_closing(stack, ann):
    widget, conversation = held(stack, ann)
    row = ann.inbox("mine")["conversations"][0]
    assert (row["id"], row["state"], row["operator"]["name"]) == (conversation, "operator", "Ann Admin")
    said = ann.do(conversation, "say", text="Hello from **Ann**")
    got = eventually(lambda: next_from(widget, "operator"))
    assert got["text"] == "Hello from **Ann**" and got["seq"] == said["seq"]
    text = word()
    widget.say(text)
    eventually(lambda: has(ann.messages(conversation)[-1]["text"], text))
    row = ann.inbox("mine")["conversations"][0]
    assert row["last"]["text"] == text and row["unread"] >= 1
    ann.do(conversation, "read", seq=row["last_seq"])
    assert ann.inbox("mine")["conversations"][0]["unread"] == 0
    ann.do(conversation, "note", text="a note")
    card = ann.read(f"conversations/{conversation}")
    assert [n["text"] for n in card["notes"]] == ["a note"]
    assert card["handoffs"][0]["reason"] == "taken" and card["handoffs"][0]["operator"]["name"] == "Ann Admin"
    assert "taken" in [e["what"] for e in card["handoffs"][0]["events"]]
    assert card["person"]["identities"][0]["channel"] == "model-site"
    assert ann.do(conversation, "close")["state"] == "bot"
    assert ann.read(f"conversations/{conversation}")["conversation"]["state"] == "closed"
    assert conversation in [r["id"] for r in ann.inbox("closed")["conversations"]]
    assert ann.inbox("mine")["conversations"] == []
    assert "a note" not in str(widget.messages())


def next_from(widget, author):
    found = [m for m in widget.messages() if m["author"] == author]
    assert found
    return found[-1]


def has(whole, part):
    assert part in whole


def test_of_two_who_take_one_gets_it(stack, ann, bob):
    for _ in range(5):
        _, conversation = talk(stack)
        replies = both(lambda c, n=conversation: c.order(n, "take"), ann, bob)
        assert sorted(r.status for r in replies) == [200, 409]
        loser = next(r for r in replies if r.status == 409)
        winner = (ann, bob)[[r.status for r in replies].index(200)]
        assert loser.json["code"] == "taken" and loser.json["holder"]["name"] == winner.operator["name"]
        assert winner.operator["name"] in loser.json["detail"]
        winner.do(conversation, "close")


def both(call, *consoles):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(len(consoles)) as pool:
        return list(pool.map(call, consoles))


def test_an_order_given_twice_is_one(stack, ann):
    widget, conversation = held(stack, ann)
    first = ann.order(conversation, "say", key="the-same-key", text="once")
    second = ann.order(conversation, "say", key="the-same-key", text="once")
    assert (first.json["status"], second.json["status"]) == ("ok", "again")
    assert first.json["seq"] == second.json["seq"]
    assert [m["text"] for m in ann.messages(conversation)].count("once") == 1
    ann.do(conversation, "close")


def test_a_chat_may_be_handed_to_a_colleague_or_back_to_the_bot(stack, ann, bob):
    widget, conversation = held(stack, ann)
    ann.do(conversation, "transfer", operator=bob.operator["id"])
    assert [r["id"] for r in bob.inbox("mine")["conversations"]] == [conversation]
    refused = ann.order(conversation, "say", text="still me?")
    assert (refused.status, refused.json["holder"]["name"]) == (409, "Bob")
    assert bob.do(conversation, "return")["state"] == "bot"
    text = word()
    assert widget.ask(text)["text"] == f"You said: {text}"


def test_whoever_is_off_duty_is_told_so_in_their_language(stack, eva):
    _, conversation = talk(stack)
    assert eva.post("me", {"on_duty": False}).json["operator"]["on_duty"] is False
    reply = eva.order(conversation, "take")
    assert (reply.status, reply.json["code"]) == (409, "off_duty")
    assert "смену" in reply.json["detail"]


def test_typing_reaches_the_person(stack, ann, bob):
    widget, conversation = held(stack, ann)
    events = widget.listen()
    wait_for(lambda: events.status == 200, "the stream")
    assert bob.post(f"conversations/{conversation}/typing").json["code"] == "not_yours"

    def seen():
        assert ann.post(f"conversations/{conversation}/typing").status == 204
        assert events.of("typing")

    eventually(seen)
    assert events.of("typing")[0]["data"] == {"who": "operator", "name": "Ann Admin"}
    events.close()
    ann.do(conversation, "close")


def test_what_people_write_cannot_run_in_the_console(stack, ann):
    shapes = ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "&lt;b&gt;"]
    widget, conversation = held(stack, ann)
    for shape in shapes:
        widget.say(shape)
        ann.do(conversation, "say", text=shape)
    messages = ann.messages(conversation)
    for message in messages:
        html = message["html"] or ""
        assert "<script" not in html and "<img" not in html and "javascript:" not in html
        assert message["author"] != "person" or message["html"] is None
    reply = ann.get(f"conversations/{conversation}/messages")
    assert reply.headers["Content-Type"] == "application/json"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    ann.do(conversation, "close")


# --- the inbox -----------------------------------------------------------------------------


def test_pages_of_the_inbox_hold_each_conversation_once(stack, ann):
    made = {talk(stack)[1] for _ in range(5)}
    seen, cursor = [], None
    while True:
        page = ann.inbox("all", limit=2, **({"before": cursor} if cursor else {}))
        seen += [row["id"] for row in page["conversations"]]
        cursor = page["next"]
        if not cursor:
            break
    assert len(seen) == len(set(seen)) and made <= set(seen)
    assert seen[:5] == sorted(made, reverse=True)


SEARCHES = [
    ("Где моя палатка? Заказывал две палатки", ["палатками", "палат", "заказывали палатку", "«палатка»"]),
    ("When will my orders be delivered", ["order", "delivering an order", "deliver", "my orders"]),
    ("Доставка в Nizhny, номер 778899", ["доставки", "nizhny", "778899", "7788"]),
]


@pytest.mark.parametrize("is_indexed", [False, True])
def test_search_knows_words_in_all_their_forms(stack, ann, is_indexed):
    mark = word()
    found_by = {}
    for text, queries in SEARCHES:
        widget = stack.widget()
        widget.ask(f"{text} {mark}")
        found_by[conversation_of(stack, widget)] = queries
    if is_indexed:
        wait_for(
            lambda: stack.sql(
                "select count(*) from message_words w where w.conversation_id = any(%s)", list(found_by)
            )[0][0] >= 6,
            "the words to be indexed", 30,
        )
        stack.sql_do("update console_progress set until = now() + interval '1 hour'")  # only the index is asked
    for conversation, queries in found_by.items():
        for query in queries:
            got = [row["id"] for row in ann.inbox("all", q=query)["conversations"]]
            assert conversation in got, query
            assert not is_indexed or conversation in [
                r["id"] for r in ann.inbox("all", q=f"{mark} {query}")["conversations"]
            ]
    if is_indexed:
        stack.sql_do("update console_progress set until = now() - interval '1 minute'")
    assert ann.inbox("all", q=word())["conversations"] == []
    for odd in ("'", '"', "&|!()", "a" * 200, "%00", "<->", "\\"):
        assert ann.get("conversations?folder=all&q=" + odd.replace("&", "%26").replace("%00", "x")).status in (200, 400)


# --- live ------------------------------------------------------------------------------------


def test_a_watched_conversation_is_seen_as_it_happens(stack, ann, bob):
    widget, conversation = talk(stack)
    watching, other = ann.listen(watch=conversation), bob.listen()
    watching.wait("hello")
    other.wait("hello")
    text = word()
    stack.openai.rule(text, pieces=["Привет, ", "мир ", "😀! ", "Как ", "дела?"], delay=0.3, first_delay=0.3)
    widget.say(text)
    watching.wait("message", lambda m: m["message"]["text"] == text)
    watching.wait("message", lambda m: m["message"]["author"] == "bot" and "дела" in m["message"]["text"])
    assert watching.wait("delta")["conversation"] == conversation
    watching.wait("end")
    ann.do(conversation, "take")
    row = other.wait("conversation", lambda r: r["id"] == conversation and r["state"] == "operator")
    assert row["operator"]["name"] == "Ann Admin"
    ann.do(conversation, "note", text="seen live")
    watching.wait("note", lambda n: n["text"] == "seen live")
    stack.http("POST", "/api/v1/typing", {}, widget.headers())
    assert watching.wait("typing", lambda t: t["who"] == "person")["conversation"] == conversation
    said = ann.do(conversation, "say", text="live words")
    event = watching.wait("message", lambda m: m["message"]["seq"] == said["seq"])
    assert event["message"]["html"].strip() == "<p>live words</p>"
    ann.do(conversation, "edit", seq=said["seq"], text="live words, better")
    watching.wait("message", lambda m: m["message"]["text"] == "live words, better")
    assert not other.of("delta") and not other.of("note") and not other.of("typing")
    ann.do(conversation, "close")
    other.wait("conversation", lambda r: r["id"] == conversation and r["state"] == "closed")
    assert ann.post("me", {"name": "Ann Administrator"}).status == 200
    assert other.wait("operator", lambda o: o["id"] == ann.operator["id"])["name"] == "Ann Administrator"
    assert ann.post("me", {"name": "Ann Admin"}).status == 200
    watching.close()
    other.close()


def on_telegram(stack, chat):
    """Somebody on Telegram who has asked and been answered."""
    stack.telegram.say(chat, word())
    stack.telegram.wait_sent(chat)
    return stack.sql("select id from conversation where chat_key = %s", str(chat))[0][0]


def test_what_becomes_of_a_message_to_telegram_is_seen(stack, ann):
    conversation = on_telegram(stack, 903)
    stream = ann.listen(watch=conversation)
    stream.wait("hello")
    said = ann.do(conversation, "say", text="do you get this?")["seq"]
    stream.wait("message", lambda m: m["message"]["seq"] == said and m["message"]["delivery"] == "sent")
    text = word()
    stack.telegram.say(903, text)  # nobody tells of it but operator-relay
    stream.wait("message", lambda m: m["message"]["text"] == text)
    stack.telegram.chat(903).forbidden = (403, "Forbidden: bot was blocked by the user")
    said = ann.do(conversation, "say", text="and this?")["seq"]
    failed = stream.wait("message", lambda m: m["message"]["seq"] == said and m["message"]["delivery"] == "failed")
    assert failed["message"]["error"]
    stream.wait("conversation", lambda r: r["id"] == conversation and not r["reachable"])
    stream.close()
    stack.telegram.chat(903).forbidden = None
    ann.do(conversation, "close")


def test_nothing_is_missed_across_a_reconnect(stack, ann):
    widget, conversation = held(stack, ann)
    first = ann.listen(watch=conversation)
    first.wait("hello")
    widget.say(word())
    first.wait("message")
    first.close()
    texts = [word() for _ in range(3)]
    for text in texts:
        widget.say(text)
    second = ann.listen(watch=conversation)
    second.wait("hello")
    shown = {m["seq"]: m["text"] for m in ann.messages(conversation)}  # what hello tells to do
    texts.append(word())
    widget.say(texts[-1])
    second.wait("message", lambda m: m["message"]["text"] == texts[-1])
    shown.update({m["message"]["seq"]: m["message"]["text"] for m in second.of("message")})
    assert [t for t in shown.values() if t in texts] == texts
    second.close()
    ann.do(conversation, "close")


def test_streams_survive_a_flushed_redis(stack, ann, bob):
    widget, conversation = held(stack, ann)
    stream = ann.listen(watch=conversation)
    stream.wait("hello")
    stack.redis().flushall()
    text = word()
    widget.say(text)
    stream.wait("message", lambda m: m["message"]["text"] == text)
    stream.close()
    ann.do(conversation, "close")


def test_one_operator_has_so_many_streams(stack, ann):
    streams = [ann.listen() for _ in range(10)]
    assert all(s.status == 200 for s in streams)
    assert ann.get("events").status == 429
    for stream in streams:
        stream.close()


# --- jobs that died -------------------------------------------------------------------------------


def test_a_dead_job_can_be_tried_again(stack, ann):
    widget, conversation = talk(stack)
    stack.wait_idle()
    stack.sql_do(
        "insert into job (queue, kind, conversation_id, state, error, trace)"
        f" values (1, 1, {conversation}, 2, 'its workers died', 't')"
    )
    dead = ann.read("jobs/dead")["jobs"]
    assert [(j["queue"], j["conversation"]) for j in dead] == [("llm", conversation)]
    assert ann.post(f"jobs/{dead[0]['id']}/retry").status == 204
    assert ann.read("jobs/dead")["jobs"] == []
    assert ann.post(f"jobs/{dead[0]['id']}/retry").status == 404
    stack.wait_idle()


# --- files ------------------------------------------------------------------------------------------


def test_a_file_is_handed_on_without_the_bots_token(stack, ann):
    file_id = stack.telegram.keep_file(stack.telegram.token, "document", b"hello", "отчёт.html", "text/html")
    stack.telegram.say(901, "", document=stack.telegram.describe_file(file_id))
    wait_for(lambda: stack.sql("select 1 from conversation where chat_key = '901'"), "the conversation")
    conversation = stack.sql("select id from conversation where chat_key = '901'")[0][0]
    message = eventually(lambda: ann.messages(conversation)[0])
    attachment = message["attachments"][0]
    assert "file_id" not in attachment and attachment["name"] == "отчёт.html"
    reply = stack.http("GET", attachment["url"], None, ann.headers())
    assert (reply.status, reply.body) == (200, b"hello")
    assert reply.headers["Content-Type"] == "application/octet-stream"
    assert reply.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''%D0%BE")
    assert "sandbox" in reply.headers["Content-Security-Policy"]
    assert stack.telegram.token not in str(reply.headers) + str(message)
    assert stack.http("GET", attachment["url"]).status == 401
    for url in ("/api/v1/files/x", "/api/v1/files/x.y", "/api/v1/files/"):
        assert stack.http("GET", url).status == 404


def test_a_visitor_gets_an_operators_file_by_a_signed_link(stack, ann):
    picture = b"\xff\xd8\xff and the rest"
    file_id = stack.telegram.keep_file(stack.telegram.token, "photo", picture)
    widget, conversation = held(stack, ann)
    said = ann.do(conversation, "say", text="see the picture")["seq"]
    stack.sql_do(
        "update message set extra = extra || jsonb_build_object('attachments', jsonb_build_array(jsonb_build_object("
        "'kind', 'photo', 'file_id', '"
        + file_id
        + "', 'channel', (select id from channel where name = 'model-telegram'))))"
        f" where conversation_id = {conversation} and seq = {said}"
    )
    attachment = next(m for m in widget.messages() if m["seq"] == said)["attachments"][0]
    assert set(attachment) == {"kind", "url"}
    reply = stack.http("GET", attachment["url"])
    assert (reply.status, reply.body) == (200, picture)
    assert reply.headers["Content-Type"] == "image/jpeg"
    assert reply.headers["Content-Disposition"].startswith("inline")
    assert reply.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    spoiled = attachment["url"][:-2] + ("AA" if attachment["url"][-2:] != "AA" else "BB")
    assert stack.http("GET", spoiled).status == 404
    stack.telegram.files[file_id]["bytes"] = b"<script>alert(1)</script>"  # no picture, whatever they say
    reply = stack.http("GET", attachment["url"])
    assert reply.headers["Content-Type"] == "application/octet-stream"
    assert reply.headers["Content-Disposition"].startswith("attachment")
    stack.telegram.files.pop(file_id)
    assert stack.http("GET", attachment["url"]).json["code"] == "file_away"
    ann.do(conversation, "close")


def test_the_pages_cannot_be_framed(stack):
    reply = stack.http("GET", "/console/c/17")
    if reply.status == 200:
        assert "frame-ancestors 'none'" in reply.headers["Content-Security-Policy"]
        assert reply.headers["X-Frame-Options"] == "DENY"
    assert stack.http("GET", "/console/../../etc/passwd").status in (400, 404)

"""The console: who may do what, at the command line and in the browser; and jobs that died."""

import pytest

from tests.system.console import Console, PASSWORD, add_user, has, held, talk, user
from tests.system.stack import eventually

pytestmark = pytest.mark.usefixtures("on_duty")


# --- at the command line -----------------------------------------------------------------------


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


# --- roles -------------------------------------------------------------------------------------


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
    stack.sql_do(f"update operator set on_duty = true where id = {number}")
    gone = ann.post(f"operators/{number}", {"enabled": False}).json["operator"]
    assert not gone["enabled"] and not gone["on_duty"]
    assert new.get("me").status == 401 and new.sign_in(PASSWORD).status == 401


def test_somebody_is_left_to_administer(stack, ann):
    stack.sql_do("update operator set enabled = false where role = 2 and login <> 'ann'")
    ann.post("me", {"on_duty": True})
    assert ann.post(f"operators/{ann.operator['id']}", {"role": "operator"}).json["code"] == "last_admin"
    assert ann.post(f"operators/{ann.operator['id']}", {"enabled": False}).json["code"] == "last_admin"
    me = ann.read("me")["operator"]
    assert me["role"] == "admin" and me["on_duty"], "what is refused changes nothing"


def test_who_did_it_is_on_record_without_secrets(ann):
    entries = ann.read("audit")["entries"]
    assert {"signed_in", "operator_added", "operator_changed"} <= {e["what"] for e in entries}
    assert PASSWORD not in str(entries) and "scrypt" not in str(entries)
    assert all(e["detail"] is None or isinstance(e["detail"], dict) for e in entries)
    made = next(e for e in reversed(entries) if e["what"] == "operator_added")
    assert (made["address"], made["operator"]) == ("command line", None)
    assert made["detail"]["operator"]["login"] == "ann" and made["detail"]["role"] == "admin"
    page = ann.read("audit?before=1")
    assert page == {"entries": [], "next": None}


def test_administrators_see_whom_a_bot_would_call_in_vain(stack, ann, bob):
    assert bob.get("operators/gaps").json["code"] == "admin_only"
    assert ann.read("operators/gaps") == {"gaps": []}
    spec = stack.sql("select spec::text from bot where name = 'model'")[0][0]
    stack.sql_do("update bot set spec = jsonb_set(spec, '{handoff}', '{\"assign\": \"group\", \"group\": [\"bob\", \"@nobody\"]}')"
                 " where name = 'model'")
    try:
        gap, = ann.read("operators/gaps")["gaps"]
        assert (gap["bot"]["name"], gap["missing"], gap["present"]) == ("model", "@nobody", 1)
        assert gap["bot"]["title"]["ru"] == "Модель"
    finally:
        stack.sql_do(f"update bot set spec = '{spec}' where name = 'model'")
    assert ann.read("operators/gaps") == {"gaps": []}


# --- jobs that died ----------------------------------------------------------------------------


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

"""What a person at the widget sees and does in a talk with a human."""


def page(w, after=0):
    reply = w.stack.http("GET", f"/api/v1/messages?after={after}&limit=200", None, w.headers())
    assert reply.status == 200, reply.body
    return reply.json


def post(w, path, body=None):
    return w.stack.http("POST", f"/api/v1/{path}", body or {}, w.headers())


def state(w):
    p = page(w)
    return p["responder"]


def events_of(w):
    return [m["event"] for m in page(w)["messages"] if m.get("event")]


def nobody_comes(stack, conversation):
    """Everybody was asked, and nobody has come."""
    stack.sql_do(
        f"update handoff set round = 99, due_at = now() where conversation_id = {conversation} and state = 1;"
        f" update job set run_at = now(), announce_at = now() where queue = 3 and lane = {conversation}"
    )

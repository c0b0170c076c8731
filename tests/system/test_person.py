"""The person's side of a talk with a human: who answers, the end of it, the rating, the file to keep."""

import psycopg2

from tests.system.stack import eventually, wait_for, word


def sql_one(stack, text, *values):
    with psycopg2.connect(stack.env["DATABASE_URL"]) as db:
        cursor = db.cursor()
        cursor.execute(text, values)
        return cursor.fetchone()[0]


def page(w, after=0):
    reply = w.stack.http("GET", f"/api/v1/messages?after={after}&limit=200", None, w.headers())
    assert reply.status == 200, reply.body
    return reply.json


def make_operator(stack, name="Анна"):
    return sql_one(stack, "insert into operator (name, enabled, on_duty) values (%s, true, true) returning id", name)


def make_case(stack, w, operator=None, state=1):
    """A case of the widget's conversation, as it stands when a human was called, came, or has left."""
    conversation = page(w)["conversation"]
    responder = {1: 1, 2: 2, 3: 0}[state]
    sql_one(
        stack,
        "update conversation set responder = %s, epoch = epoch + 1, operator_id = %s where id = %s returning 1",
        responder,
        operator if state == 2 else None,
        conversation,
    )
    stack.sql_do("update operator o set load = (select count(*) from conversation c where c.operator_id = o.id)")
    if state < 3:  # as if operator-relay had looked at it, and had nothing to do for long
        stack.sql_do(
            "insert into job (queue, kind, lane, conversation_id, run_at, announce_at, trace)"
            f" values (3, 1, {conversation}, {conversation}, 'infinity', 'infinity', 't') on conflict do nothing"
        )
    return sql_one(
        stack,
        "insert into handoff (conversation_id, state, reason, called_seq, operator_id, taken_at, ended_at, trace)"
        " values (%s, %s, 'asked', 1, %s, case when %s > 1 then now() end, case when %s = 3 then now() end, 't')"
        " returning id",
        conversation,
        state,
        operator,
        state,
        state,
    )


def rate(stack, w, handoff, score, comment=None):
    body = {"handoff": handoff, "score": score, **({"comment": comment} if comment else {})}
    return stack.http("POST", "/api/v1/rating", body, w.headers())


def test_a_page_says_who_answers(stack):
    w, other = stack.widget(), stack.widget()
    w.ask(word())
    other.ask(word())
    p = page(w)
    assert (p["responder"], p["operator"], p["queue"], p["rate"]) == ("bot", None, None, None)
    make_case(stack, other)
    make_case(stack, w)
    assert page(w)["queue"]["place"] == page(other)["queue"]["place"] + 1
    anna = make_operator(stack)
    sql_one(stack, "delete from handoff where conversation_id = %s returning 1", p["conversation"])
    make_case(stack, w, anna, 2)
    p = page(w)
    assert (p["responder"], p["operator"], p["queue"]) == ("operator", {"name": "Анна"}, None)


def test_every_stream_begins_with_the_state_and_hears_of_its_changes(stack):
    w = stack.widget()
    w.ask(word())
    events = w.listen(0)
    wait_for(lambda: events.of("state"), "the first state")
    assert events.of("state")[0]["data"]["responder"] == "bot"
    make_case(stack, w, make_operator(stack, "Борис"), 2)
    channel = sql_one(stack, "select id from channel where name = 'model-site'")
    chat = sql_one(stack, "select chat_key from conversation where id = %s", page(w)["conversation"])
    topic = f"live:{channel}:{chat}"
    stack.redis().publish(topic, '{"t":"state","responder":"operator","epoch":2}')
    wait_for(lambda: events.of("state")[-1]["data"]["operator"] == {"name": "Борис"}, "the new state")
    stack.redis().publish(topic, '{"t":"typing","who":"operator","name":"Борис"}')
    wait_for(lambda: events.of("typing"), "the typing")
    assert events.of("typing")[0]["data"] == {"who": "operator", "name": "Борис"}
    again = w.listen(2)
    wait_for(lambda: again.of("state"), "the state after a reconnect")
    assert again.of("state")[0]["data"]["responder"] == "operator"
    events.close(), again.close()


def test_who_has_more_than_there_is_is_told_to_begin_anew(stack):
    w = stack.widget()
    w.ask(word())
    events = w.listen(99)  # of the time after the backup that was restored
    wait_for(lambda: events.of("reload"), "the word to begin anew")
    assert [(e["id"], e["data"]) for e in events.of("reload")] == [("2", {})]
    w.ask(word())
    assert [m["seq"] for m in events.wait_messages(2)] == [3, 4]
    assert len(events.of("reload")) == 1
    events.close()


def test_a_message_that_was_edited_is_shown_again(stack):
    w = stack.widget()
    w.ask(word())
    events = w.listen(0)
    events.wait_messages(2)
    conversation = page(w)["conversation"]
    sql_one(stack, "update message set body = 'other words' where conversation_id = %s and seq = 2 returning 1", conversation)
    row = "select format('live:%%s:%%s', channel_id, chat_key) from conversation where id = %s"
    stack.redis().publish(sql_one(stack, row, conversation), '{"t":"edit","n":2}')
    wait_for(lambda: events.of("edit"), "the edit")
    edit = events.of("edit")[0]
    assert (edit["data"]["seq"], edit["data"]["text"]) == (2, "other words")
    assert "id" not in edit
    events.close()


def test_typing_is_told_and_needs_a_session(stack):
    w = stack.widget()
    w.ask(word())
    pubsub = stack.redis().pubsub()
    pubsub.psubscribe("live:*")
    wait_for(lambda: pubsub.subscribed and pubsub.get_message(timeout=1), "Redis to listen for us")

    def told():
        message = pubsub.get_message(timeout=1)
        return message and b'"typing"' in (message.get("data") if isinstance(message.get("data"), bytes) else b"")

    assert stack.http("POST", "/api/v1/typing", {}, w.headers()).status == 204
    wait_for(told, "the word on Redis")
    assert stack.http("POST", "/api/v1/typing", {}).status == 401


def test_a_case_is_rated_once_when_it_is_over(stack):
    w = stack.widget()
    w.ask(word())
    anna = make_operator(stack)
    running = make_case(stack, w, anna, 2)
    assert page(w)["rate"] is None
    assert rate(stack, w, running, 5).status == 404
    sql_one(stack, "delete from handoff where id = %s returning 1", running)
    over = make_case(stack, w, anna, 3)
    assert page(w)["rate"] == over
    for score in (0, 6, -1):
        assert rate(stack, w, over, score).status == 400
    assert rate(stack, w, over, 4).status == 204
    assert rate(stack, w, over, 4).status == 204, "the same again is no other rating"
    assert rate(stack, w, over, 4, "Хорошо").status == 204, "the comment may follow"
    assert rate(stack, w, over, 4, "Плохо").status == 409
    assert rate(stack, w, over, 1).status == 409
    assert page(w)["rate"] is None
    row = "select rating || ' ' || comment from handoff where id = %s"
    assert sql_one(stack, row, over) == "4 Хорошо"
    events = "select count(*) from handoff_event where handoff_id = %s and what = 'rated'"
    assert sql_one(stack, events, over) == 2, "the score, and the comment"


def test_nobody_rates_the_case_of_somebody_else(stack):
    w, other = stack.widget(), stack.widget()
    w.ask(word())
    other.ask(word())
    over = make_case(stack, w, make_operator(stack), 3)
    assert rate(stack, other, over, 1).status == 404
    assert stack.http("POST", "/api/v1/rating", {"handoff": over, "score": 1}).status == 401
    assert sql_one(stack, "select rating from handoff where id = %s", over) is None


def test_the_conversation_can_be_kept_as_a_file(stack):
    w = stack.widget()
    text = word() + " <script>alert(1)</script>"
    w.ask(text)
    plain = stack.http("GET", "/api/v1/transcript?lang=ru&tz=180", None, w.headers())
    assert plain.status == 200
    assert plain.headers["Content-Type"].startswith("text/plain")
    assert 'filename="chat-' in plain.headers["Content-Disposition"]
    assert "Вы:" in plain.body.decode() and text in plain.body.decode()
    html = stack.http("GET", "/api/v1/transcript?format=html&lang=en", None, w.headers())
    assert html.headers["Content-Type"].startswith("text/html")
    assert "You" in html.body.decode() and "&lt;script&gt;" in html.body.decode() and "<script" not in html.body.decode()
    assert stack.http("GET", "/api/v1/transcript?format=pdf", None, w.headers()).status == 400
    assert stack.http("GET", "/api/v1/transcript?tz=900", None, w.headers()).status == 400
    assert stack.http("GET", "/api/v1/transcript", None).status == 401


def test_the_file_says_what_was_pressed_and_names_files(stack):
    w = stack.widget()
    w.ask(word())
    conversation = page(w)["conversation"]
    sql_one(
        stack,
        "with more as (insert into message (conversation_id, seq, author, body, extra, trace) values"
        " (%s, 3, 0, '/operator', null, 't'), (%s, 4, 0, '/reset', null, 't'), (%s, 5, 2, '', %s, 't') returning 1)"
        " select count(*) from more",
        conversation, conversation, conversation,
        '{"attachments":[{"kind":"photo","name":"<tent>.png"},{"kind":"voice"}]}',
    )
    sql_one(stack, "update conversation set last_seq = 5 where id = %s returning 1", conversation)
    plain = stack.http("GET", "/api/v1/transcript?lang=ru", None, w.headers()).body.decode()
    assert "] Вы позвали человека\r\n" in plain and "] Новый разговор\r\n" in plain
    assert "/operator" not in plain and "/reset" not in plain
    assert "Сотрудник:\r\n[фото: <tent>.png]\r\n[голосовое сообщение]\r\n\r\n" in plain
    html = stack.http("GET", "/api/v1/transcript?format=html&lang=en", None, w.headers()).body.decode()
    assert '<p class="file">photo: &lt;tent&gt;.png</p>' in html and "You have called a human <time>" in html
    sql_one(  # nobody has said them
        stack,
        "with gone as (delete from message where conversation_id = %s and seq > 2 returning 1)"
        " update conversation set last_seq = 2 where id = %s returning (select count(*) from gone)",
        conversation, conversation,
    )


def test_a_long_conversation_is_kept_whole(stack):
    w = stack.widget()
    w.ask(word())
    conversation = page(w)["conversation"]
    sql_one(
        stack,
        "with more as (insert into message (conversation_id, seq, author, body, trace)"
        " select %s, n, 3, 'number ' || n, 't' from generate_series(3, 450) n returning 1)"
        " select count(*) from more",
        conversation,
    )
    sql_one(stack, "update conversation set last_seq = 450 where id = %s returning 1", conversation)
    body = stack.http("GET", "/api/v1/transcript", None, w.headers()).body.decode()
    assert all(f"number {n}\r\n" in body for n in range(3, 451))


def test_the_wait_is_told_when_it_can_be_known(stack):
    w = stack.widget()
    w.ask(word())
    make_case(stack, w)
    sql_one(
        stack,
        "with past as (insert into handoff (conversation_id, state, reason, called_seq, waited_s, taken_at, ended_at, trace)"
        " select -n, 3, 'asked', 1, 40, now() - n * interval '1 min', now(), 't'"
        " from generate_series(1, 10) n returning 1) select count(*) from past",
    )
    queue = eventually(lambda: page(w)["queue"])
    assert queue["wait_s"] == 40, "as long as people waited lately"

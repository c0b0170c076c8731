"""The widget's interface: sessions, messages, live events."""

import secrets
import threading

import pytest

from tests.system.stack import Widget, eventually, wait_for, word


def test_a_session_says_who_is_here_and_what_can_be_asked(stack):
    session = stack.widget(lang="ru").session
    assert session["bot"]["name"] == "model"
    assert session["bot"]["greeting"] == "Здравствуйте!"
    assert session["popular"][0]["questions"][0] == "Сколько стоит доставка?"
    assert session["expires_at"]


def test_a_question_is_answered_and_rendered_as_safe_html(stack):
    w = stack.widget()
    text = word()
    stack.openai.rule(text, text="**Bold** <script>alert(1)</script> [x](javascript:alert(1))")
    answer = w.ask(text)
    assert answer["author"] == "bot"
    assert "<strong>Bold</strong>" in answer["html"]
    assert "<script" not in answer["html"] and "javascript:" not in answer["html"]


def test_the_same_message_sent_again_is_one_message(stack):
    w = stack.widget()
    text, key = word(), secrets.token_hex(8)
    first, second = w.send(text, key), w.send(text, key)
    assert (first.status, first.json["duplicate"]) == (201, False)
    assert (second.status, second.json["duplicate"]) == (200, True)
    assert first.json["seq"] == second.json["seq"]
    w.wait_answer(first.json["seq"])
    stack.wait_idle()
    assert [m["author"] for m in w.messages()] == ["person", "bot"]


def test_a_message_is_shown_under_the_id_its_client_gave_it(stack):
    w = stack.widget()
    events, key = w.listen(0), secrets.token_hex(8)
    seq = w.send(word(), key).json["seq"]
    w.wait_answer(seq)
    assert [m.get("id") for m in w.messages()] == [key, None]
    assert [m.get("id") for m in events.wait_messages(2)] == [key, None]


def test_a_resumed_session_keeps_its_conversation(stack):
    w = stack.widget()
    w.ask(word())
    reply = stack.http(
        "POST", "/api/v1/sessions", {"site": "model-site", "lang": "en", "token": w.token}, {"Origin": w.origin}
    )
    assert reply.status == 201
    before = w.messages()
    w.token = reply.json["token"]
    assert w.messages() == before


def test_the_answer_streams_and_then_is_a_message(stack):
    w = stack.widget()
    text = word()
    pieces = ["Привет, ", "мир ", "😀! ", "Как ", "дела?"]
    begun = threading.Event()
    stack.openai.rule(text, pieces=pieces, hold=(2, begun))
    events = w.listen(0)
    w.say(text)
    wait_for(lambda: events.of("delta"), "the first words")
    begun.set()
    messages = events.wait_messages(2)
    assert [m["author"] for m in messages] == ["person", "bot"]
    deltas = events.of("delta")
    assert "".join(pieces).startswith(events.text_of_deltas(deltas[-1]["data"]["answer"]))
    assert messages[1]["text"].strip() == "".join(pieces).strip()
    assert all("id" not in e for e in deltas)
    assert [e["id"] for e in events.of("message")] == ["1", "2"]
    wait_for(lambda: events.of("end"), "the end")
    events.close()


def test_reconnecting_replays_each_message_once_and_in_order(stack):
    w = stack.widget()
    for _ in range(3):
        w.ask(word())
    for after in range(0, 7):
        events = w.listen(after)
        got = events.wait_messages(6 - after)
        w_id = [int(e["id"]) for e in events.of("message")]
        assert w_id == list(range(after + 1, 7))
        assert [m["seq"] for m in got] == w_id
        events.close()


def test_nothing_is_missed_or_repeated_across_a_reconnect_in_mid_answer(stack):
    w = stack.widget()
    text = word()
    reconnected = threading.Event()
    stack.openai.rule(text, pieces=[f"p{n} " for n in range(30)], delay=0.05, hold=(20, reconnected))
    events = w.listen(0)
    w.say(text)
    wait_for(lambda: len(events.of("delta")) >= 3, "some deltas")
    seen = [m["seq"] for m in events.messages()]
    events.close()
    again = w.listen(max(seen))
    wait_for(lambda: again.of("delta"), "the draft to go on after the reconnect")
    reconnected.set()
    again.wait_messages(1)
    stack.wait_idle()
    assert seen + [m["seq"] for m in again.messages()] == [1, 2]
    assert again.of("delta")[0]["data"]["at"] == 0
    again.close()


def test_a_second_tab_sees_the_same(stack):
    w = stack.widget()
    one, two = w.listen(0), w.listen(0)
    w.say(word())
    assert one.wait_messages(2) == two.wait_messages(2)
    one.close()
    two.close()


def test_conversations_do_not_mix(stack):
    a, b = stack.widget(), stack.widget()
    listening = b.listen(0)
    a.ask(word())
    text = word()
    b.ask(text)
    assert [m["text"] for m in listening.wait_messages(2)] == [text, f"You said: {text}"]
    assert len(b.messages()) == 2
    listening.close()


def test_stop_ends_the_answer(stack):
    w = stack.widget()
    text = word()
    stack.openai.rule(text, pieces=["word "] * 300, delay=0.1)
    events = w.listen(0)
    w.say(text)
    wait_for(lambda: events.of("delta"), "the answer to begin")
    cancelled = stack.openai.cancelled
    reply = stack.http("POST", "/api/v1/stop", {}, w.headers())
    assert reply.status == 202 and reply.json == {"stopped": True, "text": "Stopped."}
    wait_for(lambda: stack.openai.cancelled > cancelled, "the model to be left")
    wait_for(lambda: events.of("end"), "the end")
    stack.wait_idle()
    events.close()
    text = word()
    assert w.ask(text)["text"] == f"You said: {text}"


def test_a_stop_with_nothing_to_stop_says_so(stack):
    w = stack.widget()
    w.ask(word())
    reply = stack.http("POST", "/api/v1/stop", {}, {**w.headers(), "Accept-Language": "ru"})
    assert reply.json == {"stopped": False, "text": "Сейчас нечего останавливать."}
    assert w.ask("/stop")["text"] == "There is nothing to stop right now."


def test_commands_work_in_words(stack):
    w = stack.widget()
    assert "/reset" in w.ask("/help")["text"]
    assert "fresh start" in w.ask("/reset")["text"]


def test_what_was_said_before_is_in_the_prompt(stack):
    w = stack.widget()
    first, second = word(), word()
    w.ask(first)
    w.ask(second)
    call = next(c for c in stack.openai.calls if second in c.get("question", ""))
    said = [m["content"] for m in call["body"]["messages"] if m["role"] != "system" and m["role"] != "developer"]
    assert said == [first, f"You said: {first}", second]


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "\u00e9", None])
def test_a_bad_token_is_refused(stack, token):
    headers = {} if token is None else {"Authorization": f"Bearer {token}".encode("latin-1").decode("latin-1")}
    for method, path in [("GET", "/api/v1/messages"), ("POST", "/api/v1/messages"), ("GET", "/api/v1/events")]:
        reply = stack.http(method, path, {"id": "12345678", "text": "x"} if method == "POST" else None, headers)
        assert reply.status == 401, (method, path, reply.body)
        assert reply.headers["Content-Type"].startswith("application/problem+json")


def test_a_changed_token_is_refused(stack):
    w = stack.widget()
    w.token = w.token[:-2] + ("AA" if w.token[-2:] != "AA" else "BB")
    assert stack.http("GET", "/api/v1/messages", None, w.headers()).status == 401


@pytest.mark.parametrize(
    "body, status",
    [
        (b"", 400), (b"{", 400), (b"[]", 400), (b'"x"', 400), (b"{}", 400),
        (b'{"id":"short","text":"x"}', 400),
        (b'{"id":"12345678"}', 400),
        (b'{"id":"12345678","text":""}', 400),
        (b'{"id":"12345678","text":5}', 400),
        (b'{"id":"1234 678","text":"x"}', 400),
        (b'{"id":"12345678","text":"\xff\xfe"}', 400),
        (b'{"id":"12345678","id":"87654321","text":"x"}', 400),
        (b'{"id":"12345678","text":' + b"[" * 5000 + b"]" * 5000 + b"}", 400),
        (b'{"id":"12345678","text":"' + b"a" * 100000 + b'"}', 413),
    ],
    ids=["empty", "cut", "list", "string", "nothing", "short id", "no text", "empty text", "number", "bad id",
         "bad utf-8", "key twice", "deep", "huge"],
)
def test_a_bad_message_gets_a_clear_status(stack, body, status):
    w = stack.widget()
    reply = stack.http("POST", "/api/v1/messages", body, {**w.headers(), "Content-Type": "application/json"})
    assert reply.status == status, reply.body
    assert reply.headers["Content-Type"].startswith("application/problem+json")
    assert reply.json["status"] == status and reply.json["title"]


def is_russian(text):
    return any("а" <= c <= "я" for c in text.lower())


@pytest.mark.parametrize("accept, body_lang, russian", [
    (None, None, False), ("de", None, False), ("ru-RU,ru;q=0.9,en;q=0.5", None, True), ("en", "ru", True), ("ru", "en", False),
])
def test_what_was_wrong_is_said_in_the_language_asked_for(stack, accept, body_lang, russian):
    w = stack.widget()
    headers = {**w.headers(), **({"Accept-Language": accept} if accept else {})}
    lang = {"lang": body_lang} if body_lang else {}
    before_the_body = accept is not None and accept.startswith("ru")
    for reply, expected in [
        (stack.http("POST", "/api/v1/messages", {"id": "12345678", "text": " ", **lang}, headers), russian),
        (stack.http("POST", "/api/v1/messages", {"id": "1", "text": "x", **lang}, headers), russian),
        (stack.http("POST", "/api/v1/sessions", {"site": "nobody", **lang}, headers), russian),
        (stack.http("POST", "/api/v1/messages", {"id": 1}, headers), before_the_body),
        (stack.http("POST", "/api/v1/messages", b"{", {**headers, "Content-Type": "application/json"}), before_the_body),
        (stack.http("GET", "/api/v1/messages?limit=0", None, headers), before_the_body),
        (stack.http("GET", "/api/v1/messages", None, {**headers, "Authorization": "Bearer x"}), before_the_body),
        (stack.http("GET", "/api/v1/nothing", None, headers), before_the_body),
        (stack.http("GET", "/api/v1/messages", None, {**headers, "Origin": "https://evil.test"}), before_the_body),
    ]:
        assert reply.status >= 400
        assert is_russian(reply.json["detail"]) == expected, reply.body


def test_a_nul_in_the_text_is_survived_or_refused_clearly(stack):
    assert stack.widget().send(f"{word()}\u0000 tail").status in (201, 400)


@pytest.mark.parametrize(
    "method, path, status",
    [("GET", "/api/v1/nothing", 404), ("DELETE", "/api/v1/messages", 405), ("PUT", "/api/v1/sessions", 405)],
)
def test_unknown_paths_and_methods(stack, method, path, status):
    reply = stack.http(method, path)
    assert reply.status == status
    assert reply.headers["Content-Type"].startswith("application/problem+json")


def test_another_content_type_is_refused(stack):
    w = stack.widget()
    reply = stack.http("POST", "/api/v1/messages", b"id=1", {**w.headers(), "Content-Type": "text/plain"})
    assert reply.status == 415


def test_an_unknown_site_has_no_session(stack):
    assert stack.http("POST", "/api/v1/sessions", {"site": "nobody", "lang": "en"}).status in (400, 404)


def test_origins_are_checked(stack):
    good = stack.http("OPTIONS", "/api/v1/messages", None, {
        "Origin": "https://shop.test", "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    })
    assert good.status in (200, 204)
    assert good.headers["Access-Control-Allow-Origin"] == "https://shop.test"
    body = {"site": "model-site", "lang": "en"}
    bad = stack.http("POST", "/api/v1/sessions", body, {"Origin": "https://evil.test"})
    assert bad.status == 403 or not bad.headers.get("Access-Control-Allow-Origin")


def test_popular_questions_come_in_both_languages(stack):
    for lang, words in [("ru", "Сколько стоит доставка?"), ("en", "How much is delivery?")]:
        reply = stack.http("GET", f"/api/v1/popular?site=model-site&lang={lang}")
        assert reply.status == 200
        assert reply.json["categories"][0]["questions"] == [words]


def test_the_page_the_documents_and_the_state_are_served(stack):
    for path, kind in [("/", "text/html"), ("/docs", "text/html"), ("/openapi.json", "application/json"),
                       ("/healthz", "text/plain"), ("/metrics", "text/plain"), ("/widget.js", "text/javascript")]:
        reply = stack.http("GET", path)
        if reply.status in (301, 302, 307, 308):
            reply = stack.http("GET", reply.headers["Location"])
        assert reply.status == 200, path
        assert reply.headers["Content-Type"].startswith(kind), path


def test_metrics_count_what_happens(stack):
    stack.widget().ask(word())
    page = stack.http("GET", "/metrics").body.decode()
    assert "# TYPE" in page
    values = [line for line in page.splitlines() if line and not line.startswith("#")]
    assert any(float(line.rsplit(" ", 1)[1]) > 0 for line in values)


def test_knowledge_answers_from_its_articles_and_says_when_it_cannot(stack):
    for lang, question, words in [
        ("en", "what is the warranty on tents", "two years"), ("ru", "какая гарантия на палатки", "два года")
    ]:
        answer = stack.widget("library-site", lang).ask(question)
        assert words in answer["text"]
        assert "https://shop.test/warranty" in str(answer)
    unknown = stack.widget("library-site").ask("sausages wholesale purchase")
    assert "do not have an answer" in unknown["text"]


def test_a_chosen_language_holds_whatever_is_written_in(stack):
    w = stack.widget("library-site", "en")
    assert "по-русски" in w.ask("/lang ru")["text"]
    assert "нет ответа" in w.ask("sausages wholesale purchase")["text"]
    assert "Что я умею" in w.ask("/help")["text"]
    assert w.ask("/stop")["text"] == "Сейчас нечего останавливать."
    assert "language of each question" in w.ask("/lang auto")["text"]
    assert "do not have an answer" in w.ask("sausages wholesale purchase")["text"]
    assert "нет ответа" in w.ask("сосиски оптом")["text"]


def test_a_model_is_told_of_a_chosen_language(stack):
    w = stack.widget()
    w.ask("/lang ru")
    text = word()
    w.ask(text)
    call = next(c for c in stack.openai.calls if text in c.get("question", ""))
    system = call["body"]["messages"][0]["content"]
    assert "Отвечай кратко." in system and "только по-русски" in system


def test_sessions_of_two_sites_are_apart(stack):
    a = stack.widget("library-site")
    b = Widget(stack, "model-site")
    b.ask(word())
    assert a.messages() == []
    eventually(lambda: a.messages() == [])

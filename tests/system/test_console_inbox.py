"""The console: the inbox, its search, and what is seen live."""

import pytest

from tests.fakes.server import wait_for
from tests.system.console import conversation_of, held, on_telegram, talk
from tests.system.stack import word

pytestmark = pytest.mark.usefixtures("on_duty")


# --- the inbox ---------------------------------------------------------------------------------


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


def test_a_search_goes_on_through_older_ones(stack, ann):
    mark, many = word(), 2300
    stack.sql_do(
        "with made as (insert into conversation (channel_id, chat_key, bot_id, title)"
        " select h.id, 'search-' || n, h.bot_id, '" + mark + " ' || n"
        f" from channel h, generate_series(1, {many}) n where h.name = 'model-site' returning id, title)"
        " insert into activity (conversation_id, last_at, names)"
        " select id, now() - split_part(title, ' ', 2)::int * interval '1 hour', to_tsvector('simple', title) from made")
    seen, cursor, looks = [], None, 0
    while cursor or not looks:
        page = ann.inbox("all", q=mark, limit=200, **({"before": cursor} if cursor else {}))
        seen += [row["title"] for row in page["conversations"]]
        assert (page["searched_to"] is None) == (page["next"] is None)
        cursor, looks = page["next"], looks + 1
    assert seen == [f"{mark} {n}" for n in range(1, many + 1)] and looks == 12
    oldest = stack.sql(f"select id from conversation where title = '{mark} {many}'")[0][0]
    stack.sql_do(f"update conversation set responder = 2, operator_id = {ann.operator['id']} where id = {oldest}")
    page = ann.inbox("mine", q=mark)
    assert page["conversations"] == [] and page["next"] and page["searched_to"]  # there is more to look at
    page = ann.inbox("mine", q=mark, before=page["next"])
    assert [row["id"] for row in page["conversations"]] == [oldest] and page["next"] is None
    stack.sql_do(f"delete from activity where conversation_id in (select id from conversation where title like '{mark}%')")
    stack.sql_do(f"delete from conversation where title like '{mark}%'")


def test_a_search_says_what_it_cannot_find_yet(stack, ann):
    assert ann.inbox("all", q=word())["unsearched"] is None
    stack.sql_do("update console_progress set until = now() - interval '3 days', step = interval '1 s' where what = 'words'")
    gap = ann.inbox("all", q=word())["unsearched"]
    assert gap["since"] < gap["until"]
    assert "unsearched" not in ann.inbox("all")
    stack.sql_do("update console_progress set until = now(), step = interval '1 minute' where what = 'words'")


# --- live --------------------------------------------------------------------------------------


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
    other.wait("operator", lambda o: o["id"] == ann.operator["id"] and o["name"] == "Ann Administrator")
    assert ann.post("me", {"name": "Ann Admin"}).status == 200
    watching.close()
    other.close()


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
    # those of other tests may not be quite gone
    streams = [wait_for(lambda: (s := ann.listen()).status == 200 and s, "room for a stream") for _ in range(10)]
    assert ann.get("events").status == 429
    for stream in streams:
        stream.close()


def test_watchers_of_a_conversation_that_was_set_back_begin_anew(stack, ann):
    widget, conversation = held(stack, ann)
    stream = ann.listen(watch=conversation)
    seq = ann.do(conversation, "say", text=word())["seq"]
    stream.wait("message", lambda e: e["message"]["seq"] == seq)
    wait_for(lambda: len(stream.of("hello")) == 1, "the first hello")
    stack.sql_do(f"update conversation set last_seq = last_seq - 1 where id = {conversation}")
    wait_for(lambda: len(stream.of("hello")) == 2, "another hello")
    stack.sql_do(f"update conversation set last_seq = last_seq + 1 where id = {conversation}")
    shown = wait_for(lambda: [e for e in stream.of("message") if e["message"]["seq"] == seq][1:], "the message once more")
    assert len(shown) >= 1 and len(stream.of("hello")) == 2

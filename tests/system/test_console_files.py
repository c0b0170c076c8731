"""Files: those that people sent, and those that operators send."""

import os

import pytest

from tests.fakes.server import wait_for
from tests.system.console import held, next_from, on_telegram, talk
from tests.system.stack import eventually, word

pytestmark = pytest.mark.usefixtures("on_duty")


# --- files -------------------------------------------------------------------------------------


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


# --- from the console ----------------------------------------------------------------------------

JPEG = b"\xff\xd8\xff\xe0" + b"picture" * 100
PIECE = 256 * 1024


def test_a_visitor_sees_a_photo_from_the_console(stack, ann):
    widget, conversation = held(stack, ann)
    file = ann.upload(conversation, "палатка.jpg", "image/jpeg", JPEG)
    said = ann.do(conversation, "say", text="like this one", files=[file])
    message = eventually(lambda: next_from(widget, "operator"))
    assert (message["seq"], message["text"]) == (said["seq"], "like this one")
    attachment = message["attachments"][0]
    assert set(attachment) == {"kind", "name", "mime", "size", "url"}
    assert (attachment["kind"], attachment["name"], attachment["size"]) == ("photo", "палатка.jpg", len(JPEG))
    reply = stack.http("GET", attachment["url"])
    assert (reply.status, reply.body, reply.headers["Content-Type"]) == (200, JPEG, "image/jpeg")
    assert reply.headers["Content-Disposition"].startswith("inline; filename*=UTF-8''%D0%BF")
    own = ann.messages(conversation)[-1]
    assert own["attachments"][0]["url"].startswith("/console/api/files/") and "file" not in own["attachments"][0]
    assert stack.http("GET", own["attachments"][0]["url"], None, ann.headers()).body == JPEG
    ann.do(conversation, "close")


def test_a_client_in_telegram_gets_the_bytes(stack, ann):
    chat = 911
    conversation = on_telegram(stack, chat)
    data = os.urandom(PIECE * 2 + 1000)
    photo = ann.upload(conversation, "a.jpg", "image/jpeg", JPEG)
    manual = ann.upload(conversation, "manual.pdf", "application/pdf", data)
    said = ann.do(conversation, "say", files=[photo, manual])["seq"]

    def arrived():
        got = stack.telegram.sent_to(chat)
        return [m for m in got if "photo" in m], [m for m in got if "document" in m]

    wait_for(lambda: all(arrived()), "both files")
    photos, documents = arrived()
    assert stack.telegram.bytes_of(photos[0], "photo") == JPEG
    assert stack.telegram.bytes_of(documents[0], "document") == data
    assert documents[0]["document"]["file_name"] == "manual.pdf"
    eventually(lambda: is_sent(ann, conversation, said))
    ann.do(conversation, "close")


def is_sent(console, conversation, seq):
    assert next(m for m in console.messages(conversation) if m["seq"] == seq)["delivery"] == "sent"


def test_what_did_not_arrive_is_sent_again_with_its_files(stack, ann, bob):
    widget, conversation = held(stack, ann)
    file = ann.upload(conversation, "a.jpg", "image/jpeg", JPEG)
    first = ann.do(conversation, "say", text="like *this*", files=[file])["seq"]
    again = ann.do(conversation, "say", again=first)["seq"]
    assert again > first
    old, new = [m for m in widget.messages() if m["author"] == "operator"]
    assert (new["seq"], new["text"]) == (again, old["text"])
    assert new["attachments"][0]["name"] == "a.jpg"
    assert stack.http("GET", new["attachments"][0]["url"]).body == JPEG
    question = widget.messages()[0]["seq"]
    for args in ({"again": question}, {"again": 999}):  # a person's, nobody's
        assert ann.order(conversation, "say", **args).json["code"] == "bad", args
    assert bob.order(conversation, "say", again=first).json["code"] == "bad"  # a colleague's
    for args in ({"again": 0}, {"again": -1}, {"again": "1"}, {}):
        assert ann.order(conversation, "say", **args).status == 400, args
    ann.do(conversation, "close")


def test_an_upload_goes_on_where_it_stopped(stack, ann):
    _, conversation = talk(stack)
    data = os.urandom(PIECE + 17)
    begun = ann.begin_file(conversation, "x.bin", "", len(data), key="the-same-file").json
    assert ann.put_piece(begun["file"], 0, data[:PIECE]).json == {"have": PIECE}
    stack.kill("ingress")
    stack.restart("ingress")
    again = ann.begin_file(conversation, "x.bin", "", len(data), key="the-same-file").json
    assert again == {**begun, "have": PIECE}
    file = begun["file"]
    assert ann.put_piece(file, 0, data[:PIECE]).json == {"have": PIECE}  # once more
    assert ann.put_piece(file, PIECE * 2, b"x").json == {"have": PIECE}  # too far on
    assert ann.put_piece(file, PIECE, data[PIECE:-1]).json == {"have": PIECE}  # too short
    assert ann.order(conversation, "say", files=[file]).json["code"] == "bad"  # not whole
    assert ann.put_piece(file, PIECE, data[PIECE:]).json == {"have": len(data)}
    assert ann.do(conversation, "say", files=[file])["seq"]
    url = ann.messages(conversation)[-1]["attachments"][0]["url"]
    assert stack.http("GET", url, None, ann.headers()).body == data
    assert ann.order(conversation, "say", files=[file]).json["code"] == "bad"  # said already
    ann.do(conversation, "close")


def test_whoever_plays_a_film_gets_a_part_of_it(stack, ann):
    widget, conversation = held(stack, ann)
    film = b"\0\0\0\x18ftypmp42" + os.urandom(PIECE * 2)
    file = ann.upload(conversation, "f.mp4", "video/mp4", film)
    ann.do(conversation, "say", files=[file])
    url = eventually(lambda: next_from(widget, "operator"))["attachments"][0]["url"]
    size = len(film)
    parts = [("bytes=0-1", 0, 2), (f"bytes={PIECE - 5}-{PIECE + 4}", PIECE - 5, PIECE + 5), ("bytes=-7", size - 7, size),
             (f"bytes={size - 3}-", size - 3, size), ("bytes=5-99999999999999999999", 5, size)]
    for header, begin, end in parts:
        reply = stack.http("GET", url, None, {"Range": header})
        assert (reply.status, reply.body) == (206, film[begin:end]), header
        assert reply.headers["Content-Range"] == f"bytes {begin}-{end - 1}/{size}"
        assert reply.headers["Content-Type"] == "video/mp4"
    for header in ("bytes=0-1,5-6", "bytes=x", "lines=1-2", "bytes=9-3"):
        reply = stack.http("GET", url, None, {"Range": header})
        assert (reply.status, len(reply.body), reply.headers["Accept-Ranges"]) == (200, size, "bytes"), header
    reply = stack.http("GET", url, None, {"Range": f"bytes={size}-"})
    assert (reply.status, reply.headers["Content-Range"]) == (416, f"bytes */{size}")
    assert stack.http("GET", url, None, {"Range": "bytes=0-1", "If-Range": '"old"'}).status == 200
    reply = stack.http("HEAD", url, None, {"Range": "bytes=0-1"})
    assert (reply.status, reply.headers["Content-Length"]) == (200, str(size))
    ann.do(conversation, "close")


def test_what_telegram_keeps_can_be_had_in_parts_too(stack, ann):
    sound = b"OggS" + os.urandom(1000)
    stack.telegram.say_file(912, "voice", sound, mime="audio/ogg")
    wait_for(lambda: stack.sql("select 1 from conversation where chat_key = '912'"), "the conversation")
    conversation = stack.sql("select id from conversation where chat_key = '912'")[0][0]
    url = eventually(lambda: ann.messages(conversation)[0])["attachments"][0]["url"]
    reply = stack.http("GET", url, None, ann.headers(Range="bytes=4-13"))
    assert (reply.status, reply.body, reply.headers["Content-Type"]) == (206, sound[4:14], "audio/ogg")


def test_a_page_that_is_called_a_picture_is_no_picture(stack, ann):
    widget, conversation = held(stack, ann)
    page = b"<script>alert(1)</script>"
    for name, mime in (("x.jpg", "image/jpeg"), ("x.html", "text/html"), ("x.svg", "image/svg+xml")):
        ann.do(conversation, "say", files=[ann.upload(conversation, name, mime, page)])
        attachment = next_from(widget, "operator")["attachments"][0]
        assert (attachment["kind"], attachment["mime"]) == ("document", "application/octet-stream")
        reply = stack.http("GET", attachment["url"])
        assert reply.headers["Content-Type"] == "application/octet-stream"
        assert reply.headers["Content-Disposition"].startswith("attachment")
        assert "sandbox" in reply.headers["Content-Security-Policy"]
    ann.do(conversation, "close")


def test_files_have_bounds(stack, ann, bob):
    _, conversation = talk(stack)
    too_large = ann.begin_file(conversation, "a", "", 20 * 1024 * 1024 + 1)
    assert (too_large.status, too_large.json["code"]) == (413, "file_too_large")
    for name in ("", "a/b", "..\\x", "a\nb", "x" * 256):
        assert ann.begin_file(conversation, name, "", 5).status == 400, name
    for size in (0, -1, "5"):
        assert ann.begin_file(conversation, "a", "", size).status == 400, size
    assert ann.begin_file(999999, "a", "", 5).status == 404
    file = ann.begin_file(conversation, "a", "", PIECE + 1).json["file"]
    assert ann.put_piece(file, 0, b"x" * (PIECE + 1)).status == 413
    assert ann.post(f"files/{file}/pieces/0", {}).status == 415
    assert bob.put_piece(file, 0, b"x" * PIECE).status == 404
    assert bob.order(conversation, "say", files=[file]).json["code"] == "bad"
    assert ann.put_piece(99999999, 0, b"x").status == 404
    assert ann.read(f"conversations/{conversation}")["conversation"]["state"] == "bot"  # not taken by the way
    for files in ([], {}, [0], ["1"], [file] * 11):
        assert ann.order(conversation, "say", files=files).status == 400, files
    whole = ann.upload(conversation, "a", "", b"a")
    assert ann.order(conversation, "say", files=[whole, whole]).json["code"] == "bad"
    big = [ann.begin_file(conversation, "a", "", 20 * 1024 * 1024).status for _ in range(5)]
    assert big == [201] * 4 + [409]
    stack.sql_do("delete from file where seq is null")


def test_a_file_may_be_dropped_before_it_is_sent(stack, ann, bob):
    _, conversation = talk(stack)
    file = ann.upload(conversation, "a", "", b"abc")
    assert bob.post(f"files/{file}/drop").status == 204 and stack.sql(f"select 1 from file where id = {file}")
    assert ann.post(f"files/{file}/drop").status == 204
    assert not stack.sql(f"select 1 from file where id = {file} union all select 1 from file_piece where file_id = {file}")
    assert ann.order(conversation, "say", files=[file]).json["code"] == "bad"


def test_old_files_go_and_their_names_remain(stack, ann):
    widget, conversation = held(stack, ann)
    old = ann.upload(conversation, "old.txt", "", b"old")
    ann.do(conversation, "say", files=[old])
    unsent = ann.upload(conversation, "unsent.txt", "", b"never sent")
    stack.sql_do(f"update file set created_at = now() - interval '400 days' where id = {old}")
    stack.sql_do(f"update file set created_at = now() - interval '25 hours' where id = {unsent}")
    wait_for(lambda: not stack.sql(f"select 1 from file where id in ({old}, {unsent})"), "the sweep", 20)
    attachment = next_from(widget, "operator")["attachments"][0]
    assert attachment["name"] == "old.txt"
    reply = stack.http("GET", attachment["url"])
    assert (reply.status, reply.json["code"]) == (410, "file_gone")
    ann.do(conversation, "close")


def test_the_vink_front_end_gets_a_link(stack, ann):
    token = word()
    stack.http("POST", "/api/v1/gpt", {"message": word()}, {"chat-token": token})
    wait_for(lambda: stack.sql("select 1 from conversation where chat_key = %s", token), "the conversation")
    conversation = stack.sql("select id from conversation where chat_key = %s", token)[0][0]
    ann.do(conversation, "take")
    ann.do(conversation, "say", text="the manual", files=[ann.upload(conversation, "m.jpg", "image/jpeg", JPEG)])
    got = []

    def fetched():
        got.extend(stack.http("GET", "/api/v1/message", None, {"chat-token": token}).json["messages"])
        return [m for m in got if "m.jpg" in m["message"]]

    words = wait_for(fetched, "the file")[0]
    assert words["user"] == "OPERATOR" and words["message"].startswith("the manual")
    link = next(w for w in words["message"].split() if w.startswith("https://bot.test/api/v1/files/"))
    assert stack.http("GET", link.removeprefix("https://bot.test")).body == JPEG
    ann.do(conversation, "close")

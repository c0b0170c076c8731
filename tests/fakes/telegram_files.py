"""Files: methods that send them, and what bots fetch.

A file_id is good for the bot that was given it, and for no other.
"""

import secrets
import time

from aiohttp import web
from aiohttp.web_request import FileField

from tests.fakes.telegram_state import ApiError, bad_request

DOWNLOAD_MAX = 20 << 20
UPLOAD_MAX = 50 << 20
PHOTO_MAX = 10 << 20


class Files:
    async def form(self, request):
        """Fields of a form; files are read."""
        fields = {}
        for name, value in (await request.post()).items():
            if isinstance(value, FileField):
                value = {"bytes": value.file.read(), "name": value.filename, "mime": value.content_type}
            fields[name] = value
        return fields

    def keep_file(self, token, kind, data, name=None, mime=None, size=None):
        """A new file that the bot with this token may have; size: what Telegram says of it."""
        file_id = f"{kind}-{secrets.token_hex(8)}"
        with self.lock:
            self.files[file_id] = {
                "token": token, "kind": kind, "bytes": data, "name": name, "mime": mime,
                "size": len(data) if size is None else size, "path": f"{kind}s/{secrets.token_hex(6)}",
            }
        return file_id

    def describe_file(self, file_id):
        f = self.files[file_id]
        told = {"file_id": file_id, "file_unique_id": "u" + file_id, "file_size": f["size"]}
        if f["kind"] == "photo":
            return [{**told, "file_id": file_id + "-small", "width": 90, "height": 60}, {**told, "width": 900, "height": 600}]
        if f["name"]:
            told["file_name"] = f["name"]
        if f["mime"]:
            told["mime_type"] = f["mime"]
        if f["kind"] in ("voice", "audio", "video"):
            told["duration"] = 3
        return told

    def say_file(self, chat_id, kind, data, caption=None, token=None, name=None, mime=None, size=None, **more):
        """A person sends a file."""
        file_id = self.keep_file(token or self.token, kind, data, name, mime, size)
        content = {kind: self.describe_file(file_id), **({"caption": caption} if caption else {}), **more}
        return self.say(chat_id, "", token=token, **content)

    def bytes_of(self, message, kind):
        """What a sent message's file holds."""
        told = message[kind]
        return self.files[(told[-1] if isinstance(told, list) else told)["file_id"]]["bytes"]

    def own_file(self, bot, file_id):
        f = self.files.get(file_id)
        if not f or f["token"] != bot.token:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return file_id

    def send_media(self, bot, p, kind):
        chat = self.writable(p)
        file = p.get(kind)
        if not file:
            raise bad_request(f"there is no {kind} in the request")
        caption, entities = self.content({**p, "text": p.get("caption", "")}, limit=1024, may_be_empty=True)
        self.check_markup(p.get("reply_markup"))
        if isinstance(file, dict):
            if len(file["bytes"]) > (PHOTO_MAX if kind == "photo" else UPLOAD_MAX):
                raise ApiError(413, "Request Entity Too Large")
            if not file["bytes"]:
                raise bad_request("file must be non-empty")
            file_id = self.keep_file(bot.token, kind, file["bytes"], file["name"], file["mime"])
        else:
            file_id = self.own_file(bot, file)
        self.check_flood(chat)
        content = {kind: self.describe_file(file_id), **({"caption": caption} if caption else {})}
        if entities:
            content["caption_entities"] = entities
        return self.deliver_message(bot, chat, p, content)

    def m_sendphoto(self, bot, p):
        return self.send_media(bot, p, "photo")

    def m_senddocument(self, bot, p):
        return self.send_media(bot, p, "document")

    def m_sendvoice(self, bot, p):
        return self.send_media(bot, p, "voice")

    def m_sendaudio(self, bot, p):
        return self.send_media(bot, p, "audio")

    def m_sendvideo(self, bot, p):
        return self.send_media(bot, p, "video")

    def m_sendanimation(self, bot, p):
        return self.send_media(bot, p, "animation")

    def m_sendvideonote(self, bot, p):
        return self.send_media(bot, p, "video_note")

    def m_sendsticker(self, bot, p):
        return self.send_media(bot, p, "sticker")

    def m_getfile(self, bot, p):
        file_id = str(p.get("file_id", ""))
        f = self.files.get(file_id)
        if not f or f["token"] != bot.token:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        if f["size"] > DOWNLOAD_MAX:
            raise bad_request("file is too big")
        f["asked"] = time.monotonic()
        return {"file_id": file_id, "file_unique_id": "u" + file_id, "file_size": f["size"], "file_path": f["path"]}

    async def file(self, request):
        token, path = request.match_info["token"], request.match_info["path"]
        f = next((f for f in self.files.values() if f["path"] == path and f["token"] == token and "asked" in f), None)
        if not f:
            return self.refuse(ApiError(404, "Not Found"))
        behaviour = self.take("file")
        if "status" in behaviour:
            return web.Response(status=behaviour["status"])
        return web.Response(body=f["bytes"], content_type="application/octet-stream")

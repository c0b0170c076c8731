"""A Bot API server: what api.telegram.org does, down to its error bodies.

Unlike the original it speaks plain HTTP, finds webhooks by `addresses` instead of DNS, and can
hurry its retries (`hurry`).  Rules match "<method>" or "<method> <chat id>"; a behaviour may hold

  error=429, description=..., parameters={...}   an error in Telegram's shape
  status=502, html="..."                         a proxy's page
  hang=True                                      never an answer
  drop="before" | "after"                        the connection breaks before or after the work
  delay=0.5                                      seconds before the work
"""

import asyncio
import json
import re
import time
import urllib.parse

import aiohttp
from aiohttp import web

from tests.fakes.server import PATIENCE_S, Fake, main, wait_for
from tests.fakes.telegram_files import Files
from tests.fakes.telegram_messages import Messages
from tests.fakes.telegram_state import ApiError, Bot, Chat, bad_request
from tests.fakes.telegram_topics import Topics

DEFAULT_TOKEN = "123456:fake-token-for-tests"
ALL_UPDATES = [
    "message", "edited_message", "channel_post", "edited_channel_post", "inline_query", "callback_query",
    "my_chat_member", "chat_join_request", "poll", "poll_answer", "stopped_message_generation",
]
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
OTHER_POLL = (
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
)


class Telegram(Fake, Messages, Files, Topics):
    def __init__(self, port=0, token=DEFAULT_TOKEN, username="tandem_test_bot", flood=False, hurry=10.0, bots=()):
        super().__init__(port)
        self.bots = {token: Bot(token, username)}
        for more in bots:
            self.add_bot(*more)
        self.token = token
        self.chats = {}
        self.sent = []  # every message that reached a chat, in order
        self.drafts = []
        self.actions = []
        self.edits = []
        self.deleted = []
        self.files = {}  # file_id -> what it is, and whose
        self.webhook_log = []  # (update_id, status or error)
        self.flood = flood
        self.hurry = hurry
        self.client = None
        self.addresses = {}  # public address -> where it really is, as DNS and a proxy would

    def routes(self, router):
        router.add_route("*", "/bot{token}/{method}", self.call)
        router.add_route("GET", "/file/bot{token}/{path:.*}", self.file)
        router.add_route("POST", "/_control/update", self._control_update)
        router.add_route("POST", "/_control/bot", self._control_bot)
        router.add_route("GET", "/_control/sent", self._control_sent)

    async def opened(self):
        self.client = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=60), connector=aiohttp.TCPConnector(limit=100)
        )

    async def closed(self):
        await self.client.close()

    # --- for tests -------------------------------------------------------------

    @property
    def bot(self):
        return self.bots[self.token]

    def chat(self, chat_id):
        with self.lock:
            return self.chats.setdefault(int(chat_id), Chat(int(chat_id)))

    def sent_to(self, chat_id):
        with self.lock:
            return [m for m in self.sent if m["chat"]["id"] == chat_id]

    def texts(self, chat_id):
        return [m["text"] for m in self.sent_to(chat_id)]

    def wait_sent(self, chat_id, n=1, timeout=PATIENCE_S):
        wait_for(lambda: len(self.sent_to(chat_id)) >= n, f"{n} message(s) to chat {chat_id}", timeout)
        return self.sent_to(chat_id)

    def calls_of(self, method):
        with self.lock:
            return [c for c in self.calls if c["method"] == method.lower()]

    def sends_to(self, chat_id):
        """Tries, whatever came of them."""
        return [c for c in self.calls_of("sendMessage") if str(c["params"]["chat_id"]) == str(chat_id)]

    def say(self, chat_id, text, user=None, token=None, **more):
        """A person writes; returns the update (which is on its way)."""
        chat = self.chat(chat_id)
        user = user or (chat_id if chat_id > 0 else 42)
        message = {
            "message_id": chat.message_id(),
            "from": {"id": user, "is_bot": False, "first_name": f"Person {user}", "language_code": "en"},
            "chat": chat.describe(), "date": int(time.time()), "text": text,
        }
        if text.startswith("/"):
            length = len(text.split()[0])
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
        mention = re.search(r"@\w+", text)
        if mention and not text.startswith("/"):
            message.setdefault("entities", []).append(
                {"type": "mention", "offset": mention.start(), "length": len(mention[0])}
            )
        message.update(more)
        if not text:
            del message["text"]
        if message.get("is_topic_message"):
            chat.topics.setdefault(message["message_thread_id"], {"name": "", "closed": False})
        return self.push({"message": message}, token)

    def press(self, chat_id, data, message=None, user=None, token=None):
        chat = self.chat(chat_id)
        user = user or chat_id
        query = {
            "id": str(time.monotonic_ns()), "chat_instance": "-77", "data": data,
            "from": {"id": user, "is_bot": False, "first_name": f"Person {user}", "language_code": "en"},
            "message": message or {"message_id": 1, "date": 0, "chat": chat.describe()},
        }
        self.bots[token or self.token].callbacks[query["id"]] = None
        return self.push({"callback_query": query}, token)

    def edit(self, chat_id, update, text, token=None):
        """A person changes what they said in an update."""
        message = {**update["message"], "text": text, "edit_date": int(time.time())}
        return self.push({"edited_message": message}, token)

    def block(self, chat_id, token=None, is_blocked=True):
        """A person blocks a bot, which is told so and may not write from now on."""
        chat = self.chat(chat_id)
        chat.forbidden = (403, "Forbidden: bot was blocked by the user") if is_blocked else None
        states = ("member", "kicked") if is_blocked else ("kicked", "member")
        me = self.bots[token or self.token].me
        user = {"id": chat_id, "is_bot": False, "first_name": f"Person {chat_id}"}
        return self.push({"my_chat_member": {
            "chat": chat.describe(), "from": user, "date": int(time.time()),
            "old_chat_member": {"status": states[0], "user": me},
            "new_chat_member": {"status": states[1], "user": me},
        }}, token)

    def add_bot(self, token, username, topics=False):
        self.bots[token] = Bot(token, username, topics=topics)
        return token

    def push(self, update, token=None):
        """Queue an update; one that has an update_id already is queued as it is (a repetition)."""
        bot = self.bots[token or self.token]
        with self.lock:
            if "update_id" not in update:
                update = {"update_id": bot.next_update, **update}
                bot.next_update += 1
        self.loop.call_soon_threadsafe(self._enqueue, bot, update)
        return update

    # --- updates: webhook and polling --------------------------------------------

    @staticmethod
    def _kind(update):
        return next((key for key in update if key != "update_id"), "")

    def _wanted(self, bot, update):
        allowed = bot.webhook["allowed"]
        return self._kind(update) in (allowed or ALL_UPDATES)

    def _enqueue(self, bot, update):
        if not self._wanted(bot, update):
            return
        if not bot.webhook["url"]:
            bot.updates.append(update)
            if bot.poll and not bot.poll.done():
                bot.poll.set_result(None)
            return
        content = update[self._kind(update)]
        key = f"u{content['from']['id']}" if "callback_query" in update else str(content.get("chat", {}).get("id"))
        if key not in bot.queues:
            bot.queues[key] = asyncio.Queue()
            self.loop.create_task(self._deliver(bot, bot.queues[key]))
        bot.queues[key].put_nowait(update)

    async def _deliver(self, bot, queue):
        """One chat's updates: the next goes only when the one before was taken."""
        while True:
            update = await queue.get()
            delay = 0.0
            while bot.webhook["url"]:
                taken, asked = await self._post(bot, update)
                if taken:
                    break
                await asyncio.sleep((asked if asked is not None else delay) / self.hurry)
                delay = min(max(delay * 2, 2.0), 60.0)

    async def _post(self, bot, update):
        headers = {"Content-Type": "application/json", "Accept-Encoding": "gzip, deflate"}
        if bot.webhook["secret"]:
            headers["X-Telegram-Bot-Api-Secret-Token"] = bot.webhook["secret"]
        body = json.dumps(update, ensure_ascii=False)
        url = bot.webhook["url"]
        for public, real in self.addresses.items():
            url = url.replace(public, real)
        try:
            async with self.client.post(url, data=body.encode(), headers=headers) as reply:
                await reply.read()
                self.webhook_log.append((update["update_id"], reply.status))
                if 200 <= reply.status < 300:
                    return True, None
                bot.last_error = f"Wrong response from the webhook: {reply.status} {reply.reason}"
                asked = reply.headers.get("Retry-After", "")
                return False, min(float(asked), 3600.0) if asked.isdigit() else None
        except (aiohttp.ClientError, asyncio.TimeoutError, ConnectionError) as e:
            self.webhook_log.append((update["update_id"], repr(e)))
            bot.last_error = "Connection refused"
            return False, None

    async def get_updates(self, bot, p):
        if bot.webhook["url"]:
            raise ApiError(409, WEBHOOK_ACTIVE)
        if bot.poll and not bot.poll.done():
            bot.poll.set_exception(ApiError(409, OTHER_POLL))
        if p.get("allowed_updates"):
            bot.webhook["allowed"] = p["allowed_updates"]
        offset, limit = int(p.get("offset", 0)), min(int(p.get("limit", 100)), 100)
        bot.updates = [u for u in bot.updates if u["update_id"] >= offset]
        timeout = min(int(p.get("timeout", 0)), 50)
        if not bot.updates and timeout:
            bot.poll = self.loop.create_future()
            try:
                await asyncio.wait_for(bot.poll, timeout)
            except asyncio.TimeoutError:
                pass
        return bot.updates[: max(limit, 1)]

    # --- calls -------------------------------------------------------------------

    async def parameters(self, request):
        p = dict(request.query)
        if request.method == "POST" and request.can_read_body:
            if request.content_type == "application/json":
                try:
                    body = await request.json()
                except ValueError:
                    raise bad_request("can't parse JSON object: expected an object") from None
                if not isinstance(body, dict):
                    raise bad_request("can't parse JSON object")
                p.update(body)
            else:
                p.update(await self.form(request))
        for name in ("reply_markup", "reply_parameters", "link_preview_options", "allowed_updates", "commands", "entities"):
            if isinstance(p.get(name), str):
                p[name] = json.loads(p[name] or "null")
        return p

    async def call(self, request):
        token, method = request.match_info["token"], request.match_info["method"].lower()
        try:
            if ":" not in token or token.startswith("0") or len(token) > 80:
                raise ApiError(401, "Unauthorized: invalid token specified")
            if token not in self.bots:
                raise ApiError(401, "Unauthorized")
            bot, p = self.bots[token], await self.parameters(request)
            with self.lock:
                self.calls.append({"method": method, "params": p, "at": time.monotonic()})
            behaviour = self.take(method, f"{method} {p.get('chat_id')}")
            result = await self.behave(request, bot, method, p, behaviour)
        except ApiError as e:
            return self.refuse(e)
        return result if isinstance(result, web.StreamResponse) else web.json_response({"ok": True, "result": result})

    @staticmethod
    def refuse(e):
        body = {"ok": False, "error_code": e.code, "description": e.description}
        if e.parameters:
            body["parameters"] = e.parameters
        headers = {"Retry-After": str(e.parameters["retry_after"])} if "retry_after" in e.parameters else {}
        return web.json_response(body, status=e.code, headers=headers)

    async def behave(self, request, bot, method, p, behaviour):
        if behaviour.get("delay"):
            await asyncio.sleep(behaviour["delay"])
        if behaviour.get("hang"):
            await asyncio.sleep(3600)
        if behaviour.get("drop") == "before":
            request.transport.abort()
            await asyncio.sleep(3600)
        if "error" in behaviour:
            raise ApiError(behaviour["error"], behaviour["description"], **behaviour.get("parameters", {}))
        if "status" in behaviour:
            return web.Response(status=behaviour["status"], text=behaviour.get("html", ""), content_type="text/html")
        handler = getattr(self, f"m_{method}", None)
        if method == "getupdates":
            result = await self.get_updates(bot, p)
        elif handler:
            with self.lock:
                result = handler(bot, p)
        else:
            raise ApiError(404, "Not Found: method not found")
        if behaviour.get("drop") == "after":
            request.transport.abort()
            await asyncio.sleep(3600)
        return result

    # --- methods: the bot itself ---------------------------------------------------

    def m_getme(self, bot, _p):
        return bot.me

    def m_setwebhook(self, bot, p):
        url = p.get("url", "")
        secret = p.get("secret_token")
        if url and not url.startswith("https://"):
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        if url and (urllib.parse.urlsplit(url).port or 443) not in (443, 80, 88, 8443):
            raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
        if secret is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
            raise bad_request("secret token contains unallowed characters")
        same = bot.webhook["url"] == url and bot.webhook["secret"] == secret
        if p.get("allowed_updates"):
            bot.webhook["allowed"] = p["allowed_updates"]
        bot.webhook.update(url=url, secret=secret, max_connections=int(p.get("max_connections") or 40))
        if bot.poll and not bot.poll.done():
            bot.poll.set_exception(ApiError(409, "Conflict: terminated by setWebhook request"))
        waiting, bot.updates = bot.updates, []
        for update in [] if p.get("drop_pending_updates") else waiting:
            self._enqueue(bot, update)
        return web.json_response(
            {"ok": True, "result": True, "description": "Webhook is already set" if same and url else "Webhook was set"}
        )

    def m_deletewebhook(self, bot, p):
        was = bot.webhook["url"]
        bot.webhook.update(url="", secret=None)
        for queue in bot.queues.values():
            while not queue.empty():
                bot.updates.append(queue.get_nowait())
        if p.get("drop_pending_updates"):
            bot.updates = []
        words = "Webhook was deleted" if was else "Webhook is already deleted"
        return web.json_response({"ok": True, "result": True, "description": words})

    def m_getwebhookinfo(self, bot, _p):
        waiting = len(bot.updates) + sum(q.qsize() for q in bot.queues.values())
        info = {"url": bot.webhook["url"], "has_custom_certificate": False, "pending_update_count": waiting}
        if bot.webhook["url"]:
            info["max_connections"] = bot.webhook["max_connections"]
        if bot.webhook["allowed"]:
            info["allowed_updates"] = bot.webhook["allowed"]
        if bot.last_error:
            info.update(last_error_date=int(time.time()), last_error_message=bot.last_error)
        return info

    def m_setmycommands(self, _bot, p):
        commands = p.get("commands")
        if not isinstance(commands, list) or len(commands) > 100:
            raise bad_request("can't parse commands")
        for c in commands:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", c.get("command", "")):
                raise bad_request("BOT_COMMAND_INVALID")
            if not 1 <= len(c.get("description", "")) <= 256:
                raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
        return True

    def m_getmycommands(self, _bot, _p):
        return next((c["params"]["commands"] for c in reversed(self.calls) if c["method"] == "setmycommands"), [])

    def m_setchatmenubutton(self, _bot, _p):
        return True

    # --- control over HTTP -------------------------------------------------------------

    async def _control_update(self, request):
        """{"chat", "say"} or {"chat", "press": data, "message"}, perhaps with a "token"; else an update as it is."""
        body = await request.json()
        if "say" in body:
            return web.json_response(self.say(body["chat"], body["say"], token=body.get("token")))
        if "press" in body:
            return web.json_response(self.press(body["chat"], body["press"], body.get("message"), token=body.get("token")))
        return web.json_response(self.push(body))

    async def _control_bot(self, request):
        """{"token", "username"}: one more bot."""
        body = await request.json()
        return web.json_response(self.add_bot(body["token"], body["username"]))

    async def _control_sent(self, _request):
        return web.json_response(self.sent)


if __name__ == "__main__":
    main(lambda port: Telegram(port), __doc__.splitlines()[0])

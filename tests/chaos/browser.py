"""A browser with the widget open: sends until it is taken, listens and reconnects, forgets nothing."""

import asyncio
import json

import aiohttp

ORIGIN = "https://shop.test"
SITE = "model-site"
TROUBLE = (aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError)
RETRY = 0.3
SEND_PATIENCE = 12.0  # for one try
LOST = 0.04  # of all answers to a sending get lost on the way


class Browser:
    def __init__(self, url, http, rng, site=SITE):
        self.url, self.http, self.rng, self.site = url, http, rng, site
        self.token = None
        self.taken = []  # keys of what we were told 2xx for
        self.seen = []  # messages as they came over the stream, repetitions and all
        self.last_answer = ""
        self.answers = 0
        self.resent = self.reconnected = 0
        self.news = asyncio.Condition()
        self.listener = None
        self.stream = None

    # --- sending -------------------------------------------------------------------

    def headers(self):
        return {"Authorization": f"Bearer {self.token}", "Origin": ORIGIN}

    async def open(self):
        while not self.token:
            try:
                self.token = await self.ask_session()
            except TROUBLE:
                await asyncio.sleep(RETRY)
        self.listener = asyncio.get_running_loop().create_task(self.listen())

    async def ask_session(self):
        body, headers = {"site": self.site, "lang": "en"}, {"Origin": ORIGIN}
        async with self.http.post(f"{self.url}/api/v1/sessions", json=body, headers=headers) as reply:
            return (await reply.json())["token"] if reply.status == 201 else await asyncio.sleep(RETRY)

    async def send(self, key, text):
        """Under the same id until it is taken."""
        while True:
            try:
                if await asyncio.wait_for(self.send_once(key, text), SEND_PATIENCE):
                    return
            except TROUBLE:
                pass
            self.resent += 1
            await asyncio.sleep(RETRY)

    async def send_once(self, key, text):
        body = {"id": key, "text": text, "lang": "en"}
        async with self.http.post(f"{self.url}/api/v1/messages", json=body, headers=self.headers()) as reply:
            await reply.read()
            if reply.status not in (200, 201):
                return False
            self.taken.append(key)
            return self.rng.random() > LOST

    # --- listening -----------------------------------------------------------------

    def last_seq(self):
        return self.seen[-1]["seq"] if self.seen else 0

    async def listen(self):
        while True:
            try:
                await self.read_stream()
            except TROUBLE:
                pass
            self.reconnected += 1
            await asyncio.sleep(RETRY)

    async def read_stream(self):
        headers = {**self.headers(), "Accept": "text/event-stream", "Last-Event-ID": str(self.last_seq())}
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=40)
        async with self.http.get(f"{self.url}/api/v1/events", headers=headers, timeout=timeout) as reply:
            if reply.status != 200:
                return
            self.stream = reply
            event = {}
            async for line in reply.content:
                line = line.decode().rstrip("\r\n")
                if line:
                    name, _, value = line.partition(":")
                    event[name] = value.removeprefix(" ")
                elif event:
                    await self.take(event)
                    event = {}

    async def take(self, event):
        if event.get("event") != "message":
            return
        message = json.loads(event["data"])
        message["id"] = int(event["id"])
        self.seen.append(message)
        if message["author"] != "person":
            self.answers += 1
            self.last_answer = message["text"]
        async with self.news:
            self.news.notify_all()

    async def wait(self, condition, patience):
        async with self.news:
            try:
                await asyncio.wait_for(self.news.wait_for(condition), max(patience, 0))
            except asyncio.TimeoutError:
                pass
        return condition()

    def reload(self):
        """The network changes: the stream breaks, and the listener comes back."""
        if self.stream:
            self.stream.close()

    def close(self):
        if self.listener:
            self.listener.cancel()

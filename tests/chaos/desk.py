"""The human part: people who call a human, and an operator at the console who takes the chat, talks and returns it.

An order is sent again under its key until it is answered.  What was answered well is kept for the judge.
"""

import asyncio
import random
import secrets

import psycopg2

from tests.chaos.browser import RETRY, SEND_PATIENCE, TROUBLE
from tests.chaos.crowd import CHATS, Person, Visitor
from tests.system.console import PASSWORD, add_user
from tests.system.stack import MARK

CALLERS = 6
LOGIN = "vera"
LOOK = 0.2  # seconds between two looks at who waits
LOST = 0.1  # of all answers to orders get lost on the way
WAITING = "select conversation_id from handoff where state = 1"


class TelegramCaller(Person):
    def __init__(self, crowd, chat):
        super().__init__(crowd, chat, crowd.telegram.shop_token)

    async def open(self):
        pass

    async def say(self):
        self.ask()

    async def call(self):
        self.crowd.telegram.say(self.chat, "/operator", token=self.token)


class WidgetCaller(Visitor):
    async def open(self):
        await self.browser.open()

    async def say(self):
        await self.ask()

    async def call(self):
        await self.browser.send(secrets.token_hex(8), "/operator")


async def join(crowd, operator):
    """Callers and their operator join the crowd; to be called in its loop."""
    for i in range(CALLERS):
        rng = random.Random(f"caller {crowd.seed} {i}")
        if i % 2:
            caller = WidgetCaller(crowd, rng, "shop-site")
            crowd.visitors.append(caller)
        else:
            caller = TelegramCaller(crowd, CHATS - 1 - i)  # odd: they do not block the bot
        crowd.tasks.append(crowd.loop.create_task(crowd.watch(live(caller, rng))))
    crowd.more.append(crowd.loop.create_task(crowd.watch(operator.work())))


async def live(caller, rng):
    """Asks the bot, calls a human, and talks on, whoever it is that listens."""
    await caller.open()
    while not caller.crowd.over:
        await caller.say()
        await asyncio.sleep(rng.uniform(0, 2))
        await caller.call()
        for _ in range(rng.randrange(4)):
            await asyncio.sleep(rng.uniform(0, 2))
            await caller.say()
        await asyncio.sleep(rng.uniform(0.5, 4))


class Talk:
    """From taking to returning: the numbers of what was said, as the answers had them."""

    def __init__(self, conversation):
        self.conversation = conversation
        self.taken = self.returned = None
        self.said = []  # (seq, text)


class Operator:
    def __init__(self, crowd):
        self.crowd, self.stack = crowd, crowd.stack
        self.rng = random.Random(f"operator {crowd.seed}")
        self.talks = []
        self.busy = {}  # conversation -> the task that attends to it
        self.headers = None
        add_user(self.stack, LOGIN, "--lang", "en", "--name", "Vera")
        self.stack.sql_do("update operator set on_duty = true, capacity = 100")

    async def work(self):
        while True:
            for conversation in await self.crowd.loop.run_in_executor(None, self.waiting):
                if conversation not in self.busy:
                    task = self.crowd.loop.create_task(self.crowd.watch(self.attend(conversation)))
                    self.busy[conversation] = task
                    self.crowd.more.append(task)
            await asyncio.sleep(LOOK)

    def waiting(self):
        try:
            return [row[0] for row in self.stack.sql(WAITING)]
        except psycopg2.Error:
            return []

    async def attend(self, conversation):
        talk = Talk(conversation)
        await asyncio.sleep(self.rng.uniform(0, 1))
        taken = await self.order(conversation, "take")
        if taken:
            talk.taken = taken["seq"]
            self.talks.append(talk)
            for _ in range(self.rng.randrange(4)):  # who says nothing leaves the questions to the bot
                await self.speak(talk)
            returned = await self.order(conversation, "return")
            talk.returned = returned and returned["seq"]
        del self.busy[conversation]

    async def speak(self, talk):
        text = f"{MARK}{secrets.token_hex(5)} says a human"
        said = await self.order(talk.conversation, "say", text=text)
        if said:
            talk.said.append((said["seq"], text))
        await asyncio.sleep(self.rng.uniform(0.05, 0.8))

    # --- the console ---------------------------------------------------------------

    async def order(self, conversation, verb, **args):
        """Its answer; None if it was refused."""
        body = {"id": secrets.token_hex(8), "verb": verb, **args}
        while True:
            if not self.headers:
                await self.sign_in()
                continue
            status, answer = await self.post(f"conversations/{conversation}/orders", body, self.headers)
            if status == 401:
                self.headers = None
            elif status in (200, 404, 409) and self.rng.random() > LOST:
                return answer if status == 200 else None
            else:
                await asyncio.sleep(RETRY)

    async def sign_in(self):
        status, answer = await self.post("login", {"login": LOGIN, "password": PASSWORD}, None)
        if status != 200:
            await asyncio.sleep(RETRY)
            return
        self.headers = {"Cookie": answer["cookie"], "X-CSRF-Token": answer["csrf"], "Origin": self.stack.url}

    async def post(self, path, body, headers):
        try:
            return await asyncio.wait_for(self.post_once(path, body, headers), SEND_PATIENCE)
        except TROUBLE:
            return 0, None

    async def post_once(self, path, body, headers):
        url = f"{self.stack.url}/console/api/{path}"
        async with self.crowd.http.post(url, json=body, headers=headers) as reply:
            answer = await reply.json(content_type=None) if reply.status == 200 else {}
            answer["cookie"] = reply.headers.get("Set-Cookie", "").split(";")[0]
            return reply.status, answer

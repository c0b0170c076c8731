"""The load: people in Telegram and browsers with the widget, all in one event loop of its own thread.

Everybody asks something, waits for an answer as long as a person would, and asks again; some ask
twice in one breath.  What was asked and what was seen is kept for the judge.
"""

import asyncio
import itertools
import random
import secrets
import threading
import time

import aiohttp

from tests.chaos.browser import SITE, Browser
from tests.system.stack import MARK

PATIENCE = 8.0  # seconds a person waits before writing again
MID_TURN = (0.2, 0.6)  # seconds after a question in which its answer is likely to be under way
CHATS = 1000  # the first chat's number


class Question:
    """Something a person wrote; `key` is the channel's id of it, and `taken` when it was accepted."""

    def __init__(self, channel, key, word, text):
        self.channel, self.key, self.word, self.text = channel, key, word, text
        self.asked = time.monotonic()
        self.taken = None


def make_question(channel, key):
    word = MARK + secrets.token_hex(5)
    return Question(channel, key, word, f"{word} how much is delivery to {secrets.token_hex(3)}?")


class Person:
    """Somebody in Telegram."""

    def __init__(self, crowd, chat, token=None):
        self.crowd, self.chat, self.token = crowd, chat, token
        self.got = asyncio.Queue()
        crowd.telegram.listeners[chat] = self.hear

    def hear(self, text):
        self.crowd.loop.call_soon_threadsafe(self.got.put_nowait, text)

    def ask(self):
        question = make_question("telegram", None)
        question.chat = self.chat
        update = self.crowd.telegram.say(self.chat, question.text, token=self.token)
        question.key = update["update_id"]
        self.crowd.questions.append(question)
        return question

    async def wait(self, question, patience):
        """Any answer will do for a person; True if it was to this question."""
        end = time.monotonic() + patience
        while (left := end - time.monotonic()) > 0:
            try:
                text = await asyncio.wait_for(self.got.get(), left)
            except asyncio.TimeoutError:
                break
            return question.word in text
        return False

    async def live(self, rng):
        while not self.crowd.over:
            question = self.ask()
            if rng.random() < 0.1:
                await asyncio.sleep(rng.uniform(0, 0.4))
                question = self.ask()
            await self.wait(question, PATIENCE)
            await self.crowd.think(rng)
        self.ask()
        await asyncio.sleep(rng.uniform(*MID_TURN))
        self.ask()  # nobody asks after it: it must be answered for its own sake


class Visitor:
    """Somebody at the widget."""

    def __init__(self, crowd, rng, site=SITE):
        self.crowd = crowd
        self.browser = Browser(crowd.stack.url, crowd.http, rng, site)

    async def ask(self):
        question = make_question("widget", secrets.token_hex(8))
        question.browser = self.browser
        self.crowd.questions.append(question)
        await self.browser.send(question.key, question.text)
        question.taken = time.monotonic()
        return question

    async def live(self, rng):
        await self.browser.open()
        while not self.crowd.over:
            seen = self.browser.answers
            await self.ask()
            if rng.random() < 0.1:
                await self.ask()
            await self.browser.wait(lambda: self.browser.answers > seen, PATIENCE)
            if rng.random() < 0.05:
                self.browser.reload()
            await self.crowd.think(rng)
        await self.ask()
        await asyncio.sleep(rng.uniform(*MID_TURN))
        await self.ask()


class Crowd:
    def __init__(self, stack, seed, people, rate):
        self.stack, self.seed, self.telegram = stack, seed, stack.telegram
        self.people, self.rate = people, rate
        self.questions = []
        self.visitors = []
        self.chats = itertools.count(CHATS)
        self.over = False
        self.tasks = []
        self.more = []  # tasks that nobody waits for
        self.failures = []
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.run, daemon=True)

    # --- life, called from the conductor ------------------------------------------

    def start(self):
        self.thread.start()
        self.call(self.begin())
        return self

    def run(self):
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    def call(self, work, timeout=120):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout)

    def end_asking(self, timeout):
        """Everybody finishes the sentence."""
        self.over = True
        self.call(self.settle(timeout), timeout + 10)

    def stop(self):
        self.call(self.leave())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)

    def taken(self):
        """How many questions were accepted so far."""
        accepted = self.telegram.taken
        return sum(1 for q in list(self.questions) if q.taken or q.key in accepted)

    def untaken(self):
        """Questions in Telegram that are still on their way to us."""
        accepted = self.telegram.taken
        return sum(1 for q in list(self.questions) if q.channel == "telegram" and q.key not in accepted)

    # --- in the loop -----------------------------------------------------------------

    async def begin(self):
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=5)
        self.http = aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0))
        for i in range(self.people):
            rng = random.Random(f"person {self.seed} {i}")
            if i % 2:
                somebody = Visitor(self, rng)
                self.visitors.append(somebody)
            else:
                somebody = Person(self, next(self.chats))
            self.tasks.append(self.loop.create_task(self.watch(somebody.live(rng))))

    async def watch(self, life):
        try:
            await life
        except Exception as e:  # pylint: disable=broad-except
            self.failures.append(repr(e))

    async def think(self, rng):
        """So long that everybody together asks `rate` questions a second."""
        await asyncio.sleep(rng.uniform(0.5, 1.5) * max(self.people / self.rate - 0.6, 0.01))

    async def settle(self, timeout):
        _, late = await asyncio.wait(self.tasks, timeout=timeout)
        if late:
            self.failures.append(f"{len(late)} clients could not finish their sentence in {timeout} s")

    async def leave(self):
        for visitor in self.visitors:
            visitor.browser.close()
        for task in self.tasks + self.more:
            task.cancel()
        await asyncio.sleep(0.05)
        await self.http.close()

    # --- probes ------------------------------------------------------------------------

    def probe(self, limit):
        """A future: seconds until a new person in Telegram and a new one at the widget have a real answer."""
        return asyncio.run_coroutine_threadsafe(self.both(limit), self.loop)

    async def both(self, limit):
        begun = time.monotonic()
        await asyncio.gather(self.probe_telegram(begun + limit), self.probe_widget(begun + limit))
        return time.monotonic() - begun

    async def probe_telegram(self, end):
        person = Person(self, next(self.chats))
        while time.monotonic() < end:
            if await person.wait(person.ask(), end - time.monotonic()):
                return

    async def probe_widget(self, end):
        visitor = Visitor(self, random.Random(0))
        self.visitors.append(visitor)
        browser = visitor.browser
        opening = self.loop.create_task(browser.open())
        self.tasks.append(opening)
        await asyncio.wait([opening], timeout=end - time.monotonic())
        while time.monotonic() < end and opening.done():
            seen = browser.answers
            asking = self.loop.create_task(visitor.ask())
            self.tasks.append(asking)
            await asyncio.wait([asking], timeout=max(end - time.monotonic(), 0))
            if not asking.done():
                return
            word = asking.result().word
            if await browser.wait(lambda s=seen: browser.answers > s, end - time.monotonic()):
                if word in browser.last_answer:
                    return

"""The outside world of a campaign: Telegram and a model vendor, well or ill by a mode.

`begin` says what is wrong from now on ("": nothing); which calls that strikes is drawn from a seeded
generator.  Both always take a little time, so that whoever dies has something in hand.
"""

import asyncio
import random

from tests.fakes.openai import OpenAI
from tests.fakes.telegram import Telegram

SHOP_TOKEN = "234567:shop-token-for-tests"  # the bot that calls humans
REPEATED = 0.02  # of all updates come twice even on a good day


class Moody:
    """`mode` and how often it has struck."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.mode, self.struck = "", 0

    def begin(self, mode):
        self.mode, self.struck = mode, 0

    def strike(self, behaviour):
        self.struck += bool(behaviour)
        return behaviour


class ChaosModel(Moody, OpenAI):
    def __init__(self, seed=0):
        super().__init__()
        self.random = random.Random(f"model {seed}")

    def take(self, *words):
        well = {"first_delay": self.random.uniform(0.02, 0.25), "delay": 0.01}
        if not self.mode or self.random.random() > 0.7:
            return well
        return {**well, **self.strike(self.ill())}

    def ill(self):
        if self.mode == "slow":
            return {"first_delay": self.random.uniform(1, 3), "delay": self.random.uniform(0, 0.5)}
        if self.mode == "cut":
            return {"cut": self.random.randrange(1, 1500)}
        if self.mode == "garbage":
            return {"garbage": self.random.choice(["data: {\n\n", "<html>no</html>", "\x00\udcff\udcfe" * 20, "data: []\n\n"])}
        if self.mode == "429":
            return {"status": 429, "headers": {"Retry-After": self.random.choice(["1", "2"])}}
        return {"status": 500}


class ChaosTelegram(Moody, Telegram):
    """Modes: 429, 500, 403, lost (the answer, after the work), silent (the same, by silence), repeat, reorder."""

    def __init__(self, seed=0, **options):
        super().__init__(bots=[(SHOP_TOKEN, "tandem_shop_bot", False)], **options)
        self.shop_token = SHOP_TOKEN
        self.bots[SHOP_TOKEN].next_update += 10**8  # the judge knows updates by their numbers
        self.random = random.Random(f"telegram {seed}")
        self.taken = set()  # update ids we were told 2xx for
        self.listeners = {}  # chat -> called with the text of each message that arrives

    def take(self, *words):
        method = words[0]
        well = {"delay": self.random.uniform(0.005, 0.08)} if method == "sendmessage" else {}
        if method != "sendmessage" or not self.mode or self.random.random() > 0.7:
            return well
        return {**well, **self.strike(self.ill(words[-1]))}

    def ill(self, words):
        if self.mode == "429":
            parameters = {"retry_after": 1}
            return {"error": 429, "description": "Too Many Requests: retry after 1", "parameters": parameters}
        if self.mode == "500":
            return {"error": 500, "description": "Internal Server Error"}
        if self.mode == "403" and int(words.split()[-1]) % 2 == 0:
            return {"error": 403, "description": "Forbidden: bot was blocked by the user"}
        if self.mode == "lost":
            return {"drop": "after"}
        if self.mode == "silent" and self.random.random() < 0.2:
            return {"silent": True}
        return {}

    async def behave(self, request, bot, method, p, behaviour):
        result = await super().behave(request, bot, method, p, behaviour)
        if behaviour.get("silent"):
            await asyncio.sleep(3600)
        return result

    def m_sendmessage(self, bot, p):
        message = super().m_sendmessage(bot, p)
        listener = self.listeners.get(message["chat"]["id"])
        if listener:
            listener(message["text"])
        return message

    # --- updates -----------------------------------------------------------------

    async def _post(self, bot, update):
        """Now and then twice, sometimes both at once, as two of Telegram's machines would."""
        again = self.random.random() < (0.5 if self.mode == "repeat" else REPEATED)
        if not again:
            return self.note(update, await super()._post(bot, update))
        self.strike(update)
        if self.random.random() < 0.5:
            first, second = await asyncio.gather(super()._post(bot, update), super()._post(bot, update))
        else:
            first = await super()._post(bot, update)
            second = await super()._post(bot, update)
        return self.note(update, first if first[0] else second)

    def note(self, update, end):
        if end[0]:
            self.taken.add(update["update_id"])
        return end

    def _enqueue(self, bot, update):
        if self.mode == "reorder" and self.random.random() < 0.4 and not update.get("overtaken"):
            update["overtaken"] = True
            self.strike(update)
            self.loop.call_later(self.random.uniform(0.1, 0.6), self._enqueue, bot, update)
        else:
            super()._enqueue(bot, {k: v for k, v in update.items() if k != "overtaken"})

    async def get_updates(self, bot, p):
        """With polling, a higher offset is the 2xx."""
        before = {u["update_id"] for u in bot.updates}
        try:
            return await super().get_updates(bot, p)
        finally:
            offset = int(p.get("offset", 0))
            self.taken |= {u for u in before if u < offset}

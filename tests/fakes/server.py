"""What the fakes share: an HTTP server in a thread of its own, scripts for it, and waiting.

A fake is told beforehand how to behave (`rule`, or POST /_control/rule) and remembers what it was
asked (`calls`, or GET /_control/calls), so tests look at facts and never sleep.
"""

import argparse
import asyncio
import json
import threading
import time

from aiohttp import web

PATIENCE_S = 60.0  # far more than anything takes on a busy machine; who waits for what comes waits no longer than it takes


def wait_for(condition, what, timeout=PATIENCE_S):
    """The first true value of condition(), or an AssertionError that says what was missed."""
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {timeout:g} s in vain for: {what}")
        time.sleep(0.01)


async def write_part(reply, data, behaviour, left):
    """In fragments, and no more than `left` of it (None: all), as is scripted; what is left then."""
    if left is not None:
        data = data[:left]
        left -= len(data)
    step = behaviour.get("fragment") or len(data) or 1
    for at in range(0, len(data), step):
        await reply.write(data[at : at + step])
        await asyncio.sleep(0)
    return left


class Fake:
    """Subclasses add routes in `routes` and read `take(...)` for scripted behaviour."""

    def __init__(self, port=0):
        self.port = port
        self.calls = []
        self.rules = []
        self.loop = asyncio.new_event_loop()
        self.lock = threading.RLock()
        self._runner = None
        self._thread = None

    # --- life ------------------------------------------------------------------

    def start(self):
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,), daemon=True)
        self._thread.start()
        started.wait()
        return self

    def stop(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)

    def _run(self, started):
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self._open())
        started.set()
        self.loop.run_forever()
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.run_until_complete(self.closed())
        self.loop.run_until_complete(self._runner.cleanup())

    async def _open(self):
        app = web.Application(client_max_size=64 << 20)
        app.router.add_route("GET", "/_control/calls", self._control_calls)
        app.router.add_route("POST", "/_control/rule", self._control_rule)
        app.router.add_route("POST", "/_control/reset", self._control_reset)
        self.routes(app.router)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, backlog=4096, shutdown_timeout=0.1)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]
        await self.opened()

    async def opened(self):
        pass

    async def closed(self):
        pass

    def routes(self, router):
        raise NotImplementedError

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    # --- scripts ---------------------------------------------------------------

    def rule(self, match="", times=1, **behaviour):
        """The next `times` calls that `match` behave like this; times=None: for good."""
        with self.lock:
            self.rules.append({"match": match, "times": times, "behaviour": behaviour})

    def take(self, *words):
        """The behaviour of the first rule whose match is among (or within) words; {} if none."""
        with self.lock:
            for rule in self.rules:
                if not any(rule["match"] in word for word in words):
                    continue
                if rule["times"] is not None:
                    rule["times"] -= 1
                    if rule["times"] == 0:
                        self.rules.remove(rule)
                return rule["behaviour"]
        return {}

    def forget(self):
        with self.lock:
            self.rules.clear()
            self.calls.clear()

    async def _control_calls(self, _request):
        return web.json_response(self.calls, dumps=lambda v: json.dumps(v, default=str))

    async def _control_rule(self, request):
        rule = await request.json()
        self.rule(**rule)
        return web.json_response({"ok": True})

    async def _control_reset(self, _request):
        self.forget()
        return web.json_response({"ok": True})


def main(make, description):
    """Run one fake by itself."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--port", type=int, default=0)
    fake = make(parser.parse_args().port).start()
    print(fake.url, flush=True)
    threading.Event().wait()

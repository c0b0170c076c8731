"""Many connections that want nothing: idle, or so slow that they never get anywhere.

    python3 -m tests.hostile.crowd PORT TOKEN IDLE SLOW

Whoever is cut comes again.  Says "ready" once all have been connected, then what happened as JSON
when its standard input ends.
"""

import asyncio
import json
import random
import resource
import sys

AT_ONCE = 200  # connecting
PAUSE = 0.5  # between the bytes of the slow
SPREAD = 8  # seconds over which the slow arrive


class Crowd:
    def __init__(self, port, token):
        self.port, self.token = port, token
        self.gate = asyncio.Semaphore(AT_ONCE)
        self.open = 0
        self.opened, self.cut, self.refused = {}, {}, {}

    async def visit(self, kind, behave):
        """One of the crowd, again and again; strangers do not come in step."""
        if kind != "idle":
            await asyncio.sleep(random.uniform(0, SPREAD))
        while True:
            writer = None
            try:
                async with self.gate:
                    reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2048)
                    self.opened[kind] = self.opened.get(kind, 0) + 1
                self.open += 1
                await behave(self, reader, writer)
            except (OSError, asyncio.IncompleteReadError):
                pass
            finally:
                if writer:
                    self.open -= 1
                    self.cut[kind] = self.cut.get(kind, 0) + 1
                    writer.transport.abort()
                else:
                    self.refused[kind] = self.refused.get(kind, 0) + 1
            await asyncio.sleep(random.uniform(0, 2 * PAUSE))


async def idle(crowd, reader, writer):
    """Asks once and stays."""
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
    while await reader.read(2048):
        pass


async def drip(reader, writer, head, piece):
    """The head, and then a piece at a time until we are cut."""
    end = asyncio.ensure_future(reader.read(1))
    writer.write(head)
    while not end.done():
        writer.write(piece)
        await writer.drain()
        await asyncio.wait([end], timeout=PAUSE)


async def byte_by_byte(crowd, reader, writer):
    end = asyncio.ensure_future(reader.read(1))
    for byte in b"GET /api/v1/popular?site=model-site HTTP/1.1\r\nHost: a\r\nAccept-Language: ru\r\n" * 9:
        writer.write(bytes([byte]))
        if (await asyncio.wait([end], timeout=PAUSE))[0]:
            return


async def endless_head(crowd, reader, writer):
    await drip(reader, writer, b"GET / HTTP/1.1\r\n", b"X-More: and more\r\n")


async def endless_body(crowd, reader, writer):
    head = (
        "POST /api/v1/messages HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {crowd.token}\r\nContent-Length: 60000\r\n\r\n"
    )
    await drip(reader, writer, head.encode(), b" ")


async def deaf(crowd, reader, writer):
    """Listens to events and never reads one."""
    writer.write(f"GET /api/v1/events?token={crowd.token} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    writer.transport.pause_reading()
    while not writer.transport.is_closing():
        await asyncio.sleep(5)
        writer.write(b"\r\n")  # else we would never hear that we were cut


SLOW = {"byte by byte": byte_by_byte, "endless head": endless_head, "endless body": endless_body, "deaf": deaf}


async def gather(port, token, idlers, slow):
    crowd = Crowd(port, token)
    wanted = [("idle", idle)] * idlers + list(SLOW.items()) * (slow // len(SLOW))
    tasks = [asyncio.create_task(crowd.visit(*who)) for who in wanted]
    while crowd.open < 0.97 * len(wanted):
        await asyncio.sleep(0.1)
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    print(json.dumps({"open": crowd.open, "opened": crowd.opened, "cut": crowd.cut, "refused": crowd.refused}))
    sys.stdout.flush()
    for task in tasks:
        task.cancel()


def main():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    port, token, idlers, slow = sys.argv[1:]
    asyncio.run(gather(int(port), token, int(idlers), int(slow)))


if __name__ == "__main__":
    main()

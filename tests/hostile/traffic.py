"""Normal traffic: people who write and read at a steady pace, and how long they wait."""

import asyncio
import json
import secrets
import time


class Visitor:
    """One person: a message, then a look at the conversation, over one connection."""

    def __init__(self, port, token, site_origin):
        self.port, self.token, self.origin = port, token, site_origin
        self.stream, self.visiting = None, None

    async def ask(self, method, path, body=b""):
        if not self.stream:
            self.stream = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.stream
        writer.write(
            f"{method} {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {self.token}\r\nOrigin: {self.origin}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        )
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        if b"connection: close" in head:
            self.stream = None
        return int(head.split()[1])

    async def timed(self, waits, expected, *request):
        begun = time.perf_counter()
        status = await self.ask(*request)
        waits.append(time.perf_counter() - begun)
        assert status == expected, f"{request[:2]}: {status}"

    async def visit(self, waits):
        body = json.dumps({"id": secrets.token_hex(8), "text": "hello"}).encode()
        await self.timed(waits["write"], 201, "POST", "/api/v1/messages", body)
        await self.timed(waits["read"], 200, "GET", "/api/v1/messages?limit=5")


async def run(port, tokens, origin, per_second, seconds):
    """Steady visits whatever the answers take; the waits of writing and of reading, sorted."""
    waits = {"write": [], "read": []}
    people = [Visitor(port, token, origin) for token in tokens]
    begun, visits = time.perf_counter(), []
    for n in range(int(per_second * seconds)):
        await asyncio.sleep(max(0, begun + n / per_second - time.perf_counter()))
        person = people[n % len(people)]
        if not person.visiting or person.visiting.done():  # else one still waits
            person.visiting = asyncio.create_task(person.visit(waits))
            visits.append(person.visiting)
    await asyncio.gather(*visits)
    for person in people:
        if person.stream:
            person.stream[1].close()
    return {kind: sorted(values) for kind, values in waits.items()}


def quantile(values, q):
    return values[min(len(values) - 1, int(q * len(values)))]

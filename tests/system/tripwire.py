"""A line between a program and a server of ours, on which one word is the end of the program."""

import asyncio
import pathlib
import threading


class Tripwire:
    """Listens at `path` for what the server at `server` shall get; both are unix sockets."""

    def __init__(self, path, server):
        self.path, self.server = pathlib.Path(path), pathlib.Path(server)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.word, self.is_done, self.kill = None, False, None
        self.tripped = threading.Event()
        self.loop = asyncio.new_event_loop()
        started = threading.Event()
        threading.Thread(target=self.run, args=(started,), daemon=True).start()
        started.wait()

    def run(self, started):
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(asyncio.start_unix_server(self.connect, self.path, backlog=64))
        started.set()
        self.loop.run_forever()

    def stop(self):
        self.loop.call_soon_threadsafe(self.loop.stop)

    def arm(self, word, is_done, kill):
        """At this word the program is killed: before the server hears it, or when it is done and nobody was told."""
        self.tripped.clear()
        self.is_done, self.kill, self.word = is_done, kill, word

    async def connect(self, reader, writer):
        server_reader, server_writer = await asyncio.open_unix_connection(self.server)
        line = {"is_over": False}
        await asyncio.gather(self.ask(line, reader, server_writer), self.answer(line, server_reader, writer))

    def trip(self):
        self.kill()
        self.tripped.set()

    async def ask(self, line, reader, writer):
        seen = b""
        while data := await self.read(reader):
            seen = seen[-64:] + data
            if self.word and self.word in seen:
                self.word = None
                if not self.is_done:
                    self.trip()
                    break
                line["is_over"] = True
            writer.write(data)
        writer.close()

    async def answer(self, line, reader, writer):
        while data := await self.read(reader):
            if line["is_over"]:
                self.trip()
                break
            writer.write(data)
        writer.close()

    @staticmethod
    async def read(reader):
        try:
            return await reader.read(1 << 16)
        except OSError:
            return b""

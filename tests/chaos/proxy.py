"""A network between our programs and PostgreSQL: it can lose what the server says, and break."""

import asyncio
import pathlib
import threading

SOCKET = ".s.PGSQL.5432"


class Proxy:
    """Listens in `folder` for what `server`, a folder with PostgreSQL's socket, shall get."""

    def __init__(self, folder, server):
        self.path, self.server = pathlib.Path(folder) / SOCKET, pathlib.Path(server) / SOCKET
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.is_losing = False
        self.writers = set()
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(asyncio.start_unix_server(self.connect, self.path, backlog=256))
        self.loop.run_forever()

    def stop(self):
        self.loop.call_soon_threadsafe(self.loop.stop)

    def cut(self):
        """Every connection breaks, in both directions."""
        self.loop.call_soon_threadsafe(lambda: [w.transport.abort() for w in self.writers])

    async def connect(self, reader, writer):
        try:
            server_reader, server_writer = await asyncio.open_unix_connection(self.server)
        except OSError:
            writer.close()
            return
        await asyncio.gather(
            self.pass_on(reader, server_writer, lambda: False),
            self.pass_on(server_reader, writer, lambda: self.is_losing),
        )

    async def pass_on(self, reader, writer, is_lost):
        self.writers.add(writer)
        try:
            while data := await reader.read(1 << 16):
                if not is_lost():
                    writer.write(data)
                    await writer.drain()
        except OSError:
            pass
        finally:
            self.writers.discard(writer)
            writer.close()

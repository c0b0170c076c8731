"""What the three processes share: connections, the queue, and how a process runs."""

import asyncio
import contextlib
import os

import aiohttp
import asyncpg
import redis.asyncio
import uvloop

GROUP = "workers"
BATCH, WINDOW = 64, 256


async def open_pool(size=16):
    return await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=2, max_size=size)


def open_redis():
    return redis.asyncio.Redis.from_url(os.environ["REDIS_URL"])


def open_http():
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=WINDOW))


async def make_group(r, stream):
    with contextlib.suppress(redis.ResponseError):  # somebody else was first
        await r.xgroup_create(stream, GROUP, "0", mkstream=True)


async def consume(r, stream, handle):
    """Each entry in a task of its own, at most WINDOW at once; acknowledged when it is dealt with."""
    name, slots, tasks = str(os.getpid()), asyncio.Semaphore(WINDOW), set()
    await make_group(r, stream)

    async def deal_with(entry, fields):
        try:
            await handle(int(fields[b"id"]))
            await r.xack(stream, GROUP, entry)
        except (OSError, asyncpg.PostgresError, aiohttp.ClientError, redis.RedisError) as why:
            print("failed:", why, flush=True)  # the sweep brings it back
        finally:
            slots.release()

    while True:
        found = await r.xreadgroup(GROUP, name, {stream: ">"}, count=BATCH, block=2000)
        for entry, fields in found[0][1] if found else []:
            await slots.acquire()
            task = asyncio.create_task(deal_with(entry, fields))
            tasks.add(task)
            task.add_done_callback(tasks.discard)


async def sweep(pool, r, stream, sql):
    """Announces again what nobody came for."""
    while True:
        await asyncio.sleep(2)
        for row in await pool.fetch(sql):
            await r.xadd(stream, {"id": row["id"]})


def run(main):
    uvloop.install()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())

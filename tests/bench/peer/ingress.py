"""Webhook in: the update, its message and its turn in one commit, then the queue, then 200."""

import asyncio
import hmac
import os

from aiohttp import web

from tests.bench.peer.common import open_pool, open_redis, run


async def webhook(request):
    secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
    if not hmac.compare_digest(secret, os.environ["PEER_SECRET"]):
        return web.Response(status=401)
    update = await request.json()
    message = update["message"]
    turn = await request.app["pool"].fetchval("select take($1, $2, $3)", update["update_id"], message["chat"]["id"], message["text"])
    if turn is not None:
        await request.app["redis"].xadd("peer:turns", {"id": turn})
    return web.Response()


async def open_app(app):
    app["pool"], app["redis"] = await open_pool(), open_redis()
    yield
    await app["pool"].close()


async def main():
    app = web.Application()
    app.cleanup_ctx.append(open_app)
    app.router.add_post("/telegram/{channel}", webhook)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", int(os.environ["PEER_PORT"]), reuse_port=True, backlog=1024).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    run(main)

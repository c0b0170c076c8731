"""A message out: "sending" is committed before the bytes leave, "sent" after the answer."""

import asyncio
import os

import aiohttp

from tests.bench.peer.common import consume, open_http, open_pool, open_redis, run, sweep

CLAIM = "update outbox set state = 1, lease_until = now() + interval '1 minute' where id = $1 and state = 0 returning chat_id, body"
SETTLE = "update outbox set state = $2, external_id = $3 where id = $1"
LOST = """
with died as (update outbox set state = 4 where state = 1 and lease_until < now())
select id from outbox where state = 0 and created_at < now() - interval '5 s' limit 1000
"""


async def main():
    pool, r, http = await open_pool(), open_redis(), open_http()
    url = f"{os.environ['TELEGRAM_API_ROOT']}/bot{os.environ['TELEGRAM_BOT_TOKEN']}/sendMessage"

    async def send(number):
        row = await pool.fetchrow(CLAIM, number)
        if not row:
            return
        try:
            async with http.post(url, json={"chat_id": row["chat_id"], "text": row["body"]}) as response:
                body = await response.json()
            await pool.execute(SETTLE, number, 2 if body["ok"] else 3, body.get("result", {}).get("message_id"))
        except (OSError, aiohttp.ClientError):
            await pool.execute(SETTLE, number, 4, None)

    await asyncio.gather(consume(r, "peer:outbox", send), sweep(pool, r, "peer:outbox", LOST))


if __name__ == "__main__":
    run(main)

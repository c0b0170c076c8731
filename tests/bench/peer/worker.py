"""A turn: claim, the last messages, the model's stream, then answer and outbox in one commit."""

import asyncio
import json
import os

from tests.bench.peer.common import consume, open_http, open_pool, open_redis, run, sweep

CLAIM = """
update turn set state = 1, attempt = attempt + 1, pending = 0, lease_until = now() + interval '1 minute'
where id = $1 and (state = 0 or state = 1 and lease_until < now()) returning chat_id, attempt
"""
HISTORY = "select is_bot, body from message where chat_id = $1 order by seq desc limit 30"
LOST = """
select id from turn where state = 0 and created_at < now() - interval '5 s' or state = 1 and lease_until < now() limit 1000
"""


async def read_stream(response):
    text = []
    async for line in response.content:
        if not line.startswith(b"data: {"):
            continue
        for choice in json.loads(line[6:])["choices"]:
            text.append(choice["delta"].get("content", ""))
    return "".join(text)


async def ask(http, rows):
    messages = [{"role": "system", "content": "You answer questions about delivery."}]
    messages += [{"role": "assistant" if row["is_bot"] else "user", "content": row["body"]} for row in reversed(rows)]
    url = os.environ["OPENAI_BASE_URL"] + "/chat/completions"
    async with http.post(url, json={"model": "bench", "stream": True, "messages": messages}) as response:
        response.raise_for_status()
        return await read_stream(response)


async def main():
    pool, r, http = await open_pool(), open_redis(), open_http()

    async def turn(number):
        claim = await pool.fetchrow(CLAIM, number)
        if not claim:
            return
        answer = await ask(http, await pool.fetch(HISTORY, claim["chat_id"]))
        end = await pool.fetchrow("select * from finish($1, $2, $3)", number, claim["attempt"], answer)
        if end["v_outbox"]:
            await r.xadd("peer:outbox", {"id": end["v_outbox"]})
        if end["v_again"]:
            await r.xadd("peer:turns", {"id": number})

    await asyncio.gather(consume(r, "peer:turns", turn), sweep(pool, r, "peer:turns", LOST))


if __name__ == "__main__":
    run(main)

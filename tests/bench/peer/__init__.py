"""A small pipeline as a good Python engineer would write it, to compare with.

aiohttp, asyncpg and redis-py with uvloop, each as Debian packages it; PostgreSQL is the truth and Redis
Streams the queue.  The promises are the same: 200 comes after the commit, an update counts once, one turn
of a chat at a time, "sending" is committed before the bytes leave, and a sweep brings back what got lost.
It knows one bot and one channel, and nothing of operators, languages, limits, live text or broken formatting.
"""

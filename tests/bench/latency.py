"""Added latency: from the write of a webhook to the arrival of sendMessage; the model takes no time.

Both ends are seen from outside, by the clock all processes share, so accepting is in it.  Beside it stands the
floor (floor.c): what the same ways cost on this machine with nothing on them.
"""

import contextlib
import os
import struct
import subprocess
import time

from tests.bench.rig import BENCH, Rig
from tests.bench.table import row
from tests.system.stack import free_port

CHATS = 7500  # they exist before anything is measured
RATES = {5: (100, 2.0, 5.0), 500: (CHATS, 1.5, 5.0)}  # a second: updates, p50 and p99 at most, in ms
SLEEP = "/dev/cpu_dma_latency"  # how long a processor may take to wake, for as long as somebody holds it open


def run(_words):
    with Rig() as rig, floor(rig) as bare:
        for port in (None, bare):
            measure(rig, 500, CHATS, port)
        rows = each_rate(rig, bare, "added latency")
        if os.access(SLEEP, os.W_OK):
            with awake():
                rows += each_rate(rig, bare, "with processors kept awake")
    return rows


def each_rate(rig, bare, name):
    rows = []
    for rate, (updates, p50, p99) in RATES.items():
        least, ages = measure(rig, rate, updates, bare), measure(rig, rate, updates)
        at = f"{name} at {rate} turns/s"
        rows.append(row(f"{at}: p50", part(ages, 0.5), "ms", part(least, 0.5), ("<=", p50), "four calls in a row; caches"))
        rows.append(row(f"{at}: p99", part(ages, 0.99), "ms", part(least, 0.99), ("<=", p99), "spells in which all is slow"))
        rows.append(row(f"{at}: not arrived", updates - len(ages), "turns", target=("<=", 0)))
    return rows


@contextlib.contextmanager
def awake():
    """Processors with nothing to do go round in the kernel instead of being halted, which in a virtual machine is
    a matter for the host."""
    with open(SLEEP, "wb", buffering=0) as file:
        file.write(struct.pack("i", 0))
        yield


@contextlib.contextmanager
def floor(rig):
    """The port at which the floor's three processes are asked."""
    port = free_port()
    words = [rig.stack.env["DATABASE_URL"], rig.servers.env["REDIS_URL"].removeprefix("unix://"), str(rig.world.port)]
    roles = (["answer"], ["send"], ["accept", port])
    began = [subprocess.Popen([BENCH / "bench-floor", role, *words, *map(str, more)]) for role, *more in roles]
    try:
        rig.wait_port(port)
        yield port
    finally:
        for process in began:
            process.kill()
            process.wait()


def part(ages, share):
    return ages[min(int(share * len(ages)), len(ages) - 1)]


def measure(rig, rate, updates, port=None):
    """Milliseconds, sorted."""
    log = rig.folder / "asked"
    before = rig.world.count()
    rig.world.get("/arrivals")
    rig.load(max(2, rate // 8), updates, updates, rate, port=port, log=log)
    rig.drain(before + updates)
    time.sleep(0.2)
    asked = times(log.read_text())
    arrived = times(rig.world.get("/arrivals"))
    return sorted((arrived[chat] - asked[chat]) / 1000 for chat in asked if chat in arrived)


def times(text):
    return {int(chat): int(us) for chat, us in (line.split() for line in text.splitlines())}

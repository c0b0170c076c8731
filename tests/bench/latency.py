"""Added latency: from the write of a webhook to the arrival of sendMessage; the model takes no time.

Both ends are seen from outside, by the clock all processes share, so accepting is in it.
"""

import time

from tests.bench.rig import Rig
from tests.bench.table import row

RATES = {5: (100, 2.0, 5.0), 500: (7500, 1.5, 5.0)}  # a second: updates, p50 and p99 at most, in ms


def run(_words):
    rows = []
    with Rig() as rig:
        measure(rig, 200, 1000)
        for rate, (updates, p50, p99) in RATES.items():
            ages = measure(rig, rate, updates)
            rows.append(row(f"added latency at {rate} turns/s: p50", part(ages, 0.5), "ms", target=("<=", p50), limit="four calls in a row; caches"))
            rows.append(row(f"added latency at {rate} turns/s: p99", part(ages, 0.99), "ms", target=("<=", p99), limit="the disk's slowest flushes"))
            rows.append(row(f"added latency at {rate} turns/s: not arrived", updates - len(ages), "turns", target=("<=", 0)))
    return rows


def part(ages, share):
    return ages[min(int(share * len(ages)), len(ages) - 1)]


def measure(rig, rate, updates):
    """Milliseconds, sorted."""
    log = rig.folder / "asked"
    before = rig.world.count()
    rig.world.get("/arrivals")
    rig.load(max(2, rate // 8), updates, updates, rate, log=log)
    rig.drain(before + updates)
    time.sleep(0.2)
    asked = times(log.read_text())
    arrived = times(rig.world.get("/arrivals"))
    return sorted((arrived[chat] - asked[chat]) / 1000 for chat in asked if chat in arrived)


def times(text):
    return {int(chat): int(us) for chat, us in (line.split() for line in text.splitlines())}

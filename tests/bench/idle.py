"""What a Tandem costs while nobody writes."""

import time

from tests.bench.machine import cpu_seconds, private_mb, wake_ups
from tests.bench.rig import Rig
from tests.bench.table import row

SETTLE_S, WATCH_S = 8, 20


def run(_words):
    with Rig() as rig:
        time.sleep(SETTLE_S)
        pids = rig.pids()
        woken = {key: wake_ups(pid) for key, pid in pids.items()}
        spent = {key: cpu_seconds(pid) for key, pid in pids.items()}
        time.sleep(WATCH_S)
        rows = []
        for key, pid in pids.items():
            rows.append(row(f"{key}: private memory", private_mb(pid), "MB"))
            rows.append(row(f"{key}: wake-ups", (wake_ups(pid) - woken[key]) / WATCH_S, "/s", limit="lease, Redis, sweep"))
            share = 1000 * (cpu_seconds(pid) - spent[key]) / WATCH_S
            rows.append(row(f"{key}: processor", share, "ms/s", limit="counted in steps of 10 ms"))
        return rows

"""Whole turns: webhook in, model, sendMessage out, every state durable."""

import contextlib
import time

from tests.bench.machine import busy_seconds, family_cpu_seconds
from tests.bench.rig import Model, Rig, make_certificate
from tests.bench.table import CORES, row

UPDATES, STREAMED = 30000, 6000
DELTAS, EVERY_MS = 50, 10


def run(_words):
    return short_answers() + streamed_answers()


def short_answers():
    with Rig() as rig:
        measure(rig, 2000)
        best = max((measure(rig, UPDATES) for _ in range(2)), key=lambda m: m["per_second"])
    rows = [
        row("whole turns, short answers", best["per_second"], "/s", target=(">=", 5000), limit="processors, all on this machine"),
        row("processor time of ours, a turn", best["ours_ms"], "ms", target=("<=", 0.3)),
    ]
    rows += [row(f"... {key}", ms, "ms") for key, ms in best["each_ms"].items()]
    rows.append(row("processors busy", best["busy"], CORES))
    return rows


def streamed_answers():
    with contextlib.ExitStack() as held:
        rig = held.enter_context(Rig(services=()))
        model = Model(EVERY_MS, DELTAS, EVERY_MS, make_certificate(rig.folder))
        held.callback(model.stop)
        rig.stack.env.update(WINDOW="4000", **model.env())
        for name in ("ingress", "llm-worker"):
            rig.stack.run(name)
        rig.stack.run("courier", WINDOW="256")
        rig.stack.wait_ready()
        rig.secret()
        measure(rig, 1000, model)
        m = measure(rig, STREAMED, model)
    name = f"whole turns, {DELTAS} deltas over TLS"
    return [
        row(name, m["per_second"], "/s", limit="processors: a record and an event a delta"),
        row(f"{name}: processor time of ours", m["ours_ms"], "ms"),
        *[row(f"... {key}", ms, "ms") for key, ms in m["each_ms"].items()],
    ]


def everybody(rig, model):
    servers = rig.server_pids()
    return {
        **{key: [pid] for key, pid in rig.pids().items()},
        **servers,
        "fakes": [rig.world.pid] + ([model.pid] if model else []),
    }


def spent(pids):
    return {key: sum(map(family_cpu_seconds, group)) for key, group in pids.items()}


def measure(rig, updates, model=None):
    """Each message in a conversation of its own turn: from the first webhook to the last sendMessage."""
    pids = everybody(rig, model)
    before, cpu, busy = rig.world.count(), spent(pids), busy_seconds()
    began = time.monotonic()
    rig.load(64, updates, updates)
    rig.drain(before + updates)
    seconds = time.monotonic() - began
    answered = rig.world.count() - before
    now = spent(pids)
    each = {key: 1000 * (now[key] - cpu[key]) / max(answered, 1) for key in now}
    return {
        "per_second": answered / seconds,
        "ours_ms": sum(each[key] for key in rig.pids()),
        "each_ms": each,
        "busy": (busy_seconds() - busy) / seconds,
    }

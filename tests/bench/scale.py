"""More processes: workers whose slots wait for a model of 300 ms, and two ingresses for the same load."""

import concurrent.futures
import contextlib
import time

from tests.bench.machine import busy_seconds, cpu_seconds
from tests.bench.rig import Model, Rig
from tests.bench.table import CORES, row
from tests.system.stack import free_port

FIRST_MS, SLOTS, SECONDS = 300, 100, 12
ACCEPTS, CHATS = 40000, 5000


def run(_words):
    return [r for workers in (1, 2, 4) for r in slots(workers)] + ingresses()


# --- llm-workers -----------------------------------------------------------------


def slots(workers):
    """As many slots as the workers have, always full: throughput is slots / latency while processors last."""
    with contextlib.ExitStack() as held:
        rig = held.enter_context(Rig(services=()))
        model = Model(FIRST_MS, 2, 0)
        held.callback(model.stop)
        rig.stack.env.update(model.env())
        for name in ("ingress", "courier"):
            rig.stack.run(name)
        for n in range(workers):
            rig.stack.run("llm-worker", f"llm-worker-{n}", WINDOW=str(SLOTS))
        rig.stack.wait_ready()
        rig.secret()
        return measure(rig, workers)


def measure(rig, workers):
    ideal = workers * SLOTS * 1000 / FIRST_MS
    updates = int(ideal * SECONDS)
    pids = [pid for key, pid in rig.pids().items() if key.startswith("llm-worker")]
    before, cpu, busy = rig.world.count(), sum(map(cpu_seconds, pids)), busy_seconds()
    began = time.monotonic()
    rig.load(64, updates, updates)
    rig.drain(before + updates)
    seconds = time.monotonic() - began
    turns = rig.world.count() - before
    spent = (sum(map(cpu_seconds, pids)) - cpu) / turns
    name = f"{workers} llm-worker, {SLOTS} slots each, a model of {FIRST_MS} ms"
    alone = 1 / spent
    return [
        row(name, turns / seconds, "turns/s", ideal, limit="slots; with more processors nothing else"),
        row(f"{name}: busy", (busy_seconds() - busy) / seconds, CORES),
        row(f"{name}: what one core given to each would carry", workers * alone, "turns/s", limit="worked out from its processor time"),
    ]


# --- ingresses ----------------------------------------------------------------------


def ingresses():
    with Rig() as rig:
        rig.secret()
        rig.stop_workers()  # nothing but accepting is measured
        rig.load(32, 5000, CHATS)
        one = rig.load(128, ACCEPTS, CHATS)["per_second"]
        port = free_port()
        rig.stack.run("ingress", "ingress-2", LISTEN=f"127.0.0.1:{port}")
        rig.stack.wait_ready("ingress-2")
        two = together(rig, (rig.stack.port, port))
    limit = "two cores: PostgreSQL, load and one ingress fill them"
    return [row("1 ingress, 128 connections", one, "accepts/s"), row("2 ingress, 64 connections each", two, "accepts/s", one, limit=limit)]


def together(rig, ports):
    words = [rig.load_words(64, ACCEPTS // 2, CHATS, port=port) for port in ports]
    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor() as pool:
        said = list(pool.map(rig.run_load, words))
    return sum(s["sent"] for s in said) / (time.monotonic() - began)

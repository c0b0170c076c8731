"""Answers under way at once in one llm-worker, each shown to a browser as it grows."""

import contextlib
import statistics
import time

from tests.bench.machine import busy_seconds, cpu_seconds, private_mb
from tests.bench.rig import Model, Rig, make_certificate
from tests.bench.table import CORES, row

EVERY_MS = 100
SETTLE_S, WINDOW_S = 3, 10
UNTIL_GO = -1


def run(_words):
    rows = []
    for streams, tls in ((1000, False), (10000, False), (1000, True), (10000, True)):
        rows += tell(measure(streams, tls))
    return rows


def tell(m):
    name = f"{m['streams']:,} answers{' over TLS' if m['tls'] else ''}"
    lost = m["streams"] - m["answered"]
    bound = ("<=", 300) if m["streams"] == 10000 and not m["tls"] else None
    return [
        row(f"{name}: in flight in one llm-worker", m["in_flight"], "answers", target=(">=", m["streams"])),
        row(f"{name}: deltas shown to browsers", m["shown_per_second"], "/s", m["offered_per_second"], limit="processors: worker, Redis, ingress, fakes"),
        row(f"{name}: events they came in", m["events_per_second"], "/s", limit="40,000 a worker; pieces are joined above"),
        row(f"{name}: age of a delta when shown, p50", m["age_p50_ms"], "ms"),
        row(f"{name}: age of a delta when shown, p99", m["age_p99_ms"], "ms"),
        row(f"{name}: private memory of the llm-worker", m["worker_mb"], "MB", target=bound),
        row(f"{name}: memory a stream, llm-worker", m["worker_kb_per_stream"], "KB", limit="curl's handle and connection"),
        row(f"{name}: memory a stream, ingress", m["ingress_kb_per_stream"], "KB"),
        row(f"{name}: answers not complete in the end", lost, "answers", target=("<=", 0)),
        *[row(f"{name}: processor time a delta, {key}", us, "us") for key, us in m["us_per_delta"].items()],
        row(f"{name}: processors busy", m["machine_share"], CORES),
    ]


def measure(streams, tls):
    with contextlib.ExitStack() as held:
        env = {"WINDOW": "10000"}
        rig = held.enter_context(Rig({**env, "OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}, services=()))
        certificate = make_certificate(rig.folder) if tls else ()
        model = Model(UNTIL_GO, (SETTLE_S + WINDOW_S + 3) * 1000 // EVERY_MS, EVERY_MS, certificate)
        held.callback(model.stop)
        rig.stack.env.update(env, **model.env())
        for name in ("llm-worker", "ingress"):
            rig.stack.run(name)
        rig.stack.wait_ready()
        return watch(rig, model, streams, tls)


def snapshot(rig, model, listeners):
    pids = {**rig.pids(), "redis": rig.server_pids()["redis"][0], "model": model.pid, "browsers": listeners.process.pid}
    return {
        "at": time.monotonic(),
        "busy": busy_seconds(),
        "cpu": {key: cpu_seconds(pid) for key, pid in pids.items()},
        "deltas": model.state()["deltas"],
    }


def wait_all_open(model, listeners, streams, timeout=180):
    deadline = time.monotonic() + timeout
    most = 0
    while time.monotonic() < deadline and listeners.process.poll() is None:
        most = max(most, model.state()["open"])
        if most >= streams:
            return most
        time.sleep(0.5)
    return most


def watch(rig, model, streams, tls):
    idle = {key: private_mb(pid) for key, pid in rig.pids().items()}
    listeners = rig.listen(streams)
    try:
        most = wait_all_open(model, listeners, streams)
        model.state("/go")
        time.sleep(SETTLE_S)
        seen = len(listeners.lines)
        before = snapshot(rig, model, listeners)
        time.sleep(WINDOW_S)
        after = snapshot(rig, model, listeners)
        lines = listeners.lines[seen:]
        memory = {key: private_mb(pid) for key, pid in rig.pids().items()}
        status = listeners.wait(600)
    finally:
        listeners.stop()
    return judge(streams, tls, most, idle, memory, before, after, lines, {"status": status, "lines": listeners.lines})


def judge(streams, tls, most, idle, memory, before, after, lines, end):
    seconds = after["at"] - before["at"]
    spoken = after["deltas"] - before["deltas"]
    cpu = {key: after["cpu"][key] - before["cpu"][key] for key in after["cpu"]}
    shown = sum(line["deltas"] for line in lines) / max(len(lines), 1)
    return {
        "streams": streams,
        "tls": tls,
        "in_flight": most,
        "offered_per_second": streams * 1000 / EVERY_MS,
        "spoken_per_second": spoken / seconds,
        "shown_per_second": shown,
        "events_per_second": sum(line["events"] for line in lines) / max(len(lines), 1),
        "age_p50_ms": statistics.median(line["p50_ms"] for line in lines) if lines else None,
        "age_p99_ms": statistics.median(line["p99_ms"] for line in lines) if lines else None,
        "cpu_share": {key: value / seconds for key, value in cpu.items()},
        "machine_share": (after["busy"] - before["busy"]) / seconds,
        "us_per_delta": {key: 1e6 * value / max(spoken, 1) for key, value in cpu.items()},
        "worker_mb": memory["llm-worker"],
        "worker_kb_per_stream": 1024 * (memory["llm-worker"] - idle["llm-worker"]) / streams,
        "ingress_kb_per_stream": 1024 * (memory["ingress"] - idle["ingress"]) / streams,
        "answered": end["lines"][-1]["answered"] if end["lines"] else 0,
        "all_ended": end["status"] == 0,
    }

"""Durable accepts: 200 comes after the commit.  The ceilings are measured in the same run."""

import contextlib
import statistics
import subprocess

from tests.bench.machine import cpu_seconds
from tests.bench.rig import Program, Rig
from tests.bench.table import row

PGBENCH = "/usr/lib/postgresql/15/bin/pgbench"
UPDATES = {1: 2000, 32: 20000, 256: 30000}
ROUNDS = 3
CHATS = 5000


def run(_words):
    with contextlib.ExitStack() as held:
        rig = held.enter_context(Rig())
        rig.secret()
        rig.stop_workers()  # nothing but accepting is measured
        bare = Program("bench-ceiling", rig.stack.env["DATABASE_URL"])
        held.callback(bare.stop)
        rig.wait_port(bare.port)
        ours, theirs, us = measure(rig, bare.port)
        half = rig.load(256, 40000, CHATS, rate=int(ours[256]["per_second"] / 2))
        singles = single_inserts(rig)
    return make_rows(ours, half, theirs, singles, us)


def measure(rig, bare_port):
    """In turns, so that both meet the same machine; the medians of ROUNDS."""
    pid = rig.pids()["ingress"]
    for port in (rig.listening_port(), bare_port):
        rig.load(32, 5000, CHATS, port=port)  # the conversations exist from now on
    ours, theirs, before = {}, {}, cpu_seconds(pid)
    for n, updates in UPDATES.items():
        pairs = [(rig.load(n, updates, CHATS), rig.load(n, updates, CHATS, port=bare_port)) for _ in range(ROUNDS)]
        ours[n], theirs[n] = middle([a for a, _ in pairs]), middle([b for _, b in pairs])
    cpu = cpu_seconds(pid) - before
    return ours, theirs, 1e6 * cpu / (ROUNDS * sum(UPDATES.values()))


def middle(said):
    return {key: statistics.median(s[key] for s in said) for key in said[0]}


def single_inserts(rig):
    """One row a commit by 32 clients: what a good service without grouping could do."""
    script = rig.folder / "insert.sql"
    script.write_text(
        "\\set id random(1, 1000000000000)\n"
        "insert into ceiling values (:id, repeat('x', 600)) on conflict do nothing;\n"
    )
    words = [PGBENCH, "-n", "-M", "prepared", "-c", "32", "-j", "2", "-T", "4", "-f", script, rig.stack.env["DATABASE_URL"]]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    return float(next(line.split()[2] for line in done.stdout.splitlines() if line.startswith("tps")))


def make_rows(ours, half, bare, singles, us):
    limit = "processors: accept() in PostgreSQL"
    rows = []
    for n, a in ours.items():
        failed = f", {a['failed']} failed" if a["failed"] else ""
        aim = (">=", 20000) if n == 256 else None
        rows.append(row(f"accepts, {n} connections{failed}", a["per_second"], "/s", bare[n]["per_second"], aim, limit))
        rows.append(row(f"accepts, {n} connections: p50", a["p50_ms"], "ms", bare[n]["p50_ms"]))
        rows.append(row(f"accepts, {n} connections: p99", a["p99_ms"], "ms", bare[n]["p99_ms"]))
    share = ours[256]["per_second"] / bare[256]["per_second"]
    rows.append(row("accepts, 256 connections: part of the bare ceiling", share, "", target=(">=", 0.5), limit=limit))
    rows.append(row("accepts, 256 connections: against pgbench, 32 clients", ours[256]["per_second"], "/s", singles))
    rows.append(row(f"at half load ({half['per_second']:.0f}/s): p50", half["p50_ms"], "ms"))
    rows.append(row(f"at half load ({half['per_second']:.0f}/s): p99", half["p99_ms"], "ms", target=("<=", 20)))
    rows.append(row("ingress: processor time of an accept", us, "us"))
    return rows

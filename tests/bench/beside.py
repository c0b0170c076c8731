"""Tandem and the peer of tests/bench/peer on the same work with the same world, one after the other."""

import os
import subprocess
import sys

import psycopg2

from tests.bench import latency, turns
from tests.bench.machine import cpu_seconds, private_mb
from tests.bench.rig import Rig
from tests.bench.table import row
from tests.system.stack import TOP, free_port

PROCESSES = {"ingress": 2, "worker": 2, "courier": 2}  # as many as cores: one interpreter fills one
ACCEPTS, TURNS, CHATS = 20000, 6000, 5000


def run(_words):
    with Rig() as rig:
        ours = measure(rig)
    with Peer() as rig:
        theirs = measure(rig)
    return [compare(what, unit, ours[what, unit], theirs[what, unit]) for what, unit in ours]


def compare(what, unit, ours, theirs):
    return row(what, ours, unit, theirs, limit="ratio: ours to the peer's")


def measure(rig):
    rig.secret()
    found = {("private memory of all processes, idle", "MB"): sum(map(private_mb, rig.pids().values()))}
    turns.measure(rig, 1000)
    whole = turns.measure(rig, TURNS)
    found["whole turns", "/s"] = whole["per_second"]
    found["whole turns: processor time of the services", "ms"] = whole["ours_ms"]
    found["whole turns: processor time of PostgreSQL", "ms"] = whole["each_ms"]["postgresql"]
    for rate, updates in ((5, 60), (300, 3000)):
        ages = latency.measure(rig, rate, updates)
        found[f"added latency at {rate} turns/s, p50", "ms"] = latency.part(ages, 0.5)
        found[f"added latency at {rate} turns/s, p99", "ms"] = latency.part(ages, 0.99)
    rig.stop_workers()
    for n in (32, 256):
        cpu = sum(map(cpu_seconds, rig.pids().values()))
        a = rig.load(n, ACCEPTS, CHATS)
        cpu = sum(map(cpu_seconds, rig.pids().values())) - cpu
        found[f"durable accepts, {n} connections", "/s"] = a["per_second"]
        found[f"durable accepts, {n} connections: p99", "ms"] = a["p99_ms"]
        found[f"durable accepts, {n} connections: processor time of the ingress", "us"] = 1e6 * cpu / ACCEPTS
    return found


class Peer(Rig):
    """The same rig around other processes."""

    def start(self, env, services):
        self.next_id, self.port, self.running = 1, free_port(), {}
        self.env = {
            **os.environ,
            **self.servers.env,
            "DATABASE_URL": self.servers.make_database(),
            "TELEGRAM_API_ROOT": self.world.url,
            "TELEGRAM_BOT_TOKEN": "1:bench",
            "OPENAI_BASE_URL": self.world.url + "/v1",
            "PEER_SECRET": "bench-secret",
            "PEER_PORT": str(self.port),
        }
        with psycopg2.connect(self.env["DATABASE_URL"]) as db:
            db.cursor().execute((TOP / "tests/bench/peer/schema.sql").read_text())
        for name, processes in PROCESSES.items():
            for n in range(processes):
                self.run(name, f"{name}-{n}")
        self.wait_port(self.port)

    def run(self, name, key):
        words = [sys.executable, "-m", f"tests.bench.peer.{name}"]
        log = open(self.folder / f"{key}.log", "wb")
        self.running[key] = subprocess.Popen(words, env=self.env, cwd=TOP, stdout=log, stderr=log)
        self.held.callback(self.stop, key)

    def stop(self, key):
        process = self.running.pop(key, None)
        if process:
            process.terminate()
            process.wait(10)

    def stop_workers(self):
        for key in list(self.running):
            if not key.startswith("ingress"):
                self.stop(key)

    def pids(self):
        return {key: process.pid for key, process in self.running.items()}

    def secret(self):
        return self.env["PEER_SECRET"]

    def listening_port(self):
        return self.port

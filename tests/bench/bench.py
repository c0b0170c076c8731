"""Measures a private Tandem on this machine: durable accepts, whole turns, added latency.

Load, the outside world, PostgreSQL and Redis share the processors with it, so figures are
conservative; the ceiling beside them, measured in the same run, says what the machine gave.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.request

from tests.system.stack import BUILD, TOP, Servers, Stack, free_port

BENCH = BUILD / "tests/bench"
PGBENCH = "/usr/lib/postgresql/15/bin/pgbench"


def cpu_name():
    found = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return found[1] if found else "?"


class World:
    """The model and Telegram, in one small C program."""

    def __init__(self):
        self.port = free_port()
        self.process = subprocess.Popen([BENCH / "bench-world", str(self.port)])
        self.url = f"http://127.0.0.1:{self.port}"

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=5) as answer:
            return answer.read().decode()

    def stop(self):
        self.process.terminate()
        self.process.wait(5)


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def private_mb(pid):
    rollup = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Private_")) / 1024


class Bench:
    def __init__(self, folder):
        self.servers = Servers(folder / "servers")
        self.world = World()
        env = {
            "TELEGRAM_API_ROOT": self.world.url,
            "TELEGRAM_BOT_TOKEN": "1:bench",
            "OPENAI_BASE_URL": self.world.url + "/v1",
            "RATE_LIMITS": "0",
            "LOG_QUIET": "1",
        }
        self.stack = Stack(self.servers, folder / "stack", bots=TOP / "tests/bench/bots.yaml", env=env)
        self.stack.start()
        deadline = time.monotonic() + 20
        while not (secret := self.world.get("/secret")) and time.monotonic() < deadline:
            time.sleep(0.05)
        self.secret = secret
        self.next_id = 1

    def stop(self):
        self.stack.stop()
        self.world.stop()
        self.servers.stop()

    def load(self, connections, updates, chats, rate=0):
        words = [self.stack.port, "/telegram/bench-telegram", self.secret, connections, updates, chats, self.next_id, rate]
        self.next_id += updates
        done = subprocess.run([BENCH / "bench-load", *map(str, words)], capture_output=True, text=True, timeout=300)
        if not done.stdout:
            raise SystemExit(f"bench-load: {done.stderr}")
        return json.loads(done.stdout)

    def pids(self):
        return {key: p.popen.pid for key, p in self.stack.processes.items()}

    def drain(self, sent):
        deadline = time.monotonic() + 120
        while int(self.world.get("/count")) < sent and time.monotonic() < deadline:
            time.sleep(0.005)

    # --- figures ---------------------------------------------------------------

    def ceiling(self):
        """Single-row durable inserts by 32 clients: what a good service without grouping could do."""
        script = pathlib.Path(self.stack.folder, "insert.sql")
        script.write_text(
            "\\set id random(1, 1000000000000)\n"
            "insert into ceiling values (:id, repeat('x', 600)) on conflict do nothing;\n"
        )
        self.stack.sql_do("create table ceiling (id bigint primary key, body text)")
        done = subprocess.run(
            [PGBENCH, "-n", "-M", "prepared", "-c", "32", "-j", "2", "-T", "4", "-f", script, self.stack.env["DATABASE_URL"]],
            capture_output=True, text=True, check=True,
        )
        return float(next(line.split()[2] for line in done.stdout.splitlines() if line.startswith("tps")))

    def accepts(self, connections):
        """Only ingress runs, so that nothing but accepting is measured."""
        return self.load(connections, 2000 if connections == 1 else 40000, 5000)

    def turns(self, updates=20000):
        """Each message in a conversation of its own turn: from the first webhook to the last sendMessage."""
        before = int(self.world.get("/count"))
        cpu = sum(map(cpu_seconds, self.pids().values()))
        began = time.monotonic()
        self.load(64, updates, updates)
        self.drain(before + updates)
        seconds = time.monotonic() - began
        answered = int(self.world.get("/count")) - before
        cpu = sum(map(cpu_seconds, self.pids().values())) - cpu
        return {"turns": answered, "per_second": answered / seconds, "cpu_ms_per_turn": 1000 * cpu / max(answered, 1)}

    def added_latency(self, rate, updates):
        """From the accept to the recorded sending, as the database tells it; the model takes no time."""
        mark = self.stack.sql("select coalesce(max(id), 0) from delivery")[0][0]
        before = int(self.world.get("/count"))
        self.load(32, updates, updates, rate)
        self.drain(before + updates)
        time.sleep(0.5)
        row = self.stack.sql(
            "select percentile_cont(array[0.5, 0.99]) within group (order by 1000 * extract(epoch from d.settled_at - m.created_at))"
            " from delivery d join turn t on t.conversation_id = d.conversation_id and t.reply_seq = d.seq"
            " join message m on m.conversation_id = t.conversation_id and m.seq = t.last_seq where d.id > %s", mark)
        return {"p50_ms": float(row[0][0][0]), "p99_ms": float(row[0][0][1])}


def main():
    with tempfile.TemporaryDirectory(prefix="tandem-bench-") as folder:
        os.chmod(folder, 0o755)
        bench = Bench(pathlib.Path(folder))
        try:
            report = measure(bench)
        finally:
            bench.stop()
    if len(sys.argv) > 1:
        pathlib.Path(sys.argv[1]).write_text(json.dumps(report, indent=2))


def measure(bench):
    report = {"machine": f"{os.cpu_count()} x {cpu_name()}"}
    print(f"machine                      {report['machine']}, everything on it")
    idle = {key: private_mb(pid) for key, pid in bench.pids().items()}
    report["idle_private_mb"] = idle
    print("idle, private memory         " + ", ".join(f"{key} {mb:.1f} MB" for key, mb in idle.items()))
    report["turns"] = turns = bench.turns()
    print(f"whole turns                  {turns['per_second']:.0f}/s, {turns['cpu_ms_per_turn']:.3f} ms of our processors each")
    for rate, updates in ((5, 50), (500, 5000)):
        report[f"latency_{rate}"] = latency = bench.added_latency(rate, updates)
        print(f"added latency at {rate:>3}/s        p50 {latency['p50_ms']:.2f} ms, p99 {latency['p99_ms']:.2f} ms (commits included)")
    for key in ("courier", "llm-worker"):
        bench.stack.processes.pop(key).stop()
    for connections in (1, 32, 256):
        report[f"accepts_{connections}"] = a = bench.accepts(connections)
        print(f"durable accepts, {connections:>3} lines   {a['per_second']:.0f}/s, p50 {a['p50_ms']:.2f} ms, p99 {a['p99_ms']:.2f} ms, {a['failed']} failed")
    report["ceiling"] = ceiling = bench.ceiling()
    ratio = report["accepts_256"]["per_second"] / ceiling
    print(f"ceiling: pgbench, 32 clients {ceiling:.0f} inserts/s; accepts at 256 lines are {ratio:.2f} of it")
    return report


if __name__ == "__main__":
    main()

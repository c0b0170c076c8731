"""Accepts and whole turns per second of a private stack on this machine: scripts/bench [SECONDS]."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from tests.system.stack import Servers, Stack, wait_for  # noqa: E402

HERE = pathlib.Path(__file__).parent
SESSIONS = 2000


def machine():
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    memory = int(re.search(r"MemTotal:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text())[1]) >> 20
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} x {cpu[1] if cpu else '?'}, {memory} GB, Linux {os.uname().release}, load {load:.1f} before"


def wrk(stack, tokens, seconds, count):
    env = {**os.environ, "TOKENS": str(tokens), "ROUND": str(count)}
    command = ["wrk", "-t1", "-c64", f"-d{seconds}s", "-s", str(HERE / "message.lua"), stack.url]
    done = subprocess.run(command, env=env, check=True, capture_output=True, text=True)
    return done.stdout


def accepts(stack, tokens, seconds):
    """Nobody answers meanwhile: the figure is ingress's and PostgreSQL's own."""
    stack.processes.pop("llm-worker").stop()
    began = time.monotonic()
    report = wrk(stack, tokens, seconds, 1)
    took = time.monotonic() - began
    n = stack.sql("select count(*) from inbound")[0][0]
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", report)
    print(f"accepts: {n / took:8.0f} /s durable, {n} in {took:.1f} s, refused {refused[1] if refused else 0}")


def turns(stack):
    """All those conversations at once, one turn each, answered by the bot's own articles."""
    before = stack.sql("select count(*) from turn")[0][0]
    began = time.monotonic()
    stack.run("llm-worker")
    wait_for(lambda: stack.sql("select count(*) from job where state < 2")[0][0] == 0, "all turns", 600)
    took = time.monotonic() - began
    n = stack.sql("select count(*) from turn")[0][0] - before
    print(f"turns:   {n / took:8.0f} /s whole, {n} in {took:.2f} s (claim, search, answer, finish)")


def main(seconds):
    print(f"machine: {machine()}")
    with tempfile.TemporaryDirectory(prefix="tandem-bench-") as folder:
        os.chmod(folder, 0o755)
        servers = Servers(folder)
        stack = Stack(servers, pathlib.Path(folder) / "stack", webhook=False, env={"LOG_QUIET": "1"})
        try:
            stack.start()
            tokens = pathlib.Path(folder) / "tokens"
            tokens.write_text("\n".join(stack.widget("library-site").token for _ in range(SESSIONS)) + "\n")
            accepts(stack, tokens, seconds)
            turns(stack)
            stack.verify()
            print("verify:  every event has exactly one outcome")
        finally:
            stack.stop()
            servers.stop()


main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)

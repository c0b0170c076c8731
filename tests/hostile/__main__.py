"""What a hostile crowd does to everybody else: see scripts/hostile.

What the crowd costs the machine (its own processor time, the kernel's, everybody's caches) it costs as
well when it visits another ingress; what it does beyond that it does to our event loop.
"""

import argparse
import asyncio
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

from tests.fakes.server import wait_for
from tests.hostile import traffic
from tests.system.stack import TOP, Servers, Stack, free_port, request

ORIGIN = "https://shop.test"


class Crowd:
    """The crowd, in a process of its own."""

    def __init__(self, port, token, idle, slow):
        command = [sys.executable, "-m", "tests.hostile.crowd", str(port), token, str(idle), str(slow)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self.popen = subprocess.Popen(command, cwd=TOP, text=True, **pipes)
        assert self.popen.stdout.readline() == "ready\n"

    def dismiss(self):
        out, _ = self.popen.communicate("", timeout=60)
        return json.loads(out.splitlines()[-1])


def memory_mb(pid):
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"Private_Dirty: +(\d+)", text)[1]) / 1024


def processor_s(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def connections(stack, key="ingress"):
    page = request(stack.processes[key].metrics, "GET", "/metrics").body.decode()
    return int(re.search(r"^tandem_http_connections (\d+)", page, re.M)[1]) - 1  # this one


def measure(stack, name, tokens, args):
    pid = stack.processes["ingress"].popen.pid
    spent = processor_s(pid)
    waits = asyncio.run(traffic.run(stack.port, tokens, ORIGIN, args.rate, args.seconds))
    row = {
        "phase": name,
        "connections": connections(stack),
        "memory_mb": memory_mb(pid),
        "processor": (processor_s(pid) - spent) / args.seconds,
    }
    for kind, values in waits.items():
        row[kind] = {q: 1000 * traffic.quantile(values, q / 100) for q in (50, 99)}
        row[kind]["n"] = len(values)
    show(row)
    return row


def show(row):
    print(f"{row['phase']:8} {row['connections']:6} connections {row['memory_mb']:7.1f} MB {row['processor']:5.0%} "
          + "  ".join(f"{k}: n {row[k]['n']} p50 {row[k][50]:.2f} ms p99 {row[k][99]:.2f} ms" for k in ("write", "read")),
          flush=True)


def compare(rows):
    """p99 with the crowd over p99 without: the medians of the phases, for neighbours make noise."""
    for kind in ("write", "read"):
        p99 = {name: statistics.median(r[kind][99] for r in rows if r["phase"] == name) for name in ("quiet", "crowd", "beside")}
        print(f"p99 of {kind}: {p99['crowd'] / p99['quiet']:.2f} times that without the crowd (wanted: at most 1.5), "
              f"{p99['beside'] / p99['quiet']:.2f} times with the crowd at another ingress of the same machine")


def endure(stack, key, port, victim, people, args):
    """The figures of people at `ingress`, while a crowd is at the ingress called `key`."""
    crowd = Crowd(port, victim, args.idle, args.slow)
    row = measure(stack, "crowd" if key == "ingress" else "beside", people, args)
    print("crowd:", json.dumps(crowd.dismiss()))
    wait_for(lambda: connections(stack, key) <= len(people), "the crowd to be gone", 90)
    return row


def rounds(stack, args):
    beside = free_port()
    stack.restart("ingress", key="beside", LISTEN=f"127.0.0.1:{beside}")
    people = [stack.widget("library-site").token for _ in range(16)]
    victim = stack.widget("library-site").token
    asyncio.run(traffic.run(stack.port, people, ORIGIN, args.rate, 3))  # warm
    rows = [measure(stack, "quiet", people, args)]
    for _ in range(args.rounds):
        for key, port in (("ingress", stack.port), ("beside", beside)):
            rows.append(endure(stack, key, port, victim, people, args))
            rows.append(measure(stack, "quiet", people, args))
    compare(rows)
    return rows


def main():
    parser = argparse.ArgumentParser(prog="scripts/hostile", description=__doc__)
    parser.add_argument("--idle", type=int, default=10000, help="connections that asked once and stay")
    parser.add_argument("--slow", type=int, default=1000, help="connections that never get anywhere, of four kinds")
    parser.add_argument("--rate", type=float, default=50, help="visits a second: a message written, then read")
    parser.add_argument("--seconds", type=float, default=20, help="of each phase")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--json", help="write the figures here")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tandem-hostile-") as folder:
        os.chmod(folder, 0o755)
        servers = Servers(pathlib.Path(folder) / "servers")
        stack = Stack(servers, pathlib.Path(folder) / "logs")
        try:
            stack.start()
            rows = rounds(stack, args)
            stack.verify(180)
        finally:
            stack.stop()
            servers.stop()
    if args.json:
        pathlib.Path(args.json).write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()

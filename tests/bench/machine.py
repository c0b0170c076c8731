"""What the system tells about this machine and the processes on it."""

import os
import pathlib
import platform
import re
import subprocess
import time


def said_by(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=10).stdout.strip()
    except OSError:
        return "?"


def found(pattern, text):
    match = re.search(pattern, text, re.M)
    return match[1] if match else "?"


def describe():
    """The machine and what runs on it, as a report states it."""
    memory = found(r"MemTotal:\s*(\d+)", pathlib.Path("/proc/meminfo").read_text())
    return {
        "cpu": found(r"^model name\s*: (.*)$", pathlib.Path("/proc/cpuinfo").read_text()),
        "cores": os.cpu_count(),
        "memory_gb": round(int(memory) / 2**20),
        "kernel": platform.release(),
        "system": found(r'^PRETTY_NAME="(.*)"', pathlib.Path("/etc/os-release").read_text()),
        "postgresql": found(r"([\d.]+)", said_by("/usr/lib/postgresql/15/bin/postgres", "--version")),
        "redis": found(r"v=([\d.]+)", said_by("redis-server", "--version")),
        "libcurl": found(r"libcurl/([\d.]+)", said_by("curl", "--version")),
        "compiler": said_by("cc", "--version").split("\n")[0],
        "commit": said_by("git", "-C", str(pathlib.Path(__file__).parent), "rev-parse", "--short", "HEAD"),
    }


def times_of(pid):
    """Its own processor time, and that of its children that are gone, in seconds."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0, 0
    tick = os.sysconf("SC_CLK_TCK")
    return (int(fields[11]) + int(fields[12])) / tick, (int(fields[13]) + int(fields[14])) / tick


def cpu_seconds(pid):
    return times_of(pid)[0]


def family_cpu_seconds(pid):
    """With its children, living and gone, as PostgreSQL's come and go."""
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return sum(times_of(pid)) + sum(sum(times_of(child)) for child in children)


def busy_seconds():
    """Processor time of everybody, ours and others', since the machine was started."""
    fields = pathlib.Path("/proc/stat").read_text().split("\n")[0].split()[1:]
    ticks = [int(field) for field in fields]
    return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")


def busy_now(seconds=1.5):
    """Processors that are busy at this moment, without us."""
    before = busy_seconds()
    time.sleep(seconds)
    return (busy_seconds() - before) / seconds


def private_mb(pid):
    rollup = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Private_")) / 1024


def wake_ups(pid):
    """How often the process went to sleep of its own will, so far."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(found(r"^voluntary_ctxt_switches:\s*(\d+)", status))


def sentence(m):
    return (
        f"{m['cores']} x {m['cpu']}, {m['memory_gb']} GB; {m['system']}, Linux {m['kernel']}, PostgreSQL {m['postgresql']}, "
        f"Redis {m['redis']}, libcurl {m['libcurl']}, {m['compiler']}. Load, fakes and servers share these cores."
    )

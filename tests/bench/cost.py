"""What a turn costs our programs in instructions, which do not depend on what else the machine does.

Callgrind counts them while turns come one by one, so that nothing is shared between them: more than
under load.  What the programs do while nobody writes is taken off.
"""

import contextlib
import re
import subprocess
import time

from tests.bench.rig import SERVICES, Model, Rig, make_certificate
from tests.bench.table import row

WARM, TURNS = 60, 200
EVERY_MS = 10
PER_SECOND = 25
IDLE_S = 4
FEW, MANY = 10, 60  # deltas


def run(_words):
    short, few, many = costs(0), costs(FEW), costs(MANY)
    rows = [row(f"a turn, short answer: {name}", short[name], "instructions") for name in SERVICES]
    rows += [row(f"a turn, {MANY} deltas over TLS: {name}", many[name], "instructions") for name in SERVICES]
    delta = (many["llm-worker"] - few["llm-worker"]) / (MANY - FEW)
    return [*rows, row("a delta over TLS: llm-worker", delta, "instructions")]


class Counter:
    """The instructions of one process, part by part."""

    def __init__(self, rig, name):
        self.out = rig.folder / f"{name}.callgrind"
        self.parts = 0
        words = ["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={self.out}"]
        self.pid = rig.stack.run(name, under=words).popen.pid

    def control(self, option):
        subprocess.run(["callgrind_control", option, str(self.pid)], check=True, capture_output=True)

    def begin(self):
        self.control("-z")

    def end(self):
        self.parts += 1
        self.control("-d")
        text = self.out.with_name(f"{self.out.name}.{self.parts}").read_text()
        return int(re.search(r"^(?:totals|summary): (\d+)", text, re.M)[1])


def costs(deltas):
    """Instructions of a turn, by program; without deltas the model answers at once."""
    with contextlib.ExitStack() as held:
        rig = held.enter_context(Rig(services=()))
        if deltas:
            model = Model(EVERY_MS, deltas, EVERY_MS, make_certificate(rig.folder))
            held.callback(model.stop)
            rig.stack.env.update(model.env())
        counters = {name: Counter(rig, name) for name in SERVICES}
        rig.stack.wait_ready()
        turns(rig, WARM, 4 * PER_SECOND)  # connections for all that will be under way at once
        idle = counted(counters, lambda: time.sleep(IDLE_S))
        busy = counted(counters, lambda: turns(rig, TURNS, PER_SECOND))
    return {name: (busy[name][0] - idle[name][0] / idle[name][1] * busy[name][1]) / TURNS for name in SERVICES}


def turns(rig, n, rate):
    before = rig.world.count()
    rig.load(4, n, n, rate=rate)
    rig.drain(before + n)


def counted(counters, work):
    """Instructions and seconds, by program."""
    for counter in counters.values():
        counter.begin()
    began = time.monotonic()
    work()
    seconds = time.monotonic() - began
    return {name: (counter.end(), seconds) for name, counter in counters.items()}

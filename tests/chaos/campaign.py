"""A campaign: load, faults by a schedule, a probe after each, and judgement in the end."""

import argparse
import logging
import os
import pathlib
import random
import shutil
import signal
import sys
import tempfile
import time

from tests.chaos.crowd import Crowd
from tests.chaos.desk import Operator, join
from tests.chaos.desk_judge import DeskJudge
from tests.chaos.faults import FAULTS
from tests.chaos.judge import Judge
from tests.chaos.report import Report
from tests.chaos.schedule import choose, make_schedule
from tests.chaos.stage import Clock, Stage, sanitized
from tests.system.stack import Servers, wait_for

RECOVERY = 5.0  # seconds from a fault's end to a real answer
PROBE_LIMIT = 45.0
DRAIN_LIMIT = 90.0
SHORT_TURNS = 1000


def parse(argv):
    p = argparse.ArgumentParser(prog="scripts/chaos", description="Load, faults and judgement: is anything lost or doubled?")
    p.add_argument("--seed", type=int, default=None, help="of the schedule; default: a new one")
    p.add_argument("--turns", type=int, default=SHORT_TURNS, help=f"questions asked at least; default {SHORT_TURNS}")
    p.add_argument("--minutes", type=float, default=0, help="of faults; 0, the default: one short round of each")
    p.add_argument("--faults", default="", help="names, separated by commas; default: all")
    p.add_argument("--people", type=int, default=100, help="half in Telegram, half at the widget; default 100")
    p.add_argument("--polling", action="store_true", help="Telegram is polled instead of calling us")
    p.add_argument("--overlap", action="store_true", help="the next fault does not wait until people are answered again")
    p.add_argument("--lenient", action="store_true", help="report times and memory, but do not judge them; overlaps, too")
    p.add_argument("--keep", action="store_true", help="leave the logs and the database's files in place")
    p.add_argument("--mutation", default="", help="break the build on purpose: a name of tests/chaos/mutations, or 'all'")
    p.add_argument("--report", default="", help="write the report there too, as JSON")
    p.add_argument("--list", action="store_true", help="print the faults and the schedule, and leave")
    args = p.parse_args(argv)
    if args.seed is None:
        args.seed = random.SystemRandom().randrange(1, 1000000)
    args.overlap_too = args.overlap or args.lenient
    args.names = choose([n for n in args.faults.split(",") if n], args.minutes > 0)
    return args


def replay(args):
    words = ["scripts/chaos", f"--seed {args.seed}", f"--turns {args.turns}"]
    words += [f"--minutes {args.minutes:g}"] if args.minutes else []
    words += [f"--faults {args.faults}"] if args.faults else []
    words += [f"--people {args.people}"] if args.people != 100 else []
    words += ["--polling"] if args.polling else []
    words += ["--overlap"] if args.overlap else []
    words += ["--lenient"] if args.lenient else []
    return " ".join(words)


class Probe:
    """Somebody who asks since a fault is over."""

    def __init__(self, act, begun, crowd):
        self.act, self.begun, self.ended = act, begun, time.monotonic()
        self.answer = crowd.probe(PROBE_LIMIT)

    def wait(self):
        """Seconds until they were answered."""
        return self.answer.result(PROBE_LIMIT + 10)


def time_to_recover(probe, waited, later):
    """The longest time without any fault in which they waited, and the faults that came meanwhile.

    Faults may overlap, and nobody can promise an answer during one.
    """
    at, answered, longest = probe.ended, probe.ended + waited, 0.0
    met = [p for p in later if p.begun < answered]
    for other in met:
        longest = max(longest, other.begun - at)
        at = min(other.ended, answered)
    return max(longest, answered - at), [p.act.name for p in met]


class Campaign:
    def __init__(self, args, folder, out=sys.stdout):
        self.args, self.folder = args, pathlib.Path(folder)
        self.out = out
        self.rng = random.Random(f"faults {args.seed}")
        self.acts = make_schedule(args.seed, args.names, args.minutes)
        self.report = Report(args, self.acts)
        self.probes = []  # of each fault that is over
        self.noted = 0

    def say(self, text):
        print(text, file=self.out, flush=True)

    # --- life ------------------------------------------------------------------------

    def run(self):
        """The report; report.failures is empty when all is well."""
        self.say(f"chaos: {replay(self.args)}")
        self.folder.chmod(0o755)
        clock = Clock(self.folder / "clock")
        os.environ["PG_ENV"] = " ".join(f"{k}={v}" for k, v in clock.env().items())
        servers = Servers(self.folder / "servers")
        try:
            self.run_on(Stage(servers, self.folder / "logs", self.args.seed, clock, not self.args.polling))
        finally:
            servers.stop()
            os.environ.pop("PG_ENV")
        return self.report

    def run_on(self, stage):
        try:
            self.play(stage.start())
            self.leave(stage)
        finally:
            for process in stage.processes.values():
                process.kill()

    def play(self, stage):
        begun = time.monotonic()
        mending = 0.3 if self.args.overlap_too else 1  # restarts; and probes, where they are waited for
        length = sum(act.pause + act.seconds + mending for act in self.acts)
        rate = max(self.args.turns / (length + 5), 10)
        crowd = Crowd(stage, self.args.seed, self.args.people, rate)
        operator = Operator(crowd)
        crowd.start()
        try:
            crowd.call(join(crowd, operator))
            self.warm_up(stage, crowd, rate)
            for act in self.acts:
                self.perform(stage, crowd, act)
            self.finish_load(crowd)
            self.settle(stage, crowd)
            self.report.seconds = time.monotonic() - begun
            Judge(stage, crowd, self.report).judge()
            DeskJudge(stage, crowd, operator, self.report).judge()
        finally:
            crowd.stop()

    def warm_up(self, stage, crowd, rate):
        """The level of memory is that of a good day: everybody at work, nothing wrong."""
        wait_for(lambda: crowd.taken() >= min(self.args.turns // 10, 30 * rate), "the first questions", 120)
        self.report.memory_before = stage.memory()

    def perform(self, stage, crowd, act):
        time.sleep(act.pause)
        begun = time.monotonic()
        FAULTS[act.name][0](stage, self.rng, act.seconds)
        self.probes.append(Probe(act, begun, crowd))
        stage.look_after()
        if not self.args.overlap_too:
            self.note_recoveries()

    def note_recoveries(self):
        waits = [probe.wait() for probe in self.probes]
        for i in range(self.noted, len(waits)):
            recovery, met = time_to_recover(self.probes[i], waits[i], self.probes[i + 1:])
            self.note_recovery(self.probes[i].act, waits[i], recovery, met)
        self.noted = len(waits)

    def note_recovery(self, act, waited, recovery, met):
        meanwhile = f", {recovery:.2f} s without {', '.join(met)}" if met else ""
        self.report.note_act(act, recovery)
        self.say(f"{act}: answered again after {waited:.2f} s{meanwhile}")
        if recovery > RECOVERY:
            self.report.fail("recovery", f"{act.name}: {waited:.1f} s{meanwhile}", is_timed=True)

    def finish_load(self, crowd):
        """Faults are over; the rest of the questions."""
        left = self.args.turns - crowd.taken()
        wait_for(lambda: crowd.taken() >= self.args.turns, f"{left} more questions", 60 + left / 5)

    def settle(self, stage, crowd):
        self.note_recoveries()
        crowd.end_asking(DRAIN_LIMIT)
        self.drain(stage, crowd)
        stage.look_after()
        for surprise in stage.surprises:
            self.report.fail("alive", surprise)

    def drain(self, stage, crowd):
        """Until no work is left, or it has not become less for DRAIN_LIMIT.

        What is under way would be judged as lost or doubled, and a machine that is slow does not stand still.
        """
        least, begun = None, time.monotonic()
        while left := crowd.untaken() + stage.open_work():
            if least is None or left < least:
                least, moved = left, time.monotonic()
            if time.monotonic() > moved + DRAIN_LIMIT:
                text = f"{stage.open_work()} jobs and {crowd.untaken()} updates stand still: {stage.oldest_work()}"
                self.report.fail("drained", text)
                return
            time.sleep(0.1)
        self.report.drained = time.monotonic() - begun
        if self.report.drained > DRAIN_LIMIT:
            self.report.fail("drained", f"only after {self.report.drained:.0f} s", is_timed=True)

    def leave(self, stage):
        """As an operator would stop it; with sanitizers, leaks are told now."""
        for key in list(stage.processes):
            try:
                stage.processes.pop(key).stop()
            except AssertionError as e:
                self.report.fail("alive", f"{key}: {str(e)[-500:]}")


def work_folder():
    # Not under a closed folder: PostgreSQL runs as another user and must be able to enter.
    return tempfile.mkdtemp(prefix="tandem-chaos-")


def main(argv=None):
    args = parse(argv)
    if args.list:
        print(f"faults: {' '.join(FAULTS)}", *make_schedule(args.seed, args.names, args.minutes), sep="\n")
        return 0
    if args.mutation:
        from tests.chaos.mutate import run_mutations  # it runs campaigns itself

        return run_mutations(args)
    logging.disable(logging.CRITICAL)  # the fakes' clients die by design
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # leave nothing running
    folder = work_folder()
    try:
        report = Campaign(args, folder).run()
    finally:
        if args.keep:
            print(f"kept in {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    report.print()
    if args.report:
        report.save(args.report)
    if report.failures:
        print(f"again: {replay(args)}{'  (sanitized)' if sanitized() else ''}")
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())

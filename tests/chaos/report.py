"""What a campaign found, in figures."""

import json
import pathlib


class Report:
    def __init__(self, args, acts):
        self.args, self.acts = args, acts
        self.failures = {}  # check -> what it found
        self.recoveries = []  # (act, seconds)
        self.memory_before, self.memory_after = {}, {}
        self.counts = {}
        self.seconds = 0.0
        self.drained = None

    def fail(self, check, text, is_timed=False):
        if is_timed and self.args.lenient:
            return
        self.failures.setdefault(check, []).append(text)

    def note_act(self, act, recovery):
        self.recoveries.append((act, recovery))

    def save(self, path):
        recoveries = [(act.name, seconds) for act, seconds in self.recoveries]
        facts = {
            "seed": self.args.seed, "failures": self.failures, "recoveries": recoveries, "counts": self.counts,
            "seconds": self.seconds, "drained": self.drained, "memory": [self.memory_before, self.memory_after],
        }
        pathlib.Path(path).write_text(json.dumps(facts, indent=1), encoding="utf-8")

    def print(self):
        print()
        self.print_recoveries()
        self.print_counts()
        self.print_memory()
        if not self.failures:
            print("\nnothing lost, nothing doubled, everything in order")
            return
        print("\nFAILED")
        for check, found in self.failures.items():
            print(f"  {check}: {len(found)}")
            for text in found[:5]:
                print(f"    {text}")

    def print_recoveries(self):
        """Each fault's worst and usual time from its end to a real answer on both channels."""
        by_name = {}
        for act, seconds in self.recoveries:
            by_name.setdefault(act.name, []).append(seconds)
        print(f"{'fault':20} {'times':>5} {'median s':>9} {'worst s':>8}")
        for name, times in sorted(by_name.items()):
            times.sort()
            print(f"{name:20} {len(times):5} {times[len(times) // 2]:9.2f} {times[-1]:8.2f}")

    def print_counts(self):
        print()
        for name, value in self.counts.items():
            print(f"{name:44} {value:>8}")
        print(f"{'seconds':44} {self.seconds:8.1f}")
        if self.drained is not None:
            print(f"{'seconds until the last work was done':44} {self.drained:8.1f}")

    def print_memory(self):
        print()
        print(f"{'private memory, KiB':20} {'before':>8} {'after':>8}")
        for key, before in self.memory_before.items():
            print(f"{key:20} {before:8} {self.memory_after.get(key, 0):8}")

"""Measures a private Tandem on this machine; see scripts/bench --help and tests/bench/README.md."""

import argparse
import importlib
import json
import pathlib
import sys

from tests.bench import machine, page, plot, table

PARTS = page.ORDER
MODULES = {"peer": "beside"}
QUICK = ("idle", "accepts", "turns", "latency")


def read_words():
    p = argparse.ArgumentParser(prog="scripts/bench", description="Prints what a private Tandem does on this machine.")
    p.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)} (default: {' '.join(QUICK)})")
    p.add_argument("--all", action="store_true", help="every part")
    p.add_argument("--peer", action="store_true", help="also the peer, on the same work")
    p.add_argument("--json", metavar="FILE", help="write the figures; parts measured earlier are kept")
    p.add_argument("--plot", metavar="FILE", help="draw them, as SVG")
    p.add_argument("--page", action="store_true", help="no measuring: rewrite the table of tests/bench/README.md from --json FILE")
    p.add_argument("--to", type=int, default=1_000_000, metavar="MESSAGES", help="how far growth goes (default 1000000)")
    words = p.parse_args()
    unknown = set(words.parts) - set(PARTS)
    if unknown:
        p.error(f"there is no part {', '.join(sorted(unknown))}")
    if words.page and not words.json:
        p.error("--page needs --json FILE")
    return words


def chosen(words):
    names = set(PARTS) if words.all else set(words.parts or (() if words.peer else QUICK))
    if words.peer:
        names.add("peer")
    return [name for name in PARTS if name in names]


def measure(name, words):
    module = importlib.import_module(f"tests.bench.{MODULES.get(name, name)}")
    others = machine.busy_now()
    rows = module.run(words)
    table.show(name, rows, others)
    return {"rows": rows, "others_busy": others, "machine": machine.describe()}


def save(report, words):
    """After each part: an hour of measuring is not lost with its last minute."""
    if words.json:
        pathlib.Path(words.json).parent.mkdir(parents=True, exist_ok=True)
        pathlib.Path(words.json).write_text(json.dumps(report, indent=1))
    if words.plot:
        pathlib.Path(words.plot).write_text(plot.draw(report))


def main():
    words = read_words()
    path = pathlib.Path(words.json) if words.json else None
    report = json.loads(path.read_text()) if path and path.exists() else {"parts": {}}
    if words.page:
        page.rewrite(report)
        return
    print(machine.sentence(machine.describe()), flush=True)
    for name in chosen(words):
        report["parts"][name] = measure(name, words)
        save(report, words)


if __name__ == "__main__":
    sys.exit(main())

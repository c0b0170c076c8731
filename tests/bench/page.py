"""The tables of tests/bench/README.md, from the figures of a report."""

import pathlib
import re

from tests.bench import machine, table

ORDER = ("idle", "accepts", "turns", "cost", "latency", "handoffs", "streams", "scale", "growth", "peer")
PAGE = pathlib.Path(__file__).with_name("README.md")
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def command(name):
    words = {"peer": "--peer", "growth": "growth --to 10000000"}
    return f"scripts/bench {words.get(name, name)}"


def part(name, figures):
    head = f"### {name}\n\n`{command(name)}`, at commit {figures['machine']['commit']}"
    if "others_busy" in figures:
        head += f"; others kept {figures['others_busy']:.2f} processors busy before it"
    head += "\n\n"
    lines = ["| figure | measured | beside | ratio | target | limited by |", "| --- | ---: | ---: | ---: | --- | --- |"]
    for r in figures["rows"]:
        value = f"{table.number(r['value'])} {r['unit']}"
        cells = (r["what"], value, table.number(r["ceiling"]), table.number(table.ratio(r)), table.target(r), r["limit"])
        lines.append("| " + " | ".join(cells) + " |")
    return head + "\n".join(lines) + "\n"


def split(body):
    """The sentences about machines, and the parts, as the page has them."""
    head, *parts = re.split(r"^### (?=\w+$)", body, flags=re.M)
    return {line for line in head.splitlines() if line}, {p.split("\n", 1)[0]: "### " + p.strip() + "\n" for p in parts}


def rewrite(report):
    """What the report does not have stays as it is."""
    text = PAGE.read_text()
    before, rest = text.split(BEGIN)
    old, after = rest.split(END)
    machines, parts = split(old)
    for name, figures in report["parts"].items():
        machines.add(machine.sentence(figures["machine"]))
        parts[name] = part(name, figures)
    body = "\n\n".join(sorted(machines)) + "\n\n" + "\n".join(parts[name] for name in sorted(parts, key=ORDER.index))
    PAGE.write_text(f"{before}{BEGIN}\n\n{body}\n{END}{after}")

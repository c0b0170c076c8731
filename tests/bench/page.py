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
    head = f"### {name}\n\n<!-- {machine.sentence(figures['machine'])} -->\n\n`{command(name)}`, at commit {figures['machine']['commit']}"
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
    """The parts, as the page has them."""
    _machines, *parts = re.split(r"^### (?=\w+$)", body, flags=re.M)
    return {p.split("\n", 1)[0]: "### " + p.strip() + "\n" for p in parts}


def machines_of(parts):
    """Each part keeps its own out of sight; the page says them once."""
    return {said for text in parts.values() for said in re.findall(r"^<!-- (.+) -->$", text, flags=re.M)}


def rewrite(report):
    """What the report does not have stays as it is."""
    text = PAGE.read_text()
    before, rest = text.split(BEGIN)
    old, after = rest.split(END)
    parts = split(old)
    for name, figures in report["parts"].items():
        parts[name] = part(name, figures)
    body = "\n\n".join(sorted(machines_of(parts))) + "\n\n" + "\n".join(parts[name] for name in sorted(parts, key=ORDER.index))
    PAGE.write_text(f"{before}{BEGIN}\n\n{body}\n{END}{after}")

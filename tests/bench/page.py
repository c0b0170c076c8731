"""The tables of tests/bench/README.md, from the figures of a report."""

import pathlib

from tests.bench import machine, table

ORDER = ("idle", "accepts", "turns", "latency", "handoffs", "streams", "scale", "growth", "peer")
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


def rewrite(report):
    text = PAGE.read_text()
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    parts = report["parts"]
    machines = {machine.sentence(p["machine"]) for p in parts.values()}
    body = "\n\n".join(sorted(machines)) + "\n\n" + "\n".join(part(name, parts[name]) for name in sorted(parts, key=ORDER.index))
    PAGE.write_text(f"{before}{BEGIN}\n\n{body}\n{END}{after}")

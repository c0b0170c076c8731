"""Figures as horizontal bars, one group for each unit of each part."""

from xml.sax.saxutils import escape

from tests.bench.table import number

WIDTH, LABEL, BAR, STEP = 960, 430, 380, 20


def text(x, y, words, extra=""):
    return f'<text x="{x}" y="{y}" {extra}>{escape(words)}</text>'


def bar(y, r, most):
    length = max(1, BAR * r["value"] / most)
    parts = [
        text(LABEL - 8, y + 13, r["what"], 'text-anchor="end"'),
        f'<rect x="{LABEL}" y="{y + 2}" width="{length:.1f}" height="{STEP - 6}" fill="#3b6ea5"/>',
        text(LABEL + max(length, BAR * (r["ceiling"] or 0) / most) + 6, y + 13, f"{number(r['value'])} {r['unit']}"),
    ]
    if r["ceiling"]:
        x = LABEL + BAR * r["ceiling"] / most
        parts.append(f'<path d="M{x:.1f} {y} v{STEP - 2}" stroke="#b5482a" stroke-width="2"/>')
    return parts


def groups(report):
    for name, part in report["parts"].items():
        units = dict.fromkeys(r["unit"] for r in part["rows"])
        for unit in units:
            yield name, unit, [r for r in part["rows"] if r["unit"] == unit]


def draw(report):
    parts, y = [], 10
    for name, unit, rows in groups(report):
        most = max([r["value"] for r in rows] + [r["ceiling"] or 0 for r in rows]) or 1
        parts.append(text(10, y + 14, f"{name}: {unit}", 'font-weight="bold"'))
        y += STEP
        for r in rows:
            parts += bar(y, r, most)
            y += STEP
        y += 8
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y}" font-family="sans-serif" font-size="11">'
    return "\n".join([head, '<rect width="100%" height="100%" fill="white"/>', *parts, "</svg>\n"])

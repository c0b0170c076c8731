"""Figures as rows: what was measured, against what ceiling and what target."""

import os


CORES = f"of {os.cpu_count()}"


def row(what, value, unit, ceiling=None, target=None, limit=""):
    """`target` is (sign, number): ("<=", 20) or (">=", 20000).  `limit` says what bounds the figure."""
    return {"what": what, "value": value, "unit": unit, "ceiling": ceiling, "target": target, "limit": limit}


def number(value):
    if value is None:
        return ""
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.4f}"


def ratio(r):
    return r["value"] / r["ceiling"] if r["ceiling"] else None


def is_reached(r):
    if not r["target"]:
        return None
    sign, bound = r["target"]
    return r["value"] <= bound if sign == "<=" else r["value"] >= bound


def target(r):
    if not r["target"]:
        return ""
    words = f"{r['target'][0]} {number(r['target'][1])}"
    return words if is_reached(r) else words + " MISSED"


def show(name, rows, others):
    print(f"\n{name} (others kept {others:.2f} processors busy before it)")
    print(f"  {'':58} {'measured':>12} {'':12} {'beside':>10} {'ratio':>6}  target")
    for r in rows:
        cells = f"{number(r['value']):>12} {r['unit']:12} {number(r['ceiling']):>10} {number(ratio(r)):>6}"
        print(f"  {r['what']:58} {cells}  {target(r)}".rstrip(), flush=True)

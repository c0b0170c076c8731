"""Prints "PASSED FAILED" for one runner's report: summary.py meson|junit|node FILE.

A runner that left no report has failed once.
"""

import json
import re
import sys
import xml.etree.ElementTree


def meson(path):
    """cmocka's cases count one by one; a program that died counts as a failure of its own."""
    passed = failed = 0
    with open(path, encoding="utf-8") as file:
        for line in file:
            test = json.loads(line)
            words = test.get("stdout", "") + test.get("stderr", "")
            good = sum(map(int, re.findall(r"\[  PASSED  \] (\d+) test", words)))
            bad = sum(map(int, re.findall(r"\[  FAILED  \] (?:tests: )?(\d+) test", words)))
            if test["result"] in ("OK", "EXPECTEDFAIL"):
                good = good or 1
            elif test["result"] == "SKIP":
                good = 0
            else:
                bad = bad or 1
            passed, failed = passed + good, failed + bad
    return passed, failed


def junit(path):
    root = xml.etree.ElementTree.parse(path).getroot()
    total = bad = 0
    for suite in root.iter("testsuite"):
        total += int(suite.get("tests", 0)) - int(suite.get("skipped", 0))
        bad += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
    return max(total - bad, 0), bad


def node(path):
    with open(path, encoding="utf-8") as file:
        words = file.read()
    counts = {kind: re.findall(rf"^\S+ {kind} (\d+)$", words, re.M) for kind in ("pass", "fail", "cancelled")}
    if not counts["pass"]:
        return 0, 1
    return tuple(sum(int(n) for kind in kinds for n in counts[kind]) for kinds in (("pass",), ("fail", "cancelled")))


def main(kind, path):
    try:
        print(*{"meson": meson, "junit": junit, "node": node}[kind](path))
    except (OSError, ValueError, xml.etree.ElementTree.ParseError):
        print(0, 1)


main(*sys.argv[1:])

"""Breaks the build on purpose: every mutation must make the campaign fail, or the campaign is too weak.

A mutation is a patch below words that say what it breaks, and perhaps a line `arguments: ...` with
more options for the campaign.  The tree is copied and built once; then each patch is applied,
built, played and taken back.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from tests.system.stack import TOP

FOLDER = pathlib.Path(__file__).parent / "mutations"
PROGRAMS = [f"services/{name}/{name}" for name in ("ingress", "llm-worker", "courier", "operator-relay", "tandem")]
PROGRAMS.append("tests/chaos/clock.so")


class Mutation:
    def __init__(self, path):
        self.path, self.name = path, path.stem
        head = path.read_text(encoding="utf-8").partition("diff --git")[0].strip().splitlines()
        self.words = head[0]
        lines = [line.removeprefix("arguments:").split() for line in head if line.startswith("arguments:")]
        self.arguments = lines[0] if lines else []


def mutations(name="all"):
    found = [Mutation(path) for path in sorted(FOLDER.glob("*.patch")) if name in ("all", path.stem)]
    if not found:
        names = " ".join(path.stem for path in sorted(FOLDER.glob("*.patch")))
        raise SystemExit(f"chaos: there is no mutation '{name}'; there are: {names}")
    return found


def run(command, folder):
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"chaos: {' '.join(map(str, command))} failed:\n{done.stdout[-3000:]}")


def copy_tree(folder):
    """The tree as it stands, without what was built."""
    listed = subprocess.run(["git", "ls-files", "-z", "-c", "-o", "--exclude-standard"], cwd=TOP, check=True, stdout=subprocess.PIPE)
    for name in filter(None, listed.stdout.decode().split("\0")):
        source, target = TOP / name, folder / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)


def build(folder):
    run(["nice", "ninja", "-C", "build", *PROGRAMS], folder)


def play(folder, mutation, args):
    """The checks that failed, with how often."""
    report = folder / "report.json"
    report.unlink(missing_ok=True)
    env = {**os.environ, "TANDEM_BUILD": str(folder / "build"), "WEB_ROOT": str(TOP / "build/web")}
    command = [sys.executable, "-m", "tests.chaos.campaign", "--seed", str(args.seed), "--turns", str(args.turns),
               "--lenient", "--report", str(report), *mutation.arguments]
    if args.faults:
        command += ["--faults", args.faults]
    done = subprocess.run(command, cwd=TOP, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if not report.exists():  # that the campaign itself broke proves nothing
        raise SystemExit(f"chaos: the campaign came to no end:\n{done.stdout[-3000:]}")
    return json.loads(report.read_text())["failures"]


def run_mutation(folder, mutation, args):
    run(["patch", "-p1", "--no-backup-if-mismatch", "-i", mutation.path], folder)
    try:
        build(folder)
        return play(folder, mutation, args)
    finally:
        run(["patch", "-p1", "-R", "--no-backup-if-mismatch", "-i", mutation.path], folder)


def run_mutations(args):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tandem-mutant-"))
    missed = []
    try:
        copy_tree(folder)
        run(["meson", "setup", "build"], folder)
        build(folder)
        print(f"{'mutation':38} caught by (seed {args.seed}, {args.turns} turns)", flush=True)
        for mutation in mutations(args.mutation):
            found = run_mutation(folder, mutation, args)
            caught = ", ".join(f"{check} ({len(texts)})" for check, texts in found.items())
            print(f"{mutation.name:38} {caught or 'NOTHING'}", flush=True)
            missed += [] if found else [mutation.name]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"\n{len(missed)} were not caught{': ' if missed else ''}{' '.join(missed)}")
    return 1 if missed else 0

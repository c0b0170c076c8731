"""The short campaign, and what keeps the long ones honest."""

import shutil
import subprocess
from types import SimpleNamespace

import pytest

from tests.chaos.campaign import Campaign, parse, time_to_recover, work_folder
from tests.chaos.mutate import mutations
from tests.chaos.schedule import make_schedule
from tests.system.stack import TOP


def test_a_thousand_turns_under_every_fault():
    """Which faults when is always the same here; scripts/chaos draws new ones."""
    folder = work_folder()
    try:
        report = Campaign(parse(["--seed", "1", "--lenient"]), folder).run()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    report.print()
    assert report.failures == {}


def test_a_seed_gives_one_schedule():
    names = parse(["--seed", "7"]).names
    again = [str(act) for act in make_schedule(7, names, 5)]
    assert [str(act) for act in make_schedule(7, names, 5)] == again
    assert [str(act) for act in make_schedule(8, names, 5)] != again
    assert {act.name for act in make_schedule(7, names, 0)} == set(names)


def trouble(begun, ended):
    return SimpleNamespace(begun=begun, ended=ended, act=SimpleNamespace(name=f"at-{begun}"))


def test_nobody_has_to_answer_during_the_next_fault():
    first = trouble(0, 1)
    assert time_to_recover(first, 2, []) == (2, [])
    assert time_to_recover(first, 2, [trouble(20, 22)]) == (2, [])
    assert time_to_recover(first, 8, [trouble(2, 3), trouble(4, 7)]) == (2, ["at-2", "at-4"])
    assert time_to_recover(first, 8, [trouble(6, 7)]) == (5, ["at-6"])
    assert time_to_recover(first, 8, [trouble(8.5, 12)]) == (7.5, ["at-8.5"])


@pytest.mark.parametrize("mutation", mutations(), ids=lambda m: m.name)
def test_a_mutation_still_applies(mutation):
    subprocess.run(["git", "apply", "--check", mutation.path], cwd=TOP, check=True)

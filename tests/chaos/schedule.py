"""Which fault when: computed from the seed alone, so that it can be played again."""

import random

from tests.chaos.faults import FAULTS, LONG


class Act:
    def __init__(self, number, pause, name, seconds):
        self.number, self.pause, self.name, self.seconds = number, pause, name, seconds

    def __str__(self):
        return f"{self.number:3} after {self.pause:.1f} s: {self.name} for {self.seconds:.1f} s"


def choose(names, is_long):
    unknown = set(names or ()) - set(FAULTS)
    if unknown:
        raise SystemExit(f"chaos: there is no fault {', '.join(sorted(unknown))}; there are: {' '.join(FAULTS)}")
    return list(names or (name for name in FAULTS if is_long or name not in LONG))


def make_schedule(seed, names, minutes):
    """Rounds of all faults, each round shuffled anew, until the minutes are full; at least one round.

    A short campaign (minutes = 0) is one round of short faults.
    """
    rng = random.Random(f"schedule {seed}")
    acts, time = [], 0.0
    while not acts or time < minutes * 60:
        for name in rng.sample(names, len(names)):
            _, shortest, longest = FAULTS[name]
            seconds = rng.uniform(shortest, longest if minutes else shortest + (longest - shortest) / 4)
            acts.append(Act(len(acts) + 1, rng.uniform(0.1, 2 if minutes else 0.3), name, seconds))
            time += acts[-1].pause + seconds + 1
    return acts

"""People at the ends of what people are: every option alone at both ends of its range, and ends drawn together.

`python -m bench extremes` makes them with coarse meshes: each must be refused in one line or be whole.
ARGUIDE_BENCH_PEOPLE sets how many have several options at an end, in each region; 40 otherwise.
"""

import os
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from arguide_sim.anatomy.regions import REGIONS, region_named

from bench._people import Person, look_at_all, named

LONG = "an hour"
PEOPLE = int(os.environ.get("ARGUIDE_BENCH_PEOPLE", "40"))
FIRST, DETAIL = 500, 0.6
SHARE = 0.6
"""Of the options, those that stand at an end when several do."""


def measure() -> Iterator[tuple[str, str, str]]:
    """A row for each region."""
    found = look_at_all([one for region in REGIONS for one in people(region, PEOPLE)])
    for region in REGIONS:
        some = [one for one in found if one.who.region == region]
        refused = [one for one in some if one.refused]
        bad = [one for one in some if one.faults]
        text = f"{len(some) - len(refused) - len(bad)} whole, {len(refused)} refused, {len(bad)} faulty{named(bad)}"
        yield f"{region}: {len(some)} people at the ends", text, "none faulty"


def people(region: str, together: int) -> Iterator[Person]:
    """Each option alone at each of its ends, then so many people with several there."""
    ends: dict[str, Sequence[Any]] = {
        option.name: option.choices or (option.low, option.high) for option in region_named(region).parameters
    }
    alone = [{name: end} for name, both in ends.items() for end in both]
    random = np.random.default_rng(5)
    for _ in range(together):
        chosen = [name for name in ends if random.random() < SHARE]
        alone.append({name: ends[name][int(random.integers(len(ends[name])))] for name in chosen})
    for k, wanted in enumerate(alone):
        yield Person(region=region, seed=FIRST + k, wanted=wanted, detail=DETAIL)

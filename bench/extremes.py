"""People at the ends of what people are: each must be refused in one line, or be whole.

`python -m bench extremes` asks the rules and looks at the meshes: bones, nerves, vessels and skin are as fine as users get them,
the rest is coarser.

- every option alone at each end of its range shows which option breaks something;
- several options at an end at once show what breaks only together. ARGUIDE_BENCH_PEOPLE says how many in each region
  (4 otherwise);
- the leanest and the heaviest as a phantom: meshes, ways, and parts to print;
- the same with a CT of the finest and of the coarsest voxels, beside meshes of full detail: labels are where meshes are.

The groin is that of the hip: the same body, whose ways for the nerve block are looked at with the hip's.
"""

import os
from collections.abc import Iterator
from typing import Any

import numpy as np
from arguide_sim.anatomy.__main__ import SPACING_MM
from arguide_sim.anatomy.regions import REGIONS, region_named

from bench._people import SAME_BODY, Person, look_at_all, named

LONG = "ten minutes"
PEOPLE = int(os.environ.get("ARGUIDE_BENCH_PEOPLE", "4"))
FIRST, DETAIL = 500, 0.5
SHARE = 0.6
"""Of the options, those that stand at an end when several do."""
BODIES = [name for name in REGIONS if name not in {other for others in SAME_BODY.values() for other in others}]


def measure() -> Iterator[tuple[str, str, str]]:
    """A row for each region and kind."""
    kinds = {"alone": alone, "together": lambda region: together(region, PEOPLE), "phantom": phantoms, "CT": scanned}
    asked = [(f"{region}, {kind}", who) for region in BODIES for kind, of in kinds.items() for who in of(region)]
    found = look_at_all([who for _, who in asked])
    for row in dict.fromkeys(row for row, _ in asked):
        some = [one for (other, _), one in zip(asked, found, strict=True) if other == row]
        refused = [one for one in some if one.refused]
        bad = [one for one in some if one.faults]
        text = f"{len(some) - len(refused) - len(bad)} whole, {len(refused)} refused, {len(bad)} faulty{named(bad)}"
        yield f"{row}: {len(some)} people at the ends", text, "none faulty"


def ends(region: str) -> dict[str, tuple[Any, ...]]:
    """By option, the ends of its range; of words what chance never takes."""
    options = region_named(region).parameters
    found = {one.name: one.choices or (one.low, one.high) for one in options if one.name != "sex"}
    return {name: tuple(end for end in both if end != "none") for name, both in found.items()}


def alone(region: str) -> Iterator[Person]:
    """Each option at each of its ends."""
    for k, (name, end) in enumerate((name, end) for name, both in ends(region).items() for end in both):
        yield Person(region=region, seed=FIRST + k, wanted={name: end}, detail=DETAIL)


def together(region: str, people: int) -> Iterator[Person]:
    """So many people with several options at an end."""
    random, both = np.random.default_rng(5), ends(region)
    for k in range(people):
        chosen = [name for name in both if random.random() < SHARE]
        wanted = {name: both[name][int(random.integers(len(both[name])))] for name in chosen}
        yield Person(region=region, seed=FIRST + 100 + k, wanted=wanted, detail=DETAIL)


def phantoms(region: str) -> Iterator[Person]:
    """The leanest and the heaviest, in gel; for each exercise of this body."""
    for practised in (region, *SAME_BODY.get(region, ())):
        for bmi in ends(region)["bmi"]:
            yield Person(region=practised, seed=FIRST + 200, wanted={"bmi": bmi}, detail=DETAIL, phantom=True)


def scanned(region: str) -> Iterator[Person]:
    """The leanest with the finest voxels, the heaviest with the coarsest."""
    for bmi, spacing in zip(ends(region)["bmi"], SPACING_MM, strict=True):
        yield Person(region=region, seed=FIRST + 300, wanted={"bmi": bmi}, spacing_mm=spacing)

"""Two hundred generated knees and two hundred hips with their groins: rules, meshes, ways, and measures beside the published.

`python -m bench crowd` takes 20 to 30 s of processor for each of them; ARGUIDE_BENCH_PEOPLE sets another number than 200.
Spines have a bench of their own, `morphometry`.
"""

import os
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from arguide_sim.anatomy.limb_norms import HIP, KNEE, Measure

from bench._people import Looked, Person, look_at_all, named

LONG = "an hour"
PEOPLE = int(os.environ.get("ARGUIDE_BENCH_PEOPLE", "200"))
FIRST = 1000
PUBLISHED: Mapping[str, Mapping[str, Measure]] = {"knee": KNEE, "hip": HIP}

Row = tuple[str, str, str]


def measure() -> Iterator[Row]:
    """The whole table."""
    seeds = range(FIRST, FIRST + PEOPLE)
    found = look_at_all([Person(region=region, seed=seed) for seed in seeds for region in PUBLISHED])
    for region, published in PUBLISHED.items():
        some = [one for one in found if one.who.region == region]
        whole = [one for one in some if not one.refused and not one.faults]
        refused = "".join(f"; {one.who.seed} refused: {one.refused}" for one in some if one.refused)
        yield f"{region}s without a fault", f"{len(whole)} of {len(some)}{named(some)}{refused}", "all"
        yield from compared(region, published, [one for one in some if one.measures])


def compared(region: str, published: Mapping[str, Measure], found: Sequence[Looked]) -> Iterator[Row]:
    """Means and spreads of the meshes beside those of the same men and women, in the literature."""
    for name, norm in published.items():
        got = np.array([one.measures[name] for one in found])
        told = np.array([_told(norm, one) for one in found])
        mean, spread = told[:, 0].mean(), np.hypot(np.sqrt((told[:, 1] ** 2).mean()), told[:, 0].std())
        text = f"{got.mean():5.1f} ± {got.std():4.1f}, published {mean:5.1f} ± {spread:4.1f}"
        yield (
            f"{region}: {name}", text,
            f"{got.mean() / mean - 1:+.1%} of 5 %, spread {got.std() / spread - 1:+.0%} of 25 %",
        )  # fmt: skip


def _told(norm: Measure, one: Looked) -> tuple[float, float]:
    mean, spread = norm.women if one.made.sex == "f" else norm.men
    return mean + norm.per_year * (one.made.age - 50), spread

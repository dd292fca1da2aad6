"""Two hundred generated knees and two hundred hips with their groins: rules, meshes, ways, and measures beside the published.

`python -m bench crowd` takes some 20 s of processor for each of them; ARGUIDE_BENCH_PEOPLE sets another number than 200.
`python -m bench.crowd docs/morphometry-limbs.md` does the same and writes the page. Spines have a bench of their own,
`morphometry`.
"""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from arguide_sim.anatomy.limb_norms import HIP, KNEE, SOURCES, Measure

from bench._means import Means
from bench._people import Looked, Person, look_at_all, named

LONG = "an hour"
PEOPLE = int(os.environ.get("ARGUIDE_BENCH_PEOPLE", "200"))
FIRST = 1000
PUBLISHED: Mapping[str, Mapping[str, Measure]] = {"knee": KNEE, "hip": HIP}

Row = tuple[str, str, str]


@dataclass(frozen=True, kw_only=True)
class Compared(Means):
    """One dimension: means and standard deviations, mm."""

    region: str
    name: str
    source: str


def measure() -> Iterator[Row]:
    """The whole table."""
    found = everybody()
    yield from counts(found)
    for one in compared(found):
        (mean, spread), (told, told_spread) = one.generated, one.published
        text = f"{mean:5.1f} ± {spread:4.1f}, published {told:5.1f} ± {told_spread:4.1f}"
        yield f"{one.region}: {one.name}", text, f"{one.off:+.1%} of 5 %, spread {one.wide:+.0%} of 25 %"


def everybody() -> list[Looked]:
    """As many knees and hips as asked for, generated and looked over."""
    seeds = range(FIRST, FIRST + PEOPLE)
    return look_at_all([Person(region=region, seed=seed) for seed in seeds for region in PUBLISHED])


def counts(found: Sequence[Looked]) -> Iterator[Row]:
    """How many are whole in every way that is checked, and how many dimensions hold their bounds."""
    for region in PUBLISHED:
        some = [one for one in found if one.who.region == region]
        whole = [one for one in some if not one.refused and not one.faults]
        refused = "".join(f"; {one.who.seed} refused: {one.refused}" for one in some if one.refused)
        yield f"{region}s without a fault", f"{len(whole)} of {len(some)}{named(some)}{refused}", "all"
    dimensions = compared(found)
    for what, kept in (
        ("means within 5 %", [abs(one.off) <= 0.05 for one in dimensions]),
        ("spreads within 25 %", [abs(one.wide) <= 0.25 for one in dimensions]),
    ):
        yield what, f"{sum(kept)} of {len(kept)}", "all"


def compared(found: Sequence[Looked]) -> list[Compared]:
    """Means and spreads of the meshes beside those of the same men and women, in the literature."""
    rows = []
    for region, norms in PUBLISHED.items():
        some = [one for one in found if one.who.region == region and one.measures]
        for name, norm in norms.items():
            got = np.array([one.measures[name] for one in some])
            told = np.array([_told(norm, one) for one in some])
            spread = float(np.hypot(np.sqrt((told[:, 1] ** 2).mean()), told[:, 0].std()))
            published, generated = (float(told[:, 0].mean()), spread), (float(got.mean()), float(got.std()))
            rows.append(
                Compared(region=region, name=name, published=published, generated=generated, source=norm.source)
            )
    return rows


def _told(norm: Measure, one: Looked) -> tuple[float, float]:
    mean, spread = norm.women if one.made.sex == "f" else norm.men
    return mean + norm.per_year * (one.made.age - 50), spread


HEAD = """\
# Morphometry of knees and hips

{knee} generated knees and {hip} hips with their groins (numbers from {first} on, both sexes, 18 to 95 years), each made
whole and looked over: all meshes closed, with normals outward and free of crossings, bones apart from one another and from
nerves and vessels, everything below the skin, rules kept, needles long enough for the plans, the CT wide enough. Measured on
the finished meshes (`limb_morphometry.py`). This page is written by

```
python -m bench.crowd docs/morphometry-limbs.md
```
"""

TAIL = """\
Mean ± one standard deviation, mm. The published spread is that of this crowd: of its sexes and ages. **Bold** is what misses a
bound. `artery` and the width of the `nerve` are measured at the crease of the groin. What is drawn for men and for
women, and how it goes with stature, is told in [Anatomy](anatomy.md#knee-hip-and-groin).

Sources:
"""


def page(found: Sequence[Looked]) -> str:
    """The whole page, Markdown."""
    people = {region: sum(one.who.region == region for one in found) for region in PUBLISHED}
    lines = [HEAD.format(first=min(one.who.seed for one in found), **people)]
    lines += ["| what | measured | bound |", "| --- | --- | --- |"]
    lines += [f"| {' | '.join(row)} |" for row in counts(found)]
    lines += ["", "| region | dimension | published | generated | mean | spread | source |", f"|{' --- |' * 7}"]
    for one in compared(found):
        cells = [one.region, f"`{one.name}`", _pair(one.published), _pair(one.generated)]
        cells += [_bold(one.off, 0.05, "+.1%"), _bold(one.wide, 0.25, "+.0%"), one.source]
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["", TAIL, *(f"- {name}: {text}" for name, text in SOURCES.items())]
    return "\n".join(lines) + "\n"


def _pair(of: tuple[float, float]) -> str:
    return f"{of[0]:.1f} ± {of[1]:.1f}"


def _bold(share: float, bound: float, form: str) -> str:
    text = f"{share:{form}}".replace("%", " %")
    return f"**{text}**" if abs(share) > bound else text


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(everybody()), "utf-8")

"""What is measured on generated spines, set beside the published means and spreads and beside one real scan."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from arguide_sim.anatomy.crossing import crossings
from arguide_sim.anatomy.lumbar import Lumbar
from arguide_sim.anatomy.meshing import is_watertight
from arguide_sim.anatomy.morphometry import LEVELS
from arguide_sim.anatomy.morphometry import measure as measures_of
from arguide_sim.anatomy.norms import FACET_AREA, NORMS
from arguide_sim.anatomy.person import LumbarPerson, person
from arguide_sim.anatomy.validity import broken_rules

from arguide.geometry.mesh import Mesh
from bench._means import Means
from bench._pieces import LOOSE, loose

BONES = ("T12", *LEVELS, "sacrum", "ilia")
PUBLISHED = NORMS | {"facet_area": FACET_AREA}
COMPARED = ("width_up", "width_low", "depth_up", "depth_low", "height", "canal_width", "canal_depth", "pedicle_width",
            "pedicle_height", "pedicle_angle", "span", "spinous", "disc", "joint_spacing", "joint_angle",
            "facet_area")  # fmt: skip
OPEN, CROSSED, OVERLAP = "is not watertight", "crosses itself", "overlap"

Row = tuple[str, str, str]
Measures = dict[str, dict[str, float]]
Found = list[tuple[LumbarPerson, Measures, list[str]]]


@dataclass(frozen=True, kw_only=True)
class Compared(Means):
    """One dimension of one level: means and standard deviations, and the share of the crowd that a scan exceeds."""

    name: str
    level: str
    scan: float | None
    range: tuple[float, float]
    """2.5 and 97.5 % of the crowd."""

    @property
    def inside(self) -> bool:
        """Whether the scan lies within the crowd's range."""
        return self.scan is not None and self.range[0] <= self.scan <= self.range[1]


def measure_one(seed: int) -> tuple[LumbarPerson, Measures, list[str]]:
    """A person, the measures of their meshes, and what is wrong with them."""
    somebody = person(seed)
    anatomy = Lumbar(somebody)
    meshes = {part.name: anatomy.mesh(part) for part in anatomy.parts()}
    wrong = broken_rules(anatomy)
    wrong += [f"{name} {OPEN}" for name, mesh in meshes.items() if not _sound(mesh)]
    wrong += [f"{name} {CROSSED}" for name, mesh in meshes.items() if crossings(mesh)]
    wrong += loose(meshes)
    pairs = [*itertools.pairwise(BONES), ("L5", "ilia")]
    wrong += [f"{a} and {b} {OVERLAP}" for a, b in pairs if crossings(meshes[a], meshes[b])]
    return somebody, measures_of(meshes), wrong


def _sound(mesh: Mesh) -> bool:
    return is_watertight(mesh) and mesh.volume_mm3 > 0


def compare(found: Found, real: Measures | None) -> list[Compared]:
    """One for each dimension and level. The published spread is of both sexes and all ages of the crowd."""
    compared = []
    for name, level in itertools.product(COMPARED, LEVELS):
        got = np.array([measures[level][name] for _, measures, _ in found])
        told = np.array([PUBLISHED[name].of(level, who.sex, who.age) for who, _, _ in found])
        spread = float(np.hypot(np.sqrt((told[:, 1] ** 2).mean()), told[:, 0].std()))
        low, high = np.nanquantile(got, [0.025, 0.975])
        published, generated = (float(told[:, 0].mean()), spread), (float(np.nanmean(got)), float(np.nanstd(got)))
        scan = real[level][name] if real is not None else None
        within = float(low), float(high)
        compared.append(
            Compared(name=name, level=level, published=published, generated=generated, scan=scan, range=within)
        )
    return compared


def rows(compared: list[Compared]) -> Iterator[Row]:
    """The comparison as lines of the bench's table, with the counts that the bounds ask for."""
    for one in compared:
        (mean, spread), (told, told_spread) = one.generated, one.published
        text = f"{mean:5.1f} ± {spread:4.1f}, published {told:5.1f} ± {told_spread:4.1f}"
        if one.scan is not None:
            text += f", a scan {one.scan:5.1f}{'' if one.inside else ' (outside)'}"
        yield f"{one.name} {one.level}", text, f"{one.off:+.1%} of 5 %, spread {one.wide:+.0%} of 25 %"
    yield from counts(compared)


def counts(compared: list[Compared]) -> Iterator[Row]:
    """How many of the dimensions hold each bound."""
    near = sum(abs(one.off) <= 0.05 for one in compared)
    spread = sum(abs(one.wide) <= 0.25 for one in compared)
    yield "means within 5 %", f"{near} of {len(compared)}", "all"
    yield "spreads within 25 %", f"{spread} of {len(compared)}", "all"
    if compared[0].scan is not None:
        inside = sum(one.inside for one in compared)
        yield "measures of a scan inside 2.5 to 97.5 %", f"{inside} of {len(compared)}", "≥ 90 %"


def sound(found: Found) -> Iterator[Row]:
    """How many people keep the rules and have sound meshes, and who has not."""
    meshes = (OPEN, CROSSED, OVERLAP, LOOSE)
    yield _without("people who break no rule", found, lambda wrong: not wrong.endswith(meshes))
    for what, kind in zip(
        ("watertight", "free of self-crossings", "free of overlapping bones", "in one piece"), meshes, strict=True
    ):
        yield _without(f"people {what}", found, lambda wrong, kind=kind: wrong.endswith(kind))


def _without(what: str, found: Found, fault: Callable[[str], bool]) -> Row:
    bad = {who.seed: [one for one in wrong if fault(one)] for who, _, wrong in found}
    named = [f"{seed}: {', '.join(wrong)}" for seed, wrong in bad.items() if wrong]
    rest = f" ({'; '.join(named[:5])}{' …' if len(named) > 5 else ''})" if named else ""
    return what, f"{len(found) - len(named)} of {len(found)}{rest}", "all"


def whole(found: Found) -> list[Row]:
    """What is wrong with anybody, and how deep the joints lie."""
    bmi = np.array([who.bmi for who, _, _ in found])
    depth = np.array([measures["whole"]["skin_to_joint"] for _, measures, _ in found])
    slope, at = np.polyfit(bmi - 24, depth, 1)
    return [
        *sound(found),
        ("skin to L4/L5 joint", f"{at:.0f} mm at 24 kg/m², {slope:+.1f} mm for each more", "+2.0 mm (Brummett 2009)"),
    ]

"""One generated person, looked over: is it refused in one line, or whole in every way that can be checked?"""

import itertools
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from arguide_sim.anatomy.crossing import crossings
from arguide_sim.anatomy.limb import LimbAnatomy
from arguide_sim.anatomy.meshing import is_watertight
from arguide_sim.anatomy.region import Exercise, Region
from arguide_sim.anatomy.regions import region_named

from arguide.errors import ArguideError
from arguide.geometry.mesh import Mesh
from arguide.geometry.transforms import Array
from arguide.settings.scenario import Tissue

OUTSIDE_MM = 8.0
"""So much of a needle must look out of the skin."""
CUT_MM = 5.0
"""So much of the skin may lie outside the CT at its sides: the groin is cut beside the midline."""
APART_MM = 20.0
"""Fiducials lie no nearer to one another."""


SAME_BODY = {"hip": ("inguinal",)}
"""Regions that are practised on the body of another."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """Whom to generate."""

    region: str
    seed: int
    wanted: Mapping[str, Any] = field(default_factory=dict)
    detail: float = 1.0

    def __str__(self) -> str:
        said = " ".join(f"--{name.replace('_', '-')} {value}" for name, value in self.wanted.items())
        return f"{self.region} {self.seed} {said}".strip()


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What was found of a person."""

    who: Person
    made: Any = None
    """The person as drawn; None if refused."""
    refused: str = ""
    """In which words."""
    faults: tuple[str, ...] = ()
    measures: Mapping[str, float] = field(default_factory=dict)


def look(who: Person) -> Looked:
    """Generate the person and check it. Whatever goes wrong is a fault of it and not of the caller."""
    region = region_named(who.region)
    try:
        made = region.person(who.seed, **who.wanted)
        anatomy = region.anatomy(made)
        meshes = {part.name: anatomy.mesh(part, who.detail) for part in anatomy.parts()}
        faults = [*unsound(anatomy, meshes), *unseen(region, anatomy, meshes)]
        for practised in (region, *(region_named(name) for name in SAME_BODY.get(who.region, ()))):
            faults += unreachable(practised, made, anatomy, meshes)
        return Looked(who=who, made=made, faults=tuple(faults), measures=measured(who.region, anatomy, meshes))
    except ArguideError as error:
        return Looked(who=who, refused=str(error), faults=("refused in several lines",) if "\n" in str(error) else ())
    except Exception as error:  # noqa: BLE001
        return Looked(who=who, faults=(f"{type(error).__name__}: {error}",))


def unsound(anatomy: Any, meshes: Mapping[str, Mesh]) -> Iterator[str]:
    """Meshes that are open, inside out or cross themselves; bones that run into one another, or into a nerve or vessel."""
    for name, mesh in meshes.items():
        if not (is_watertight(mesh) and mesh.volume_mm3 > 0):
            yield f"{name} is not watertight"
        elif crossings(mesh):
            yield f"{name} crosses itself"
    kinds = {part.name: part.tissue for part in anatomy.parts()}
    # Medial branches lie 0.25 mm off their bone, which meshes may use up; in the spine bones alone are compared.
    apart = {Tissue.BONE, Tissue.NERVE, Tissue.VESSEL} if isinstance(anatomy, LimbAnatomy) else {Tissue.BONE}
    for one, other in itertools.combinations(meshes, 2):
        if Tissue.BONE in (pair := {kinds[one], kinds[other]}) and pair <= apart and meet(meshes[one], meshes[other]):
            yield f"{one} and {other} overlap"
    for name, mesh in meshes.items():
        if name != "skin" and meet(mesh, meshes["skin"]):
            yield f"{name} leaves the skin"


def look_at_all(people: Sequence[Person]) -> list[Looked]:
    """Everybody, side by side; says how far it is."""
    found: list[Looked] = []
    began = time.monotonic()
    with ProcessPoolExecutor() as pool:
        for one in pool.map(look, people):
            found.append(one)
            left = (time.monotonic() - began) / len(found) * (len(people) - len(found)) / 60
            print(f"\r{len(found)} of {len(people)} people, {left:.0f} min left ", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return found


def named(faulty: Sequence[Looked], most: int = 6) -> str:
    """Who has which faults."""
    said = [f"{one.who}: {', '.join(one.faults)}" for one in faulty if one.faults]
    return f" ({'; '.join(said[:most])}{' …' if len(said) > most else ''})" if said else ""


def meet(one: Mesh, other: Mesh) -> bool:
    """Whether two surfaces cross."""
    (low, high), (first, last) = one.bounds, other.bounds
    if np.any(np.asarray(low) > last) or np.any(np.asarray(high) < first):
        return False
    return bool(crossings(one, other) or crossings(other, one))


def unreachable(region: Region, made: Any, anatomy: Any, meshes: Mapping[str, Mesh]) -> Iterator[str]:
    """Plans that the needle is too short for, or that pass through what they should not; fiducials on top of one another."""
    for exercise in region.exercises(made, anatomy, meshes):
        yield from _too_short(exercise)
    points = np.array([fiducial.position for fiducial in region.fiducials(anatomy, meshes["skin"])])
    apart = np.linalg.norm(points[:, None] - points, axis=-1) + 1000 * np.eye(len(points))
    if apart.min() < APART_MM:
        yield f"two fiducials are {apart.min():.0f} mm apart"


def _too_short(exercise: Exercise) -> Iterator[str]:
    for plan in exercise.plans:
        long = float(np.linalg.norm(np.subtract(plan.entry, plan.target)))
        if long > exercise.needle.length_mm - OUTSIDE_MM:
            yield f"{plan.name}: {long:.0f} mm deep for a needle of {exercise.needle.length_mm:g}"


def unseen(region: Region, anatomy: Any, meshes: Mapping[str, Mesh]) -> Iterator[str]:
    """What of the skin the CT cuts off at its sides (above and below it is cut on purpose)."""
    low, high = (np.asarray(corner) for corner in region.view(anatomy))
    at = meshes["skin"].vertices
    some = at[(at[:, 2] > low[2] + 2) & (at[:, 2] < high[2] - 2)]
    off = np.maximum(low - some.min(axis=0), some.max(axis=0) - high)[:2]
    if off.max() > CUT_MM:
        yield f"the CT cuts {off.max():.0f} mm of the skin off along {'xy'[int(off.argmax())]}"


def measured(region: str, anatomy: Any, meshes: Mapping[str, Mesh]) -> dict[str, float]:
    """The measures of a limb's meshes; none of a spine, which `bench.morphometry` measures."""
    from arguide_sim.anatomy import limb_morphometry

    if not isinstance(anatomy, LimbAnatomy):
        return {}
    head: Array = anatomy.place((0, 0, 0))
    return limb_morphometry.knee(meshes) if region == "knee" else limb_morphometry.hip(meshes, head)

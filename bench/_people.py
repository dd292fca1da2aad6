"""One generated person, looked over: is it refused in one line, or whole in every way that can be checked?"""

import itertools
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from arguide_sim.anatomy.crossing import crossings
from arguide_sim.anatomy.limb import LimbAnatomy
from arguide_sim.anatomy.meshing import is_watertight
from arguide_sim.anatomy.phantom import Phantom
from arguide_sim.anatomy.printing import printed_parts
from arguide_sim.anatomy.region import Exercise, Region
from arguide_sim.anatomy.regions import region_named
from arguide_sim.anatomy.scanner import Scanner
from arguide_sim.anatomy.volumes import volumes_of
from arguide_sim.anatomy.workshop import Patient

from arguide.errors import ArguideError
from arguide.geometry.mesh import Mesh
from arguide.geometry.transforms import Array
from arguide.settings.scenario import Tissue
from bench._labels import beside
from bench._pieces import loose

OUTSIDE_MM = 8.0
"""So much of a needle must look out of the skin."""
CUT_MM = 5.0
"""So much of the skin may lie outside the CT at its sides: the groin is cut beside the midline."""
APART_MM = 20.0
"""Fiducials lie no nearer to one another."""
SCANNED, MOST_VOXELS = 120, 8_000_000
"""Voxels along each side of what is scanned, and of the largest box around a mesh that is compared with the map."""


SAME_BODY = {"hip": ("inguinal",)}
"""Regions that are practised on the body of another."""


APART = {Tissue.BONE, Tissue.NERVE, Tissue.VESSEL}
"""Bones touch none of these, by tenths of a millimetre: these, and the skin, are made as finely as users get them."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """Whom to generate."""

    region: str
    seed: int
    wanted: Mapping[str, Any] = field(default_factory=dict)
    detail: float = 1.0
    """Below 1: muscles, discs and organs are made more coarsely."""
    phantom: bool = False
    spacing_mm: float | None = None
    """Of a CT; None: no CT is made."""

    def __str__(self) -> str:
        said = [f"--{name.replace('_', '-')} {value}" for name, value in self.wanted.items()]
        said += ["--phantom"] * self.phantom + ([f"--spacing {self.spacing_mm:g}"] if self.spacing_mm else [])
        return " ".join([self.region, str(self.seed), *said])


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
        if who.phantom:
            return Looked(who=who, made=made, faults=tuple(miscast(Phantom(region), made, who.detail)))
        fine = {*APART, Tissue.SKIN}
        meshes = {part.name: anatomy.mesh(part, 1.0 if part.tissue in fine else who.detail) for part in anatomy.parts()}
        if who.spacing_mm:
            return Looked(who=who, made=made, faults=tuple(misscanned(region, made, meshes, who.spacing_mm)))
        exact = {part.name: meshes[part.name] for part in anatomy.parts() if part.tissue in fine or who.detail >= 1}
        faults = [*unsound(anatomy, meshes), *loose(exact), *bare(meshes), *unseen(region, anatomy, meshes)]
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
    for one, other in itertools.combinations(meshes, 2):
        pair = {kinds[one], kinds[other]}
        if Tissue.BONE in pair and pair <= APART and meet(meshes[one], meshes[other]):
            yield f"{one} and {other} overlap"


def bare(meshes: Mapping[str, Mesh]) -> Iterator[str]:
    """What is not under the skin."""
    for name, mesh in meshes.items():
        if name != "skin" and meet(mesh, meshes["skin"]):
            yield f"{name} leaves the skin"


def miscast(phantom: Phantom, made: Any, detail: float) -> Iterator[str]:
    """What is wrong with the phantom of a person: its meshes, its ways, or a part to print that does not close."""
    cast = phantom.anatomy(made)
    meshes = {part.name: cast.mesh(part, detail) for part in cast.parts()}
    yield from unsound(cast, meshes)
    yield from unreachable(phantom, made, cast, meshes)
    for name, part in printed_parts(cast, detail).items():
        if not (is_watertight(part) and part.volume_mm3 > 0):
            yield f"{name} to print is not watertight"


def misscanned(region: Region, made: Any, meshes: Mapping[str, Mesh], spacing_mm: float) -> Iterator[str]:
    """Structures whose label is not their mesh, in the `SCANNED` middle voxels of the field of view."""
    scanner = Scanner(spacing_mm)
    body = Patient(region, made, scanner).body
    low, high = np.asarray(body.low), np.asarray(body.high)
    half = np.minimum(high - low, SCANNED * spacing_mm) / 2
    a, b = (low + high) / 2 - half, (low + high) / 2 + half
    piece = replace(body, low=(a[0], a[1], a[2]), high=(b[0], b[1], b[2]))
    ct, labels = volumes_of(piece, scanner)
    if ct.voxels.min() < -1024 or ct.voxels.max() > 3071 or np.ptp(ct.voxels) < 800:
        yield f"Hounsfield units from {ct.voxels.min()} to {ct.voxels.max()}"
    for one in beside([part.name for part in piece.parts], meshes, piece.numbers, labels, MOST_VOXELS):
        # Which voxels at the surface count is a coin toss; a mesh lies within 0.1 mm of its shape.
        if one.whole and abs(one.labelled - one.meshed) > 0.01 * one.meshed + 0.6 * np.sqrt(len(one.far)):
            yield f"{one.name}: {one.labelled} voxels in the map, {one.meshed} in the mesh"
        elif len(one.far) > 200 and (far := float(np.percentile(one.far, 95))) > 0.5 + 0.1 / spacing_mm:
            yield f"{one.name}: 95 % of the map's surface within {far:.2f} voxels"


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

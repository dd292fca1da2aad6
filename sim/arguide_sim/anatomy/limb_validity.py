"""Rules that every knee and hip obeys: nothing overlaps, and everything lies in its order. Names of what breaks them.

They are asked of the shapes at average size, before the deformation, which is smooth and keeps the order of things.
"""

from collections.abc import Iterator, Mapping
from itertools import combinations

import numpy as np
from scipy.ndimage import label

from arguide.errors import SettingsError
from arguide.geometry.transforms import Array
from arguide.settings.scenario import Tissue
from arguide_sim.anatomy.blocks import lattice, sampled
from arguide_sim.anatomy.limb import LimbAnatomy
from arguide_sim.anatomy.sdf import Shape

STEP_MM = 2.0
CARTILAGE_ROOM_MM = (2.0, 9.0)
"""Least and most room between patella and femur, in mm: two cartilages, and a little."""
TUBES = (Tissue.NERVE, Tissue.VESSEL)


def broken_rules(limb: LimbAnatomy) -> list[str]:
    """What is wrong with a limb, in words; empty: nothing."""
    own = knee_rules(limb.shapes) if "patella" in limb.shapes else hip_rules(limb.shapes)
    return [*apart(limb), *own]


def check(limb: LimbAnatomy) -> None:
    """Raises SettingsError with the first rule that does not hold."""
    if broken := broken_rules(limb):
        raise SettingsError(f"this patient cannot be: {broken[0]}; change the person or take another seed")


def apart(limb: LimbAnatomy) -> Iterator[str]:
    """Bones, vessels and nerves share no point."""
    parts = {part.name: part for part in limb.parts() if part.tissue in (Tissue.BONE, *TUBES)}
    inside = {name: _inside(part.shape, part.low, part.high, 2.5) for name, part in parts.items()}
    for name, points in inside.items():
        if len(points) < 20:
            yield f"{name} is hardly there"
    for one, other in combinations(inside, 2):
        if len(inside[one]) and parts[other].shape(inside[one]).min() <= 0:
            yield f"{one} and {other} share a point"


def knee_rules(shapes: Mapping[str, Shape]) -> Iterator[str]:
    """Patella before its groove, menisci between condyles and plateau, one recess that reaches the joint."""
    patella = _inside(shapes["patella"], (-35, 20, 0), (42, 75, 70))
    room = float(shapes["femur"](patella).min())
    if not CARTILAGE_ROOM_MM[0] < room < CARTILAGE_ROOM_MM[1]:
        yield f"patella and femur are {room:.1f} mm apart"
    behind = patella.mean(axis=0) + np.arange(-60.0, 0.0, 0.5)[:, None] * (0, 1, 0)
    if shapes["femur"](behind).min() > 0:
        yield "the patella does not lie before the femur"
    menisci = _inside(shapes["menisci"], (-60, -50, -22), (65, 50, 14), 1.0)
    for side in (-1, 1):
        some = menisci[side * menisci[:, 0] > 5]
        if len(some) < 50:
            yield f"the {'inner' if side < 0 else 'outer'} meniscus is hardly there"
            continue
        up, down = (some[:, None] + np.arange(0.0, 14.0)[:, None] * (0, 0, way) for way in (1, -1))
        meets = [
            (shapes[bone](line.reshape(-1, 3)).reshape(line.shape[:2]).min(axis=1) < 2.5).mean()
            for bone, line in (("femur", up), ("tibia", down))
        ]
        if min(meets) < 0.75:
            yield f"a meniscus lies not between femur and tibia: {meets[0]:.2f} below, {meets[1]:.2f} above"
    first, extent = np.array([-72.0, -22.0, 0.0]), np.array([75, 42, 63])
    pieces, count = label(sampled(shapes["recess"], first, extent, STEP_MM, (-STEP_MM, STEP_MM)) < 0.3)
    sizes = np.bincount(pieces.ravel())[1:]
    if count == 0 or sizes.max() < 0.97 * sizes.sum():
        yield f"the recess falls into {count} pieces"
    low = STEP_MM * np.flatnonzero((pieces == 1 + int(np.argmax(sizes))).any(axis=(0, 1)))[0] if count else 99.0
    if low > 35:
        yield f"the recess ends {low:.0f} mm above the joint"


def hip_rules(shapes: Mapping[str, Shape]) -> Iterator[str]:
    """In the crease from outside inward nerve, artery, vein; the head in its socket; the joint has its cartilage."""
    crease = _grid((-70, 30, -3), (25, 65, 4), 1.0).reshape(-1, 3)
    middles = [
        crease[shapes[name](crease) < 0][:, 0].mean() for name in ("femoral-nerve", "femoral-artery", "femoral-vein")
    ]
    if not (middles[0] > middles[1] + 7 and middles[1] > middles[2] + 7):
        yield f"nerve, artery and vein lie at x = {', '.join(f'{x:.0f}' for x in middles)}"
    head = _inside(shapes["femur"], (-32, -32, -15), (12, 32, 32))
    gap = float(shapes["hip-bone"](head).min())
    if not 1.2 < gap < 3.5:
        yield f"{gap:.1f} mm between the head and its socket"


def _inside(shape: Shape, low: tuple[float, ...], high: tuple[float, ...], step: float = STEP_MM) -> Array:
    """Points (n, 3) of a grid that lie inside; far from the surface none is asked."""
    first, count = np.asarray(low, float), np.ceil((np.asarray(high) - low) / step).astype(np.int64)
    values = sampled(shape, first, count, step, (-step, step))
    return lattice(first, count, step)[values.ravel() < 0]


def _grid(low: tuple[float, ...], high: tuple[float, ...], step: float = STEP_MM) -> Array:
    axes = [np.arange(a, b, step) for a, b in zip(low, high, strict=True)]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)

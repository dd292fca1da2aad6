"""What must hold for every patient, worked out on the shapes: nobody has bones in bones or a closed foramen."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from arguide.errors import SettingsError
from arguide_sim.anatomy import nerves
from arguide_sim.anatomy.lumbar import Lumbar
from arguide_sim.anatomy.spine_curve import Level

GAP_MM = 1.0, 4.0
FORAMEN_MM = 2.6
"""Least room around the middle of a foramen."""
STEP_MM = 0.02


def broken_rules(anatomy: Lumbar) -> list[str]:
    """The rules that do not hold, each with level and figure; empty for every patient that may be."""
    found = []
    for level, below in _pairs(anatomy):
        gaps = facet_gaps(anatomy, level, below)
        if gaps.min() < GAP_MM[0] or gaps.max() > GAP_MM[1]:
            found.append(f"facet gap {level.name}: {gaps.min():.2f} to {gaps.max():.2f} mm, 1 to 4 expected")
        room = foramen_room(anatomy, level, below)
        if room < FORAMEN_MM:
            found.append(f"foramen below {level.name}: {room:.1f} mm of room, {FORAMEN_MM} needed")
        if (clear := root_to_bone(anatomy, level, below)) < 0.0:
            found.append(f"root {level.name} runs {-clear:.1f} mm into bone")
        overlap = bone_overlap(anatomy, level.name, below)
        if overlap < 0.0:
            found.append(f"{level.name} and {below} overlap by {-overlap:.1f} mm")
    found += [rule for level in anatomy.levels[1:5] if (rule := vessels_aside(anatomy, level))]
    return [*found, *bare(anatomy)]


def check(anatomy: Lumbar) -> None:
    """Raises SettingsError with the first rule that does not hold."""
    if broken := broken_rules(anatomy):
        raise SettingsError(f"this patient cannot be: {broken[0]}; change the person or take another seed")


def _pairs(anatomy: Lumbar) -> list[tuple[Level, str]]:
    names = [*(level.name for level in anatomy.levels[1:]), "sacrum"]
    return list(zip(anatomy.levels, names, strict=True))


def facet_gaps(anatomy: Lumbar, level: Level, below: str) -> NDArray[np.float64]:
    """Width of the joint space at places of the right joint's middle where both bones face each other, mm."""
    joint, t = anatomy.joints[level.name], np.arange(-5.0, 5.0, STEP_MM)
    reach, tall = 0.3 * joint.width, 0.25 * joint.height
    found = []
    for back in (-reach, 0.0, reach):
        normal = np.cross(joint.opening(back), joint.frame[:3, 2])
        normal *= np.sign(normal @ joint.frame[:3, 0])
        for up in (-tall, 0.0, tall):
            line = joint.on_surface(back, up) + t[:, None] * normal
            inner, outer = (anatomy.bones[name](line) < 0 for name in (level.name, below))
            inner, outer = inner & (t < 0.5), outer & (t > -0.5)
            if outer.any() and inner.any():
                found.append(t[outer].min() - t[inner].max())
    return np.array(found if len(found) > 3 else [np.inf])


def foramen_room(anatomy: Lumbar, level: Level, below: str) -> float:
    """The radius of the largest ball in the foramen near where the root passes, mm."""
    middle = nerves.in_image(anatomy.curve.bodies[level.name], *nerves.foramen(level))
    span = np.arange(-4.0, 4.1, 1.0)
    around = middle + np.stack(np.meshgrid([0.0], span, span, indexing="ij"), axis=-1).reshape(-1, 3)
    room = np.minimum(anatomy.bones[level.name](around), anatomy.bones[below](around))
    return float(room.max())


def root_to_bone(anatomy: Lumbar, level: Level, below: str) -> float:
    """The least, over points around the foramen, of the greater of the distances to root and to bone, mm."""
    middle = nerves.in_image(anatomy.curve.bodies[level.name], *nerves.foramen(level))
    span = np.arange(-7.5, 7.6, 1.5)
    around = middle + np.stack(np.meshgrid(span, span, span, indexing="ij"), axis=-1).reshape(-1, 3)
    root = anatomy.soft["nerve-roots"](around)
    near = root < 0.5
    bone = np.minimum(anatomy.bones[level.name](around[near]), anatomy.bones[below](around[near]))
    return float(np.maximum(root[near], bone).min(initial=9.0))


def bone_overlap(anatomy: Lumbar, upper: str, lower: str) -> float:
    """The least, over points around the joints, of the greater distance to two bones: negative where they overlap, mm."""
    at = anatomy.joints[upper].frame[:3, 3]
    axes = [np.arange(0.5, at[0] + 18, 2.0), at[1] + np.arange(-18.0, 18.0, 2.0), at[2] + np.arange(-24.0, 22.0, 2.0)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    return float(np.maximum(anatomy.bones[upper](grid), anatomy.bones[lower](grid)).min())


def bare(anatomy: Lumbar) -> Iterator[str]:
    """The bones that come through the skin, and how far."""
    skin = next(part.shape for part in anatomy.parts() if part.name == "skin")
    for bone in anatomy.high_bones:
        inside = (points := anatomy.beyond(bone, 0.0))[anatomy.bones[bone.name](points) < 0]
        if (far := float(skin(inside).max(initial=-1.0))) > 0.0:
            yield f"{bone.name}: {far:.1f} mm of it outside the skin"


def vessels_aside(anatomy: Lumbar, level: Level) -> str | None:
    """What is wrong with the vessels at a level, or None: aorta left, vena cava right, both before the body."""
    body = anatomy.curve.bodies[level.name][:3, 3]
    x, y = np.arange(-60.0, 60.0, 2.0), np.arange(-10.0, 80.0, 2.0)
    section = body + np.stack(np.meshgrid(x, y, [0.0], indexing="ij"), axis=-1).reshape(-1, 3)
    for name, side in (("aorta", -1), ("vena-cava", 1)):
        inside = section[anatomy.soft[name](section) < 0]
        if not len(inside) or side * inside[:, 0].mean() < 1.0:
            return f"{name} at {level.name} is not on the {'right' if side > 0 else 'left'}"
        if inside[:, 1].mean() < body[1] + (level.depth_low + level.depth_up) / 4:
            return f"{name} at {level.name} is not before the body"
    return None

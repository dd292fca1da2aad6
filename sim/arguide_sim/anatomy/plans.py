"""Needle paths into the facet joints and fiducials on the skin, found on the generated anatomy itself."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arguide.errors import MeshError
from arguide.geometry.mesh import Mesh
from arguide.settings.scenario import Fiducial, Plan
from arguide_sim.anatomy.lumbar import Lumbar
from arguide_sim.anatomy.sdf import union
from arguide_sim.anatomy.skin_points import on_skin, rounded
from arguide_sim.anatomy.teaching import GUIDANCE

OBLIQUE_DEG = np.arange(17.0, 30.0, 1.5)
"""Angles to the sagittal plane that are tried."""

DEPTHS_MM = np.arange(3.0, 5.5, 0.5)
"""How far behind the middle of the joint the target may lie, along its surface."""

Point = NDArray[np.float64]


@dataclass(frozen=True)
class Approach:
    """A straight way into a right joint of the symmetric anatomy: `target`, and the unit direction `out` to the skin."""

    target: Point
    out: Point
    clearance_mm: float
    """Least distance to bone from 4 mm before the target on."""


def approach(anatomy: Lumbar, level: str) -> Approach:
    """The clearest axial path into the posterior part of the right joint below `level`."""
    bones = union(list(anatomy.near(level)))
    t = np.concatenate([np.arange(0.0, 4.0, 0.5), np.arange(4.0, 70.0, 1.0)])
    best = None
    for depth in DEPTHS_MM:
        target = anatomy.joints[level].on_surface(depth, 0.0)
        for angle in np.radians(OBLIQUE_DEG):
            out = np.array([np.sin(angle), -np.cos(angle), 0.0])
            distance = bones(target + t[:, None] * out)
            free, inside = float(distance[t >= 4].min()), float(distance[t < 4].min())
            if inside > 0.5 and (best is None or free > best.clearance_mm):
                best = Approach(target, out, free)
    if best is None:
        raise MeshError(
            f"no free way into the joint below {level} of this patient; take another seed or change the person"
        )
    return best


def plan(anatomy: Lumbar, skin: Mesh, way: Approach, side: int, name: str, guidance: str) -> Plan:
    """The approach on one side (+1 right, -1 left), from where it leaves the skin."""
    target, ahead = anatomy.place(way.target, side), anatomy.place(way.target + 30 * way.out, side)
    out = (ahead - target) / np.linalg.norm(ahead - target)
    return Plan(name=name, entry=on_skin(skin, target, out), target=rounded(target), guidance=guidance)


def facet_plans(anatomy: Lumbar, skin: Mesh) -> tuple[Plan, ...]:
    """Both joints at L4/L5 and the right one at L3/L4."""
    wanted = (("L4", 1, "Right L4/L5"), ("L4", -1, "Left L4/L5"), ("L3", 1, "Right L3/L4"))
    ways = {level: approach(anatomy, level) for level in ("L4", "L3")}
    return tuple(plan(anatomy, skin, ways[level], side, name, GUIDANCE) for level, side, name in wanted)


FIDUCIALS = (
    ("F1", 118.0, 96.0, "right flank, level of L2"),
    ("F2", -118.0, 96.0, "left flank, level of L2"),
    ("F3", 4.0, 176.0, "midline, over the spinous process of T12"),
    ("F4", -62.0, 128.0, "left of the midline by four fingers, level of L1"),
    ("F5", 84.0, 26.0, "right, above the iliac crest, level of L5"),
    ("F6", -98.0, -12.0, "left iliac crest, level of S1"),
    ("F7", 62.0, -62.0, "upper right buttock"),
    ("F8", 0.0, -38.0, "midline over the sacrum"),
)
"""Name, image x and z in mm, hint: spread over the trunk, all reachable from behind."""


FLANK = 0.82
"""Share of the trunk's half width beyond which its skin looks sideways."""


def fiducials(skin: Mesh) -> tuple[Fiducial, ...]:
    """Divots on the phantom's skin, where a finger from behind meets it; of slim people nearer to the midline."""
    behind, forward = -400.0, np.array([0.0, 1.0, 0.0])

    def inward(x: float, z: float) -> float:
        around = skin.vertices[np.abs(skin.vertices[:, 2] - z) < 15][:, 0]
        middle, most = (around.min() + around.max()) / 2, FLANK * np.ptp(around) / 2
        return float(np.clip(x, middle - most, middle + most))

    return tuple(
        Fiducial(name=name, position=on_skin(skin, np.array([inward(x, z), behind, z]), forward), hint=hint)
        for name, x, z, hint in FIDUCIALS
    )

"""Thecal sac down the canal to S2, and the roots that leave it below each pedicle."""

import numpy as np
from numpy.typing import NDArray

from arguide_sim.anatomy import sacrum
from arguide_sim.anatomy.sdf import Shape, curved, mirrored, union
from arguide_sim.anatomy.spine_curve import Level, SpineCurve

SAC_HALF_SIZES = {
    "T12": (7.2, 4.9), "L1": (7.2, 4.8), "L2": (7.3, 4.7), "L3": (7.4, 4.7), "L4": (7.2, 4.8), "L5": (6.5, 4.6),
}  # fmt: skip
"""Half width and half depth at each body, mm."""

GANGLION_MM, ROOT_MM, NERVE_MM = 2.7, 1.5, 2.2
"""Radii in the foramen, before and after it."""


def in_image(frame: NDArray[np.float64], *point: float) -> NDArray[np.float64]:
    """A point of a level's frame in the image frame; (3,)."""
    return np.asarray(frame[:3, :3] @ point + frame[:3, 3])


def canal_center(level: Level) -> float:
    """y of the middle of the canal in the level's frame."""
    return -(level.depth_low + level.depth_up) / 4 - level.canal_depth / 2 + 0.8


def thecal_sac(levels: tuple[Level, ...], curve: SpineCurve) -> Shape:
    """Tapers from T12 to its end at S2."""
    nodes = [in_image(curve.bodies[levels[0].name], 0, canal_center(levels[0]), levels[0].height / 2 + 30)]
    sizes = [SAC_HALF_SIZES["T12"]]
    for level in levels:
        nodes.append(in_image(curve.bodies[level.name], 0, canal_center(level), 0))
        sizes.append(SAC_HALF_SIZES[level.name])
        nodes.append(in_image(curve.discs[level.name], 0, canal_center(level), 0))
        sizes.append(SAC_HALF_SIZES[level.name])
    for s, n, size in ((12, 18.5, (5.5, 3.8)), (32, 14.5, (4.0, 2.4)), (50, 11, (1.5, 1.5))):
        nodes.append(in_image(curve.sacrum, *sacrum.on_bone(0, s, n)))
        sizes.append(size)
    return curved(np.array(nodes), sizes, up=(0, 1, 0), blend=1.0)


def foramen(level: Level) -> NDArray[np.float64]:
    """Where the right root passes, below the pedicle, in the level's frame; (3,)."""
    wall = -(level.depth_low + level.depth_up) / 4
    x = level.canal_width / 2 + level.pedicle_width / 2
    return np.array([x, wall - 4.5, level.height / 2 - level.pedicle_height - 1.0 - GANGLION_MM - 2.3])


def root(level: Level, curve: SpineCurve) -> Shape:
    """The right root of a level: out of the sac, around the pedicle's lower edge, forward and down beside the body."""
    x, y, z = foramen(level)
    medial = level.canal_width / 2
    ahead = 15.0 if level.name == "L5" else 0.0  # over the front of the sacral wing
    local = [
        (5.0, canal_center(level) + 1, z + 26),
        (medial - 4.3, y + 0.5, z + 8),
        (x - 2, y, z + 1),
        (x + 3, y + 1, z - 2),
        (x + 12, y + 7 + ahead, z - 14),
        (x + 16, y + 12 + 2 * ahead, z - 32),
    ]
    radii = [ROOT_MM, ROOT_MM, GANGLION_MM, GANGLION_MM, NERVE_MM, NERVE_MM]
    nodes = np.array([in_image(curve.bodies[level.name], *point) for point in local])
    return curved(nodes, [(r, r) for r in radii], up=(0, 1, 0), blend=1.0)


def sacral_root(level: Level, curve: SpineCurve) -> Shape:
    """The right S1 root: down the canal beside the sac from the lowest `level`, out through the first sacral foramen."""
    x, s, _ = sacrum.FORAMINA[0]
    nodes = [
        in_image(curve.bodies[level.name], 4.0, canal_center(level) + 1, -2),
        in_image(curve.discs[level.name], 7.0, canal_center(level) + 1, 0),
        *(
            in_image(curve.sacrum, *sacrum.on_bone(*point))
            for point in ((8.5, 9, 18), (x - 4.5, s - 2.5, 13), (x, s, 7), (x + 2, s + 1, -12), (x + 10, s + 8, -24))
        ),
    ]
    return curved(np.array(nodes), [(r, r) for r in (1.2, 1.4, 1.4, 1.4, 1.7, 2.2, 2.2)], up=(0, 1, 0))


def roots(levels: tuple[Level, ...], curve: SpineCurve) -> Shape:
    """All roots of both sides, T12 to S1."""
    return mirrored(union([root(level, curve) for level in levels] + [sacral_root(levels[-1], curve)]))

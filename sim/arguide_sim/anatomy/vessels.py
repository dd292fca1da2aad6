"""Aorta and inferior vena cava in front of the bodies, down to the common iliac vessels.

The aorta lies left of the midline and divides at L4; the cava lies right and is formed at L5, behind the right common
iliac artery (the usual arrangement, e.g. Gray's Anatomy).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from arguide_sim.anatomy.nerves import in_image, pushed
from arguide_sim.anatomy.sdf import Shape, tube, union
from arguide_sim.anatomy.spine_curve import Frame, Level, SpineCurve

AORTA_MM, CAVA_MM = 8.5, (11.0, 8.5)
ILIAC_ARTERY_MM, ILIAC_VEIN_MM = 5.2, 6.5
OFF_SPINE_MM, ROUNDS = 1.5, 4
"""Least distance of a vessel to the spine's bones, and how often it is pushed off them and smoothed."""


def _before(level: Level, curve: SpineCurve, x: float, off: float, z: float = 0.0) -> NDArray[np.float64]:
    """A point `off` mm in front of the body."""
    return in_image(curve.bodies[level.name], x, (level.depth_low + level.depth_up) / 4 + off, z)


def _seen(points: Sequence[tuple[float, float, float]], image_from_pelvis: Frame) -> NDArray[np.float64]:
    """Points along the wall of the pelvis in the image, (n, 3)."""
    return np.array(points, float) @ image_from_pelvis[:3, :3].T


def _led(courses: Sequence[tuple[NDArray[np.float64], tuple[float, float], int]], spine: Shape) -> Shape:
    """Vessels that join: tubes that bend smoothly through their nodes, led around the bones of the spine.

    Of each: its nodes (n, 3), its radii across and in depth, mm, and the pieces between two nodes.
    """
    fine = [_bent(nodes, pieces) for nodes, _, pieces in courses]
    ends = np.cumsum([len(nodes) for nodes in fine])[:-1]
    clear = np.concatenate(
        [np.full(len(nodes), radii[1] + OFF_SPINE_MM) for nodes, (_, radii, _) in zip(fine, courses, strict=True)]
    )
    at = np.concatenate(fine)
    for _ in range(ROUNDS):
        moved = pushed(at, spine, clear) - at
        at = at + np.concatenate([_smoothed(some) for some in np.split(moved, ends)])
    last = np.split(pushed(at, spine, clear), ends)
    return union([tube(nodes, radii, (0, 1, 0)) for nodes, (_, radii, _) in zip(last, courses, strict=True)], 4.0)


def _bent(nodes: NDArray[np.float64], pieces: int) -> NDArray[np.float64]:
    """Nodes (n, 3) with a smooth curve through them, every stretch between two of them made of `pieces`."""
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(nodes, axis=0), axis=1))])
    fine = np.interp(np.arange((len(nodes) - 1) * pieces + 1) / pieces, np.arange(len(nodes)), along)
    return np.asarray(CubicSpline(along, nodes)(fine))


def _smoothed(shifts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shifts (n, 3), each averaged with its neighbours'."""
    wide = np.pad(shifts, ((1, 1), (0, 0)), "edge")
    return np.asarray(0.25 * wide[:-2] + 0.5 * wide[1:-1] + 0.25 * wide[2:])


def aorta(levels: tuple[Level, ...], curve: SpineCurve, image_from_pelvis: Frame, spine: Shape) -> Shape:
    """Down the left front of the bodies to its bifurcation at L4, with both common iliac arteries."""
    trunk = [_before(levels[0], curve, -5, AORTA_MM + 2, 40)]
    trunk += [_before(level, curve, x, AORTA_MM + 2) for level, x in zip(levels[:4], (-6, -8, -9, -9), strict=True)]
    fork = _before(levels[4], curve, -5, AORTA_MM + 2, -6)
    low = [(36, 36, -22), (50, 42, -60), (66, 66, -112)]
    right = [fork, _before(levels[5], curve, 14, 26, 2), *_seen(low, image_from_pelvis)]
    low = [(-38, 34, -22), (-52, 42, -60), (-66, 66, -112)]
    left = [fork, _before(levels[5], curve, -20, 20, 4), *_seen(low, image_from_pelvis)]
    iliac = ILIAC_ARTERY_MM, ILIAC_ARTERY_MM
    whole = np.array([*trunk, fork]), (AORTA_MM, AORTA_MM), 3
    return _led([whole, (np.array(right), iliac, 4), (np.array(left), iliac, 4)], spine)


def vena_cava(levels: tuple[Level, ...], curve: SpineCurve, image_from_pelvis: Frame, spine: Shape) -> Shape:
    """Up the right front of the bodies from its confluence at L5, with both common iliac veins."""
    trunk = [_before(levels[0], curve, 16, CAVA_MM[1] + 8, 40)]
    offs = (7, 5, 3, 2, 2)
    trunk += [_before(level, curve, 15, CAVA_MM[1] + off) for level, off in zip(levels[:5], offs, strict=True)]
    fork = _before(levels[5], curve, 12, 11, 6)
    low = [(30, 26, -14), (40, 24, -35), (51, 30, -65), (59, 52, -112)]
    right = [fork, *_seen(low, image_from_pelvis)]
    low = [(-27, 22, -20), (-40, 22, -38), (-52, 29, -65), (-59, 52, -112)]
    left = [fork, _before(levels[5], curve, -8, 9.5, -8), *_seen(low, image_from_pelvis)]
    iliac = ILIAC_VEIN_MM, ILIAC_VEIN_MM
    whole = np.array([*trunk, fork]), CAVA_MM, 3
    return _led([whole, (np.array(right), iliac, 4), (np.array(left), iliac, 4)], spine)

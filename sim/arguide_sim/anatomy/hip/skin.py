"""Skin of the right groin, hip and upper thigh of a supine person, cut flat beside the midline, above and below."""

from collections.abc import Sequence

import numpy as np
from scipy.interpolate import PchipInterpolator

from arguide_sim.anatomy.sdf import Distances, Points, Shape, common, half_space, smooth_max, smooth_min

LEAN_FAT_MM = 12.0
"""Fat below the skin for which the sections are given."""
CUT_X, TOP_Z, BOTTOM_Z = -104.0, 164.0, -164.0
TABLE_Y = -112.0

# Image z against half width, front and back of the trunk about the midline; then of the thigh about its axis.
TRUNK = (
    (-140, 168, 66, -106), (-80, 174, 70, -112), (-40, 178, 72, -116), (0, 176, 73, -117), (30, 168, 76, -115), (60, 160, 80, -109),
    (100, 151, 84, -103), (150, 145, 88, -97), (200, 143, 90, -95),
)  # fmt: skip
THIGH = (
    (-200, 24, -2, 79, 82),
    (-120, 26, 0, 83, 84),
    (-80, 26, -2, 84, 82),
    (-20, 26, -4, 80, 80),
    (40, 26, -6, 78, 78),
)
TRUNK_END_Z = -78.0
MIDLINE_X = -89.0


def fat_mm(bmi: float) -> float:
    """Fat below the skin of the groin; assumed linear in the body mass index."""
    return max(5.0, LEAN_FAT_MM + 1.5 * (bmi - 22.0))


def skin(fat: float) -> Shape:
    """The closed block; `fat` mm of it lie between skin and fascia lata."""
    block = common(body(fat), half_space((CUT_X, 0, 0), (-1, 0, 0)), 5.0)
    ends = common(half_space((0, 0, TOP_Z), (0, 0, 1)), half_space((0, 0, BOTTOM_Z), (0, 0, -1)))
    return common(block, ends, 5.0)


def body(fat: float) -> Shape:
    """The same without its flat ends."""
    thicker = fat - LEAN_FAT_MM
    half, front, back = (_through([(row[0], row[k]) for row in TRUNK]) for k in (1, 2, 3))
    tx, ty, ta, tb = (_through([(row[0], row[k]) for row in THIGH]) for k in (1, 2, 3, 4))

    def shape(p: Points) -> Distances:
        x, y, z = p.T
        zc = np.clip(z, BOTTOM_Z, TOP_Z)
        middle, depth = (front(zc) + back(zc)) / 2, (front(zc) - back(zc)) / 2
        trunk = _ellipse(x - MIDLINE_X, y - middle, half(zc), depth, 2.6)
        trunk = smooth_max(trunk, TRUNK_END_Z - z, 30.0)
        thigh = _ellipse(x - tx(zc), y - ty(zc), ta(zc), tb(zc), 2.2)
        return smooth_max(smooth_min(trunk, thigh, 26.0) - thicker, TABLE_Y - thicker - y, 14.0)

    return shape


def _ellipse(x: Distances, y: Distances, a: Distances, b: Distances, power: float) -> Distances:
    r = (np.abs(x / a) ** power + np.abs(y / b) ** power) ** (1 / power)
    return np.asarray((r - 1.0) * np.minimum(np.hypot(x, y) / np.maximum(r, 1e-6), np.maximum(a, b)))


def _through(points: Sequence[tuple[float, float]]) -> PchipInterpolator:
    z, value = np.array(points, float).T
    return PchipInterpolator(z, value)

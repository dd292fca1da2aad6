"""Skin of the prone trunk from T11 to the buttocks, closed at both ends.

Cross-sections are superellipses whose rear follows the spinous processes under 12 to 25 mm of soft tissue, with the
furrow between the erector spinae muscles, the buttocks and the cleft between them.
"""

from collections.abc import Sequence

import numpy as np
from scipy.interpolate import PchipInterpolator

from arguide_sim.anatomy.sdf import Distances, Points, Shape, smooth_max
from arguide_sim.anatomy.spine_curve import Level, SpineCurve
from arguide_sim.anatomy.vertebra import SPINOUS_LENGTH

COVER_MM = {"T12": 13.0, "L1": 14.0, "L2": 15.0, "L3": 17.0, "L4": 20.0, "L5": 25.0}
"""Skin to the tip of the spinous process."""

HALF_WIDTHS = ((-150, 172.0), (-70, 170.0), (-10, 158.0), (40, 146.0), (90, 142.0), (150, 148.0), (230, 156.0))
DEPTHS = ((-150, 205.0), (-70, 212.0), (-10, 206.0), (60, 196.0), (150, 200.0), (230, 212.0))
"""Image z, mm; width and depth of the trunk of an adult of average weight."""

ENDS = (-132.0, 228.0)
"""Image z of the two cuts."""


def skin(levels: tuple[Level, ...], curve: SpineCurve) -> Shape:
    """The closed trunk in the image frame."""
    rear = rear_line(levels, curve)
    half_width, depth = _through(HALF_WIDTHS), _through(DEPTHS)

    def shape(p: Points) -> Distances:
        x, z = p[:, 0], np.clip(p[:, 2], *ENDS)
        a, b = half_width(z), depth(z) / 2
        y = p[:, 1] - rear(z) - b
        y = y + relief(x, z) * np.clip(-y / b, 0.0, 1.0)
        power = np.where(y > 0, 3.0, 2.5)
        r = (np.abs(x / a) ** power + np.abs(y / b) ** power) ** (1 / power)
        wall = (r - 1.0) * np.minimum(np.hypot(x, y) / np.maximum(r, 1e-6), b)
        return smooth_max(wall, np.maximum(ENDS[0] - p[:, 2], p[:, 2] - ENDS[1]), 12.0)

    return shape


def rear_line(levels: tuple[Level, ...], curve: SpineCurve) -> PchipInterpolator:
    """y of the skin over the midline against z, before the relief of muscles and buttocks."""
    points = [(-150.0, -64.0), (-95.0, -74.0), (-40.0, -80.0)]
    for level in reversed(levels[:-1]):
        wall = (level.depth_low + level.depth_up) / 4 + level.canal_depth + SPINOUS_LENGTH[level.name]
        frame = curve.bodies[level.name]
        tip = frame[:3, :3] @ (0, -wall - COVER_MM[level.name], -10) + frame[:3, 3]
        points.append((float(tip[2]), float(tip[1])))
    top = points[-1]
    return _through([*points, (top[0] + 45, top[1] - 8), (top[0] + 120, top[1] - 16)])


def relief(x: Distances, z: Distances) -> Distances:
    """How far the rear bulges backward: muscles beside the furrow, buttocks beside the cleft. mm"""
    lumbar = np.interp(z, [-60, 0, 40, 120, 220], [0.0, 0.6, 1.0, 1.0, 0.6])
    muscles = 7.0 * np.exp(-(((np.abs(x) - 38) / 24) ** 2)) - 2.0 * np.exp(-((x / 9) ** 2))
    buttocks = np.interp(z, [-150, -110, -60, -10, 30], [30.0, 26.0, 13.0, 2.0, 0.0])
    cheeks = np.exp(-(((np.abs(x) - 68) / 45) ** 2)) * (1 - np.exp(-((x / 10) ** 2)))
    return np.asarray(lumbar * muscles + buttocks * cheeks)


def _through(points: Sequence[tuple[float, float]]) -> PchipInterpolator:
    """A curve through (z, value) pairs that never overshoots them."""
    z, value = np.array(points).T
    return PchipInterpolator(z, value)

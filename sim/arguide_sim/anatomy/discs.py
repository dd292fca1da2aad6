"""Discs: what is left between two endplates, bulging a little beyond their rims."""

import numpy as np

from arguide_sim.anatomy.sdf import Distances, Points, Shape, bounded, cut, placed, smooth_max
from arguide_sim.anatomy.spine_curve import Frame, Level

BULGE_MM = 1.0
GAP_MM = 0.15
"""To the bones, so that no two meshes share a surface."""


def disc(level: Level, image_from_disc: Frame, upper: Shape, lower: Shape) -> Shape:
    """The right half of the disc below `level`, between the bones `upper` and `lower`, all in the image frame."""
    a, b = level.width_low / 2, level.depth_low / 2
    reach = level.disc / 2 + 4.0
    slope = np.tan(np.radians(level.disc_wedge_deg / 2))

    def block(p: Points) -> Distances:
        x, y, z = p.T
        t = np.clip(z / reach, -1.1, 1.1)
        bulge = 1.0 + (BULGE_MM - 7.0 * t * t) / b
        hollow = np.where(y < 0, 1.2 * np.exp(-((x / (0.35 * a)) ** 2)), 0.0) * np.clip(-y / b, 0, 1)
        r = (np.abs(x / (a * bulge)) ** 2.3 + np.abs((y - hollow) / (b * bulge)) ** 2.3) ** (1 / 2.3)
        wall = (r - 1.0) * b / np.sqrt(1 + (14.0 * t / reach) ** 2)
        return smooth_max(wall, np.abs(z) - reach - y * slope, 1.5)

    high = np.array([a + 4.0, b + 4.0, reach + b * slope])
    return cut(cut(placed(bounded(block, -high, high), image_from_disc), upper, GAP_MM), lower, GAP_MM)

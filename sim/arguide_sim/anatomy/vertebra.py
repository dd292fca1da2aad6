"""One lumbar vertebra in its own frame (origin at the centre of the body, +y anterior, +z up), from its level's numbers.

Everything is described on the right side and mirrored. Lengths that are not in `Level` are proportions seen on dry bones.
"""

import numpy as np

from arguide_sim.anatomy.joints import Joint
from arguide_sim.anatomy.sdf import (
    Distances,
    Points,
    Shape,
    common,
    cut,
    ellipsoid,
    mirrored,
    plate,
    smooth_max,
    smooth_outline,
    tube,
    union,
)
from arguide_sim.anatomy.spine_curve import Level

SPINOUS_LENGTH = {"T12": 24.0, "L1": 28.0, "L2": 30.0, "L3": 30.0, "L4": 27.0, "L5": 21.0}
LAMINA_HALF_HEIGHT = {"T12": 11.0, "L1": 11.5, "L2": 11.5, "L3": 11.0, "L4": 10.0, "L5": 8.0}


def body(level: Level, waist: float = 0.10, cup: float = 1.8) -> Shape:
    """Kidney-shaped body: waisted by the fraction `waist`, endplates hollowed by `cup` mm inside their rim."""
    slope = np.tan(np.radians(level.wedge_deg / 2))
    half = level.height / 2

    def shape(p: Points) -> Distances:
        x, y, z = p[:, 0], p[:, 1], p[:, 2]
        top = half + y * slope
        t = np.clip(z / top, -1.0, 1.0)
        narrow = 1.0 - waist * (1.0 - t * t) ** 1.5
        a = (level.width_low + level.width_up + t * (level.width_up - level.width_low)) / 4 * narrow
        b = (level.depth_low + level.depth_up + t * (level.depth_up - level.depth_low)) / 4
        b = np.where(y > 0, b * narrow, b)
        hollow = np.where(y < 0, 2.2 * np.exp(-((x / (0.35 * a)) ** 2)), 0.0)
        y = y - hollow * np.clip(-y / b, 0.0, 1.0)
        r = (np.abs(x / a) ** 2.5 + np.abs(y / b) ** 2.5) ** (1 / 2.5)
        wall = (r - 1.0) * np.minimum(np.hypot(x, y) / np.maximum(r, 1e-6), b)
        plate_at = top - cup * np.clip(1.0 - (r / 0.85) ** 2, 0.0, 1.0)
        return smooth_max(wall, np.abs(z) - plate_at, 2.5)

    return shape


def arch(level: Level, below: Joint, above: Joint) -> Shape:
    """Everything behind the body, given the right joints below and above in the vertebra's frame."""
    wall = -(level.depth_low + level.depth_up) / 4
    canal_back = wall - level.canal_depth
    x = level.canal_width / 2 + level.pedicle_width / 2
    z = level.height / 2 - level.pedicle_height / 2 - 1.0
    half = level.pedicle_width / 2, level.pedicle_height / 2
    tall = LAMINA_HALF_HEIGHT[level.name]

    pedicle = tube([(x - 2, wall + 6, z), (x, wall - 3, z), (x + 1, wall - 10, z - 1)], [half, half, half])
    lamina = tube(
        [(x + 0.5, wall - 12, z - 4), (x - 3, canal_back + 1, -4), (0, canal_back - 4, -5)],
        [(4.5, 7.5), (4.0, tall), (3.5, tall)],
    )
    inferior = tube(
        [(0.7 * x, canal_back - 1, -5), below.point(-5.5, 1, 7), below.point(-5.0, 0, -7)],
        [(5.5, 4.5), (6.0, 6.0), (5.0, 5.5)],
        up=(0, 1, 0),
    )
    superior = tube(
        [(x + 1.5, wall - 10, z - 2), above.point(5.0, 1, -4), above.point(4.5, 1, 6)],
        [(6.0, 6.0), (6.0, 6.5), (4.5, 5.5)],
        up=(0, 1, 0),
    )
    mamillary = ellipsoid(above.point(4.5, 6.5, 0), (3.5, 4.0, 5.0))
    superior = common(union([superior, mamillary], 3.0), above.superior_side(), 1.0)
    inferior = common(inferior, below.inferior_side(), 1.0)
    canal = tube(
        [(0, wall - level.canal_depth / 2 + 0.5, 60), (0, wall - level.canal_depth / 2 + 0.5, -60)],
        (level.canal_width / 2, level.canal_depth / 2),
        up=(0, 1, 0),
    )
    ring = union([pedicle, lamina, transverse(level, x, wall, z)], 3.0)
    ring = union([cut(union([ring, superior], 3.0), canal, blend=1.5), spinous(level, canal_back)], 3.0)
    return union([ring, inferior], 2.0)


def transverse(level: Level, x: float, wall: float, z: float) -> Shape:
    """Right transverse process: thin and flat from L1 to L4, stout and conical at L5."""
    end = level.span / 2 - 3.5
    if level.name == "L5":
        return tube(
            [(x, wall - 7, z - 1), (x + 14, wall - 9, z + 1), (end, wall - 13, z + 5)], [(7, 8.5), (5.5, 6.5), (4, 5)]
        )
    rise = {"L3": 2.0, "L4": 5.0}.get(level.name, 1.0)
    middle = 0.5 * (x + end)
    return tube(
        [(x + 1, wall - 10, z - 2), (middle, wall - 13, z - 2), (end, wall - 17, z - 2 + rise)],
        [(4.5, 6.5), (2.8, 5.0), (2.5, 4.5)],
    )


def spinous(level: Level, root: float) -> Shape:
    """The hatchet behind the arch, in the sagittal plane, thicker towards its lower rear edge."""
    s = SPINOUS_LENGTH[level.name] / 30
    drop = 1.0 if level.name != "L5" else 0.75
    outline = [
        (3, 5),
        (-10, 2),
        (-25, 0),
        (-31, -4),
        (-32, -12),
        (-29, -19),
        (-24, -20),
        (-12, -16),
        (-3, -14),
        (3, -12),
    ]
    corners = smooth_outline([(root + y * s, z * drop) for y, z in outline])

    def thick(p: Points) -> Distances:
        along = np.clip((root - p[:, 1]) / (30 * s), 0.0, 1.0)
        low = np.clip(-p[:, 2] / 20, 0.0, 1.0)
        return 3.2 + 1.5 * (1 - along) ** 4 + 2.2 * along**2 * low

    return plate(corners, thick, edge=3.0)


def bone(level: Level, below: Joint, above: Joint) -> Shape:
    """The whole vertebra, both sides."""
    return mirrored(union([body(level), arch(level, below, above)], 3.0))

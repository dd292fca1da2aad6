"""One lumbar vertebra in its own frame (origin at the centre of the body, +y anterior, +z up), from its level's numbers.

Everything is described on the right side and mirrored. Lengths that are not in `Level` are proportions seen on dry bones.
"""

import numpy as np
from numpy.typing import NDArray

from arguide_sim.anatomy.joints import Joint
from arguide_sim.anatomy.sdf import (
    Distances,
    Points,
    Shape,
    common,
    curved,
    cut,
    ellipsoid,
    mirrored,
    plate,
    polygon,
    smooth_max,
    smooth_outline,
    tube,
    union,
)
from arguide_sim.anatomy.spine_curve import Level

SPINOUS_LENGTH = {"T12": 24.0, "L1": 28.0, "L2": 30.0, "L3": 30.0, "L4": 27.0, "L5": 21.0}
LAMINA_HALF_HEIGHT = {"T12": 10.5, "L1": 10.5, "L2": 10.5, "L3": 10.0, "L4": 9.0, "L5": 7.5}


def body(level: Level, waist: float = 0.13, cup: float = 1.8) -> Shape:
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
        hollow = np.where(y < 0, 1.6 * np.exp(-((x / (0.35 * a)) ** 2)), 0.0)
        y = y - hollow * np.clip(-y / b, 0.0, 1.0)
        r = (np.abs(x / a) ** 2.3 + np.abs(y / b) ** 2.3) ** (1 / 2.3)
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
    # From the pars, the narrow bridge below the superior process, to the midline; highest beside the spinous process.
    lamina = tube(
        [(x + 0.5, wall - 11, z - 6), (0.6 * x, canal_back + 1.5, -6.5), (0, canal_back - 3.5, -6)],
        [(4.5, 6.0), (4.0, tall), (3.5, tall - 2.5)],
    )
    ring = union([pedicle, lamina, transverse(level, x, wall, z), superior_process(x, wall, z, above)], 4.0)
    ring = cut(cut(ring, canal(level, wall), blend=1.5), above.room(), blend=1.5)
    ring = union([ring, spinous(level, canal_back)], 4.0)
    start = np.array([0.5 * x, canal_back - 1.5, -5.0])
    return union([ring, inferior_process(start, below)], 4.0)


def canal(level: Level, wall: float) -> Shape:
    """Right half of the room for the spinal canal: wide in front, narrowing to the root of the spinous process."""
    wide, depth = level.canal_width / 2, level.canal_depth
    outline = [(-wide, 2), (wide, 2), (wide, -0.5 * depth), (3, -depth - 1), (-3, -depth - 1), (-wide, -0.5 * depth)]
    across = polygon(smooth_outline([(x, wall + y) for x, y in outline], 3))
    return lambda p: across(p[:, 0], p[:, 1])


def superior_process(x: float, wall: float, z: float, above: Joint) -> Shape:
    """Right superior articular process, hollow behind, with the mamillary process on its rear edge."""
    normal = above.frame[:3, 0]
    stem = tube([np.array([x + 1.5, wall - 10, z - 3]), above.point(5.5, 0, -5)], [(6.0, 6.0), (7.0, 5.5)], up=normal)
    ear = tube([above.point(5.5, 0, -5), above.point(4.5, 0.5, 3.5)], [(7.0, 5.5), (5.5, 4.0)], up=normal)
    mamillary = ellipsoid(above.point(5.0, 6.0, -1), (3.5, 4.0, 4.5))
    return union([stem, ear, mamillary], 3.0)


def inferior_process(start: NDArray[np.float64], below: Joint) -> Shape:
    """Right inferior articular process, from the lamina down to the joint, round towards it."""
    normal = below.frame[:3, 0]
    stem = tube([start, below.point(-6.3, 0, 6)], [(6.0, 4.5), (7.0, 5.8)], up=normal)
    tongue = tube([below.point(-6.3, 0, 6), below.point(-5.9, 0, -2.5)], [(7.0, 5.8), (6.0, 5.2)], up=normal)
    return common(union([stem, tongue], 3.0), below.inferior_side(), 0.8)


def transverse(level: Level, x: float, wall: float, z: float) -> Shape:
    """Right transverse process: thin and flat from L1 to L4, stout and conical at L5."""
    end = level.span / 2 - 3.5
    if level.name == "L5":
        return tube(
            [(x, wall - 10, z - 1), (x + 14, wall - 11, z + 1), (end, wall - 13, z + 5)], [(6, 8.5), (5.5, 6.5), (4, 5)]
        )
    rise = {"L3": 2.0, "L4": 6.0}.get(level.name, 1.0)
    middle = 0.5 * (x + end)
    blade = curved(
        [
            (x + 1, wall - 10, z - 2),
            (middle, wall - 13, z - 2.5),
            (end - 4, wall - 16, z - 2 + rise),
            (end + 1, wall - 17, z - 1 + rise),
        ],
        [(4.5, 6.5), (2.6, 4.6), (2.4, 4.8), (1.8, 2.8)],
        blend=1.0,
    )
    accessory = ellipsoid((x + 4, wall - 15, z - 4), (2.5, 3.0, 3.0))
    return union([blade, accessory], 3.0)


def spinous(level: Level, root: float) -> Shape:
    """The hatchet behind the arch, in the sagittal plane, thicker towards its lower rear edge."""
    s = SPINOUS_LENGTH[level.name] / 30
    drop = 1.0 if level.name != "L5" else 0.75
    outline = [
        (3, 4), (-10, 1.5), (-22, -1.5), (-30, -6), (-32.5, -12), (-30, -18), (-24, -19), (-12, -15.5), (-3, -15), (3, -14),
    ]  # fmt: skip
    corners = smooth_outline([(root + y * s, z * drop) for y, z in outline])

    def thick(p: Points) -> Distances:
        along = np.clip((root - p[:, 1]) / (30 * s), 0.0, 1.0)
        low = np.clip(-p[:, 2] / 20, 0.0, 1.0)
        return 3.2 + 1.5 * (1 - along) ** 4 + 2.2 * along**2 * low

    return plate(corners, thick, edge=3.0)


def bone(level: Level, below: Joint, above: Joint) -> Shape:
    """The whole vertebra, both sides."""
    return mirrored(union([body(level), arch(level, below, above)], 3.0))

"""Sacrum in the frame of its S1 endplate: a flat shape on a circular arc, thick as front and back profiles say.

Coordinates of the unrolled bone: x lateral, s down along the arc from the endplate, n backward from the arc through the
centres of the sacral bodies.
"""

import numpy as np
from numpy.typing import NDArray

from arguide_sim.anatomy.joints import Joint
from arguide_sim.anatomy.sdf import (
    Distances,
    Points,
    Shape,
    curved,
    cut,
    ellipsoid,
    outline_of,
    plate,
    smooth_max,
    smooth_outline,
    tabled,
    tube,
    union,
)

ARC_MM = 66.0
"""Radius of the sacral curve: 60 degrees of kyphosis, most of it at S3."""

WINDOW_MM = 9.0
"""How much lower the roof of the canal begins between the joints with L5 than beside them."""

BEND_BELOW = 36.0
"""Straight down to here, the lower end of S2."""

# Right half of the bone laid flat, (x, s): endplate, ala, auricular edge (S1 to S3), inferior lateral angle, coccyx.
OUTLINE = [
    (-30, -2), (22, -2), (29, 4), (40, 1), (51, 5), (57, 13), (58, 25), (54, 38), (46, 50), (39, 60), (34, 71), (30, 82),
    (26, 90), (17, 97), (10, 100), (7.5, 106), (6, 114), (4, 124), (-30, 124),
]  # fmt: skip
FORAMINA = ((17.0, 29.0, 5.0), (16.0, 48.0, 4.6), (14.5, 65.0, 4.2), (13.0, 80.0, 3.6))
"""Right sacral foramina: x, s, radius in front; S1 to S4."""


def laid_flat(p: Points) -> Points:
    """(x, s, n) of points in the sacrum's frame."""
    forward, down = ARC_MM - p[:, 1], -p[:, 2] - BEND_BELOW
    along = np.where(down > 0, ARC_MM * np.arctan2(np.maximum(down, 0.0), forward), down)
    out = np.where(down > 0, np.hypot(forward, down), forward)
    return np.column_stack([p[:, 0], BEND_BELOW + along, out - ARC_MM])


def on_bone(x: float, s: float, n: float) -> NDArray[np.float64]:
    """The point of the sacrum's frame at lateral x, arc length s, depth n; (3,)."""
    angle, r = max(s - BEND_BELOW, 0.0) / ARC_MM, ARC_MM + n
    return np.array([x, ARC_MM - r * np.cos(angle), -min(s, BEND_BELOW) - r * np.sin(angle)])


def front(x: Distances, s: Distances) -> Distances:
    """Front surface n: bodies bulge forward, ridges where they have fused, the wings farther back."""
    body = np.interp(s, [0, 8, 20, 50, 95, 125], [-18.5, -16, -12.5, -9, -6, -4])
    wings = 7.0 * np.clip(np.abs(x) / 50, 0, 1) ** 2 * np.interp(s, [0, 50, 95], [1.2, 0.7, 0.0])
    ridges = sum(np.exp(-(((s - at) / 2.0) ** 2)) for _, at, _ in FORAMINA) * np.exp(-((x / 13) ** 4))
    return np.asarray(body + wings - 1.0 * ridges)


def back(x: Distances, s: Distances) -> Distances:
    """Back surface n: a groove on each side of the middle, falling away to the sides and downward."""
    middle = np.interp(s, [0, 8, 15, 50, 80, 97, 125], [32, 31, 29, 20.5, 11.5, 5, 3])
    side = np.clip((np.abs(x) - 28) / 26, 0, 1) * np.interp(s, [-5, 12, 40, 90], [25, 17, 8, 0])
    groove = 1.2 * np.exp(-(((np.abs(x) - 11) / 7) ** 2)) * np.interp(s, [5, 20, 85], [0, 1, 0.3])
    return np.asarray(middle - side - groove)


def roof(x: Distances, n: Distances) -> Distances:
    """s where the bone behind the endplate begins: lower than the endplate, most in the window between the laminae."""
    window = WINDOW_MM * np.exp(-((x / 17.0) ** 4)) * np.clip((n - 18.0) / 6.0, 0.0, 1.0)
    return np.asarray(0.36 * np.maximum(n - 13.0, 0.0) - 4.0 + window)


def half_sacrum(above: Joint, scale: float) -> Shape:
    """The right half of the sacrum with the stub of the coccyx, `scale` times the average size.

    `above` is the right L5/S1 joint in the sacrum's frame.
    """
    flat = union([_slab(), _crests()], 3.0)
    flat = cut(flat, _holes(), blend=1.5)
    flat = cut(flat, _canal(), blend=1.5)

    def bone(p: Points) -> Distances:
        return scale * flat(laid_flat(p / scale))

    wide, tall = above.width / 2, above.height / 2
    process = tube(
        [scale * on_bone(25, 19, 21), above.point(4.6, 0.4, -tall + 2), above.point(3.7, 0.4, tall - 2.4)],
        [(8.0, 7.0), (wide + 1.0, 5.8), (0.84 * wide, 4.3)],
        up=above.frame[:3, 0],
    )
    return cut(union([bone, process], 3.0), above.room(), blend=1.2)


def _slab() -> Shape:
    outline = outline_of(smooth_outline(OUTLINE))
    rear, fore = (tabled(surface, (-5.0, -15.0), (75.0, 140.0)) for surface in (back, front))

    def slab(q: Points) -> Distances:
        x, s, n = q.T
        d = smooth_max(n - rear(x, s), fore(x, s) - n, 4.0)
        edge = outline(x, s)
        d = np.where((s < 9) & (np.abs(x) < 27), smooth_max(d, edge, 2.0), smooth_max(d, edge, 6.0))
        return smooth_max(d, 0.85 * (roof(x, n) - s), 4.0)

    return slab


def _crests() -> Shape:
    """Median crest with the stumps of four spinous processes; lateral crests; the horns beside the hiatus."""
    profile = [(15, 5), (33, 5), (38.5, 9), (38, 18), (35, 25), (30, 31), (33.5, 38), (32, 44), (24.5, 50), (27, 57), (24.5, 62),
               (17.5, 67), (19.5, 72), (13, 78), (4, 80), (4, 40)]  # fmt: skip
    crest = plate(smooth_outline([(n, s) for n, s in profile]), 3.2, edge=4.0)
    lateral = [
        ellipsoid((x, s, n), (5.0, 5.6, 4.8))
        for x, s, n in ((30, 19, 26.5), (28, 39, 22), (25, 57, 17), (23, 72, 12.5))
    ]
    middle = [ellipsoid((x, s, n), (3.0, 4.5, 3.6)) for x, s, n in ((13, 38, 21.5), (11.5, 56, 17), (10, 71, 12.5))]
    horns = [ellipsoid((9, 92, 7.5), (2.5, 6, 3.5))]
    return union([lambda q: crest(q[:, [0, 2, 1]]), *lateral, *middle, *horns], 3.0)


def _holes() -> Shape:
    """Foramina, wide in front, narrow behind, each joined to the canal; and the pits behind the auricular surface."""
    through = [
        curved(
            [(x + 9, s + 2, -22), (x + 1, s, -4), (x, s, 35)],
            [(r + 1.5, r + 1.5), (r - 0.3, r - 0.3), (r - 0.8, r - 0.8)],
            (0, 1, 0),
        )
        for x, s, r in FORAMINA
    ]
    from_canal = [
        tube([(0, s - 5, depth), (x, s, depth - 6)], (0.8 * r, 0.8 * r), (0, 1, 0))
        for (x, s, r), depth in zip(FORAMINA, (16.5, 12.5, 8.5, 6.5), strict=True)
    ]
    pits = [ellipsoid((44, 20, 28.5), (11, 12, 9)), ellipsoid((40, 41, 26.5), (9, 10, 8))]
    return union(through + from_canal + pits)


def _canal() -> Shape:
    """Wide and triangular above, open behind below S4."""
    nodes = [(0, -20, 23), (0, 8, 19.5), (0, 40, 13.5), (0, 72, 6.5), (0, 84, 6.5), (0, 106, 8)]
    sizes = [(14, 7.0), (14, 6.5), (9, 4.5), (6, 3), (4.5, 4), (4.5, 5)]
    return curved(nodes, sizes, up=(0, 0, 1))

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
    common,
    cut,
    ellipsoid,
    mirrored,
    polygon,
    smooth_max,
    smooth_outline,
    tube,
    union,
)

ARC_MM = 95.0
"""Radius of the sacral curve: 60 degrees of kyphosis over the five bodies."""

BEND_BELOW = 10.0
"""The S1 body is straight down to here."""

# Right half of the bone laid flat, (x, s): endplate, ala, auricular edge (S1 to S3), inferior lateral angle, coccyx.
OUTLINE = [
    (-30, -2), (22, -2), (30, 5), (44, 4), (54, 9), (57, 22), (55, 38), (47, 50), (38, 60), (32, 72), (27, 84), (22, 93),
    (12, 97), (8, 104), (7, 112), (4, 124), (-30, 124),
]  # fmt: skip
FORAMINA = ((17.0, 29.0, 5.0), (16.0, 48.0, 4.5), (14.5, 65.0, 4.0), (13.0, 80.0, 3.5))
"""Right sacral foramina: x, s, radius in front; S1 to S4."""


def laid_flat(p: Points) -> Points:
    """(x, s, n) of points in the sacrum's frame."""
    forward, down = ARC_MM - p[:, 1], -p[:, 2] - BEND_BELOW
    return np.column_stack([p[:, 0], BEND_BELOW + ARC_MM * np.arctan2(down, forward), np.hypot(forward, down) - ARC_MM])


def on_bone(x: float, s: float, n: float) -> NDArray[np.float64]:
    """The point of the sacrum's frame at lateral x, arc length s, depth n; (3,)."""
    angle = (s - BEND_BELOW) / ARC_MM
    r = ARC_MM + n
    return np.array([x, ARC_MM - r * np.cos(angle), -BEND_BELOW - r * np.sin(angle)])


def front(x: Distances, s: Distances) -> Distances:
    """Front surface n: bodies bulge forward, the wings lie farther back."""
    body = np.interp(s, [0, 20, 50, 95, 125], [-16, -12.5, -9, -6, -4])
    return np.asarray(body + 7.0 * np.clip(np.abs(x) / 50, 0, 1) ** 2 * np.interp(s, [0, 50, 95], [1.2, 0.7, 0.0]))


def back(x: Distances, s: Distances) -> Distances:
    """Back surface n: falls away to the sides and downward."""
    middle = np.interp(s, [0, 15, 50, 80, 97, 125], [29, 28, 21, 12, 5, 3])
    side = np.clip((np.abs(x) - 28) / 27, 0, 1) * np.interp(s, [0, 40, 90], [14, 7, 0])
    return np.asarray(middle - side)


def sacrum(above: Joint) -> Shape:
    """The whole sacrum with the stub of the coccyx; `above` is the right L5/S1 joint in the sacrum's frame."""
    flat = union([_slab(), _crests()], 3.0)
    flat = cut(flat, _holes(), blend=1.5)
    flat = cut(flat, _canal(), blend=1.5)

    def bone(p: Points) -> Distances:
        return flat(laid_flat(p))

    process = tube(
        [on_bone(24, 16, 22), above.point(5.0, 1, -4), above.point(4.5, 1, 5)],
        [(7.0, 7.0), (6.5, 6.5), (4.5, 5.5)],
        up=(0, 1, 0),
    )
    return mirrored(union([cut(bone, _above_arch(above)), common(process, above.superior_side(), 1.0)], 3.0))


def _slab() -> Shape:
    outline = polygon(smooth_outline(OUTLINE))

    def slab(q: Points) -> Distances:
        x, s, n = q.T
        d = smooth_max(n - back(x, s), front(x, s) - n, 4.0)
        d = smooth_max(d, outline(x, s), 6.0)
        return smooth_max(d, 0.85 * (0.55 * (n - 13) - s), 4.0)  # the roof of the canal starts lower than the endplate

    return slab


def _crests() -> Shape:
    median = [ellipsoid((0, s, n), (3.5, 8, 7)) for s, n in ((20, 30), (38, 25.5), (56, 20), (72, 15))]
    lateral = [
        ellipsoid((x, s, n), (4.5, 6, 4)) for x, s, n in ((31, 20, 26), (28, 39, 22.5), (25, 57, 17), (23, 73, 12))
    ]
    middle = [ellipsoid((x, s, n), (2.5, 4, 2.5)) for x, s, n in ((14, 38, 23), (12, 56, 18.5), (11, 72, 13.5))]
    return union(median + lateral + middle, 2.0)


def _holes() -> Shape:
    """Foramina through the whole thickness, wider in front."""
    return union(
        [tube([(x, s, -25), (x, s, 35)], [(r + 1.5, r + 1.5), (r - 1.5, r - 1.5)], (0, 1, 0)) for x, s, r in FORAMINA]
    )


def _canal() -> Shape:
    nodes = [(0, -20, 23), (0, 8, 20.5), (0, 40, 14), (0, 75, 7), (0, 95, 4), (0, 105, 6)]
    sizes = [(14, 7.5), (14, 7), (9, 4.5), (6, 3), (4, 2), (4, 2)]
    return tube(nodes, sizes, up=(0, 0, 1), blend=1.0)


def _above_arch(above: Joint) -> Shape:
    """Room for the inferior processes of L5 just above the sacral arch."""
    return tube([above.point(-5, 2, 12), above.point(-5, 2, -7)], (7.5, 7.5), up=(0, 1, 0))

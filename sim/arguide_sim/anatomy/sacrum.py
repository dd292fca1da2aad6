"""Sacrum in the frame of its S1 endplate: a flat shape on a circular arc, thick as front and back profiles say.

Coordinates of the unrolled bone: x lateral, s down along the arc from the endplate, n backward from the arc through the
centres of the sacral bodies.
"""

import numpy as np
from numpy.typing import NDArray

from arguide_sim.anatomy.joints import Joint
from arguide_sim.anatomy.outlines import outline_of, smooth_outline, tabled
from arguide_sim.anatomy.sdf import (
    Distances,
    Points,
    Shape,
    curved,
    cut,
    ellipsoid,
    plate,
    smooth_max,
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
    (-30, -2), (22, -2), (29, 4), (38, 1), (47, -1), (54, 4), (58, 12), (58, 25), (54, 38), (46, 50), (39, 60), (34, 71), (30, 82),
    (26, 90), (17, 97), (10, 100), (7.5, 106), (6, 114), (4, 124), (-30, 124),
]  # fmt: skip
FORAMINA = ((17.0, 29.0, 5.0), (16.0, 48.0, 4.6), (14.5, 65.0, 4.2), (13.0, 80.0, 3.6))
"""Right sacral foramina: x, s, radius in front; S1 to S4."""
LATERAL = ((29, 19, 22.5), (27, 39, 15.3), (24.5, 57, 11.3), (22, 72, 8))
MIDDLE = ((11, 38, 19.5), (10, 56, 15.5), (9, 71, 11.5))
"""Right knobs of the lateral and the intermediate crest: x, s, n."""
SPINES = (16.0, 39.0, 57.0, 71.0)
"""s of the stumps of spinous processes on the median crest."""


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
    """Back surface n: a gable with the median crest as its ridge, a groove with the foramina, then the lateral crest."""
    away = np.abs(x)
    middle = np.interp(s, [0, 8, 15, 30, 50, 80, 97, 125], [32, 31.5, 30.5, 25.5, 20, 11.5, 5.5, 3.5])
    slopes = np.interp(s, [5, 20, 60, 95], [0.0, 0.38, 0.3, 0.05]) * np.clip(away - 5, 0, 20)
    ridge = np.interp(s, [0, 15, 60, 95], [1.0, 4.0, 3.5, 1.0]) * np.exp(-((away / 6.0) ** 2))
    holes = np.interp(s, *np.transpose([(down, aside) for aside, down, _ in FORAMINA]))
    groove = np.interp(s, [5, 20, 70, 92], [0.0, 2.6, 2.2, 0.4]) * np.exp(-(((away - holes) / 7.0) ** 2))
    crest = np.interp(s, *np.transpose([(down, aside) for aside, down, _ in LATERAL]))
    side = np.clip((away - crest) / 24, 0, 1) * np.interp(s, [-5, 12, 40, 90], [18, 10, 5, 1])
    return np.asarray(middle - slopes + ridge - groove - side)


def roof(x: Distances, n: Distances) -> Distances:
    """s where the bone behind the endplate begins: lower than the endplate, most in the windows between the laminae, and
    where the wing falls off behind, beside the joint with L5."""
    away = np.abs(x)
    window = WINDOW_MM * (np.exp(-((away / 17.0) ** 4)) - 0.75 * np.exp(-((away / 7.0) ** 2)))
    window *= np.clip((n - 18.0) / 6.0, 0.0, 1.0)
    wing = 0.45 * np.maximum(n - 4.0, 0.0) * np.clip((away - 30.0) / 8.0, 0.0, 1.0)
    return np.asarray(0.36 * np.maximum(n - 13.0, 0.0) - 4.0 + window + wing)


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
        [scale * on_bone(25, 15, 15), above.point(4.6, 0.2, -tall + 2), above.point(3.7, 0.2, tall - 2.4)],
        [(8.0, 7.0), (wide + 1.2, 5.8), (0.92 * wide, 4.3)],
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
    """Median crest with the stumps of four spinous processes; intermediate and lateral knobs; the horns beside the hiatus."""
    profile = [(15, 5), (31, 5), (38, 8), (40.5, 13), (40, 19), (35, 25), (30, 30), (31, 34), (34, 38), (32, 44),
               (24.5, 49), (24.5, 53), (26.5, 57), (24, 62), (17, 67), (18.5, 72), (13, 78), (4, 80), (4, 40)]  # fmt: skip

    def thick(p: Points) -> Distances:
        knobs = sum(np.exp(-(((p[:, 2] - at) / 5.0) ** 2)) for at in SPINES)
        return np.asarray(1.8 + 2.0 * knobs)

    crest = plate(smooth_outline([(n, s) for n, s in profile]), thick, edge=4.0)
    lateral = [ellipsoid(place, (4.2, 7.5, 4.4)) for place in LATERAL]
    middle = [ellipsoid(place, (2.6, 4.0, 3.4)) for place in MIDDLE]
    horns = [ellipsoid((9, 92, 7.5), (2.5, 6, 3.5))]
    return union([lambda q: crest(q[:, [0, 2, 1]]), *lateral, *middle, *horns], 4.0)


def _holes() -> Shape:
    """Foramina, wide in front, narrow behind, each joined to the canal; and the pits behind the auricular surface."""
    through = [
        curved(
            [(x + 9, s + 2, -22), (x + 1, s, -4), (x, s, 10), (x + 1.5, s + 2.5, 35)],
            [(r + 1.5, r + 1.5), (r - 0.3, r - 0.3), (r - 0.8, r - 0.8), (r - 2.0, r - 1.4)],
            (0, 1, 0),
        )
        for x, s, r in FORAMINA
    ]
    from_canal = [
        tube([(0, s - 5, depth), (x, s, depth - 6)], (0.8 * r, 0.8 * r), (0, 1, 0))
        for (x, s, r), depth in zip(FORAMINA, (16.5, 12.5, 8.5, 6.5), strict=True)
    ]
    pits = [ellipsoid((44, 19, 25), (8, 10, 9)), ellipsoid((39, 42, 22), (7, 9, 8))]
    return union(through + from_canal + pits)


def _canal() -> Shape:
    """Wide and triangular above, open behind below S4."""
    nodes = [(0, -20, 23), (0, 8, 19.5), (0, 40, 13.5), (0, 72, 6.5), (0, 84, 6.5), (0, 106, 8)]
    sizes = [(14, 7.0), (14, 6.5), (9, 4.5), (6, 3), (4.5, 4), (4.5, 5)]
    return curved(nodes, sizes, up=(0, 0, 1))

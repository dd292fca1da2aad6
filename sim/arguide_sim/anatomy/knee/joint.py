"""What lies between the bones of the knee: cartilage, menisci, the suprapatellar recess, tendons."""

import numpy as np
from numpy.typing import ArrayLike

from arguide_sim.anatomy.knee.bones import PATELLA, UP
from arguide_sim.anatomy.sdf import (
    Distances,
    Points,
    Shape,
    common,
    curved,
    cut,
    ellipsoid,
    half_space,
    smooth_max,
    union,
)

CARTILAGE_MM = 2.2
TOUCH_MM = 0.15
"""Between cartilage and what it slides on, so that no two meshes share a surface."""


def femoral_cartilage(femur: Shape) -> tuple[Shape, Shape]:
    """Over the bearing faces of both condyles and the groove of the patella; alone, and with the femur."""
    bearing = union(
        [
            ellipsoid((-25, -8, 12), (12, 36, 26)), ellipsoid((26, -6, 12), (12, 36, 25)),
            ellipsoid((1, 34, 24), (25, 14, 24)),
        ],
        4.0,
    )  # fmt: skip
    return _layer(femur, bearing, 2.0)


def tibial_cartilage(tibia: Shape) -> tuple[Shape, Shape]:
    """Over both plateaus; alone, and with the tibia."""
    plateaus = union([ellipsoid((-23, -3, -4), (15, 20, 6)), ellipsoid((24, -4, -4), (14, 17, 6))])
    return _layer(tibia, plateaus, 1.5)


def patellar_cartilage(patella: Shape) -> tuple[Shape, Shape]:
    """Behind the patella, above its point; alone, and with the patella."""
    return _layer(patella, ellipsoid(PATELLA + (0, -12, 4), (19, 12, 15)), 2.0)


def _layer(bone: Shape, bearing: Shape, blend: float) -> tuple[Shape, Shape]:
    """Cartilage on a bone where it bears; alone, and with the bone. Asks the bone once."""

    def cartilage(p: Points) -> Distances:
        d = bone(p)
        return smooth_max(smooth_max(d - CARTILAGE_MM, bearing(p), blend), TOUCH_MM - d, 1.0)

    def covered(p: Points) -> Distances:
        d = bone(p)
        return np.minimum(d, smooth_max(d - CARTILAGE_MM, bearing(p), blend))

    return cartilage, covered


def menisci(femoral: Shape, tibial: Shape) -> Shape:
    """Two wedges: rings, open toward the notch, that fill what the cartilages leave."""
    medial = _crescent((-22, -3), (17.5, 23), 0.56, (1, 0.1))
    lateral = _crescent((23, -3), (16, 19), 0.50, (-1, 0.05))
    between = common(half_space((0, 0, 2.4), (0, 0, 1)), half_space((0, 0, -7), (0, 0, -1)))
    wedges = common(union([medial, lateral]), between, 2.0)
    return cut(cut(wedges, femoral, TOUCH_MM, 0.5), tibial, TOUCH_MM, 0.5)


def _crescent(center: ArrayLike, radii: ArrayLike, inner: float, opening: tuple[float, float]) -> Shape:
    """An upright elliptic wall around `center` (2,), open in the direction `opening`."""
    c, r = np.asarray(center, float), np.asarray(radii, float)
    gap = half_space((c[0] + 0.62 * r[0] * opening[0], c[1], 0), (opening[0], opening[1], 0))

    def wall(p: Points) -> Distances:
        rho = np.hypot((p[:, 0] - c[0]) / r[0], (p[:, 1] - c[1]) / r[1])
        scale = float(r.mean())
        return np.asarray(np.maximum(rho - 1.0, inner - rho) * scale)

    return common(wall, gap, 1.5)


def recess(effusion_mm: float) -> Shape:
    """The suprapatellar recess, `effusion_mm` deep where it is fullest, with both gutters beside the condyles."""
    h = effusion_mm / 2
    pouch = curved(
        np.array([(3, 40, 50), (4, 38, 62), (5, 36.5, 76), (6, 35, 92), (7, 34, 104)]),
        [(15, 0.5 * h + 0.8), (22, h), (24, h), (19, 0.8 * h), (8, 0.4 * h + 0.5)],
        UP,
    )
    gutters = [
        curved(
            np.array([(side * 20, 39, 58), (side * 36, 26, 46), (side * 46, 8, 24)]),
            [(7, 0.6 * h), (1.0 + 0.4 * h, 9), (0.8 + 0.25 * h, 8)],
            UP,
        )
        for side in (-1.0, 1.0)
    ]
    return union([pouch, *gutters], 4.0)


def patellar_tendon() -> Shape:
    """From the point of the patella to the tuberosity."""
    return curved(
        np.array([(3, 51, 20), (4, 48.5, 6), (5, 41.5, -16), (6, 30.5, -46)]),
        [(15, 2.6), (14, 2.6), (13, 2.8), (12, 2.8)],
        UP,
    )


def quadriceps_tendon() -> Shape:
    """From the rectus down to the upper edge of the patella."""
    return curved(
        np.array([(3, 53, 48), (4, 51, 62), (6, 48.5, 84), (9, 47, 110)]), [(19, 3.6), (18, 3.8), (15, 4), (9, 3)], UP
    )

"""Vessels, nerves, muscles and skin of the knee, in the knee frame (RAS, mm). Courses after Gray's Anatomy."""

import numpy as np
from scipy.interpolate import PchipInterpolator

from arguide_sim.anatomy.filling import muscle
from arguide_sim.anatomy.knee.bones import BOTTOM_Z, PATELLA, TOP_Z, UP
from arguide_sim.anatomy.sdf import Distances, Points, Shape, common, curved, ellipsoid, half_space, smooth_min, union

ARTERY = [
    (-14, -16, 142),
    (-6, -20, 100),
    (0, -25, 62),
    (2, -31, 30),
    (2, -34, 0),
    (4, -33, -30),
    (6, -37, -66),
    (6, -42, -146),
]
VEIN = [
    (-16, -25, 142),
    (-6, -29, 100),
    (2, -34, 62),
    (5, -40, 30),
    (5, -43, 0),
    (6, -43, -30),
    (2, -45, -66),
    (0, -50, -146),
]
TIBIAL_NERVE = [
    (4, -34, 142),
    (6, -39, 100),
    (8, -43, 62),
    (10, -48, 30),
    (10, -51, 0),
    (9, -51, -30),
    (8, -51, -66),
    (13, -52, -146),
]
PERONEAL_NERVE = [
    (6, -39, 100),
    (18, -42, 66),
    (33, -40, 24),
    (44, -36, -10),
    (50.5, -29, -32),
    (50, -16, -48),
    (46, -6, -66),
]
MUSCLES = {
    "vastus-medialis": ([(-22, 16, 150), (-32, 18, 92), (-36, 24, 58), (-25, 40, 40)], [(17, 22), (13, 20), (9, 16), (4, 7)], 7.0),
    "vastus-lateralis": ([(40, 16, 150), (36, 26, 92), (30, 36, 66), (22, 48, 52)], [(15, 24), (9, 18), (7, 10), (4, 5)], 6.0),
    "rectus-femoris": ([(12, 50, 150), (10, 50, 118), (8, 50, 96)], [(15, 6), (12, 5), (5, 3)], 4.0),
    "biceps-femoris": ([(24, -38, 150), (34, -36, 80), (42, -31, 30), (44, -25, -10)], [(17, 15), (12, 13), (7, 9), (4, 5)], 6.0),
    "semimembranosus": ([(-24, -40, 150), (-30, -38, 80), (-34, -32, 30), (-34, -22, -8)], [(18, 15), (14, 13), (9, 9), (5, 5)], 6.0),
    "gastrocnemius-medial": ([(-22, -33, 28), (-22, -50, -10), (-20, -58, -60), (-18, -62, -150)], [(9, 5), (16, 10), (20, 12), (22, 13)], 6.0),
    "gastrocnemius-lateral": ([(24, -33, 28), (26, -50, -10), (27, -56, -60), (28, -60, -150)], [(8, 5), (13, 9), (17, 11), (18, 12)], 6.0),
    "deep-calf": ([(0, -24, -46), (6, -30, -80), (12, -36, -150)], [(18, 5), (24, 10), (30, 15)], 6.0),
    "shin": ([(34, 6, -48), (36, -2, -84), (34, -8, -150)], [(6, 9), (10, 15), (12, 18)], 6.0),
}  # fmt: skip
LEAN_FAT_MM = 9.0
END_MM = 4.0
"""How far the skin reaches beyond the cuts of bones and muscles."""

# Image z against centre x, y and half width, half depth of the leg without the bulge of the patella.
SECTIONS = (
    (-170, 10, -24, 54, 52), (-110, 10, -24, 56, 54), (-70, 8, -18, 55, 54), (-30, 4, -10.5, 57, 58.5), (0, 1, -6, 58, 61),
    (20, 0, -3, 58, 62), (50, 1, 2, 60, 63), (100, 5, 4, 65, 66), (170, 9, 6, 73, 71),
)  # fmt: skip


def artery() -> Shape:
    """Popliteal artery."""
    return curved(np.array(ARTERY, float), [(3.2, 3.2)] * len(ARTERY), UP)


def vein() -> Shape:
    """Popliteal vein, behind the artery."""
    return curved(np.array(VEIN, float), [(4.3, 4.3)] * len(VEIN), UP)


def nerves() -> Shape:
    """Tibial nerve, and the common peroneal nerve around the neck of the fibula."""
    peroneal = curved(np.array(PERONEAL_NERVE, float), [(1.9, 1.9)] * len(PERONEAL_NERVE), UP)
    return union([curved(np.array(TIBIAL_NERVE, float), [(2.9, 2.4)] * len(TIBIAL_NERVE), UP), peroneal], 2.0)


def muscles() -> tuple[dict[str, Shape], dict[str, float]]:
    """Every muscle by name, as thin as it is drawn, and by how many mm it may grow."""
    shapes = {name: muscle(course, sizes) for name, (course, sizes, _) in MUSCLES.items()}
    return shapes, {name: growth for name, (_, _, growth) in MUSCLES.items()}


def fat_mm(bmi: float) -> float:
    """Fat below the skin of the knee; assumed linear in the body mass index."""
    return max(3.5, LEAN_FAT_MM + 0.7 * (bmi - 22.0))


def skin(fat: float) -> Shape:
    """The leg from the lower thigh to the calf, closed at both ends, with `fat` mm below the skin."""
    ends = common(half_space((0, 0, TOP_Z + END_MM), (0, 0, 1)), half_space((0, 0, BOTTOM_Z - END_MM), (0, 0, -1)))
    return common(leg(fat), ends, 5.0)


def leg(fat: float) -> Shape:
    """The same without its flat ends."""
    z, *rows = np.array(SECTIONS, float).T
    x0, y0, a, b = (PchipInterpolator(z, row) for row in rows)
    knob = ellipsoid(PATELLA + (0, -3, 0), (31, 26 + 0.4 * (fat - LEAN_FAT_MM), 33))

    def shape(p: Points) -> Distances:
        at = np.clip(p[:, 2], BOTTOM_Z - 20, TOP_Z + 20)
        u, v = (p[:, 0] - x0(at)) / a(at), (p[:, 1] - y0(at)) / b(at)
        r = np.hypot(u, v)
        wall = (r - 1.0) * (a(at) + b(at)) / 2 - (fat - LEAN_FAT_MM)
        return smooth_min(wall, knob(p), 22.0)

    return shape

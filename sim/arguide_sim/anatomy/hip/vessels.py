"""Femoral artery, vein and nerve where they pass below the inguinal ligament, in the hip frame (RAS, mm).

From the side to the middle: nerve, artery, vein. The artery passes the ligament half way between the anterior superior
spine and the symphysis, and divides about 4 cm below it; the nerve lies on the iliopsoas close beside the artery, below
the iliac fascia (Gray's Anatomy; Vloka et al., Anesth Analg 89 (1999) 1467).
"""

from collections.abc import Sequence

import numpy as np

from arguide_sim.anatomy.sdf import Shape, curved, union

COMMON_ARTERY = [
    (-52, -18, 168), (-47, 6, 118), (-40, 26, 76), (-32, 43, 42), (-27, 49, 24), (-20, 48, 0), (-15, 46, -20), (-10, 43, -38),
]  # fmt: skip
SUPERFICIAL_ARTERY = [(-10, 43, -38), (-7, 44, -60), (-5, 40, -100), (-4, 34, -152), (-4, 31, -178)]
DEEP_ARTERY = [(-10, 43, -38), (-4, 34, -58), (4, 25, -85), (10, 18, -120), (12, 12, -178)]
VEIN = [
    (-63, -20, 168), (-58, 2, 118), (-53, 20, 76), (-46, 37, 42), (-41, 44, 22), (-34, 43, 0), (-29, 40, -20), (-24, 36, -38),
    (-17, 33, -70), (-12, 29, -110), (-9, 24, -178),
]  # fmt: skip
SAPHENOUS = [(-29, 42, -26), (-33, 53, -42), (-35.5, 51.5, -70), (-38.5, 46, -120), (-39.5, 44, -178)]
DEEPER = np.array([(0.0, 0.0, 0.0), (0.5, -0.9, 0.0), (0.7, -0.8, 0.0), (0.75, -0.65, 0.0), (0.75, -0.65, 0.0)])
"""Where the saphenous vein goes when there is less fat, mm for each mm."""
NERVE = [
    (-15, -24, 168),
    (-16, -2, 118),
    (-16, 22, 76),
    (-14, 40, 42),
    (-12, 45.5, 22),
    (-6, 45.5, 0),
    (-1.8, 43, -16),
    (1.2, 41.5, -26),
]
NERVE_SIZES = [(3, 2.5), (3, 2.5), (3.3, 2.4), (4.9, 1.9), (6.2, 1.6), (7.0, 1.5), (6.8, 1.5), (5.4, 1.5)]
"""Half widths and half depths; at the crease the nerve is half as wide again as at the ligament."""
BRANCHES = (
    [(1, 42, -24), (3, 45, -44), (3, 48, -90), (2, 50, -140)],
    [(4, 41.5, -24), (6, 38, -46), (9, 32, -80), (14, 30, -140)],
    [(-2, 42, -24), (0.5, 45, -50), (2.5, 44, -100), (2, 40, -178)],
)
BRANCH_MM = 1.3
UP = (0.0, 1.0, 0.0)
TILT = (-0.2, 1.0, 0.0)
"""Front of the nerve, which lies flat on the slope of the iliopsoas: its inner edge is the deeper one."""


def artery(wide: float = 1.0) -> Shape:
    """External iliac and common femoral artery with its two branches, so many times as wide as drawn."""
    return union(
        [
            _round(COMMON_ARTERY, (4.6, 4.6, 4.6, 4.6, 4.6, 4.5, 4.4, 4.4), wide),
            _round(SUPERFICIAL_ARTERY, (3.7, 3.6, 3.4, 3.3, 3.3), wide),
            _round(DEEP_ARTERY, (3.2, 3.0, 2.8, 2.4, 2.2), wide),
        ],
        3.0,
    )


def vein(lean: float = 0.0) -> Shape:
    """Femoral vein with the great saphenous vein, which joins it from the front, `lean` mm deeper than drawn."""
    wide = _round(VEIN, (6.5, 6.5, 6.3, 6.0, 5.8, 5.8, 5.6, 5.4, 4.8, 4.5, 4.3))
    saphenous = curved(np.array(SAPHENOUS) + lean * DEEPER, [(r, r) for r in (2.6, 2.4, 2.2, 2.1, 2.1)], UP)
    return union([wide, saphenous], 2.0)


def nerve(outward: float = 0.0, wide: float = 1.0) -> Shape:
    """Femoral nerve, flat where it passes the ligament, and its first branches.

    It lies so many mm farther out than drawn, and is so many times as wide, but no thicker.
    """
    trunk = curved(np.array(NERVE, float) + (outward, 0, 0), np.array(NERVE_SIZES) * (wide, 1.0), TILT)
    return union([trunk, *(_round(branch, (BRANCH_MM,) * len(branch), at=(outward, 0, 0)) for branch in BRANCHES)], 2.0)


def _round(
    nodes: Sequence[tuple[float, ...]],
    radii: tuple[float, ...],
    wide: float = 1.0,
    at: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> Shape:
    return curved(np.array(nodes, float) + at, [(wide * r, wide * r) for r in radii], UP)

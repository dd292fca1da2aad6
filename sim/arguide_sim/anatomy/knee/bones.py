"""Femur, tibia, fibula and patella of the extended right knee, in the knee frame: RAS, mm, origin between the plateaus.

Proportions are measured on the knee of the Visible Human male (HuBMAP CCF reference library, CC BY 4.0), straightened
and rounded; the shaft of the femur leans 6° outward, the plateau slopes 6° backward.
"""

import numpy as np

from arguide_sim.anatomy.sdf import (
    Distances,
    Points,
    Shape,
    common,
    curved,
    cut,
    ellipsoid,
    half_space,
    roughened,
    union,
)

ROUGHNESS = (0.3, 16.0)
UP = (0.0, 1.0, 0.0)
TOP_Z, BOTTOM_Z = 138.0, -138.0
PLATEAU_Z = -5.0
PLATEAU_NORMAL = np.array([0.0, -0.105, 0.995])
PATELLA = np.array([3.0, 46.5, 33.0])
PATELLA_BEHIND_MM = 8.0
"""From the middle of the patella back to its ridge, less what rounding takes."""
JOINT_MM = 1.0
"""Least distance between tibia and fibula."""


def femur() -> Shape:
    """Both condyles with the notch between them, the groove of the patella, and the shaft up to `TOP_Z`."""
    condyles = union(
        [
            ellipsoid((-25, -13, 21), (13.5, 19.5, 19.5)), ellipsoid((-25, 3, 22), (14, 27, 21)),
            ellipsoid((26, -12, 21), (13, 19.5, 19.5)), ellipsoid((26, 6, 22), (14, 28, 20.5)),
        ],
        6.0,
    )  # fmt: skip
    epicondyles = union([ellipsoid((-38, -4, 27), (6.5, 10, 11)), ellipsoid((38, -2, 25), (6, 9, 10))])
    shaft = curved(
        np.array([(0, 4, 30), (0, 5, 46), (3, 9, 66), (7, 12, 92), (11, 13, 122), (14, 13, 165)]),
        [(34, 23), (29, 20), (20.5, 16.5), (15.5, 15), (14, 14.5), (13.5, 14)],
        UP,
    )
    front = ellipsoid((1, 14, 32), (29, 20, 18))
    groove = curved(np.array([(1, 50, -6), (1, 56.5, 16), (1, 58, 38), (1, 62, 56)]), [(25, 23)] * 4, (1, 0, 0))
    notch = curved(
        np.array([(0, 4, -4), (0, -4, 10), (0, -20, 17), (0, -42, 18)]),
        [(9, 10), (9.5, 11), (10, 12), (11, 14)],
        (0, 0.5, 1),
    )
    whole = union([condyles, epicondyles, shaft, front], 9.0)
    bone = cut(cut(roughened(whole, *ROUGHNESS), groove, blend=4.0), notch, blend=5.0)
    return common(bone, half_space((0, 0, TOP_Z), (0, 0, 1)), 1.0)


def tibia() -> Shape:
    """Plateau with the eminence between its sides, tuberosity, and the shaft down to `BOTTOM_Z`."""
    head = union(
        [
            ellipsoid((-19, -3, -18), (21, 25, 17)), ellipsoid((20, -2, -17), (20, 22, 16)),
            curved(
                np.array([(0, -1, -16), (1, 1, -32), (3, 3, -56), (6, -2, -95), (8, -8, -170)]),
                [(33, 21), (27, 20), (19, 18), (14, 16), (12.5, 14)], UP,
            ),
        ],
        10.0,
    )  # fmt: skip
    flat = common(head, half_space((0, 0, PLATEAU_Z), PLATEAU_NORMAL), 4.0)
    dish = union([ellipsoid((-23, -3, 12), (16, 24, 19.0)), ellipsoid((24, -4, 14.5), (16, 26, 20.0))])
    eminence = union([ellipsoid((-4, -3, -5), (3, 7, 7)), ellipsoid((5, -5, -6), (3, 6, 7))], 2.0)
    tuberosity = ellipsoid((6, 21, -41), (10, 8, 17))
    whole = union([union([cut(roughened(flat, *ROUGHNESS), dish, blend=2.0), tuberosity], 11.0), eminence], 6.0)
    return common(whole, half_space((0, 0, BOTTOM_Z), (0, 0, -1)), 1.0)


def fibula(beside: Shape) -> Shape:
    """Head below the lateral plateau, and the shaft; kept clear of the tibia `beside` it."""
    head = union([ellipsoid((39, -21, -27), (9.5, 11, 12)), ellipsoid((41, -26, -18), (4, 4, 6))], 5.0)
    shaft = curved(
        np.array([(40, -23, -34), (42, -26, -50), (44, -31, -86), (44, -37, -170)]),
        [(7, 7), (5.5, 6), (5.5, 6), (5.5, 6)],
        UP,
    )
    whole = roughened(union([head, shaft], 6.0), 0.2, 12.0)
    return common(cut(whole, beside, JOINT_MM, 0.5), half_space((0, 0, BOTTOM_Z), (0, 0, -1)), 1.0)


def patella(wide: float = 1.0, thick_mm: float = 23.0) -> Shape:
    """With its ridge behind, between the two facets, and its pointed lower end.

    `wide`: times as wide as drawn; `thick_mm` of it lie before the ridge, which stays where it is.
    """
    x0, y0, z0 = PATELLA
    front = thick_mm - PATELLA_BEHIND_MM
    body = union(
        [
            ellipsoid(PATELLA + (0, 0, 3), (22.5 * wide, front, 18)),
            ellipsoid(PATELLA + (0, 0.12 * front, -12), (11 * wide, 0.65 * front, 11)),
        ],
        8.0,
    )

    def facets(p: Points) -> Distances:
        x = p[:, 0] - x0 + 2.0
        slope = np.where(x > 0, 0.36, 0.48)
        return np.asarray((y0 - 9.0 + slope * np.sqrt(x * x + 4.0) - p[:, 1]) * 0.92)

    lower = half_space((x0, y0 - 4, z0 - 16), (0, -0.9, -0.2))
    return common(common(roughened(body, *ROUGHNESS), facets, 1.5), lower, 4.0)

"""Muscles around the hip, the capsule of the joint and the two fascias of the groin, in the hip frame (RAS, mm).

Courses after their origins and insertions in Gray's Anatomy. Each is drawn thinner than it is and then grows until it
nearly touches its neighbours or the fascia, as muscles do.
"""

import numpy as np
from numpy.typing import ArrayLike

from arguide_sim.anatomy.filling import muscle
from arguide_sim.anatomy.hip.bones import HEAD_MM, Femur
from arguide_sim.anatomy.sdf import Distances, Points, Shape, common, curved, ellipsoid, union

ILIOPSOAS = [(-27, -26, 168), (-24, -8, 122), (-22, 8, 85), (-13, 25, 48), (-6, 33, 22), (-1, 34, 0), (6, 25, -25), (13, 3, -46), (18, -16, -58)]  # fmt: skip
ILIOPSOAS_SIZES = [(17, 15), (19, 15), (20, 15), (20, 13), (17, 10.5), (15, 9.5), (13, 10), (9, 9), (5, 5)]
SARTORIUS = [(31, 57, 80), (22, 65, 42), (9, 67, 0), (-3, 61, -50), (-22, 53, -110), (-36, 42, -178)]
SARTORIUS_SIZES = [(5, 4), (9, 5.5), (11, 6), (11, 6), (11, 7), (11, 8)]
RECTUS = [(8, 44, 36), (15, 47, 14), (22, 46, -12), (30, 45, -60), (34, 42, -178)]
RECTUS_SIZES = [(4, 4), (8, 6), (12, 9), (17, 11), (18, 13)]
TENSOR = [(36, 48, 88), (50, 37, 42), (61, 25, -5), (69, 14, -60), (71, 8, -100)]
TENSOR_SIZES = [(4, 6), (8, 13), (8, 15), (6, 14), (3, 10)]
GLUTEUS_MEDIUS = [(14, -24, 142), (27, -16, 108), (36, -13, 68), (47, -13, 30), (62, -14, -2), (68, -14, -20)]
GLUTEUS_MEDIUS_SIZES = [(6, 22), (11, 34), (16, 34), (15, 24), (8, 14), (4, 8)]
GLUTEUS_MAXIMUS = [(-50, -88, 84), (-30, -92, 44), (4, -88, 4), (34, -66, -40), (50, -38, -84)]
GLUTEUS_MAXIMUS_SIZES = [(18, 10), (40, 20), (46, 24), (34, 22), (14, 14)]
PECTINEUS = [(-56, 38, -3), (-36, 28, -30), (-14, 14, -55), (6, 2, -76)]
PECTINEUS_SIZES = [(11, 7), (13, 9), (13, 9), (7, 8)]
ADDUCTORS = [(-72, 14, -40), (-52, 6, -70), (-34, 2, -110), (-20, -2, -178)]
ADDUCTORS_SIZES = [(10, 12), (25, 24), (32, 30), (36, 36)]
VASTI = [(54, 6, -40), (55, 10, -80), (52, 12, -120), (48, 12, -178)]
VASTI_SIZES = [(8, 12), (20, 26), (26, 32), (29, 36)]
HAMSTRINGS = [(-40, -54, -56), (-22, -60, -90), (-4, -56, -130), (2, -50, -178)]
HAMSTRINGS_SIZES = [(12, 10), (26, 20), (33, 26), (37, 29)]
ROTATORS = [(-34, -54, 6), (-4, -52, -4), (24, -42, -8), (48, -30, -8)]
ROTATORS_SIZES = [(20, 9), (24, 12), (18, 10), (8, 6)]
QUADRATUS = [(-32, -50, -42), (-8, -44, -44), (18, -36, -42)]
QUADRATUS_SIZES = [(12, 8), (16, 9), (14, 7)]
UP = (0.0, 1.0, 0.0)
FASCIA_MM = 1.4
"""Thickness of a fascia; real ones are thinner, but a picture must show them."""
GROWTH_MM = {
    "rectus-femoris": 6.0, "tensor": 5.0, "pectineus": 5.0, "adductors": 8.0, "vasti": 8.0, "hamstrings": 8.0,
    "gluteus-medius": 8.0, "gluteus-maximus": 6.0, "sartorius": 1.0, "rotators": 6.0, "quadratus-femoris": 4.0,
}  # fmt: skip
LIGAMENT = [(31, 56, 83), (4, 56, 58), (-28, 55, 30), (-54, 53, 4), (-67, 51, -6)]


def bodies() -> dict[str, Shape]:
    """Every muscle by name, as thin as it is drawn."""
    drawn: dict[str, tuple[ArrayLike, ArrayLike]] = {
        "iliopsoas": (ILIOPSOAS, ILIOPSOAS_SIZES),
        "sartorius": (SARTORIUS, SARTORIUS_SIZES),
        "rectus-femoris": (RECTUS, RECTUS_SIZES),
        "tensor": (TENSOR, TENSOR_SIZES),
        "pectineus": (PECTINEUS, PECTINEUS_SIZES),
        "adductors": (ADDUCTORS, ADDUCTORS_SIZES),
        "vasti": (VASTI, VASTI_SIZES),
        "hamstrings": (HAMSTRINGS, HAMSTRINGS_SIZES),
        "rotators": (ROTATORS, ROTATORS_SIZES),
        "quadratus-femoris": (QUADRATUS, QUADRATUS_SIZES),
        "gluteus-medius": (GLUTEUS_MEDIUS, GLUTEUS_MEDIUS_SIZES),
        "gluteus-maximus": (GLUTEUS_MAXIMUS, GLUTEUS_MAXIMUS_SIZES),
    }
    return {name: muscle(*course) for name, course in drawn.items()}


def capsule(bone: Femur) -> Shape:
    """The joint's capsule with its front recess, which ends at the foot of the neck."""
    along, size = bone.neck, bone.head_mm / HEAD_MM
    front = np.cross(np.cross(along, UP), along)
    nodes = np.array([0 * along, 18 * along + front, 30 * along + 2 * front, 38 * along + front])
    return union(
        [
            ellipsoid((0, 0, 0), (bone.head_mm + 3.5,) * 3),
            curved(nodes, np.array([(26, 25), (22, 21), (19, 19), (18.5, 17)]) * size, UP),
        ],
        4.0,
    )


def inguinal_ligament() -> Shape:
    """From the anterior superior spine to the pubic tubercle."""
    return curved(np.array(LIGAMENT, float), [(2.6, 1.2)] * len(LIGAMENT), (0, 0.6, 0.8))


def fascia_iliaca(below: Shape) -> Shape:
    """The front of what it covers, iliopsoas and nerve together, from 8 cm above the ligament to 3 cm below it."""
    return common(_shell(below, 0.4 + FASCIA_MM / 2), ellipsoid((-8, 52, 26), (27, 30, 58)), 0.5)


def fascia_lata(core: Shape) -> Shape:
    """The envelope of the thigh below its fat, in front; `core` is all that it encloses."""
    return common(_shell(core, 0.0), ellipsoid((8, 78, -32), (64, 60, 66)), 0.5)


def _shell(a: Shape, off: float) -> Shape:
    """What lies `off` mm outside the surface of a shape, as a layer of the fascia's thickness."""

    def shape(p: Points) -> Distances:
        return np.asarray(np.abs(a(p) - off) - FASCIA_MM / 2)

    return shape

"""Right hip bone and upper femur, in the hip frame: RAS, mm, the centre of the femoral head at the origin.

Landmarks are measured on the pelvis and femur of the Visible Human male (HuBMAP CCF reference library, CC BY 4.0) and
rounded; the midline lies at x = -89. Angles after published means: neck-shaft angle 127° (124.7°: Noble et al., Clin
Orthop 235 (1988) 148; 129.2°: Toogood et al., Clin Orthop 467 (2009) 876), anteversion 12° (7 and 10°: Hoaglund and Low,
Clin Orthop 152 (1980) 10; 14.5°: a CT series of 628 of Carmona et al.); cup inclination 45°, anteversion 18°
(Murray, J Bone Joint Surg Br 75 (1993) 228; Maruyama et al., Clin Orthop 393 (2001) 52).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arguide_sim.anatomy.sdf import Shape, common, curved, cut, ellipsoid, half_space, roughened, sheet, tube, union

MIDLINE_X = -89.0
HEAD_MM = 24.5
"""Radius of the head at which the landmarks were drawn."""
CARTILAGE_MM = 2.2
"""Between the bone of the head and the bone of its socket: both cartilages."""
NECK_REACH_MM = 40.0
"""From the centre of the head sideways to the axis of the shaft."""
ROUGHNESS = (0.35, 19.0)
BOTTOM_Z = -159.0

# x, y, z, half thickness: from the posterior superior spine along the crest to both front spines, over the roof of the
# socket, the sciatic notch and back.
ILIUM_BORDER = [
    (-48, -82, 84, 6), (-49, -78, 100, 7), (-44, -66, 122, 7), (-33, -54, 138, 8), (-20, -42, 148, 8.5),
    (0, -28, 151, 7.5), (17, -14, 147, 7), (28, 0, 140, 6.5), (35, 12, 132, 6.5), (38, 24, 121, 6), (37, 36, 109, 6),
    (34, 47, 97, 5.5), (31, 54, 84, 7), (26, 50, 72, 6), (20, 46, 61, 5), (13, 41, 52, 6), (7, 41, 40, 8),
    (0, 34, 27, 10), (-8, 20, 18, 14), (-12, -6, 16, 15), (-16, -26, 20, 12), (-18, -37, 32, 9), (-19, -41, 46, 7),
    (-22, -43, 58, 7), (-30, -52, 64, 6), (-40, -66, 60, 4.5), (-44, -76, 68, 6),
]  # fmt: skip
ILIUM_INNER = [
    (-38, -61, 96, 11), (-30, -40, 105, 11), (-19, -25, 96, 11), (-6, -10, 100, 6), (10, 0, 102, 4), (16, 10, 96, 4),
    (26, 30, 100, 5), (-21, -25, 78, 13), (-12, -13, 72, 14), (3, -1, 72, 10), (15, 23, 72, 7), (-3, 5, 54, 14),
    (-9, -10, 48, 15),
]  # fmt: skip
SUPERIOR_RAMUS = [(-22, 12, 6), (-38, 20, 2), (-50, 26, -4), (-60, 31, -10), (-70, 37, -13), (-80, 37, -17)]
INFERIOR_RAMUS = [(-82, 16, -34), (-74, -2, -44), (-64, -17, -52), (-50, -34, -57)]
ISCHIUM = [(-17, -28, 12), (-24, -36, -8), (-27, -43, -24), (-34, -47, -42), (-44, -44, -53)]
TROCHANTER = np.array([52.0, -13.0, -21.0])
DRAWN_END = np.array([39.1, -8.3, -30.1])
"""Where the neck met the shaft in the femur that was drawn; what hangs on the shaft moves with it."""


@dataclass(frozen=True, kw_only=True)
class Femur:
    """What differs between femora, at average size; angles in radians."""

    head_mm: float = HEAD_MM
    """Radius of the head."""
    reach_mm: float = NECK_REACH_MM
    """From the centre of the head sideways to the axis of the shaft (femoral offset)."""
    neck_shaft_rad: float = np.radians(127.0)
    anteversion_rad: float = np.radians(12.0)

    @property
    def neck_end(self) -> NDArray[np.float64]:
        """Where the axis of the neck meets that of the shaft; (3,)."""
        sideways = self.reach_mm * np.array([np.cos(self.anteversion_rad), -np.sin(self.anteversion_rad), 0.0])
        drop = self.reach_mm / np.tan(np.pi - self.neck_shaft_rad)
        return sideways + (0.0, 0.0, -drop)

    @property
    def trochanter(self) -> NDArray[np.float64]:
        """Middle of the greater trochanter; (3,)."""
        return np.asarray(TROCHANTER + self.neck_end - DRAWN_END)

    @property
    def neck(self) -> NDArray[np.float64]:
        """Unit direction from the head along the neck; (3,)."""
        end = self.neck_end
        return np.asarray(end / np.linalg.norm(end))


def femur(bone: Femur) -> Shape:
    """Head, neck, both trochanters and the shaft down to `BOTTOM_Z`."""
    end, along, size = bone.neck_end, bone.neck, bone.head_mm / HEAD_MM
    shift = end - DRAWN_END
    neck = curved(
        np.array([0.0 * along, 22 * size * along, (0.64 * np.linalg.norm(end)) * along, end]),
        np.array([(17, 17), (14.5, 16.5), (15, 18), (17, 21)]) * size,
        up=(0, 1, 0),
    )
    shaft = curved(
        np.array([(38, -9, -34), (36, -9, -58), (36, -7, -80), (37, -3, -112), (37, 0, -196)]) + shift,
        [(20, 18), (19, 17), (17, 16.5), (15.5, 16), (15, 16)],
        up=(0, 1, 0),
    )
    greater = union(
        [ellipsoid(TROCHANTER + shift, (16.5, 19, 24)), ellipsoid(TROCHANTER + shift + (-4, -6, 20), (8.5, 11, 9))], 8.0
    )
    lesser = ellipsoid(np.array([20, -21, -60]) + shift, (8, 9, 13))
    fovea = ellipsoid(bone.head_mm * np.array([-0.94, -0.1, -0.33]), (4.5, 4.5, 4.5))
    head = cut(ellipsoid((0, 0, 0), (bone.head_mm,) * 3), fovea, blend=2.0)
    whole = union([union([head, neck], 5.0), union([shaft, greater], 12.0), lesser], 9.0)
    return common(roughened(whole, *ROUGHNESS), half_space((0, 0, BOTTOM_Z), (0, 0, -1)), 1.0)


def hip_bone(head_mm: float = HEAD_MM) -> Shape:
    """Ilium, ischium and pubis around the socket for a head of that radius; its front end is the symphysis."""
    ilium = sheet(ILIUM_BORDER, ILIUM_INNER)
    superior = curved(
        np.array(SUPERIOR_RAMUS, float), [(12, 13), (10, 13), (9, 10), (10, 8.5), (11, 9), (11, 10)], pieces=3
    )
    body = ellipsoid((-82, 30, -24), (9, 17, 15))
    inferior = curved(np.array(INFERIOR_RAMUS, float), [(6, 9), (5, 8), (5.5, 9), (8, 10)])
    ischium = curved(np.array(ISCHIUM, float), [(15, 14), (15, 16), (13, 17), (14, 16), (11, 12)], up=(1, 0, 0))
    spine = tube(np.array([(-26, -46, 5), (-40, -62, 3)], float), [(8, 8), (2.5, 3)])
    tubercle = ellipsoid((-68, 46, -8), (6, 5, 5))
    wall = common(ellipsoid((0, 0, 0), (head_mm + 10.5,) * 3), half_space(2.0 * cup_axis(), cup_axis()), 5.0)
    whole = union([ilium, wall, superior, ischium, body, inferior, spine, tubercle], 7.0)
    socket = ellipsoid((0, 0, 0), (head_mm + CARTILAGE_MM,) * 3)
    fossa = ellipsoid((-22, -2, -12), (9, 13, 16))
    hollow = cut(cut(roughened(whole, *ROUGHNESS), socket, blend=1.5), fossa, blend=3.0)
    return common(hollow, half_space((MIDLINE_X - 1.0, 0, 0), (-1, 0, 0)), 2.0)


def cup_axis() -> NDArray[np.float64]:
    """Unit direction in which the socket opens: sideways, downward, a little forward; (3,)."""
    inclination, anteversion = np.radians(45.0), np.radians(18.0)
    flat = np.cos(anteversion)
    return np.array([flat * np.sin(inclination), np.sin(anteversion), -flat * np.cos(inclination)])

"""The hip bones as far as the picture goes: what is seen and felt beside the lower lumbar levels.

Landmarks in the pelvis's frame (S1 endplate at the origin, its slope 38 degrees), right side. The crests are 27 cm apart
and reach the level of the L4/L5 disc (intercrestal line); the posterior iliac spines stand at the level of S2.
"""

from arguide_sim.anatomy.sdf import Shape, curved, cut, ellipsoid, sheet, tube, union

GAP_MM = 2.0
"""Sacroiliac joint space."""

# x, y, z, half thickness: posterior superior spine, crest with its tubercle, anterior superior and inferior spines,
# front and back of the hip joint, ischial spine, greater sciatic notch, posterior inferior spine.
BORDER = [
    (52, -65, -20, 6.5), (51, -68, -6, 7), (57, -62, 12, 6), (68, -46, 34, 5.5), (82, -30, 47, 5), (106, -8, 53, 4.8),
    (124, 14, 49, 5.5), (132, 34, 40, 7.5), (129, 54, 27, 5.5), (121, 72, 13, 4.8), (116, 85, -1, 5), (113, 84, -11, 4.5),
    (108, 75, -25, 4.5), (103, 74, -37, 6.5), (97, 71, -50, 8), (86, 64, -66, 9), (78, 60, -90, 9), (76, 40, -112, 9),
    (70, 12, -116, 10), (60, -12, -104, 4), (66, -6, -84, 9), (71, -8, -66, 9), (73, -14, -52, 8.5), (66, -28, -45, 8),
    (55, -45, -45, 5.5), (52, -57, -34, 5.5),
]  # fmt: skip
INNER = [
    (96, 2, 16, 3.0), (110, 32, 18, 3.0), (100, 32, -12, 4.0), (86, 2, -14, 5.5), (74, -34, 12, 5.5), (64, -38, -20, 8.5),
    (84, 14, -44, 10), (88, 42, -44, 10), (118, 40, 34, 4.5), (112, 58, -2, 4.0), (84, 30, -75, 13),
]  # fmt: skip
HIP_CENTER = (97, 32, -88)


def half_pelvis() -> Shape:
    """The right hip bone: wing, hip joint with its rim, and the beginnings of pubis and ischium."""
    wing = sheet(BORDER, INNER)
    cup = ellipsoid((84, 32, -86), (24, 34, 33))
    pubis = curved([(80, 56, -78), (62, 74, -88), (48, 83, -95)], [(9, 9), (7, 8), (5, 6)], up=(0, 1, 0))
    ischium = tube([(74, 8, -104), (64, -4, -132)], [(13, 14), (12, 15)], up=(0, 1, 0))
    bone = union([wing, cup, pubis, ischium], 7.0)
    return cut(bone, ellipsoid(HIP_CENTER, (25, 25, 25)), blend=2.0)

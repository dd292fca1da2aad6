"""Iliac wings, down to the roof of the acetabulum: what is seen and felt beside the lower lumbar levels.

Landmarks in the image frame (S1 endplate at the origin), right side. The crests are 28 cm apart and reach the level of
the L4/L5 disc (intercrestal line); the iliac spines stand at the level of S2.
"""

from arguide_sim.anatomy.sdf import Shape, cut, ellipsoid, mirrored, sheet

GAP_MM = 2.0
"""Sacroiliac joint space."""

# x, y, z, half thickness; from the posterior superior spine along the crest and back along the lower edge.
BORDER = [
    (38, -64, -42, 7), (41, -66, -20, 7.5), (50, -62, 6, 7), (70, -50, 28, 5.5), (98, -28, 41, 5), (124, 4, 45, 6),
    (137, 38, 32, 6.5), (134, 66, 6, 5.5), (127, 83, -14, 5.5), (119, 76, -26, 4.5), (108, 62, -38, 4.5),
    (105, 71, -54, 7), (102, 60, -70, 10), (94, 54, -96, 11), (88, 34, -112, 11), (82, 12, -108, 10), (75, -6, -88, 9),
    (67, -20, -64, 9), (63, -30, -52, 9), (55, -46, -56, 8), (46, -56, -66, 6),
]  # fmt: skip
INNER = [(60, -30, -24, 10), (84, -8, 4, 4.5), (99, 8, -8, 4), (116, 30, 14, 3.8), (86, 22, -60, 11), (66, -40, 4, 5)]


def ilia() -> Shape:
    """Both wings, with the hollow of the hip joint below."""
    socket = ellipsoid((117, 34, -98), (28, 26, 26))
    return mirrored(cut(sheet(BORDER, INNER), socket, blend=3.0))

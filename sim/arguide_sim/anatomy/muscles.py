"""Muscles beside and behind the spine, as lofts along the levels; bone, and the muscle named before, keep their room.

Sections in the levels' frames after axial anatomy: multifidus between spinous processes and joints, erector spinae
beside it, quadratus lumborum from the twelfth rib to the iliac crest, psoas beside the bodies and over the pelvic brim.
"""

import numpy as np
from numpy.typing import NDArray

from arguide_sim.anatomy.nerves import in_image
from arguide_sim.anatomy.sdf import Shape, curved, smooth_max
from arguide_sim.anatomy.spine_curve import Frame, Level, SpineCurve

Sections = list[tuple[NDArray[np.float64], tuple[float, float]]]
PSOAS = {"L1": (8.0, 9.0), "L2": (11.5, 13.0), "L3": (15.0, 16.5), "L4": (18.0, 20.0), "L5": (19.0, 20.0)}
"""Half width and half depth."""
ERECTOR = {"T12": (21.0, 15.0), "L1": (23.0, 17.0), "L2": (24.0, 18.0), "L3": (24.0, 18.5), "L4": (22.0, 17.0),
           "L5": (18.0, 13.0)}  # fmt: skip
MULTIFIDUS = {"T12": (7.0, 9.0), "L1": (8.0, 10.0), "L2": (9.0, 11.0), "L3": (10.5, 12.5), "L4": (12.5, 13.5),
              "L5": (15.0, 13.0)}  # fmt: skip


def _loft(sections: Sections, bulk: float) -> Shape:
    nodes = np.array([at for at, _ in sections])
    return curved(nodes, [(bulk * a, bulk * b) for _, (a, b) in sections], up=(0, 1, 0), pieces=3, blend=2.0)


def multifidus(levels: tuple[Level, ...], curve: SpineCurve, pelvis: Frame, bulk: float) -> Shape:
    """The right one, from T12 to the back of the sacrum."""
    sections: Sections = []
    for level in levels:
        wide, deep = MULTIFIDUS[level.name]
        back = level.wall - level.canal_depth - 0.42 * level.spinous - 4
        sections.append((in_image(curve.bodies[level.name], 4.5 + wide, back, -6), (wide, deep)))
    sections.append((in_image(pelvis, 19, -66, -26), (14.0, 10.0)))
    sections.append((in_image(pelvis, 13, -74, -56), (7.0, 5.0)))
    return _loft(sections, bulk)


def erector(levels: tuple[Level, ...], curve: SpineCurve, pelvis: Frame, bulk: float) -> Shape:
    """The right longissimus and iliocostalis together, from above T12 to the iliac crest and sacrum."""
    sections: Sections = [(in_image(curve.bodies["T12"], 32, levels[0].wall - 31, 30), (20.0, 14.0))]
    for level in levels:
        wide, deep = ERECTOR[level.name]
        back = level.wall - level.canal_depth - 0.40 * level.spinous - 1
        sections.append((in_image(curve.bodies[level.name], 19 + wide, back, -4), (wide, deep)))
    sections.append((in_image(pelvis, 30, -68, -30), (11.0, 6.0)))
    return _loft(sections, bulk)


def quadratus(levels: tuple[Level, ...], curve: SpineCurve, pelvis: Frame, scale: float, bulk: float) -> Shape:
    """The right one, from the twelfth rib down to the iliac crest."""
    sections: Sections = []
    for name, x, wide in (
        ("T12", 44.0, 12.0),
        ("L1", 54.0, 14.0),
        ("L2", 60.0, 16.0),
        ("L3", 67.0, 17.0),
        ("L4", 74.0, 17.0),
    ):
        level = next(level for level in levels if level.name == name)
        sections.append((in_image(curve.bodies[name], scale * x, level.wall - 8, -14), (wide, 6.5)))
    sections.append((in_image(pelvis, 79, -31, 43), (10.0, 3.5)))
    return _loft(sections, bulk)


def psoas(levels: tuple[Level, ...], curve: SpineCurve, pelvis: Frame, bulk: float) -> Shape:
    """The right one, from L1 beside the bodies and over the brim of the pelvis."""
    sections: Sections = []
    for level in levels[1:]:
        wide, deep = PSOAS[level.name]
        waist = 0.44 * (level.width_up + level.width_low) / 2
        sections.append(
            (in_image(curve.bodies[level.name], waist + bulk * wide, level.wall + 6 + 0.4 * deep, 0), (wide, deep))
        )
    for point in ((60, 32, -34), (72, 56, -68), (80, 72, -95)):
        sections.append((in_image(pelvis, *point), (16.0, 15.0)))
    return _loft(sections, bulk)


def kept_clear(shape: Shape, others: list[Shape], gap: float) -> Shape:
    """`shape` cut `gap` mm away from each of the others."""

    def clear(p: NDArray[np.float64]) -> NDArray[np.float64]:
        d = shape(p)
        near = d < 6.0
        for other in others:
            if near.any():
                d[near] = smooth_max(d[near], gap - other(p[near]), 0.6)
        return d

    return clear

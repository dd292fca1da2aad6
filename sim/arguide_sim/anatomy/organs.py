"""Kidneys and lesions: what a biopsy or an ablation aims at."""

from typing import TypeAlias

import numpy as np

from arguide.geometry.transforms import Array
from arguide_sim.anatomy.nerves import in_image
from arguide_sim.anatomy.sdf import Distances, Points, Shape, cut, ellipsoid, placed, roughened, smooth_max
from arguide_sim.anatomy.spine_curve import Frame, Level, SpineCurve, shift

LEFT_HIGHER_MM = 11.0
KIDNEY = (27.0, 23.0, 53.0)
"""Half width, depth and length, mm (110 mm long: Emamian et al., AJR 160 (1993) 83)."""


def _right_kidney(size: float) -> Shape:
    """In its own frame, its long axis upright."""
    whole = ellipsoid((0, 0, 0), [size * value for value in KIDNEY])
    hilum = ellipsoid((-26 * size, 5 * size, -2 * size), (13 * size, 13 * size, 21 * size))
    return cut(whole, hilum, blend=7.0)


def kidney_frame(curve: SpineCurve, scale: float) -> Frame:
    """image_from_kidney of the right one: beside psoas at L1 and L2, its lower pole farther from the midline."""
    frame = shift(*in_image(curve.bodies["L2"], 61 * scale, 12.0, 12.0))
    c, s = np.cos(np.radians(14)), np.sin(np.radians(14))
    frame[:3, :3] = [[c, 0, -s], [0, 1, 0], [s, 0, c]]
    return frame


def kidneys(curve: SpineCurve, scale: float) -> Shape:
    """Both, in the image frame; the left stands higher."""
    right = placed(_right_kidney(scale), kidney_frame(curve, scale))

    def both(p: Points) -> Distances:
        q = p.copy()
        q[:, 2] -= np.where(p[:, 0] < 0, LEFT_HIGHER_MM, 0.0)
        np.abs(q[:, 0], out=q[:, 0])
        return right(q)

    return roughened(both, 0.5, 30.0)


Lesion: TypeAlias = tuple[Array, Shape]
"""Middle (3,) and shape, in the image frame."""


def _lump(center: Array, radii: tuple[float, float, float]) -> Shape:
    return roughened(ellipsoid(center, radii), 1.6, 13.0)


def lytic(levels: tuple[Level, ...], curve: SpineCurve, scale: float) -> Lesion:
    """A hole in the right rear of the body of L3, within the bone."""
    level, frame = levels[3], curve.bodies["L3"]
    at = in_image(frame, 0.20 * level.width_low, -0.08 * level.depth_low, 0.5)
    radii = 0.42 * level.width_low, 0.40 * level.depth_low, 0.40 * level.height
    inside, lump = placed(ellipsoid((0, 0, 0), radii), frame), _lump(at, (9.0, 8.0, 8.0))
    return at, lambda p: smooth_max(lump(p), inside(p), 2.0)


def paraspinal(levels: tuple[Level, ...], curve: SpineCurve, scale: float) -> Lesion:
    """A mass in the right erector spinae at L2."""
    level = levels[2]
    at = in_image(curve.bodies["L2"], 41, level.wall - level.canal_depth - 11, -4)
    return at, _lump(at, (13.0, 10.0, 16.0))


def renal(levels: tuple[Level, ...], curve: SpineCurve, scale: float) -> Lesion:
    """A mass that bulges from the lower rear of the left kidney."""
    x, y, z = in_image(kidney_frame(curve, scale), 13 * scale, -15 * scale, -27 * scale)
    at = np.array([-x, y, z + LEFT_HIGHER_MM])
    return at, _lump(at, (15.0, 14.0, 15.0))

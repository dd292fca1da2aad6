"""Skin of the prone trunk from T11 to the buttocks, closed at both ends, and the fascia under its fat.

Cross-sections are superellipses whose rear follows the spinous processes under the fat of the back, with the furrow
between the erector spinae muscles, the buttocks and the cleft between them. The back is not flattened; the belly hangs.
"""

from collections.abc import Sequence

import numpy as np
from scipy.interpolate import PchipInterpolator

from arguide_sim.anatomy.norms import FAT_PER_BMI
from arguide_sim.anatomy.person import LumbarPerson
from arguide_sim.anatomy.sdf import Distances, Points, Shape, smooth_max
from arguide_sim.anatomy.spine_curve import Level, SpineCurve

LEAN_BMI = 24.0
COVER_MM = {"T12": 12.0, "L1": 13.0, "L2": 14.5, "L3": 16.5, "L4": 19.0, "L5": 24.0}
"""Skin to the tip of the spinous process at a body mass index of 24."""
LEAST_COVER = 0.4
"""Of it, in the thinnest."""

HALF_WIDTHS = ((-150, 172.0), (-70, 170.0), (-10, 158.0), (40, 146.0), (90, 142.0), (150, 148.0), (230, 156.0))
DEPTHS = ((-150, 205.0), (-70, 212.0), (-10, 206.0), (60, 196.0), (150, 200.0), (230, 212.0))
"""Image z, mm; width and depth of the trunk of an adult of average build."""

ENDS = (-132.0, 228.0)
"""Image z of the two cuts; the upper one lies higher over a spine that reaches farther."""
OVER_SPINE_MM = 10.0
FASCIA_MM = 2.4


class Trunk:
    """The outline of one person, at the skin (`beneath` 0) or at the fascia (1), and anywhere between."""

    def __init__(self, person: LumbarPerson, levels: tuple[Level, ...], curve: SpineCurve) -> None:
        self.person = person
        highest = float(curve.bodies[levels[0].name][2, 3]) + levels[0].height / 2 + OVER_SPINE_MM
        self.ends = ENDS[0], max(ENDS[1], highest)
        over = person.bmi - LEAN_BMI
        tall = person.stature / 1700
        hips = 1.03 if person.sex == "f" else 0.985
        waist = 0.95 if person.sex == "f" else 1.03
        wide = [(z, value * tall * (1 + 0.024 * over) * (hips if z < 0 else waist)) for z, value in HALF_WIDTHS]
        self._half_width = _through(wide)
        self._lateral_fat = max(4.0, 12.0 + 1.7 * over)
        belly = [
            (z, value * tall * (1 + 0.012 * over) + 3.0 * over * (1.0 if 0 < z < 160 else 0.6)) for z, value in DEPTHS
        ]
        self._depth = _through(belly)
        self._front_fat = max(5.0, 18.0 + 2.2 * over)
        self._skin_line = rear_line(levels, curve, person.bmi)
        self._lean_line = rear_line(levels, curve, None)
        self._soft = 1.0 / (1.0 + 0.05 * max(over, 0.0))

    def surface(self, beneath: float, closed: bool = True) -> Shape:
        """The trunk in the image frame, closed at both ends or going on."""

        def shape(p: Points) -> Distances:
            x, z = p[:, 0], np.clip(p[:, 2], *self.ends)
            rear = (1 - beneath) * self._skin_line(z) + beneath * self._lean_line(z)
            a = self._half_width(z) - beneath * self._lateral_fat
            front = self._skin_line(z) + self._depth(z) - beneath * self._front_fat
            b = (front - rear) / 2
            y = p[:, 1] - rear - b
            bulge = (1 - beneath) * self._soft + beneath
            y = y + bulge * relief(x, z) * np.clip(-y / b, 0.0, 1.0)
            power = np.where(y > 0, 2.6, 2.5)
            r = (np.abs(x / a) ** power + np.abs(y / b) ** power) ** (1 / power)
            wall = (r - 1.0) * np.minimum((np.hypot(x, y) + 1e-6 * b) / (r + 1e-6), np.minimum(a, b))
            if not closed:
                return np.asarray(wall)
            return smooth_max(wall, np.maximum(self.ends[0] - p[:, 2], p[:, 2] - self.ends[1]), 12.0)

        return shape

    def below_fascia(self) -> Shape:
        """What the fascia covers, up to its middle: what ends there does not show outside it."""
        lean = self.surface(1.0)
        return lambda p: lean(p) + FASCIA_MM / 2 + 0.3

    def fascia(self) -> Shape:
        """The thoracolumbar fascia: a sheet over the back muscles, between them and the fat."""
        covered = self.below_fascia()

        def shape(p: Points) -> Distances:
            sheet = np.abs(covered(p)) - FASCIA_MM / 2
            half = 78.0 + 0.12 * p[:, 2]
            side = np.maximum(np.abs(p[:, 0]) - half, p[:, 1] + 20.0)
            return smooth_max(sheet, np.maximum(side, np.maximum(-20.0 - p[:, 2], p[:, 2] - 190.0)), 1.0)

        return shape


def rear_line(levels: tuple[Level, ...], curve: SpineCurve, bmi: float | None) -> PchipInterpolator:
    """y over the midline against z, before the relief of muscles and buttocks: of the skin, or (None) of the fascia."""

    def thin(cover: float) -> float:
        more = 1 + FAT_PER_BMI * ((bmi or 0) - LEAN_BMI) / COVER_MM["L4"]
        return 1.5 if bmi is None else cover * max(LEAST_COVER, more)

    seat = 0.0 if bmi is None else thin(20.0) - 3.0
    points = [(-150.0, -50.0 - seat), (-95.0, -58.0 - seat), (-40.0, -64.0 - seat)]
    for level in reversed(levels[:-1]):
        frame = curve.bodies[level.name]
        back = level.wall - level.canal_depth - level.spinous
        tip = frame[:3, :3] @ (0, back - thin(COVER_MM[level.name]), -12) + frame[:3, 3]
        points.append((float(tip[2]), float(tip[1])))
    top = points[-1]
    return _through([*points, (top[0] + 45, top[1] - 8), (top[0] + 120, top[1] - 16)])


def relief(x: Distances, z: Distances) -> Distances:
    """How far the rear bulges backward: muscles beside the furrow, buttocks beside the cleft. mm"""
    lumbar = np.interp(z, [-60, 0, 40, 120, 220], [0.0, 0.6, 1.0, 1.0, 0.6])
    muscles = 7.0 * np.exp(-(((np.abs(x) - 38) / 24) ** 2)) - 2.0 * np.exp(-((x / 9) ** 2))
    buttocks = np.interp(z, [-150, -110, -60, -10, 30], [30.0, 26.0, 13.0, 2.0, 0.0])
    cheeks = np.exp(-(((np.abs(x) - 68) / 45) ** 2)) * (1 - np.exp(-((x / 10) ** 2)))
    return np.asarray(lumbar * muscles + buttocks * cheeks)


def _through(points: Sequence[tuple[float, float]]) -> PchipInterpolator:
    """A curve through (z, value) pairs that never overshoots them."""
    z, value = np.array(points).T
    return PchipInterpolator(z, value)

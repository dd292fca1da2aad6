"""Pivoting: the tip stays in a divot while the shaft swings through a cone."""

from math import cos, pi, sin

import numpy as np

from arguide.geometry.transforms import Array, translation
from arguide_sim.hands.motion import minimum_jerk, swung, turned
from arguide_sim.hands.tremor import SmoothNoise

CONE_RAD = pi / 3
"""Full opening angle."""
TURN_S = 2.3
"""Seconds for one round."""


class Pivot:
    """Swing about `rest` (tip in the divot, shaft along the middle of the cone); starts and ends there."""

    def __init__(self, rest: Array, duration_s: float, seed: int = 0, slip_mm: float = 0.05) -> None:
        self.duration_s = duration_s
        self._rest = rest
        self._slip_mm = slip_mm
        self._slip = SmoothNoise(seed, 3, 0.3, 2.0)

    def at(self, time_s: float) -> Array:
        t = min(max(time_s, 0.0), self.duration_s)
        grown = minimum_jerk(min(t, self.duration_s - t) / 1.0)
        # Wide rounds and narrow ones by turns fill the cone instead of its rim alone.
        half_angle = grown * CONE_RAD / 2 * (0.72 + 0.28 * cos(2 * pi * t / (2.6 * TURN_S)))
        around = 2 * pi * t / TURN_S
        tilt = half_angle * np.array([cos(around), sin(around)])
        twist = grown * 0.2 * sin(2 * pi * t / (1.7 * TURN_S))
        slip = grown * self._slip_mm * self._slip.at(t)
        return self._rest @ translation(slip) @ swung(tilt) @ turned(0.0, 0.0, twist)

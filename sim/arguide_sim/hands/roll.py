"""Rolling: a needle is turned to and fro about itself in a straight hole."""

from math import pi, sin

import numpy as np

from arguide.geometry.transforms import Array
from arguide_sim.hands.motion import minimum_jerk, turned

HALF_RAD = np.radians(42.0)
"""To each side: farther, and its markers look away."""
ROLL_S = 2.6
"""Seconds for once to and fro."""


class Roll:
    """Roll about the shaft of `rest` (tip in the hole); starts and ends there."""

    def __init__(self, rest: Array, duration_s: float) -> None:
        self.duration_s = duration_s
        self._rest = rest

    def at(self, time_s: float) -> Array:
        t = min(max(time_s, 0.0), self.duration_s)
        grown = minimum_jerk(min(t, self.duration_s - t) / 0.7)
        return self._rest @ turned(0.0, 0.0, grown * HALF_RAD * sin(2 * pi * t / ROLL_S))

"""Waving: a tool goes round and round, for trying out a connection."""

from math import pi

import numpy as np

from arguide.geometry.transforms import Array
from arguide_sim.hands.motion import turned


class Wave:
    """An eight about `rest`, `size_mm` wide, once in `period_s`; goes on for ever."""

    duration_s = float("inf")

    def __init__(self, rest: Array, size_mm: float = 60.0, period_s: float = 5.0, phase: float = 0.0) -> None:
        self._rest = rest
        self._size_mm = size_mm
        self._omega = 2 * pi / period_s
        self._phase = phase

    def at(self, time_s: float) -> Array:
        angle = self._omega * time_s + self._phase
        pose = self._rest @ turned(0.3 * np.sin(angle), 0.3 * np.cos(2 * angle), 0.2 * np.sin(angle))
        pose[:3, 3] += self._size_mm * np.array([np.sin(angle), 0.5 * np.sin(2 * angle), 0.3 * np.cos(angle)])
        return pose

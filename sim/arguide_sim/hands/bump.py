"""Somebody knocks against the phantom: it slides and turns a little, and stays there."""

import numpy as np

from arguide.geometry.transforms import Array
from arguide_sim.hands.motion import minimum_jerk, turned


class Bump:
    """A displacement in the tracker frame that grows from nothing to `slide_mm` and `turn_rad` about `centre`."""

    def __init__(
        self, start_s: float, centre: Array, slide_mm: Array, turn_rad: Array, duration_s: float = 0.4
    ) -> None:
        self.start_s = start_s
        self.duration_s = duration_s
        self._centre = centre
        self._slide_mm = slide_mm
        self._turn_rad = turn_rad
        self._moved = self._by(1.0)

    def at(self, time_s: float) -> Array:
        """The (4, 4) displacement at a time since tracking began."""
        if time_s <= self.start_s:
            return np.eye(4)
        if time_s >= self.start_s + self.duration_s:
            return self._moved
        return self._by(minimum_jerk((time_s - self.start_s) / self.duration_s))

    def _by(self, share: float) -> Array:
        moved: Array = turned(*(share * self._turn_rad))
        moved[:3, 3] = self._centre + share * self._slide_mm - moved[:3, :3] @ self._centre
        return moved

"""Somebody knocks against the phantom: it slides and turns a little, and stays there."""

import numpy as np

from arguide.geometry.transforms import Array, translation
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

    def at(self, time_s: float) -> Array:
        """The (4, 4) displacement at a time since tracking began."""
        if time_s <= self.start_s:
            return np.eye(4)
        share = minimum_jerk((time_s - self.start_s) / self.duration_s)
        return (
            translation(self._centre + share * self._slide_mm)
            @ turned(*(share * self._turn_rad))
            @ translation(-self._centre)
        )

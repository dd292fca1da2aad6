"""How fast the needle moves in the patient: what a pose that arrives late is wrong by."""

from math import exp

import numpy as np

from arguide.geometry.transforms import Array

SMOOTHING_S = 0.1
LONGEST_GAP_S = 0.25


class Velocity:
    """Smoothed turn (rad/s) and tip velocity (mm/s) of poses in one frame, (6,); zero after a gap."""

    def __init__(self) -> None:
        self._pose: Array | None = None
        self._time_s = 0.0
        self.value: Array = np.zeros(6)

    def take(self, time_s: float, pose: Array | None) -> Array:
        """The velocity after one more pose (4, 4), or after none."""
        since_s = time_s - self._time_s
        if pose is None or self._pose is None or not 0 < since_s < LONGEST_GAP_S:
            self.value = np.zeros(6)
        else:
            turn = pose[:3, :3] @ self._pose[:3, :3].T
            (_, xy, xz), (yx, _, yz), (zx, zy, _) = turn.tolist()
            dx, dy, dz = (pose[:3, 3] - self._pose[:3, 3]).tolist()
            now = np.array([(zy - yz) / 2, (xz - zx) / 2, (yx - xy) / 2, dx, dy, dz]) / since_s
            part = 1 - exp(-since_s / SMOOTHING_S)
            self.value = self.value + part * (now - self.value)
        self._pose, self._time_s = pose, time_s
        return self.value

"""How much a tracker's poses of one tool tremble, measured while it is used.

A hand is slow against 60 frames a second, the noise of a frame is not. So the noise is told from differences of high
order between neighbouring poses, in which smooth motion vanishes and independent noise is only weighted:
x₀ − 4x₁ + 6x₂ − 4x₃ + x₄ has 70 times the variance of one x (the difference estimators of Hall, Kay & Titterington,
Biometrika 77 (1990) 521–528). A tremor of 8 Hz is left with a twentieth of its size. A tracker that smooths its poses
hides noise from any such estimate; what it gets wrong in one place for long is told by `bias`.
"""

import numpy as np

from arguide.geometry.transforms import Array

GAIN = 70.0
"""Sum of the squares of 1, 4, 6, 4, 1."""
FEWEST = 4
PRIOR = 16
"""The nominal noise weighs as much as so many frames …"""
MEMORY = 256
"""… and everything fades with this many frames: about four seconds."""
CLIP = 9.0
"""No single frame counts for more than this multiple of the variance: a knock is not noise."""


class Jitter:
    """Running covariance (6, 6) of one tool's pose: a small motion in the tracker's axes about the tool's own origin.

    Turn in rad, then shift in mm, as in `geometry.uncertainty`; costs about 10 µs a pose.
    """

    def __init__(self, nominal_mm: float, nominal_rad: float, bias_mm: float = 0.0) -> None:
        """Begin with standard deviations along and about each axis; `bias_mm` is always added (along each axis)."""
        self._noise = np.diag([nominal_rad**2] * 3 + [nominal_mm**2] * 3)
        self._bias = np.diag([0.0] * 3 + [bias_mm**2] * 3)
        self.covariance: Array = self._noise + self._bias
        self.frames = 0
        """How many frames it was measured from."""
        self._forget()

    def _forget(self) -> None:
        self._pose: Array | None = None
        self._frame = self._step = self._chain = 0
        self._differences = [np.zeros(6)] * 3

    def take(self, frame_number: int, tracker_from_tool: Array | None) -> None:
        """Learn from one frame; a hidden tool (None) or a lost frame begins a new chain of neighbours."""
        if tracker_from_tool is None:
            self._forget()
            return
        step = frame_number - self._frame
        if self._pose is None or (self._chain and step != self._step):
            self._forget()
        else:
            self._chain += 1
            self._step = step
            self._add(_motion(self._pose, tracker_from_tool))
        self._pose, self._frame = tracker_from_tool, frame_number

    def _add(self, difference: Array) -> None:
        for order, previous in enumerate(self._differences):
            self._differences[order] = difference
            difference = difference - previous
        if self._chain < FEWEST:
            return
        self.frames += 1
        new = difference[:, None] * difference / GAIN
        noise = self._noise
        # The new frame's size against what is expected, for turn and shift alone, since their units differ.
        sizes, expected = new.diagonal().tolist(), noise.diagonal().tolist()
        ratio = max(sum(sizes[:3]) / (sum(expected[:3]) + 1e-18), sum(sizes[3:]) / (sum(expected[3:]) + 1e-18))
        weight = max(1 / (PRIOR + self.frames), 1 / MEMORY)
        noise *= 1 - weight
        noise += new * (weight * min(1.0, CLIP / max(ratio, 1e-9)))
        self.covariance = noise + self._bias


def _motion(old: Array, new: Array) -> Array:
    """Small motion (6,) from one pose to the next, about the tool's origin."""
    (_, xy, xz), (yx, _, yz), (zx, zy, _) = (new[:3, :3] @ old[:3, :3].T).tolist()
    dx, dy, dz = (new[:3, 3] - old[:3, 3]).tolist()
    return np.array([(zy - yz) / 2, (xz - zx) / 2, (yx - xy) / 2, dx, dy, dz])

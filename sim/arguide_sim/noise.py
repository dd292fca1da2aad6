"""What a camera adds: every marker is seen a little beside where it is.

The noise of a frame is a function of the seed and the frame's index alone: asking twice, or skipping frames, changes
nothing. Depth is measured worse than the sideways position, and everything worse away from the volume's centre.
"""

from dataclasses import dataclass

import numpy as np

from arguide.geometry.transforms import Array


@dataclass(frozen=True)
class MarkerNoise:
    """Gaussian noise of the marker positions in the tracker frame (z is depth), mm RMS per axis at the best place."""

    seed: int
    sideways_mm: float = 0.06
    depth_mm: float = 0.10
    per_metre: float = 1.0
    """Share by which it grows one metre away from the centre of the volume; grows with the square of the distance."""

    def at(self, frame: int, markers: Array, centre: Array) -> Array:
        """The noise of `markers` (n, 3) in one frame, (n, 3); `centre` (3,) is the middle of the volume."""
        bits = np.random.Philox(key=self.seed, counter=[0, 0, 0, frame])
        unit = np.random.Generator(bits).standard_normal(markers.shape)
        away = ((markers - centre) ** 2).sum(axis=1, keepdims=True)
        noise: Array = unit * (1.0 + self.per_metre * 1e-6 * away) * (self.sideways_mm, self.sideways_mm, self.depth_mm)
        return noise

"""What a camera adds: every marker is seen a little beside where it is.

The noise of a frame is a function of the seed, the tool and the frame's index alone: asking twice, skipping frames or
bringing another tool changes nothing. Depth is measured worse than the sideways position, and everything worse away
from the volume's centre.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from arguide.geometry.transforms import Array

BLOCK = 64
"""Frames whose noise is drawn at once: a generator costs more than a few hundred numbers."""


@dataclass(frozen=True)
class MarkerNoise:
    """Gaussian noise of the marker positions in the tracker frame (z is depth), mm RMS per axis at the best place."""

    seed: int
    sideways_mm: float = 0.06
    depth_mm: float = 0.10
    per_metre: float = 1.0
    """Share by which it grows one metre away from the centre of the volume; grows with the square of the distance."""

    def unit(self, frame: int, tool: int, count: int) -> Array:
        """The noise of `count` markers of one tool in one frame, as (count, 3) numbers of RMS 1."""
        block, row = divmod(frame, BLOCK)
        drawn: Array = _block(self.seed, tool, block, count)[row]
        return drawn

    def scale(self, markers: Array, centre: Array) -> Array:
        """What to multiply it by for markers (..., 3) in mm; `centre` (3,) is the middle of the volume."""
        off = markers - centre
        away = (off * off).sum(axis=-1, keepdims=True)
        size: Array = (1.0 + self.per_metre * 1e-6 * away) * (self.sideways_mm, self.sideways_mm, self.depth_mm)
        return size


@lru_cache(maxsize=256)
def _block(seed: int, tool: int, block: int, count: int) -> Array:
    bits = np.random.Philox(key=[seed, tool], counter=[0, 0, 0, block])
    return np.random.Generator(bits).standard_normal((BLOCK, count, 3))

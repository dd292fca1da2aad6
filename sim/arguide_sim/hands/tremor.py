"""What no hand can help: tremor and drift.

Physiological tremor has its energy between 8 and 12 Hz with amplitudes around 0.1 mm (Elble & Koller 1990); drift is
the slow wandering below 1 Hz. Both are sums of sinusoids with seeded frequencies and phases: smooth, bounded, and
the same at every time for the same seed.
"""

import numpy as np

from arguide.geometry.transforms import Array
from arguide_sim.hands.motion import turned

WAVES = 5


class SmoothNoise:
    """`axes` independent smooth signals of mean 0 and RMS 1, with their energy between two frequencies."""

    def __init__(self, seed: int, axes: int, low_hz: float, high_hz: float) -> None:
        random = np.random.default_rng(seed)
        self._omega = 2 * np.pi * random.uniform(low_hz, high_hz, (WAVES, axes))
        self._phase = random.uniform(0, 2 * np.pi, (WAVES, axes))

    def at(self, time_s: float) -> Array:
        """The signals at a time, (axes,)."""
        signals: Array = np.sin(self._omega * time_s + self._phase).sum(axis=0) * np.sqrt(2 / WAVES)
        return signals


class Tremor:
    """A small displacement of the held tool, in its tip frame."""

    def __init__(
        self,
        seed: int,
        tremor_mm: float = 0.09,
        drift_mm: float = 0.06,
        tremor_rad: float = 0.0012,
        drift_rad: float = 0.004,
    ) -> None:
        self._tremor = SmoothNoise(seed, 6, 8.0, 12.0)
        self._drift = SmoothNoise(seed + 1, 6, 0.1, 0.6)
        self._tremor_size = np.repeat([tremor_mm, tremor_rad], 3)
        self._drift_size = np.repeat([drift_mm, drift_rad], 3)

    def at(self, time_s: float, gain: float) -> Array:
        """The (4, 4) displacement at a time; `gain` 0 is a rock, 1 a hand in the air. RMS per axis as given."""
        move = gain * (self._tremor.at(time_s) * self._tremor_size + self._drift.at(time_s) * self._drift_size)
        displacement = turned(*move[3:])
        displacement[:3, 3] = move[:3]
        return displacement

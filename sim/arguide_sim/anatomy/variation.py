"""What makes one patient differ from the next: sizes scattered about their means, and a gentle smooth deformation.

The deformation is applied to finished meshes and landmarks alike; it is small and smooth, so nothing that was apart
touches afterwards, and the anatomy is no longer its own mirror image.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from arguide_sim.anatomy.sdf import Points
from arguide_sim.anatomy.spine_curve import LEVELS, Level

SCATTER = 0.015
"""Standard deviation of a length about its mean, as a fraction: far less than between people (5 to 10 %), so that the
tables' proportions hold."""

SCATTERED = ("width_up", "width_low", "depth_up", "depth_low", "height", "canal_width", "canal_depth", "span", "disc")
WAVE_MM, WAVELENGTHS_MM = 0.55, (110.0, 160.0)


def varied(seed: int) -> tuple[Level, ...]:
    """The levels of the patient numbered `seed`, from the top down."""
    random = np.random.default_rng([seed, 1])
    common = 1 + SCATTER * random.standard_normal(len(SCATTERED))
    return tuple(
        _scaled(level, common * (1 + SCATTER / 3 * random.standard_normal(len(SCATTERED)))) for level in LEVELS
    )


def _scaled(level: Level, factors: NDArray[np.float64]) -> Level:
    sizes = {name: float(getattr(level, name) * f) for name, f in zip(SCATTERED, factors, strict=True)}
    return replace(level, **sizes)  # type: ignore[arg-type]


class Deformation:
    """A sum of three long plane waves; moves a point by less than 2 mm, stretches by less than 6 %."""

    def __init__(self, seed: int) -> None:
        random = np.random.default_rng([seed, 2])
        directions = random.standard_normal((3, 3))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        self._waves = directions * (2 * np.pi / random.uniform(*WAVELENGTHS_MM, (3, 1)))
        self._phases = random.uniform(0, 2 * np.pi, 3)
        shifts = random.standard_normal((3, 3))
        self._shifts = WAVE_MM * shifts / np.linalg.norm(shifts, axis=1, keepdims=True)

    def __call__(self, points: Points) -> Points:
        """Where points (..., 3) of the symmetric anatomy end up, mm."""
        return np.asarray(points + np.sin(points @ self._waves.T + self._phases) @ self._shifts)

"""The spaces in which trackers measure, as shapes; mm in the tracker frame, which looks along −z.

Sizes are the makers' published ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from arguide.geometry.transforms import Array


class Volume(Protocol):
    """A measurement volume."""

    @property
    def name(self) -> str:
        """What the parameter tree calls it."""
        ...

    @property
    def centre(self) -> Array:
        """Where the tracker measures best, (3,) in mm."""
        ...

    def contains(self, points: Array) -> NDArray[np.bool_]:
        """Which of the (n, 3) points in the tracker frame (mm) lie inside, (n,)."""
        ...

    def text(self) -> str:
        """The volume as SFLIST 03 lists it."""
        ...


@dataclass(frozen=True)
class Pyramid:
    """Cut off in front and behind: rectangles of half size `near_half` and `far_half` (x, y in mm) at two depths, joined."""

    name: str
    code: str
    near_z: float
    far_z: float
    near_half: tuple[float, float]
    far_half: tuple[float, float]

    @cached_property
    def centre(self) -> Array:
        """The middle of the depth."""
        return np.array([0.0, 0.0, (self.near_z + self.far_z) / 2])

    def contains(self, points: Array) -> NDArray[np.bool_]:
        x, y, z = points.T
        share = (z - self.near_z) / (self.far_z - self.near_z)
        inside: NDArray[np.bool_] = (
            (share >= 0)
            & (share <= 1)
            & (np.abs(x) <= self.near_half[0] + share * (self.far_half[0] - self.near_half[0]))
            & (np.abs(y) <= self.near_half[1] + share * (self.far_half[1] - self.near_half[1]))
        )
        return inside

    def text(self) -> str:
        return _listed(self.code, (self.far_z, self.near_z, *self.near_half, *self.far_half), "10")


@dataclass(frozen=True)
class Cube:
    """A block before a field generator, `half` (x, y) wide."""

    name: str
    near_z: float
    far_z: float
    half: tuple[float, float]

    @cached_property
    def centre(self) -> Array:
        """In the middle, and near: a field grows weak with distance."""
        return np.array([0.0, 0.0, self.near_z + 0.3 * (self.far_z - self.near_z)])

    def contains(self, points: Array) -> NDArray[np.bool_]:
        x, y, z = points.T
        inside: NDArray[np.bool_] = (
            (np.abs(x) <= self.half[0]) & (np.abs(y) <= self.half[1]) & (z <= self.near_z) & (z >= self.far_z)
        )
        return inside

    def text(self) -> str:
        x, y = self.half
        return _listed("9", (-x, x, -y, y, self.far_z, self.near_z), "00")


@dataclass(frozen=True)
class Dome:
    """A half ball before a field generator, without its first centimetres."""

    name: str
    radius: float
    near_z: float

    @cached_property
    def centre(self) -> Array:
        """As for the cube."""
        return np.array([0.0, 0.0, self.near_z - 0.3 * (self.radius + self.near_z)])

    def contains(self, points: Array) -> NDArray[np.bool_]:
        inside: NDArray[np.bool_] = (points[:, 2] <= self.near_z) & ((points * points).sum(axis=1) <= self.radius**2)
        return inside

    def text(self) -> str:
        return _listed("A", (self.radius, -self.near_z), "00")


def _listed(code: str, numbers_mm: Sequence[float], tail: str) -> str:
    """Shape, ten numbers in 0.01 mm, and two characters: wavelengths of cameras, or resistance of a field to metal."""
    numbers = (*numbers_mm, *(0.0,) * (10 - len(numbers_mm)))
    return code + "".join(f"{round(100 * n):+07d}" for n in numbers) + tail

"""Swings, spins and noise that the tests of this room share."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from arguide.geometry.rotations import rotations_from
from arguide.geometry.transforms import Array

TIP = np.array([3.0, -2.0, 160.0])
PIVOT = np.array([50.0, 20.0, -900.0])


@dataclass
class Swing:
    """Poses of a tool whose tip rests at PIVOT; `poses` (n, 4, 4) may be spoilt by the test."""

    poses: Array
    rng: np.random.Generator
    tip: Array

    def with_noise(self, mm: float, rad: float = 0.0) -> "Swing":
        """Gaussian noise, so much along and about each axis."""
        self.poses[:, :3, 3] += self.rng.normal(0, mm, (len(self.poses), 3))
        self.poses[:, :3, :3] = self.poses[:, :3, :3] @ rotations_from(self.rng.normal(0, rad, (len(self.poses), 3)))
        return self

    def with_outliers(self, share: float, mm: float, one_way: bool = False) -> tuple[int, ...]:
        """Put a share of the poses off by so many mm; return which."""
        chosen = self.rng.choice(len(self.poses), int(share * len(self.poses)), replace=False)
        off = self.rng.normal(size=(len(chosen), 3))
        off = np.broadcast_to(off[:1], off.shape) if one_way else off
        self.poses[chosen, :3, 3] += mm * off / np.linalg.norm(off, axis=1, keepdims=True)
        return tuple(sorted(int(k) for k in chosen))


@pytest.fixture(scope="session")
def swing() -> Callable[..., Swing]:
    def make(seed: int, n: int = 300, cone_deg: float = 60.0, tip: Array = TIP) -> Swing:
        rng = np.random.default_rng(seed)
        around, tilt = rng.uniform(0, 2 * np.pi, n), np.radians(cone_deg / 2) * np.sqrt(rng.uniform(size=n))
        flat = np.column_stack([np.cos(around), np.sin(around), np.zeros(n)])
        twist = np.column_stack([np.zeros((n, 2)), rng.uniform(-0.5, 0.5, n)])
        poses = np.tile(np.eye(4), (n, 1, 1))
        poses[:, :3, :3] = rotations_from(tilt[:, None] * flat) @ rotations_from(twist)
        poses[:, :3, 3] = PIVOT - poses[:, :3, :3] @ tip
        return Swing(poses, rng, np.asarray(tip))

    return make

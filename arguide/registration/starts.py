"""Poses from which a surface registration is tried."""

import numpy as np
import scipy

from arguide.geometry.rotations import rotations_from
from arguide.geometry.transforms import Array, apply
from arguide.registration.surface import SurfaceTarget

NEARBY = 64
TURN_RAD = np.radians(10.0)
SHIFT_MM = 10.0
"""Standard deviation of turn and shift along each axis: a start off by 20° and 20 mm has several tries near the truth."""
PLACE_MM2 = 250.0
MOST_PLACES = 160
TURNS = 120


def nearby(initial: Array, points: Array) -> Array:
    """Poses (64, 4, 4) around a rough one (4, 4), which comes first; turned and shifted about the middle of points (n, 3).

    Normally distributed turns and shifts from Sobol's sequence (1967), which leaves no corner of the six dimensions out.
    """
    draws = scipy.special.ndtri(scipy.stats.qmc.Sobol(6, rng=0).random(NEARBY).clip(1e-3, 1 - 1e-3))
    draws[0] = 0.0
    rotations, shifts = rotations_from(TURN_RAD * draws[:, :3]), SHIFT_MM * draws[:, 3:]
    middle = apply(initial, points.mean(axis=0))
    starts = np.tile(initial, (NEARBY, 1, 1))
    starts[:, :3, :3] = rotations @ initial[:3, :3]
    starts[:, :3, 3] = rotations @ (initial[:3, 3] - middle) + middle + shifts
    return starts


def everywhere(target: SurfaceTarget, points: Array) -> Array:
    """Poses (s, 4, 4) that lay the middle of points (n, 3) near places all over the surface, turned every way.

    Places by farthest-point sampling (Gonzalez 1985); turns spread evenly at random, always the same.
    """
    count = int(np.clip(target.areas.sum() / PLACE_MM2, 12, MOST_PLACES))
    places = _spread(target.samples, count)
    rotations = scipy.spatial.transform.Rotation.random(TURNS, rng=0).as_matrix()
    starts = np.zeros((count, TURNS, 4, 4))
    starts[..., :3, :3] = rotations
    starts[..., :3, 3] = places[:, None] - rotations @ points.mean(axis=0)
    starts[..., 3, 3] = 1.0
    return starts.reshape(-1, 4, 4)


def _spread(samples: Array, count: int) -> Array:
    """`count` of the samples (s, 3) far from one another."""
    some = samples[:: max(1, len(samples) // 5000)]
    chosen = [some[0]]
    distance = np.full(len(some), np.inf)
    for _ in range(count - 1):
        distance = np.minimum(distance, ((some - chosen[-1]) ** 2).sum(axis=1))
        chosen.append(some[int(np.argmax(distance))])
    return np.array(chosen)
